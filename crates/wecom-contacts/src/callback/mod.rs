//! Callbacks (回调): what WeCom tells us by itself, from a member's new department to a finished job.
//!
//! A [`Receiver`] turns the raw query string and body of an HTTP request into a [`Notification`]. It does no IO: put it
//! behind any server. Two requests reach a callback URL:
//!
//! | Request | What to do | Answer |
//! |---|---|---|
//! | GET, once, when the URL is saved in the console | [`Receiver::verify_url`] | 200 and the returned text, within 1 second |
//! | POST, one per event | [`Receiver::receive`] | 200 and an empty body, within 5 seconds; otherwise WeCom sends it again, three times at most |
//!
//! Acknowledge first and work later, whatever the event: one that this version does not know arrives as
//! [`Event::Unknown`], never as an error. An error means that the request is not WeCom's, or that token, key or corp id
//! are not those of the console: answer it with one status, 403 say, whatever the error is, and log the rest.
//!
//! WeCom may deliver an event twice ([`Notification::key`] recognises that), out of order, or not at all: a mirror that
//! must be right reconciles by other calls too.
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

mod event;
pub mod events;
mod notification;
mod receiver;

pub use element::Element;
pub use event::Event;
pub use notification::{Notification, NotificationKey};
pub use receiver::Receiver;
pub use wecom_cipher::{self as cipher, CallbackToken, EncodingAesKey};
