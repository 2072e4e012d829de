//! Plans, runs and rosters.

/// Texts of the help in English, each with its Chinese.
pub(super) const TEXTS: &[(&str, &str)] = &[
    (
        "Plan the changes that bring the corp to a roster (变更计划); nothing is sent",
        "按花名册制订变更计划，不提交任何变更",
    ),
    (
        "The corp is pulled first, then compared with the roster: CSV, XLSX or JSON, several files as one. roster.toml beside the roster says what it manages; docs/sync.md explains each key. `txl apply` sends a plan.",
        "先拉取企业，再与花名册比对：CSV、XLSX 或 JSON，多个文件视为一份。花名册旁的 roster.toml 规定管理的内容，各个键见 docs/sync.md。`txl apply` 应用计划。",
    ),
    (
        "Exit code 4: the gate (安全闸) stops the plan. Exit code 10, with --detailed-exit-code: there is something to do.",
        "退出码 4：安全闸拦截了计划。退出码 10（使用 --detailed-exit-code 时）：有待执行的变更。",
    ),
    (
        "The files of the roster: CSV, XLSX, XLS, ODS or JSON; `-` reads stdin",
        "花名册的文件：CSV、XLSX、XLS、ODS 或 JSON；`-` 表示 stdin",
    ),
    (
        "Plan the removal of members whom runs disabled at least this long ago, such as 30d",
        "计划移除由之前的执行停用且已满该时长的成员，例如 30d",
    ),
    (
        "File to write the plan to, for `txl apply` and `txl plan show`",
        "保存计划的文件，供 `txl apply` 和 `txl plan show` 使用",
    ),
    (
        "Write the leavers to this file: .csv or .xlsx. It is a roster that states their leaving",
        "将离职人员写入该文件：.csv 或 .xlsx。该文件是一份注明离职的花名册",
    ),
    ("Exit with 1 if there are findings", "有发现时退出码为 1"),
    ("Exit with 10 if there is something to do", "有待执行的变更时退出码为 10"),
    ("Planning (变更计划)", "变更计划"),
    (
        "Policy file [default: roster.toml beside the roster, if it exists]",
        "策略文件 [默认：花名册旁的 roster.toml，如果存在]",
    ),
    ("Compare with the mirror as it is, without a pull", "与现有的镜像比对，不拉取"),
    ("How long the plan can be applied, such as 3d or 12h", "计划的有效期，例如 3d 或 12h"),
    (
        "Rename or move a department: 'A=B', where A is its path or a unique tail and B its new name or new path",
        "重命名或移动部门：'A=B'，其中 A 是部门的路径或唯一的末段，B 是新名称或新路径",
    ),
    ("Confirm that this department is new, and not a renamed one", "确认该部门是新部门，而不是改名"),
    (
        "Accept the faults of these rows, such as 14,88-90 or leavers.csv:7: they do not hold back leavers",
        "接受这些行的错误，例如 14,88-90 或 leavers.csv:7：它们不再妨碍处理离职人员",
    ),
    (
        "Confirm that the people of these rows are new, although a member has the same name",
        "确认这些行是新成员，即使有同名的成员",
    ),
    ("Write this field even if its present value is hidden", "写入该字段，即使其当前的值是隐藏的"),
    (
        "Look up who has the mobile number or the mail address of a new person where members hide theirs (user/getuserid); one call a day for 20 members at most",
        "成员的手机号或邮箱隐藏时，查询新成员的手机号或邮箱属于谁（user/getuserid）；每天最多查询 20 名成员",
    ),
    (
        "Plan only these kinds: create, update, move, disable, enable, remove, departments, tags",
        "只计划这些类型：create、update、move、disable、enable、remove、departments、tags",
    ),
    ("Leave out the changes of this member", "排除该成员的变更"),
    ("Roster (花名册)", "花名册"),
    (
        "Read the column with this heading as this field, such as mobile=联系方式; FIELD can also be extra:NAME or ignore",
        "将该列标题的列作为此字段读取，例如 mobile=联系方式；字段也可以是 extra:NAME 或 ignore",
    ),
    ("Show every member and every finding in a line of its own", "每名成员、每个发现各占一行，全部显示"),
    (
        "Show mobile numbers, mail addresses, addresses and attributes in full",
        "完整显示手机号、邮箱、地址和扩展属性",
    ),
    ("Show a plan for the person who approves it", "向审批人展示计划"),
    (
        "Personal values are masked, as in `txl sql`. A plan is a file of `txl plan --out`.",
        "个人数据会打码，与 `txl sql` 相同。计划是 `txl plan --out` 写出的文件。",
    ),
    ("The plan", "计划"),
    ("How it is shown", "展示的形式"),
    ("The tree of departments, as wide as the terminal", "部门树，与终端同宽"),
    ("A table with a row for each change, for a ticket or a chat", "表格，每项变更一行，可贴到工单或聊天中"),
    ("One page that folds and filters and needs no network", "可折叠、可筛选、无需网络的页面"),
    ("A row for each change", "每项变更一行"),
    ("A row for each change, as a workbook", "每项变更一行的工作簿"),
    ("File to write instead of stdout", "写入该文件，而不是 stdout"),
    (
        "Apply a plan (执行变更计划), or plan a roster and apply that",
        "应用变更计划，或按花名册制订计划并应用",
    ),
    (
        "Everything that the plan touches is read again before the first write; what was changed since is left out and reported. Each step is recorded before it is sent, so that a run survives a crash: --resume continues it. `txl undo` plans the inverse of a run.",
        "首次写入之前，会重新读取计划涉及的全部内容；之后有变动的会排除并报告。每个步骤提交之前都有记录，因此崩溃之后可用 --resume 继续。`txl undo` 可制订反向的计划。",
    ),
    (
        "A file of `txl plan --out` is a plan, any other file a roster. Without --yes the plan is shown and confirmed on the terminal.",
        "`txl plan --out` 写出的文件是计划，其他文件是花名册。不加 --yes 时，会显示计划并在终端上确认。",
    ),
    (
        "Exit code 1: some steps were refused, stale, skipped or unknown. Exit code 4: the gate (安全闸) stops the plan.",
        "退出码 1：有步骤被拒绝、已过时、已跳过或结果未知。退出码 4：安全闸拦截了计划。",
    ),
    ("A plan, or the files of a roster", "计划，或花名册的文件"),
    ("Apply without a question", "不提问直接应用"),
    (
        "Allow this many of a measure for this plan, as the gate's message says, such as members_removed=120. It needs a plan file",
        "对本计划放行某项指标的数量，写法见安全闸的提示，例如 members_removed=120；需要计划文件",
    ),
    (
        "Continue a run that stopped or was interrupted [default: the last one]",
        "继续已停止或被中断的执行 [默认：最近一次]",
    ),
    ("Run (执行)", "执行"),
    (
        "Write the userids of new members to this file: .csv or .xlsx",
        "将新成员的 userid 写入该文件：.csv 或 .xlsx",
    ),
    (
        "Write the rows that were not applied to this file, with the reasons: .csv or .xlsx. Corrected, it can be planned again",
        "将未应用的行连同原因写入该文件：.csv 或 .xlsx；改正后可再次制订计划",
    ),
    ("Maximum number of calls at the same time, 1 to 64", "同时进行的调用数上限，1 至 64"),
    (
        "Undo a run (撤销): plan its inverse from what was recorded, and apply that",
        "撤销一次执行：根据记录制订反向的计划，并应用",
    ),
    (
        "The corp is pulled first. Each value goes back only if it is still what the run wrote; what others changed since is kept and reported. What cannot come back is listed first. docs/sync.md lists the limits.",
        "先拉取企业。只有当值仍是该次执行写入的值时才恢复；之后由他人修改的内容保持不变并报告。无法恢复的内容会先列出。限制见 docs/sync.md。",
    ),
    ("The run; `txl run list` shows all", "执行的编号；`txl run list` 列出全部"),
    ("Undo without a question", "不提问直接撤销"),
    (
        "Remove members whom the run created, if they have not activated. Without this flag they are disabled",
        "移除该次执行新增且尚未激活的成员；不加此参数则停用",
    ),
    ("Write the plan to this file instead of applying it", "将计划写入该文件，不应用"),
    (
        "Show the runs (执行) of the corp, and what became of their steps",
        "查看企业的执行记录，以及各步骤的结果",
    ),
    ("List all runs", "列出全部执行"),
    ("Show the steps of a run that are not done, or all of them", "显示未完成的步骤，或全部步骤"),
    ("The run", "执行的编号"),
    ("Show the steps that are done too", "同时显示已完成的步骤"),
    (
        "Write rosters (花名册): an empty one for HR, or the mirror as one",
        "生成花名册：供人事填写的空花名册，或镜像的内容",
    ),
    (
        "Write a file with headings and a sample row, from what the corp has",
        "根据企业现有的内容，生成含列标题和示例行的文件",
    ),
    (
        "File to write: .csv or .xlsx [default: CSV on stdout]",
        "要写入的文件：.csv 或 .xlsx [默认：stdout 上的 CSV]",
    ),
    (
        "Write the mirror as a roster: planned again, it changes nothing. Personal values are not masked",
        "将镜像写成花名册：据此制订计划不会有变更。个人数据不打码",
    ),
    (
        "Link people of a roster to members whose key is hidden or missing, by name and department or by mobile",
        "花名册的人员与主键隐藏或缺失的成员之间，按姓名和部门或按手机号建立关联",
    ),
    (
        "A link is stored in the mirror and outranks the key. Nothing is sent to WeCom. A person is proposed only if exactly one member and one row agree.",
        "关联保存在镜像中，优先于主键。不向企业微信发送任何内容。只有一名成员与一行唯一相符时才会建议关联。",
    ),
    ("The files of the roster", "花名册的文件"),
    ("Store the links without a question", "不提问直接保存关联"),
];
