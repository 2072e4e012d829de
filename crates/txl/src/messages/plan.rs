//! A plan as people read it: counts, departments, findings, the gate.

use std::path::Path;

use wecom_directory::{
    gate::Reason,
    plan::{Finding, LeaverOutcome, NotWritableReason, Object, Origin, Plan},
    policy::Span,
    roster::{Place, RosterFile},
};

use super::{
    Message, agreeing, between_changes, between_names, counted, field_names::field_name, findings, gate,
};

/// Lines of a file that are named before they are only counted.
const PLACES: usize = 5;

pub(crate) fn title(plan: &Plan) -> Message {
    let corp = &plan.corp;
    match &plan.origin {
        Origin::Roster { files, rows, people, .. } => {
            let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
            message!(
                en: "Plan for {corp} from {} ({}, {})", names.join(", "), counted(*rows, "row"), persons(*people);
                zh: "{corp} 的计划，来自 {}（{rows} 行，{people} 人）", names.join("、")
            )
        }
        Origin::RemoveDisabled { since } => {
            message!(
                en: "Plan for {corp}: remove members who have been disabled for {since}";
                zh: "{corp} 的计划：移除已停用 {}的成员", since.parse().map_or_else(|_| since.clone(), in_chinese)
            )
        }
        Origin::Undo { run } => message!(
            en: "Plan for {corp}: undo run {run}";
            zh: "{corp} 的计划：撤销第 {run} 次执行"
        ),
    }
}

pub(crate) fn excludes_an_unknown_member(userid: &str) -> Message {
    message!(
        en: "--exclude {userid}: neither the corp nor the roster has this userid";
        zh: "--exclude {userid}：企业和花名册中都没有这个 userid"
    )
}

pub(crate) fn correct_the_userid() -> Message {
    message!(
        en: "correct the userid; `txl find NAME` shows it";
        zh: "请改正 userid；可用 `txl find 姓名` 查看"
    )
}

fn in_chinese(span: Span) -> String {
    match span.seconds() {
        seconds if seconds % 86_400 == 0 => format!("{} 天", seconds / 86_400),
        seconds if seconds % 3_600 == 0 => format!("{} 小时", seconds / 3_600),
        seconds => format!("{} 分钟", seconds / 60),
    }
}

fn persons(count: u64) -> String {
    format!("{count} {}", agreeing(count, "person", "people"))
}

/// A time to the minute.
pub(crate) fn minute(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%MZ").to_string()
}

pub(crate) fn basis(plan: &Plan) -> Message {
    let (pull, pulled, until) = (plan.basis.pull, minute(plan.basis.pulled_at), minute(plan.expires_at));
    message!(
        en: "Compared with pull {pull} of {pulled}; valid until {until}";
        zh: "与 {pulled} 的第 {pull} 次拉取比对；有效期至 {until}"
    )
}

pub(crate) fn existence_is_unknown() -> Message {
    message!(
        en: "The pull has not proven which members exist: the plan disables and removes no one.";
        zh: "本次拉取未能证实哪些成员存在：计划不会停用或移除任何人。"
    )
}

pub(crate) fn no_fingerprint_key(path: &Path) -> Message {
    message!(en: "{} has no key of fingerprints", path.display(); zh: "{} 中没有指纹密钥", path.display())
}

pub(crate) fn remove_fingerprint_key() -> Message {
    message!(
        en: "restore the file from a backup, or remove it: the values of hidden fields then count as unchecked";
        zh: "请从备份恢复该文件，或将其删除：删除后，隐藏字段的值视为未核对"
    )
}

/// A plan without a change. What findings name, and what cannot be written, may differ all the same.
pub(crate) fn no_changes(plan: &Plan) -> Message {
    let is_roster = matches!(plan.origin, Origin::Roster { .. });
    if is_roster && plan.findings.is_empty() && plan.not_writable.is_empty() {
        message!(en: "No changes: the corp is as the roster says."; zh: "没有变更：企业与花名册一致。")
    } else {
        message!(en: "The plan changes nothing."; zh: "这个计划没有任何变更。")
    }
}

