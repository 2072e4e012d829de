//! A minimal client. It sends what a test specifies and returns the answer.

use std::time::Duration;

use md5::{Digest, Md5};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use wecom_cipher::decrypt_file;
use wecom_sim::{Sim, SimBuilder};

/// A simulator and its clients.
pub(crate) struct Rig {
    pub(crate) sim: Sim,
    http: Client,
}

/// The owner of a call's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Contacts,
    App,
    /// The owner of this secret.
    Secret(&'static str),
}

impl Rig {
    pub(crate) async fn new() -> Self {
        Self::with(Sim::builder()).await
    }

    /// Starts a rig with the permissions from before 2022, so that tests can read every field.
    pub(crate) async fn legacy() -> Self {
        Self::with(Sim::builder().legacy(true)).await
    }

    pub(crate) async fn with(builder: SimBuilder) -> Self {
        // Another part of the process may have installed a provider; every provider works.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { sim: builder.start().await.unwrap(), http: Client::builder().no_proxy().build().unwrap() }
    }

    /// Adds a corp to the server.
    pub(crate) async fn add_corp(&self, corp: SimBuilder) -> Self {
        Self { sim: self.sim.add_corp(corp).await.unwrap(), http: self.http.clone() }
    }

    pub(crate) async fn token(&self, by: By) -> String {
        let secret = match by {
            By::Contacts => self.sim.contacts_secret(),
            By::App => self.sim.app_secret(),
            By::Secret(secret) => secret,
        };
        let query = format!("corpid={}&corpsecret={secret}", self.sim.corp_id());
        let url = format!("{}/cgi-bin/gettoken?{query}", self.sim.url());
        let reply = read(self.http.get(url).send().await.unwrap()).await;
        reply["access_token"].as_str().unwrap().to_owned()
    }

    /// Returns the URL of a call; `path` can include a query.
    pub(crate) async fn url(&self, by: By, path: &str) -> String {
        let joint = if path.contains('?') { '&' } else { '?' };
        format!("{}/cgi-bin/{path}{joint}access_token={}", self.sim.url(), self.token(by).await)
    }

    pub(crate) async fn get(&self, by: By, path: &str) -> Value {
        read(self.get_raw(&self.url(by, path).await, &[]).await).await
    }

    pub(crate) async fn post(&self, by: By, path: &str, body: &Value) -> Value {
        let url = self.url(by, path).await;
        read(self.http.post(url).body(body.to_string()).send().await.unwrap()).await
    }

    /// Posts to a complete URL that includes its token.
    pub(crate) async fn post_url(&self, url: &str, body: &Value) -> Value {
        read(self.http.post(url).body(body.to_string()).send().await.unwrap()).await
    }

    /// Sends an unchanged body.
    pub(crate) async fn post_text(&self, by: By, path: &str, body: &str) -> Value {
        let url = self.url(by, path).await;
        read(self.http.post(url).body(body.to_owned()).send().await.unwrap()).await
    }

