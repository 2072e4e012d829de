//! A tab: what a person does in it, and what it shows and sends.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex},
};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use crate::pipe::{Pipe, locked};

/// Greatest width of a phone.
const PHONE: u32 = 600;
/// Time limit of [`Page::wait_for`], below that of a reply of the browser.
const PATIENCE_MS: u32 = 20_000;

/// A tab of the browser.
#[derive(Debug)]
pub struct Page {
    pipe: Arc<Mutex<Pipe>>,
    session: String,
    /// Requests since the tab was opened, without those of [`Page::open_file`].
    requests: Vec<String>,
    complaints: Vec<String>,
}

impl Page {
    pub(crate) fn open(pipe: Arc<Mutex<Pipe>>, width: u32, height: u32) -> io::Result<Self> {
        let session = {
            let mut pipe = locked(&pipe);
            let target = pipe.call(None, "Target.createTarget", json!({"url": "about:blank"}))?;
            let attach = json!({"targetId": target["targetId"], "flatten": true});
            pipe.call(None, "Target.attachToTarget", attach)?
        };
        let session = session["sessionId"].as_str().unwrap_or_default().to_owned();
        let page = Self { pipe, session, requests: Vec::new(), complaints: Vec::new() };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            page.call(&format!("{domain}.enable"), json!({}))?;
        }
        page.call("Page.setLifecycleEventsEnabled", json!({"enabled": true}))?;
        // A tab behind another one would count as hidden, and its timers would be slow.
        page.call("Emulation.setFocusEmulationEnabled", json!({"enabled": true}))?;
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width <= PHONE});
        page.call("Emulation.setDeviceMetricsOverride", size)?;
        Ok(page)
    }

    /// Opens a file, and waits until it is loaded with everything that it names.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be opened.
    pub fn open_file(&mut self, path: &Path) -> io::Result<()> {
        let path = path.canonicalize()?;
        let url =
            format!("file://{}", path.to_str().ok_or_else(|| io::Error::other("the path is no UTF-8"))?);
        self.open_url(&url)
    }

    /// Opens a URL, and waits until it is loaded with everything that it names.
    ///
    /// # Errors
    ///
    /// Returns an error if it cannot be loaded.
    pub fn open_url(&mut self, url: &str) -> io::Result<()> {
        self.record();
        let answer = self.call("Page.navigate", json!({"url": url}))?;
        if let Some(error) = answer["errorText"].as_str() {
            return Err(io::Error::other(format!("{url}: {error}")));
        }
        locked(&self.pipe).wait_for_load(&self.session, &answer["loaderId"])?;
        self.record();
        if let Some(own) = self.requests.iter().position(|request| request == url) {
            self.requests.remove(own);
        }
        Ok(())
    }

    /// Returns the value of a JavaScript expression.
    ///
    /// # Errors
    ///
    /// Returns an error if the expression throws.
    pub fn evaluate(&self, expression: &str) -> io::Result<Value> {
        let question = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut answer = self.call("Runtime.evaluate", question)?;
        match answer.get("exceptionDetails") {
            Some(exception) => Err(io::Error::other(format!("{expression}: {exception}"))),
            None => Ok(answer["result"]["value"].take()),
        }
    }

    /// Waits until a JavaScript expression is true. An expression that throws counts as false.
    ///
    /// # Errors
    ///
    /// Returns an error with the last exception and the text of the page if the expression is not true in time.
    pub fn wait_for(&self, expression: &str) -> io::Result<()> {
        let result = self.evaluate(&format!(
            "new Promise((done) => {{ const until = performance.now() + {PATIENCE_MS}; const look = () => {{ \
             let thrown = ''; \
             try {{ if ({expression}) return done(null); }} catch (error) {{ thrown = `${{error}}`; }} \
             if (performance.now() > until) done(`${{thrown}} ${{document.body.innerText}}`); else setTimeout(look, 10); }}; \
             look(); }})"
        ))?;
        match result.as_str() {
            Some(page) => Err(io::Error::other(format!("{expression} did not become true: {page}"))),
            None => Ok(()),
        }
    }

    /// Sets the languages that the browser prefers, such as `zh-CN`. The next page that is opened sees them.
    ///
    /// # Errors
    ///
    /// Returns an error if the browser does not answer.
    pub fn prefer_languages(&self, languages: &str) -> io::Result<()> {
        let agent = self.evaluate("navigator.userAgent")?;
        let preference = json!({"userAgent": agent, "acceptLanguage": languages});
        self.call("Emulation.setUserAgentOverride", preference).map(drop)
    }

    /// Clicks the middle of the first element that fits the selector. It must be visible.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such element.
    pub fn click(&self, selector: &str) -> io::Result<()> {
        let selector = Value::from(selector);
        let place = self.evaluate(&format!(
            "(() => {{ const one = document.querySelector({selector}); one.scrollIntoView({{block: 'center'}}); \
             const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }})()"
        ))?;
        for kind in ["mousePressed", "mouseReleased"] {
            let event =
                json!({"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", event)?;
        }
        Ok(())
    }

    /// Types a text into the element with the focus.
    ///
    /// # Errors
    ///
    /// Returns an error if the browser does not answer.
    pub fn type_text(&self, text: &str) -> io::Result<()> {
        self.call("Input.insertText", json!({"text": text})).map(drop)
    }

    /// Presses a key by its name in JavaScript, such as `ArrowDown`, `Enter` or `Tab`.
    ///
    /// # Errors
    ///
    /// Returns an error if the browser does not answer.
    pub fn press(&self, key: &str) -> io::Result<()> {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            " " => 32,
            "End" => 35,
            "Home" => 36,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            _ => 0,
        };
        for kind in ["rawKeyDown", "keyUp"] {
            let event = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code});
            self.call("Input.dispatchKeyEvent", event)?;
        }
        Ok(())
    }

    /// Returns how many CSS pixels the content is wider than the window. More than 0 needs a horizontal scroll bar.
    ///
    /// # Errors
    ///
    /// Returns an error if the browser does not answer.
    pub fn overflow(&self) -> io::Result<i64> {
        let wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        Ok(self.evaluate(wider)?.as_i64().unwrap_or(i64::MAX))
    }

    /// Returns a picture of the window, as PNG.
    ///
    /// # Errors
    ///
    /// Returns an error if the browser does not answer.
    pub fn picture(&self) -> io::Result<Vec<u8>> {
        let answer = self.call("Page.captureScreenshot", json!({"format": "png"}))?;
        BASE64_STANDARD.decode(answer["data"].as_str().unwrap_or_default()).map_err(io::Error::other)
    }

    /// Returns the URLs that the page asked for, except those that the test opened.
    pub fn requests(&mut self) -> &[String] {
        self.record();
        &self.requests
    }

    /// Returns the exceptions of the page, and the warnings and errors of its console.
    pub fn complaints(&mut self) -> &[String] {
        self.record();
        &self.complaints
    }

    /// Takes over the events that were received.
    fn record(&mut self) {
        for event in locked(&self.pipe).events(&self.session) {
            let params = &event["params"];
            match event["method"].as_str().unwrap_or_default() {
                "Network.requestWillBeSent" => {
                    self.requests.push(params["request"]["url"].as_str().unwrap_or_default().to_owned());
                }
                "Runtime.exceptionThrown" => self.complaints.push(params["exceptionDetails"].to_string()),
                "Runtime.consoleAPICalled" if params["type"] == "error" || params["type"] == "warning" => {
                    self.complaints.push(params["args"].to_string());
                }
                "Log.entryAdded" => self.complaints.push(params["entry"].to_string()),
                _ => {}
            }
        }
    }

    fn call(&self, method: &str, params: Value) -> io::Result<Value> {
        locked(&self.pipe).call(Some(&self.session), method, params)
    }
}
