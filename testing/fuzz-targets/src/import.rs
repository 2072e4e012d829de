//! Imports in the simulator: any form, any CSV, and a valid corp afterwards.

use std::{cell::OnceCell, collections::BTreeSet, time::Duration};

use bytes::Bytes;
use http::{Request, header::CONTENT_TYPE};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use wecom_contacts::UserId;
use wecom_sim::{Choices, Offline, Sim};

const BOUNDARY: &str = "b0undary";
/// The bits of the first byte.
const GBK: u8 = 4;
const RAW_FORM: u8 = 8;
const PATHS: [&str; 3] = ["batch/syncuser", "batch/replaceuser", "batch/replaceparty"];

/// Uploads and imports. The first byte selects the import, and whether the rest is a whole form or its file. An
/// import must end, report every row, and leave one tree of departments that contains every member. A second import
/// of the same file must keep the same members.
pub fn import(data: &[u8]) {
    let Some((flags, rest)) = data.split_first() else { return };
    thread_local! {
        static IMPORTERS: [OnceCell<Importer>; 2] = const { [OnceCell::new(), OnceCell::new()] };
    }
    IMPORTERS.with(|importers| {
        let gbk = flags & GBK != 0;
        let importer = importers[usize::from(gbk)].get_or_init(|| Importer::new(gbk));
        let path = PATHS[usize::from(flags & 3) % PATHS.len()];
        let form = if flags & RAW_FORM != 0 { rest.to_vec() } else { form(rest) };
        importer.run(path, form);
    });
}

/// Returns a seed that is a file.
pub(crate) fn file_seed(import: u8, file: &[u8]) -> Vec<u8> {
    [&[import], file].concat()
}

/// Returns a seed that is a whole form.
pub(crate) fn form_seed(import: u8, file: &[u8]) -> Vec<u8> {
    [&[import | RAW_FORM], &form(file)[..]].concat()
}

fn form(file: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.csv\"; filelength={}\r\n\
         Content-Type: text/csv\r\n\r\n",
        file.len()
    );
    [head.as_bytes(), file, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

/// A simulator that is reset for each input.
struct Importer {
    runtime: Runtime,
    sim: Offline,
}

impl Importer {
    fn new(gbk: bool) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime of one thread");
        let mut choices = Choices::default();
        (choices.gbk_imports, choices.fetch_child) = (gbk, true);
        let sim = Offline::new(Sim::builder().choices(choices)).expect("the defaults are valid");
        Self { runtime, sim }
    }

    fn run(&self, path: &str, form: Vec<u8>) {
        self.sim.reset().expect("the defaults are valid");
        let assistant = self.token("sim-contacts-secret");
        let app = self.token("sim-app-secret");
        let Some(media_id) = self.upload(&assistant, form) else { return };
        let submit = json!({"media_id": media_id, "to_invite": true});
        if !self.import(path, &assistant, &submit) {
            return;
        }
        let people = self.people(&app);
        if self.import(path, &assistant, &submit) {
            assert_eq!(self.people(&app), people, "a second import changes the members");
        }
    }

    fn token(&self, secret: &str) -> String {
        let reply = self.get(&format!("gettoken?corpid=ww1234567890abcdef&corpsecret={secret}"));
        reply["access_token"].as_str().expect("the secret is valid").to_owned()
    }

    fn upload(&self, token: &str, form: Vec<u8>) -> Option<String> {
        let reply = self.call(
            Request::post(format!("/cgi-bin/media/upload?access_token={token}&type=file"))
                .header(CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}")),
            form,
        );
        Some(reply["media_id"].as_str()?.to_owned())
    }

    /// Returns whether the file was accepted; then every row must have a result.
    fn import(&self, path: &str, token: &str, submit: &Value) -> bool {
        let request = Request::post(format!("/cgi-bin/{path}?access_token={token}"));
        let reply = self.call(request, submit.to_string().into_bytes());
        let job = reply["jobid"].as_str().expect("an uploaded file can be imported").to_owned();
        self.sim.advance(Duration::from_secs(1));
        let reply = self.get(&format!("batch/getresult?access_token={token}&jobid={job}"));
        if reply["errcode"] != 0 {
            return false;
        }
        assert_eq!((&reply["status"], &reply["percentage"]), (&json!(3), &json!(100)));
        let rows = reply["result"].as_array().expect("a finished import has rows");
        if path != "batch/replaceparty" {
            assert_eq!(reply["total"], rows.len(), "every row has a result");
        }
        true
    }

    /// Checks the whole corp and returns all userids.
    fn people(&self, app: &str) -> BTreeSet<UserId> {
        let reply = self.get(&format!("department/list?access_token={app}"));
        let departments = reply["department"].as_array().expect("a list");
        let ids: BTreeSet<u64> =
            departments.iter().filter_map(|department| department["id"].as_u64()).collect();
        assert_eq!(ids.len(), departments.len(), "a department is listed once");
        let parent = |id: u64| {
            let found = departments.iter().find(|department| department["id"] == id);
            found.and_then(|department| department["parentid"].as_u64()).expect("a parent")
        };
        for id in &ids {
            // The path upwards from every department must reach the root within the number of departments.
            let path = std::iter::successors(Some(*id), |id| Some(parent(*id)).filter(|id| *id != 0));
            assert_eq!(path.take(ids.len()).last(), Some(1), "department {id} does not lead to the root");
        }

        let reply = self.get(&format!("user/list?access_token={app}&department_id=1&fetch_child=1"));
        let members = reply["userlist"].as_array().expect("a list");
        let mut people = BTreeSet::new();
        for member in members {
            let userid = UserId::from(member["userid"].as_str().expect("a userid"));
            let places = member["department"].as_array().expect("a list");
            assert!(!places.is_empty(), "a member without a department");
            assert!(places.iter().all(|id| id.as_u64().is_some_and(|id| ids.contains(&id))));
            assert!(people.insert(userid), "a userid twice");
        }
        people
    }

    fn get(&self, path: &str) -> Value {
        self.call(Request::get(format!("/cgi-bin/{path}")), Vec::new())
    }

    fn call(&self, request: http::request::Builder, body: Vec<u8>) -> Value {
        let request = request.body(Bytes::from(body)).expect("a request of fixed parts");
        let answer = self.runtime.block_on(self.sim.call(request));
        serde_json::from_slice(&answer).expect("every answer is JSON")
    }
}
