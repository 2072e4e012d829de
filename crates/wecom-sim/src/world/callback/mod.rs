//! Callbacks (回调): what the simulator sends by itself when the contacts change or a job finishes.
//!
//! A change passes [`World::record`](crate::world::World::record); [`notify`] decides who hears of it, [`payload`] writes
//! it down, [`queue`] keeps it until it is delivered or given up, and `crate::callback` carries it out over HTTP, packed by [`envelope`].
//!
//! Official: [回调配置](https://developer.work.weixin.qq.com/document/path/90930),
//! [通讯录变更事件](https://developer.work.weixin.qq.com/document/path/90970)

mod envelope;
mod event;
mod notify;
mod payload;
mod queue;
mod record;
mod request;
mod target;

use std::collections::{BTreeMap, HashSet};

pub(crate) use envelope::{Parcel, append, nonce};
pub(crate) use event::Event;
pub(crate) use notify::{FinishedJob, JobReceiver};
pub(crate) use queue::Post;
pub use queue::ResendError;
pub use record::{Attempt, Delivery, DeliveryState, Sending};
pub(crate) use request::{Errand, Outcome};
pub(crate) use target::Target;
pub use target::TargetError;

/// A corp's callback targets.
#[derive(Debug, Default)]
pub(crate) struct Callbacks {
    /// The contacts assistant's own (通讯录同步 > 设置接收事件服务器).
    pub(crate) contacts: Option<Target>,
    /// The apps' (接收消息 > 设置API接收), by agent id.
    pub(crate) apps: BTreeMap<u32, AppHook>,
    /// Whether the contacts assistant's URL dates from before 2022-08-15, so that its events carry every element.
    pub(crate) full_payload: bool,
}

/// An app's callback target, and whom the app has last been told to see.
#[derive(Debug)]
pub(crate) struct AppHook {
    pub(crate) target: Target,
    /// Userids in lower case: those in the visible range who have joined the corp.
    subscribed: HashSet<Box<str>>,
}

/// Which of a corp's targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    Contacts,
    App(u32),
}
