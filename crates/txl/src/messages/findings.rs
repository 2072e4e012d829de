//! Findings of a plan (发现), and what became of leavers (离职人员).

use wecom_directory::plan::{Finding, FindingKind, FindingReason, LeaverOutcome, Obstacle, ValueRule};

use super::{Message, cell_problems, field_names::field_name, plan::object};

pub(crate) fn finding(finding: &Finding) -> Message {
    message!(en: "{}", finding.message(); zh: "{}", chinese(finding))
}

fn chinese(finding: &Finding) -> String {
    let text = |index: usize| finding.texts.get(index).map_or("", String::as_str);
    let field = finding.field.as_deref().map(field_name).unwrap_or_default();
    let object = finding.object.as_ref().map_or_else(|| "此行".to_owned(), |one| object(one).to_string());
    // A plan of an earlier version has only the English text.
    let why = finding.reason.as_ref().map_or_else(|| text(0).to_owned(), reason);
    match finding.kind {
        FindingKind::UnusableCell => format!("{field}：{why}；此单元格不采用"),
        FindingKind::CannotReturn => format!("{object} 无法通过撤销恢复：{why}"),
        FindingKind::InvalidValue => format!("{field}：{why}"),
        FindingKind::InvalidDepartment => format!(
            "无法创建 {}：部门最多 15 级，每级名称为 1 至 64 个字符，且不含 \\ : * ? \" < > |",
            text(0)
        ),
        FindingKind::NoKey => format!("此行没有可用的{field}，不对应任何人"),
        FindingKind::RowsDisagree => format!("多行的{field}相同而内容不同；这些行都不采用"),
        FindingKind::MatchesDisagree => {
            format!("两行都指向 {object}：{} 按 {}，{} 按 {}", text(0), text(1), text(2), text(3))
        }
        FindingKind::SeveralMembers => {
            format!("有多名成员的{field}与此行相同：{}", finding.texts.join("、"))
        }
        FindingKind::KeyHidden => format!(
            "{} 名成员中有 {} 名的{field}无法读取，因此不新增任何人，也不处理离职人员",
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
        FindingKind::Taken if finding.object.is_some() => format!("此行的{field}已属于 {object}"),
        FindingKind::Taken => format!("多行的{field}相同"),
        FindingKind::Released => {
            format!("此行要用的{field}属于 {object}，双方互相等待：请先给其中一人换一个{field}")
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
        FindingKind::InvalidDay => format!("{field}不是日期"),
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
            format!("{object} 在花名册中已离职，但保留不动：{why}")
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
            "花名册中没有 {object}，而此新增行的{field}与其相同：请建立关联（txl roster link），或改正{field}"
        ),
        FindingKind::HandOver => format!("{object} 可能有外部联系人：移除之前请先办理离职继承"),
        FindingKind::Conflict => format!("{object}：{field}之后已由他人修改，保持不变"),
        FindingKind::Gone => format!("{object} 已不存在"),
        FindingKind::UnknownColumn => format!("策略中的字段 {} 是未知的", text(0)),
    }
}

fn reason(reason: &FindingReason) -> String {
    match reason {
        FindingReason::Cell(reason) => {
            cell_problems::by_code(&reason.code, &reason.details).unwrap_or_else(|| reason.text.clone())
        }
        FindingReason::Rule(rule) => value_rule(*rule),
        FindingReason::Leaver(outcome) => outcome_in_chinese(*outcome).to_owned(),
        FindingReason::Obstacle(obstacle) => self::obstacle(*obstacle),
        _ => String::new(),
    }
}

fn value_rule(rule: ValueRule) -> String {
    match rule {
        ValueRule::Bytes { count, shortest, longest } => {
            format!("有 {count} 个字节，企业微信接受 {shortest} 至 {longest} 个")
        }
        ValueRule::Characters { count, shortest, longest } => {
            format!("有 {count} 个字符，企业微信接受 {shortest} 至 {longest} 个")
        }
        ValueRule::Userid => "只能含字母、数字和 _ - @ .，且以字母或数字开头".to_owned(),
        ValueRule::Mobile => "不是手机号".to_owned(),
        ValueRule::Email => "不是邮箱地址".to_owned(),
        ValueRule::Telephone => "只能含数字、-、+ 和逗号".to_owned(),
        ValueRule::Gender => "只能是 1 或 2".to_owned(),
        ValueRule::NotText => "在管理后台中是网页或小程序，不能改为文本".to_owned(),
        _ => "企业微信不接受这个值".to_owned(),
    }
}

fn obstacle(obstacle: Obstacle) -> String {
    let fixed = match obstacle {
        Obstacle::DepartmentGone { id } => return format!("部门 {id} 已不存在"),
        Obstacle::HasMembers { count } => return format!("部门内有 {count} 名成员"),
        Obstacle::HasDepartments { count } => return format!("其下有 {count} 个部门"),
        Obstacle::Erased => "相关的值已被清除",
        Obstacle::Activated => "成员已激活，或激活状态被隐藏；改为停用",
        Obstacle::LostWithRemoval => "激活状态、聊天记录、头像和企业邮箱",
        Obstacle::ContactUnknown => "手机号和邮箱都未知",
        Obstacle::NoContact => "手机号和邮箱都未知（60129）",
        Obstacle::NameUnknown => "名称未知",
        Obstacle::NameHidden => "名称被隐藏",
        Obstacle::NameOrParentUnknown => "名称或上级部门未知",
        Obstacle::DepartmentsUnknown => "所属部门未知",
        Obstacle::DepartmentsHidden => "原来的部门被隐藏",
        Obstacle::PlaceHidden => "部门内的排序或负责人标记被隐藏",
        Obstacle::DepartmentsGone => "原来的部门都已不存在",
        Obstacle::ParentGone => "上级部门已不存在",
        Obstacle::LeaderGone => "直属上级已不存在",
        Obstacle::LeaderHidden => "直属上级被隐藏",
        Obstacle::Unsettled => "执行在收到应答之前中断，也可能是他人创建的：请先继续该次执行",
        Obstacle::OnceOnly => "企业微信只允许修改一次",
        Obstacle::ValueBeforeHidden => "原来的值被隐藏",
        Obstacle::ValueHidden => "当前的值被隐藏",
        Obstacle::MobileOfActivated => "成员激活后，企业微信会忽略手机号的修改",
        Obstacle::InTag => "部门属于某个标签",
        Obstacle::TagMembersHidden => "标签的成员被隐藏",
        Obstacle::TagDepartmentsHidden => "标签的部门被隐藏",
        _ => "原因未知",
    };
    fixed.to_owned()
}

pub(crate) fn leaver_outcome(outcome: LeaverOutcome) -> Message {
    message!(en: "{}", outcome.message(); zh: "{}", outcome_in_chinese(outcome))
}

const fn outcome_in_chinese(outcome: LeaverOutcome) -> &'static str {
    match outcome {
        LeaverOutcome::Kept => "策略保留离职人员",
        LeaverOutcome::Disabled => "将停用",
        LeaverOutcome::AlreadyDisabled => "已经停用",
        LeaverOutcome::Protected => "受策略保护",
        LeaverOutcome::SeatOutsideScope => "在管理范围之外还有部门",
        LeaverOutcome::NamedByFinding => "有相关的发现",
        LeaverOutcome::RowsUnmatched => "可能对应未匹配的行",
        LeaverOutcome::NoExistence => "拉取未能证实哪些成员存在",
        LeaverOutcome::OutOfSight => "不在应用的可见范围内",
    }
}