/// The counts, a line for each kind of object. Kinds without a change have no line.
pub(crate) fn counts(plan: &Plan) -> Vec<Message> {
    let counts = &plan.counts;
    let departments = counts.departments;
    let tags = counts.tags;
    let mut lines = Vec::new();
    let listed = |parts: &[(u64, &str, &str)]| {
        let parts = parts.iter().filter(|(count, ..)| *count > 0);
        parts
            .map(|(count, sign, word)| {
                message!(en: "{sign} {count} {word}"; zh: "{sign} {word} {count}").to_string()
            })
            .collect::<Vec<_>>()
            .join("   ")
    };
    let members = listed(&[
        (counts.create, "+", word!("create", "新增")),
        (counts.moved, "→", word!("move", "调整")),
        (counts.update, "~", word!("update", "修改")),
        (counts.enable, "~", word!("enable", "启用")),
        (counts.disable, "-", word!("disable", "停用")),
        (counts.remove, "-", word!("remove", "移除")),
    ]);
    let departments = listed(&[
        (departments.create, "+", word!("create", "新增")),
        (departments.moved, "→", word!("move", "调整")),
        (departments.update, "~", word!("update", "修改")),
        (departments.remove, "-", word!("remove", "移除")),
    ]);
    let tags = listed(&[
        (tags.create, "+", word!("create", "新增")),
        (tags.remove, "-", word!("remove", "移除")),
        (tags.add_members + tags.add_departments, "+", word!("memberships", "成员关系")),
        (tags.remove_members + tags.remove_departments, "-", word!("memberships", "成员关系")),
    ]);
    for (kind, text) in [
        (word!("Members:     ", "成员："), members),
        (word!("Departments: ", "部门："), departments),
        (word!("Tags:        ", "标签："), tags),
    ] {
        if !text.is_empty() {
            lines.push(message!(en: "{kind} {text}"; zh: "{kind}{text}"));
        }
    }
    let mut beside = Vec::new();
    if counts.invites > 0 {
        beside.push(message!(en: "{} invited", counted(counts.invites, "member"); zh: "邀请 {} 名成员", counts.invites).to_string());
    }
    if counts.not_writable > 0 {
        beside.push(
            message!(en: "{} not writable", counts.not_writable; zh: "{} 处无法写入", counts.not_writable)
                .to_string(),
        );
    }
    if counts.unchecked > 0 {
        let fields = plan.unchecked.iter();
        let fields = fields.map(|(field, count)| {
            message!(en: "{count} {field}"; zh: "{} {count} 处", field_name(field)).to_string()
        });
        let fields = fields.collect::<Vec<_>>().join(word!(", ", "、"));
        beside.push(
            message!(en: "{fields} unchecked because hidden"; zh: "{fields}因隐藏而未核对").to_string(),
        );
    }
    if !plan.findings.is_empty() {
        beside.push(
            message!(en: "{}", counted(plan.findings.len(), "finding"); zh: "{} 个发现", plan.findings.len())
                .to_string(),
        );
    }
    if !beside.is_empty() {
        lines.push(message!(en: "Beside:       {}", beside.join(word!("; ", "；")); zh: "另有：{}", beside.join(word!("; ", "；"))));
    }
    lines
}

/// The name of an object, or its id.
pub(crate) fn name(object: &Object) -> &str {
    object.name.as_deref().unwrap_or(&object.id)
}

/// An object by name and id.
pub(crate) fn object(object: &Object) -> Message {
    match &object.name {
        Some(name) if *name != object.id => message!(both: "{name} ({})", object.id),
        _ => message!(both: "{}", object.id),
    }
}

pub(crate) fn and_more(count: usize) -> Message {
    message!(en: " … and {count} more"; zh: "…… 另有 {count} 项")
}

pub(crate) fn from(departments: &str) -> Message {
    message!(en: "from {departments}"; zh: "原属 {departments}")
}

pub(crate) fn joins(departments: &str) -> Message {
    message!(en: "joins {departments}"; zh: "加入 {departments}")
}

