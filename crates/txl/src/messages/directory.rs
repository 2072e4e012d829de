//! The mirror: `txl pull`, `status`, `find`, `tree`, `history`, `diff`, `sql` and `mirror`.

use std::{fmt::Display, path::Path};

use jiff::SignedDuration;
use wecom_contacts::{CorpId, DepartmentId};
use wecom_directory::{
    Error, Level,
    pull::{Counts, Progress, PullReport, Stage},
    tree::{Node, Person},
};

use super::{Message, words::counted};

pub(crate) fn error(error: &Error) -> Message {
    message!(en: "{error}")
}

/// What to try after an error of the mirror.
pub(crate) fn remedy(error: &Error) -> Option<Message> {
    Some(match error {
        Error::Locked { .. } => message!(en: "wait until the other command has ended, then repeat this one"),
        Error::NotADatabase(_) | Error::NotAMirror => {
            message!(en: "name a new file, another database, or an existing mirror, by --mirror")
        }
        Error::NewerSchema { .. } => message!(en: "update txl"),
        Error::ReadOnly => {
            message!(en: "check the permissions of the file and its directory, or whether the database is a replica")
        }
        Error::Full => {
            message!(en: "free space on the disk, then repeat the command; the mirror is unchanged")
        }
        Error::UnknownCorp(_) => message!(en: "check the corp id, or fill the mirror with `txl pull`"),
        Error::Database(_) => {
            message!(en: "check whether the disk is full, a limit of file sizes (ulimit -f) is reached, or the database denies its user a right")
        }
        Error::Unreachable(_) => {
            message!(en: "check that the server runs, then repeat the command; the mirror has all of a pull or nothing")
        }
        Error::UnsuitableDatabase(_) => message!(en: "create a database with the encoding UTF8"),
        Error::Damaged(_) => message!(en: "name a new file by --mirror and run `txl pull`"),
        _ => return None,
    })
}

pub(crate) fn statement(why: &str) -> Message {
    message!(en: "the statement cannot be run: {why}")
}

pub(crate) fn one_select() -> Message {
    message!(en: "give one SELECT statement; `txl sql --help` lists the views")
}

pub(crate) fn give_a_secret() -> Message {
    message!(en: "set WECOM_CONTACTS_SECRET, or WECOM_AGENT_ID and WECOM_APP_SECRET, or use a profile")
}

pub(crate) fn no_directory(directory: &Path) -> Message {
    message!(en: "cannot create the directory {}", directory.display())
}

pub(crate) fn no_mirror(place: &impl Display) -> Message {
    message!(en: "no mirror at {place}")
}

pub(crate) fn pull_first() -> Message {
    message!(en: "fill the mirror with `txl pull`")
}

#[cfg(not(feature = "postgres"))]
pub(crate) fn no_postgres() -> Message {
    message!(en: "this txl was built without PostgreSQL (feature postgres)")
}

#[cfg(feature = "postgres")]
pub(crate) fn unreachable(database: &impl Display) -> Message {
    message!(en: "the mirror at {database} cannot be reached")
}

#[cfg(feature = "postgres")]
pub(crate) fn check_the_server() -> Message {
    message!(en: "check host, port, user, password and database of the URL, and that the server runs; sslmode=disable in the URL does without TLS")
}

#[cfg(feature = "postgres")]
pub(crate) fn target_has_corps(database: &impl Display) -> Message {
    message!(en: "{database} has a mirror")
}

#[cfg(feature = "postgres")]
pub(crate) fn name_a_new_database() -> Message {
    message!(en: "name a database without a mirror")
}

pub(crate) fn write_a_url() -> Message {
    message!(en: "write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE")
}

pub(crate) fn no_place() -> Message {
    message!(en: "no home directory is known for the mirror")
}

pub(crate) fn name_a_mirror() -> Message {
    message!(en: "name a file by --mirror or TXL_MIRROR")
}

pub(crate) fn empty_mirror() -> Message {
    message!(en: "the mirror has no corp")
}

