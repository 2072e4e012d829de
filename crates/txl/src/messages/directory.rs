//! The mirror: `txl pull`, `status`, `find`, `tree`, `history`, `diff`, `sql` and `mirror`.

use std::{fmt::Display, path::Path};

use jiff::{SignedDuration, Timestamp};
use wecom_contacts::{CorpId, DepartmentId};
use wecom_directory::{
    Error, Level, RenameProblem,
    pull::{Counts, Progress, PullReport, Stage},
    tree::{Node, Person},
};

use super::{Message, run, words::counted};

pub(crate) fn error(error: &Error) -> Message {
    message!(en: "{error}"; zh: "{}", in_chinese(error))
}

/// What to try after an error of the mirror.
pub(crate) fn remedy(error: &Error) -> Option<Message> {
    Some(match error {
        Error::Locked { .. } => message!(
            en: "wait until the other command has ended, then repeat this one";
            zh: "请等另一个命令结束后重试"
        ),
        Error::NotADatabase(_) | Error::NotAMirror => {
            message!(
                en: "name a new file, another database, or an existing mirror, by --mirror";
                zh: "请用 --mirror 指定新文件、其他数据库，或已有的镜像"
            )
        }
        Error::NewerSchema { .. } => message!(en: "update txl"; zh: "请升级 txl"),
        Error::ReadOnly => {
            message!(
                en: "check the permissions of the file and its directory, or whether the database is a replica";
                zh: "请检查文件及其目录的权限，或数据库是否为只读副本"
            )
        }
        Error::Full => {
            message!(
                en: "free space on the disk, then repeat the command; the mirror is unchanged";
                zh: "请清理磁盘空间后重试；镜像没有改变"
            )
        }
        Error::UnknownCorp(_) => message!(
            en: "check the corp id, or fill the mirror with `txl pull`";
            zh: "请检查企业ID，或用 `txl pull` 填充镜像"
        ),
        Error::UnknownRun(_) => {
            message!(en: "see the runs by `txl run list`"; zh: "用 `txl run list` 查看全部执行")
        }
        Error::Database(_) => {
            message!(
                en: "check whether the disk is full, a limit of file sizes (ulimit -f) is reached, or the database denies its user a right";
                zh: "请检查磁盘是否已满、文件大小是否达到上限（ulimit -f），或数据库用户是否缺少权限"
            )
        }
        Error::Unreachable(_) => {
            message!(
                en: "check that the server runs, then repeat the command; the mirror has all of a pull or nothing";
                zh: "请确认服务器正在运行，然后重试；一次拉取要么全部写入镜像，要么完全不写"
            )
        }
        Error::RootCertificates { .. } => message!(
            en: "sslrootcert takes a PEM file with the certificate of the authority that signed the one of the server";
            zh: "sslrootcert 应为 PEM 文件，内容是签发服务器证书的 CA 证书"
        ),
        Error::UnsuitableDatabase(_) => message!(
            en: "create a database with the encoding UTF8";
            zh: "请创建编码为 UTF8 的数据库"
        ),
        Error::Damaged(_) => message!(
            en: "name a new file by --mirror and run `txl pull`";
            zh: "请用 --mirror 指定新文件，再执行 `txl pull`"
        ),
        _ => return None,
    })
}

pub(crate) fn free_space() -> Message {
    message!(en: "free space on the disk"; zh: "请清理磁盘空间")
}

pub(crate) fn statement(why: &str) -> Message {
    message!(en: "the statement cannot be run: {why}"; zh: "无法执行该语句：{why}")
}

pub(crate) fn one_select() -> Message {
    message!(
        en: "give one SELECT statement; `txl sql --help` lists the views";
        zh: "请给出一条 SELECT 语句；`txl sql --help` 列出可用的视图"
    )
}

pub(crate) fn give_a_secret() -> Message {
    message!(
        en: "set WECOM_CONTACTS_SECRET, or WECOM_AGENT_ID and WECOM_APP_SECRET, or use a profile";
        zh: "请设置 WECOM_CONTACTS_SECRET，或 WECOM_AGENT_ID 和 WECOM_APP_SECRET，或使用配置档"
    )
}