pub(crate) fn with_below(count: usize) -> Message {
    message!(en: "with {count} below"; zh: "含下级共 {count} 个")
}

pub(crate) fn disabled() -> Message {
    message!(en: "disabled"; zh: "停用")
}

pub(crate) fn enabled() -> Message {
    message!(en: "enabled"; zh: "启用")
}

pub(crate) fn removed() -> Message {
    message!(en: "removed"; zh: "移除")
}

/// A field that changes. An unknown value before is left out.
pub(crate) fn field(field: &str, before: Option<&str>, after: &str) -> Message {
    let field = field_name(field);
    let shown = |value: &str| {
        if value.is_empty() { word!("(empty)", "（空）").to_owned() } else { value.to_owned() }
    };
    match before {
        Some(before) => message!(
            en: "{field}: {} → {}", shown(before), shown(after);
            zh: "{field}：{} → {}", shown(before), shown(after)
        ),
        None => message!(en: "{field}: {}", shown(after); zh: "{field}：{}", shown(after)),
    }
}

/// The name of the field with the members that a tag gains or loses.
pub(crate) fn tag_members(is_added: bool) -> Message {
    if is_added {
        message!(en: "members added"; zh: "增加成员")
    } else {
        message!(en: "members removed"; zh: "减少成员")
    }
}

/// The name of the field with the departments that a tag gains or loses.
pub(crate) fn tag_departments(is_added: bool) -> Message {
    if is_added {
        message!(en: "departments added"; zh: "增加部门")
    } else {
        message!(en: "departments removed"; zh: "减少部门")
    }
}

pub(crate) fn tag(sign: char, name: &str, changes: &[String]) -> Message {
    let changes = changes.join(between_changes());
    message!(en: "{sign} tag {name}  {changes}"; zh: "{sign} 标签 {name}  {changes}")
}

/// Members whose department the plan does not have.
pub(crate) fn elsewhere(sign: char) -> Message {
    match sign {
        '+' => message!(en: "+ elsewhere"; zh: "+ 其他部门"),
        '-' => message!(en: "- elsewhere"; zh: "- 其他部门"),
        '→' => message!(en: "→ elsewhere"; zh: "→ 其他部门"),
        _ => message!(en: "~ where they are"; zh: "~ 部门不变"),
    }
}

/// Lines of a file: `line 14`, `lines 14, 88`; with the file's name if there are several files.
pub(crate) fn places(places: &[Place], files: &[RosterFile]) -> Message {
    let mut texts = Vec::new();
    let mut file = None;
    for place in places.iter().take(PLACES) {
        let name = files.get(usize::from(place.file)).filter(|_| files.len() > 1);
        match name {
            Some(name) if file != Some(place.file) => texts.push(format!("{} {}", name.name, place.line)),
            _ => texts.push(place.line.to_string()),
        }
        file = Some(place.file);
    }
    let mut text = texts.join(between_names());
    if places.len() > PLACES {
        text.push_str(&and_more(places.len() - PLACES).to_string());
    }
    message!(en: "{} {text}", agreeing(places.len() as u64, "line", "lines"); zh: "第 {text} 行")
}

pub(crate) fn leavers(outcome: LeaverOutcome, count: usize) -> Message {
    message!(
        en: "{} without a change ({}): ", counted(count as u64, "leaver"), findings::leaver_outcome(outcome);
        zh: "不变更的离职人员（{}）：{}：", count, findings::leaver_outcome(outcome)
    )
}

pub(crate) fn not_writable(field: &str, reason: NotWritableReason, count: usize) -> Message {
    let field = field_name(field);
    let why = match reason {
        NotWritableReason::Activated => {
            word!("WeCom ignores it for activated members", "成员激活后企业微信会忽略")
        }
        NotWritableReason::Disabled => {
            word!("WeCom may ignore it for disabled members", "成员停用时企业微信可能忽略")
        }
        NotWritableReason::UnknownAttribute => {
            word!("the corp has no such attribute", "企业没有这个扩展属性")
        }
        NotWritableReason::CannotBeEmpty => word!("WeCom takes no empty value", "企业微信不接受空值"),
    };
    message!(en: "{count} × {field} not writable, {why}: "; zh: "{count} 处{field}无法写入，{why}：")
}

