//! The mirror.

/// Texts of the help in English, each with its Chinese.
pub(super) const TEXTS: &[(&str, &str)] = &[
    ("Read the corp into the mirror (拉取通讯录)", "将企业通讯录拉取到镜像"),
    (
        "With both secrets the pull proves which members and departments exist and reads their details. With the contacts-sync secret (通讯录同步) alone it reads ids; with an app's (自建应用) alone it reads what the app sees, and removes nothing.",
        "有两个 secret 时，拉取能证实哪些成员和部门存在，并读取详情。只有“通讯录同步”的 secret 时，只读取 id；只有自建应用的 secret 时，读取应用可见的内容，并且不移除任何成员。",
    ),
    (
        "Values that a secret may not see are kept apart from empty ones. A member is removed from the mirror only after two complete readings without that member. An interrupted pull leaves the mirror unchanged, and the next one continues its export job.",
        "secret 无权查看的值与空值分开记录。连续两次完整读取都没有某个成员，才将其从镜像移除。被中断的拉取不改变镜像，下一次拉取会继续其导出任务。",
    ),
    (
        "Exit code 1: some members still moved between departments when the pull ended.",
        "退出码 1：拉取结束时，仍有成员在部门之间变动。",
    ),
    ("How the details of members are read", "读取成员详情的方式"),
    ("By lists up to 5,000 members, by an export above", "5,000 名成员以内逐个部门列出，更多则用导出任务"),
    ("By the list of each department", "列出各个部门的成员"),
    ("By an export job (异步导出)", "用导出任务（异步导出）"),
    ("Mirror (镜像)", "镜像"),
    (
        "The mirror: a SQLite file, or a database as postgres://USER:PASSWORD@HOST/DATABASE. Defaults to txl/mirror.db in the user's data directory",
        "镜像：SQLite 文件，或 postgres://USER:PASSWORD@HOST/DATABASE 形式的数据库。默认为用户数据目录下的 txl/mirror.db",
    ),
    ("Show what the mirror has, and how old it is", "显示镜像的内容和更新时间"),
    ("Without credentials it shows all corps of the mirror.", "没有凭证时，显示镜像中的全部企业。"),
    (
        "Exit with 1 if the last complete pull is older, such as 24h or 90m",
        "如果最近一次完整的拉取早于此时长，则退出码为 1，例如 24h 或 90m",
    ),
    ("Answer for every corp of the mirror", "查询镜像中的全部企业"),
    (
        "Find people in the mirror: by name, pinyin, initials, userid, position, or the last digits of the mobile",
        "在镜像中按姓名、拼音、首字母、userid、职务或手机号末几位查找人员",
    ),
    (
        "Words are separated by blanks and must all match. The name of a department narrows: txl find 张 华东",
        "多个词以空格分隔，须全部匹配；可用部门名称缩小范围：txl find 张 华东",
    ),
    ("Exit code 1: no match.", "退出码 1：没有匹配的结果。"),
    ("What to find: 张伟, 张w, zhangw, zw, 0014, 华东", "要查找的内容：张伟、张w、zhangw、zw、0014、华东"),
    ("Print at most this many people", "最多输出的人数"),
    (
        "Draw the tree of departments from the mirror, with leaders and head counts",
        "根据镜像显示部门树，包括负责人和人数",
    ),
    (
        "Example: txl tree --members --format html > tree.html",
        "示例：txl tree --members --format html > tree.html",
    ),
    (
        "The department at the top: its id, or its name. Defaults to the whole corp",
        "顶端的部门：id 或名称，默认为整个企业",
    ),
    ("How many levels below the top are drawn", "显示顶端部门以下的级数"),
    (
        "Draw the members too; the chart of --format svg has none",
        "同时显示成员；--format svg 的组织架构图不含成员",
    ),
    ("The kind of picture", "图的形式"),
    ("Lines of text", "文本"),
    ("An organisation chart", "组织架构图"),
    ("A page that folds, searches and works without a network", "可折叠、可搜索、无需网络的页面"),
    ("The departments as JSON, as -o json prints them", "部门的 JSON，与 -o json 相同"),
    (
        "Show how a member, a department or a tag changed, and in which pull that was seen (变更记录)",
        "显示成员、部门或标签的变更记录，以及是在哪次拉取中发现的",
    ),
    ("A member's history goes on when the userid changes.", "userid 变更之后，成员的记录仍然连续。"),
    ("The member", "成员"),
    ("A department instead", "改为查看部门"),
    ("A tag instead", "改为查看标签"),
    (
        "Show how the corp differs from the mirror; the mirror is not changed",
        "显示企业与镜像的差异，不改变镜像",
    ),
    ("It reads the corp as a pull does.", "与拉取一样读取企业。"),
    ("Query the mirror in SQL; the statement can only read", "用 SQL 查询镜像，语句只能读取"),
    (
        "Views: members (personal values masked), members_unmasked, departments, tag_members, changes. They show the corp of the credentials, or the only one of the mirror; --all-corps shows all. docs/directory.md describes the columns.",
        "视图：members（个人数据已打码）、members_unmasked、departments、tag_members、changes。内容为凭证所属的企业，或镜像中唯一的企业；--all-corps 显示全部企业。各列的说明见 docs/directory.md。",
    ),
    (
        "Example: txl sql \"select departments, count(*) n from members group by 1 order by n desc limit 10\"",
        "示例：txl sql \"select departments, count(*) n from members group by 1 order by n desc limit 10\"",
    ),
    ("One SELECT statement", "一条 SELECT 语句"),
    (
        "Look after the mirror (镜像): list its corps, erase people who left, export and copy it",
        "管理镜像：列出企业，清除离职人员的数据，导出和复制",
    ),
    ("List the corps of the mirror", "列出镜像中的企业"),
    (
        "Erase the values of members who were removed, from the members and the journal",
        "从成员和变更日志中清除已移除成员的数据",
    ),
    (
        "Instead: all members who were removed longer ago, such as 180d",
        "改为清除移除已满该时长的全部成员，例如 180d",
    ),
    (
        "Print every row of the mirror as JSON, one a line; personal values are not masked",
        "将镜像的每一行输出为 JSON，一行一个；个人数据不打码",
    ),
    ("Copy the mirror into another, new one", "将镜像复制为新的镜像"),
    (
        "The new mirror: a SQLite file that does not exist, or the URL of a database without a mirror",
        "新的镜像：不存在的 SQLite 文件，或没有镜像的数据库的 URL",
    ),
];
