//! A plan as people read it: counts, departments, findings, the gate.

use std::path::Path;

use wecom_directory::{
    gate::Reason,
    plan::{Finding, LeaverOutcome, NotWritableReason, Object, Origin, Plan},
    roster::{Place, RosterFile},
};

use super::{Message, agreeing, counted};

/// Lines of a file that are named before they are only counted.
const PLACES: usize = 5;

pub(crate) fn title(plan: &Plan) -> Message {
    let corp = &plan.corp;
    match &plan.origin {
        Origin::Roster { files, rows, people, .. } => {
            let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
            let people = persons(*people);
            message!(en: "Plan for {corp} from {} ({}, {people})", names.join(", "), counted(*rows, "row"))
        }
        Origin::RemoveDisabled { since } => {
            message!(en: "Plan for {corp}: remove members who have been disabled for {since}")
        }
        Origin::Undo { run } => message!(en: "Plan for {corp}: undo run {run}"),
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
    message!(en: "Compared with pull {pull} of {pulled}; valid until {until}")
}

pub(crate) fn existence_is_unknown() -> Message {
    message!(en: "The pull has not proven which members exist: the plan disables and removes no one.")
}

pub(crate) fn no_fingerprint_key(path: &Path) -> Message {
    message!(en: "{} has no key of fingerprints", path.display())
}

pub(crate) fn remove_fingerprint_key() -> Message {
    message!(en: "restore the file from a backup, or remove it: the values of hidden fields then count as unchecked")
}

pub(crate) fn no_changes() -> Message {
    message!(en: "No changes: the corp is as the roster says.")
}

/// The counts, a line for each kind of object. Kinds without a change have no line.
pub(crate) fn counts(plan: &Plan) -> Vec<Message> {
    let counts = &plan.counts;
    let departments = counts.departments;
    let tags = counts.tags;
    let mut lines = Vec::new();
    let listed = |parts: &[(u64, &str, &str)]| {
        let parts = parts.iter().filter(|(count, ..)| *count > 0);
        parts.map(|(count, sign, word)| format!("{sign} {count} {word}")).collect::<Vec<_>>().join("   ")
    };
    let members = listed(&[
        (counts.create, "+", "create"),
        (counts.moved, "→", "move"),
        (counts.update, "~", "update"),
        (counts.enable, "~", "enable"),
        (counts.disable, "-", "disable"),
        (counts.remove, "-", "remove"),
    ]);
    let departments = listed(&[
        (departments.create, "+", "create"),
        (departments.moved, "→", "move"),
        (departments.update, "~", "update"),
        (departments.remove, "-", "remove"),
    ]);
    let tags = listed(&[
        (tags.create, "+", "create"),
        (tags.remove, "-", "remove"),
        (tags.add_members + tags.add_departments, "+", "memberships"),
        (tags.remove_members + tags.remove_departments, "-", "memberships"),
    ]);
    for (kind, text) in [("Members:     ", members), ("Departments: ", departments), ("Tags:        ", tags)]
    {
        if !text.is_empty() {
            lines.push(message!(en: "{kind} {text}"));
        }
    }
    let mut beside = Vec::new();
    if counts.invites > 0 {
        beside.push(format!("{} invited", counted(counts.invites, "member")));
    }
    if counts.not_writable > 0 {
        beside.push(format!("{} not writable", counts.not_writable));
    }
    if counts.unchecked > 0 {
        let fields = plan.unchecked.iter().map(|(field, count)| format!("{count} {field}"));
        beside.push(format!("{} unchecked because hidden", fields.collect::<Vec<_>>().join(", ")));
    }
    if !plan.findings.is_empty() {
        beside.push(counted(plan.findings.len(), "finding"));
    }
    if !beside.is_empty() {
        lines.push(message!(en: "Beside:       {}", beside.join("; ")));
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
        Some(name) if *name != object.id => message!(en: "{name} ({})", object.id),
        _ => message!(en: "{}", object.id),
    }
}

pub(crate) fn and_more(count: usize) -> Message {
    message!(en: " … and {count} more")
}

pub(crate) fn from(departments: &str) -> Message {
    message!(en: "from {departments}")
}

pub(crate) fn joins(departments: &str) -> Message {
    message!(en: "joins {departments}")
}

pub(crate) fn with_below(count: usize) -> Message {
    message!(en: "with {count} below")
}

pub(crate) fn disabled() -> Message {
    message!(en: "disabled")
}

pub(crate) fn enabled() -> Message {
    message!(en: "enabled")
}

pub(crate) fn removed() -> Message {
    message!(en: "removed")
}

/// A field that changes. An unknown value before is left out.
pub(crate) fn field(field: &str, before: Option<&str>, after: &str) -> Message {
    let shown = |value: &str| if value.is_empty() { "(empty)".to_owned() } else { value.to_owned() };
    match before {
        Some(before) => message!(en: "{field}: {} → {}", shown(before), shown(after)),
        None => message!(en: "{field}: {}", shown(after)),
    }
}

/// The name of the field with the members that a tag gains or loses.
pub(crate) fn tag_members(is_added: bool) -> Message {
    if is_added { message!(en: "members added") } else { message!(en: "members removed") }
}

/// The name of the field with the departments that a tag gains or loses.
pub(crate) fn tag_departments(is_added: bool) -> Message {
    if is_added { message!(en: "departments added") } else { message!(en: "departments removed") }
}

pub(crate) fn tag(sign: char, name: &str, changes: &[String]) -> Message {
    message!(en: "{sign} tag {name}  {}", changes.join("; "))
}

/// Members whose department the plan does not have.
pub(crate) fn elsewhere(sign: char) -> Message {
    match sign {
        '+' => message!(en: "+ elsewhere"),
        '-' => message!(en: "- elsewhere"),
        '→' => message!(en: "→ elsewhere"),
        _ => message!(en: "~ where they are"),
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
    let mut text = texts.join(", ");
    if places.len() > PLACES {
        text.push_str(&and_more(places.len() - PLACES).to_string());
    }
    message!(en: "{} {text}", agreeing(places.len() as u64, "line", "lines"))
}

pub(crate) fn leavers(outcome: LeaverOutcome, count: usize) -> Message {
    message!(en: "{} without a change ({}): ", counted(count as u64, "leaver"), outcome.message())
}

pub(crate) fn not_writable(field: &str, reason: NotWritableReason, count: usize) -> Message {
    let why = match reason {
        NotWritableReason::Activated => "WeCom ignores it for activated members",
        NotWritableReason::Disabled => "WeCom may ignore it for disabled members",
        NotWritableReason::UnknownAttribute => "the corp has no such attribute",
        NotWritableReason::CannotBeEmpty => "WeCom takes no empty value",
    };
    message!(en: "{count} × {field} not writable, {why}: ")
}

pub(crate) fn findings(count: usize) -> Message {
    message!(en: "{}; what they name stays as it is:", counted(count, "finding"))
}

/// A finding with its lines in the file.
pub(crate) fn finding(finding: &Finding, files: &[RosterFile]) -> Message {
    if finding.places.is_empty() {
        return message!(en: "{}", finding.message());
    }
    message!(en: "{}: {}", places(&finding.places, files), finding.message())
}

pub(crate) fn more_of_a_kind(findings: &[&Finding], files: &[RosterFile]) -> Message {
    let lines: Vec<Place> = findings.iter().flat_map(|finding| finding.places.clone()).collect();
    let count = findings.len();
    if lines.is_empty() {
        return message!(en: "… and {count} more like this");
    }
    message!(en: "… and {count} more like this: {}", places(&lines, files))
}

pub(crate) fn more_findings(count: usize) -> Message {
    message!(en: "… and {}; --all shows them", counted(count, "more finding"))
}

pub(crate) fn gate_passes() -> Message {
    message!(en: "Gate: pass.")
}

pub(crate) fn gate_stops() -> Message {
    message!(en: "Gate: STOP. Nothing may be sent.")
}

pub(crate) fn reason(reason: &Reason) -> Message {
    message!(en: "{}", reason.message())
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
            message!(en: "If these departments are renamed:"),
            format!("txl plan … {}", for_plan.join(" ")),
        ));
        let new = plan.gate.reasons.iter().filter_map(|reason| match reason {
            Reason::LikelyRename { to, .. } => Some(format!("--new-department '{to}'")),
            _ => None,
        });
        let new: Vec<_> = new.collect();
        lines.push((message!(en: "If they are new:"), format!("txl plan … {}", new.join(" "))));
    }
    // A reason without a flag stops the plan whatever is allowed.
    let is_final = plan.gate.reasons.iter().any(|reason| reason.flag().is_none());
    if !for_apply.is_empty() && !is_final && for_plan.is_empty() {
        lines.push((
            message!(en: "To allow this much for this plan only:"),
            format!("txl apply {file_name} {}", for_apply.join(" ")),
        ));
    }
    if plan.gate.passes() && !plan.counts.is_empty() && file.is_some() {
        lines.push((message!(en: "To apply it:"), format!("txl apply {file_name}")));
    }
    lines
}

