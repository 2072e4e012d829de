//! The employment status, recognized by the words of HR systems.

use crate::{
    cleaning::is_invisible,
    heading_text::{plain, squeezed},
};

/// The employment status of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The person works here, or the cell is empty.
    Here,
    /// The person has left.
    Left,
    /// The word has several meanings, or is unknown.
    Unknown,
}

const HERE: &[&str] = &[
    "在职",
    "在岗",
    "在册",
    "在编",
    "在任",
    "在聘",
    "已入职",
    "正常",
    "有效",
    "正式",
    "正式员工",
    "正式工",
    "转正",
    "已转正",
    "未转正",
    "待转正",
    "试用",
    "试用期",
    "试用期员工",
    "试用员工",
    "试岗",
    "见习",
    "见习期",
    "实习",
    "实习生",
    "实习期",
    "返聘",
    "退休返聘",
    "聘用",
    "合同工",
    "合同制",
    "劳务",
    "劳务工",
    "劳务派遣",
    "派遣",
    "外包",
    "外聘",
    "顾问",
    "全职",
    "兼职",
    "临时工",
    "临时",
    "小时工",
    "在职员工",
    "休假",
    "产假",
    "病假",
    "长假",
    "长病假",
    "事假",
    "哺乳假",
    "陪产假",
    "休假中",
    "active",
    "employed",
    "working",
    "current",
    "regular",
    "permanent",
    "fulltime",
    "parttime",
    "probation",
    "probationary",
    "onprobation",
    "intern",
    "internship",
    "trainee",
    "contract",
    "contractor",
    "temporary",
    "temp",
    "normal",
    "confirmed",
    "onleave",
    "leaveofabsence",
    "maternityleave",
    "sickleave",
    "rehired",
    "onboarded",
    "已激活",
    "未激活",
    "启用",
    "activated",
];

const LEFT: &[&str] = &[
    "离职",
    "已离职",
    "离职员工",
    "已离",
    "离岗",
    "已离岗",
    "离退",
    "离退休",
    "离休",
    "退休",
    "已退休",
    "辞职",
    "已辞职",
    "请辞",
    "解聘",
    "已解聘",
    "解雇",
    "已解雇",
    "辞退",
    "已辞退",
    "开除",
    "已开除",
    "除名",
    "已除名",
    "劝退",
    "自离",
    "主动离职",
    "被动离职",
    "自动离职",
    "正常离职",
    "协商离职",
    "辞职离职",
    "裁员",
    "被裁",
    "已裁",
    "裁退",
    "终止",
    "已终止",
    "终止合同",
    "合同终止",
    "合同已终止",
    "解除合同",
    "解除劳动合同",
    "已解除",
    "解约",
    "已解约",
    "离开",
    "已离开",
    "离司",
    "已离司",
    "离任",
    "已离任",
    "退出",
    "已退出",
    "退出企业",
    "非在职",
    "不在职",
    "已不在职",
    "死亡",
    "去世",
    "已故",
    "身故",
    "病故",
    "前员工",
    "resigned",
    "terminated",
    "left",
    "inactive",
    "retired",
    "dismissed",
    "departed",
    "former",
    "formeremployee",
    "exemployee",
    "quit",
    "exited",
    "separated",
    "leaver",
    "fired",
    "laidoff",
    "offboarded",
    "deceased",
    "released",
    "nolongeremployed",
    "notemployed",
    "ended",
];

/// Parses a cell of the status column with this heading. An empty cell means that the person works here.
pub(crate) fn standing(heading: &str, cell: &str) -> Standing {
    let text = plain(cell);
    // Text in brackets is a date or a reason.
    let key: String = squeezed(text.split(['(', '[', '【']).next().unwrap_or_default())
        .chars()
        .filter(|one| !matches!(one, '_' | '-' | '.') && !is_invisible(*one))
        .collect();
    if text.is_empty() {
        return Standing::Here;
    }
    if let Some(answer) = answer(&key) {
        let heading = plain(heading);
        return match (heading.contains("离职"), ["在职", "在岗"].iter().any(|word| heading.contains(word)))
        {
            (true, false) if answer => Standing::Left,
            (false, true) if !answer => Standing::Left,
            (false, false) | (true, true) => Standing::Unknown,
            _ => Standing::Here,
        };
    }
    if HERE.contains(&key.as_str()) {
        Standing::Here
    } else if LEFT.contains(&key.as_str()) {
        Standing::Left
    } else {
        Standing::Unknown
    }
}

/// Parses a cell under the heading `status`. Exports write codes and WeCom's own words there, which do not say that a person left.
pub(crate) fn standing_of_export(cell: &str) -> Standing {
    let text = plain(cell);
    let is_code = text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_code || matches!(text.as_str(), "已激活" | "未激活" | "已禁用" | "禁用" | "退出企业")
    {
        Standing::Here
    } else {
        standing("status", cell)
    }
}

fn answer(key: &str) -> Option<bool> {
    match key {
        "是" | "yes" | "y" | "1" | "true" | "真" => Some(true),
        "否" | "no" | "n" | "0" | "false" | "假" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_40_words_of_leaving_and_of_working_here_are_told_apart() {
        for word in [
            "离职",
            " 已 离职",
            "离职（主动）",
            "退休",
            "Resigned",
            "inactive",
            "laid off",
            "解除劳动合同",
            "离职\u{200b}",
        ] {
            assert_eq!(standing("状态", word), Standing::Left, "{word:?}");
        }
        for word in
            ["", "\u{3000}", "在职", "试用期", "试用(3个月)", "Active", "on leave", "full-time", "返聘"]
        {
            assert_eq!(standing("状态", word), Standing::Here, "{word:?}");
        }
        for word in ["待离职", "离职中", "停薪留职", "待入职", "是", "1", "x", "禁用", "内退"]
        {
            assert_eq!(standing("状态", word), Standing::Unknown, "{word:?}");
        }
    }

    #[test]
    fn trap_40_yes_and_no_say_what_the_heading_asks() {
        assert_eq!(standing("是否在职", "否"), Standing::Left);
        assert_eq!(standing("是否在职", "是"), Standing::Here);
        assert_eq!(standing("是否离职", "是"), Standing::Left);
        assert_eq!(standing("是否离职", "No"), Standing::Here);
    }

    #[test]
    fn trap_40_the_status_of_an_export_is_no_word_of_leaving() {
        for cell in ["1", "2", "4", "5", "已激活", "退出企业", ""] {
            assert_eq!(standing_of_export(cell), Standing::Here, "{cell}");
        }
        assert_eq!(standing_of_export("Terminated"), Standing::Left);
        assert_eq!(standing_of_export("Suspended"), Standing::Unknown);
    }
}
