//! The simulator and the tour.

/// Texts of the help in English, each with its Chinese.
pub(super) const TEXTS: &[(&str, &str)] = &[
    ("Run every call of the contacts API against a simulator", "在模拟器上执行通讯录的全部调用"),
    (
        "Each step makes one call and checks its result against the state of the simulated corp. --base-url names a running simulator (`txl sim`). Defaults to an embedded one. The tour creates, changes and deletes members, so it refuses any server that is not a simulator. At its end it removes the objects that it created, and all callback URLs of the simulator.",
        "每一步执行一次调用，并与模拟企业的状态核对。--base-url 指定正在运行的模拟器（`txl sim`），默认使用内置的模拟器。演示会新增、修改和删除成员，因此拒绝连接模拟器以外的服务器。结束时会移除演示创建的对象，以及模拟器的全部回调 URL。",
    ),
    (
        "Print one JSON object per line, {\"chapter\",\"title\",\"call\",\"endpoint\",\"ok\",\"ms\",\"note\"}, and a summary at the end",
        "每行输出一个 JSON 对象 {\"chapter\",\"title\",\"call\",\"endpoint\",\"ok\",\"ms\",\"note\"}，最后输出汇总",
    ),
    ("Base URL of a running simulator", "正在运行的模拟器的地址"),
    ("Its corp's id (企业ID)", "模拟企业的企业ID"),
    ("Its contacts-sync secret (通讯录同步 secret)", "模拟企业“通讯录同步”的 secret"),
    ("Its app's id (应用 agentid)", "模拟企业应用的 AgentId"),
    ("Its app's secret (自建应用 secret)", "模拟企业自建应用的 secret"),
    (
        "Serve a simulator of the WeCom contacts server until interrupted",
        "运行企业微信通讯录模拟器，直到被中断",
    ),
    (
        "The simulator needs no registration. It sends requests only to this machine and to the hosts of --callback-url and --allow-outgoing. When it is ready, it prints one JSON line on stdout, and on a terminal a list of the same data: {\"url\",\"corp_id\",\"contacts_secret\",\"agent_id\",\"app_secret\",\"callback\":{\"token\",\"aes_key\"}}. With --corp it also has \"corps\". Rights are those of today's WeCom: the contacts-sync secret (通讯录同步) writes and lists ids, and the app (自建应用) reads details without sensitive fields. Clients that use one secret for all calls need --legacy.",
        "使用模拟器无需注册。它只向本机以及 --callback-url 和 --allow-outgoing 的主机发送请求。就绪后在 stdout 输出一行 JSON（在终端上则为内容相同的列表）：{\"url\",\"corp_id\",\"contacts_secret\",\"agent_id\",\"app_secret\",\"callback\":{\"token\",\"aes_key\"}}，使用 --corp 时另有 \"corps\"。权限与当前的企业微信一致：“通讯录同步”可以写入和列出 id，自建应用可以读取详情，但看不到敏感字段。如果客户端只用一个 secret 完成全部调用，请加 --legacy。",
    ),
    ("Address to listen on. Port 0 selects a free port", "监听的地址；端口 0 表示自动选择空闲端口"),
    (
        "The contacts-sync secret (通讯录同步 secret). Defaults to sim-contacts-secret",
        "“通讯录同步”的 secret，默认为 sim-contacts-secret",
    ),
    (
        "The app's secret (自建应用 secret). Defaults to sim-app-secret",
        "自建应用的 secret，默认为 sim-app-secret",
    ),
    (
        "Use the rights of before 2022: both secrets read everything",
        "使用 2022 年之前的权限：两个 secret 都能读取全部内容",
    ),
    (
        "Number of generated members, up to 2,000,000. The same --seed generates the same members. Defaults to a small fixed corp",
        "生成的成员数，最多 2,000,000；--seed 相同则成员相同。默认为一个固定的小企业",
    ),
    (
        "Number of generated departments. Defaults to one for every twenty members",
        "生成的部门数，默认每二十名成员一个",
    ),
    ("Seed of the generated members", "生成成员的随机种子"),
    (
        "Depth of the generated department tree: flat (at most 3 levels), usual (3 to 6) or deep (up to 15)",
        "生成的部门树的深度：flat（最多 3 级）、usual（3 至 6 级）或 deep（最多 15 级）",
    ),
    (
        "Additional corp, with the contacts of a file in the format of --seed-file, or with the small fixed corp. Its secrets are ID-contacts-secret and ID-app-secret. --legacy, --rates and the flags of the clock and the logs apply to each corp, the others to the first one. May be repeated, up to 63 times",
        "增加一个企业，通讯录取自 --seed-file 格式的文件，省略文件时为固定的小企业。其 secret 为 ID-contacts-secret 和 ID-app-secret。--legacy、--rates 以及时钟和日志的选项对每个企业生效，其余选项只对第一个企业生效。可重复，最多 63 次",
    ),
    (
        "File that receives the departments, members and tags when the simulator stops, in the format of --seed-file",
        "模拟器停止时，将部门、成员和标签以 --seed-file 的格式写入该文件",
    ),
    (
        "File that keeps the state: contacts, settings, switches, limits, fault rules and the time. The simulator starts from it if it exists, and writes it when it stops. Tokens, jobs, media, callback URLs and logs are not kept",
        "保存状态的文件：通讯录、设置、开关、限额、故障规则和时间。文件存在时从中启动，停止时写回；不保存 token、任务、素材、回调 URL 和日志",
    ),
    (
        "URL that receives contacts events (接收事件服务器). It is verified at the start",
        "接收通讯录事件的 URL（接收事件服务器），启动时验证",
    ),
    ("The Token of that URL. Defaults to simCallbackToken", "该 URL 的 Token，默认为 simCallbackToken"),
    (
        "The EncodingAESKey of that URL, 43 letters and digits. Defaults to SimulatorEncodingAesKey00000000000000000000",
        "该 URL 的 EncodingAESKey，43 个字母和数字，默认为 SimulatorEncodingAesKey00000000000000000000",
    ),
    (
        "Enforce WeCom's published frequency limits, such as errcode 45009 after 10,000 calls of one API in a minute (doc 90312)",
        "执行企业微信公布的频率限制，例如同一接口一分钟内调用 10,000 次之后返回 45009（文档 90312）",
    ),
    (
        "JSON file of faults to inject from the start, in the format of `PUT /_sim/faults` (docs/simulator.md)",
        "启动时注入的故障的 JSON 文件，格式与 `PUT /_sim/faults` 相同（docs/simulator.md）",
    ),
    (
        "Speed of the clock as a multiple of real time. At 60, a token of two hours expires after two minutes",
        "时钟相对于真实时间的倍速；60 倍时，两小时的 token 两分钟后过期",
    ),
    (
        "Stop the clock. It then moves only by `POST /_sim/clock/advance`",
        "停止时钟，之后只由 `POST /_sim/clock/advance` 推进",
    ),
    (
        "Time of the start and of every reset, such as 2026-01-05T09:00:00+08:00 or Unix seconds. Defaults to this machine's time",
        "启动和每次重置时的时间，例如 2026-01-05T09:00:00+08:00 或 Unix 秒数，默认为本机时间",
    ),
    (
        "Additional host name of the control surface while the server listens on a loopback address. May be repeated",
        "监听回环地址时，控制接口额外接受的主机名，可重复",
    ),
    (
        "Additional host for callbacks and downloads, beside loopback addresses and --callback-url. May be repeated",
        "除回环地址和 --callback-url 之外，允许回调和下载的主机，可重复",
    ),
    (
        "Number of requests that the log keeps (`GET /_sim/requests`). Defaults to 10,000",
        "日志保留的请求数（`GET /_sim/requests`），默认为 10,000",
    ),
    (
        "Number of bytes that the log of requests keeps. Defaults to 32 MiB",
        "请求日志保留的字节数，默认为 32 MiB",
    ),
    (
        "Number of writes that the log of writes keeps (`GET /_sim/writes`). Defaults to 200,000",
        "写入日志保留的条数（`GET /_sim/writes`），默认为 200,000",
    ),
    (
        "Serve nothing: check that the simulator at this address answers. Exits with 0 or 3, for health checks of containers",
        "不提供服务，只检查该地址的模拟器是否应答；退出码为 0 或 3，用于容器的健康检查",
    ),
    ("File that also receives the ready line", "同时写入就绪信息的文件"),
    (
        "End when stdin closes. A test that starts the simulator with a pipe as stdin leaves no process behind, even if it is killed",
        "stdin 关闭时退出。测试程序将管道作为 stdin 启动模拟器，即使被强行终止也不会留下进程",
    ),
    (
        "File of a corp of your own. YAML and JSON have departments, members and tags (docs/simulator.md); `GET /_sim/seed` and --write-seed make such a file. XLSX, XLS, ODS and CSV are rosters as HR has them, with headings such as 帐号, 姓名, 手机号 and 部门",
        "自备企业的文件。YAML 和 JSON 包含部门、成员和标签（见 docs/simulator.md），可由 `GET /_sim/seed` 和 --write-seed 生成。XLSX、XLS、ODS 和 CSV 是人事部门的花名册，表头如 帐号、姓名、手机号、部门",
    ),
    (
        "Call every API of the WeCom (企业微信) contacts (通讯录), or serve a simulator of it",
        "调用企业微信通讯录的全部接口，或运行企业微信模拟器",
    ),
    (
        "Exit codes:\n  0  done\n  1  WeCom refused the call, or something here failed (a file, a job, a row)\n  2  the command line is wrong, or a credential is missing\n  3  no usable answer: the server is out of reach, too slow, or not WeCom\n  4  the gate (安全闸) stops a plan\n  10  `plan --detailed-exit-code`: there is something to do\n  129, 130, 143  SIGHUP, SIGINT, SIGTERM; `sim` and `callback listen` end with 0",
        "退出码：\n  0  完成\n  1  企业微信拒绝了调用，或本地操作失败（文件、任务、某些行）\n  2  命令行有误，或缺少凭证\n  3  没有可用的应答：无法连接、超时，或对方不是企业微信\n  4  安全闸拦截了计划\n  10  `plan --detailed-exit-code`：有待执行的变更\n  129、130、143  SIGHUP、SIGINT、SIGTERM；`sim` 和 `callback listen` 以 0 结束",
    ),
    (
        "Start with `txl tour`, which needs no account: it shows every call against a simulator.",
        "初次使用请运行 `txl tour`：无需账号，它会在模拟器上演示全部调用。",
    ),
];
