//! The page of the simulator, over HTTP and in a real browser on a phone and on a desktop.

use std::sync::{LazyLock, Mutex, PoisonError};

use headless_browser::{Browser, Page};
use reqwest::Method;
use serde_json::json;
use wecom_sim::Sim;

use crate::{
    listener::{KEY, Listener, TOKEN},
    rig::{By, Rig},
};

/// Width and height of a phone and of a desktop, in CSS pixels.
const SIZES: [(u32, u32); 2] = [(390, 844), (1280, 800)];
/// A name that becomes markup if the page does not escape it.
const MARKUP: &str = "<img src=x onerror=document.title='markup'>";
const PARTS: [&str; 8] =
    ["people", "tree", "connect", "requests", "deliveries", "faults", "console", "clock"];

/// Opens a tab of a browser that all tests share.
fn tab(width: u32, height: u32) -> Page {
    static BROWSER: LazyLock<Mutex<Browser>> =
        LazyLock::new(|| Mutex::new(Browser::start().unwrap_or_else(|error| panic!("{error}"))));
    let browser = BROWSER.lock().unwrap_or_else(PoisonError::into_inner);
    browser.page(width, height).unwrap()
}

/// Opens the page of a simulator in English or Chinese, and waits until it shows the contacts.
fn open(sim: &Sim, (width, height): (u32, u32), language: &str) -> Page {
    let mut page = tab(width, height);
    page.prefer_languages(language).unwrap();
    page.open_url(&format!("{}/", sim.url())).unwrap();
    wait(&page, "document.documentElement.dataset.ready === 'true'");
    page
}

#[track_caller]
fn wait(page: &Page, expression: &str) {
    page.wait_for(expression).unwrap_or_else(|error| panic!("{error}"));
}

/// Opens a part of the page by its tab, and waits until it has read what it shows. Before, its buttons may still move.
#[track_caller]
fn turn_to(page: &Page, part: &str) {
    page.click(&format!("#tab-{part}")).unwrap();
    wait(page, &format!("!document.getElementById('panel-{part}').hidden"));
    wait(page, &format!("document.getElementById('panel-{part}').dataset.built === 'true'"));
}

/// Clicks and waits until the page says that the action is done. The note of the action before would say so too early.
#[track_caller]
fn act(page: &Page, selector: &str) {
    page.evaluate("document.querySelector('#note').textContent = ''").unwrap();
    page.click(selector).unwrap();
    wait(page, "document.querySelector('#note').textContent === 'Done.'");
}

/// Types into a field.
#[track_caller]
fn enter(page: &Page, selector: &str, text: &str) {
    page.click(selector).unwrap();
    page.type_text(text).unwrap();
}

/// Selects an option of a selection.
#[track_caller]
fn select(page: &Page, selector: &str, value: &str) {
    page.evaluate(&format!(
        "(() => {{ const one = document.querySelector({}); one.value = {}; one.dispatchEvent(new Event('change')); }})()",
        json!(selector),
        json!(value)
    ))
    .unwrap();
}

#[tokio::test]
async fn a_browser_is_led_to_the_page_and_other_clients_are_not() {
    let rig = Rig::new().await;
    let url = format!("{}/", rig.sim.url());
    let led = rig.get_raw(&url, &[("Accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")]).await;
    assert_eq!((led.status().as_u16(), led.url().path()), (200, "/_sim/"));
    assert!(led.text().await.unwrap().contains("<title>wecom-sim</title>"));
    for headers in [&[][..], &[("Accept", "*/*")], &[("Accept", "application/json")]] {
        let other = rig.get_raw(&url, headers).await;
        assert_eq!((other.status().as_u16(), other.url().path()), (404, "/"), "{headers:?}");
    }
    let html = [("Accept", "text/html")];
    let (status, _) = rig.send(Method::HEAD, "/", &html, Vec::new()).await;
    assert_eq!(status, 200, "a HEAD is led as a GET is");
    let (status, _) = rig.send(Method::POST, "/", &html, Vec::new()).await;
    assert_eq!(status, 404, "a POST is not led");
}

