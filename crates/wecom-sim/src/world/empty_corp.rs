//! A corp without members, with the secrets of the settings.

use super::{
    callback::target::Callbacks,
    console_settings::ConsoleSettings,
    contact_rules::ContactRules,
    corp::Corp,
    corp_groups::CorpGroups,
    credentials::{App, ContactsSync, Range},
    departments::Departments,
    jobs::Jobs,
    lookups::Lookups,
    media::Media,
    members::Members,
    settings::WorldSettings,
    state::World,
    tags::Tags,
};

impl World {
    /// Creates a world with a corp that has only the root department.
    pub(crate) fn without_contacts(settings: &WorldSettings) -> Self {
        let mut world = Self::new(empty_corp(settings), settings.token_lifetime);
        world.choices = settings.choices.clone();
        world.largest_id_page = settings.largest_id_page;
        world
    }
}

/// A corp without members.
pub(super) fn empty_corp(settings: &WorldSettings) -> Corp {
    Corp {
        id: settings.corp_id.clone(),
        name: "示例公司".into(),
        contacts: ContactsSync {
            secret: settings.contacts_secret.clone(),
            enabled: true,
            may_edit: true,
            legacy_ip: settings.legacy,
            trusted_ips: settings.trusted_ips.clone(),
        },
        apps: vec![App {
            agent_id: settings.agent_id,
            name: "示例应用".into(),
            secret: settings.app_secret.clone(),
            enabled: true,
            before_2022: settings.legacy,
            trusted_ips: settings.trusted_ips.clone(),
            range: Range { departments: vec![1], ..Range::default() },
        }],
        members: Members::default(),
        departments: Departments::with_root("示例公司"),
        media: Media::default(),
        jobs: Jobs::new(settings.jobs),
        tags: Tags::default(),
        console: ConsoleSettings::with_app(settings.agent_id),
        rules: ContactRules::default(),
        lookups: Lookups::default(),
        callbacks: Callbacks { full_payload: settings.legacy, ..Callbacks::default() },
        groups: CorpGroups::default(),
        seedings: 0,
    }
}