pub(crate) fn findings(count: usize) -> Message {
    message!(
        en: "{}; what they name stays as it is:", counted(count, "finding");
        zh: "有 {} 个发现；涉及的对象保持不变：", count
    )
}

/// A finding with its lines in the file.
pub(crate) fn finding(finding: &Finding, files: &[RosterFile]) -> Message {
    if finding.places.is_empty() {
        return findings::finding(finding);
    }
    message!(
        en: "{}: {}", places(&finding.places, files), findings::finding(finding);
        zh: "{}：{}", places(&finding.places, files), findings::finding(finding)
    )
}

pub(crate) fn more_of_a_kind(findings: &[&Finding], files: &[RosterFile]) -> Message {
    let lines: Vec<Place> = findings.iter().flat_map(|finding| finding.places.clone()).collect();
    let count = findings.len();
    if lines.is_empty() {
        return message!(en: "… and {count} more like this"; zh: "…… 还有 {count} 个类似的发现");
    }
    message!(
        en: "… and {count} more like this: {}", places(&lines, files);
        zh: "…… 还有 {count} 个类似的发现：{}", places(&lines, files)
    )
}

pub(crate) fn more_findings(count: usize) -> Message {
    message!(
        en: "… and {}; --all shows them", counted(count, "more finding");
        zh: "…… 还有 {} 个发现；加 --all 可全部显示", count
    )
}

pub(crate) fn gate_passes() -> Message {
    message!(en: "Gate: pass."; zh: "安全闸：通过。")
}

pub(crate) fn gate_stops() -> Message {
    message!(en: "Gate: STOP. Nothing may be sent."; zh: "安全闸：拦截。不会提交任何变更。")
}

pub(crate) fn reason(reason: &Reason) -> Message {
    gate::reason(reason)
}

/// The commands that follow, each with what it is for.
pub(crate) fn what_next(plan: &Plan, file: Option<&Path>) -> Vec<(Message, String)> {
    let file_name = file.map_or_else(|| "PLAN".to_owned(), |file| file.display().to_string());
    let mut lines = Vec::new();
    let flags = |is_for_plan: bool| {
        let flags = plan.gate.reasons.iter().filter_map(|reason| {
            let is_rename = matches!(reason, Reason::LikelyRename { .. });
            reason.flag().filter(|_| is_rename == is_for_plan)
        });
        flags.collect::<Vec<_>>()
    };
    let (for_plan, for_apply) = (flags(true), flags(false));
    if !for_plan.is_empty() {
        lines.push((
            message!(en: "If these departments are renamed:"; zh: "如果这些部门是改名："),
            format!("txl plan … {}", for_plan.join(" ")),
        ));
        let new = plan.gate.reasons.iter().filter_map(|reason| match reason {
            Reason::LikelyRename { to, .. } => Some(format!("--new-department '{to}'")),
            _ => None,
        });
        let new: Vec<_> = new.collect();
        lines.push((
            message!(en: "If they are new:"; zh: "如果是新部门："),
            format!("txl plan … {}", new.join(" ")),
        ));
    }
    // A reason without a flag stops the plan whatever is allowed.
    let is_final = plan.gate.reasons.iter().any(|reason| reason.flag().is_none());
    if !for_apply.is_empty() && !is_final && for_plan.is_empty() {
        lines.push((
            message!(en: "To allow this much for this plan only:"; zh: "仅针对本计划放行："),
            format!("txl apply {file_name} {}", for_apply.join(" ")),
        ));
    }
    if plan.gate.passes() && !plan.counts.is_empty() && file.is_some() {
        lines.push((message!(en: "To apply it:"; zh: "应用计划："), format!("txl apply {file_name}")));
    }
    lines
}

