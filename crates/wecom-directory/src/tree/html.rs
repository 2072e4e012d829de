//! The tree of departments as a page.

use super::{
    Node, head_count, leaders, name, named,
    page::{self, Item},
};

/// Returns a page that shows the departments as a tree: it folds, searches, works by keyboard, and loads nothing. Every text is escaped.
pub fn html(title: &str, nodes: &[Node]) -> String {
    page::page(title, &nodes.iter().map(item).collect::<Vec<_>>())
}

fn item(node: &Node) -> Item {
    let mut beside = vec![("count", format!("({})", head_count(node)))];
    if !node.leaders.is_empty() {
        beside.push(("people", leaders(node)));
    }
    let member = |person| Item { name: named(person), beside: Vec::new(), below: Vec::new() };
    let members = node.members.iter().flatten().map(member);
    Item { name: name(node), beside, below: members.chain(node.departments.iter().map(item)).collect() }
}
