//! Pages in a real browser: the plan and the tree, on a phone and on a desktop.

use std::sync::{LazyLock, Mutex, PoisonError};

use headless_browser::{Browser, Page};
use serde_json::{Value, json};
use wecom_contacts::{
    Client, DepartmentId, Secret,
    departments::NewDepartment,
    members::{MemberPatch, NewMember},
};
use wecom_sim::Sim;

use crate::corp::Corp;

/// Width and height of a phone and of a desktop, in CSS pixels.
const SIZES: [(u32, u32); 2] = [(390, 844), (1280, 800)];
/// A name that becomes markup if a page does not escape it.
const MARKUP: &str = "<img src=x onerror=fetch('http://127.0.0.1:1')>";

/// Opens a tab of a browser that all tests share.
fn page(width: u32, height: u32) -> Page {
    static BROWSER: LazyLock<Mutex<Browser>> =
        LazyLock::new(|| Mutex::new(Browser::start().unwrap_or_else(|error| panic!("{error}"))));
    let browser = BROWSER.lock().unwrap_or_else(PoisonError::into_inner);
    browser.page(width, height).unwrap()
}

/// A corp that is hard to draw: ten levels of departments, and a member with a long userid and a name of markup.
async fn corp() -> Corp {
    let corp = Corp::start(Sim::builder().legacy(true)).await;
    let secret = Secret::contacts_sync(corp.sim.contacts_secret());
    let client = Client::builder(corp.sim.corp_id(), secret).base_url(corp.sim.url()).build().unwrap();
    let mut parent = DepartmentId::ROOT;
    for level in 1..=10 {
        let name = format!("Level{level}-{}", "W".repeat(40));
        parent = client.departments().create(NewDepartment::new(name, parent)).await.unwrap();
    }
    let long = "a".repeat(64);
    let member = NewMember::new(&*long, MARKUP).mobile("19900000001").department([parent]).to_invite(false);
    client.members().create(member).await.unwrap();
    client.members().update(&*long, MemberPatch::new().position(MARKUP)).await.unwrap();
    succeed(&corp, &["pull"]);
    corp
}

