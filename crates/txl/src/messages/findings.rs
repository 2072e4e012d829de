//! Findings of a plan (发现), and what became of leavers (离职人员).

use wecom_directory::plan::{Finding, FindingKind, LeaverOutcome};

use super::{Message, plan::object};

pub(crate) fn finding(finding: &Finding) -> Message {
    match chinese(finding) {
        Some(chinese) => message!(en: "{}", finding.message(); zh: "{chinese}"),
        None => Message(finding.message()),
    }
}

/// Returns the finding in Chinese, except where the engine has only an English sentence as its reason.
fn chinese(finding: &Finding) -> Option<String> {
    let text = |index: usize| finding.texts.get(index).map_or("", String::as_str);
    let field = finding.field.as_deref().unwrap_or_default();
    let object = finding.object.as_ref().map_or_else(|| "此行".to_owned(), |one| object(one).to_string());
    Some(match finding.kind {
        FindingKind::UnusableCell | FindingKind::CannotReturn => return None,
        FindingKind::InvalidValue => {
            let rule = match field {
                "userid" => "只能含字母、数字和 _ - @ .，且以字母或数字开头",
                "mobile" => "不是手机号",
                "email" => "不是邮箱地址",
                "telephone" => "只能含数字、-、+ 和逗号",
                "gender" => "只能是 1 或 2",
                _ => "企业微信不接受这个值",
            };
            format!("{field}：{rule}")
        }
        FindingKind::InvalidDepartment => format!(
            "无法创建 {}：部门最多 15 级，每级名称为 1 至 64 个字符，且不含 \\ : * ? \" < > |",
            text(0)
        ),
        FindingKind::NoKey => format!("此行没有可用的 {field}，不对应任何人"),
        FindingKind::RowsDisagree => format!("多行的 {field} 相同而内容不同；这些行都不采用"),
        FindingKind::MatchesDisagree => {
            format!("两行都指向 {object}：{} 按 {}，{} 按 {}", text(0), text(1), text(2), text(3))
        }
        FindingKind::SeveralMembers => {
            format!("有多名成员的 {field} 与此行相同：{}", finding.texts.join(", "))
        }
        FindingKind::KeyHidden => format!(
            "{} 名成员中有 {} 名的 {field} 无法读取，因此不新增任何人，也不处理离职人员",
            text(1),
            text(0)
        ),
        FindingKind::SameName => {
            format!("没有成员的主键与此行相同，而花名册中没有的 {object} 与此行同名：请建立关联，或改正主键")
        }
        FindingKind::NoUserid => "新成员没有 userid：请添加一列，或在策略中设置 new_userid".to_owned(),
        FindingKind::UseridTaken => format!("新成员的 userid 已属于 {object}"),
        FindingKind::NoContact => "新成员需要手机号或邮箱".to_owned(),
        FindingKind::NoDepartment => "新成员需要部门".to_owned(),
        FindingKind::NoName => "新成员需要姓名".to_owned(),
        FindingKind::Taken if finding.object.is_some() => format!("此行的 {field} 已属于 {object}"),
        FindingKind::Taken => format!("多行的 {field} 相同"),
        FindingKind::Released => {
            format!("此行要用的 {field} 由 {object} 在同一计划中让出；请先应用其中一项")
        }
        FindingKind::UnknownDepartment => format!("未知的部门：{}", text(0)),
        FindingKind::AmbiguousDepartment => format!("有多个部门与 {} 相符：请写完整路径", text(0)),
        FindingKind::SimilarDepartment => {
            format!("{} 与 {} 只差全半角或空格：请统一写法", text(0), text(1))
        }
        FindingKind::UnknownSiblings => format!("不创建 {}：同级部门的名称并非全部可见", text(0)),
        FindingKind::DepartmentRefused => format!("{} 不存在，而策略不允许创建部门", text(0)),
        FindingKind::OutsideScope => format!("{} 不在此花名册的管理范围内", text(0)),
        FindingKind::MemberOutsideScope => format!("{object} 不属于此花名册管理范围内的任何部门"),
        FindingKind::UnknownLeader => format!("没有成员与直属上级 {} 相符", text(0)),
        FindingKind::AmbiguousLeader => format!("有多名成员与直属上级 {} 相符：请写 userid", text(0)),
        FindingKind::LeaderOfOther => format!("此人是 {} 的负责人，但此行没有列出该部门", text(0)),
        FindingKind::LeaderFlags => "负责人标记的个数与部门个数不同".to_owned(),
        FindingKind::UnknownTag => format!("未知的标签：{}", text(0)),
        FindingKind::TagNotVisible => format!("标签 {} 的成员并非全部可见，因此不从中移除成员", text(0)),
        FindingKind::UnknownState => format!("未知的在职状态：{}", text(0)),
        FindingKind::InvalidDay => format!("{field} 不是日期"),
        FindingKind::NotYet => format!("{} 入职；到当天再列入计划", text(0)),
        FindingKind::AttributesHidden => {
            format!("{object}：{} 不修改，因为其他扩展属性无法读取", text(0))
        }
        FindingKind::SeatsHidden => format!("{object}：部门不修改，因为无法读取其全部部门"),
        FindingKind::TooManyDepartments => format!("{object} 所属部门将超过 100 个"),
        FindingKind::DetailsOutOfSight => format!("{object} 不在应用的可见范围内，不作修改"),
        FindingKind::DisabledByOthers => format!("{object} 由他人停用，保持停用"),
        FindingKind::LeftByThemselves => format!("{object} 已自行退出企业"),
        FindingKind::LeftStillActive => {
            // The text is the outcome, which the plan has for the same member among its leavers.
            format!("{object} 在花名册中已离职，但保留不动")
        }
        FindingKind::LeaversHeld => format!(
            "有行没有可用的主键或没有匹配的成员，因此不处理离职人员：{}；--ignore-rows 可忽略这些行",
            text(0)
        ),
        FindingKind::LikelyRename => format!(
            "{} 消失，{} 新增，其中 {} 人相同：改名请用 --rename，新建请用 --new-department '{}'",
            text(0),
            text(1),
            text(2),
            text(1)
        ),
        FindingKind::LikelyNewUserid => format!(
            "花名册中没有 {object}，而此新增行的 {field} 与其相同：请建立关联（txl roster link），或改正 {field}"
        ),
        FindingKind::HandOver => format!("{object} 可能有外部联系人：移除之前请先办理离职继承"),
        FindingKind::Conflict => format!("{object}：{field} 之后已由他人修改，保持不变"),
        FindingKind::Gone => format!("{object} 已不存在"),
        FindingKind::UnknownColumn => format!("策略中的字段 {} 是未知的", text(0)),
    })
}

pub(crate) fn leaver_outcome(outcome: LeaverOutcome) -> Message {
    let chinese = match outcome {
        LeaverOutcome::Kept => "策略保留离职人员",
        LeaverOutcome::Disabled => "将停用",
        LeaverOutcome::AlreadyDisabled => "已经停用",
        LeaverOutcome::Protected => "受策略保护",
        LeaverOutcome::SeatOutsideScope => "在管理范围之外还有部门",
        LeaverOutcome::NamedByFinding => "有相关的发现",
        LeaverOutcome::RowsUnmatched => "可能对应未匹配的行",
        LeaverOutcome::NoExistence => "拉取未能证实哪些成员存在",
        LeaverOutcome::OutOfSight => "不在应用的可见范围内",
    };
    message!(en: "{}", outcome.message(); zh: "{chinese}")
}
