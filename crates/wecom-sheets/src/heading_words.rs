//! What a heading says by itself: a field, whether somebody still works here, something that an import cannot write.

use wecom_contacts::imports::{MemberColumn, Subject};

use crate::{
    Record,
    cleaning::{half_width, is_invisible, trimmed},
};

/// What a heading says, before the other headings of its row are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word<C> {
    /// A field.
    Field(C),
    /// A telephone number of either kind: the mobile number, if no other column is.
    Phone,
    /// Whether the person still works here.
    Status,
    /// An export writes it, and an import cannot.
    ReadOnly,
    /// It decides over people, and an import cannot write it.
    Deciding,
    /// 工号: the attribute of this name, or what accounts are made of.
    Badge,
    /// Nothing: an explanation.
    Nothing,
}

/// 工号, the commonest of all extended attributes (扩展属性).
pub(crate) const BADGE: &str = "工号";

const STATUS: &[&str] = &[
    "状态",
    "在职状态",
    "员工状态",
    "人员状态",
    "任职状态",
    "在岗状态",
    "工作状态",
    "雇佣状态",
    "用工状态",
    "人事状态",
    "是否在职",
    "是否离职",
    "是否在岗",
    "employmentstatus",
    "employeestatus",
    "workstatus",
    "staffstatus",
    "jobstatus",
];

const READ_ONLY_OF_MEMBERS: &[&str] = &[
    "status",
    "direct_leader",
    "main_department",
    "biz_mail",
    "biz_mail_alias",
    "english_name",
    "external_position",
    "external_profile",
    "extattr",
    "avatar",
    "avatar_mediaid",
    "thumb_avatar",
    "qr_code",
    "open_userid",
    "isleader",
    "hide_mobile",
    "wxplugin_status",
    "激活状态",
    "微信插件",
    "企业邮箱",
    "企业邮箱别名",
    "视频号",
    "头像",
    "对外职务",
    "对外信息",
    "个人二维码",
    "员工个人二维码",
];

const READ_ONLY_OF_DEPARTMENTS: &[&str] =
    &["name_en", "department_leader", "extattr", "英文名称", "部门英文名称", "部门英文名", "部门人数"];

/// Who leads whom, who leaves when, who works where.
const DECIDING: &[&str] = &[
    "直属上级",
    "直接上级",
    "上级",
    "上级领导",
    "上级主管",
    "上级姓名",
    "上级帐号",
    "上级账号",
    "上级工号",
    "直属上级帐号",
    "直属上级账号",
    "直属上级工号",
    "直属上级姓名",
    "直属领导",
    "直接领导",
    "直属主管",
    "直接主管",
    "主管",
    "主管领导",
    "主管姓名",
    "汇报对象",
    "汇报人",
    "汇报上级",
    "汇报给",
    "领导",
    "是否领导",
    "是否主管",
    "是否负责人",
    "负责人",
    "manager",
    "managerid",
    "managername",
    "linemanager",
    "directmanager",
    "directleader",
    "leader",
    "supervisor",
    "superior",
    "boss",
    "reportsto",
    "reportto",
    "reportingto",
    "reportingmanager",
    "离职日期",
    "离职时间",
    "离职日",
    "离职原因",
    "离职类型",
    "离职状态",
    "实际离职日期",
    "预计离职日期",
    "拟离职日期",
    "最后工作日",
    "最后工作日期",
    "退休日期",
    "终止日期",
    "terminationdate",
    "leavingdate",
    "leavedate",
    "resignationdate",
    "separationdate",
    "exitdate",
    "lastday",
    "lastworkingday",
    "enddate",
    "主部门",
    "maindepartment",
    "主要部门",
    "兼职部门",
    "所属组织",
    "所在组织",
    "组织架构",
    "所属机构",
    "所属科室",
    "科室",
    "所属中心",
    "所属团队",
    "organization",
    "orgunit",
    "team",
    "division",
];

/// Headings of other systems' ids.
const LIKE_IDS_OF_MEMBERS: &[&str] = &[
    BADGE,
    "员工工号",
    "员工编号",
    "员工编码",
    "员工代码",
    "员工号",
    "员工id",
    "员工帐号",
    "员工账号",
    "人员编号",
    "人员编码",
    "人员id",
    "职工号",
    "职工编号",
    "职员编号",
    "用户名",
    "用户id",
    "用户编号",
    "用户帐号",
    "用户账号",
    "登录名",
    "登录帐号",
    "登录账号",
    "登录id",
    "域帐号",
    "域账号",
    "系统帐号",
    "系统账号",
    "成员id",
    "成员编号",
    "编号",
    "employeeid",
    "employeenumber",
    "employeeno",
    "employeecode",
    "empid",
    "empno",
    "staffid",
    "staffno",
    "staffnumber",
    "personid",
    "personnelnumber",
    "username",
    "login",
    "loginname",
    "loginid",
    "account",
    "accountid",
    "accountname",
    "id",
    "uid",
    "badge",
    "badgenumber",
    "badgeid",
];

