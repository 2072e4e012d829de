//! Imports, exports and callbacks.

/// Texts of the help in English, each with its Chinese.
pub(super) const TEXTS: &[(&str, &str)] = &[
    (
        "Import members and departments from spreadsheets, by a job (异步导入)",
        "用任务从表格导入成员和部门（异步导入）",
    ),
    (
        "Create and update the members in a file: CSV, XLSX, or output of `txl export` (增量更新成员)",
        "按文件新增和更新成员：CSV、XLSX，或 `txl export` 的输出",
    ),
    (
        "Columns are recognized by their headings: those of WeCom's templates (姓名, 帐号 or 账号, 手机号, 邮箱, 所在部门, 职位, 性别, 是否部门内领导, 排序, 别名, 地址, 座机, 禁用), common synonyms (部门, 岗位, 移动电话, 电子邮箱, …), or the names of the fields (name, userid, mobile, …, enable). --map and --extra assign other columns. The remaining columns are ignored with a warning.",
        "按列标题识别各列：企业微信模板的列标题（姓名、帐号或账号、手机号、邮箱、所在部门、职位、性别、是否部门内领导、排序、别名、地址、座机、禁用）、常见的同义词（部门、岗位、移动电话、电子邮箱……），或字段名（name、userid、mobile……enable）。--map 和 --extra 可指定其他列；其余的列会忽略并警告。",
    ),
    (
        "An empty cell clears its field. A column or JSON key that is absent leaves the field unchanged. Departments are ids, paths or unique names, separated by semicolons. The lookup of paths and names needs an app's secret.",
        "空单元格会清空对应字段；没有该列或 JSON 键时，字段不变。部门可写 id、路径或唯一的名称，以分号分隔。按路径和名称查找需要应用的 secret。",
    ),
    (
        "With credentials the command first reads the corp's ids and shows which members would be created, be deleted, or lose departments. It stops if a member would lose a department; --exact-departments allows this. It asks for confirmation before it deletes members, and if more than 5 % of the rows clear a field; --yes confirms in advance.",
        "有凭证时，先读取企业的 id，显示将新增、删除哪些成员，以及谁会失去部门。如果有成员会失去部门则停止，--exact-departments 可放行。删除成员之前，以及超过 5 % 的行会清空某个字段时，都会要求确认；--yes 可预先确认。",
    ),
    (
        "Blanks, full-width letters, +86, leading apostrophes and similar details are corrected and counted. An ambiguous cell, such as 1.38E+10, is reported with its position, and nothing is sent.",
        "空格、全角字母、+86、前导撇号等会自动更正并计数。1.38E+10 之类有歧义的单元格会报告位置，并且不提交任何内容。",
    ),
    (
        "Rows that WeCom refuses are written to a file, together with the reasons. Correct this file and import it as it is.",
        "企业微信拒绝的行会连同原因写入文件；改正后可直接导入该文件。",
    ),
    (
        "File to import: CSV, XLSX, XLS, ODS, or JSON objects; `-` reads stdin",
        "要导入的文件：CSV、XLSX、XLS、ODS 或 JSON 对象；`-` 表示 stdin",
    ),
    (
        "Sheet of the workbook [default: the first visible sheet]",
        "工作簿中的工作表 [默认：第一个可见的工作表]",
    ),
    (
        "Encoding of a CSV or JSON file, such as GBK or Big5 [default: detected]",
        "CSV 或 JSON 文件的编码，例如 GBK 或 Big5 [默认：自动识别]",
    ),
    (
        "Treatment of hidden rows in a workbook [default: the file is refused]",
        "工作簿中隐藏行的处理方式 [默认：拒绝该文件]",
    ),
    ("Import hidden rows like other rows", "与其他行一样导入"),
    ("Leave hidden rows out", "跳过隐藏的行"),
    (
        "Import the column with this heading as this field, such as 'Our heading=mobile'; FIELD can also be extra:NAME or ignore",
        "将该列标题的列作为此字段导入，例如 'Our heading=mobile'；字段也可以是 extra:NAME 或 ignore",
    ),
    (
        "Ignore the column with this heading, even a column that affects people, such as 直属上级",
        "忽略该列标题的列，即使它涉及人员信息，例如 直属上级",
    ),
    ("Begin the CSV that is sent with a BOM", "在提交的 CSV 开头加 BOM"),
    (
        "Replace all members with those in the file, DELETING all other members (全量覆盖成员)",
        "用文件替换全部成员，文件中没有的成员都会被删除（全量覆盖成员）",
    ),
    (
        "Invite new members to join, by message or email. An invitation cannot be withdrawn",
        "通过消息或邮件邀请新成员；邀请无法撤回",
    ),
    (
        "Accepted for older scripts: only --invite invites new members",
        "为旧脚本保留：只有 --invite 会邀请新成员",
    ),
    ("Allow members to lose departments that the file leaves out", "允许成员失去文件中没有列出的部门"),
    (
        "Allow a replacement that deletes this many members, as the gate's message says: members_removed=N",
        "允许替换时删除这么多成员，写法见安全闸的提示：members_removed=N",
    ),
    ("Allow a file in which nearly all accounts are new to the corp", "允许文件中的账号几乎都是新成员"),
    (
        "Import the column with this heading as the extended attribute (扩展属性) of the same name",
        "将该列标题的列作为同名的扩展属性导入",
    ),
    (
        "Check the file and show the effects of the import, without sending it",
        "检查文件并显示导入的影响，不提交",
    ),
    ("Check the file without reading the corp", "只检查文件，不读取企业"),
    ("Write the CSV that the import would send to this file", "将导入要提交的 CSV 写入该文件"),
    (
        "Show the job's id and exit; `txl import job` shows the result later",
        "显示任务 id 后退出；之后用 `txl import job` 查看结果",
    ),
    (
        "Maximum number of seconds to wait for another job to end, and then again for this job",
        "等待其他任务结束的最长时间（秒），之后再以同样的时间等待本任务",
    ),
    (
        "Confirm in advance the deletion of members or departments, and the clearing of fields in many rows",
        "预先确认删除成员或部门，以及清空多行的字段",
    ),
    (
        "File for the refused rows [default: beside the imported file, as NAME.refused.csv, or NAME.refused.jsonl for JSON]",
        "保存被拒绝的行的文件 [默认：与导入文件同目录的 NAME.refused.csv，JSON 则为 NAME.refused.jsonl]",
    ),
    ("URL that WeCom calls when the job ends", "任务结束时企业微信回调的 URL"),
    ("The Token of that URL", "该 URL 的 Token"),
    ("The EncodingAESKey of that URL, 43 letters and digits", "该 URL 的 EncodingAESKey，43 个字母和数字"),
    (
        "Replace all departments with those in a file, DELETING other departments that are empty (全量覆盖部门)",
        "用文件替换全部部门，文件中没有的空部门都会被删除（全量覆盖部门）",
    ),
    (
        "Columns are recognized by their headings: 部门名称, 部门ID, 父部门ID and 排序, or name, id, parentid and order.",
        "按列标题识别各列：部门名称、部门ID、父部门ID 和排序，或 name、id、parentid 和 order。",
    ),
    ("Show the state or the result of a job (获取异步任务结果)", "查看任务的状态或结果"),
    ("Id of the job", "任务 id"),
    ("Wait until the job ends, then show the refused rows", "等待任务结束，再显示被拒绝的行"),
    ("Callback (回调配置)", "回调配置"),
    ("The Token of the URL", "URL 的 Token"),
    ("The EncodingAESKey of the URL, 43 letters and digits", "URL 的 EncodingAESKey，43 个字母和数字"),
    (
        "Listen behind a callback URL, and print each event as one line of JSON",
        "在回调 URL 处监听，每个事件输出一行 JSON",
    ),
    (
        "Answers WeCom's verification of the URL (验证URL有效性) at any path. An event that WeCom delivers twice is printed once. A request with a wrong signature is refused and reported on stderr. An authentic event that cannot be read is acknowledged, and its digest is reported on stderr. Runs until interrupted.",
        "任意路径都可应答企业微信的 URL 有效性验证。企业微信重复投递的事件只输出一次。签名错误的请求会被拒绝，并在 stderr 上报告。验签通过但无法解析的事件会正常应答，并在 stderr 上报告其摘要。一直运行到被中断。",
    ),
    (
        "Address to listen on. Port 0 selects a free port, which is printed on stderr",
        "监听的地址；端口 0 表示自动选择空闲端口，并在 stderr 上显示",
    ),
    (
        "Stop after this number of events, at least 1. Events that are already acknowledged are printed as well",
        "收到这么多个事件后停止，至少为 1；已经应答的事件也会输出",
    ),
    (
        "Maximum difference between a request's timestamp and this machine's clock, up to a year (31,536,000). 0 accepts any timestamp, for a simulator with another clock",
        "请求的时间戳与本机时钟的最大偏差，最长一年（31,536,000）；0 表示接受任意时间戳，用于时钟不同的模拟器",
    ),
    (
        "Print the text of unreadable events on stderr. It may contain personal data",
        "在 stderr 上输出无法解析的事件的原文，其中可能含有个人数据",
    ),
    (
        "Check a verification request, and print the text to answer it with",
        "检查 URL 验证请求，并输出应答的内容",
    ),
    ("The request's URL, or its query string", "请求的 URL 或查询串"),
    ("Verify and decrypt a delivery, and print its event", "对一次投递验签并解密，输出事件"),
    (
        "An authentic message that is not a known event is printed unchanged, and the exit code is 1.",
        "验签通过但不是已知事件的消息按原样输出，退出码为 1。",
    ),
    ("The file with the request's body; `-` is stdin", "请求体所在的文件；`-` 表示 stdin"),
    (
        "Sign and encrypt a message as WeCom does, to test a callback server",
        "像企业微信一样签名并加密消息，用于测试回调服务",
    ),
    ("The file with the message's XML; `-` is stdin", "消息 XML 所在的文件；`-` 表示 stdin"),
    ("Create a verification request with this text instead", "改为用该文本生成 URL 验证请求"),
    ("Sign and encrypt a passive reply (被动回复)", "签名并加密被动回复"),
    ("The file with the reply's XML; `-` is stdin", "回复 XML 所在的文件；`-` 表示 stdin"),
    ("Create an EncodingAESKey for a new callback URL", "为新的回调 URL 生成 EncodingAESKey"),
    (
        "Export members, departments and tags with a job, and decrypt its files (异步导出)",
        "用任务导出成员、部门和标签，并解密文件（异步导出）",
    ),
    (
        "Rows go to stdout in the format of -o. Memory use is constant in all formats except the table. --out writes the rows to a file, which replaces an older one after all rows are checked, or to a directory with one file for each file of the export.",
        "各行按 -o 的格式写到 stdout；除表格外，内存占用不随行数增长。--out 将各行写入文件，全部检查完毕后才替换旧文件；也可写入目录，导出的每个文件对应一个文件。",
    ),
    (
        "A job continues after this command ends: --resume fetches its rows after an interruption. Written files contain personal data, and only their owner can read them.",
        "命令结束后任务仍会继续：中断之后用 --resume 取回各行。写出的文件含有个人数据，只有所有者可读。",
    ),
    ("Export the members with their details (导出成员详情)", "导出成员及其详情"),
    ("Export only their ids, which is faster", "只导出 id，速度更快"),
    (
        "Id of a submitted job to continue. It needs the credential that submitted the job",
        "要继续的已提交任务的 id；须使用提交它的凭证",
    ),
    (
        "Key that encrypts the files (encoding_aeskey), 43 letters and digits. Defaults to a new key, which is kept until the rows are fetched",
        "加密文件的密钥（encoding_aeskey），43 个字母和数字。默认生成新密钥，并保存到取回各行为止",
    ),
    (
        "Read the export's key (encoding_aeskey) from this file; `-` is stdin",
        "从该文件读取导出的密钥（encoding_aeskey）；`-` 表示 stdin",
    ),
    (
        "Directory of new keys. Defaults to txl/exports in the user's state directory",
        "新密钥的目录，默认为用户状态目录下的 txl/exports",
    ),
    ("Maximum number of rows per file, 10,000 to 1,000,000", "每个文件的最大行数，10,000 至 1,000,000"),
    (
        "Print the job's id for --resume, without waiting for the job",
        "输出供 --resume 使用的任务 id，不等待任务",
    ),
    ("Maximum time to wait for the job, in seconds", "等待任务的最长时间（秒）"),
    (
        "File to write: .jsonl, .json, .csv or .xlsx. A directory receives one file for each file of the export, such as members-0001.jsonl. `-` is stdout",
        "要写入的文件：.jsonl、.json、.csv 或 .xlsx。指定目录时，导出的每个文件对应一个文件，例如 members-0001.jsonl。`-` 表示 stdout",
    ),
    (
        "The format of a name without an ending is that of -o, and defaults to JSONL. CSV has the headings of WeCom's template above the codes and ids of the API. Further fields follow under their JSON names, then attributes (扩展属性). XLSX has the same columns, with words instead of codes and departments as paths, such as 示例公司/研发部. All cells of XLSX are text. Both omit empty columns. A heading that begins with 部分缺失- marks an incomplete column: WeCom omitted the field in some rows, and `txl import` ignores the column.",
        "没有扩展名时采用 -o 的格式，默认为 JSONL。CSV 使用企业微信模板的列标题，单元格为接口的代码和 id；其余字段以 JSON 名称列在其后，最后是扩展属性。XLSX 的列相同，但用文字代替代码，部门写成 示例公司/研发部 这样的路径，单元格都是文本。两者都省略空列。以 部分缺失- 开头的列标题表示该列不完整：企业微信在部分行中没有返回该字段，`txl import` 会忽略该列。",
    ),
    ("Alias of -o, for older scripts", "-o 的别名，为旧脚本保留"),
    (
        "Number of files of the export to read in parallel. Memory use grows with it",
        "并行读取的导出文件数；数值越大，内存占用越多",
    ),
    ("Export the members' ids, names and departments (导出成员)", "导出成员的 id、姓名和部门"),
    ("Export only their ids", "只导出成员 id"),
    ("Export the departments (导出部门)", "导出部门"),
    ("Export the members and departments of a tag (导出标签成员)", "导出标签的成员和部门"),
    ("The tag: its id or its name. Not needed with --resume", "标签：id 或名称；使用 --resume 时不需要"),
    ("Show the state and the result of a job (获取导出结果)", "查看任务的状态和结果"),
];