/// A command with what it is for, in one line.
pub(crate) fn command(title: &Message, command: &str) -> Message {
    message!(en: "{title} {command}"; zh: "{title} {command}")
}

pub(crate) fn stopped() -> Message {
    message!(en: "the gate stops the plan; nothing was sent"; zh: "安全闸拦截了计划；没有提交任何变更")
}

pub(crate) fn how_to_answer_the_gate() -> Message {
    message!(en: "docs/sync.md explains each message of the gate"; zh: "安全闸的各种提示见 docs/sync.md")
}

pub(crate) fn has_findings(count: usize) -> Message {
    message!(en: "the plan has {}", counted(count, "finding"); zh: "计划中有 {} 个发现", count)
}

pub(crate) fn correct_the_roster() -> Message {
    message!(en: "correct the rows, or leave out --strict"; zh: "请改正这些行，或去掉 --strict")
}

pub(crate) fn written(path: &Path) -> Message {
    message!(en: "wrote the plan to {}", path.display(); zh: "已将计划写入 {}", path.display())
}

pub(crate) fn leavers_written(count: usize, path: &Path) -> Message {
    message!(
        en: "wrote {} to {}", counted(count, "leaver"), path.display();
        zh: "已将 {} 名离职人员写入 {}", count, path.display()
    )
}

pub(crate) fn offline(age: jiff::SignedDuration) -> Message {
    message!(
        en: "offline: the mirror is {} old", super::directory::age(age);
        zh: "离线：镜像是 {}前的", super::directory::age(age)
    )
}

pub(crate) fn no_roster() -> Message {
    message!(en: "name the file of a roster"; zh: "请给出花名册文件")
}

pub(crate) fn rename_expected() -> Message {
    message!(
        en: "expected A=B, where A is a department and B its new name or new path";
        zh: "应写作 A=B，其中 A 是部门，B 是新名称或新路径"
    )
}

pub(crate) fn unknown_field(name: &str) -> Message {
    message!(
        en: "unknown field {name}: write a name of WeCom's JSON, such as mobile";
        zh: "未知的字段 {name}：请写企业微信 JSON 中的字段名，例如 mobile"
    )
}

pub(crate) fn lines_expected() -> Message {
    message!(
        en: "expected a line, or a range of lines, such as 14, 14-20 or FILE:14";
        zh: "应为一行或若干行，例如 14、14-20 或 FILE:14"
    )
}

pub(crate) fn no_such_file(name: &str, files: &[RosterFile]) -> Message {
    let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
    message!(
        en: "the roster has no file {name}; its files are {}", names.join(", ");
        zh: "花名册没有文件 {name}；它的文件有：{}", names.join("、")
    )
}

pub(crate) fn cannot_use(path: &Path) -> Message {
    message!(en: "cannot use the plan {}", path.display(); zh: "无法使用计划 {}", path.display())
}

pub(crate) fn name_a_plan() -> Message {
    message!(en: "name a file that `txl plan --out` wrote"; zh: "请指定由 `txl plan --out` 写出的文件")
}

pub(crate) fn plan_with_this_version() -> Message {
    message!(en: "make the plan again with this version of txl"; zh: "请用当前版本的 txl 重新生成计划")
}

pub(crate) fn plan_again() -> Message {
    message!(
        en: "make the plan again with `txl plan`; --only and --exclude leave changes out";
        zh: "请用 `txl plan` 重新生成计划；--only 和 --exclude 可排除部分变更"
    )
}

pub(crate) fn has_changes() -> Message {
    message!(en: "there is something to do"; zh: "有待执行的变更")
}

pub(crate) fn is_a_plan(path: &Path) -> Message {
    message!(
        en: "{} is a plan, and a plan is made from a roster", path.display();
        zh: "{} 是计划，而计划要由花名册生成", path.display()
    )
}

pub(crate) fn show_or_apply(path: &Path) -> Message {
    let path = path.display();
    message!(
        en: "`txl plan show {path}` shows it, `txl apply {path}` applies it";
        zh: "`txl plan show {path}` 查看计划，`txl apply {path}` 应用计划"
    )
}
