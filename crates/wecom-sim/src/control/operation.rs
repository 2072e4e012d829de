//! One endpoint of the control surface: its route, its handler and its description.
//!
//! A handler gets a [`Call`] and returns a reply. The types of the call's parts and of the reply are also the source
//! of the schemas, so the document cannot differ from what the handler reads and returns.

use std::{
    borrow::Cow,
    sync::{Arc, Weak},
};

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request, State},
    response::{IntoResponse, Redirect, Response},
    routing::{self, MethodFilter, MethodRouter},
};
use http::{StatusCode, header};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use super::{
    input::{Input, Refused, StrictQuery},
    schemas::Schemas,
};
use crate::{corps::Corps, shared::Shared};

/// One endpoint.
pub(crate) struct Operation {
    /// In lower case, as OpenAPI spells it.
    pub(crate) method: &'static str,
    /// The whole path, with parameters in braces.
    pub(crate) path: Cow<'static, str>,
    pub(crate) id: Cow<'static, str>,
    pub(crate) summary: &'static str,
    /// Returns the OpenAPI object of the operation.
    pub(crate) describe: fn(&mut Schemas) -> Description,
    pub(crate) serve: MethodRouter<Arc<Shared>>,
}

/// The parts of an operation that come from its types.
pub(crate) struct Description {
    pub(crate) parameters: Vec<Value>,
    pub(crate) body: Option<Value>,
    pub(crate) status: u16,
    pub(crate) reply: Value,
}

/// The decoded request of an operation.
pub(crate) struct Call<P = (), Q = (), B = ()> {
    pub(crate) shared: Arc<Shared>,
    pub(crate) corps: Weak<Corps>,
    pub(crate) path: P,
    pub(crate) query: Q,
    pub(crate) body: B,
}

impl<P: PathInput, Q: QueryInput, B: BodyInput> Call<P, Q, B> {
    async fn read(shared: Arc<Shared>, request: Request) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        let corps = parts.extensions.get::<Weak<Corps>>().cloned().unwrap_or_default();
        let path = RawPathParams::from_request_parts(&mut parts, &()).await.map_err(Refused::bad)?;
        let path = P::parse(path.iter().next().map_or("", |(_, value)| value))?;
        let query = Q::read(&mut parts).await?;
        let body = B::read(Request::from_parts(parts, body)).await?;
        Ok(Self { shared, corps, path, query, body })
    }
}

impl Operation {
    pub(crate) fn get<P, Q, R, F>(
        path: impl Into<Cow<'static, str>>,
        id: impl Into<Cow<'static, str>>,
        summary: &'static str,
        handler: F,
    ) -> Self
    where
        P: PathInput,
        Q: QueryInput,
        R: Reply,
        F: AsyncHandler<Call<P, Q, ()>, R>,
    {
        Self::new("get", MethodFilter::GET, path.into(), id.into(), summary, handler)
    }

    pub(crate) fn post<P, Q, B, R, F>(
        path: impl Into<Cow<'static, str>>,
        id: impl Into<Cow<'static, str>>,
        summary: &'static str,
        handler: F,
    ) -> Self
    where
        P: PathInput,
        Q: QueryInput,
        B: BodyInput,
        R: Reply,
        F: AsyncHandler<Call<P, Q, B>, R>,
    {
        Self::new("post", MethodFilter::POST, path.into(), id.into(), summary, handler)
    }

    pub(crate) fn put<B, R, F>(
        path: &'static str,
        id: &'static str,
        summary: &'static str,
        handler: F,
    ) -> Self
    where
        B: BodyInput,
        R: Reply,
        F: AsyncHandler<Call<(), (), B>, R>,
    {
        Self::new("put", MethodFilter::PUT, path.into(), id.into(), summary, handler)
    }

    pub(crate) fn delete<P, R, F>(
        path: &'static str,
        id: &'static str,
        summary: &'static str,
        handler: F,
    ) -> Self
    where
        P: PathInput,
        R: Reply,
        F: AsyncHandler<Call<P>, R>,
    {
        Self::new("delete", MethodFilter::DELETE, path.into(), id.into(), summary, handler)
    }

    fn new<P, Q, B, R, F>(
        method: &'static str,
        filter: MethodFilter,
        path: Cow<'static, str>,
        id: Cow<'static, str>,
        summary: &'static str,
        handler: F,
    ) -> Self
    where
        P: PathInput,
        Q: QueryInput,
        B: BodyInput,
        R: Reply,
        F: AsyncHandler<Call<P, Q, B>, R>,
    {
        let serve =
            routing::on(filter, move |State(shared): State<Arc<Shared>>, request: Request| async move {
                let answered = match Call::read(shared, request).await {
                    Ok(call) => handler.handle(call).await,
                    Err(refused) => Err(refused),
                };
                answered.map_or_else(IntoResponse::into_response, Reply::respond)
            });
        Self { method, path, id, summary, describe: describe::<P, Q, B, R>, serve }
    }
}

