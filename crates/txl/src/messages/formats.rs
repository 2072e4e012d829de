//! The formats of the output, and the flags that select data.

use super::Message;

pub(crate) fn prints_its_own_text(command: &str, flag: &str) -> Message {
    message!(en: "`txl {command}` prints its own text, to which {flag} does not apply"; zh: "`txl {command}` 输出固定文本，不支持 {flag}")
}

pub(crate) fn has_no_columns(command: &str, flag: &str) -> Message {
    message!(en: "`txl {command}` prints no rows, so {flag} does not apply"; zh: "`txl {command}` 不输出数据行，不支持 {flag}")
}

pub(crate) fn table_is_a_text(command: &str, flag: &str) -> Message {
    message!(en: "`txl {command}` prints a text for people with -o table, to which {flag} does not apply"; zh: "`txl {command}` 的 -o table 是给人看的文本，不支持 {flag}")
}

/// `format` is a word that `-o` takes.
pub(crate) fn jq_needs_json(format: &str) -> Message {
    message!(en: "--jq filters JSON and does not apply to -o {format}"; zh: "--jq 只筛选 JSON，不支持 -o {format}")
}

pub(crate) fn has_no_headings(format: &str) -> Message {
    message!(en: "-o {format} has no headings, so --no-headers does not apply"; zh: "-o {format} 没有表头，不支持 --no-headers")
}

pub(crate) fn see_formats() -> Message {
    message!(en: "choose another format with -o, or leave the flag out: see `txl help formats`"; zh: "请用 -o 换一种格式，或去掉该参数；见 `txl help formats`")
}

pub(crate) fn column_is_empty() -> Message {
    message!(en: "--columns has an empty name"; zh: "--columns 中有空的名称")
}

pub(crate) fn column_is_twice(name: &str) -> Message {
    message!(en: "--columns has `{name}` twice"; zh: "--columns 中 `{name}` 出现了两次")
}

pub(crate) fn how_columns_are_written() -> Message {
    message!(en: "separate the names by single commas, as in --columns userid,name,department"; zh: "名称之间用一个逗号分隔，例如 --columns userid,name,department")
}

pub(crate) fn column_is_unknown(name: &str) -> Message {
    message!(en: "no object has a field `{name}`, which --columns selects"; zh: "--columns 选择的字段 `{name}` 不存在")
}

pub(crate) fn known_columns(names: &[String]) -> Message {
    message!(en: "known fields: {}", names.join(", "); zh: "可用字段：{}", names.join("、"))
}

pub(crate) fn file_has_all_fields() -> Message {
    message!(en: "--out writes all fields, so --columns, --no-headers and --jq do not apply to it"; zh: "--out 写出全部字段，不支持 --columns、--no-headers 和 --jq")
}

pub(crate) fn redirect_the_selection() -> Message {
    message!(en: "leave --out out and redirect stdout to the file"; zh: "请去掉 --out，把 stdout 重定向到文件")
}

/// `expected` and `found` are tokens; without `found`, the text cannot be split into tokens.
pub(crate) fn filter_is_unreadable(expected: &str, found: Option<&str>, character: usize) -> Message {
    match found {
        Some("") => {
            message!(en: "--jq is no filter: it ends where {expected} is expected, at character {character}"; zh: "--jq 的表达式不正确：在第 {character} 个字符处结束，此处应为 {expected}")
        }
        Some(found) => {
            message!(en: "--jq is no filter: `{found}` at character {character} is where {expected} is expected"; zh: "--jq 的表达式不正确：第 {character} 个字符处是 `{found}`，此处应为 {expected}")
        }
        None => {
            message!(en: "--jq is no filter: {expected} is expected at character {character}"; zh: "--jq 的表达式不正确：第 {character} 个字符处应为 {expected}")
        }
    }
}

pub(crate) fn filter_is_invalid() -> Message {
    message!(en: "--jq is no filter"; zh: "--jq 的表达式不正确")
}

pub(crate) fn filter_imports() -> Message {
    message!(en: "--jq imports a module, and modules are not supported"; zh: "--jq 导入了模块，但这里不支持模块")
}

/// `name` is a filter with the number of its arguments, such as `map/1`.
pub(crate) fn filter_is_undefined(name: &str) -> Message {
    message!(en: "--jq calls the filter `{name}`, which does not exist"; zh: "--jq 调用的过滤器 `{name}` 不存在")
}

/// `kind` is the jq term for the name, such as "variable".
pub(crate) fn name_is_undefined(kind: &str, name: &str) -> Message {
    message!(en: "--jq uses the {kind} `{name}`, which does not exist"; zh: "--jq 使用的 `{name}`（{kind}）不存在")
}

pub(crate) fn how_a_filter_is_written() -> Message {
    message!(en: "correct the filter: `txl help formats` has examples; the language is described at https://jqlang.org/manual"; zh: "请修改表达式：`txl help formats` 有示例，语法说明见 https://jqlang.org/manual")
}

pub(crate) fn filter_fails(reason: &str) -> Message {
    message!(en: "the filter of --jq fails: {reason}"; zh: "--jq 的表达式执行失败：{reason}")
}

pub(crate) fn filter_halts(code: i32) -> Message {
    message!(en: "the filter of --jq halts with code {code}"; zh: "--jq 的表达式以代码 {code} 中止")
}

pub(crate) fn look_at_the_input() -> Message {
    message!(en: "run the command with `-o json` and without --jq to see what the filter gets"; zh: "去掉 --jq，用 `-o json` 执行一次，即可看到表达式的输入")
}
