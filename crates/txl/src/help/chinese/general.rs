//! The command itself, credentials, configuration and reference.

/// Texts of the help in English, each with its Chinese.
pub(super) const TEXTS: &[(&str, &str)] = &[
    ("Output", "输出"),
    ("For people: a table as wide as the terminal", "供阅读：与终端同宽的表格"),
    ("For scripts: one JSON document", "供脚本使用：一个 JSON 文档"),
    ("For scripts: one JSON value a line", "供脚本使用：每行一个 JSON 值"),
    (
        "For spreadsheets: a row of headings, then a row for each object; lists are joined by `;`",
        "供电子表格使用：一行列标题，之后每个对象一行；列表以 `;` 连接",
    ),
    (
        "Log requests and replies on stderr, with personal data masked. Give it twice to log the shape of bodies as well",
        "在 stderr 上记录请求和应答，个人数据会打码；写两次还会记录报文的结构",
    ),
    (
        "Put an apostrophe before cells of CSV that a spreadsheet program would run as formulas: those that begin with =, +, - or @",
        "如果 CSV 单元格以 =、+、- 或 @ 开头，会被电子表格当作公式，则在其前面加撇号",
    ),
    (
        "Check credentials, list server addresses, identify visitors (身份验证)",
        "检查凭证、列出服务器 IP、识别访问用户（身份验证）",
    ),
    (
        "Check the corp id and one secret against WeCom (获取access_token)",
        "用企业ID 和一个 secret 向企业微信获取 token，以检查是否有效",
    ),
    ("Show the login link for a visitor inside WeCom (构造网页授权链接)", "生成企业微信内的网页授权链接"),
    (
        "URL that the visitor returns to, on a trusted domain (可信域名) of the app",
        "授权后跳转的 URL，须在应用的可信域名之下",
    ),
    ("Request consent to sensitive fields (snsapi_privateinfo)", "请求授权敏感字段（snsapi_privateinfo）"),
    (
        "Text that WeCom appends to that URL, letters and digits",
        "企业微信附加到该 URL 的文本，由字母和数字组成",
    ),
    ("Show the visitor that a code identifies (获取访问用户身份)", "获取 code 对应的访问用户身份"),
    ("The code, which is valid once and for 5 minutes", "code，只能使用一次，5 分钟内有效"),
    (
        "Show the sensitive fields that a visitor agreed to share (获取访问用户敏感信息)",
        "获取访问用户同意提供的敏感信息",
    ),
    ("The user_ticket that `user-info` returned", "`user-info` 返回的 user_ticket"),
    (
        "List the addresses of WeCom's API servers, for firewalls (获取企业微信接口IP段)",
        "列出企业微信接口的 IP，用于防火墙",
    ),
    (
        "List the addresses that callbacks come from, for firewalls (获取企业微信回调IP段)",
        "列出企业微信回调的 IP，用于防火墙",
    ),
    (
        "Show and check the configuration file txl.toml and its profiles",
        "查看和检查配置文件 txl.toml 及其配置档",
    ),
    (
        "A profile contains the credentials (凭证) of one corp. All credentials of a command come from one source. --profile NAME takes them from that profile and ignores WECOM_... variables. TXL_PROFILE also chooses a profile, but it is an error beside such a variable. Without a chosen profile, flags and WECOM_... variables are the source. If none of them is given, the file's default profile is the source. Two sources at once are an error. --config (TXL_CONFIG) names the file, which defaults to txl/txl.toml in the user's configuration directory. A file in the working directory is used only if it is named.",
        "一个配置档含有一个企业的凭证。一条命令的全部凭证取自同一来源。--profile NAME 从该配置档取凭证，并忽略 WECOM_... 环境变量；TXL_PROFILE 也可选择配置档，但不能与这类环境变量同时存在。没有选择配置档时，来源是命令行参数和 WECOM_... 环境变量；两者都没有给出时，使用文件的默认配置档。同时有两个来源会报错。--config（TXL_CONFIG）指定文件，默认为用户配置目录下的 txl/txl.toml。工作目录中的文件只有明确指定才会使用。",
    ),
    ("Example of a file:\n  default = \"test\"", "文件示例：\n  default = \"test\""),
    (
        "  [profile.test]\n  corp_id = \"ww1234567890abcdef\"\n  contacts_secret = \"env:TEST_CONTACTS_SECRET\"\n  agent_id = 1000002\n  app_secret = \"file:secrets/test-app\"",
        "  [profile.test]\n  corp_id = \"ww1234567890abcdef\"\n  contacts_secret = \"env:TEST_CONTACTS_SECRET\"\n  agent_id = 1000002\n  app_secret = \"file:secrets/test-app\"",
    ),
    (
        "A path is relative to the file's directory. The file itself may contain a secret\nif only its owner can read it. More keys: base_url, proxy, ca_cert, token_store,\ncallback_token, callback_aes_key.",
        "路径相对于该文件所在的目录。只有当文件仅所有者可读时，才可以直接写 secret。\n其他键：base_url、proxy、ca_cert、token_store、callback_token、\ncallback_aes_key。",
    ),
    (
        "Show the source of the credentials and each value, with secrets masked",
        "显示凭证的来源和各项的值，secret 会打码",
    ),
    (
        "Accepts the credential flags of a command that calls WeCom. Nothing is sent, and no secret is read.",
        "接受与调用企业微信的命令相同的凭证参数。不发送请求，也不读取 secret。",
    ),
    (
        "Show the path of the configuration file, even if the file does not exist",
        "显示配置文件的路径，即使文件不存在",
    ),
    ("Has no effect here: all profiles are in the same file", "在此没有作用：所有配置档都在同一个文件中"),
    (
        "Check the profiles of the configuration file, without sending anything",
        "检查配置文件中的配置档，不发送请求",
    ),
    (
        "Reads the secrets that the profiles refer to, and prints every problem with its line. The exit code is 1 if there is a problem.",
        "读取配置档引用的 secret，并逐行列出问题。有问题时退出码为 1。",
    ),
    ("Profile to check. Defaults to all profiles", "要检查的配置档，默认为全部"),
    (
        "Check credentials, connection, rights, callback URL and mirror, and name what is wrong (诊断)",
        "诊断：检查凭证、连接、权限、回调 URL 和镜像，指出问题所在",
    ),
    (
        "Calls the endpoints that read, with each secret. Nothing is changed, so the right to write is shown as not tested. Every problem comes with its remedy and the page of the console (管理后台) to open.",
        "用每个 secret 调用只读的接口。不作任何修改，因此写入权限显示为“未测试”。每个问题都给出处理办法，以及要打开的管理后台页面。",
    ),
    (
        "Exit code 1: there is a problem. Exit code 3: the server gives no usable answer.",
        "退出码 1：有问题。退出码 3：服务器没有可用的应答。",
    ),
    (
        "The callback URL (接收事件服务器): verify it as WeCom does, with --callback-token and --callback-aes-key",
        "回调 URL（接收事件服务器）：像企业微信一样验证它，须同时给出 --callback-token 和 --callback-aes-key",
    ),
    (
        "Explain error codes of WeCom (错误码) in both languages, offline",
        "离线查询企业微信的错误码，中英文对照",
    ),
    (
        "Prints the meaning of each code and what to do about it. Without a code it lists the codes that the calls of the contacts can return. Nothing is sent.",
        "输出各错误码的含义和处理办法。不给错误码时，列出通讯录接口可能返回的全部错误码。不发送请求。",
    ),
    ("Example: txl errcode 60020", "示例：txl errcode 60020"),
    ("The codes, such as 60020 or -1. Defaults to all", "错误码，例如 60020 或 -1，默认为全部"),
    ("Print a script that completes commands and flags in a shell (命令补全)", "输出 shell 的命令补全脚本"),
    (
        "It completes names, never values: no secret and no userid is read.",
        "只补全名称，不补全值：不读取 secret 和 userid。",
    ),
    (
        "Where the script goes:\n  bash        txl completion bash > ~/.local/share/bash-completion/completions/txl\n  zsh         txl completion zsh > DIR/_txl, with DIR in fpath before compinit\n  fish        txl completion fish > ~/.config/fish/completions/txl.fish\n  powershell  txl completion powershell >> $PROFILE",
        "脚本的位置：\n  bash        txl completion bash > ~/.local/share/bash-completion/completions/txl\n  zsh         txl completion zsh > DIR/_txl，DIR 须在 compinit 之前加入 fpath\n  fish        txl completion fish > ~/.config/fish/completions/txl.fish\n  powershell  txl completion powershell >> $PROFILE",
    ),
    ("The shell", "shell 的名称"),
    ("Write the manual pages (手册页), or print one", "生成手册页，或输出其中一页"),
    ("Example: txl man member get | man -l -", "示例：txl man member get | man -l -"),
    ("The command whose page is printed. Defaults to txl itself", "要输出手册页的命令，默认为 txl 本身"),
    (
        "Directory to write the pages of all commands to: txl.1, txl-member.1, txl-member-get.1, …",
        "保存全部命令手册页的目录：txl.1、txl-member.1、txl-member-get.1……",
    ),
    ("Print the help of a command, or explain a topic", "显示命令的帮助，或说明某个主题"),
    ("Topics: secrets, exit-codes, formats, errcodes.", "主题：secrets、exit-codes、formats、errcodes。"),
    (
        "A command, such as `member get`, or a topic: secrets, exit-codes, formats, errcodes",
        "命令，例如 `member get`；或主题：secrets、exit-codes、formats、errcodes",
    ),
    (
        "--profile names the profile. --base-url, --proxy and --ca-cert are used for the checks and written with it.",
        "--profile 指定配置名称。--base-url、--proxy 和 --ca-cert 用于检查，并一同写入配置。",
    ),
    (
        "Ask for the credentials of a corp, check them, and write a profile (配置向导)",
        "询问企业的凭证，逐项检查，并写入配置（配置向导）",
    ),
    ("Base URL of the API, for a gateway or a simulator", "API 的地址，用于网关或模拟器"),
    (
        "Data goes to stdout, everything else to stderr. All credentials (凭证) come from one source: from flags and WECOM_CORP_ID, WECOM_CONTACTS_SECRET, WECOM_AGENT_ID, WECOM_APP_SECRET and WECOM_BASE_URL, or from a profile of the configuration file by `--profile` (`txl setup` writes one, `txl config --help` describes it). Calls that write or list ids use the contacts-sync secret (通讯录同步). Calls that read details use the app's secret (自建应用). `--as` overrides this choice. A secret can also be read from a file, by `--app-secret-file PATH` or WECOM_APP_SECRET_FILE. Access tokens are kept between commands in a private file of the user; `--token-store` (WECOM_TOKEN_STORE) names another store.",
        "数据写到 stdout，其他内容写到 stderr。全部凭证来自同一来源：参数和 WECOM_CORP_ID、WECOM_CONTACTS_SECRET、WECOM_AGENT_ID、WECOM_APP_SECRET、WECOM_BASE_URL，或用 `--profile` 指定的配置（`txl setup` 可生成配置，说明见 `txl config --help`）。写入和列出 id 的调用使用“通讯录同步”的 secret，读取详情的调用使用自建应用的 secret，`--as` 可以改变这一选择。secret 也可以从文件读取：`--app-secret-file PATH` 或 WECOM_APP_SECRET_FILE。access_token 保存在仅本人可读的文件中，供后续命令使用；`--token-store`（WECOM_TOKEN_STORE）可指定其他位置。",
    ),
    (
        "Fields to print, separated by commas, in this order, such as userid,name",
        "要输出的字段，用逗号分隔，按给出的顺序输出，例如 userid,name",
    ),
    (
        "Filter in the language of jq. It gets the document of -o json, or each line of -o jsonl",
        "jq 语法的过滤器，输入是 -o json 的文档，或 -o jsonl 的每一行",
    ),
    ("For configuration: the same value as JSON", "用于配置：以 JSON 给出同一个值"),
    (
        "Format of the data on stdout. Defaults to table, and to json with --jq",
        "stdout 的数据格式，默认为 table；使用 --jq 时默认为 json",
    ),
    ("PEM file of additional CA certificates to trust", "要额外信任的 CA 证书的 PEM 文件"),
    ("Print no headings in tables and CSV", "表格和 CSV 不输出表头"),
    (
        "Print no progress, summaries or notes: only data, errors, and warnings about damaged data",
        "不输出进度、汇总和说明，只输出数据、错误，以及数据损坏的警告",
    ),
    ("Print texts that --jq returns without quotation marks", "--jq 返回的文本不加引号输出"),
    (
        "Says where each value is in the console (管理后台), checks each secret with a call that reads, and explains what is wrong with it. A secret may be typed, which is not shown, or be a reference: env:NAME or file:PATH. At the end the values become a profile of txl.toml, which only its owner can read. Other profiles, other keys and comments stay. Ctrl-C ends it, and nothing is written.",
        "逐项说明各个值在管理后台的位置，用只读调用检查每个 secret，并解释问题所在。secret 可以直接输入（不显示），也可以填写引用：env:NAME 或 file:PATH。最后把这些值写成 txl.toml 中的一个配置，文件仅本人可读。其他配置、其他键和注释保持不变。按 Ctrl-C 退出，不写入任何内容。",
    ),
    (
        "Set a field by its name in WeCom's message, such as UserID=lisi or ExtAttr.NAME=VALUE. May be repeated",
        "按企业微信消息中的名称设置字段，例如 UserID=lisi 或 ExtAttr.NAME=VALUE。可以重复使用",
    ),
    ("The corp's id (企业ID)", "企业ID"),
    (
        "Read the contacts-sync secret (通讯录同步 secret) from this file; `-` is stdin",
        "从该文件读取“通讯录同步”的 secret；`-` 表示 stdin",
    ),
    ("The app's id (应用 agentid)", "应用的 AgentId"),
    (
        "Read the app's secret (自建应用 secret) from this file; `-` is stdin",
        "从该文件读取自建应用的 secret；`-` 表示 stdin",
    ),
    ("Read the callback Token from this file; `-` is stdin", "从该文件读取回调的 Token；`-` 表示 stdin"),
    (
        "Read the callback EncodingAESKey from this file; `-` is stdin",
        "从该文件读取回调的 EncodingAESKey；`-` 表示 stdin",
    ),
];
