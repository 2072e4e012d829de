//! The placeholders of values in Chinese, such as `<文件>`. Names of WeCom's own fields stay as they are.

/// Placeholders, each with its Chinese.
const PLACEHOLDERS: &[(&str, &str)] = &[
    ("ADDRESS", "地址"),
    ("BODY", "请求体"),
    ("CHAIN", "上下游"),
    ("COMMAND", "命令"),
    ("CREDENTIAL", "凭证"),
    ("CURSOR", "游标"),
    ("DATE", "日期"),
    ("DEPARTMENT", "部门"),
    ("DIR", "目录"),
    ("DURATION", "时长"),
    ("EVENT", "事件"),
    ("FIELD", "字段"),
    ("FILE", "文件"),
    ("FILTER", "过滤器"),
    ("FORMAT", "格式"),
    ("HEADING", "列标题"),
    ("JOB", "任务"),
    ("KINDS", "类型"),
    ("LINES", "行号"),
    ("MESSAGE", "消息"),
    ("MOBILE", "手机号"),
    ("N", "数量"),
    ("NAME", "名称"),
    ("NAMES", "名称"),
    ("NUMBER", "数量"),
    ("PATH", "路径"),
    ("PLAN", "计划"),
    ("POSITION", "位置"),
    ("QUERY", "查询"),
    ("ROSTER", "花名册"),
    ("ROWS", "行数"),
    ("RULE", "规则"),
    ("RULES", "规则"),
    ("RUN", "执行"),
    ("SECONDS", "秒"),
    ("SHAPE", "形状"),
    ("SHELL", "shell"),
    ("SIZE", "尺寸"),
    ("SPAN", "时长"),
    ("STATEMENT", "语句"),
    ("TAG", "标签"),
    ("TEXT", "文本"),
    ("TIME", "时间"),
    ("TYPE", "类型"),
    ("WHAT", "对象"),
    ("ALIAS", "别名"),
    ("BOOL", "布尔值"),
    ("CORPS", "企业"),
    ("EMAIL", "邮箱"),
    ("FILENAME", "文件名"),
    ("GENDER", "性别"),
    ("NICKNAME", "昵称"),
    ("ROSTERS", "花名册"),
    ("TELEPHONE", "座机"),
    ("VIA", "方式"),
    ("A=B", "原名=新名"),
    ("COMMAND|TOPIC", "命令|主题"),
    ("FIELD=HEADING", "字段=列标题"),
    ("FILE|DIR", "文件|目录"),
    ("HEADING=FIELD", "列标题=字段"),
    ("HOST[:PORT]", "主机[:端口]"),
    ("ID[=PATH]", "ID[=路径]"),
    ("ID|NAME", "ID|名称"),
    ("MEASURE=N", "指标=数量"),
    ("NAME=VALUE", "名称=值"),
    ("PATH|URL", "路径|URL"),
    ("PATH|URL|none", "路径|URL|none"),
    ("PLAN|ROSTER", "计划|花名册"),
];

/// Returns the Chinese of a placeholder.
pub(super) fn of(placeholder: &str) -> Option<&'static str> {
    PLACEHOLDERS.iter().find(|(english, _)| *english == placeholder).map(|(_, chinese)| *chinese)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn collect(command: &clap::Command, found: &mut BTreeSet<String>) {
        for argument in command.get_arguments().filter(|argument| argument.get_action().takes_values()) {
            found.extend(argument.get_value_names().unwrap_or_default().iter().map(ToString::to_string));
        }
        command.get_subcommands().for_each(|below| collect(below, found));
    }

    /// Names of WeCom's fields, and words that Chinese engineers use.
    const KEPT: &[&str] = &[
        "AGENTID",
        "BIZ_MAIL",
        "CODE",
        "CORP_ID",
        "EXTERNAL_USERIDS",
        "ID",
        "JOBID",
        "JSON",
        "KEY",
        "LOWER_AGENT",
        "LOWER_CORP",
        "MD5",
        "MEDIA_ID",
        "OPENID",
        "OPEN_USERIDS",
        "REDIRECT_URI",
        "RULE_IDS",
        "RULE_INFO",
        "SECRET",
        "SESSION_KEY",
        "STATE",
        "TFA_CODE",
        "TICKET",
        "TOKEN",
        "UNIONID",
        "URL",
        "USERID",
        "USERIDS",
    ];

    #[test]
    fn every_placeholder_is_in_chinese_or_a_name_of_wecom() {
        let mut found = BTreeSet::new();
        collect(&crate::cli::command_line_in_english(), &mut found);
        let missing: Vec<_> =
            found.iter().filter(|name| of(name).is_none() && !KEPT.contains(&name.as_str())).collect();
        assert!(missing.is_empty(), "no Chinese for {missing:?}");
        if cfg!(all(feature = "sim", feature = "postgres")) {
            let unused: Vec<_> = PLACEHOLDERS.iter().filter(|(name, _)| !found.contains(*name)).collect();
            assert!(unused.is_empty(), "no argument has {unused:?}");
        }
    }
}
