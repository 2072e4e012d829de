//! An endpoint as a value: what goes over the wire, and what comes back.

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Error, ErrorKind, Result,
    envelope::{self, Failure},
};

/// One call as a small value: its fields are the query (GET) or the JSON body (POST).
///
/// The SDK's own endpoints are the rows of [`endpoints`](crate::endpoints). An endpoint that WeCom has and the SDK lacks is
/// implemented for a type of your own, and [`Client::send`](crate::Client::send) sends it:
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
/// // Its limits are named by its type.
/// let budget = Budget::builder().endpoint_of::<GetApp>(Limits::published().at_once(4)).build()?;
/// # Ok(())
/// # }
/// ```
pub trait Endpoint: Serialize {
    /// Where the call goes and how.
    const CALL: Call;
    /// What a successful answer decodes into.
    type Reply: DeserializeOwned + Send + 'static;

    /// Decodes a recorded answer as the client does, for fixtures and tests.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Refused`] for an `errcode` other than 0, [`ErrorKind::Malformed`] for anything that is no such answer.
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

/// Where a call goes: its method and its path below `cgi-bin/`.
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
    /// A GET that reads, and so may be repeated freely. A GET that changes something says [`Call::once`].
    pub const fn get(path: &'static str) -> Self {
        Self { method: Method::Get, path, repeatable: true }
    }

    /// A POST; one that only reads says [`Call::repeatable`].
    pub const fn post(path: &'static str) -> Self {
        Self { method: Method::Post, path, repeatable: false }
    }

    /// Marks a POST that changes nothing: sending it twice is the same as once.
    pub const fn repeatable(self) -> Self {
        Self { repeatable: true, ..self }
    }

    /// Marks a GET that changes something (`user/delete` is one): it must not be sent twice blindly.
    pub const fn once(self) -> Self {
        Self { repeatable: false, ..self }
    }

    /// The path below `cgi-bin/`, such as `user/get`.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Whether the call is a GET, whose fields are its query; else they are the JSON body of a POST.
    pub const fn is_get(&self) -> bool {
        matches!(self.method, Method::Get)
    }

    /// Whether sending the call twice is the same as sending it once.
    pub const fn is_repeatable(&self) -> bool {
        self.repeatable
    }
}
