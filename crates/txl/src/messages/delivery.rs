//! `txl callback`: deliveries to a server, and what happens to received ones.

use std::{error::Error, ffi::OsStr, fmt::Display, io, path::Path, process::ExitStatus, time::Duration};

use super::{Message, agreeing, counted};
use crate::{callback::DeliveryResult, failure::Failure};

// Requests to a server.

pub(crate) fn not_a_callback_url() -> Message {
    message!(
        en: "invalid URL: it must begin with http:// or https://";
        zh: "URL 无效：必须以 http:// 或 https:// 开头"
    )
}

/// `cause` is of the HTTP client, such as "Connection refused".
pub(crate) fn connection_failed(cause: &dyn Error) -> Message {
    message!(both: "{cause}")
}

pub(crate) fn no_answer_within(limit: Duration) -> Message {
    message!(
        en: "no complete answer within {limit:?}";
        zh: "{limit:?} 内没有收到完整的响应"
    )
}

pub(crate) fn server_gives_no_answer() -> Message {
    message!(
        en: "the server gives no answer";
        zh: "服务器没有响应"
    )
}

pub(crate) fn start_the_server() -> Message {
    message!(
        en: "start the server, and check its URL; WeCom would deliver again, up to three times";
        zh: "启动服务器，并检查 URL；企业微信会重新推送，最多三次"
    )
}

/// What WeCom does with an answer, in the cell of a table.
pub(crate) fn result(result: DeliveryResult) -> Message {
    match result {
        DeliveryResult::Received => message!(en: "received"; zh: "已接收"),
        DeliveryResult::ReceivedWithReply => message!(en: "received_with_reply"; zh: "已接收，有被动回复"),
        DeliveryResult::UnexpectedBody => message!(en: "unexpected_body"; zh: "响应内容不符"),
        DeliveryResult::Retried => message!(en: "retried"; zh: "将重试"),
        DeliveryResult::NoAnswer => message!(en: "no_answer"; zh: "没有应答"),
    }
}

pub(crate) fn event_counts_as_received() -> Message {
    message!(
        en: "received: WeCom does not deliver the event again";
        zh: "已收到：企业微信不会再推送这个事件"
    )
}

pub(crate) fn event_is_replied_to() -> Message {
    message!(
        en: "received, with a passive reply (被动回复) that Token and EncodingAESKey decrypt";
        zh: "已收到，并带有 Token 和 EncodingAESKey 能解密的被动回复"
    )
}

pub(crate) fn body_is_no_reply() -> Message {
    message!(
        en: "WeCom takes HTTP 200 as received, but the body is neither empty nor `success` nor an encrypted reply";
        zh: "企业微信把 HTTP 200 视为已收到，但响应体既不为空，也不是 `success` 或加密的回复"
    )
}

pub(crate) fn status_is_retried() -> Message {
    message!(
        en: "not received: WeCom delivers again unless the status is 200, up to three times";
        zh: "没有收到：状态码不是 200 时，企业微信会重新推送，最多三次"
    )
}

pub(crate) fn silence_is_retried() -> Message {
    message!(
        en: "no complete answer: WeCom delivers again, up to three times";
        zh: "没有完整的响应：企业微信会重新推送，最多三次"
    )
}

pub(crate) fn not_accepted(refused: usize, all: usize) -> Message {
    message!(
        en: "{refused} of {} {} not accepted", counted(all, "delivery"), agreeing(refused as u64, "was", "were");
        zh: "{all} 次推送中有 {refused} 次没有被接受"
    )
}

pub(crate) fn answer_with_200() -> Message {
    message!(
        en: "answer HTTP 200 with an empty body within five seconds, and do the work afterwards";
        zh: "在五秒内返回 HTTP 200 和空的响应体，之后再处理事件"
    )
}

// `trigger`.

pub(crate) fn known_events(names: &[&str]) -> Message {
    message!(
        en: "the events are {}", names.join(", ");
        zh: "可用的事件：{}", names.join("、")
    )
}

pub(crate) fn name_and_value_expected() -> Message {
    message!(
        en: "a field looks like UserID=lisi";
        zh: "字段的写法是 UserID=lisi"
    )
}

pub(crate) fn unknown_field(name: &str, event: &str) -> Message {
    message!(
        en: "{event} has no field {name}";
        zh: "{event} 没有字段 {name}"
    )
}

pub(crate) fn known_fields(names: &[&str]) -> Message {
    message!(
        en: "use one of its fields: {}", names.join(", ");
        zh: "请使用这些字段：{}", names.join("、")
    )
}

pub(crate) fn invalid_value(name: &str) -> Message {
    message!(
        en: "the value of {name} is invalid";
        zh: "{name} 的值无效"
    )
}

pub(crate) fn write_the_value_of_this_type() -> Message {
    message!(
        en: "ids of departments, tags and apps, codes and times are numbers; commas separate the items of a list; `txl callback seal` sends any message";
        zh: "部门、标签和应用的 id、错误码和时间是数字；列表用逗号分隔；`txl callback seal` 可以发送任意消息"
    )
}

// `listen`.

pub(crate) fn not_a_name_of_an_event() -> Message {
    message!(
        en: "an event looks like create_user, change_contact or change_contact/create_user";
        zh: "事件的写法是 create_user、change_contact 或 change_contact/create_user"
    )
}

pub(crate) fn filter_is_unknown(name: impl Display) -> Message {
    message!(
        en: "warning: --filter {name} is no event of the SDK; only an event of exactly this name passes";
        zh: "警告：SDK 不认识 --filter {name}，只有名称完全相同的事件才会通过"
    )
}

