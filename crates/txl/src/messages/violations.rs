//! Violations of the limits of WeCom in the file of an import.

use wecom_contacts::imports::{
    Problem, Severity, Violation, Violations,
    rules::{
        Breach, BreachKind, DEPARTMENTS_OF_CORP, DEPARTMENTS_OF_MEMBER, Field, LEVELS, NODES_OF_DEPARTMENT,
        Unit,
    },
};

use super::Message;

pub(crate) fn violation(violation: &Violation) -> Message {
    message!(en: "{violation}"; zh: "{}", in_chinese(violation))
}

/// All violations of a file, as an error.
pub(crate) fn violations(violations: &Violations) -> Message {
    message!(en: "{violations}"; zh: "{}", summary(violations))
}

fn summary(violations: &Violations) -> String {
    let first = violations.iter().find(|one| Some(one.severity()) == violations.worst());
    let Some(first) = first else { return "没有错误".to_owned() };
    let fate = match (first.severity(), first.code()) {
        (Severity::Job, None) => "文件无法以这种形式提交",
        (Severity::Job, Some(_)) => "企业微信会拒绝整个文件",
        (Severity::Row, None) => "文件中有损坏的行",
        (Severity::Row, Some(_)) => "企业微信会拒绝文件中的部分行",
        (Severity::Warning, _) => "文件中可能有错误",
    };
    let more = match violations.total() - 1 {
        0 => String::new(),
        more => format!("；另有 {more} 处"),
    };
    format!("{fate}：{}{more}", in_chinese(first))
}

fn in_chinese(violation: &Violation) -> String {
    let line = violation.line().map(|line| format!("第 {line} 行：")).unwrap_or_default();
    let column = violation.column().map(|column| format!("{column} ")).unwrap_or_default();
    let code = violation.code().map(|code| format!("（错误码 {code}）")).unwrap_or_default();
    format!("{line}{column}{}{code}", problem(violation))
}

fn problem(violation: &Violation) -> String {
    match violation.problem() {
        Problem::Empty => "文件中没有数据行".to_owned(),
        Problem::MissingColumn => "不在文件的列中".to_owned(),
        Problem::MissingCell(_) => "为空".to_owned(),
        Problem::DuplicateUserid
        | Problem::DuplicateDepartment
        | Problem::DuplicateName
        | Problem::DuplicateMobile
        | Problem::DuplicateEmail => match violation.other_line() {
            Some(other) => format!("与第 {other} 行相同"),
            None => "重复".to_owned(),
        },
        Problem::OrphanParent => "所指的部门不在文件中".to_owned(),
        Problem::ParentLeftOut => "所指的部门已存在于企业，但不在文件中".to_owned(),
        Problem::Cycle => "使部门成为自己的上级".to_owned(),
        Problem::NotBelowRoot => "根部门（1）应为 0，其他部门应大于 0".to_owned(),
        Problem::DeletesTooMany { deleted, present } => {
            format!("{present} 名成员中有 {deleted} 名会被删除，超过企业微信的限制")
        }
        Problem::TooLarge { bytes } => format!("文件有 {bytes} 字节，超过 20 MB"),
        Problem::UnevenList(_) => "的个数应与成员的部门个数相同".to_owned(),
        Problem::NoColumn => "有值，但文件没有这一列，因此不会提交".to_owned(),
        Problem::Rule(breach) => self::breach(breach),
        Problem::TooManyDepartments { count } => {
            format!("有 {count} 个部门，最多允许 {DEPARTMENTS_OF_MEMBER} 个")
        }
        Problem::FullDepartment { department, members } => {
            format!("使部门 {department} 有 {members} 名成员，最多允许 {NODES_OF_DEPARTMENT} 名")
        }
        Problem::FullCorp => format!("文件中的部门超过 {DEPARTMENTS_OF_CORP} 个，这是企业的上限"),
        Problem::TooDeep { level } => format!("使部门位于第 {level} 级，最多允许 {LEVELS} 级"),
        Problem::FieldSets { sets, most } => {
            let lines = match (violation.other_line(), violation.line()) {
                (Some(other), Some(line)) => format!("只在第 {other} 行和第 {line} 行之一有值："),
                _ => String::new(),
            };
            if most > 1 {
                format!("{lines}各行的字段组合超过 {most} 种，而每种组合需要一个单独的任务")
            } else {
                format!(
                    "{lines}各行有 {sets} 种字段组合，而此文件只能有一种；每个字段请在所有行都填写，或都不填写"
                )
            }
        }
        _ => violation.to_string(),
    }
}

fn breach(breach: Breach) -> String {
    let rule = breach.field.rule();
    match breach.kind {
        BreachKind::Empty => "为空".to_owned(),
        BreachKind::TooLong { length } => {
            let unit = match rule.unit {
                Unit::Bytes => "字节",
                Unit::Characters => "个字符",
            };
            format!("有 {length} {unit}，最多允许 {} {unit}", rule.longest)
        }
        BreachKind::Character(character) => {
            let found = match character {
                Some(' ') => "含有空格".to_owned(),
                Some(character) => format!("含有不允许的字符 {character}"),
                None => "含有不允许的字符".to_owned(),
            };
            format!("{found}；{}", form(breach.field))
        }
        BreachKind::Form => form(breach.field).to_owned(),
        BreachKind::Control(character) => format!("含有控制字符（U+{:04X}）", u32::from(character)),
        BreachKind::Damaged => "含有已损坏的字符（U+FFFD）".to_owned(),
        BreachKind::LineBreak => "含有换行或制表符".to_owned(),
        _ => breach.to_string(),
    }
}

/// The form that a field needs.
const fn form(field: Field) -> &'static str {
    match field {
        Field::Userid => "只能含字母、数字和 _ - @ .，且以字母或数字开头",
        Field::Mobile => "应为手机号，只能含数字、空格、连字符和开头的 +",
        Field::Email => "应为邮箱地址",
        Field::Telephone => "只能含数字、- 、+ 和逗号",
        Field::Gender => "应为“男”或“女”",
        Field::DepartmentName => "不能含有 \\ : * ? \" < > |",
        _ => "企业微信不接受这个值",
    }
}
