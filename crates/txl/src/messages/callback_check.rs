//! `txl callback check`: which setting of a callback URL is wrong.

use super::Message;
use crate::callback::{Fit, Suspect};

// `check`, with a request.

pub(crate) fn not_a_callback_request() -> Message {
    message!(
        en: "this is not a request of WeCom";
        zh: "这不是企业微信的请求"
    )
}

pub(crate) fn pass_the_whole_request() -> Message {
    message!(
        en: "pass the raw query string and the raw body, as the log of the server or of the tunnel has them";
        zh: "传入原始的查询串和原始的请求体，可以从服务器或内网穿透的日志里取得"
    )
}

/// Whether a setting fits, in the cell of a table.
pub(crate) fn fit(fit: Fit) -> Message {
    match fit {
        Fit::Right => message!(en: "right"; zh: "正确"),
        Fit::Wrong => message!(en: "wrong"; zh: "错误"),
        Fit::Unknown => message!(en: "unknown"; zh: "无法判断"),
    }
}

/// The setting that the answers of a server point to, in the cell of a table.
pub(crate) fn suspect(suspect: Suspect) -> Message {
    match suspect {
        Suspect::Token => message!(en: "token"; zh: "Token"),
        Suspect::EncodingAesKey => message!(en: "encoding_aes_key"; zh: "EncodingAESKey"),
        Suspect::EncodingAesKeyOrReceiveId => {
            message!(en: "encoding_aes_key_or_receive_id"; zh: "EncodingAESKey 或 receiveid")
        }
        Suspect::ReceiveId => message!(en: "receive_id"; zh: "receiveid"),
        Suspect::AnyOfThem => message!(en: "any_of_them"; zh: "无法判断是哪一项"),
        Suspect::NoneOfThem => message!(en: "none_of_them"; zh: "三项似乎都正确"),
    }
}

pub(crate) fn settings_fit() -> Message {
    message!(
        en: "Token, EncodingAESKey and receiveid are right";
        zh: "Token、EncodingAESKey 和 receiveid 都正确"
    )
}

pub(crate) fn token_is_wrong() -> Message {
    message!(
        en: "the Token is wrong: the message decrypts, but its signature differs (or msg_signature, timestamp or nonce are of another request)";
        zh: "Token 错误：消息可以解密，但签名不同（也可能 msg_signature、timestamp 或 nonce 属于另一条请求）"
    )
}

pub(crate) fn key_is_wrong() -> Message {
    message!(
        en: "the EncodingAESKey is wrong: the signature is right, so the Token is right and the message is undamaged";
        zh: "EncodingAESKey 错误：签名正确，说明 Token 正确，消息没有损坏"
    )
}

/// Both ids are masked.
pub(crate) fn receive_id_is_wrong(found: &str, expected: &str) -> Message {
    message!(
        en: "the receiveid is wrong: the message is for {found}, and the settings have {expected}";
        zh: "receiveid 错误：消息属于 {found}，而配置里是 {expected}"
    )
}

pub(crate) fn empty_id() -> Message {
    message!(
        en: "(empty)";
        zh: "（空）"
    )
}

pub(crate) fn ciphertext_is_none() -> Message {
    message!(
        en: "the Token is right, but the sender has signed something that is not base64";
        zh: "Token 正确，但发送方签名的内容不是 base64"
    )
}

pub(crate) fn ciphertext_is_damaged() -> Message {
    message!(
        en: "the ciphertext is damaged: it is not base64; a query value must be percent-decoded exactly once, and `+` is no blank";
        zh: "密文已损坏：不是 base64；查询串的值只能百分号解码一次，`+` 不是空格"
    )
}

pub(crate) fn nothing_fits() -> Message {
    message!(
        en: "neither signature nor encryption fits: Token and EncodingAESKey are those of another URL, or the request is damaged";
        zh: "签名和加密都不符：Token 和 EncodingAESKey 属于另一个 URL，或请求已损坏"
    )
}

pub(crate) fn copy_the_settings() -> Message {
    message!(
        en: "copy Token and EncodingAESKey again from the page of the URL (管理后台 → 管理工具 → 通讯录同步 → 设置接收事件服务器, or the app → 接收消息), with \
             the same corp id on both sides";
        zh: "从 URL 的配置页重新复制 Token 和 EncodingAESKey（管理后台 → 管理工具 → 通讯录同步 → 设置接收事件服务器，或应用 → 接收消息），两边使用同一个企业 ID"
    )
}

// `check`, with a URL.