/// A command with what it is for, in one line.
pub(crate) fn command(title: &Message, command: &str) -> Message {
    message!(en: "{title} {command}")
}

pub(crate) fn stopped() -> Message {
    message!(en: "the gate stops the plan; nothing was sent")
}

pub(crate) fn how_to_answer_the_gate() -> Message {
    message!(en: "docs/sync.md explains each message of the gate")
}

pub(crate) fn has_findings(count: usize) -> Message {
    message!(en: "the plan has {}", counted(count, "finding"))
}

pub(crate) fn correct_the_roster() -> Message {
    message!(en: "correct the rows, or leave out --strict")
}

pub(crate) fn written(path: &Path) -> Message {
    message!(en: "wrote the plan to {}", path.display())
}

pub(crate) fn leavers_written(count: usize, path: &Path) -> Message {
    message!(en: "wrote {} to {}", counted(count, "leaver"), path.display())
}

pub(crate) fn offline(age: jiff::SignedDuration) -> Message {
    message!(en: "offline: the mirror is {} old", super::directory::age(age))
}

pub(crate) fn no_roster() -> Message {
    message!(en: "name the file of a roster")
}

pub(crate) fn rename_expected() -> Message {
    message!(en: "expected A=B, where A is a department and B its new name or new path")
}

pub(crate) fn unknown_field(name: &str) -> Message {
    message!(en: "unknown field {name}: write a name of WeCom's JSON, such as mobile")
}

pub(crate) fn lines_expected() -> Message {
    message!(en: "expected a line, or a range of lines, such as 14, 14-20 or FILE:14")
}

pub(crate) fn no_such_file(name: &str, files: &[RosterFile]) -> Message {
    let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
    message!(en: "the roster has no file {name}; its files are {}", names.join(", "))
}

pub(crate) fn cannot_use(path: &Path) -> Message {
    message!(en: "cannot use the plan {}", path.display())
}

pub(crate) fn name_a_plan() -> Message {
    message!(en: "name a file that `txl plan --out` wrote")
}

pub(crate) fn plan_with_this_version() -> Message {
    message!(en: "make the plan again with this version of txl")
}

pub(crate) fn plan_again() -> Message {
    message!(en: "make the plan again with `txl plan`; --only and --exclude leave changes out")
}

pub(crate) fn has_changes() -> Message {
    message!(en: "there is something to do")
}

pub(crate) fn is_a_plan(path: &Path) -> Message {
    message!(en: "{} is a plan, and a plan is made from a roster", path.display())
}

pub(crate) fn show_or_apply(path: &Path) -> Message {
    let path = path.display();
    message!(en: "`txl plan show {path}` shows it, `txl apply {path}` applies it")
}
