//! Runs: `txl apply`, `txl undo` and `txl run`.

use std::{fmt::Display, path::Path};

use wecom_directory::{
    apply::RunReport,
    journal::ObjectKind,
    plan::{Category, Object, StepAction},
    roster::Place,
    run::{RunCounts, StepReason, StepState, Stop},
};

use super::{Message, agreeing, between_names, counted, field_names::field_name, plan as plan_messages, run};

pub(crate) fn allowance_expected() -> Message {
    message!(
        en: "expected MEASURE=N, such as members_removed=120";
        zh: "应写作“指标=数量”，例如 members_removed=120"
    )
}

pub(crate) fn unknown_measure(name: &str) -> Message {
    message!(
        en: "unknown measure {name}: write one of [gate] of the policy, as the gate's message says";
        zh: "未知的指标 {name}：请写策略文件 [gate] 中的指标，安全闸的提示里有它的名称"
    )
}

pub(crate) fn needs_a_terminal() -> Message {
    message!(
        en: "the changes must be confirmed, and there is no terminal for the question";
        zh: "变更需要确认，但当前没有可供提问的终端"
    )
}

pub(crate) fn confirm_by_yes() -> Message {
    message!(en: "add --yes to confirm in advance"; zh: "加上 --yes 可预先确认")
}

pub(crate) fn allow_needs_a_plan() -> Message {
    message!(en: "--allow is for one plan, and a roster is no plan"; zh: "--allow 只针对一份计划，而花名册不是计划")
}

pub(crate) fn write_a_plan() -> Message {
    message!(
        en: "write a plan by `txl plan ROSTER --out plan.json`, read it, then `txl apply plan.json --allow MEASURE=N`";
        zh: "先用 `txl plan 花名册 --out plan.json` 生成计划，看过之后再执行 `txl apply plan.json --allow 指标=数量`"
    )
}

pub(crate) fn nothing_to_do() -> Message {
    message!(en: "nothing to do"; zh: "无需变更")
}

pub(crate) fn apply(steps: usize) -> Message {
    message!(en: "send {} to WeCom", counted(steps as u64, "step"); zh: "向企业微信提交 {} 个步骤", steps)
}

pub(crate) fn undo(run: i64, steps: usize) -> Message {
    message!(
        en: "undo run {run} in {}", counted(steps as u64, "step");
        zh: "撤销第 {run} 次执行，共 {} 个步骤", steps
    )
}

pub(crate) fn undo_by_a_plan(run: i64) -> Message {
    message!(
        en: "write the plan by `txl undo {run} --out undo.json`, then apply it with the flags of the gate's message";
        zh: "用 `txl undo {run} --out undo.json` 写出撤销计划，再带上安全闸提示中的参数应用该计划"
    )
}

pub(crate) fn looking() -> Message {
    message!(en: "reading again what the plan touches"; zh: "正在重新读取计划涉及的内容")
}

pub(crate) fn verifying() -> Message {
    message!(en: "reading back what was written"; zh: "正在回读已写入的内容")
}

pub(crate) fn settling(steps: u64) -> Message {
    message!(
        en: "reading whether {} with a lost answer {} done", counted(steps, "step"), agreeing(steps, "is", "are");
        zh: "正在核对 {} 个未收到应答的步骤是否已执行", steps
    )
}

pub(crate) fn waiting(seconds: u64) -> Message {
    message!(
        en: "WeCom limits the calls: waiting {}", counted(seconds, "second");
        zh: "企业微信限制了调用频率：等待 {} 秒", seconds
    )
}

/// What became of the steps so far.
pub(crate) fn counts(counts: &RunCounts) -> Message {
    let parts = [
        (counts.refused, word!("refused", "被拒绝")),
        (counts.stale, word!("stale", "已过时")),
        (counts.skipped, word!("skipped", "已跳过")),
        (counts.unknown, word!("unknown", "结果未知")),
        (counts.remaining(), word!("remaining", "尚未执行")),
    ];
    let others: String = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| message!(en: ", {count} {word}"; zh: "，{word} {count}").to_string())
        .collect();
    message!(
        en: "{} of {} done{others}", counts.done, counted(counts.steps, "step");
        zh: "已完成 {} 步，共 {} 步{others}", counts.done, counts.steps
    )
}

/// A step that is not done, or not wholly.
pub(crate) fn step(
    object: &Object,
    action: StepAction,
    state: StepState,
    reason: Option<&StepReason>,
    places: &[Place],
) -> Message {
    let object_text = plan_messages::object(object);
    let action = run::step(action, object.kind);
    let line = if places.is_empty() {
        String::new()
    } else {
        format!("{}{}", plan_messages::places(places, &[]), word!(": ", "："))
    };
    let reason =
        reason.map(|reason| format!("{}{}", word!(": ", "："), run::step_reason(reason))).unwrap_or_default();
    message!(
        en: "{line}{action} {object_text}: {}{reason}", run::step_state(state);
        zh: "{line}{action} {object_text}：{}{reason}", run::step_state(state)
    )
}

pub(crate) fn title(report: &RunReport) -> Message {
    message!(
        en: "Run {}: {}", report.run, report.state.as_str();
        zh: "第 {} 次执行：{}", report.run, run::run_state(report.state)
    )
}