/// `digest` identifies the event without its contents.
pub(crate) fn delivery_was_forwarded(digest: impl Display, status: u16, took: Duration) -> Message {
    message!(
        en: "forwarded: HTTP {status} after {} ms (digest {digest})", took.as_millis();
        zh: "已转发：{} 毫秒后返回 HTTP {status}（摘要 {digest}）", took.as_millis()
    )
}

/// `digest` identifies the event without its contents.
pub(crate) fn delivery_was_not_forwarded(digest: impl Display, reason: &Message) -> Message {
    message!(
        en: "not forwarded, WeCom gets HTTP 502 and delivers again: {reason} (digest {digest})";
        zh: "转发失败，企业微信收到 HTTP 502 并会重新推送：{reason}（摘要 {digest}）"
    )
}

pub(crate) fn forwards_to_itself() -> Message {
    message!(
        en: "--forward-to leads back to this listener";
        zh: "--forward-to 指向了这个监听本身"
    )
}

pub(crate) fn name_another_server() -> Message {
    message!(
        en: "name the URL of the server under development, with another port";
        zh: "写开发中的服务的 URL，端口不能相同"
    )
}

// `listen --exec`.

pub(crate) fn command_cannot_be_started(program: &OsStr) -> Message {
    message!(
        en: "the command {} cannot be started", program.display();
        zh: "无法启动程序 {}", program.display()
    )
}

pub(crate) fn name_a_program() -> Message {
    message!(
        en: "name a program of PATH, or the path of one; --exec uses no shell";
        zh: "写 PATH 里的程序名，或程序的路径；--exec 不经过 shell"
    )
}

/// `digest` identifies the event without its contents.
pub(crate) fn command_failed(status: ExitStatus, digest: impl Display) -> Message {
    message!(
        en: "the command failed: {status} (digest {digest})";
        zh: "程序失败：{status}（摘要 {digest}）"
    )
}

/// `digest` identifies the event without its contents.
pub(crate) fn command_was_too_slow(limit: Duration, digest: impl Display) -> Message {
    message!(
        en: "the command was killed after {limit:?} (digest {digest})";
        zh: "程序超过 {limit:?}，已被结束（摘要 {digest}）"
    )
}

/// `digest` identifies the event without its contents.
pub(crate) fn command_was_lost(error: &io::Error, digest: impl Display) -> Message {
    message!(
        en: "the end of the command is unknown: {error} (digest {digest})";
        zh: "不知道程序如何结束：{error}（摘要 {digest}）"
    )
}

/// `digest` identifies the event without its contents.
pub(crate) fn command_was_cut_off(digest: impl Display) -> Message {
    message!(
        en: "the command was killed, because the listener ends (digest {digest})";
        zh: "监听结束，程序也被结束（摘要 {digest}）"
    )
}

/// `digest` identifies the event without its contents.
pub(crate) fn command_did_not_get_the_event(digest: impl Display) -> Message {
    message!(
        en: "the command was not started for an event (digest {digest})";
        zh: "没有为一个事件启动程序（摘要 {digest}）"
    )
}

pub(crate) fn commands_failed(failed: usize, all: usize) -> Message {
    message!(
        en: "the command failed for {failed} of {}", counted(all, "event");
        zh: "{all} 个事件中，程序对 {failed} 个失败"
    )
}

pub(crate) fn replay_the_printed_lines() -> Message {
    message!(
        en: "the events were printed; find them by the digests, which are under \"Key\"";
        zh: "事件已经打印；按摘要查找，摘要在 \"Key\" 里"
    )
}

/// A failure that does not end the command.
pub(crate) fn in_one_line(failure: &Failure) -> Message {
    message!(
        en: "{failure}: {}", failure.causes().join(": ");
        zh: "{failure}：{}", failure.causes().join("：")
    )
}

// `replay`.

pub(crate) fn not_a_stored_delivery() -> Message {
    message!(
        en: "it has neither a message nor a sealed request nor the elements of an event";
        zh: "其中没有消息、加密的请求或事件的字段"
    )
}

pub(crate) fn sealed_for_others(error: &dyn Error) -> Message {
    message!(both: "{error}")
}

pub(crate) fn delivery_cannot_be_replayed(number: usize) -> Message {
    message!(
        en: "delivery {number} cannot be replayed; nothing was sent";
        zh: "第 {number} 条推送无法重新发送；什么都没有发送"
    )
}

pub(crate) fn what_can_be_replayed() -> Message {
    message!(
        en: "use the lines that `txl callback listen` prints, stored notifications of the SDK, or deliveries of a simulator";
        zh: "可以使用 `txl callback listen` 打印的行、SDK 保存的通知，或模拟器的推送记录"
    )
}

pub(crate) fn file_is_no_json(path: &Path) -> Message {
    message!(
        en: "{} is not JSON", path.display();
        zh: "{} 不是 JSON", path.display()
    )
}

pub(crate) fn events_were_not_sent(events: usize) -> Message {
    message!(
        en: "{} {} not sent", counted(events, "further event"), agreeing(events as u64, "was", "were");
        zh: "还有 {events} 个事件没有发送"
    )
}

pub(crate) fn not_a_simulator(status: u16) -> Message {
    message!(
        en: "there is no simulator at this address: HTTP {status} for /_sim/deliveries";
        zh: "这个地址没有模拟器：/_sim/deliveries 返回 HTTP {status}"
    )
}

pub(crate) fn name_the_simulator() -> Message {
    message!(
        en: "use the URL of the line that `sim` prints when it is ready";
        zh: "使用 `sim` 就绪时打印的 URL"
    )
}
