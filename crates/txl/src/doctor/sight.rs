//! What the app sees: its visible range, and the fields that WeCom hides from it.

use std::collections::BTreeSet;

use wecom_contacts::{
    DepartmentId,
    members::{self, Member, MemberField},
};

use super::{
    diagnosis::{Diagnosis, Page},
    matrix::Readings,
    report::Report,
};
use crate::{access::Caller, messages::doctor as messages};

/// The names of the departments that a warning lists at most.
const SHOWN: usize = 5;

pub(super) fn check(contacts: &Readings, app: &Readings, report: &mut Report) {
    if app.departments.is_some() {
        range(contacts, app, report);
        fields(app, report);
    }
}

/// Compares the departments that the app sees with all that exist, or looks for the root if no secret has listed those.
fn range(contacts: &Readings, app: &Readings, report: &mut Report) {
    const CHECK: &str = "visible range";
    let seen: BTreeSet<DepartmentId> =
        app.departments.iter().flatten().map(|department| department.id).collect();
    let nodes = contacts.nodes.as_ref().or(app.nodes.as_ref());
    let existing: BTreeSet<DepartmentId> = nodes.into_iter().flatten().map(|node| node.id).collect();
    let unseen: Vec<_> = existing.difference(&seen).copied().collect();
    let is_whole =
        if contacts.nodes.is_some() { unseen.is_empty() } else { seen.contains(&DepartmentId::ROOT) };
    report.add(if is_whole {
        Diagnosis::ok(CHECK, messages::app_sees_everything(seen.len())).of(Caller::App)
    } else {
        let shown = &unseen[..unseen.len().min(SHOWN)];
        let total = contacts.nodes.as_ref().map(Vec::len);
        Diagnosis::warning(CHECK, messages::app_sees_a_part(seen.len(), total, shown))
            .of(Caller::App)
            .remedy(messages::widen_the_range())
            .page(Page::App)
    });
}

fn fields(app: &Readings, report: &mut Report) {
    const CHECK: &str = "hidden fields";
    let shown = app.members.as_deref().unwrap_or_default();
    if shown.is_empty() {
        return report.add(Diagnosis::not_tested(CHECK, messages::no_member_to_look_at()).of(Caller::App));
    }
    let hidden = hidden(shown);
    report.add(if hidden.is_empty() {
        Diagnosis::ok(CHECK, messages::no_field_is_hidden()).of(Caller::App)
    } else {
        Diagnosis::warning(CHECK, messages::fields_are_hidden(&hidden))
            .of(Caller::App)
            .remedy(messages::how_hidden_fields_are_read())
            .page(Page::App)
    });
}

/// The sensitive fields, if no member shows any of them: WeCom hides all or none from an app.
fn hidden(shown: &[Member]) -> Vec<&'static str> {
    let sensitive = || members::fields().filter(|field| field.is_sensitive() && field.is_in_answers());
    let shows_any = shown.iter().any(|member| sensitive().any(|field| member.value(field).is_known()));
    if shows_any { Vec::new() } else { sensitive().map(MemberField::name).collect() }
}