/// Runs a command that must succeed, and returns its output.
#[track_caller]
fn succeed(corp: &Corp, arguments: &[&str]) -> Vec<u8> {
    let output = corp.command(arguments).env("TXL_MIRROR", corp.path("m.db")).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Returns whether an expression holds in the page.
#[track_caller]
fn holds(page: &Page, expression: &str) {
    assert_eq!(page.evaluate(expression).unwrap(), Value::Bool(true), "{expression}");
}

/// The items of the tree that can be seen.
const SHOWN: &str =
    "Array.from(document.querySelectorAll('[role=treeitem]')).filter((item) => item.offsetParent !== null)";

fn shown(page: &Page) -> u64 {
    page.evaluate(&format!("{SHOWN}.length")).unwrap().as_u64().unwrap()
}

/// Checks what both pages promise: they fit their window, load nothing, and their tree works by keyboard.
fn works(page: &mut Page) {
    assert_eq!(page.overflow().unwrap(), 0, "at first");
    page.click("#open").unwrap();
    assert_eq!(page.overflow().unwrap(), 0, "unfolded");
    let all = shown(page);
    // Tab moves from the last button into the tree, where one item is in the tab order.
    page.evaluate("document.getElementById('close').focus()").unwrap();
    page.press("Tab").unwrap();
    let focused = format!("{SHOWN}.indexOf(document.activeElement)");
    assert_eq!(page.evaluate(&focused).unwrap(), 0, "Tab reaches the tree");
    for (key, item) in [("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("End", all - 1), ("Home", 0)] {
        page.press(key).unwrap();
        assert_eq!(page.evaluate(&focused).unwrap(), json!(item), "{key}");
    }
    page.press("ArrowLeft").unwrap();
    assert_eq!(shown(page), 1, "the root is folded");
    page.press("ArrowRight").unwrap();
    assert_eq!(shown(page), all, "the root is unfolded");
    page.press("Enter").unwrap();
    assert_eq!(shown(page), 1, "Enter folds");
    page.press(" ").unwrap();
    holds(page, "document.querySelectorAll('[role=treeitem][tabindex=\"0\"]').length === 1");
    holds(page, "document.activeElement.matches(':focus-visible')");
    holds(page, "document.images.length === 0");
    assert_eq!(page.requests(), [""; 0]);
    assert_eq!(page.complaints(), [""; 0]);
}

/// Types into a field, and waits for nothing: both pages filter at once.
fn search(page: &Page, field: &str, text: &str) {
    page.evaluate(&format!("document.querySelector('{field}').value = ''")).unwrap();
    page.click(field).unwrap();
    page.type_text(text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_plan_works_in_a_browser_on_a_phone_and_on_a_desktop() {
    let corp = corp().await;
    succeed(&corp, &["roster", "export", "--out", "all.csv"]);
    let all = std::fs::read_to_string(corp.path("all.csv")).unwrap();
    let position = all.lines().next().unwrap().split(',').position(|heading| heading == "职位").unwrap();
    let rows = all.lines().map(|row| {
        let mut cells: Vec<&str> = row.split(',').collect();
        if !row.contains("职位") && !row.contains('"') {
            cells[position] = "首席顾问";
        }
        cells.join(",")
    });
    let mut roster = rows.collect::<Vec<_>>().join("\n");
    roster.push('\n');
    std::fs::write(corp.path("week.csv"), roster).unwrap();
    succeed(&corp, &["plan", "week.csv", "--out", "plan.json"]);
    succeed(&corp, &["plan", "show", "plan.json", "--format", "html", "--out", "plan.html"]);
    for (width, height) in SIZES {
        let mut page = page(width, height);
        page.open_file(&corp.path("plan.html")).unwrap();
        works(&mut page);
        let all = shown(&page);
        search(&page, "#filter", "李四");
        holds(&page, "document.getElementById('shown').textContent.startsWith('1 of ')");
        assert!(shown(&page) < all, "the filter hides the others");
        page.press("ArrowDown").unwrap();
        holds(&page, &format!("{SHOWN}[0] === document.activeElement"));
        page.click("#filter").unwrap();
        page.press("Escape").unwrap();
        assert_eq!(shown(&page), all, "Escape clears the filter");
        search(&page, "#filter", "nothing has this text");
        assert_eq!(shown(&page), 0);
        holds(&page, "document.getElementById('shown').textContent.startsWith('0 of ')");
        assert_eq!(page.overflow().unwrap(), 0, "while nothing is found");
        assert_eq!((page.requests().len(), page.complaints().len()), (0, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_the_tree_works_in_a_browser_on_a_phone_and_on_a_desktop() {
    let corp = corp().await;
    let tree = succeed(&corp, &["tree", "--members", "--format", "html"]);
    std::fs::write(corp.path("tree.html"), tree).unwrap();
    for (width, height) in SIZES {
        let mut page = page(width, height);
        page.open_file(&corp.path("tree.html")).unwrap();
        works(&mut page);
        let all = shown(&page);
        search(&page, "#search", "李四");
        holds(
            &page,
            "Array.from(document.querySelectorAll('.found .name')).some((name) => name.textContent.includes('李四'))",
        );
        assert!(shown(&page) < all, "the search hides the others");
        page.press("Enter").unwrap();
        holds(&page, "document.activeElement.matches('.found')");
        search(&page, "#search", "nothing has this text");
        assert_eq!(shown(&page), 0);
        assert_eq!(page.overflow().unwrap(), 0, "while nothing is found");
        assert_eq!((page.requests().len(), page.complaints().len()), (0, 0));
    }
}

#[test]
fn a_request_and_an_exception_of_a_page_are_seen() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bad.html");
    let wide = "<p style=\"width: 2000px\">x</p>";
    std::fs::write(
        &path,
        format!("<meta charset=utf-8><img src=missing.png>{wide}<script>nothing()</script>"),
    )
    .unwrap();
    let mut page = page(390, 844);
    page.open_file(&path).unwrap();
    assert_eq!(page.requests().len(), 1, "{:?}", page.requests());
    assert!(page.complaints().iter().any(|text| text.contains("nothing is not defined")));
    assert!(page.overflow().unwrap() > 1000);
}
