//! Problems of single cells of a spreadsheet.

use wecom_sheets::{
    SheetProblem,
    cleaning::{CellProblem, Correction},
};

use super::Message;

/// A fault of a cell, with its place.
pub(crate) fn fault(fault: &SheetProblem) -> Message {
    let (line, problem) = (fault.line, cell(&fault.problem));
    match fault.heading.as_str() {
        "" => message!(en: "line {line}: {problem}"; zh: "第 {line} 行：{problem}"),
        heading => {
            message!(en: "line {line}, {heading}: {problem}"; zh: "第 {line} 行，{heading}：{problem}")
        }
    }
}

/// A fault of a cell.
pub(crate) fn cell(problem: &CellProblem) -> Message {
    message!(
        en: "{problem}";
        zh: "{}", by_code(problem.code(), &problem.details()).unwrap_or_else(|| problem.to_string())
    )
}

/// Returns the Chinese of a problem by its code and details, as a plan contains them. Returns `None` for a code of a later version.
pub(super) fn by_code(code: &str, details: &[String]) -> Option<String> {
    let detail = |at: usize| details.get(at).map_or("", String::as_str);
    Some(
        match code {
            "lost_digits" => "表格丢失了数字（例如 1.38E+10）：请将该列设为文本格式，重新填写",
            "too_many_digits" => "数字超过 15 位，Excel 会丢失末尾几位：请将该列设为文本格式，重新填写",
            "not_whole" => "数字带有小数：请填写整数",
            "maybe_number" => {
                "可能是账号，也可能是数字的一种写法（例如 1E5 或 1001.0）：请写出完整的数字，或在账号前加撇号"
            }
            "hidden_format" => "这种文件格式不保存数字是否带前导零：请将该列设为文本格式，或另存为 .xlsx",
            "date" => "单元格是日期：如果是表格把其他内容转换成了日期，请将该列设为文本格式，重新填写",
            "duration" => "单元格是时长：请将该列设为文本格式，重新填写",
            "bool" => "单元格是 TRUE 或 FALSE：请填写该列应有的内容",
            "failed" => "公式出错（例如 #N/A），或数字超出列宽",
            "uncomputed" => "公式没有保存结果：请用 Excel 或 WPS 打开文件，另存为 .xlsx 后重试",
            "formula" => "单元格的内容是公式的文本：请改为公式的结果",
            "merged_across" => "单元格与左侧合并，一个值占了两列：请取消合并，分别填写",
            "several_numbers" => "单元格中有多个号码：请只保留一个",
            "thousands" => "逗号可能是千位分隔符，也可能用于分隔列表：请写作 1234 或 1;234",
            "broken" => "有字符已丢失（U+FFFD）：请重新填写，或重新导出文件",
            "control" => "含有不可见的控制字符：请重新填写",
            "line_break" => "含有换行：请写在一行内",
            "blank" => "内容中间有空格：请删除空格",
            "look_alike" => {
                return Some(format!(
                    "第 {} 个字符（{}）形似英文字母、数字或连字符，但不是同一字符：请重新输入",
                    detail(0),
                    detail(1)
                ));
            }
            "department_names" => {
                "部门名称需要用应用的 secret 在线查询：请提供 secret，或填写部门 id，例如 2;7"
            }
            "unknown_department" => "没有这个名称或路径的部门：请与企业中的写法一致，或填写部门 id",
            "ambiguous_department" => {
                return Some(format!("有多个部门叫这个名称：{}；请写完整路径", details.join("、")));
            }
            "unknown_status" => "无法判断此人是否在职：请填写“在职”或“离职”",
            "too_many_cells" => "该行的单元格多于列标题：含有逗号的单元格请加引号",
            "no_level_above" => "缺少上一级部门",
            "no_number" => "不是 0 到 4294967295 之间的整数",
            "several_departments" => "含有多个部门",
            "no_department_ids" => "不是用 `;` 分隔的部门 id 列表",
            "no_date" => "不是 2026-01-31 这样的日期",
            "no_numbers" => "不是用 `;` 分隔的 0 到 4294967295 之间的整数列表",
            "no_flag" => "既不是 0 也不是 1",
            "no_flags" => "不是用 `;` 分隔的 0 和 1 的列表",
            "no_gender" => "既不是“男”也不是“女”",
            super::roster::UNKNOWN_DEPARTMENT_ID => "用 id 写的部门没有已知的路径",
            _ => return None,
        }
        .to_owned(),
    )
}

/// What cleaning corrected, as a phrase for several cells.
pub(crate) fn correction(correction: Correction) -> Message {
    let chinese = match correction {
        Correction::Blanks => "去掉了首尾的空格",
        Correction::Invisible => "去掉了不可见的字符",
        Correction::HalfWidth => "全角转换为半角",
        Correction::Apostrophe => "去掉了开头的撇号",
        Correction::Wrapper => "去掉了外层的引号或公式",
        Correction::CountryCode => "去掉了开头的 +86",
        Correction::Separators => "去掉了中间的空格、连字符或逗号",
        Correction::Scientific => "科学记数法转换为完整数字",
        Correction::Delimiters => "列表改用分号分隔",
        Correction::Number => "数字转换为文本",
        Correction::Flag => "转换为企业微信的是/否值",
        Correction::Date => "日期转换为文本",
        Correction::Names => "部门名称转换为 id",
        Correction::Kept => "值未知，字段保持不变",
        _ => return message!(both: "{correction}"),
    };
    message!(en: "{correction}"; zh: "{chinese}")
}

#[cfg(test)]
mod tests {
    use wecom_sheets::cleaning::CellForm;

    use super::*;
    use crate::language::test::in_chinese;

    #[test]
    fn every_problem_has_its_chinese() {
        use CellProblem as P;
        let problems = [
            P::LostDigits,
            P::TooManyDigits,
            P::NotWhole,
            P::MaybeNumber,
            P::HiddenFormat,
            P::Date,
            P::Duration,
            P::Bool,
            P::Failed,
            P::Uncomputed,
            P::Formula,
            P::MergedAcross,
            P::SeveralNumbers,
            P::Thousands,
            P::Broken,
            P::Control,
            P::LineBreak,
            P::Blank,
            P::LookAlike { place: 2, character: 'а' },
            P::DepartmentNames,
            P::UnknownDepartment,
            P::AmbiguousDepartment(vec!["示例公司/研发部".to_owned(), "示例公司/市场部/研发部".to_owned()]),
            P::UnknownStatus,
            P::TooManyCells,
            P::Unfit(CellForm::NoLevelAbove),
            P::Unfit(CellForm::NoNumber),
            P::Unfit(CellForm::SeveralDepartments),
            P::Unfit(CellForm::NoDepartmentIds),
            P::Unfit(CellForm::NoDate),
        ];
        for problem in problems {
            assert!(by_code(problem.code(), &problem.details()).is_some(), "{problem:?}");
        }
        let look_alike = in_chinese(|| cell(&P::LookAlike { place: 2, character: 'а' }).to_string());
        assert!(look_alike.starts_with("第 2 个字符（U+0430）"), "{look_alike}");
        for correction in Correction::ALL {
            let chinese = in_chinese(|| self::correction(correction).to_string());
            assert_ne!(chinese, correction.to_string());
        }
    }
}