pub(crate) fn no_directory(directory: &Path) -> Message {
    message!(en: "cannot create the directory {}", directory.display(); zh: "无法创建目录 {}", directory.display())
}

pub(crate) fn no_mirror(place: &impl Display) -> Message {
    message!(en: "no mirror at {place}"; zh: "{place} 没有镜像")
}

pub(crate) fn pull_first() -> Message {
    message!(en: "fill the mirror with `txl pull`"; zh: "请用 `txl pull` 填充镜像")
}

#[cfg(not(feature = "postgres"))]
pub(crate) fn no_postgres() -> Message {
    message!(
        en: "this txl was built without PostgreSQL (feature postgres)";
        zh: "这个 txl 在构建时没有启用 PostgreSQL（feature postgres）"
    )
}

#[cfg(feature = "postgres")]
pub(crate) fn unreachable(database: &impl Display) -> Message {
    message!(en: "the mirror at {database} cannot be reached"; zh: "无法连接位于 {database} 的镜像")
}

#[cfg(feature = "postgres")]
pub(crate) fn check_the_server() -> Message {
    message!(
        en: "check host, port, user, password and database of the URL, and that the server runs. In the URL, sslrootcert=FILE names the authority of its certificate, and sslmode=disable does without TLS";
        zh: "请检查 URL 中的主机、端口、用户、密码和数据库，并确认服务器正在运行。URL 中的 sslrootcert=FILE 指定服务器证书的 CA，sslmode=disable 则不使用 TLS"
    )
}

#[cfg(feature = "postgres")]
pub(crate) fn target_has_corps(database: &impl Display) -> Message {
    message!(en: "{database} has a mirror"; zh: "{database} 已有镜像")
}

#[cfg(feature = "postgres")]
pub(crate) fn name_a_new_database() -> Message {
    message!(en: "name a database without a mirror"; zh: "请指定没有镜像的数据库")
}

pub(crate) fn write_a_url() -> Message {
    message!(
        en: "write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE";
        zh: "写法为 postgres://USER:PASSWORD@HOST:PORT/DATABASE"
    )
}

pub(crate) fn no_place() -> Message {
    message!(en: "no home directory is known for the mirror"; zh: "主目录未知，无法确定镜像的位置")
}

pub(crate) fn name_a_mirror() -> Message {
    message!(en: "name a file by --mirror or TXL_MIRROR"; zh: "请用 --mirror 或 TXL_MIRROR 指定文件")
}

pub(crate) fn empty_mirror() -> Message {
    message!(en: "the mirror has no corp"; zh: "镜像中没有企业")
}

pub(crate) fn several_corps(corps: &[CorpId]) -> Message {
    let corps: Vec<_> = corps.iter().map(CorpId::as_str).collect();
    message!(
        en: "the mirror has {} corps: {}", corps.len(), corps.join(", ");
        zh: "镜像中有 {} 个企业：{}", corps.len(), corps.join("、")
    )
}

pub(crate) fn name_a_corp() -> Message {
    message!(en: "select one by --corp-id or --profile"; zh: "请用 --corp-id 或 --profile 选择一个")
}

/// How this process is named to others that wait for its lock.
pub(crate) fn holder() -> String {
    format!("txl, process {}", std::process::id())
}

pub(crate) fn stage(progress: Progress) -> Message {
    let rows = match (progress.rows, progress.total) {
        (0, _) => String::new(),
        (rows, Some(total)) if total >= rows => {
            message!(en: ", {rows} of about {total} rows"; zh: "，约 {total} 行中的 {rows} 行").to_string()
        }
        (rows, _) => message!(en: ", {rows} rows"; zh: "，{rows} 行").to_string(),
    };
    match progress.stage {
        Stage::Ids => message!(en: "reading ids{rows}"; zh: "正在读取 id{rows}"),
        Stage::Export => message!(en: "waiting for the export job"; zh: "正在等待导出任务"),
        Stage::Details => message!(en: "reading details{rows}"; zh: "正在读取成员详情{rows}"),
        Stage::Tags => message!(en: "reading tags"; zh: "正在读取标签"),
        Stage::Closing => message!(en: "reading ids again{rows}"; zh: "正在再次读取 id{rows}"),
        _ => message!(en: "writing the mirror"; zh: "正在写入镜像"),
    }
}