fn describe<P: PathInput, Q: QueryInput, B: BodyInput, R: Reply>(schemas: &mut Schemas) -> Description {
    let mut parameters: Vec<Value> = P::describe(schemas).into_iter().collect();
    parameters.extend(Q::describe(schemas));
    let reply = match R::content(schemas) {
        Some((media_type, schema)) => json!({"content": {media_type: {"schema": schema}}}),
        None => json!({}),
    };
    Description { parameters, body: B::describe(schemas), status: R::STATUS, reply }
}

/// Runs long work outside the threads of the server.
pub(crate) async fn in_background<T: Send + 'static>(
    shared: &Arc<Shared>,
    work: impl FnOnce(&Shared) -> T + Send + 'static,
) -> Result<T, Refused> {
    let shared = Arc::clone(shared);
    tokio::task::spawn_blocking(move || work(&shared))
        .await
        .map_err(|error| Refused::new(StatusCode::INTERNAL_SERVER_ERROR, error))
}

/// A function from a call to a reply.
pub(crate) trait AsyncHandler<C, R>: Clone + Send + Sync + 'static {
    fn handle(self, call: C) -> impl Future<Output = Result<R, Refused>> + Send;
}

impl<F, C, R, T> AsyncHandler<C, R> for F
where
    F: FnOnce(C) -> T + Clone + Send + Sync + 'static,
    T: Future<Output = Result<R, Refused>> + Send,
{
    fn handle(self, call: C) -> impl Future<Output = Result<R, Refused>> + Send {
        self(call)
    }
}

/// The parameter of a path, at most one.
pub(crate) trait PathInput: Sized + Send + 'static {
    fn parse(text: &str) -> Result<Self, Refused>;
    fn describe(schemas: &mut Schemas) -> Option<Value>;
}

impl PathInput for () {
    fn parse(_text: &str) -> Result<Self, Refused> {
        Ok(())
    }

    fn describe(_schemas: &mut Schemas) -> Option<Value> {
        None
    }
}

/// The query.
pub(crate) trait QueryInput: Sized + Send + 'static {
    fn read(parts: &mut http::request::Parts) -> impl Future<Output = Result<Self, Refused>> + Send;
    fn describe(schemas: &mut Schemas) -> Vec<Value>;
}

/// The query is ignored.
impl QueryInput for () {
    async fn read(_parts: &mut http::request::Parts) -> Result<Self, Refused> {
        Ok(())
    }

    fn describe(_schemas: &mut Schemas) -> Vec<Value> {
        Vec::new()
    }
}

impl<T: DeserializeOwned + JsonSchema + Send + 'static> QueryInput for StrictQuery<T> {
    async fn read(parts: &mut http::request::Parts) -> Result<Self, Refused> {
        Self::from_request_parts(parts, &()).await
    }

    fn describe(schemas: &mut Schemas) -> Vec<Value> {
        schemas.query::<T>()
    }
}

/// The body.
pub(crate) trait BodyInput: Sized + Send + 'static {
    fn read(request: Request) -> impl Future<Output = Result<Self, Refused>> + Send;
    fn describe(schemas: &mut Schemas) -> Option<Value>;
}

/// The body is ignored.
impl BodyInput for () {
    async fn read(_request: Request) -> Result<Self, Refused> {
        Ok(())
    }

    fn describe(_schemas: &mut Schemas) -> Option<Value> {
        None
    }
}

impl<T: DeserializeOwned + JsonSchema + Send + 'static, const LIMIT: usize> BodyInput for Input<T, LIMIT> {
    async fn read(request: Request) -> Result<Self, Refused> {
        Self::from_request(request, &()).await
    }

    fn describe(schemas: &mut Schemas) -> Option<Value> {
        // An absent body counts as `{}`.
        let required = serde_json::from_str::<T>("{}").is_err();
        let schema = schemas.request::<T>();
        Some(json!({"required": required, "content": {"application/json": {"schema": schema}}}))
    }
}

/// The successful reply of an operation.
pub(crate) trait Reply: 'static {
    const STATUS: u16 = 200;

    /// Returns the media type and the schema of the body, if there is a body.
    fn content(schemas: &mut Schemas) -> Option<(&'static str, Value)>;
    fn respond(self) -> Response;
}

impl<T: Serialize + JsonSchema + 'static> Reply for Json<T> {
    fn content(schemas: &mut Schemas) -> Option<(&'static str, Value)> {
        Some(("application/json", schemas.reply::<T>()))
    }

    fn respond(self) -> Response {
        // A cached reply would show an old state.
        ([(header::CACHE_CONTROL, "no-store")], self).into_response()
    }
}

impl Reply for Redirect {
    const STATUS: u16 = 308;

    fn content(_schemas: &mut Schemas) -> Option<(&'static str, Value)> {
        None
    }

    fn respond(self) -> Response {
        self.into_response()
    }
}