#[tokio::test]
async fn the_page_has_a_strict_policy_and_no_address_of_another_host() {
    let rig = Rig::new().await;
    let html = rig.get_raw(&format!("{}/_sim/", rig.sim.url()), &[]).await.text().await.unwrap();
    assert!(!html.contains("<style") && !html.contains("onclick"), "{html}");
    for path in ["", "page/main.js", "page/dom.js", "page/style.css", "page/words.json"] {
        let reply = rig.get_raw(&format!("{}/_sim/{path}", rig.sim.url()), &[]).await;
        assert_eq!(reply.status(), 200, "{path}");
        let policy = reply.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(reply.headers()["x-content-type-options"], "nosniff");
        let text = reply.text().await.unwrap();
        assert!(!text.contains("http://") && !text.contains("https://"), "{path}");
        assert!(!text.contains("innerHTML") && !text.contains("insertAdjacentHTML"), "{path}");
    }
    let missing = rig.get_raw(&format!("{}/_sim/page/..%2findex.html", rig.sim.url()), &[]).await;
    assert_eq!(missing.status(), 404);
}

#[tokio::test]
async fn the_secrets_are_those_that_work() {
    let key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
    let rig = Rig::with(Sim::builder().callback("http://127.0.0.1:9/hook", "t0ken", key)).await;
    let secrets = rig.look("secrets").await;
    assert_eq!(secrets["corp_id"], rig.sim.corp_id());
    assert_eq!(secrets["contacts_secret"], rig.sim.contacts_secret());
    assert_eq!(secrets["apps"][0]["secret"], rig.sim.app_secret());
    let target =
        json!({"to": "contacts", "url": "http://127.0.0.1:9/hook", "token": "t0ken", "encodingaeskey": key});
    assert_eq!(secrets["callbacks"], json!([target]));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_are_searched_and_filtered_and_shown_with_all_fields() {
    let sim = Sim::start().await;
    let page = open(&sim, SIZES[1], "en-GB");
    wait(&page, "document.querySelectorAll('#people-list tr[data-userid]').length === 7");
    enter(&page, "#people-search", "wang");
    wait(&page, "document.querySelectorAll('#people-list tr[data-userid]').length === 1");
    page.click("tr[data-userid=wangwu] button").unwrap();
    wait(&page, "document.querySelector('dialog[open]').innerText.includes('13800000003')");
    wait(&page, "document.querySelector('dialog[open]').innerText.includes('研发部 / 后端组 (3) · leads')");
    page.press("Escape").unwrap();
    wait(&page, "document.querySelector('dialog') === null");
    page.evaluate("document.querySelector('#people-search').value = ''").unwrap();
    enter(&page, "#people-search", "8");
    select(&page, "#people-department", "2");
    wait(&page, "document.querySelectorAll('#people-list tr[data-userid]').length === 4");
    select(&page, "#people-status", "4");
    wait(&page, "document.querySelector('#people-list tr[data-userid]').dataset.userid === 'wujiu'");
    turn_to(&page, "tree");
    let backend = "document.querySelector('li[data-department=\"3\"]').innerText";
    wait(&page, &format!("{backend}.startsWith('后端组 3 · 3')"));
    wait(
        &page,
        "document.querySelector('li[data-department=\"1\"]').innerText.includes('1 direct, 7 in all')",
    );
    page.click("li[data-department='4'] button").unwrap();
    wait(&page, "document.querySelectorAll('#people-list tr[data-userid]').length === 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_created_by_the_form_and_calls_appear_in_the_list() {
    let rig = Rig::new().await;
    let mut page = open(&rig.sim, SIZES[1], "en-GB");
    turn_to(&page, "console");
    enter(&page, "#console-form [name=name]", MARKUP);
    enter(&page, "#console-form [name=userid]", "qianyi");
    enter(&page, "#console-form [name=mobile]", "13800000201");
    enter(&page, "#console-form [name=department]", "2, 3");
    page.press("Enter").unwrap();
    page.click("#console-send").unwrap();
    wait(&page, "document.querySelector('#console-result').textContent.includes('qianyi')");
    assert_eq!(rig.sim.state().members, 8);
    turn_to(&page, "people");
    wait(
        &page,
        &format!("document.querySelector('tr[data-userid=qianyi] button').textContent === {}", json!(MARKUP)),
    );
    assert_eq!(page.evaluate("document.images.length").unwrap(), 0);
    // A refusal of the API is shown.
    turn_to(&page, "console");
    select(&page, "#console-action", "delete_department");
    enter(&page, "#console-form [name=id]", "2");
    page.click("#console-send").unwrap();
    wait(&page, "document.querySelector('#note.bad').textContent.includes('errcode 60005')");
    turn_to(&page, "requests");
    rig.get(By::App, "user/get?userid=lisi").await;
    rig.get(By::App, "user/get?userid=nobody").await;
    let rows = "document.querySelectorAll('#request-list tr[data-path=\"user/get\"]')";
    wait(&page, &format!("{rows}.length === 2 && {rows}[0].innerText.includes('60111')"));
    let reply = format!("{rows}[1].querySelector('details:last-child')");
    page.evaluate(&format!("{reply}.open = true")).unwrap();
    wait(&page, &format!("{reply}.innerText.includes('\"name\": \"李四\"')"));
    let token = "document.querySelector('#request-list tr[data-path=\"gettoken\"]').querySelector('details') === null";
    wait(&page, token);
    enter(&page, "#requests-errcode", "60111");
    wait(&page, "document.querySelectorAll('#request-list tr[data-path]').length === 1");
    enter(&page, "#requests-path", "department");
    wait(&page, "document.querySelectorAll('#request-list tr[data-path]').length === 0");
    assert_eq!(page.complaints().iter().filter(|one| !one.contains("422")).count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_rates_and_the_clock_are_switched() {
    let rig = Rig::new().await;
    let page = open(&rig.sim, SIZES[1], "en-GB");
    turn_to(&page, "faults");
    for index in 0..10 {
        page.click(&format!("#fault-{index}")).unwrap();
        wait(&page, &format!("document.querySelectorAll('#fault-rules tbody tr').length === {}", index + 1));
        wait(&page, &format!("document.querySelector('#fault-{index}').checked"));
    }
    page.click("#fault-4").unwrap();
    wait(&page, "document.querySelectorAll('#fault-rules tbody tr').length === 9");
    let rules = rig.look("faults").await;
    assert_eq!(
        (rules["calls"].as_array().unwrap().len(), rules["deliveries"].as_array().unwrap().len()),
        (5, 4)
    );
    page.click("#remove-rules").unwrap();
    wait(
        &page,
        "document.querySelector('#fault-rules table') === null && !document.querySelector('#fault-0').checked",
    );
    page.click("#add-rule").unwrap();
    wait(&page, "document.querySelectorAll('#fault-rules tbody tr').length === 1");
    assert_eq!(rig.get(By::App, "user/get?userid=lisi").await["errcode"], -1);
    page.click("#published-rates").unwrap();
    wait(&page, "document.querySelector('[name=corp_per_minute]').value === '10000'");
    assert_eq!(rig.look("rates").await["ip_per_hour"], 600_000);
    act(&page, "#choice-drop_leaders");
    assert_eq!(rig.look("choices").await["drop_leaders"], true);
    turn_to(&page, "clock");
    let before = rig.look("clock").await["now"].as_i64().unwrap();
    act(&page, "[data-advance='3600']");
    assert_eq!(rig.look("clock").await["now"], before + 3_600_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_part_fits_the_window_and_works_in_both_languages_and_by_keyboard() {
    for size in SIZES {
        let sim = Sim::builder().seed(300, 40, 7).start().await.unwrap();
        let mut page = open(&sim, size, "zh-CN");
        for language in ["zh-CN", "en"] {
            wait(&page, &format!("document.documentElement.lang === '{language}'"));
            for part in PARTS {
                turn_to(&page, part);
                assert_eq!(page.overflow().unwrap(), 0, "{part} {size:?} {language}");
            }
            page.click("#language").unwrap();
        }
        // The choice is remembered, and is stronger than the language of the browser.
        page.click("#language").unwrap();
        wait(&page, "document.documentElement.lang === 'en'");
        page.open_url(&format!("{}/_sim/", sim.url())).unwrap();
        wait(
            &page,
            "document.documentElement.dataset.ready === 'true' && document.documentElement.lang === 'en'",
        );
        page.evaluate("document.querySelector('#tab-people').focus()").unwrap();
        for (key, part) in [
            ("ArrowRight", "tree"),
            ("End", "clock"),
            ("ArrowRight", "people"),
            ("ArrowLeft", "clock"),
            ("Home", "people"),
        ] {
            page.press(key).unwrap();
            wait(
                &page,
                &format!(
                    "document.activeElement.id === 'tab-{part}' && !document.querySelector('#panel-{part}').hidden"
                ),
            );
        }
        let own = |request: &&String| request.starts_with(sim.url()) || request.starts_with("data:");
        assert!(page.requests().iter().all(|request| own(&request)), "{:?}", page.requests());
        assert_eq!(page.complaints(), [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_is_sent_again_by_its_button() {
    let listener = Listener::start("ww1234567890abcdef").await;
    let rig = Rig::with(Sim::builder().callback(&listener.url, TOKEN, KEY)).await;
    let page = open(&rig.sim, SIZES[0], "en-GB");
    turn_to(&page, "deliveries");
    rig.sim.console().delete_member("wujiu").await.unwrap();
    let shown = "document.querySelector('tr[data-event=\"change_contact/delete_user\"]')?.innerText ?? ''";
    wait(&page, &format!("({shown}).includes('delivered') && ({shown}).includes('1 × 200')"));
    page.click("[data-send='1/redeliver']").unwrap();
    wait(&page, &format!("({shown}).includes('2 × 200')"));
    page.click("[data-send='1/replay']").unwrap();
    wait(&page, &format!("({shown}).includes('3 × 200')"));
    assert_eq!(listener.received().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_for_each_library_has_the_values_of_this_simulator() {
    let rig = Rig::new().await;
    let page = open(&rig.sim, SIZES[1], "en-GB");
    turn_to(&page, "connect");
    let libraries =
        page.evaluate("Array.from(document.querySelector('#library').options, (one) => one.value)").unwrap();
    let libraries: Vec<String> = serde_json::from_value(libraries).unwrap();
    assert_eq!(
        libraries,
        ["curl", "wechatpy", "PowerWeChat", "go-workwx", "WxJava", "easywechat", "SKIT", "wecom-contacts"]
    );
    let app = format!("app {}", rig.sim.agent_id());
    for library in libraries {
        select(&page, "#library", &library);
        for (credential, secret) in [("contacts", rig.sim.contacts_secret()), (&*app, rig.sim.app_secret())] {
            select(&page, "#credential", credential);
            let code = page.evaluate("document.querySelector('#snippet').textContent").unwrap();
            let code = code.as_str().unwrap();
            for value in [rig.sim.url(), rig.sim.corp_id(), secret] {
                assert!(code.contains(value), "{library}: {value} is missing in {code}");
            }
            assert!(!code.contains("undefined") && !code.contains("qyapi"), "{code}");
        }
    }
}

/// Set to write the pictures instead of only checking them; `cargo xtask pictures` does this.
const WRITE: &str = "TXL_WRITE_PICTURES";

#[tokio::test(flavor = "multi_thread")]
async fn the_pictures_of_the_page_are_there_and_small() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/pictures");
    let rig = Rig::new().await;
    if std::env::var_os(WRITE).is_some() {
        std::fs::create_dir_all(directory).unwrap();
        rig.get(By::App, "user/get?userid=lisi").await;
        rig.post(By::Contacts, "user/update", &json!({"userid": "lisi", "position": "总监", "postion": "x"}))
            .await;
        rig.get(By::App, "user/get?userid=nobody").await;
    }
    for (language, tag) in [("en-GB", "en"), ("zh-CN", "zh")] {
        for size in SIZES {
            for part in ["people", "requests"] {
                let path = format!("{directory}/simulator-{part}-{tag}-{}.png", size.0);
                if std::env::var_os(WRITE).is_some() {
                    let page = open(&rig.sim, size, language);
                    turn_to(&page, part);
                    wait(&page, &format!("document.querySelector('#panel-{part} tbody tr') !== null"));
                    std::fs::write(&path, page.picture().unwrap()).unwrap();
                }
                let bytes = std::fs::metadata(&path).unwrap_or_else(|error| panic!("{path}: {error}")).len();
                assert!(bytes < 150_000, "{path} has {bytes} bytes");
            }
        }
    }
}
