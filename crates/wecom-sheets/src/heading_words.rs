//! The meaning of a single heading: a field, the employment status, or a value that an import cannot write.

use wecom_contacts::{
    imports::{MemberColumn, Subject},
    members::MemberField,
};

use crate::{
    Record,
    heading_text::{is_note, joined, parts, plain, scripts, squeezed, without_number},
};

/// The meaning of a heading, independent of the other headings of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word<C> {
    /// A field.
    Field(C),
    /// A telephone number of unknown kind. It is the mobile number if no other column is.
    Phone,
    /// Whether the person still works here.
    Status,
    /// An export writes it, but an import cannot.
    ReadOnly,
    /// It affects people, and an import cannot write it.
    Deciding,
    /// 工号: the attribute of this name, or the source of the accounts.
    Badge,
    /// An explanation without a value.
    Nothing,
}

/// 工号, the most common extended attribute (扩展属性).
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

/// Supplements the JSON names of the [fields](MemberField) that have no column.
const READ_ONLY_OF_MEMBERS: &[&str] = &[
    "avatar_mediaid",
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

/// Who leads, who leaves and when, and where people work.
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

/// Headings of ids in other systems.
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

/// Returns the meaning of a heading. Blanks, required marks, units and a second language are ignored.
pub(crate) fn word<R: Record>(heading: &str) -> Option<Word<R::Column>> {
    let text = plain(heading);
    let text = without_number(&text);
    whole::<R>(text).or_else(|| of_parts::<R>(text))
}

/// Returns whether a heading without a known word says where people work, for example 一级部门.
pub(crate) fn names_departments<R: Record>(heading: &str) -> bool {
    const LONGEST: usize = 20;
    let text = plain(heading);
    R::SUBJECT == Subject::Members
        && text.chars().count() <= LONGEST
        && ["部门", "department", "dept"].iter().any(|word| text.contains(word))
}

/// Returns whether a heading looks like an id of another system, for example 工号.
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
    is_like(&text)
        || parts(&text).iter().any(|part| is_like(&part.text) || scripts(&part.text).into_iter().any(is_like))
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
        Subject::Members if is_among(READ_ONLY_OF_MEMBERS) || is_in_answers(key) => Word::ReadOnly,
        Subject::Members if is_among(DECIDING) => Word::Deciding,
        Subject::Members if key == BADGE => Word::Badge,
        Subject::Departments if is_among(READ_ONLY_OF_DEPARTMENTS) => Word::ReadOnly,
        Subject::Departments if matches!(key, "部门负责人" | "部门主管" | "负责人" | "主管" | "部门领导") => {
            Word::Deciding
        }
        _ => return None,
    })
}

/// Returns whether this is the JSON name of a field in WeCom's replies.
fn is_in_answers(key: &str) -> bool {
    MemberField::from_name(key).is_some_and(MemberField::is_in_answers)
}

/// Returns the common meaning of the parts. All parts except notes must agree.
fn of_parts<R: Record>(text: &str) -> Option<Word<R::Column>> {
    let mut said = None;
    for part in parts(text) {
        let word = whole::<R>(&part.text).or_else(|| match scripts(&part.text).as_slice() {
            [_] => None,
            several => agreed::<R>(several),
        });
        match word {
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

/// Returns the common meaning of texts that must all agree.
fn agreed<R: Record>(texts: &[&str]) -> Option<Word<R::Column>> {
    let mut words = texts.iter().map(|text| whole::<R>(text));
    let first = words.next()??;
    words.try_fold(first, |one, other| together::<R>(one, other?))
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
