//! Errors of a whole spreadsheet.

use wecom_sheets::{Error, OtherFile, Quantity, writing::WriteError};

use super::Message;

/// Maximum number of names that a text lists.
const SHOWN: usize = 30;

pub(crate) fn error(error: &Error) -> Message {
    message!(en: "{error}"; zh: "{}", in_chinese(error))
}

fn in_chinese(error: &Error) -> String {
    match error {
        Error::Io(_) => "无法读取文件".to_owned(),
        Error::Empty => "文件是空的".to_owned(),
        Error::EmptySheet { sheet, others } => {
            format!("工作表“{sheet}”是空的；工作簿中还有：{}", listed(others))
        }
        Error::Binary => "文件既不是文本，也不是工作簿".to_owned(),
        Error::NotASheet { what } => format!("文件实际上是 {}：请另存为 .xlsx", kind(*what)),
        Error::WebPage => "文件实际上是网页（HTML）：请用 Excel 或 WPS 打开，另存为 .xlsx".to_owned(),
        Error::Password => "工作簿有密码：请去掉密码另存".to_owned(),
        Error::Changed => "读取期间文件发生了变化：请等文件写完后重试".to_owned(),
        Error::Encoding { encoding, offset } => {
            format!("第 {offset} 个字节在 {encoding} 中无效：请将文件另存为 UTF-8")
        }
        Error::Ambiguous { likely } => {
            let likely = likely.map(|likely| format!("（可能是 {likely}）")).unwrap_or_default();
            format!("无法确定文本的编码{likely}：请将文件另存为 UTF-8，或指定编码")
        }
        Error::PrivateUse { encoding } => {
            format!("文本似乎是 {encoding}，但其中含有私有区字符：请将文件另存为 UTF-8，或指定编码")
        }
        Error::NoEncoding { name } => {
            format!("未知的编码“{name}”；支持：{}", wecom_sheets::Encoding::NAMES)
        }
        Error::BrokenUtf8 { offset } => {
            format!("第 {offset} 个字节不是有效的 UTF-8：文件已损坏，请重新导出")
        }
        Error::EndlessRow { line } => format!("从第 {line} 行开始的一行没有结束：请检查未闭合的引号（\"）"),
        Error::TooWide { line } => format!("第 {line} 行超过 16,384 列"),
        Error::Workbook(detail) => format!("无法读取工作簿，文件的内部结构有误：{detail}"),
        Error::TooMany { what, limit } => format!("文件中的{}超过 {limit} 个", quantity(*what)),
        Error::HiddenRows { count, first_line } => {
            format!("有 {count} 行被隐藏，第一个是第 {first_line} 行：请取消隐藏，或指定是否读取")
        }
        Error::TooLarge { part, limit } => format!("工作簿中的 `{part}` 解压后超过 {limit} 字节"),
        Error::NoSheet { name, sheets } => {
            format!("没有名为“{name}”的工作表；工作簿中有：{}", listed(sheets))
        }
        Error::NotAWorkbook => "文件不是工作簿，不能选择工作表".to_owned(),
        Error::Json { line, .. } => format!("第 {line} 行不是 JSON 对象"),
        Error::NoHeadings { wanted, rows, is_json, like, .. } => {
            let place = match rows {
                _ if *is_json => format!("没有对象含有键 {wanted}"),
                1 => format!("第一行没有列标题“{wanted}”"),
                rows => format!("前 {rows} 行都没有列标题“{wanted}”"),
            };
            let like =
                if like.is_empty() { String::new() } else { format!("；可能对应：{}", listed(like)) };
            format!("{place}{like}")
        }
        Error::NoKey { key, fewest, rows, headings, other_sheets } => {
            let place = match rows {
                1 => "第一行".to_owned(),
                rows => format!("前 {rows} 行都"),
            };
            let another = if *fewest > 1 { "和另一个已知的列标题" } else { "" };
            let found = match headings.as_slice() {
                [] => String::new(),
                headings => format!("；最接近的一行有：{}", listed(headings)),
            };
            let sheets = match other_sheets.as_slice() {
                [] => String::new(),
                sheets => format!("；工作簿中还有工作表：{}", listed(sheets)),
            };
            format!("{place}没有列标题“{key}”{another}{found}{sheets}")
        }
        Error::OnlyIds { wanted, headings } => {
            let others = match headings.as_slice() {
                [] => String::new(),
                unknown => format!("（未识别：{}）", listed(unknown)),
            };
            format!("只识别出“{wanted}”一列{others}：导入不会改变任何内容")
        }
        Error::TagExport => "文件看起来是标签的导出结果：其中的行不是完整的成员或部门".to_owned(),
        Error::TwoHeadings { line, next, headings } => {
            format!("第 {line} 行和第 {next} 行的列标题冲突（{}）：请只保留一行列标题", listed(headings))
        }
        Error::SameField { field, headings } => {
            format!("有多列对应 {field}：{}；请保留一列，忽略其他列", listed(headings))
        }
        Error::NoField { target, known } => {
            format!("未知的字段“{target}”；支持：{}、extra:名称 和 ignore", listed(known))
        }
        Error::NoColumn { heading, headings } => {
            format!("没有名为“{heading}”的列；文件中有：{}", listed(headings))
        }
        other => other.to_string(),
    }
}

