//! `txl tree`.

use clap::{Args, ValueEnum};
use wecom_contacts::DepartmentId;
use wecom_directory::tree::{self, Node, Person};

use super::MirroredCorp;
use crate::{
    failure::{Failure, Result},
    messages::directory as messages,
    numbers,
    output::{Format, Output, print_text},
};

/// Draw the tree of departments from the mirror, with leaders and head counts
///
/// Example: txl tree --members --format html > tree.html
#[derive(Args)]
pub(crate) struct Tree {
    /// The department at the top: its id, or its name. Defaults to the whole corp
    department: Option<String>,
    /// How many levels below the top are drawn
    #[arg(long, value_name = "N", value_parser = numbers::whole::<u32>(0..=100))]
    depth: Option<u32>,
    /// Draw the members too; the chart of --format svg has none
    #[arg(long)]
    members: bool,
    /// The kind of picture
    #[arg(long, value_enum, default_value_t)]
    format: Picture,
    #[command(flatten)]
    mirrored: MirroredCorp,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Picture {
    /// Lines of text
    #[default]
    Text,
    /// An organisation chart
    Svg,
    /// A page that folds, searches and works without a network
    Html,
    /// The departments as JSON, as -o json prints them
    Json,
}

/// The lines that join a branch to the trunk.
struct Lines {
    fork: &'static str,
    last: &'static str,
    trunk: &'static str,
    blank: &'static str,
}

const DRAWN: Lines = Lines { fork: "├── ", last: "└── ", trunk: "│   ", blank: "    " };

impl Tree {
    pub(crate) async fn run(self, output: Output) -> Result {
        let (store, corp) = self.mirrored.open().await?;
        let mut nodes = tree::read(&*store, &corp, self.members).await?;
        if let Some(department) = &self.department {
            let mut found = Vec::new();
            take(nodes, department, &mut found);
            nodes = match found.len() {
                0 => {
                    return Err(
                        Failure::new(messages::no_department(department)).remedy(messages::see_the_tree())
                    );
                }
                1 => found,
                many => {
                    let ids: Vec<DepartmentId> = found.iter().map(|node| node.id).collect();
                    return Err(Failure::usage(messages::several_departments(department, many, &ids)));
                }
            };
        }
        if let Some(depth) = self.depth {
            nodes.iter_mut().for_each(|node| cut(node, depth));
        }
        match self.format {
            Picture::Svg => return print_text(&tree::svg(&nodes)),
            Picture::Html => {
                let title = nodes.iter().find_map(|node| node.name.as_deref()).unwrap_or(corp.as_str());
                return print_text(&tree::html(title, &nodes));
            }
            Picture::Json => return output.in_format(Format::Json).list(&nodes, &[]),
            Picture::Text if !output.is_table() => return output.list(&nodes, &[]),
            Picture::Text => {}
        }
        let mut text = String::new();
        for node in &nodes {
            draw(node, "", "", &mut text);
        }
        print_text(&text)
    }
}

/// Moves the departments with this id or name out of the trees.
fn take(nodes: Vec<Node>, department: &str, found: &mut Vec<Node>) {
    for node in nodes {
        if node.id.to_string() == department || node.name.as_deref() == Some(department) {
            found.push(node);
        } else {
            take(node.departments, department, found);
        }
    }
}

fn cut(node: &mut Node, depth: u32) {
    match depth.checked_sub(1) {
        None => node.departments.clear(),
        Some(depth) => node.departments.iter_mut().for_each(|below| cut(below, depth)),
    }
}

fn draw(node: &Node, first: &str, rest: &str, text: &mut String) {
    text.push_str(&format!("{first}{}\n", messages::department_line(node)));
    let members: &[Person] = node.members.as_deref().unwrap_or_default();
    let count = members.len() + node.departments.len();
    for (at, member) in members.iter().enumerate() {
        let branch = if at + 1 == count { DRAWN.last } else { DRAWN.fork };
        text.push_str(&format!("{rest}{branch}{}\n", messages::member_line(member)));
    }
    for (at, below) in (members.len()..).zip(&node.departments) {
        let (branch, trunk) =
            if at + 1 == count { (DRAWN.last, DRAWN.blank) } else { (DRAWN.fork, DRAWN.trunk) };
        draw(below, &format!("{rest}{branch}"), &format!("{rest}{trunk}"), text);
    }
}