/// What a pull has read and changed, a line each.
pub(crate) fn pulled(report: &PullReport) -> Vec<Message> {
    let mut lines = vec![
        kind(word!("members", "成员"), report.coverage.members, &report.members),
        kind(word!("departments", "部门"), report.coverage.departments, &report.departments),
        kind(word!("tags", "标签"), report.coverage.tags, &report.tags),
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
        counted(tags, "tag");
        zh: "已拉取 {} 名成员、{} 个部门和 {} 个标签", members, departments, tags
    )
}

/// What a pull could not read, a line each.
pub(crate) fn limits(report: &PullReport) -> Vec<Message> {
    let mut lines = Vec::new();
    if report.hidden.outside_range > 0 {
        lines.push(message!(
            en: "{} of {} outside the app's visible range (可见范围): only ids and departments are known",
                counted(report.hidden.outside_range, "member"), report.members.seen;
            zh: "{} 名成员中有 {} 名不在应用的可见范围内：只知道 id 和部门", report.members.seen, report.hidden.outside_range
        ));
    }
    if report.hidden.sensitive_fields {
        lines.push(message!(
            en: "the app does not see mobile, email, gender, avatar and address: WeCom hides them from apps created after 2022-06-20";
            zh: "应用看不到手机号、邮箱、性别、头像和地址：企业微信对 2022-06-20 之后创建的应用隐藏这些字段"
        ));
    }
    if report.hidden.sensitive_fields_lost {
        lines.push(message!(
            en: "warning: the app saw mobile and email in an earlier pull; their last values stay, marked as stale";
            zh: "警告：应用在之前的拉取中能看到手机号和邮箱；保留最后一次的值，并标记为过期"
        ));
    }
    if !report.existence {
        lines.push(message!(
            en: "removals cannot be proven without the contacts-sync secret (通讯录同步): nothing was removed";
            zh: "没有“通讯录同步”的 secret，无法证实成员已移除：未移除任何成员"
        ));
    }
    if report.forgotten > 0 {
        lines.push(forgotten_removed(report.forgotten));
    }
    lines
}

fn kind(name: &str, level: Level, counts: &Counts) -> Message {
    let changes = [
        (counts.created, word!("new", "新增")),
        (counts.changed, word!("changed", "变更")),
        (counts.removed, word!("removed", "移除")),
        (counts.out_of_sight, word!("out of sight", "不再可见")),
    ];
    let changes: Vec<_> = changes
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| message!(en: "{count} {what}"; zh: "{what} {count}").to_string())
        .collect();
    let changes = if changes.is_empty() {
        word!("unchanged", "没有变化").to_owned()
    } else {
        changes.join(word!(", ", "，"))
    };
    let covered = match level {
        Level::Complete => word!("complete", "完整"),
        Level::Range => word!("inside the visible range", "仅可见范围内"),
        Level::Ids => word!("ids only", "仅 id"),
        Level::None => word!("not read", "未读取"),
    };
    message!(
        en: "{name}: {} ({covered}); {changes}", counts.seen;
        zh: "{name}：{}（{covered}）；{changes}", counts.seen
    )
}

pub(crate) fn still_moving(members: usize) -> Message {
    message!(
        en: "{} still moved between departments when the pull ended", counted(members, "member");
        zh: "拉取结束时，仍有 {} 名成员在部门之间变动", members
    )
}

pub(crate) fn pulled_in_the_future(corp: &CorpId, at: Timestamp) -> Message {
    message!(
        en: "the last complete pull of {corp} ended at {at}, which is in the future";
        zh: "{corp} 最近一次完整的拉取结束于 {at}，晚于当前时间"
    )
}

pub(crate) fn set_the_clock_and_pull() -> Message {
    message!(en: "check the clock, then run `txl pull` again"; zh: "请检查系统时间，再执行一次 `txl pull`")
}

pub(crate) fn pull_again() -> Message {
    message!(en: "run `txl pull` again"; zh: "请再执行一次 `txl pull`")
}