const LIKE_IDS_OF_DEPARTMENTS: &[&str] = &[
    "部门编号",
    "部门编码",
    "部门代码",
    "部门号",
    "组织id",
    "组织编号",
    "组织编码",
    "组织代码",
    "机构编码",
    "编号",
    "编码",
    "代码",
    "code",
    "deptcode",
    "deptno",
    "departmentcode",
    "departmentnumber",
    "orgid",
    "orgcode",
];

/// What a heading says, whatever stands around it: blanks, marks of what must be filled in, units, a second language.
pub(crate) fn word<R: Record>(heading: &str) -> Option<Word<R::Column>> {
    let text = plain(heading);
    whole::<R>(&text).or_else(|| of_parts::<R>(&text))
}

/// Whether a heading without a word of its own says where people work, as 一级部门 does.
pub(crate) fn names_departments<R: Record>(heading: &str) -> bool {
    const LONGEST: usize = 20;
    let text = plain(heading);
    R::SUBJECT == Subject::Members
        && text.chars().count() <= LONGEST
        && ["部门", "department", "dept"].iter().any(|word| text.contains(word))
}

/// Whether a heading looks like an id of another system, such as 工号.
pub(crate) fn is_like_id<R: Record>(heading: &str) -> bool {
    let like = match R::SUBJECT {
        Subject::Members => LIKE_IDS_OF_MEMBERS,
        Subject::Departments => LIKE_IDS_OF_DEPARTMENTS,
    };
    let text = plain(heading);
    let is_like = |text: &str| {
        let key = squeezed(text);
        like.contains(&key.as_str()) || like.contains(&joined(&key).as_str())
    };
    is_like(&text) || parts(&text).iter().any(|part| is_like(&part.text))
}

/// Whether two headings are the same but for blanks, case, widths and marks.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let key = |heading: &str| squeezed(&without_marks(&plain(heading)));
    key(one) == key(other)
}

/// A heading in half-width characters and lower case, without what cannot be seen.
pub(crate) fn plain(heading: &str) -> String {
    let half = half_width(trimmed(heading));
    half.chars().filter(|one| !is_invisible(*one)).collect::<String>().to_lowercase()
}

/// A text without blanks, and without signs around it.
pub(crate) fn squeezed(text: &str) -> String {
    let is_sign = |one: char| !one.is_alphanumeric() && !OPENING.contains(&one) && !CLOSING.contains(&one);
    let text: String = text.chars().filter(|one| !one.is_whitespace()).collect();
    text.trim_matches(is_sign).to_owned()
}

/// `e-mail` and `user_id` without what joins their words.
fn joined(text: &str) -> String {
    text.chars().filter(|one| !matches!(one, '_' | '-' | '.' | '\'')).collect()
}

fn without_marks(text: &str) -> String {
    const MARKS: [&str; 8] =
        ["(必填)", "(选填)", "(可选)", "(非必填)", "[必填]", "【必填】", "(required)", "(optional)"];
    MARKS.iter().fold(text.to_owned(), |text, mark| text.replace(mark, ""))
}

fn whole<R: Record>(text: &str) -> Option<Word<R::Column>> {
    let key = squeezed(text);
    of_key::<R>(&key).or_else(|| {
        let short = joined(&key);
        (short != key).then(|| of_key::<R>(&short)).flatten()
    })
}

fn of_key<R: Record>(key: &str) -> Option<Word<R::Column>> {
    const PHONE: &[&str] = &[
        "联系电话",
        "联系方式",
        "联系号码",
        "电话号码",
        "电话",
        "phone",
        "phonenumber",
        "phoneno",
        "contactnumber",
        "contactphone",
    ];
    let is_among = |words: &[&str]| words.contains(&key);
    if key.is_empty() {
        return None;
    }
    if let Some(column) = R::from_heading(key) {
        return Some(Word::Field(column));
    }
    if R::is_no_field(key) {
        return Some(Word::Nothing);
    }
    Some(match R::SUBJECT {
        Subject::Members if is_among(PHONE) => Word::Phone,
        Subject::Members if is_among(STATUS) => Word::Status,
        Subject::Members if is_among(READ_ONLY_OF_MEMBERS) => Word::ReadOnly,
        Subject::Members if is_among(DECIDING) => Word::Deciding,
        Subject::Members if key == BADGE => Word::Badge,
        Subject::Departments if is_among(READ_ONLY_OF_DEPARTMENTS) => Word::ReadOnly,
        Subject::Departments if matches!(key, "部门负责人" | "部门主管" | "负责人" | "主管" | "部门领导") => {
            Word::Deciding
        }
        _ => return None,
    })
}

