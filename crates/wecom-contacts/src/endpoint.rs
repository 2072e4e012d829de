//! An endpoint as a type: the request and its reply.

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Error, ErrorKind, Result,
    envelope::{self, Failure},
};

/// A request type. Its fields form the query (GET) or the JSON body (POST).
///
/// The SDK's own endpoints are the rows of [`endpoints`](crate::endpoints). To call another endpoint of WeCom, implement
/// this trait for a custom type and send it with [`Client::send`](crate::Client::send):
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use wecom_contacts::{AgentId, Budget, Call, Endpoint, Limits};
///
/// #[derive(Serialize)]
/// struct GetApp {
///     agentid: AgentId,
/// }
///
/// #[derive(Deserialize)]
/// struct App {
///     name: String,
/// }
///
/// impl Endpoint for GetApp {
///     const CALL: Call = Call::get("agent/get");
///     type Reply = App;
/// }
///
/// # fn example() -> wecom_contacts::Result<()> {
/// // The type of the request identifies the endpoint.
/// let budget = Budget::builder().endpoint_of::<GetApp>(Limits::published().at_once(4)).build()?;
/// # Ok(())
/// # }
/// ```
pub trait Endpoint: Serialize {
    /// The method and path of the call.
    const CALL: Call;
    /// The type of a successful reply.
    type Reply: DeserializeOwned + Send + 'static;

    /// Decodes a recorded reply in the same way as the client, for fixtures and tests.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Refused`] for an `errcode` other than 0, [`ErrorKind::Malformed`] for any other invalid reply.
    fn decode(body: &[u8]) -> Result<Self::Reply> {
        match envelope::open(body) {
            Ok(opened) => Ok(opened.reply),
            Err(Failure::Refused { errcode, errmsg }) => {
                Err(Error::refused(Self::CALL.path, errcode, errmsg))
            }
            Err(Failure::Malformed(error)) => Err(Error::new(Self::CALL.path, ErrorKind::Malformed(error))),
        }
    }
}

/// The method of a call and its path below `cgi-bin/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) repeatable: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Method {
    Get,
    Post,
}

impl Call {
    /// Creates a GET that only reads and is repeatable. For a GET that changes data, add [`Call::once`].
    pub const fn get(path: &'static str) -> Self {
        Self { method: Method::Get, path, repeatable: true }
    }

    /// Creates a POST. For a POST that only reads, add [`Call::repeatable`].
    pub const fn post(path: &'static str) -> Self {
        Self { method: Method::Post, path, repeatable: false }
    }

    /// Marks a POST that changes nothing: sending it twice has the same effect as sending it once.
    pub const fn repeatable(self) -> Self {
        Self { repeatable: true, ..self }
    }

    /// Marks a GET that changes data, such as `user/delete`. It is not repeated blindly.
    pub const fn once(self) -> Self {
        Self { repeatable: false, ..self }
    }

    /// Returns the path below `cgi-bin/`, such as `user/get`.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Returns whether the call is a GET, whose fields form its query. Otherwise it is a POST, whose fields form its JSON
    /// body.
    pub const fn is_get(&self) -> bool {
        matches!(self.method, Method::Get)
    }

    /// Returns whether sending the call twice has the same effect as sending it once.
    pub const fn is_repeatable(&self) -> bool {
        self.repeatable
    }
}