    /// Sends a request to a path under `/_sim/`.
    pub(crate) async fn tell(&self, method: Method, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.sim.control_url());
        let request = self.http.request(method, url).header("Content-Type", "application/json");
        read(request.body(body.to_string()).send().await.unwrap()).await
    }

    pub(crate) async fn set(&self, path: &str, body: &Value) {
        let told = self.tell(Method::PUT, path, body).await;
        assert!(told.get("error").is_none(), "{told}");
    }

    pub(crate) async fn get_raw(&self, url: &str, headers: &[(&'static str, &str)]) -> Response {
        let mut request = self.http.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// Sends an unchanged form; its boundary is `b0undary`.
    pub(crate) async fn post_form(&self, by: By, path: &str, form: Vec<u8>) -> Value {
        let url = self.url(by, path).await;
        let request =
            self.http.post(url).header("Content-Type", "multipart/form-data; boundary=b0undary").body(form);
        read(request.send().await.unwrap()).await
    }

    /// Sends a body with a content type.
    pub(crate) async fn post_typed(&self, by: By, path: &str, content_type: &str, body: &[u8]) -> Value {
        let url = self.url(by, path).await;
        let request = self.http.post(url).header("Content-Type", content_type).body(body.to_vec());
        read(request.send().await.unwrap()).await
    }

    /// Uploads a file as usual clients do.
    pub(crate) async fn upload(&self, kind: &str, name: &str, bytes: &[u8]) -> Value {
        let disposition = format!("form-data; name=\"media\"; filename=\"{name}\"");
        self.post_form(By::Contacts, &format!("media/upload?type={kind}"), form(&disposition, bytes)).await
    }
}

/// The key of the official samples.
pub(crate) const KEY: &str = "IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2";

/// Longer than the duration of every job.
pub(crate) const JOB: Duration = Duration::from_secs(1);

impl Rig {
    /// Uploads a CSV, imports it and advances until the job is done. Returns its id and the reply of
    /// `batch/getresult`.
    pub(crate) async fn import(&self, call: &str, csv: &[u8]) -> (String, Value) {
        let id = self.submit_import(call, csv).await;
        self.sim.advance(JOB);
        let result = self.import_result(&id).await;
        (id, result)
    }

    pub(crate) async fn submit_import(&self, call: &str, csv: &[u8]) -> String {
        let media = self.upload("file", "import.csv", csv).await;
        let reply = self.post(By::Contacts, call, &json!({"media_id": media["media_id"]})).await;
        assert_eq!(reply["errcode"], 0, "{reply}");
        reply["jobid"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn import_result(&self, id: &str) -> Value {
        self.get(By::Contacts, &format!("batch/getresult?jobid={id}")).await
    }

    /// Exports, advances until the job is done, downloads and decrypts. Returns one document for each file.
    pub(crate) async fn export(&self, by: By, call: &str, body: Value) -> Vec<Value> {
        let reply = self.post(by, call, &body).await;
        assert_eq!(reply["errcode"], 0, "{reply}");
        self.sim.advance(JOB);
        let id = reply["jobid"].as_str().unwrap();
        let result = self.get(by, &format!("export/get_result?jobid={id}")).await;
        assert_eq!(result["status"], 2, "{result}");
        let mut documents = Vec::new();
        for file in result["data_list"].as_array().unwrap() {
            let bytes = self.get_raw(file["url"].as_str().unwrap(), &[]).await;
            let bytes = bytes.bytes().await.unwrap();
            assert_eq!(file["size"], bytes.len());
            let digest = wecom_cipher::hex(Md5::digest(&bytes));
            assert_eq!(file["md5"], digest);
            let plain = decrypt_file(&KEY.parse().unwrap(), &bytes).unwrap();
            documents.push(serde_json::from_slice(&plain).unwrap());
        }
        documents
    }

    /// Returns every member with all fields in order of creation; needs [`Rig::legacy`].
    pub(crate) async fn members(&self) -> Vec<Value> {
        let body = json!({"encoding_aeskey": KEY});
        self.export(By::App, "export/user", body).await[0]["userlist"].as_array().unwrap().clone()
    }

    pub(crate) async fn member(&self, userid: &str) -> Option<Value> {
        self.members().await.into_iter().find(|member| member["userid"] == userid)
    }

    /// Returns every department as `(id, name, parent, order)`.
    pub(crate) async fn departments(&self) -> Vec<(u64, String, u64, u64)> {
        let body = json!({"encoding_aeskey": KEY});
        let documents = self.export(By::App, "export/department", body).await;
        let rows = documents[0]["department"].as_array().unwrap();
        let mut rows: Vec<_> = rows
            .iter()
            .map(|row| {
                let number = |key: &str| row[key].as_u64().unwrap();
                let name = row["name"].as_str().unwrap().to_owned();
                (number("id"), name, number("parentid"), number("order"))
            })
            .collect();
        rows.sort();
        rows
    }
}

/// The control surface.
impl Rig {
    /// Reads a path under `/_sim/`.
    pub(crate) async fn look(&self, path: &str) -> Value {
        read(self.get_raw(&format!("{}{path}", self.sim.control_url()), &[]).await).await
    }

    /// Posts below `/_sim/`; the HTTP status and the answer.
    /// Does an action of the console, as it is spelled over HTTP.
    pub(crate) async fn act(&self, action: &str, body: Value) -> Value {
        let (status, reply) = self.control(&format!("console/{action}"), &body).await;
        assert_eq!(status, 200, "{action}: {reply}");
        reply
    }

    /// Sends any request to a path with its leading slash, and returns the status and the body.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
        body: Vec<u8>,
    ) -> (u16, Vec<u8>) {
        let mut request = self.http.request(method, format!("{}{path}", self.sim.url())).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
    }

    pub(crate) async fn control(&self, path: &str, body: &Value) -> (u16, Value) {
        self.control_raw(path, &body.to_string()).await
    }

    pub(crate) async fn control_raw(&self, path: &str, body: &str) -> (u16, Value) {
        let url = format!("{}{path}", self.sim.control_url());
        let response = self.http.post(url).body(body.to_owned()).send().await.unwrap();
        (response.status().as_u16(), read(response).await)
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}{path}", self.sim.control_url());
        let response = self.http.put(url).body(body.to_string()).send().await.unwrap();
        (response.status().as_u16(), read(response).await)
    }
}

/// Returns a form with one part.
pub(crate) fn form(disposition: &str, bytes: &[u8]) -> Vec<u8> {
    let mut form = format!(
        "--b0undary\r\nContent-Disposition: {disposition}\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    form.extend_from_slice(bytes);
    form.extend_from_slice(b"\r\n--b0undary--\r\n");
    form
}

pub(crate) async fn read(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// Asserts the errcode of a reply.
#[track_caller]
pub(crate) fn expect(code: i64, reply: &Value) {
    assert_eq!(reply["errcode"], code, "{reply}");
}
