//! Callbacks (回调): what WeCom tells us by itself, from a member's new department to a finished job.
//!
//! Two requests reach a callback URL: a GET once, when the URL is saved in the console, to be answered with a decrypted text within
//! one second; and a POST per event, to be answered with 200 within five seconds, or WeCom sends it again, three times at most.
//!
//! - An [`Intake`] answers both, for any HTTP framework: it refuses what is not WeCom's, recognises duplicates, acknowledges at
//!   once, and has a [`Handler`] of yours work on the event afterwards. Start here; its page says what an acknowledgement means.
//! - An [`Inbox`] is where events wait in between: in memory by default, or in a database of yours if a crash must lose none.
//! - `Callbacks` is the same as a ready router (feature `axum`), with several URLs.
//! - A [`Receiver`] is the bare protocol: it verifies, decrypts and reads, and leaves all the rest to you.
//!
//! WeCom may deliver an event twice, out of order, or not at all: a copy of the contacts that must be right compares by other calls
//! too. An event that this version does not know is handed over as [`Event::Unknown`]. One broken text costs nothing but itself: invalid
//! UTF-8 becomes U+FFFD, control characters are kept. An authentic message that cannot be read at all is acknowledged and handed over
//! as [`Event::Unreadable`], with its text and its digest.
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
//! // `query` and `body` are those of the request, untouched.
//! let notification = receiver.receive(&query, body.as_bytes())?;
//! match notification.event {
//!     Event::MemberUpdated(member) => println!("{} is now in {:?}", member.userid, member.department),
//!     Event::Unknown(event) => println!("nothing to do for {:?}", event.event),
//!     _ => {}
//! }
//! # Ok::<(), wecom_contacts::Error>(())
//! ```
//!
//! Events of the contacts (通讯录变更) go to the contacts assistant's (通讯录同步助手) own receiving server, with little more than ids if its
//! URL was configured after 2022-08-15. Changes that the assistant makes itself are not called back to it.
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