pub(crate) fn url_returns_the_text() -> Message {
    message!(
        en: "it decrypts and returns the text, as WeCom demands: Token and EncodingAESKey are right";
        zh: "能解密并返回明文，符合企业微信的要求：Token 和 EncodingAESKey 正确"
    )
}

pub(crate) fn url_returns_more() -> Message {
    message!(
        en: "Token and EncodingAESKey are right, but the answer is not HTTP 200 with the decrypted echostr alone";
        zh: "Token 和 EncodingAESKey 正确，但响应不是 HTTP 200 和仅有的 echostr 明文"
    )
}

pub(crate) fn url_returns_something_else() -> Message {
    message!(
        en: "it answers HTTP 200 to every request, but not with the decrypted echostr";
        zh: "对每个请求都返回 HTTP 200，但不是解密后的 echostr"
    )
}

pub(crate) fn url_has_another_token(status: u16) -> Message {
    message!(
        en: "its Token differs: it answers HTTP {status} with the code of a wrong signature";
        zh: "它的 Token 不同：返回 HTTP {status} 和签名错误的错误码"
    )
}

pub(crate) fn url_has_another_key(status: u16) -> Message {
    message!(
        en: "its EncodingAESKey differs: it answers HTTP {status} with the code of a failed decryption";
        zh: "它的 EncodingAESKey 不同：返回 HTTP {status} 和解密失败的错误码"
    )
}

pub(crate) fn url_has_another_key_or_receive_id(status: u16) -> Message {
    message!(
        en: "its EncodingAESKey or its receiveid differs: the Token is right, and it answers HTTP {status} as it does for another key";
        zh: "它的 EncodingAESKey 或 receiveid 不同：Token 正确，返回的 HTTP {status} 和使用其他密钥时相同"
    )
}

pub(crate) fn url_has_another_receive_id(status: u16) -> Message {
    message!(
        en: "its receiveid differs: Token and EncodingAESKey are right, and it answers HTTP {status} as it does for another corp";
        zh: "它的 receiveid 不同：Token 和 EncodingAESKey 正确，返回的 HTTP {status} 和其他企业的请求相同"
    )
}

pub(crate) fn url_refuses_all_alike(status: u16) -> Message {
    message!(
        en: "it refuses with HTTP {status}: its Token, EncodingAESKey or corp id differs; every wrong request gets the same answer, so the wrong \
             setting cannot be seen from outside";
        zh: "以 HTTP {status} 拒绝：它的 Token、EncodingAESKey 或企业 ID 不同；所有错误请求的响应都相同，从外部看不出是哪一项"
    )
}

pub(crate) fn url_fails_later(status: u16) -> Message {
    message!(
        en: "it answers HTTP {status}, and differently to wrong requests: Token, EncodingAESKey and receiveid seem right, and it fails afterwards";
        zh: "返回 HTTP {status}，和错误请求的响应不同：Token、EncodingAESKey 和 receiveid 看来正确，之后的处理失败"
    )
}

pub(crate) fn check_a_received_request() -> Message {
    message!(
        en: "`txl callback check QUERY BODY` finds the wrong one, with a request that the server has received from WeCom";
        zh: "`txl callback check QUERY BODY` 用服务器收到的一条企业微信请求找出错误的一项"
    )
}

pub(crate) fn read_the_log_of_the_server() -> Message {
    message!(
        en: "read the log of the server";
        zh: "查看服务器的日志"
    )
}

pub(crate) fn return_only_the_text() -> Message {
    message!(
        en: "answer the GET with HTTP 200 and the decrypted echostr: no quotes, no line break, no BOM";
        zh: "用 HTTP 200 和解密后的 echostr 回答 GET：没有引号、换行和 BOM"
    )
}

pub(crate) fn signature_is_not_checked() -> Message {
    message!(
        en: "the server does not check msg_signature: any sender can forge events";
        zh: "服务器不校验 msg_signature：任何发送方都可以伪造事件"
    )
}

pub(crate) fn receive_id_is_not_checked() -> Message {
    message!(
        en: "the server does not check the receiveid: it accepts the messages of other corps";
        zh: "服务器不校验 receiveid：会接受其他企业的消息"
    )
}

pub(crate) fn verification_is_too_slow() -> Message {
    message!(
        en: "the server is too slow: WeCom waits one second for the answer to a verification";
        zh: "服务器太慢：验证 URL 时企业微信只等一秒"
    )
}

pub(crate) fn verify_every_request() -> Message {
    message!(
        en: "check msg_signature first and the receiveid after the decryption, within one second";
        zh: "先校验 msg_signature，解密后校验 receiveid，并在一秒内完成"
    )
}
