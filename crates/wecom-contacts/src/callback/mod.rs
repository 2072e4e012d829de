//! Callbacks (回调): events that WeCom sends to a server of yours, such as a member's new department or a finished job.
//!
//! WeCom sends two kinds of request to a callback URL. A GET is sent when the URL is saved in the console; the answer
//! is a decrypted text and must arrive within one second. A POST is sent for each event; the answer is 200 and must
//! arrive within five seconds. Otherwise WeCom sends the event again, at most three times.
//!
//! - An [`Intake`] answers both, for any HTTP framework. It refuses forged requests, detects duplicates, acknowledges
//!   events immediately, and passes each event to your [`Handler`] afterwards. Start here: its documentation defines
//!   what an acknowledgement means.
//! - An [`Inbox`] stores the events in between. The default is in memory. Use a database if a crash must not lose
//!   events.
//! - `Callbacks` is a complete router for one or more URLs (feature `axum`).
//! - A [`Receiver`] is the bare protocol: it verifies, decrypts and parses. Everything else is up to the caller.
//!
//! WeCom may deliver an event twice, out of order, or not at all. A program that keeps a complete copy of the contacts
//! must therefore also read them by other calls from time to time. An event that this version does not know is delivered
//! as [`Event::Unknown`]. Damaged texts are repaired: invalid UTF-8 becomes U+FFFD, and control characters are kept. An
//! authentic message that cannot be parsed is acknowledged and delivered as [`Event::Unreadable`], with its text and its
//! digest.
//!
//! The bare protocol:
//!
//! ```
//! use wecom_contacts::callback::{Event, Receiver};
//!
//! let receiver = Receiver::new("ww0123456789abcdef", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C".parse()?);
//!
//! # let message = "<xml><ToUserName>ww0123456789abcdef</ToUserName><FromUserName>sys</FromUserName>\
//! #     <CreateTime>1700000100</CreateTime><MsgType>event</MsgType><Event>change_contact</Event>\
//! #     <ChangeType>update_user</ChangeType><UserID>wangfang</UserID><Department>2,7</Department></xml>";
//! # let sealed = receiver.crypto().seal(message, 1_700_000_100, "987654321")?;
//! # let query = format!("msg_signature={}&timestamp=1700000100&nonce=987654321", sealed.msg_signature);
//! # let body = sealed.to_delivery_xml("ww0123456789abcdef", None);
//! // `query` and `body` are the unchanged values of the request.
//! let notification = receiver.receive(&query, body.as_bytes())?;
//! match notification.event {
//!     Event::MemberUpdated(member) => println!("{} is now in {:?}", member.userid, member.department),
//!     Event::Unknown(event) => println!("nothing to do for {:?}", event.event),
//!     _ => {}
//! }
//! # Ok::<(), wecom_contacts::Error>(())
//! ```
//!
//! Events of the contacts (通讯录变更) are sent to the receiving server of the contacts assistant (通讯录同步助手).
//! They contain little more than ids if its URL was configured after 2022-08-15. The assistant receives no events for
//! its own changes.
//!
//! Official: [回调配置](https://developer.work.weixin.qq.com/document/path/90930),
//! [成员变更通知](https://developer.work.weixin.qq.com/document/path/90970),
//! [事件格式](https://developer.work.weixin.qq.com/document/path/90240)

#[macro_use]
mod element;
mod unix_seconds;

mod event;
pub mod events;
mod notification;
mod receiver;

mod answer;
mod handler;
mod inbox;
mod intake;
mod intake_builder;
mod memory_inbox;
mod recent;
#[cfg(feature = "axum")]
mod router;
mod workers;

pub use answer::{Answer, Outcome, Refusal};
pub use element::Element;
pub use event::Event;
pub use handler::Handler;
pub use inbox::{Acceptance, Inbox, Incoming};
pub use intake::Intake;
pub use intake_builder::IntakeBuilder;
pub use memory_inbox::MemoryInbox;
pub use notification::{Notification, NotificationKey, NotificationKeyError};
pub use receiver::Receiver;
#[cfg(feature = "axum")]
pub use router::Callbacks;
pub use wecom_cipher::{self as cipher, CallbackToken, EncodingAesKey};
pub use workers::Drained;