pub(crate) fn several_corps(corps: &[CorpId]) -> Message {
    let corps: Vec<_> = corps.iter().map(CorpId::as_str).collect();
    message!(en: "the mirror has {} corps: {}", corps.len(), corps.join(", "))
}

pub(crate) fn name_a_corp() -> Message {
    message!(en: "select one by --corp-id or --profile")
}

/// How this process is named to others that wait for its lock.
pub(crate) fn holder() -> String {
    format!("txl, process {}", std::process::id())
}

pub(crate) fn stage(progress: Progress) -> Message {
    let rows = match (progress.rows, progress.total) {
        (0, _) => String::new(),
        (rows, Some(total)) if total >= rows => format!(", {rows} of about {total} rows"),
        (rows, _) => format!(", {rows} rows"),
    };
    match progress.stage {
        Stage::Ids => message!(en: "reading ids{rows}"),
        Stage::Export => message!(en: "waiting for the export job"),
        Stage::Details => message!(en: "reading details{rows}"),
        Stage::Tags => message!(en: "reading tags"),
        Stage::Closing => message!(en: "reading ids again{rows}"),
        _ => message!(en: "writing the mirror"),
    }
}

/// What a pull has read and changed, a line each.
pub(crate) fn pulled(report: &PullReport) -> Vec<Message> {
    let mut lines = vec![
        kind("members", report.coverage.members, &report.members),
        kind("departments", report.coverage.departments, &report.departments),
        kind("tags", report.coverage.tags, &report.tags),
    ];
    lines.extend(limits(report));
    lines
}

/// What a pull has read, in one line.
pub(crate) fn pulled_in_short(report: &PullReport) -> Message {
    let (members, departments, tags) = (report.members.seen, report.departments.seen, report.tags.seen);
    message!(
        en: "pulled {}, {} and {}",
        counted(members, "member"),
        counted(departments, "department"),
        counted(tags, "tag")
    )
}

/// What a pull could not read, a line each.
pub(crate) fn limits(report: &PullReport) -> Vec<Message> {
    let mut lines = Vec::new();
    if report.hidden.outside_range > 0 {
        let members = counted(report.hidden.outside_range, "member");
        lines.push(message!(
            en: "{members} of {} outside the app's visible range (可见范围): only ids and departments are known", report.members.seen
        ));
    }
    if report.hidden.sensitive_fields {
        lines.push(message!(
            en: "the app does not see mobile, email, gender, avatar and address: WeCom hides them from apps created after 2022-06-20"
        ));
    }
    if report.hidden.sensitive_fields_lost {
        lines.push(message!(en: "warning: the app saw mobile and email in an earlier pull; their last values stay, marked as stale"));
    }
    if !report.existence {
        lines.push(message!(en: "removals cannot be proven without the contacts-sync secret (通讯录同步): nothing was removed"));
    }
    if report.forgotten > 0 {
        lines.push(forgotten_removed(report.forgotten));
    }
    lines
}

fn kind(name: &str, level: Level, counts: &Counts) -> Message {
    let changes = [
        (counts.created, "new"),
        (counts.changed, "changed"),
        (counts.removed, "removed"),
        (counts.out_of_sight, "out of sight"),
    ];
    let changes: Vec<_> = changes
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    let changes = if changes.is_empty() { "unchanged".to_owned() } else { changes.join(", ") };
    let covered = match level {
        Level::Complete => "complete",
        Level::Range => "inside the visible range",
        Level::Ids => "ids only",
        Level::None => "not read",
    };
    message!(en: "{name}: {} ({covered}); {changes}", counts.seen)
}

pub(crate) fn still_moving(members: usize) -> Message {
    message!(en: "{} still moved between departments when the pull ended", counted(members, "member"))
}

pub(crate) fn pull_again() -> Message {
    message!(en: "run `txl pull` again")
}

/// An age in its largest unit.
pub(crate) fn age(age: SignedDuration) -> Message {
    let minutes = age.as_mins().max(0);
    match (minutes / 1440, minutes / 60, minutes) {
        (0, 0, minutes) => message!(en: "{minutes} min"),
        (0, hours, _) => message!(en: "{hours} h"),
        (days, _, _) => message!(en: "{}", counted(days, "day")),
    }
}

