//! What each [`Event`](super::Event) carries.
//!
//! Fields have public access and are all optional but the id, because a target configured after 2022-08-15 gets little
//! more than ids, and an app does not get what its visible range and grants hide.

mod apps;
mod attributes;
mod attributes_json;
mod chains;
mod contacts;
mod jobs;
mod unknown;
mod unreadable;

pub use apps::{AppInactivity, AppSubscription};
pub use chains::{ChainChange, ChainChangeType};
pub use contacts::{DepartmentChange, DepartmentDeleted, MemberChange, MemberDeleted, TagChange};
pub use jobs::{JobFinished, JobType, MediaUploaded};
pub use unknown::UnknownEvent;
pub use unreadable::UnreadableEvent;
