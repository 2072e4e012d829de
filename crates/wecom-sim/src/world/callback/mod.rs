//! Callbacks (回调): the events of contacts changes and finished jobs.
//!
//! Every change passes [`World::record`](crate::world::World::record). `notify` selects the receivers, `payload`
//! writes the event, and `queue` keeps it until it is delivered or given up. `crate::callback` sends it over HTTP.
//!
//! Official: [回调配置](https://developer.work.weixin.qq.com/document/path/90930),
//! [通讯录变更事件](https://developer.work.weixin.qq.com/document/path/90970)

pub(super) mod envelope;
pub(super) mod event;
pub(super) mod notify;
pub(super) mod payload;
pub(super) mod queue;
pub(super) mod record;
pub(super) mod request;
pub(super) mod target;

pub(crate) use envelope::{append, nonce};
pub(crate) use event::Event;
pub(crate) use queue::DeliveryQueue;
pub use queue::ResendError;
pub use record::{Attempt, AttemptKind, DeliveryRecord, DeliveryState};
pub(crate) use request::{CallbackRequest, Outcome, SealedRequest};
pub use target::TargetError;
pub(crate) use target::{Receiver, Target};
