//! Callbacks.

/// Texts of the help in English, each with its Chinese.
pub(super) const TEXTS: &[(&str, &str)] = &[
    (
        "All following words are its arguments, up to a `;` that is a word of its own. There is no shell, and nothing of the event is in the arguments or in the environment. What the command prints goes to stderr. A failed command is reported with its exit code and the digest of the event, and is not started again.",
        "其后的所有单词都是命令的参数，直到单独的 `;` 为止。不经过 shell，参数和环境变量中没有事件的任何内容。命令的输出写到 stderr。命令失败时报告退出码和事件摘要，不会重新执行。",
    ),
    ("Ask the server behind this URL", "检查该 URL 背后的服务"),
    (
        "Base URL of a running simulator, whose log of deliveries is replayed, oldest first",
        "正在运行的模拟器的地址，从最早的记录开始重放其推送记录",
    ),
    (
        "Builds the event, signs and encrypts it with --token, --aes-key and --corp-id, posts it to --url, and prints the answer with what WeCom does next: HTTP 200 within five seconds counts as received, and anything else is delivered again, up to three times.",
        "生成事件，用 --token、--aes-key 和 --corp-id 签名并加密，推送到 --url，然后输出应答以及企业微信接下来的动作：5 秒内返回 HTTP 200 视为已接收，否则会重新推送，最多三次。",
    ),
    ("Deliver an event of your choice to a server, as WeCom does", "像企业微信一样，向服务推送任选的事件"),
    ("Deliver stored events to a server again", "把已保存的事件重新推送给服务"),
    (
        "EVENT is an Event or a ChangeType, such as create_user, update_tag, batch_job_result or subscribe. An unknown name lists all events, and an unknown field lists the fields of the event.",
        "EVENT 是 Event 或 ChangeType，例如 create_user、update_tag、batch_job_result 或 subscribe。名称未知时列出全部事件，字段未知时列出该事件的字段。",
    ),
    (
        "Each event is encrypted again, with --token, --aes-key and --corp-id and the present time, and posted in the order of the file. The message itself, with its CreateTime, is the stored one. Events are delivered one after the other; the first without an answer ends the command.",
        "每个事件都用 --token、--aes-key、--corp-id 和当前时间重新加密，按文件中的顺序推送。消息本身（包括 CreateTime）保持原样。事件逐个推送，遇到没有应答的事件即结束命令。",
    ),
    (
        "Every acknowledged event is printed, or its digest is reported on stderr.",
        "每个已应答的事件都会输出，或在 stderr 上报告其摘要。",
    ),
    (
        "Exit code 1 with --exec: a command failed, or did not get its event.",
        "使用 --exec 时，退出码 1 表示有命令失败，或有命令没有得到事件。",
    ),
    (
        "Exit code 1: a setting is wrong, or the server does not verify. Exit code 3: the server gives no answer.",
        "退出码 1：有设置不正确，或服务没有校验。退出码 3：服务没有应答。",
    ),
    (
        "Exit code 1: an event was not accepted (HTTP 200 with an empty body, `success` or a passive reply). Exit code 3: there was no answer.",
        "退出码 1：有事件未被接受（须为 HTTP 200，且内容为空、`success` 或被动回复）。退出码 3：没有应答。",
    ),
    (
        "Exit code 1: the answer is not HTTP 200 with an empty body, `success` or a passive reply. Exit code 3: there is no answer.",
        "退出码 1：应答不是内容为空、`success` 或被动回复的 HTTP 200。退出码 3：没有应答。",
    ),
    (
        "FILE has one JSON value a line: what `txl callback listen` prints, what `trigger --print` and `seal` print, notifications that the SDK has stored, or deliveries of a simulator. A JSON list of them is accepted too, and so is the answer of GET /_sim/deliveries.",
        "FILE 每行一个 JSON：可以是 `txl callback listen` 的输出、`trigger --print` 和 `seal` 的输出、SDK 保存的通知，或模拟器的推送记录。也接受由它们组成的 JSON 列表，以及 GET /_sim/deliveries 的应答。",
    ),
    ("File with the stored deliveries; `-` is stdin", "保存推送记录的文件；`-` 表示 stdin"),
    (
        "Find out which of Token, EncodingAESKey and receiveid is wrong",
        "找出 Token、EncodingAESKey、receiveid 中哪一项不正确",
    ),
    (
        "Maximum number of commands at once, 1 to 64. With more than 1, events may be handled out of order. While all are busy, further events wait in a queue of 1,024; when it is full, WeCom gets 503 and delivers again",
        "同时执行的命令数，1 到 64。大于 1 时事件的处理顺序可能改变。命令都在执行时，后续事件进入长度为 1,024 的队列；队列满时向企业微信返回 503，由其重新推送",
    ),
    (
        "Name of the event: Event, ChangeType, or Event/ChangeType",
        "事件名称：Event、ChangeType 或 Event/ChangeType",
    ),
    (
        "Number of deliveries of the same event, 1 to 100. Each is encrypted separately, like WeCom's own repetitions",
        "同一事件的推送次数，1 到 100。每次单独加密，与企业微信的重复推送一致",
    ),
    (
        "Post each verified delivery unchanged to this URL, and answer WeCom with its answer",
        "把每次通过校验的推送原样转发到该 URL，并用其应答回复企业微信",
    ),
    ("Print the sealed request instead of sending it", "输出加密后的请求，但不发送"),
    ("Receive, decrypt, create, deliver and check callbacks (回调)", "接收、解密、生成、推送和检查回调"),
    (
        "Replay only these events: Event, ChangeType or Event/ChangeType, separated by commas",
        "只重放这些事件：Event、ChangeType 或 Event/ChangeType，用逗号分隔",
    ),
    (
        "Start this command for each event, with the event as JSON on its stdin",
        "为每个事件启动该命令，事件以 JSON 写入其 stdin",
    ),
    (
        "The file with the request's body; `-` is stdin. A verification request has none",
        "保存请求内容的文件；`-` 表示 stdin。URL 验证请求没有内容",
    ),
    (
        "The query string and the encrypted body are those of WeCom, so the server behind the URL needs the same Token and EncodingAESKey. If it gives no answer within 4.5 seconds, WeCom gets 502 and delivers again. Repeated deliveries are forwarded too, and printed once. Verifications of the URL are answered here.",
        "查询串和密文均为企业微信的原文，因此 URL 背后的服务需要相同的 Token 和 EncodingAESKey。若 4.5 秒内没有应答，则向企业微信返回 502，由其重新推送。重复的推送也会转发，但只输出一次。URL 验证请求由本命令直接应答。",
    ),
    (
        "Time limit of one command in seconds, 1 to 3,600. After it the command is killed",
        "单个命令的时间上限，单位为秒，1 到 3,600；超时后命令会被终止",
    ),
    ("URL of the server", "服务的 URL"),
    (
        "With --url, a server is asked as WeCom asks when the URL is saved (验证URL有效性), and then with a wrong signature, another key and another receiveid. This is certain only if the server returns the text. Otherwise the answers are compared, and a server that refuses all wrong requests alike, as it should, does not show which setting is wrong.",
        "使用 --url 时，先像保存 URL 时的企业微信那样请求服务（验证URL有效性），再分别用错误的签名、另一个密钥和另一个 receiveid 请求。只有服务返回原文时结论才是确定的；否则只能比较应答，而对错误请求一律拒绝的服务（这是正确的做法）无法显示哪一项设置有误。",
    ),
    (
        "With QUERY and BODY, a request that a server has received from WeCom, each setting is checked by itself. This is certain: signature and encryption do not depend on one another.",
        "给出 QUERY 和 BODY（服务从企业微信收到的请求）时，逐项单独检查，结论是确定的：签名与加密互不依赖。",
    ),
    (
        "Work only on these events: Event, ChangeType or Event/ChangeType, separated by commas. Other events are acknowledged and dropped",
        "只处理这些事件：Event、ChangeType 或 Event/ChangeType，用逗号分隔。其他事件应答后丢弃",
    ),
];
