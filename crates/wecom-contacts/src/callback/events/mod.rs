//! Contents of each [`Event`](super::Event).
//!
//! All fields are public. All except the id are optional: a target that was configured after 2022-08-15 receives little
//! more than ids, and an app does not receive data outside its visible range and grants.

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
