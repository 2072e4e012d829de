//! The tree of departments with leaders and head counts, and its pictures.

mod html;
mod page;
mod svg;

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use wecom_contacts::{CorpId, DepartmentId, UserId};

pub use self::{html::html, svg::svg};
use crate::{
    Result,
    record::{DepartmentRecord, State},
    store::{Store, existing_departments},
};

/// A department with all below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Node {
    /// The id.
    pub id: DepartmentId,
    /// The name, `None` if it is hidden.
    pub name: Option<String>,
    /// The leaders (部门负责人), as the seats have them.
    pub leaders: Vec<Person>,
    /// The number of members in the department itself.
    pub members_direct: u64,
    /// The number of seats in the department and all below it. A member of two departments counts twice.
    pub members_below: u64,
    /// The members of the department itself, if they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<Person>>,
    /// The departments below it, larger order first.
    pub departments: Vec<Self>,
}

/// A person in the tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Person {
    /// The account.
    pub userid: UserId,
    /// The name, `None` if it is hidden.
    pub name: Option<String>,
}

/// Reads the trees of a corp: one for the root, and one for each department whose parent is hidden.
///
/// # Errors
///
/// Fails if the store fails.
pub async fn read(store: &dyn Store, corp: &CorpId, with_members: bool) -> Result<Vec<Node>> {
    let departments = existing_departments(store, corp).await?;
    let counts = store.head_counts(corp).await?;
    let mut leaders: HashMap<DepartmentId, Vec<Person>> = HashMap::new();
    let mut members: HashMap<DepartmentId, Vec<Person>> = HashMap::new();
    let mut after = None;
    loop {
        let page = store.members_after(corp, after, 10_000).await?;
        let Some(last) = page.last() else { break };
        after = last.person;
        for record in page.iter().filter(|record| record.state != State::Removed) {
            for seat in &record.seats {
                let person = || Person {
                    userid: record.member.userid.clone(),
                    name: record.member.name.known().cloned(),
                };
                if seat.is_leader.known() == Some(&true) {
                    leaders.entry(seat.department).or_default().push(person());
                }
                if with_members {
                    members.entry(seat.department).or_default().push(person());
                }
            }
        }
    }
    for list in leaders.values_mut().chain(members.values_mut()) {
        list.sort();
    }

    let mut below: HashMap<DepartmentId, Vec<&DepartmentRecord>> = HashMap::new();
    let mut tops = Vec::new();
    for department in departments.values() {
        match department.parent.known().filter(|parent| departments.contains_key(parent)) {
            Some(parent) => below.entry(*parent).or_default().push(department),
            None => tops.push(department),
        }
    }
    for list in below.values_mut() {
        list.sort_by_key(|department| (std::cmp::Reverse(department.order.known().copied()), department.id));
    }
    let mut builder = Builder { below, counts, leaders, members, with_members, seen: HashSet::new() };
    Ok(tops.into_iter().map(|top| builder.node(top)).collect())
}

struct Builder<'a> {
    below: HashMap<DepartmentId, Vec<&'a DepartmentRecord>>,
    counts: HashMap<DepartmentId, u64>,
    leaders: HashMap<DepartmentId, Vec<Person>>,
    members: HashMap<DepartmentId, Vec<Person>>,
    with_members: bool,
    /// Departments that are in the tree, so that a circle ends.
    seen: HashSet<DepartmentId>,
}

impl Builder<'_> {
    fn node(&mut self, department: &DepartmentRecord) -> Node {
        self.seen.insert(department.id);
        let children = self.below.remove(&department.id).unwrap_or_default();
        let departments: Vec<_> = children
            .into_iter()
            .filter(|child| !self.seen.contains(&child.id))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|child| self.node(child))
            .collect();
        let members_direct = self.counts.get(&department.id).copied().unwrap_or_default();
        Node {
            id: department.id,
            name: department.name.known().cloned(),
            leaders: self.leaders.remove(&department.id).unwrap_or_default(),
            members_direct,
            members_below: members_direct + departments.iter().map(|below| below.members_below).sum::<u64>(),
            members: self.with_members.then(|| self.members.remove(&department.id).unwrap_or_default()),
            departments,
        }
    }
}

/// The name of the department, or its id if the name is hidden.
fn name(node: &Node) -> String {
    node.name.clone().unwrap_or_else(|| format!("id {}", node.id))
}

/// The name and the head count.
fn label(node: &Node) -> String {
    format!("{} ({})", name(node), head_count(node))
}

/// The members of the department itself, and those of all below it if there are others.
fn head_count(node: &Node) -> String {
    if node.members_below == node.members_direct {
        node.members_below.to_string()
    } else {
        format!("{}/{}", node.members_direct, node.members_below)
    }
}

fn leaders(node: &Node) -> String {
    node.leaders.iter().map(named).collect::<Vec<_>>().join("、")
}

