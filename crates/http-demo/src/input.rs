//! The content of requests, as request types of the SDK: path, query and JSON body.
//!
//! Names and values are those of WeCom's pages. An unknown name is an error, so a typing mistake cannot silently omit a field.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Path, Request},
};
use bytes::Bytes;
use http::{StatusCode, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::failure::Failure;

/// Maximum size of a JSON body.
const JSON_LIMIT: usize = 1 << 20;
/// Maximum size of an uploaded file. WeCom takes at most 20 MB.
const FILE_LIMIT: usize = 20 << 20;
/// How long a JSON body may take to arrive.
const JSON_TIMEOUT: Duration = Duration::from_secs(30);
/// How long an uploaded file may take to arrive.
const FILE_TIMEOUT: Duration = Duration::from_secs(300);

/// The parameters of the path, typed.
#[derive(Debug)]
pub(crate) struct InPath<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(error) => Err(unreadable("path", "路径", error.body_text())),
        }
    }
}

/// The parameters of the query.
#[derive(Debug)]
pub(crate) struct InQuery(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for InQuery {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        match serde_urlencoded::from_str::<Vec<(String, String)>>(parts.uri.query().unwrap_or_default()) {
            Ok(pairs) => Ok(Self(pairs)),
            Err(error) => Err(unreadable("query", "查询参数", error)),
        }
    }
}

impl InQuery {
    /// Adds a parameter of the path. It replaces one of the query.
    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.0.retain(|(given, _)| given != name);
        self.0.push((name.into(), value.to_string()));
        self
    }

    /// Reads the request.
    pub(crate) fn read<E: Serialize + DeserializeOwned>(self) -> Result<E, Failure> {
        let request: E = serde_urlencoded::to_string(&self.0)
            .map_err(|error| unreadable("query", "查询参数", error))
            .and_then(|query| {
                serde_urlencoded::from_str(&query).map_err(|error| unreadable("query", "查询参数", error))
            })?;
        known(&request, self.0.iter().map(|(name, _)| name.as_str()))?;
        Ok(request)
    }
}

/// A JSON object.
#[derive(Debug)]
pub(crate) struct InBody {
    /// Parameters of the path.
    ids: Map<String, Value>,
    given: Map<String, Value>,
}

impl<S: Send + Sync> FromRequest<S> for InBody {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let bytes = read(request.into_body(), JSON_LIMIT, JSON_TIMEOUT).await?;
        let given = if bytes.is_empty() { Ok(Map::new()) } else { serde_json::from_slice(&bytes) };
        match given {
            Ok(given) => Ok(Self { ids: Map::new(), given }),
            Err(error) => Err(unreadable("JSON object in the body", "请求体中的 JSON 对象", error)),
        }
    }
}

impl InBody {
    /// Adds a parameter of the path. It replaces one of the body.
    pub(crate) fn with(mut self, name: &'static str, value: impl Serialize) -> Self {
        self.given.remove(name);
        self.ids.insert(name.into(), json!(value));
        self
    }

    /// Reads the request.
    pub(crate) fn read<E: Serialize + DeserializeOwned>(mut self) -> Result<E, Failure> {
        let names: Vec<String> = self.given.keys().cloned().collect();
        self.given.append(&mut self.ids);
        let request: E = serde_json::from_value(Value::Object(self.given))
            .map_err(|error| unreadable("body", "请求体", error))?;
        known(&request, names.iter().map(String::as_str))?;
        Ok(request)
    }

    /// Reads a partial update: an absent field stays, `null` or the type's empty value clears it.
    ///
    /// The SDK clears by the empty value alone, as WeCom does, so `null` is replaced by it here.
    pub(crate) fn read_patch<E>(mut self, is_clearable: impl Fn(&str) -> bool) -> Result<E, Failure>
    where
        E: Serialize + DeserializeOwned,
    {
        let nulls: Vec<String> =
            self.given.iter().filter(|(_, value)| value.is_null()).map(|(name, _)| name.clone()).collect();
        for name in nulls {
            let empty = is_clearable(&name).then(|| self.empty_value::<E>(&name)).flatten();
            let empty = empty.ok_or_else(|| {
                Failure::invalid(
                    (format!("`{name}` cannot be cleared"), format!("`{name}` 不能清空")),
                    ("leave the field out to keep its value", "如需保留原值，请不要传该字段"),
                )
            })?;
            self.given.insert(name, empty);
        }
        self.read()
    }

    /// The empty value that the field's type reads and writes.
    fn empty_value<E: Serialize + DeserializeOwned>(&self, name: &str) -> Option<Value> {
        [json!(""), json!([])].into_iter().find(|empty| {
            let mut form = self.ids.clone();
            form.insert(name.to_owned(), empty.clone());
            let form = serde_json::from_value::<E>(Value::Object(form)).and_then(serde_json::to_value);
            form.is_ok_and(|form| form.get(name).is_some())
        })
    }
}