const OPENING: [char; 9] = ['(', '[', '{', '<', '【', '〔', '「', '『', '《'];
const CLOSING: [char; 9] = [')', ']', '}', '>', '】', '〕', '」', '』', '》'];

/// A part of a heading.
struct Part {
    text: String,
    /// It stands in brackets or on a further line, so that it may be a note.
    is_note: bool,
}

/// Cuts a heading at its brackets, slashes and line breaks, and where the script changes: `邮箱 Email`, `姓名/Name`, `手机号(11位)`.
fn parts(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let (mut depth, mut is_below, mut before) = (0_usize, false, ' ');
    let mut part = String::new();
    let mut end = |part: &mut String, is_note| {
        if part.chars().any(char::is_alphanumeric) {
            parts.push(Part { text: std::mem::take(part), is_note });
        }
        part.clear();
    };
    for one in text.chars() {
        let is_note = depth > 0 || is_below;
        if OPENING.contains(&one) {
            if depth == 0 {
                end(&mut part, is_note);
            }
            depth += 1;
        } else if CLOSING.contains(&one) {
            if depth == 1 {
                end(&mut part, is_note);
            }
            depth = depth.saturating_sub(1);
        } else if depth > 0 {
            part.push(one);
        } else if matches!(one, '\n' | '\r') {
            end(&mut part, is_note);
            is_below = true;
        } else if matches!(one, '/' | '|' | '\\' | '、' | ',' | ';') {
            end(&mut part, is_note);
        } else {
            let is_letter = |one: char| one.is_ascii_alphabetic();
            let is_other = |one: char| one.is_alphabetic() && !one.is_ascii();
            if (is_letter(one) && is_other(before)) || (is_other(one) && is_letter(before)) {
                end(&mut part, is_note);
            }
            part.push(one);
        }
        if !one.is_whitespace() {
            before = one;
        }
    }
    end(&mut part, depth > 0 || is_below);
    if parts.iter().all(|part| part.is_note) {
        parts.iter_mut().for_each(|part| part.is_note = false);
    }
    parts
}

/// What the parts say together: all that are no notes must say the same.
fn of_parts<R: Record>(text: &str) -> Option<Word<R::Column>> {
    let mut said = None;
    for part in parts(text) {
        match whole::<R>(&part.text) {
            Some(word) => {
                said = Some(match said {
                    None => word,
                    Some(before) => together::<R>(before, word)?,
                });
            }
            None if part.is_note && is_note(&part.text) => {}
            None => return None,
        }
    }
    said
}

fn together<R: Record>(one: Word<R::Column>, other: Word<R::Column>) -> Option<Word<R::Column>> {
    let is_phone = |word: Word<R::Column>| match word {
        Word::Field(column) => {
            [MemberColumn::Mobile.heading(), MemberColumn::Telephone.heading()].contains(&R::heading(column))
        }
        _ => false,
    };
    match (one, other) {
        (one, other) if one == other => Some(one),
        (Word::Phone, other) if is_phone(other) => Some(other),
        (one, Word::Phone) if is_phone(one) => Some(one),
        _ => None,
    }
}

/// Whether a note says how a column is to be filled in. Another one may say that the column is something else, as in 手机号(家属).
fn is_note(text: &str) -> bool {
    const NOTES: &[&str] = &[
        "必填",
        "选填",
        "必选",
        "可选",
        "可空",
        "必须",
        "不填",
        "填写",
        "格式",
        "字符",
        "字以内",
        "个字",
        "字节",
        "例如",
        "示例",
        "如:",
        "如：",
        "多个",
        "分隔",
        "隔开",
        "分号",
        "逗号",
        "单选",
        "多选",
        "下拉",
        "选择",
        "数字",
        "文本",
        "请勿",
        "最多",
        "唯一",
        "不可",
        "不能",
        "大陆",
        "yyyy",
        "required",
        "optional",
        "mandatory",
        "must",
        "digits",
        "e.g",
        "example",
        "format",
        "separated",
    ];
    const OTHERS: &[&str] = &[
        "备用", "家", "紧急", "亲属", "配偶", "旧", "原", "曾用", "第二", "次要", "编码", "编号", "代码",
        "code", "英文", "拼音", "上级", "领导", "主管", "单位", "公司", "hr", "erp",
    ];
    let is_said = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let key = squeezed(text);
    let has_places = key
        .split('位')
        .next()
        .is_some_and(|before| before.len() < key.len() && before.ends_with(|one: char| one.is_ascii_digit()));
    let is_choice = key
        .split(|one: char| !one.is_alphanumeric())
        .flat_map(|word| word.split(|one: char| one.is_ascii_digit()))
        .all(|word| {
            matches!(word, "" | "男" | "女" | "是" | "否" | "启用" | "禁用" | "y" | "n" | "yes" | "no")
        });
    !is_said(OTHERS) && (is_said(NOTES) || has_places || is_choice)
}