/// An age in its largest unit.
pub(crate) fn age(age: SignedDuration) -> Message {
    let minutes = age.as_mins().max(0);
    match (minutes / 1440, minutes / 60, minutes) {
        (0, 0, minutes) => message!(en: "{minutes} min"; zh: "{minutes} 分钟"),
        (0, hours, _) => message!(en: "{hours} h"; zh: "{hours} 小时"),
        (days, _, _) => message!(en: "{}", counted(days, "day"); zh: "{} 天", days),
    }
}

pub(crate) fn too_old(corp: &CorpId, last: Option<SignedDuration>) -> Message {
    match last {
        Some(last) => message!(
            en: "the last complete pull of {corp} is {} old", age(last);
            zh: "{corp} 最近一次完整的拉取是在 {}前", age(last)
        ),
        None => message!(en: "no pull of {corp} was complete"; zh: "{corp} 没有过完整的拉取"),
    }
}

pub(crate) fn more_found(people: usize) -> Message {
    message!(
        en: "{} not shown; --limit shows more", counted(people, "person").replace("persons", "people");
        zh: "还有 {} 人未显示；--limit 可显示更多", people
    )
}

pub(crate) fn not_found(query: &str) -> Message {
    message!(en: "no match for {query}"; zh: "没有与 {query} 匹配的结果")
}

pub(crate) fn search_less() -> Message {
    message!(
        en: "search for fewer letters, or fill the mirror again with `txl pull`";
        zh: "请缩短搜索词，或用 `txl pull` 重新填充镜像"
    )
}

pub(crate) fn see_the_tree() -> Message {
    message!(
        en: "give an id or a whole name; `txl tree` draws all departments";
        zh: "请给出 id 或完整的名称；`txl tree` 显示全部部门"
    )
}

pub(crate) fn no_duration(text: &str) -> Message {
    message!(en: "`{text}` is not a duration such as 24h, 90m or 2d"; zh: "`{text}` 不是时长，写法如 24h、90m 或 2d")
}

pub(crate) fn no_object() -> Message {
    message!(en: "give a userid, --department or --tag"; zh: "请给出 userid、--department 或 --tag")
}

pub(crate) fn no_department(department: &str) -> Message {
    message!(en: "the mirror has no department {department}"; zh: "镜像中没有部门 {department}")
}

pub(crate) fn several_departments(name: &str, count: usize, ids: &[DepartmentId]) -> Message {
    let ids: Vec<_> = ids.iter().take(10).map(ToString::to_string).collect();
    message!(
        en: "{count} departments are named {name}; give an id: {}", ids.join(", ");
        zh: "有 {count} 个部门名为 {name}；请给出 id：{}", ids.join("、")
    )
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
    message!(en: "{name} ({count}){leaders}"; zh: "{name}（{count}）{leaders}")
}

/// A person of the tree.
pub(crate) fn member_line(person: &Person) -> Message {
    match &person.name {
        Some(name) => message!(both: "{name} {}", person.userid),
        None => message!(both: "{}", person.userid),
    }
}

pub(crate) fn forget(userid: &str) -> Message {
    message!(
        en: "erase what the mirror has of {userid}, from the members and the journal";
        zh: "从成员和变更日志中清除镜像保存的 {userid} 的数据"
    )
}

pub(crate) fn forgotten(userid: &str) -> Message {
    message!(en: "erased {userid}"; zh: "已清除 {userid} 的数据")
}

pub(crate) fn forget_removed() -> Message {
    message!(
        en: "erase what the mirror has of all members who were removed that long ago";
        zh: "清除镜像中移除已满该时长的全部成员的数据"
    )
}

pub(crate) fn forgotten_removed(count: u64) -> Message {
    message!(en: "erased {}", counted(count, "removed member"); zh: "已清除 {count} 名已移除成员的数据")
}

pub(crate) fn not_removed(userid: &str) -> Message {
    message!(en: "the mirror has no removed member {userid}"; zh: "镜像中没有已移除的成员 {userid}")
}

pub(crate) fn removed_only() -> Message {
    message!(en: "only members whose removal a pull has proven can be erased"; zh: "只能清除经拉取证实已移除的成员")
}

