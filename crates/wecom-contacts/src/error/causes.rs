//! The chain of causes of an error. Most causes are English texts of libraries; the common ones have Chinese translations
//! here.

use std::{error::Error as StdError, io};

use super::Bilingual;
use crate::redact;

/// Returns the causes of an error, outermost first. A cause that repeats the text of the error above it is skipped.
pub(super) fn of(error: &(dyn StdError + 'static)) -> Vec<Bilingual> {
    let mut causes: Vec<Bilingual> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = text(cause);
        if causes.last().is_none_or(|last| last.english != text.english) {
            causes.push(text);
        }
        next = cause.source();
    }
    causes
}

/// Returns the text of one error.
pub(super) fn text(error: &(dyn StdError + 'static)) -> Bilingual {
    let english = redact::shortened(error.to_string());
    let chinese = in_chinese(error).unwrap_or_else(|| english.clone());
    Bilingual::new(english, chinese)
}

fn in_chinese(cause: &(dyn StdError + 'static)) -> Option<String> {
    if let Some(ours) = cause.downcast_ref::<Bilingual>() {
        return Some(ours.chinese.clone().into_owned());
    }
    if let Some(error) = cause.downcast_ref::<reqwest::Error>() {
        return Some(http(error).to_owned());
    }
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        return match error.get_ref() {
            Some(inner) => in_chinese(inner),
            None => system(error),
        };
    }
    if cause.is::<tokio::time::error::Elapsed>() {
        return Some("已超时".to_owned());
    }
    if let Some(error) = cause.downcast_ref::<serde_json::Error>() {
        return Some(format!("JSON 与预期不符（{}）", redact::shortened(error.to_string())));
    }
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(match error {
            rustls::Error::InvalidCertificate(_) => format!("服务器证书无效（{error}）"),
            _ => format!("TLS 错误（{error}）"),
        });
    }
    let words = cause.to_string();
    KNOWN.iter().find(|(english, _)| *english == words).map(|(_, chinese)| (*chinese).to_owned())
}

fn http(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "请求超时"
    } else if error.is_connect() {
        "建立连接失败"
    } else if error.is_body() || error.is_decode() {
        "读取响应失败"
    } else {
        "发送请求失败"
    }
}

/// Returns the Chinese text of an error of the operating system, with its number.
fn system(error: &io::Error) -> Option<String> {
    use io::ErrorKind::{
        AddrNotAvailable, BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, HostUnreachable,
        NetworkDown, NetworkUnreachable, NotFound, PermissionDenied, StorageFull, TimedOut, UnexpectedEof,
    };
    let words = match error.kind() {
        ConnectionRefused => "连接被拒绝",
        ConnectionReset | ConnectionAborted | BrokenPipe => "连接被对方断开",
        TimedOut => "超时",
        HostUnreachable => "主机不可达",
        NetworkDown | NetworkUnreachable => "网络不可达",
        AddrNotAvailable => "本机没有可用的地址或端口",
        UnexpectedEof => "数据提前结束",
        NotFound => "文件不存在",
        PermissionDenied => "没有权限",
        StorageFull => "磁盘已满",
        _ => return None,
    };
    Some(match error.raw_os_error() {
        Some(number) => format!("{words}（os error {number}）"),
        None => words.to_owned(),
    })
}

/// Chinese translations of the HTTP client's texts, whose error types are private.
const KNOWN: &[(&str, &str)] = &[
    ("client error (Connect)", "无法建立连接"),
    ("client error (SendRequest)", "无法发送请求"),
    ("tcp connect error", "TCP 连接失败"),
    ("dns error", "域名解析失败"),
    ("operation timed out", "操作超时"),
    ("connection closed before message completed", "连接在响应完成前关闭"),
    ("error reading a body from connection", "读取响应体时连接出错"),
    ("end of file before message length reached", "响应未达到声明的长度"),
];
