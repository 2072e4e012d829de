//! What the command prints: data on stdout as a table or as one JSON document, talk on stderr.
//!
//! Tables are drawn from the same JSON that `-o json` prints, so both always tell the same.

use std::{
    fmt,
    io::{self, Write},
};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor},
};
use serde_json::Value;

use crate::{
    failure::{Failure, Result, printable},
    file,
};

/// How data is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: a table
    #[default]
    Table,
    /// For scripts: one JSON document
    Json,
}

/// Where data goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) format: Format,
}

impl Output {
    pub(crate) fn is_json(self) -> bool {
        self.format == Format::Json
    }

    /// Prints one thing: its fields below each other, or its JSON.
    pub(crate) fn record(self, value: &impl Serialize) -> Result {
        match self.format {
            Format::Json => print_json(value),
            Format::Table => {
                let mut table = new_table();
                for (key, value) in fields(value)? {
                    table.add_row([heading(&key).to_owned(), cell(&value)]);
                }
                print_text(&format!("{}\n", table.trim_fmt()))
            }
        }
    }

    /// Prints many things of a kind: a row each with these columns, or a JSON array with all fields.
    pub(crate) fn list<T: Serialize>(self, items: &[T], columns: &[&str]) -> Result {
        match self.format {
            Format::Json => print_json(&items),
            Format::Table => {
                let mut table = new_table();
                table.set_header(columns.iter().map(|key| heading(key).to_owned()));
                for item in items {
                    let fields = fields(item)?;
                    table.add_row(columns.iter().map(|key| {
                        let field = fields.iter().find(|(name, _)| name == key);
                        field.map(|(_, value)| cell(value)).unwrap_or_default()
                    }));
                }
                print_text(&format!("{}\n", table.trim_fmt()))?;
                say(format_args!("{} in all", items.len()));
                Ok(())
            }
        }
    }

    /// Prints ids: one a line, or a JSON array.
    pub(crate) fn ids<T: Serialize>(self, ids: &[T]) -> Result {
        match self.format {
            Format::Json => print_json(&ids),
            Format::Table => {
                let mut text = String::new();
                for id in ids {
                    text.push_str(&cell(&json(id)?));
                    text.push('\n');
                }
                print_text(&text)
            }
        }
    }

    /// Tells that a change is made: in words on stderr, or as its JSON reply.
    pub(crate) fn done(self, reply: &impl Serialize, words: impl fmt::Display) -> Result {
        match self.format {
            Format::Json => print_json(reply),
            Format::Table => {
                say(words);
                Ok(())
            }
        }
    }
}

/// Says something on stderr.
pub(crate) fn say(words: impl fmt::Display) {
    // A closed stderr is no reason to stop.
    let _ = writeln!(io::stderr(), "{words}");
}

/// Prints text on stdout as it stands.
pub(crate) fn print_text(text: &str) -> Result {
    print_bytes(text.as_bytes())
}

/// Prints bytes on stdout as they stand.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result {
    file::check_stdout()?;
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(|error| Failure::of_stdout(&error))
}

/// Prints one JSON value on one line.
pub(crate) fn print_json_line(value: &impl Serialize) -> Result {
    print_text(&format!("{}\n", json(value)?))
}

fn print_json(value: &impl Serialize) -> Result {
    let text = serde_json::to_string_pretty(value).map_err(|error| unwritable(&error))?;
    print_text(&format!("{text}\n"))
}

fn json(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(|error| unwritable(&error))
}

fn unwritable(error: &serde_json::Error) -> Failure {
    Failure::new("the answer cannot be written as JSON").because(error)
}

/// A table without frames, as wide as it needs to be when nobody looks and as wide as the terminal when someone does.
pub(crate) fn new_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    if let Some((terminal_size::Width(width), _)) = terminal_size::terminal_size_of(io::stdout()) {
        table.set_width(width);
    }
    table
}

/// The fields of a JSON object in their own order, which `Value` would sort away.
fn fields(value: &impl Serialize) -> Result<Vec<(String, Value)>> {
    let text = serde_json::to_string(value).map_err(|error| unwritable(&error))?;
    let Fields(fields) = serde_json::from_str(&text).map_err(|error| unwritable(&error))?;
    Ok(fields)
}

struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// A value as a cell shows it: lists joined by commas, objects as JSON.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => printable(text),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(","),
        other => printable(&other.to_string()),
    }
}

/// A column's heading: the wire's name, and the console's Chinese beside it where people know the field by that.
fn heading(key: &str) -> &str {
    match key {
        "userid" => "userid 账号",
        "name" => "name 姓名",
        "name_en" => "name_en 英文名",
        "alias" => "alias 别名",
        "mobile" => "mobile 手机",
        "email" => "email 邮箱",
        "biz_mail" => "biz_mail 企业邮箱",
        "department" => "department 部门",
        "main_department" => "main_department 主部门",
        "position" => "position 职务",
        "gender" => "gender 性别",
        "telephone" => "telephone 座机",
        "address" => "address 地址",
        "status" => "status 状态",
        "order" => "order 排序",
        "is_leader_in_dept" => "is_leader_in_dept 部门负责人",
        "direct_leader" => "direct_leader 直属上级",
        "department_leader" => "department_leader 部门负责人",
        "extattr" => "extattr 扩展属性",
        "external_profile" => "external_profile 对外属性",
        "external_position" => "external_position 对外职务",
        "id" => "id",
        "parentid" => "parentid 上级部门",
        "tagid" => "tagid 标签",
        "tagname" => "tagname 标签名",
        "userlist" => "userlist 成员",
        "partylist" => "partylist 部门",
        "jobid" => "jobid 任务",
        "corpid" => "corpid 企业",
        "corp_name" => "corp_name 企业名称",
        "errcode" => "errcode 错误码",
        other => other,
    }
}
