//! A build without the simulator.

/// Texts of the help in English, each with its Chinese.
pub(super) const TEXTS: &[(&str, &str)] = &[
    ("Call every API of the WeCom (企业微信) contacts (通讯录)", "调用企业微信通讯录的全部接口"),
    (
        "Exit codes:\n  0  done\n  1  WeCom refused the call, or something here failed (a file, a job, a row)\n  2  the command line is wrong, or a credential is missing\n  3  no usable answer: the server is out of reach, too slow, or not WeCom\n  4  the gate (安全闸) stops a plan\n  10  `plan --detailed-exit-code`: there is something to do\n  129, 130, 143  SIGHUP, SIGINT, SIGTERM; `callback listen` ends with 0",
        "退出码：\n  0  完成\n  1  企业微信拒绝了调用，或本地操作失败（文件、任务、某些行）\n  2  命令行有误，或缺少凭证\n  3  没有可用的应答：无法连接、超时，或对方不是企业微信\n  4  安全闸拦截了计划\n  10  `plan --detailed-exit-code`：有待执行的变更\n  129、130、143  SIGHUP、SIGINT、SIGTERM；`callback listen` 以 0 结束",
    ),
    (
        "Start with `txl setup`, which asks for the corp id and the secrets, and checks them.",
        "初次使用请运行 `txl setup`：它询问企业ID 和 secret，并逐项检查。",
    ),
];
