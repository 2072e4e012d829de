//! `txl sim`.

use std::{net::SocketAddr, path::Path};

use reqwest::StatusCode;

use super::{Message, agreeing, counted};

/// `names_outgoing` says whether `--allow-outgoing` is given.
pub(crate) fn is_reachable_from_outside(address: SocketAddr, names_outgoing: bool) -> Message {
    message!(
        en: "WARNING: listening on {address}, which is not a loopback address, without a password. Every client that reaches this \
        port can read, change and reset the simulated corp, read all requests, secrets and callbacks, make calls fail, and \
        have this machine send requests to its own loopback services{}. Do not load real personal data.",
        if names_outgoing { " and to what --allow-outgoing names" } else { "" };
        zh: "警告：正在监听 {address}，它不是回环地址，并且没有密码。凡能访问该端口的客户端，都可以读取、修改和重置模拟的企业，读取全部请求、secret 和回调，令调用失败，并让本机向自己的回环服务{}发送请求。请勿导入真实的个人数据。", if names_outgoing { "以及 --allow-outgoing 列出的地址" } else { "" }
    )
}

pub(crate) fn serving(corp_id: &str, url: &str) -> Message {
    message!(
        en: "serving corp {corp_id} at {url} (its control surface: {url}/_sim/); stop with Ctrl-C";
        zh: "正在为企业 {corp_id} 提供服务：{url}（控制接口：{url}/_sim/）；按 Ctrl-C 停止"
    )
}

/// Separates the parts of the list that a terminal shows.
pub(crate) fn blank() -> Message {
    message!(both: "")
}

pub(crate) fn in_another_terminal() -> Message {
    message!(en: "to call it from another terminal:"; zh: "在另一个终端里调用：")
}

pub(crate) fn export(name: &str, value: &str) -> Message {
    message!(both: "  export {name}={value}")
}

pub(crate) fn first_call() -> Message {
    message!(both: "  txl department list")
}

pub(crate) fn stop_with_ctrl_c() -> Message {
    message!(en: "stop with Ctrl-C"; zh: "按 Ctrl-C 停止")
}

pub(crate) fn serving_also(corp_id: &str, control_url: &str) -> Message {
    message!(
        en: "serving corp {corp_id} at the same address (its control surface: {control_url})";
        zh: "同一地址还提供企业 {corp_id}（控制接口：{control_url}）"
    )
}

pub(crate) fn cannot_be_set_up() -> Message {
    message!(en: "the simulator cannot be set up like this"; zh: "无法按此设置启动模拟器")
}

pub(crate) fn see_the_help() -> Message {
    message!(
        en: "see `txl sim --help` for what --members, --departments, --callback-…, --clock-speed, --now, --seed-file, --corp, --faults, --allow-host and --allow-outgoing take";
        zh: "--members、--departments、--callback-…、--clock-speed、--now、--seed-file、--corp、--faults、--allow-host 和 --allow-outgoing 的写法见 `txl sim --help`"
    )
}

pub(crate) fn not_a_list_of_faults(path: &Path) -> Message {
    message!(en: "{} is not a list of faults", path.display(); zh: "{} 不是故障规则列表", path.display())
}

pub(crate) fn how_faults_are_written() -> Message {
    message!(
        en: "see \"Fault injection\" in docs/simulator.md for the format";
        zh: "格式见 docs/simulator.md 的 \"Fault injection\""
    )
}

pub(crate) fn is_not_healthy(url: &str) -> Message {
    message!(en: "no simulator answers at {url}"; zh: "{url} 没有模拟器应答")
}

pub(crate) fn answers_otherwise(status: StatusCode) -> Message {
    message!(en: "the answer is {status}, and not that of a simulator"; zh: "应答为 {status}，不是模拟器的应答")
}

pub(crate) fn start_one() -> Message {
    message!(
        en: "start a simulator with `txl sim --listen ADDRESS`";
        zh: "请用 `txl sim --listen ADDRESS` 启动模拟器"
    )
}

pub(crate) fn not_a_corp_file(path: &Path) -> Message {
    message!(en: "{} is not a corp file", path.display(); zh: "{} 不是企业数据文件", path.display())
}

pub(crate) fn how_a_corp_file_is_written() -> Message {
    message!(
        en: "see \"A corp of your own\" in docs/simulator.md for the format";
        zh: "格式见 docs/simulator.md 的 \"A corp of your own\""
    )
}

pub(crate) fn sheet_has_faults(path: &Path, faults: u64) -> Message {
    message!(
        en: "{} in {} cannot be read", counted(faults, "cell"), path.display();
        zh: "{} 里有 {faults} 个单元格无法读取", path.display()
    )
}

/// `fault` names the line, the column and the reason.
pub(crate) fn fault_of_the_sheet(fault: &str) -> Message {
    message!(both: "{fault}")
}

pub(crate) fn correct_the_sheet() -> Message {
    message!(
        en: "correct the cells; every rule of the API applies to a corp file too";
        zh: "修改这些单元格；接口的每条规则也适用于种子文件"
    )
}

pub(crate) fn sheet_has_no_key(path: &Path) -> Message {
    message!(
        en: "{} has no column of accounts, mobile numbers or mail addresses", path.display();
        zh: "{} 没有帐号、手机号或邮箱列", path.display()
    )
}

pub(crate) fn name_the_columns() -> Message {
    message!(
        en: "name one of the columns 帐号, 手机号 or 邮箱";
        zh: "加上一列 帐号、手机号 或 邮箱"
    )
}

pub(crate) fn people_who_have_left(rows: usize) -> Message {
    message!(
        en: "left out: {} with the state 离职", counted(rows, "row");
        zh: "已略过 {rows} 行状态为离职的人员"
    )
}

pub(crate) fn accounts_are_made(people: usize) -> Message {
    message!(
        en: "{} without an account {} one: user1, user2, …", counted(people, "row"), agreeing(people as u64, "gets", "get");
        zh: "{people} 行没有帐号，生成为 user1、user2、…"
    )
}

pub(crate) fn not_a_saved_state(path: &Path) -> Message {
    message!(en: "{} is not a saved state", path.display(); zh: "{} 不是保存的状态", path.display())
}

pub(crate) fn how_a_state_is_saved() -> Message {
    message!(
        en: "start with a path that does not exist; the simulator writes the file when it stops";
        zh: "请先指定一个不存在的路径启动；模拟器停止时会写出该文件"
    )
}
