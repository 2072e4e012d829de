//! `txl callback`.

use std::{fmt::Display, net::SocketAddr};

use wecom_contacts::callback::{Refusal, cipher::Error as CipherError};

use super::Message;

pub(crate) fn listening(address: SocketAddr) -> Message {
    message!(
        en: "listening at http://{address}/ ; stop with Ctrl-C";
        zh: "正在监听 http://{address}/ ，按 Ctrl-C 停止"
    )
}

pub(crate) fn socket_has_failed() -> Message {
    message!(en: "the listening socket has failed"; zh: "监听的 socket 出错")
}

pub(crate) fn url_was_verified() -> Message {
    message!(en: "the URL was verified"; zh: "URL 验证通过")
}

pub(crate) fn request_was_refused(refusal: &Refusal) -> Message {
    message!(en: "a request was refused: {refusal}"; zh: "拒绝了一个请求：{}", refusal_in_chinese(refusal))
}

/// `digest` identifies the event without its contents.
pub(crate) fn event_was_not_printed(digest: impl Display) -> Message {
    message!(
        en: "an event was acknowledged and not printed (digest {digest})";
        zh: "已应答一个事件，但没有打印出来（摘要 {digest}）"
    )
}

/// `digest` identifies the event without its contents.
pub(crate) fn event_cannot_be_read(reason: impl Display, digest: impl Display) -> Message {
    message!(
        en: "an authentic event cannot be read: {reason} (digest {digest})";
        zh: "事件验签通过，但内容无法解析：{reason}（摘要 {digest}）"
    )
}

/// `report` is [`event_cannot_be_read`]; `text` is the event's.
pub(crate) fn with_its_text(report: &Message, text: &str) -> Message {
    message!(en: "{report}; its text: {text}"; zh: "{report}；原文：{text}")
}

/// `report` is [`event_cannot_be_read`].
pub(crate) fn without_its_text(report: &Message) -> Message {
    message!(en: "{report}; --show-unreadable shows its text"; zh: "{report}；加 --show-unreadable 可查看原文")
}

pub(crate) fn look_at_the_text() -> Message {
    message!(en: "inspect the text: its signature and key are valid"; zh: "请检查原文：它的签名和密钥都是正确的")
}

pub(crate) fn message_cannot_be_sealed() -> Message {
    message!(en: "the message cannot be encrypted"; zh: "消息无法加密")
}

pub(crate) fn refusal_in_chinese(refusal: &Refusal) -> String {
    match refusal {
        Refusal::TooLarge { limit } => format!("超过 {limit} 字节"),
        Refusal::Stale { window } => {
            format!("时间戳与本机时钟相差超过 {} 秒；请检查时钟是否准确", window.as_secs())
        }
        Refusal::Unfinished { limit } => format!("请求体未能在 {} 秒内完整到达", limit.as_secs()),
        Refusal::NotWeCom(error) => cipher(error),
        other => other.to_string(),
    }
}

fn cipher(error: &CipherError) -> String {
    match error {
        CipherError::Signature => "签名不符；请检查 Token 是否与企业微信中的配置一致".to_owned(),
        CipherError::MissingParameter { name } => format!("查询串缺少 `{name}`"),
        CipherError::Xml { .. } => "请求体不是企业微信的回调 XML".to_owned(),
        CipherError::Key { .. } => "EncodingAESKey 应为 43 个字母和数字".to_owned(),
        CipherError::ReceiveId { expected, found } => {
            format!("回调的接收方是 `{found}`，应为 `{expected}`；请检查给出的企业ID")
        }
        CipherError::Decrypt => "无法解密；请检查 EncodingAESKey 是否与企业微信中的配置一致".to_owned(),
        CipherError::NoEcho => "echostr 解密后是一条消息而不是数字；消息不会被返回".to_owned(),
        CipherError::Base64 => "密文不是 base64；查询串的值应当只做一次百分号解码".to_owned(),
        other => other.to_string(),
    }
}

/// An error of the callback encryption.
pub(crate) fn cipher_error(error: &CipherError) -> Message {
    message!(en: "{error}"; zh: "{}", cipher(error))
}
