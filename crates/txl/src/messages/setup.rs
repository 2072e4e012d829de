//! `txl setup`.

use std::{net::IpAddr, path::Path};

use wecom_contacts::Error;

use super::Message;
use crate::{access::Caller, failure::Failure};

pub(crate) fn needs_a_terminal() -> Message {
    message!(en: "`txl setup` asks questions, so stdin and stderr must be a terminal"; zh: "`txl setup` 以问答方式进行，stdin 和 stderr 必须是终端")
}

pub(crate) fn write_the_file_yourself() -> Message {
    message!(en: "write a profile into txl.toml: `txl config --help` has an example, `txl config path` shows where it belongs"; zh: "请在 txl.toml 中写入配置：示例见 `txl config --help`，文件位置见 `txl config path`")
}

pub(crate) fn or_use_flags() -> Message {
    message!(en: "or give --corp-id and --contacts-secret-file, or --agent-id and --app-secret-file, or the variables of `txl help secrets`"; zh: "也可以使用 --corp-id 加 --contacts-secret-file，或 --agent-id 加 --app-secret-file，或 `txl help secrets` 中的环境变量")
}

pub(crate) fn introduction() -> Message {
    message!(en: "All values are in the console (管理后台, https://work.weixin.qq.com). Enter skips a secret; one of the two is needed. Ctrl-C ends this and writes nothing."; zh: "所有值都在管理后台（https://work.weixin.qq.com）中。直接回车可跳过某个 secret，但两个中至少要有一个。按 Ctrl-C 退出，不写入任何内容。")
}

pub(crate) fn where_the_corp_id_is() -> Message {
    message!(en: "1. The corp id (企业ID) is at the bottom of the page 我的企业 → 企业信息. It begins with ww."; zh: "1. 企业ID 在“我的企业 → 企业信息”页面底部，以 ww 开头。")
}

pub(crate) fn ask_corp_id() -> Message {
    message!(en: "corp id: "; zh: "企业ID：")
}

pub(crate) fn corp_id_is_needed() -> Message {
    message!(en: "the corp id is needed"; zh: "必须填写企业ID")
}

pub(crate) fn where_contacts_sync_is() -> Message {
    message!(en: "2. Contacts-sync (通讯录同步) lists ids and writes. Its secret is on the page 管理工具 → 通讯录同步: switch on API接口同步, add this machine to 企业可信IP, then open Secret."; zh: "2. 通讯录同步用于列出 ID 和写入。在“管理工具 → 通讯录同步”页面开启 API接口同步，把本机加入企业可信IP，然后查看 Secret。")
}

pub(crate) fn where_the_app_is() -> Message {
    message!(en: "3. An app (自建应用) reads details. Its AgentId and Secret are on its page, 应用管理 → 自建. Set its 可见范围 to the departments to read, and add this machine to its 企业可信IP."; zh: "3. 自建应用用于读取详情。AgentId 和 Secret 在“应用管理 → 自建”的应用页面上。请把可见范围设为要读取的部门，并把本机加入该应用的企业可信IP。")
}

pub(crate) fn ask_agent_id() -> Message {
    message!(en: "AgentId (Enter: skip the app): "; zh: "AgentId（回车跳过该应用）：")
}

pub(crate) fn ask_secret(caller: Caller) -> Message {
    match caller {
        Caller::Contacts => {
            message!(en: "contacts-sync secret (not shown; or env:NAME, file:PATH; Enter: skip): "; zh: "通讯录同步 secret（输入不显示；也可填 env:NAME、file:PATH；回车跳过）：")
        }
        Caller::App => {
            message!(en: "app secret (not shown; or env:NAME, file:PATH; Enter: skip): "; zh: "应用 secret（输入不显示；也可填 env:NAME、file:PATH；回车跳过）：")
        }
    }
}

#[cfg(not(unix))]
pub(crate) fn answer_is_visible() -> Message {
    message!(en: "the answer is shown on this platform; file:PATH keeps the secret off the screen"; zh: "当前平台会显示输入内容；用 file:PATH 可避免 secret 出现在屏幕上")
}

pub(crate) fn one_secret_is_needed() -> Message {
    message!(en: "one secret is needed: of contacts-sync, or of an app"; zh: "至少需要一个 secret：通讯录同步的，或自建应用的")
}

pub(crate) fn checking() -> Message {
    message!(en: "checking …"; zh: "正在检查……")
}

pub(crate) fn secret_is_good(caller: Caller) -> Message {
    match caller {
        Caller::Contacts => {
            message!(en: "ok: the contacts-sync secret is valid, and it lists departments"; zh: "正常：通讯录同步 secret 有效，可以列出部门")
        }
        Caller::App => {
            message!(en: "ok: the app's secret is valid, and it reads departments"; zh: "正常：应用 secret 有效，可以读取部门")
        }
    }
}

pub(crate) fn refusal(error: &Error) -> Message {
    message!(en: "problem: {error}"; zh: "问题：{error}")
}

pub(crate) fn failure(failure: &Failure) -> Message {
    message!(en: "problem: {failure}"; zh: "问题：{failure}")
}

pub(crate) fn cause(cause: &str) -> Message {
    message!(en: "  cause: {cause}"; zh: "  原因：{cause}")
}

pub(crate) fn remedy(remedy: &Message) -> Message {
    message!(en: "  try: {remedy}"; zh: "  建议：{remedy}")
}