pub(crate) fn target_exists(path: &Path) -> Message {
    message!(en: "{} exists", path.display(); zh: "{} 已存在", path.display())
}

pub(crate) fn name_a_new_file() -> Message {
    message!(en: "name a file that does not exist"; zh: "请指定不存在的文件")
}

pub(crate) fn migrated(rows: u64, place: &impl Display) -> Message {
    message!(en: "copied {} to {place}", counted(rows, "row"); zh: "已将 {} 行复制到 {place}", rows)
}

pub(crate) fn plan_refused() -> Message {
    message!(en: "the plan cannot be applied; nothing was sent"; zh: "计划无法应用；没有提交任何变更")
}

pub(crate) fn allow_by(flags: &[String]) -> Message {
    message!(
        en: "to allow this much for this plan only, add {}", flags.join(" ");
        zh: "仅针对本计划放行，请加上 {}", flags.join(" ")
    )
}

pub(crate) fn show_the_run(run: i64) -> Message {
    message!(
        en: "`txl run show {run}` shows what was done; `txl apply --resume {run}` continues a run that has not ended";
        zh: "`txl run show {run}` 查看已执行的内容；`txl apply --resume {run}` 继续尚未结束的执行"
    )
}

pub(crate) fn list_the_runs() -> Message {
    message!(en: "`txl run list` lists all runs"; zh: "`txl run list` 列出全部执行")
}

pub(crate) fn plan_once_more() -> Message {
    message!(en: "make the plan again with `txl plan`"; zh: "请用 `txl plan` 重新生成计划")
}

fn in_chinese(error: &Error) -> String {
    match error {
        Error::WeCom(_) => "无法读取企业微信".to_owned(),
        Error::Row(_) => "企业微信返回的成员数据无法解析".to_owned(),
        Error::NoCredential => "没有 secret：拉取需要“通讯录同步”的 secret 或应用的 secret".to_owned(),
        Error::Locked { corp, holder, waited } => {
            format!("企业 {corp} 正被 {holder} 占用（已等待 {} 秒）", waited.as_secs())
        }
        Error::NotADatabase(path) => format!("{} 不是 SQLite 数据库", path.display()),
        Error::NotAMirror => "该数据库不是镜像：其中有其他程序的表".to_owned(),
        Error::NewerSchema { found, known } => {
            format!("镜像的结构版本为 {found}，而本程序最高支持 {known}：请使用更新的版本")
        }
        Error::ReadOnly => "无法写入镜像：它是只读的".to_owned(),
        Error::Full => "无法写入镜像：磁盘已满".to_owned(),
        Error::Unreachable(_) => "无法连接数据库".to_owned(),
        Error::RootCertificates { file, .. } => format!("无法读取 sslrootcert 的证书文件 {}", file.display()),
        Error::Database(_) => "镜像的数据库出错".to_owned(),
        Error::UnknownCorp(corp) => format!("镜像中没有企业 {corp}"),
        Error::PlanRefused(refused) => run::plan_refused(refused).to_string(),
        Error::Rename(problem) => format!("无法改名：{}", rename_in_chinese(problem)),
        Error::Statement(why) => format!("无法执行该语句：{why}"),
        Error::DatabaseUrl(why) => format!("数据库的 URL 无效：{why}"),
        Error::UnsuitableDatabase(why) => format!("该数据库不能用作镜像：{why}"),
        Error::Damaged(why) => format!("镜像已损坏：{why}"),
        Error::UnknownRun(run) => format!("镜像中没有该企业的第 {run} 次执行"),
        other => other.to_string(),
    }
}

fn rename_in_chinese(problem: &RenameProblem) -> String {
    match problem {
        RenameProblem::NotOne(name) => format!("没有名为 {name} 的部门，或有多个"),
        RenameProblem::Hidden(name) => format!("{name} 的名称或上级部门被隐藏"),
        RenameProblem::BelowItself(name) => format!("{name} 会成为自己的下级"),
        RenameProblem::TooDeep { levels } => format!("部门会超过 {levels} 级"),
        RenameProblem::Taken { parent, name } => format!("{parent} 已有部门 {name}"),
        other => other.to_string(),
    }
}