/// The name with the userid, or the userid alone if the name is hidden.
fn named(person: &Person) -> String {
    match &person.name {
        Some(name) => format!("{name} {}", person.userid),
        None => person.userid.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: u32, name: &str, below: Vec<Node>) -> Node {
        let person = |userid: &str, name: &str| Person { userid: userid.into(), name: Some(name.to_owned()) };
        let departments = below;
        Node {
            id: DepartmentId(id),
            name: (!name.is_empty()).then(|| name.to_owned()),
            leaders: if id == 2 { vec![person("zhangsan", "张三")] } else { Vec::new() },
            members_direct: 1,
            members_below: 1 + departments.iter().map(|below| below.members_below).sum::<u64>(),
            members: (id == 2).then(|| vec![person("zhangsan", "张三"), person("evil", EVIL)]),
            departments,
        }
    }

    const EVIL: &str = "</script><img src=x onerror='alert(1)'> & \"\u{1b}";

    fn corp() -> Vec<Node> {
        vec![node(1, "示例公司", vec![node(2, "研发部", vec![node(4, "", vec![])]), node(3, EVIL, vec![])])]
    }

    /// Reads the text as XML to its end. Returns the names of the elements and the texts.
    fn well_formed(xml: &str) -> (Vec<String>, String) {
        use quick_xml::events::Event;

        let mut reader = quick_xml::Reader::from_str(xml);
        let (mut elements, mut texts, mut depth) = (Vec::new(), String::new(), 0);
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    depth += 1;
                    elements.push(start.name().as_ref().to_owned());
                    for attribute in start.attributes() {
                        attribute.unwrap().normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap();
                    }
                }
                Event::Empty(start) => {
                    elements.push(start.name().as_ref().to_owned());
                }
                Event::End(_) => depth -= 1,
                Event::Text(text) => texts.push_str(&text),
                Event::GeneralRef(entity) => texts.push_str(&format!("&{};", &*entity)),
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(depth, 0);
        (elements, texts)
    }

    #[test]
    fn the_page_is_one_file_that_loads_nothing_and_escapes_what_it_shows() {
        let page = html(EVIL, &corp());
        let (head, rest) = page.split_once("<style>").unwrap();
        let (_, rest) = rest.split_once("</style>").unwrap();
        let (body, script) = rest.split_once("<script>").unwrap();
        assert_eq!(script.matches("</script>").count(), 1, "no name ends the script");
        let without_code = format!("{head}{body}{}", script.split_once("</script>").unwrap().1);
        let document = without_code.strip_prefix("<!DOCTYPE html>").unwrap();
        let (elements, texts) = well_formed(document);
        assert!(
            !elements.iter().any(|name| matches!(name.as_str(), "img" | "link" | "iframe")),
            "{elements:?}"
        );
        assert!(
            texts.contains("&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt; &amp; &quot;"),
            "{texts}"
        );
        for remote in ["http:", "https:", "url(", "@import", "src=\"", "fetch("] {
            assert!(!page.contains(remote), "{remote}");
        }
        assert!(page.contains("default-src 'none'"));
    }

    #[test]
    fn the_page_has_a_tree_by_the_aria_pattern() {
        let page = html("示例公司", &corp());
        let tree = &page[page.find("<ul role=\"tree\"").unwrap()..page.find("<script>").unwrap()];
        assert_eq!(page.matches("tabindex=\"0\"").count(), 1, "one item is in the tab order");
        let evil = "&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt; &amp; &quot;";
        let expected = r#"<ul role="tree" aria-label="示例公司">
<li role="treeitem" aria-level="1" aria-expanded="true" tabindex="0"><div class="row"><span class="name">示例公司</span><span class="count">(1/4)</span></div><ul role="group">
<li role="treeitem" aria-level="2" aria-expanded="true" tabindex="-1"><div class="row"><span class="name">研发部</span><span class="count">(1/2)</span><span class="people">张三 zhangsan</span></div><ul role="group">
<li role="treeitem" aria-level="3" tabindex="-1"><div class="row"><span class="name">张三 zhangsan</span></div></li>
<li role="treeitem" aria-level="3" tabindex="-1"><div class="row"><span class="name">EVIL evil</span></div></li>
<li role="treeitem" aria-level="3" tabindex="-1"><div class="row"><span class="name">id 4</span><span class="count">(1)</span></div></li>
</ul></li>
<li role="treeitem" aria-level="2" tabindex="-1"><div class="row"><span class="name">EVIL</span><span class="count">(1)</span></div></li>
</ul></li>
</ul>
"#;
        assert_eq!(tree, expected.replace("EVIL", evil));
    }

    #[test]
    fn the_chart_is_well_formed_and_has_a_box_for_each_department() {
        let chart = svg(&corp());
        let (elements, texts) = well_formed(&chart);
        assert_eq!(elements.iter().filter(|name| *name == "g").count(), 4);
        assert_eq!(elements.iter().filter(|name| *name == "path").count(), 3);
        assert!(texts.contains("示例公司 (1/4)") && texts.contains("张三 zhangsan"), "{texts}");
        assert!(!chart.contains("<img") && !chart.contains('\u{1b}'), "{chart}");
        // The root is in the middle of the two below it.
        assert!(chart.contains(r#"<path d="M216 67H236V38H256""#), "{chart}");
        assert!(chart.starts_with("<?xml") && chart.contains(r#"width="712" height="134""#), "{chart}");
    }

    #[test]
    fn a_chart_of_nothing_is_a_picture() {
        well_formed(&svg(&[]));
        assert!(html("", &[]).contains("role=\"tree\""));
    }
}
