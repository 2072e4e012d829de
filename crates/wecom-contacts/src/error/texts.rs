//! The text of an error, as one sentence in English and in Chinese.

use std::fmt::{Formatter, Result, Write};

use super::{Error, ErrorKind, TransportFailure};
use crate::{JobId, redact};

pub(super) fn english(error: &Error, f: &mut Formatter<'_>) -> Result {
    if let Some(call) = error.call() {
        write!(f, "`{call}`: ")?;
    }
    match error.kind() {
        ErrorKind::Refused { code, errmsg } => match code.info() {
            Some(info) => write!(f, "{} {} (errcode {code}): {errmsg}", info.english, info.chinese),
            None => write!(f, "refused (errcode {code}): {errmsg}"),
        },
        ErrorKind::Transport { failure, .. } => f.write_str(match failure {
            TransportFailure::NoConnection => "no connection to the server",
            TransportFailure::Timeout => "the reply did not arrive in time",
            TransportFailure::Broken => "the connection broke before the end of the reply",
        }),
        ErrorKind::NotWeCom { status, content_type } => {
            let body = content_type.as_deref().unwrap_or("nothing");
            write!(f, "the reply is not from WeCom: HTTP status {status} with {body}")
        }
        ErrorKind::Malformed(_) => f.write_str("the reply's fields do not have the documented types"),
        ErrorKind::Incomplete(why) => write!(f, "the reply is incomplete: {}", why.english),
        ErrorKind::TooLarge { limit } => write!(f, "the reply is larger than {limit} bytes"),
        // The text of this error already contains the remedy, and it has no cause.
        ErrorKind::Cipher(error) => write!(f, "{error}"),
        ErrorKind::EndpointClosed { reopens_in } => write!(
            f,
            "not sent: WeCom closed this call for the corp (errcode 45009) and opens it again in {} s",
            reopens_in.as_secs_f64().ceil()
        ),
        ErrorKind::Unwritable(why) => write!(f, "the request could not be written: {}", why.english),
        ErrorKind::StillRunning { job, waited } => {
            write!(f, "job {} is not finished after {} s", short(job), waited.as_secs())
        }
        ErrorKind::JobFailed { job } => write!(f, "job {} failed", short(job)),
        ErrorKind::CorruptFile { file, offset, why, .. } => {
            write!(f, "file {} of the export, at byte {offset}: it {}", file + 1, why.english)
        }
        ErrorKind::TokenSource(_) => f.write_str("the token source returned no access token"),
        ErrorKind::Configuration(why) => write!(f, "invalid configuration: {}", why.english),
        ErrorKind::UnknownEndpoint { path, nearest } => {
            write!(f, "no endpoint has the path `{}`", redact::shortened(path.clone()))?;
            match nearest {
                Some(nearest) => write!(f, "; the most similar path is `{nearest}`"),
                None => Ok(()),
            }
        }
    }?;
    if error.may_have_applied() {
        f.write_str("; the change may have been applied anyway")?;
    }
    if error.attempts() > 1 {
        let seconds = error.elapsed().as_secs_f32();
        write!(f, "; given up after {} attempts in {seconds:.1} s", error.attempts())?;
    }
    Ok(())
}

pub(super) fn chinese(error: &Error, f: &mut impl Write) -> Result {
    if let Some(call) = error.call() {
        write!(f, "`{call}`：")?;
    }
    match error.kind() {
        ErrorKind::Refused { code, errmsg } => {
            let meaning = code.info().map_or("企业微信返回错误", |info| info.chinese);
            write!(f, "{meaning}（errcode {code}）：{errmsg}")
        }
        ErrorKind::Transport { failure, .. } => f.write_str(match failure {
            TransportFailure::NoConnection => "无法连接服务器",
            TransportFailure::Timeout => "等待响应超时",
            TransportFailure::Broken => "连接中断，未收到完整的响应",
        }),
        ErrorKind::NotWeCom { status, content_type: Some(body) } => {
            write!(f, "响应不是企业微信返回的：HTTP 状态码 {status}，Content-Type 为 {body}")
        }
        ErrorKind::NotWeCom { status, content_type: None } => {
            write!(f, "响应不是企业微信返回的：HTTP 状态码 {status}，没有 Content-Type")
        }
        ErrorKind::Malformed(_) => f.write_str("响应字段的类型与文档不符"),
        ErrorKind::Incomplete(why) => write!(f, "响应不完整：{}", why.chinese),
        ErrorKind::TooLarge { limit } => write!(f, "响应超过 {limit} 字节"),
        ErrorKind::Cipher(error) => cipher_in_chinese(error, f),
        ErrorKind::EndpointClosed { reopens_in } => write!(
            f,
            "未发送请求：调用频率超限（errcode 45009），该接口已被企业微信暂停，{} 秒后恢复",
            reopens_in.as_secs_f64().ceil()
        ),
        ErrorKind::Unwritable(why) => write!(f, "无法生成请求：{}", why.chinese),
        ErrorKind::StillRunning { job, waited } => {
            write!(f, "等待 {} 秒后，任务 {} 仍未完成", waited.as_secs(), short(job))
        }
        ErrorKind::JobFailed { job } => write!(f, "任务 {} 执行失败", short(job)),
        ErrorKind::CorruptFile { file, offset, why, .. } => {
            write!(f, "导出的第 {} 个文件（第 {offset} 字节处）：{}", file + 1, why.chinese)
        }
        ErrorKind::TokenSource(_) => f.write_str("TokenSource 没有提供 access_token"),
        ErrorKind::Configuration(why) => write!(f, "配置不可用：{}", why.chinese),
        ErrorKind::UnknownEndpoint { path, nearest } => {
            write!(f, "没有路径为 `{}` 的接口", redact::shortened(path.clone()))?;
            match nearest {
                Some(nearest) => write!(f, "；最接近的是 `{nearest}`"),
                None => Ok(()),
            }
        }
    }?;
    if error.may_have_applied() {
        f.write_str("；变更可能已经生效")?;
    }
    if error.attempts() > 1 {
        let seconds = error.elapsed().as_secs_f32();
        write!(f, "；共尝试 {} 次，用时 {seconds:.1} 秒，已放弃", error.attempts())?;
    }
    Ok(())
}

fn cipher_in_chinese(error: &wecom_cipher::Error, f: &mut impl Write) -> Result {
    use wecom_cipher::Error as Cipher;
    match error {
        Cipher::Signature => f.write_str("回调签名校验失败；请确认 Token 与管理后台的配置一致"),
        Cipher::MissingParameter { name } => {
            write!(f, "回调请求缺少参数 `{name}`；请传入完整的原始查询字符串")
        }
        Cipher::Xml { reason } => write!(f, "回调请求体不是企业微信的加密消息（{reason}）"),
        Cipher::Key { reason } => write!(f, "EncodingAESKey 应为 43 位字母和数字（{reason}）"),
        Cipher::ReceiveId { expected, found } => {
            write!(f, "回调的接收方是 `{found}`，应为 `{expected}`；请核对企业 ID")
        }
        Cipher::Random => f.write_str("操作系统没有提供随机数"),
        Cipher::Decrypt => f.write_str("解密失败；请确认 EncodingAESKey 与管理后台的配置一致"),
        Cipher::NoEcho => f.write_str("echostr 解密后是一条消息，不能返回给请求方"),
        Cipher::Base64 => f.write_str("密文不是 base64；查询参数只应做一次 URL 解码"),
        other => write!(f, "{other}"),
    }
}

fn short(job: &JobId) -> String {
    redact::shortened(job.to_string())
}
