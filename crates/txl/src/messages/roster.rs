//! Rosters and their policy.

use std::path::Path;

use wecom_directory::policy::PolicyProblem;

use super::{Message, agreeing, counted};

pub(crate) fn no_policy(name: &str) -> Message {
    message!(
        en: "no {name} beside the roster: the careful defaults apply, which keep leavers";
        zh: "花名册旁没有 {name}：使用保守的默认策略，离职人员保留不动"
    )
}

/// For a plan without a roster.
pub(crate) fn no_policy_here(name: &str) -> Message {
    message!(
        en: "no {name} in the current directory: the careful defaults apply, which keep leavers";
        zh: "当前目录没有 {name}：使用保守的默认策略，离职人员保留不动"
    )
}

pub(crate) fn policy(path: &Path) -> Message {
    message!(en: "policy: {}", path.display(); zh: "策略：{}", path.display())
}

pub(crate) fn invalid_policy(path: &Path, line: usize, why: &str) -> Message {
    message!(
        en: "{}, line {line}: {why}", path.display();
        zh: "{} 第 {line} 行：{}", path.display(), policy_problem(why)
    )
}

/// Returns a problem of a policy in Chinese. `why` is the text of the reader.
fn policy_problem(why: &str) -> String {
    if let Some(problem) = PolicyProblem::of_text(why) {
        return match problem {
            PolicyProblem::UnknownLimit(name) => format!("[gate] 中没有名为 {name} 的上限"),
            PolicyProblem::InvalidShare => "share 应为 0 到 1 之间的数".to_owned(),
            PolicyProblem::InvalidSpan => "时长无效：请写数字和单位，例如 7 days 或 12h".to_owned(),
            other => other.to_string(),
        };
    }
    // The names are in backticks: first the unknown one, then those that are possible.
    let names: Vec<_> = why.split('`').skip(1).step_by(2).map(|name| format!("`{name}`")).collect();
    match names.split_first() {
        Some((unknown, known)) if why.starts_with("unknown field") => {
            format!("未知的键 {unknown}；可用的键：{}", known.join("、"))
        }
        Some((unknown, known)) if why.starts_with("unknown variant") => {
            format!("不支持的值 {unknown}；可用的值：{}", known.join("、"))
        }
        _ => format!("TOML 解析报告：{why}"),
    }
}

pub(crate) fn correct_the_policy() -> Message {
    message!(
        en: "correct this line; docs/sync.md explains each key of the policy";
        zh: "请改正这一行；策略的各个键见 docs/sync.md"
    )
}

pub(crate) fn other_profile(path: &Path, expected: &str, used: Option<&str>) -> Message {
    match used {
        Some(used) => {
            message!(
                en: "the policy {} is for profile {expected}, and profile {used} is in use", path.display();
                zh: "策略 {} 属于配置档 {expected}，而当前使用的是配置档 {used}", path.display()
            )
        }
        None => {
            message!(
                en: "the policy {} is for profile {expected}, and no profile is in use", path.display();
                zh: "策略 {} 属于配置档 {expected}，而当前没有使用配置档", path.display()
            )
        }
    }
}

pub(crate) fn use_the_profile(name: &str) -> Message {
    message!(
        en: "add --profile {name}, or name another policy by --policy";
        zh: "请加上 --profile {name}，或用 --policy 指定其他策略"
    )
}

pub(crate) fn field_and_heading_expected() -> Message {
    message!(en: "expected FIELD=HEADING, such as mobile=联系方式"; zh: "应写作“字段=列标题”，例如 mobile=联系方式")
}

pub(crate) fn cannot_read_roster(path: &Path) -> Message {
    message!(en: "cannot read the roster {}", path.display(); zh: "无法读取花名册 {}", path.display())
}

pub(crate) fn map_the_key(key: &str) -> Message {
    message!(
        en: "set the key in the policy (key = \"HEADING\"), or map the column: --map '{key}=HEADING'";
        zh: "请在策略中设置主键（key = \"列标题\"），或指定对应的列：--map '{key}=列标题'"
    )
}

pub(crate) fn map_the_departments() -> Message {
    message!(
        en: "name the headings of the file by --map 'FIELD=HEADING'";
        zh: "请用 --map '字段=列标题' 指明文件中的列"
    )
}

pub(crate) fn ignore_a_column() -> Message {
    message!(en: "ignore one of them: --map 'ignore=HEADING'"; zh: "请忽略其中一列：--map 'ignore=列标题'")
}

pub(crate) fn a_roster_has_headings() -> Message {
    message!(
        en: "a roster has a row of headings and a row for each person; `txl roster template` writes one";
        zh: "花名册应有一行列标题，之后每人一行；`txl roster template` 可生成模板"
    )
}

pub(crate) fn map_one_of_these() -> Message {
    message!(
        en: "correct [columns] of the policy, or --map 'FIELD=HEADING'";
        zh: "请改正策略的 [columns]，或使用 --map '字段=列标题'"
    )
}

pub(crate) fn decide_on_hidden_rows() -> Message {
    message!(
        en: "show all rows in the workbook, or delete the hidden ones: a hidden person would look like a leaver";
        zh: "请在工作簿中显示所有行，或删除隐藏的行：隐藏的人员会被当作已离职"
    )
}

pub(crate) fn wait_for_the_file() -> Message {
    message!(en: "wait until the file is complete, then plan again"; zh: "请等文件写完，再重新生成计划")
}