/// What was done to objects of a kind.
pub(crate) fn done(kind: ObjectKind, category: Category, names: &[String], most: usize) -> Message {
    let what = match (kind, category) {
        (ObjectKind::Tag, Category::Update) => word!("tags with other members", "调整成员的标签"),
        (ObjectKind::Member, Category::Create) => word!("new members", "新增成员"),
        (ObjectKind::Member, Category::Remove) => word!("members removed", "移除成员"),
        (ObjectKind::Member, Category::Disable) => word!("members disabled", "停用成员"),
        (ObjectKind::Member, Category::Enable) => word!("members enabled", "启用成员"),
        (ObjectKind::Member, Category::Move) => word!("members moved", "调整部门的成员"),
        (ObjectKind::Member, Category::Update) => word!("members updated", "修改成员"),
        (_, Category::Create) => word!("new departments", "新增部门"),
        (_, Category::Remove) => word!("departments removed", "移除部门"),
        (_, Category::Move) => word!("departments moved", "移动部门"),
        (_, _) => word!("departments changed", "修改部门"),
    };
    message!(
        en: "{what} ({}): {}", names.len(), listed(names, most);
        zh: "{what}（{}）：{}", names.len(), listed(names, most)
    )
}

fn listed(names: &[String], most: usize) -> String {
    let shown: Vec<_> = names.iter().take(most).map(String::as_str).collect();
    let more = names.len().saturating_sub(most);
    let more = if more > 0 { plan_messages::and_more(more).to_string() } else { String::new() };
    format!("{}{more}", shown.join(between_names()))
}

pub(crate) fn difference(object: &Object, field: Option<&str>) -> Message {
    let name = plan_messages::object(object);
    match field {
        Some(field) => message!(
            en: "{name}: {field} was written, and WeCom shows another value";
            zh: "{name}：已写入{}，但企业微信显示的是另一个值", field_name(field)
        ),
        None => message!(
            en: "{name}: its existence is not as the step wrote it";
            zh: "{name}：写入之后，是否存在与预期不符"
        ),
    }
}

pub(crate) fn not_verifiable(names: &[String], most: usize) -> Message {
    message!(
        en: "not verifiable, outside the app's visible range ({}): {}", names.len(), listed(names, most);
        zh: "不在应用的可见范围内，无法核对（{}）：{}", names.len(), listed(names, most)
    )
}

pub(crate) fn resume(run: i64) -> Message {
    message!(en: "continue it by `txl apply --resume {run}`"; zh: "用 `txl apply --resume {run}` 继续执行")
}

pub(crate) fn interrupted(signal: &str) -> Message {
    message!(
        en: "the run was stopped by {signal}; every call that was sent is recorded";
        zh: "执行被 {signal} 中断；已发出的调用均已记录"
    )
}

pub(crate) fn stopped(number: i64, stop: &Stop) -> Message {
    let why = run::stop(stop);
    message!(en: "run {number} stopped: {why}"; zh: "第 {number} 次执行已停止：{why}")
}

pub(crate) fn not_ended(run: i64) -> Message {
    message!(en: "run {run} has not ended"; zh: "第 {run} 次执行尚未结束")
}

pub(crate) fn not_all_done(outcomes: usize, differences: usize) -> Message {
    match differences {
        0 => {
            message!(en: "{} not done", agree(outcomes, "step is", "steps are"); zh: "{} 个步骤未完成", outcomes)
        }
        _ if outcomes == 0 => message!(
            en: "{} read back with another value", agree(differences, "field was", "fields were");
            zh: "{} 个字段回读的值不一致", differences
        ),
        _ => message!(
            en: "{} not done, and {} read back with another value",
        agree(outcomes, "step is", "steps are"),
        agree(differences, "field was", "fields were");
            zh: "{} 个步骤未完成，{} 个字段回读的值不一致", outcomes, differences
        ),
    }
}

fn agree(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", agreeing(count as u64, one, many))
}

pub(crate) fn plan_the_rest(run: i64) -> Message {
    message!(
        en: "`txl run show {run}` lists these steps; correct the rows and plan again";
        zh: "`txl run show {run}` 可列出未完成的步骤；改正这些行之后请重新生成计划"
    )
}

pub(crate) fn plan_the_differences() -> Message {
    message!(
        en: "the fields are named above and not recorded in the run; plan again: the plan shows those that still differ";
        zh: "这些字段已在上面列出，执行记录中没有；请重新生成计划，计划会列出仍不一致的字段"
    )
}

/// The record of the run is lost with the mirror.
pub(crate) fn mirror_is_gone(mirror: impl Display, run: i64) -> Message {
    message!(
        en: "{mirror} was deleted or replaced during the run: the record of run {run} is lost";
        zh: "{mirror} 在执行期间被删除或替换：第 {run} 次执行的记录已丢失"
    )
}

pub(crate) fn put_the_mirror_back() -> Message {
    message!(
        en: "if the file was moved, put it back; otherwise run `txl pull` and plan again, as the run cannot be resumed or undone";
        zh: "如果文件只是被移动，请放回原处；否则请执行 `txl pull` 并重新生成计划，该次执行无法继续或撤销"
    )
}

pub(crate) fn ids_written(count: u64, path: &Path) -> Message {
    message!(
        en: "wrote {} to {}", counted(count, "userid"), path.display();
        zh: "已将 {} 个 userid 写入 {}", count, path.display()
    )
}

pub(crate) fn refused_written(count: u64, path: &Path) -> Message {
    message!(
        en: "wrote {} that {} not applied to {}", counted(count, "row"), agreeing(count, "was", "were"), path.display();
        zh: "已将未应用的 {} 行写入 {}", count, path.display()
    )
}

pub(crate) fn all_done() -> Message {
    message!(en: "every step is done"; zh: "全部步骤均已完成")
}
