//! `txl tour`. In the formats for programs, titles and notes of the steps do not depend on the language.

use std::fmt::Display;

use reqwest::StatusCode;
use serde_json::Value;

use super::Message;

/// Why a step failed: a note, like those of steps that are ok. It names a fault of this program or of the simulator.
pub(crate) fn unmet(note: impl Display) -> Message {
    message!(en: "{note}"; zh: "与预期不符：{note}")
}

/// The title of a step. English has the Chinese name of the official page as well.
pub(crate) fn title(english: &str, chinese: &str) -> Message {
    message!(en: "{english} {chinese}"; zh: "{chinese}")
}

/// The traffic of a step: the path of a call, or a description.
pub(crate) fn traffic(endpoint: &str) -> Message {
    let chinese = match endpoint {
        "no call: from the mirror" => "不发送请求：读取镜像",
        "no call: the plan is refused" => "不发送请求：计划被拦截",
        other => other,
    };
    message!(en: "{endpoint}"; zh: "{chinese}")
}

pub(crate) fn ok() -> Message {
    message!(en: "ok"; zh: "通过")
}

pub(crate) fn failed() -> Message {
    message!(en: "FAILED"; zh: "失败")
}

pub(crate) fn then_try(remedy: &Message) -> Message {
    message!(en: "; try: {remedy}"; zh: "；建议：{remedy}")
}

/// The simulator of a tour.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    Embedded,
    BaseUrl,
}

pub(crate) fn summary(steps: usize, failed: usize, seconds: f64, target: Target) -> Message {
    let target = match target {
        Target::Embedded => word!("an embedded simulator", "内置模拟器"),
        Target::BaseUrl => word!("the simulator at --base-url", "--base-url 指定的模拟器"),
    };
    message!(
        en: "{steps} steps, {failed} failed, in {seconds:.1} s against {target}";
        zh: "共 {steps} 步，失败 {failed} 步，用时 {seconds:.1} 秒（{target}）"
    )
}

pub(crate) fn simulator_does_not_start() -> Message {
    message!(en: "the embedded simulator does not start"; zh: "内置的模拟器无法启动")
}

pub(crate) fn point_it_at_a_simulator() -> Message {
    message!(
        en: "point the tour at a simulator (`txl sim` prints its address), never at a real corp: it deletes members";
        zh: "请将演示指向模拟器（`txl sim` 会打印地址），切勿指向真实企业：演示会删除成员"
    )
}

pub(crate) fn not_cleared_away(failure: impl Display) -> Message {
    message!(en: "some objects of the tour were not removed: {failure}"; zh: "演示创建的部分对象未能清理：{failure}")
}

pub(crate) fn steps_failed(failed: usize, steps: usize) -> Message {
    message!(en: "{failed} of the tour's {steps} steps failed"; zh: "演示共 {steps} 步，失败 {failed} 步")
}

pub(crate) fn read_the_notes() -> Message {
    message!(
        en: "read the notes of the steps marked FAILED (`\"ok\":false` with --json)";
        zh: "请看标有“失败”的步骤说明（使用 --json 时为 `\"ok\":false`）"
    )
}

pub(crate) fn no_http_client() -> Message {
    message!(en: "no HTTP client"; zh: "无法创建 HTTP 客户端")
}

pub(crate) fn no_simulator_there() -> Message {
    message!(en: "`/_sim/state` is not a simulator's"; zh: "`/_sim/state` 不是模拟器的接口")
}

pub(crate) fn console_gives_no_answer(path: &str) -> Message {
    message!(en: "`/_sim/{path}` gives no answer"; zh: "`/_sim/{path}` 没有应答")
}

pub(crate) fn console_refuses(path: &str, answer: &Value) -> Message {
    message!(en: "`/_sim/{path}` refuses: {answer}"; zh: "`/_sim/{path}` 拒绝了请求：{answer}")
}

pub(crate) fn console_is_no_simulators(path: &str, status: StatusCode) -> Message {
    message!(
        en: "`/_sim/{path}` is not a simulator's: HTTP status {status}";
        zh: "`/_sim/{path}` 不是模拟器的接口：HTTP 状态码 {status}"
    )
}

pub(crate) fn console_lacks(key: &str) -> Message {
    message!(en: "the simulator's console gives no `{key}`"; zh: "模拟器的控制台没有给出 `{key}`")
}

pub(crate) fn listener_gives_no_answer() -> Message {
    message!(en: "the callback listener does not answer"; zh: "回调监听程序没有应答")
}

pub(crate) fn no_port_for_callbacks() -> Message {
    message!(en: "no port to receive callbacks on"; zh: "没有可用于接收回调的端口")
}

pub(crate) fn no_temporary_directory() -> Message {
    message!(en: "no temporary directory"; zh: "没有可用的临时目录")
}