/// The bytes of a file.
#[derive(Debug)]
pub(crate) struct FileBody(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for FileBody {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        read(request.into_body(), FILE_LIMIT, FILE_TIMEOUT).await.map(Self)
    }
}

async fn read(body: Body, limit: usize, max_wait: Duration) -> Result<Bytes, Failure> {
    match tokio::time::timeout(max_wait, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Failure::own(
            StatusCode::PAYLOAD_TOO_LARGE,
            "quota",
            (format!("the body is larger than {limit} bytes"), format!("请求体超过 {limit} 字节")),
            ("send less in one request", "请减少单次请求的数据量"),
        )),
        Ok(Err(_)) => {
            Err(Failure::invalid(("the body is incomplete", "请求体不完整"), ("send it again", "请重新发送")))
        }
        Err(_) => Err(Failure::own(
            StatusCode::REQUEST_TIMEOUT,
            "timeout",
            ("the body did not arrive in time", "接收请求体超时"),
            ("send it again", "请重新发送"),
        )),
    }
}

/// Refuses names that the request type does not have.
fn known<'a>(request: &impl Serialize, names: impl Iterator<Item = &'a str>) -> Result<(), Failure> {
    let written = serde_json::to_value(request).map_err(|error| unreadable("request", "请求", error))?;
    for name in names {
        if written.get(name).is_none() {
            return Err(Failure::invalid(
                (format!("`{name}` is not a parameter of this request"), format!("该请求没有参数 `{name}`")),
                (
                    "check the spelling; `GET /` links the page of each call",
                    "请检查拼写；`GET /` 列出各接口的官方文档",
                ),
            ));
        }
    }
    Ok(())
}

fn unreadable(english: &str, chinese: &str, error: impl ToString) -> Failure {
    let error = error.to_string();
    Failure::invalid(
        (format!("the {english} cannot be read: {error}"), format!("无法解析{chinese}：{error}")),
        (
            "use the parameters of WeCom's page; `GET /` links the page of each call",
            "请按企业微信文档填写参数；`GET /` 列出各接口的官方文档",
        ),
    )
}

#[cfg(test)]
mod tests {
    use wecom_contacts::{
        departments::UpdateDepartment,
        members::{ListMemberIds, MemberField, UpdateMember},
    };

    use super::*;

    fn update(body: Value) -> Result<Value, Failure> {
        let Value::Object(given) = body else { panic!("an object") };
        let body = InBody { ids: Map::new(), given }.with("userid", "zhangsan");
        let update: UpdateMember =
            body.read_patch(|name| MemberField::from_name(name).is_some_and(MemberField::is_clearable))?;
        Ok(serde_json::to_value(update).unwrap())
    }

    #[test]
    fn absent_null_and_empty_are_told_apart() {
        assert_eq!(update(json!({})).unwrap(), json!({"userid": "zhangsan"}));
        for cleared in
            [json!({"position": null, "direct_leader": null}), json!({"position": "", "direct_leader": []})]
        {
            assert_eq!(
                update(cleared).unwrap(),
                json!({"userid": "zhangsan", "position": "", "direct_leader": []})
            );
        }
        assert_eq!(
            update(json!({"biz_mail_alias": null})).unwrap(),
            json!({"userid": "zhangsan", "biz_mail_alias": {"item": []}})
        );
        assert_eq!(update(json!({"position": "经理"})).unwrap()["position"], "经理");
    }

    #[test]
    fn every_clearable_field_takes_null() {
        let clearable = MemberField::ALL.iter().filter(|field| field.is_clearable());
        for field in clearable {
            let sent = update(json!({field.name(): null})).unwrap();
            assert!(sent.get(field.name()).is_some(), "{sent}");
        }
    }

    #[test]
    fn what_cannot_be_cleared_or_is_unknown_is_refused() {
        for body in [
            json!({"name": null}),
            json!({"enable": null}),
            json!({"positon": "经理"}),
            json!({"positon": null}),
        ] {
            assert!(update(body.clone()).is_err(), "{body}");
        }
        let body = InBody { ids: Map::new(), given: Map::from_iter([("name_en".to_owned(), Value::Null)]) };
        let update: UpdateDepartment = body.with("id", 2).read_patch(|name| name == "name_en").unwrap();
        assert_eq!(serde_json::to_value(update).unwrap(), json!({"id": 2, "name_en": ""}));
    }

    #[test]
    fn a_query_is_typed() {
        let query = |text: &str| InQuery(serde_urlencoded::from_str(text).unwrap());
        assert_eq!(query("limit=50").read::<ListMemberIds>().unwrap().limit, Some(50));
        assert!(query("limit=many").read::<ListMemberIds>().is_err());
        assert!(query("limits=50").read::<ListMemberIds>().is_err());
    }
}
