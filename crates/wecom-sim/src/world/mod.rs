//! The state of the simulator: corps, their members and secrets, and the schedule.
//!
//! The files are in two layers, which `ARCHITECTURE.md` lists. The lower layer is the stored data, up to [`Corp`] and
//! [`World`]; the upper layer is the rules for changes. Files of this folder import one another directly, not through
//! this module.

mod access;
mod biz_mail;
pub(crate) mod callback;
mod chain_imports;
mod changes;
mod choices;
mod console_settings;
mod contact_rules;
mod corp;
mod corp_groups;
mod credentials;
mod default_corp;
mod default_neighbours;
mod department_writes;
mod departments;
mod due;
mod empty_corp;
mod exports;
mod fail;
mod forms;
mod identity;
mod ids;
mod imports;
mod jobs;
#[cfg(test)]
mod limits;
mod links;
mod logins;
mod lookups;
mod media;
mod member_fields;
mod member_rules;
mod member_seats;
mod member_writes;
mod members;
mod rows;
mod schedule;
mod settings;
mod state;
mod tag_writes;
mod tags;
mod tokens;
mod url_upload_jobs;
mod url_uploads;
mod view;

pub(crate) use access::Access;
pub(crate) use changes::Actor;
pub use choices::Choices;
pub(crate) use console_settings::ConsoleSettings;
pub(crate) use corp::Corp;
pub(crate) use corp_groups::{Business, Chain, ChainCorp, ChainImport, CorpGroups, Linkage, ROOT_GROUP};
pub(crate) use credentials::{App, Caller, ContactsSync, Credential, Range};
pub(crate) use default_corp::default_world;
pub(crate) use departments::{Department, Departments};
pub(crate) use due::LongTask;
pub(crate) use exports::{ExportKind, ExportRequest, ExportTask, ExportWriter, Files, Slice};
pub(crate) use fail::Fail;
pub(crate) use forms::{AttributeForm, DepartmentForm, MemberForm, ProfileForm};
pub(crate) use imports::{ImportKind, ImportRequest, ImportTask};
pub(crate) use jobs::JobFailures;
pub(crate) use links::Linked;
pub(crate) use logins::Visitor;
pub(crate) use lookups::Lookup;
pub(crate) use media::{MediaKind, Medium, extension};
pub(crate) use member_rules::mobile as plain_mobile;
pub(crate) use members::{
    Attribute, AttributeValue, Gender, Life, Member, MemberNo, Members, Seat, day_in_beijing,
};
pub(crate) use rows::{DepartmentRow, ExternalProfile, MemberRow, SimpleMemberRow, qr_code};
pub(crate) use schedule::Due;
pub(crate) use settings::WorldSettings;
pub(crate) use state::World;
pub(crate) use tag_writes::TagMove;
pub(crate) use tags::{Tag, Tags};
pub(crate) use url_uploads::{LARGEST as LARGEST_UPLOAD_BY_URL, MediaDownload, UrlUploadRequest};
pub(crate) use view::View;
