//! Reasons of the gate (安全闸).

use wecom_directory::{gate::Reason, policy::Measure};

use super::{Message, between_names};

pub(crate) fn reason(reason: &Reason) -> Message {
    message!(en: "{}", reason.message(); zh: "{}", chinese(reason))
}

fn chinese(reason: &Reason) -> String {
    match reason {
        Reason::OverLimit { measure, count, earlier, allowed, whole, names } => {
            let earlier_runs =
                if *earlier > 0 { format!("（其中之前的执行 {earlier}）") } else { String::new() };
            let names = listed(names, count - earlier);
            let names = if names.is_empty() { names } else { format!("：{names}") };
            let what = self::measure(*measure);
            format!("{what}（{measure}）：{count}，总数 {whole}，上限 {allowed}{earlier_runs}{names}")
        }
        Reason::Protected { names } => {
            format!("计划会停用、移除受策略保护的成员，或将其移出管理范围：{}", names.join("、"))
        }
        Reason::NoExistence => {
            "计划要移除对象，但拉取未能证实哪些对象存在：请用“通讯录同步”的 secret 拉取".to_owned()
        }
        Reason::UnknownProtected { entries } => {
            format!("protected 中有不对应任何对象的条目：{}", entries.join("、"))
        }
        Reason::NothingProtected => {
            "策略要处理离职人员，而 protected 列表为空：至少应列出企业创建者".to_owned()
        }
        Reason::NoScope => "策略要处理离职人员，却没有 scope：即使是整个企业，也请写明 scope".to_owned(),
        Reason::EmptyRoster => "花名册没有可用的行".to_owned(),
        Reason::KeysMissing { count, whole } => format!("{whole} 行中有 {count} 行没有可用的主键"),
        Reason::LikelyRename { from, to } => format!("{from} 消失，{to} 新增，而人员大多相同：很可能是改名"),
        Reason::Root => "根部门不能移除".to_owned(),
    }
}

/// `all` is the number of names, of which the gate has the first.
fn listed(names: &[String], all: u64) -> String {
    let more = all.saturating_sub(names.len() as u64);
    let more = if more > 0 && !names.is_empty() { format!(" 另有 {more} 项") } else { String::new() };
    format!("{}{more}", names.join(between_names()))
}

fn measure(measure: Measure) -> &'static str {
    match measure {
        Measure::MembersCreated => "新增成员",
        Measure::MembersRemoved => "移除成员",
        Measure::MembersDisabled => "停用、移除或移出管理范围的成员",
        Measure::MembersMoved => "调整部门的成员",
        Measure::MembersInvited => "邀请成员",
        Measure::SeatsRemoved => "移出部门的人次",
        Measure::LeadersRemoved => "取消部门负责人",
        Measure::DepartmentsCreated => "新增部门",
        Measure::DepartmentsMoved => "移动部门",
        Measure::DepartmentsRemoved => "移除部门",
        Measure::FieldChanged => "修改同一字段的成员",
        Measure::FieldCleared => "清空同一字段的成员",
        Measure::TagMembersRemoved => "移出标签的成员",
        Measure::RosterShrunk => "花名册减少的人数",
    }
}
