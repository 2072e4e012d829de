//! What became of a run (执行) and of its steps.

use wecom_contacts::DepartmentId;
use wecom_directory::{
    apply::PlanRefused,
    journal::ObjectKind,
    plan::StepAction,
    run::{RunState, StepReason, StepState, Stop},
};

use super::{Message, field_names::field_name, gate, plan::minute};

pub(crate) fn run_state(state: RunState) -> Message {
    let chinese = match state {
        RunState::Running => "进行中",
        RunState::Done => "已完成",
        RunState::Stopped => "已停止",
    };
    message!(en: "{}", state.as_str(); zh: "{chinese}")
}

pub(crate) fn step_state(state: StepState) -> Message {
    let chinese = match state {
        StepState::Sending => "提交中",
        StepState::Done => "已完成",
        StepState::Refused => "被拒绝",
        StepState::Stale => "已过时",
        StepState::Unknown => "结果未知",
        StepState::Skipped => "已跳过",
    };
    message!(en: "{}", state.as_str(); zh: "{chinese}")
}

/// What a step does, and to which kind of object.
pub(crate) fn step(action: StepAction, kind: ObjectKind) -> Message {
    let what = kind_in_chinese(kind);
    let deed = match action {
        StepAction::Create => "新增",
        StepAction::Update => "修改",
        StepAction::Remove => "移除",
        StepAction::AddMembers => "增加成员：",
        StepAction::RemoveMembers => "减少成员：",
    };
    message!(en: "{} {}", action.as_str().replace('_', " "), kind.as_str(); zh: "{deed}{what}")
}

pub(super) fn kind_in_chinese(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Member => "成员",
        ObjectKind::Department => "部门",
        ObjectKind::Tag => "标签",
    }
}

pub(crate) fn step_reason(reason: &StepReason) -> Message {
    message!(en: "{}", reason.message(); zh: "{}", step_reason_in_chinese(reason))
}

fn step_reason_in_chinese(reason: &StepReason) -> String {
    match reason {
        StepReason::Refused { code, errmsg } => format!("企业微信拒绝：{errmsg}（错误码 {code}）"),
        StepReason::RefusedMembers { userids, departments } => {
            let departments: Vec<_> = departments.iter().map(DepartmentId::to_string).collect();
            let parts = [("成员", userids), ("部门", &departments)];
            let parts = parts.iter().filter(|(_, ids)| !ids.is_empty());
            let parts: Vec<_> = parts.map(|(what, ids)| format!("{what} {}", ids.join("、"))).collect();
            format!("企业微信拒绝了{}", parts.join("；"))
        }
        StepReason::Changed { fields } => {
            let fields: Vec<_> = fields.iter().map(|field| field_name(field)).collect();
            format!("生成计划之后已被修改：{}", fields.join("、"))
        }
        StepReason::Exists => "已经存在".to_owned(),
        StepReason::Gone => "已不存在".to_owned(),
        StepReason::OutOfSight => "不在应用的可见范围内".to_owned(),
        StepReason::Needs { step } => format!("步骤 {step} 未完成"),
        StepReason::AnswerLost => "没有收到应答，也无法读取写入的字段".to_owned(),
        StepReason::Forgotten => "相关的值已被清除".to_owned(),
        StepReason::Invalid { problem } => format!("步骤无法提交：{}", problem.chinese),
        other => other.message(),
    }
}

/// Why a run stopped.
pub(crate) fn stop(stop: &Stop) -> Message {
    message!(en: "{}", stop.message(); zh: "{}", stop_in_chinese(stop))
}

fn stop_in_chinese(stop: &Stop) -> String {
    match stop {
        Stop::Cancelled => "已取消".to_owned(),
        Stop::TooManyStale { stale, objects } => {
            format!("{objects} 个对象中有 {stale} 个在生成计划之后已被修改：请重新拉取并生成计划")
        }
        Stop::Forbidden { code: Some(code), text } => {
            format!("企业微信禁止写入：{}（错误码 {code}）", text.chinese)
        }
        Stop::TooManyRefused { refused, writes } => {
            format!("前 {writes} 次写入中有 {refused} 次被企业微信拒绝")
        }
        Stop::AccountCeiling => "企业的账号数已达上限（45024）：其余的新成员没有创建".to_owned(),
        Stop::Closed { seconds } => format!("调用频率超过上限（45009）；接口约 {seconds} 秒后恢复"),
        Stop::Forbidden { code: None, text } => format!("企业微信禁止写入：{}", text.chinese),
        Stop::Unreachable { text } => format!("无法连接企业微信：{}", text.chinese),
        other => other.message(),
    }
}

/// Why a plan may not be applied.
pub(crate) fn plan_refused(refused: &PlanRefused) -> Message {
    message!(en: "{refused}"; zh: "{}", plan_refused_in_chinese(refused))
}

fn plan_refused_in_chinese(refused: &PlanRefused) -> String {
    match refused {
        PlanRefused::OtherCorp { plan, corp } => format!("计划属于企业 {plan}，而当前是 {corp}"),
        PlanRefused::AlreadyApplied { run, state: RunState::Done } => {
            format!("计划已经应用过（第 {run} 次执行）：请重新生成计划")
        }
        PlanRefused::AlreadyApplied { run, .. } => {
            format!("计划已经开始应用（第 {run} 次执行）：请继续该次执行")
        }
        PlanRefused::Expired { at } => format!("计划已于 {} 过期：请重新生成计划", minute(*at)),
        PlanRefused::OlderThanMirror { plan, mirror } => {
            format!("计划根据第 {plan} 次拉取生成，而镜像已是第 {mirror} 次拉取：请重新生成计划")
        }
        PlanRefused::OtherMirror { pull } => {
            format!("计划根据第 {pull} 次拉取生成，而镜像中没有这次拉取：请重新生成计划")
        }
        PlanRefused::Gate(verdict) => {
            let reasons: Vec<_> = verdict.reasons.iter().map(|one| gate::reason(one).to_string()).collect();
            format!("安全闸拦截了计划：{}", reasons.join("；"))
        }
        PlanRefused::NothingToResume => "该企业没有可继续的执行".to_owned(),
        other => other.to_string(),
    }
}