/// An error of writing a sheet.
pub(crate) fn write_error(error: &WriteError) -> Message {
    let chinese = match error {
        WriteError::Io(_) => "无法写入表格".to_owned(),
        WriteError::TooManyRows => "行数超过 XLSX 工作表的上限（含列标题 1,048,576 行）".to_owned(),
        WriteError::TooLong { row, heading } => {
            format!("第 {row} 行“{heading}”列的单元格超过 32,767 个字符，这是 XLSX 的上限")
        }
        WriteError::Workbook(detail) => format!("无法生成工作簿：{detail}"),
        other => other.to_string(),
    };
    message!(en: "{error}"; zh: "{chinese}")
}

/// Joins names, each of at most 40 characters.
fn listed(names: &[String]) -> String {
    const LENGTH: usize = 40;
    let short = |name: &String| match name.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.clone(),
    };
    let shown: Vec<_> = names.iter().take(SHOWN).map(short).collect();
    match names.len().saturating_sub(SHOWN) {
        0 if shown.is_empty() => "无".to_owned(),
        0 => shown.join("、"),
        more => format!("{}，另有 {more} 个", shown.join("、")),
    }
}

fn kind(file: OtherFile) -> &'static str {
    match file {
        OtherFile::EmptyZip => "空的 ZIP 压缩包",
        OtherFile::ZipPart => "ZIP 分卷",
        OtherFile::Excel2 => "Excel 2 工作簿",
        OtherFile::Excel3 => "Excel 3 工作簿",
        OtherFile::Excel4 => "Excel 4 工作簿",
        OtherFile::Pdf => "PDF 文档",
        OtherFile::Rtf => "RTF 文档",
        OtherFile::Picture => "图片",
        OtherFile::Gzip => "gzip 压缩包",
        OtherFile::SevenZip => "7z 压缩包",
        OtherFile::Rar => "RAR 压缩包",
        OtherFile::Bzip2 => "bzip2 压缩包",
        OtherFile::Xz => "xz 压缩包",
        OtherFile::Protected => "被文档加密系统加密的文件",
        OtherFile::Sqlite => "SQLite 数据库",
        OtherFile::Access => "Access 数据库",
        OtherFile::Sylk => "SYLK 工作簿（.slk）",
        OtherFile::Utf32 => "UTF-32 文本",
        OtherFile::WebArchive => "网页存档（MHTML）",
        OtherFile::Vcard => "vCard 名片",
        OtherFile::Dif => "DIF 表格",
        OtherFile::Excel2003Xml => "Excel 2003 的 XML 表格",
        OtherFile::Xml => "XML 文档",
        OtherFile::JsonWithoutObjects => "没有对象的 JSON",
        OtherFile::Xlsb => "Excel 二进制工作簿（.xlsb）",
        OtherFile::Word => "Word 文档",
        OtherFile::Presentation => "演示文稿",
        OtherFile::Numbers => "Numbers 等苹果程序的文档",
        OtherFile::Zip => "不含工作簿的 ZIP 压缩包",
        OtherFile::OpenDocument => "没有工作表的文档",
        OtherFile::OldWord => "Word 文档（.doc）",
        OtherFile::OleDocument => "不含工作簿的文档",
        _ => "其他类型的文件",
    }
}

fn quantity(what: Quantity) -> &'static str {
    match what {
        Quantity::PipedBytes => "来自管道的字节",
        Quantity::Styles => "单元格样式",
        Quantity::Texts => "共享文本",
        Quantity::Rows => "行",
        Quantity::Cells => "单元格",
        Quantity::MergedBytes => "一行合并单元格中的字节",
        Quantity::MergedCells => "合并单元格",
        Quantity::Sheets => "工作表",
        Quantity::MergedRanges => "合并区域",
        Quantity::SheetBytes => "工作表的字节",
        Quantity::Relations => "部件关系",
        _ => "内容",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::test::in_chinese;

    #[test]
    fn an_error_of_a_file_is_in_chinese_with_its_names() {
        let headings = (1..=31).map(|number| format!("列{number}")).collect();
        for (error, chinese) in [
            (Error::NotASheet { what: OtherFile::Pdf }, "文件实际上是 PDF 文档：请另存为 .xlsx"),
            (Error::TooMany { what: Quantity::Sheets, limit: 255 }, "文件中的工作表超过 255 个"),
            (
                Error::NoColumn { heading: "工号".to_owned(), headings },
                "没有名为“工号”的列；文件中有：列1、列2、",
            ),
        ] {
            let text = in_chinese(|| super::error(&error).to_string());
            assert!(text.starts_with(chinese), "{text}");
            assert_eq!(super::error(&error).to_string(), error.to_string());
        }
    }
}
