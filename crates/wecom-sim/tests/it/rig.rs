//! A client without opinions: it sends what a test says and returns what came back.

use reqwest::{Client, Response};
use serde_json::Value;
use wecom_sim::{Sim, SimBuilder};

/// A simulator and who calls it.
pub(crate) struct Rig {
    pub(crate) sim: Sim,
    http: Client,
}

/// Whose token a call carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Contacts,
    App,
}

impl Rig {
    pub(crate) async fn new() -> Self {
        Self::with(Sim::builder()).await
    }

    pub(crate) async fn with(builder: SimBuilder) -> Self {
        // Whoever comes first in the process installs one; any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            sim: builder.start().await.unwrap(),
            http: Client::builder().no_proxy().build().unwrap(),
        }
    }

    pub(crate) async fn token(&self, by: By) -> String {
        let secret = match by {
            By::Contacts => self.sim.contacts_secret(),
            By::App => self.sim.app_secret(),
        };
        let query = format!("corpid={}&corpsecret={secret}", self.sim.corp_id());
        let url = format!("{}/cgi-bin/gettoken?{query}", self.sim.url());
        let reply = json(self.http.get(url).send().await.unwrap()).await;
        reply["access_token"].as_str().unwrap().to_owned()
    }

    /// `path` may hold a query.
    pub(crate) async fn url(&self, by: By, path: &str) -> String {
        let joint = if path.contains('?') { '&' } else { '?' };
        format!(
            "{}/cgi-bin/{path}{joint}access_token={}",
            self.sim.url(),
            self.token(by).await
        )
    }

    pub(crate) async fn get(&self, by: By, path: &str) -> Value {
        json(self.get_raw(&self.url(by, path).await, &[]).await).await
    }

    pub(crate) async fn post(&self, by: By, path: &str, body: &Value) -> Value {
        let url = self.url(by, path).await;
        json(self.http.post(url).body(body.to_string()).send().await.unwrap()).await
    }

    pub(crate) async fn get_raw(&self, url: &str, headers: &[(&'static str, &str)]) -> Response {
        let mut request = self.http.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// Sends a form as it stands; its boundary is `b0undary`.
    pub(crate) async fn post_form(&self, by: By, path: &str, form: Vec<u8>) -> Value {
        let url = self.url(by, path).await;
        let request = self
            .http
            .post(url)
            .header("Content-Type", "multipart/form-data; boundary=b0undary")
            .body(form);
        json(request.send().await.unwrap()).await
    }

    /// Uploads a file the usual way.
    pub(crate) async fn upload(&self, kind: &str, name: &str, bytes: &[u8]) -> Value {
        let disposition = format!("form-data; name=\"media\"; filename=\"{name}\"");
        self.post_form(
            By::Contacts,
            &format!("media/upload?type={kind}"),
            form(&disposition, bytes),
        )
        .await
    }
}

/// A form of one part.
pub(crate) fn form(disposition: &str, bytes: &[u8]) -> Vec<u8> {
    let mut form = format!(
        "--b0undary\r\nContent-Disposition: {disposition}\r\nContent-Type: application/octet-stream\r\n\r\n"
    )
    .into_bytes();
    form.extend_from_slice(bytes);
    form.extend_from_slice(b"\r\n--b0undary--\r\n");
    form
}

pub(crate) async fn json(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}