pub(crate) fn corp_id_is_wrong() -> Message {
    message!(en: "problem: no corp has this corp id (errcode 40013). Copy it from 管理后台 → 我的企业 → 企业信息."; zh: "问题：企业ID 不存在（errcode 40013）。请从“管理后台 → 我的企业 → 企业信息”复制。")
}

pub(crate) fn address_is_not_trusted(error: &Error) -> Message {
    message!(en: "problem: the secret is valid, but WeCom refuses calls from this machine's address: {error}"; zh: "问题：secret 有效，但企业微信拒绝来自本机 IP 的调用：{error}")
}

/// The page with the list of trusted addresses.
fn page_of(caller: Caller) -> &'static str {
    match caller {
        Caller::Contacts => "管理后台 → 管理工具 → 通讯录同步 → 企业可信IP",
        Caller::App => word!(
            "管理后台 → 应用管理 → 自建 → the app → 企业可信IP",
            "管理后台 → 应用管理 → 自建 → 该应用 → 企业可信IP"
        ),
    }
}

pub(crate) fn add_this_address(address: IpAddr, caller: Caller) -> Message {
    message!(en: "  try: add {address} to {}, wait a minute, then check again", page_of(caller); zh: "  建议：把 {address} 加入“{}”，等待一分钟后重新检查", page_of(caller))
}

pub(crate) fn add_the_named_address(caller: Caller) -> Message {
    message!(en: "  try: add the address that the error names to {}, wait a minute, then check again", page_of(caller); zh: "  建议：把错误信息中的 IP 加入“{}”，等待一分钟后重新检查", page_of(caller))
}

pub(crate) fn choices() -> Message {
    message!(en: "  a: check again, t: type the secret again, c: change the corp id, k: keep it unchecked, s: skip it"; zh: "  a：重新检查，t：重新输入 secret，c：修改企业ID，k：不检查并保留，s：跳过")
}

/// `key` is the letter that Enter means.
pub(crate) fn what_next(key: char) -> Message {
    message!(en: "a, t, c, k or s (Enter: {key}): "; zh: "a、t、c、k 或 s（回车为 {key}）：")
}

pub(crate) fn ask_name(suggested: Option<&str>, existing: Option<String>) -> Message {
    match (suggested, existing) {
        (Some(suggested), _) => {
            message!(en: "4. Name of the profile (Enter: {suggested}): "; zh: "4. 配置名称（回车为 {suggested}）：")
        }
        (None, existing) => {
            message!(en: "4. Name of the profile (the file has {}): ", existing.unwrap_or_default(); zh: "4. 配置名称（文件中已有 {}）：", existing.unwrap_or_default())
        }
    }
}

pub(crate) fn name_is_unusable(most: usize) -> Message {
    message!(en: "a name has 1 to {most} characters, does not begin with -, and has no blanks, quotation marks or backslashes"; zh: "名称为 1 到 {most} 个字符，不能以 - 开头，不能包含空白、引号或反斜杠")
}

pub(crate) fn take_another_name() -> Message {
    message!(en: "take a short name, such as test or prod"; zh: "请使用简短的名称，例如 test 或 prod")
}

pub(crate) fn replace(name: &str, path: &Path) -> Message {
    message!(en: "{} has a profile `{name}`. Its corp id, secrets and connection would be replaced; other keys stay.", path.display(); zh: "{} 中已有配置 `{name}`。企业ID、secret 和连接设置将被替换，其他键保留。", path.display())
}

pub(crate) fn ask_to_replace(name: &str) -> Message {
    message!(en: "Replace `{name}`? (y/N): "; zh: "替换 `{name}`？(y/N)：")
}

pub(crate) fn make_it_the_default(name: &str, default: Option<&str>) -> Message {
    match default {
        Some(default) => {
            message!(en: "Make `{name}` the default profile instead of `{default}`? (y/N): "; zh: "把默认配置从 `{default}` 改为 `{name}`？(y/N)：")
        }
        None => {
            message!(en: "Make `{name}` the default profile? (y/N): "; zh: "把 `{name}` 设为默认配置？(y/N)：")
        }
    }
}

pub(crate) fn nothing_was_written() -> Message {
    message!(en: "nothing was written: the profile stays as it is"; zh: "未写入任何内容，原配置保持不变")
}

pub(crate) fn input_ended() -> Message {
    message!(en: "the input ended, and nothing was written"; zh: "输入已结束，未写入任何内容")
}

pub(crate) fn written(name: &str, path: &Path) -> Message {
    message!(en: "profile `{name}` is written to {}; only you can read the file", path.display(); zh: "配置 `{name}` 已写入 {}，该文件仅本人可读", path.display())
}

pub(crate) fn next() -> Message {
    message!(en: "next:"; zh: "接下来：")
}

/// `line` is a command with its flags, and `command` the same without flags.
pub(crate) fn command(line: &str, command: &str) -> Message {
    let what = match command {
        "txl doctor" => {
            word!("checks rights, visible range and everything else", "检查权限、可见范围等各项设置")
        }
        "txl pull" => word!("copies the directory into the mirror", "把通讯录拉取到镜像"),
        _ => word!("shows the departments of the mirror", "显示镜像中的部门"),
    };
    message!(both: "  {line}  {what}")
}

pub(crate) fn variables_come_first(variables: &[String]) -> Message {
    message!(en: "note: {} in the environment come before the default profile; --profile ignores them", variables.join(", "); zh: "提示：环境变量 {} 优先于默认配置；使用 --profile 时忽略这些变量", variables.join("、"))
}
