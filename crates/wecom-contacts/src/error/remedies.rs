//! The remedies of errors.

use super::{Error, ErrorKind, TransportFailure};

/// Returns the remedy in English and in Chinese, or `None` if the error's text is sufficient.
pub(super) fn remedy(error: &Error) -> Option<(&'static str, &'static str)> {
    if error.may_have_applied() {
        return Some((
            "the change may have been applied: read the existing data before you repeat the call",
            "变更可能已经生效：请先读取现有数据，再决定是否重新提交",
        ));
    }
    Some(match error.kind() {
        ErrorKind::Refused { code, .. } => match code.info() {
            Some(info) if info.remedy.is_empty() => return None,
            Some(info) => (info.remedy, info.remedy_chinese),
            None => (
                "search for the code with 查询错误码: https://open.work.weixin.qq.com/devtool/query (the hint in errmsg identifies the call)",
                "使用“查询错误码”工具：https://open.work.weixin.qq.com/devtool/query（errmsg 中的 hint 对应这次调用）",
            ),
        },
        ErrorKind::Transport { failure: TransportFailure::NoConnection, .. } => (
            "check the base URL, the network, the proxy and the server's certificate",
            "检查 base URL、网络、代理和服务器证书",
        ),
        ErrorKind::Transport { failure: TransportFailure::Timeout, .. } => {
            ("try again, or increase `timeout`", "稍后重试，或调大超时时间（`timeout`）")
        }
        ErrorKind::Transport { failure: TransportFailure::Broken, .. } => {
            ("the connection broke: try again", "连接中断，请重试")
        }
        ErrorKind::NotWeCom { .. } => (
            "check the base URL and the proxy: the reply is not from WeCom",
            "检查 base URL 和代理：这不是企业微信的响应",
        ),
        ErrorKind::Malformed(_) => (
            "report the structure of this reply to the wecom-contacts project",
            "请将该响应的结构反馈给 wecom-contacts",
        ),
        ErrorKind::Incomplete(_) => (
            "repeat the request from the beginning: the data received so far is incomplete",
            "请从头重新获取：已收到的只是一部分，不能当作全部数据",
        ),
        ErrorKind::TooLarge { .. } => (
            "request less data at once, or increase `max_reply_size`",
            "减少单次请求的数据量，或调大 `max_reply_size`",
        ),
        ErrorKind::EndpointClosed { .. } => {
            ("wait until it opens again, then call less often", "等待接口恢复，并降低调用频率")
        }
        ErrorKind::StillRunning { .. } => (
            "the job is still running: resume it by its id, or wait longer (`at_most`)",
            "任务仍在执行：可凭任务 ID 继续查询，或延长等待时间（`at_most`）",
        ),
        ErrorKind::JobFailed { .. } => ("submit the job again", "重新提交任务"),
        ErrorKind::CorruptFile { .. } => (
            "read the rows again with the key of the job; rows read so far may be wrong",
            "使用提交任务时的密钥重新读取；已读取的数据可能有误",
        ),
        ErrorKind::TokenSource(_) => {
            ("check the source of the client's access tokens", "检查客户端的 access_token 来源")
        }
        ErrorKind::Cipher(_) => (
            "compare Token, EncodingAESKey and corp id with the console (接收事件服务器), and pass the query and body unchanged",
            "与管理后台“接收事件服务器”核对 Token、EncodingAESKey 和企业 ID，并原样传入请求的 query 和 body",
        ),
        ErrorKind::UnknownEndpoint { .. } => (
            "use a path of `endpoints::ALL`, or `endpoint_of` for a custom endpoint",
            "使用 `endpoints::ALL` 中的路径；自定义的接口使用 `endpoint_of`",
        ),
        ErrorKind::Unwritable(_) | ErrorKind::Configuration(_) => return None,
    })
}