pub(crate) fn save_in_another_format() -> Message {
    message!(
        en: "save the sheet as .xlsx or CSV UTF-8 and plan again";
        zh: "请将工作表另存为 .xlsx 或 CSV UTF-8，再重新生成计划"
    )
}

/// The code of a cell that names a department by an id without a known path.
pub(crate) const UNKNOWN_DEPARTMENT_ID: &str = "department_id_without_path";

/// What such a cell has, in the English of a plan.
pub(crate) const fn unknown_department_id() -> &'static str {
    "names a department by an id whose path is unknown"
}

pub(crate) fn no_file_has(heading: &str) -> Message {
    message!(en: "no file has the column {heading}"; zh: "没有文件含有列 {heading}")
}

pub(crate) fn departments(count: usize) -> Message {
    message!(
        en: "  sheet of departments: {}", counted(count as u64, "department");
        zh: "  部门工作表：{} 个部门", count
    )
}

pub(crate) fn faulty_departments(path: &Path, lines: &[u64]) -> Message {
    let shown: Vec<_> = lines.iter().take(20).map(ToString::to_string).collect();
    message!(
        en: "the sheet of departments in {} has {} that cannot be read: {}",
        path.display(),
        counted(lines.len() as u64, "row"),
        shown.join(", ");
        zh: "{} 的部门工作表中有 {} 行无法读取：{}", path.display(), lines.len(), shown.join("、")
    )
}

pub(crate) fn correct_the_departments() -> Message {
    message!(
        en: "give each row a path from the root, or a name and its parent";
        zh: "请让每行写出从根部门开始的路径，或名称及其上级"
    )
}

pub(crate) fn order_is_kept(heading: &str) -> Message {
    message!(
        en: "  {heading}: the order in departments is not managed by a roster";
        zh: "  {heading}：花名册不管理成员在部门内的排序"
    )
}

pub(crate) fn columns_are_levels(headings: &[&str]) -> Message {
    message!(
        en: "columns {} → department, one column for each level", headings.join(", ");
        zh: "{} 列 → 部门，每列一级", headings.join("、")
    )
}

pub(crate) fn column_is_an_external_attribute(heading: &str, name: &str) -> Message {
    message!(en: "column {heading} → external attribute {name}"; zh: "列 {heading} → 对外属性 {name}")
}

pub(crate) fn ignored_columns(headings: &[&str]) -> Message {
    message!(
        en: "ignored {}: {}", agreeing(headings.len() as u64, "column", "columns"), headings.join(", ");
        zh: "忽略的列：{}", headings.join("、")
    )
}

pub(crate) fn deciding_columns(headings: &[&str]) -> Message {
    message!(
        en: "warning: ignored columns that affect people: {}; --map 'FIELD=HEADING' reads one", headings.join(", ");
        zh: "警告：忽略的列涉及人员去留：{}；可用 --map '字段=列标题' 读取", headings.join("、")
    )
}

pub(crate) fn too_many_files() -> Message {
    message!(en: "a roster has at most 65,535 files"; zh: "花名册最多含 65,535 个文件")
}

pub(crate) fn unknown_ending(path: &Path) -> Message {
    message!(
        en: "{} has neither the ending .csv nor .xlsx", path.display();
        zh: "{} 的扩展名既不是 .csv 也不是 .xlsx", path.display()
    )
}

pub(crate) fn csv_or_xlsx() -> Message {
    message!(en: "name a file that ends with .csv or .xlsx"; zh: "请指定扩展名为 .csv 或 .xlsx 的文件")
}

pub(crate) fn template_written(path: &Path) -> Message {
    message!(en: "wrote the template to {}", path.display(); zh: "已将模板写入 {}", path.display())
}

pub(crate) fn exported(rows: u64, path: Option<&Path>) -> Message {
    match path {
        Some(path) => message!(
            en: "wrote {} to {}", counted(rows, "member"), path.display();
            zh: "已将 {} 名成员写入 {}", rows, path.display()
        ),
        None => message!(en: "{} in all", counted(rows, "member"); zh: "共 {rows} 名成员"),
    }
}

pub(crate) fn out_of_range(members: u64) -> Message {
    message!(
        en: "warning: {} outside the app's visible range (可见范围) {} left out",
        counted(members, "member"),
        agreeing(members, "is", "are");
        zh: "警告：{} 名成员不在应用的可见范围内，未写出", members
    )
}

pub(crate) fn link_needs_a_terminal() -> Message {
    message!(
        en: "links must be confirmed, and there is no terminal for the question";
        zh: "建立关联需要确认，但当前没有可供提问的终端"
    )
}

pub(crate) fn confirm_by_yes() -> Message {
    message!(en: "add --yes to confirm in advance"; zh: "加上 --yes 可预先确认")
}

pub(crate) fn nothing_to_link() -> Message {
    message!(
        en: "nothing to link: each key of the roster is a member's, or no single member agrees with its row";
        zh: "没有可建立的关联：花名册的主键都已对应成员，或没有唯一相符的成员"
    )
}

pub(crate) fn store_links(count: usize) -> Message {
    message!(en: "store {} in the mirror", counted(count, "link"); zh: "在镜像中保存 {} 条关联", count)
}

pub(crate) fn links_stored(count: usize) -> Message {
    message!(en: "stored {}", counted(count, "link"); zh: "已保存 {} 条关联", count)
}