pub(crate) fn too_old(corp: &CorpId, last: Option<SignedDuration>) -> Message {
    match last {
        Some(last) => message!(en: "the last complete pull of {corp} is {} old", age(last)),
        None => message!(en: "no pull of {corp} was complete"),
    }
}

pub(crate) fn more_found(people: usize) -> Message {
    message!(en: "{} not shown; --limit shows more", counted(people, "person").replace("persons", "people"))
}

pub(crate) fn not_found(query: &str) -> Message {
    message!(en: "no match for {query}")
}

pub(crate) fn search_less() -> Message {
    message!(en: "search for fewer letters, or fill the mirror again with `txl pull`")
}

pub(crate) fn see_the_tree() -> Message {
    message!(en: "give an id or a whole name; `txl tree` draws all departments")
}

pub(crate) fn no_duration(text: &str) -> Message {
    message!(en: "`{text}` is not a duration such as 24h, 90m or 2d")
}

pub(crate) fn no_object() -> Message {
    message!(en: "give a userid, --department or --tag")
}

pub(crate) fn no_department(department: &str) -> Message {
    message!(en: "the mirror has no department {department}")
}

pub(crate) fn several_departments(name: &str, count: usize, ids: &[DepartmentId]) -> Message {
    let ids: Vec<_> = ids.iter().take(10).map(ToString::to_string).collect();
    message!(en: "{count} departments are named {name}; give an id: {}", ids.join(", "))
}

/// A department of the tree.
pub(crate) fn department_line(node: &Node) -> Message {
    let name = node.name.clone().unwrap_or_else(|| format!("id {}", node.id));
    let leaders: Vec<_> = node.leaders.iter().map(|leader| member_line(leader).to_string()).collect();
    let leaders = if leaders.is_empty() { String::new() } else { format!("  {}", leaders.join("、")) };
    let count = if node.members_below == node.members_direct {
        node.members_below.to_string()
    } else {
        format!("{}/{}", node.members_direct, node.members_below)
    };
    message!(en: "{name} ({count}){leaders}")
}

/// A person of the tree.
pub(crate) fn member_line(person: &Person) -> Message {
    match &person.name {
        Some(name) => message!(en: "{name} {}", person.userid),
        None => message!(en: "{}", person.userid),
    }
}

pub(crate) fn forget(userid: &str) -> Message {
    message!(en: "erase what the mirror has of {userid}, from the members and the journal")
}

pub(crate) fn forgotten(userid: &str) -> Message {
    message!(en: "erased {userid}")
}

pub(crate) fn forget_removed() -> Message {
    message!(en: "erase what the mirror has of all members who were removed that long ago")
}

pub(crate) fn forgotten_removed(count: u64) -> Message {
    let members = counted(count, "removed member");
    message!(en: "erased {members}")
}

pub(crate) fn not_removed(userid: &str) -> Message {
    message!(en: "the mirror has no removed member {userid}")
}

pub(crate) fn removed_only() -> Message {
    message!(en: "only members whose removal a pull has proven can be erased")
}

pub(crate) fn target_exists(path: &Path) -> Message {
    message!(en: "{} exists", path.display())
}

pub(crate) fn name_a_new_file() -> Message {
    message!(en: "name a file that does not exist")
}

pub(crate) fn migrated(rows: u64, place: &impl Display) -> Message {
    message!(en: "copied {} to {place}", counted(rows, "row"))
}

pub(crate) fn plan_refused() -> Message {
    message!(en: "the plan cannot be applied; nothing was sent")
}

pub(crate) fn allow_by(flags: &[String]) -> Message {
    message!(en: "to allow this much for this plan only, add {}", flags.join(" "))
}

pub(crate) fn show_the_run(run: i64) -> Message {
    message!(en: "`txl run show {run}` shows what was done; `txl apply --resume {run}` continues a run that has not ended")
}

pub(crate) fn list_the_runs() -> Message {
    message!(en: "`txl run list` lists all runs")
}

pub(crate) fn plan_once_more() -> Message {
    message!(en: "make the plan again with `txl plan`")
}
