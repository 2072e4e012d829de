//! Words for codes in the cells of tables. English shows each code as the data has it; Chinese has a word for it.
//!
//! A function takes the JSON name of a field and its code. A code that it does not know is shown as it is.

use serde::de::{DeserializeOwned, IntoDeserializer, value::Error as Invalid};
use wecom_directory::{
    Coverage, Level,
    journal::{Action, ObjectKind},
    plan::StepAction,
};

use super::{Message, callback_check, delivery, run};
use crate::callback::{DeliveryResult, Fit, Suspect};

/// The cells of `txl run`.
pub(crate) fn run(field: &str, code: &str) -> Option<Message> {
    match field {
        "state" => known(code).map(run::run_state),
        _ => None,
    }
}

/// The state of a step that a stopped run has not sent.
pub(crate) const REMAINING: &str = "remaining";

/// The cells of the steps of a run.
pub(crate) fn step(field: &str, code: &str) -> Option<Message> {
    match field {
        "action" => known(code).map(step_action),
        "state" if code == REMAINING => Some(message!(en: "{REMAINING}"; zh: "尚未执行")),
        "state" => known(code).map(run::step_state),
        _ => None,
    }
}

fn step_action(action: StepAction) -> Message {
    let chinese = match action {
        StepAction::Create => "新增",
        StepAction::Update => "修改",
        StepAction::Remove => "移除",
        StepAction::AddMembers => "增加成员",
        StepAction::RemoveMembers => "减少成员",
    };
    message!(en: "{}", action.as_str(); zh: "{chinese}")
}

/// The cells of `txl history` and `txl diff`.
pub(crate) fn change(field: &str, code: &str) -> Option<Message> {
    match field {
        "kind" => known(code).map(object_kind),
        "action" => known(code).map(action),
        "cause" => Some(message!(en: "{code}"; zh: "{}", cause_in_chinese(code))),
        _ => None,
    }
}

fn object_kind(kind: ObjectKind) -> Message {
    message!(en: "{}", kind.as_str(); zh: "{}", run::kind_in_chinese(kind))
}

fn action(action: Action) -> Message {
    let chinese = match action {
        Action::Created => "新增",
        Action::Changed => "修改",
        Action::Removed => "移除",
        Action::OutOfSight => "不再可见",
        Action::BackInSight => "重新可见",
    };
    message!(en: "{}", action.as_str(); zh: "{chinese}")
}

/// A cause is `pull 12`, `event change_contact/update_user` or `run 3 step 17`.
pub(crate) fn cause_in_chinese(cause: &str) -> String {
    let words: Vec<_> = cause.split(' ').collect();
    match words.as_slice() {
        ["pull", pull] => format!("第 {pull} 次拉取"),
        ["event", event] => format!("事件 {event}"),
        ["run", run, "step", step] => format!("第 {run} 次执行的步骤 {step}"),
        _ => cause.to_owned(),
    }
}

/// The cells of `txl status`.
pub(crate) fn status(field: &str, code: &str) -> Option<Message> {
    match field {
        "coverage" => {
            let Coverage { members, departments, tags } = serde_json::from_str(code).ok()?;
            let [members, departments, tags] = [members, departments, tags].map(level);
            Some(message!(en: "{code}"; zh: "成员{members}，部门{departments}，标签{tags}"))
        }
        "existence" => {
            let is_proven: bool = code.parse().ok()?;
            Some(message!(en: "{code}"; zh: "{}", if is_proven { "已证实" } else { "未证实" }))
        }
        "hidden" => {
            let hidden: Hidden = serde_json::from_str(code).ok()?;
            Some(message!(en: "{code}"; zh: "{}", hidden.in_chinese()))
        }
        _ => None,
    }
}

pub(crate) fn level(level: Level) -> Message {
    message!(en: "{level}"; zh: "{}", level_in_chinese(level))
}

pub(crate) const fn level_in_chinese(level: Level) -> &'static str {
    match level {
        Level::Complete => "完整",
        Level::Range => "仅可见范围内",
        Level::Ids => "仅 id",
        Level::None => "未读取",
    }
}

/// What a pull could not read, as its report has it.
#[derive(serde::Deserialize)]
struct Hidden {
    outside_range: u64,
    sensitive_fields: bool,
    sensitive_fields_lost: bool,
}

impl Hidden {
    fn in_chinese(&self) -> String {
        let fields = match (self.sensitive_fields, self.sensitive_fields_lost) {
            (_, true) => "敏感字段不再可见",
            (true, false) => "敏感字段不可见",
            (false, false) => "敏感字段可见",
        };
        match self.outside_range {
            0 => fields.to_owned(),
            members => format!("可见范围之外的成员 {members} 名，{fields}"),
        }
    }
}

/// The cells of `txl callback trigger` and `replay`.
pub(crate) fn delivery(field: &str, code: &str) -> Option<Message> {
    match field {
        "result" => known::<DeliveryResult>(code).map(delivery::result),
        _ => None,
    }
}

/// The cells of `txl callback check` for a request.
pub(crate) fn request_check(field: &str, code: &str) -> Option<Message> {
    match field {
        "token" | "encoding_aes_key" | "receive_id" => known::<Fit>(code).map(callback_check::fit),
        _ => None,
    }
}

/// The cells of `txl callback check` for a server.
pub(crate) fn url_check(field: &str, code: &str) -> Option<Message> {
    match (field, code) {
        ("state", "verified") => Some(message!(en: "{code}"; zh: "验证通过")),
        ("state", "echoes_more") => Some(message!(en: "{code}"; zh: "返回了多余内容")),
        ("state", "refused") => Some(message!(en: "{code}"; zh: "验证失败")),
        ("suspect", _) => known::<Suspect>(code).map(callback_check::suspect),
        (_, "true") => Some(message!(en: "{code}"; zh: "是")),
        (_, "false") => Some(message!(en: "{code}"; zh: "否")),
        _ => None,
    }
}

/// Returns the value of a code.
fn known<T: DeserializeOwned>(code: &str) -> Option<T> {
    T::deserialize(IntoDeserializer::<Invalid>::into_deserializer(code)).ok()
}
