//! Faults of calls: their kinds, their endpoints and their callers.

use std::{fmt, str::FromStr, time::Duration};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::counting::When;

/// A rule for calls of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CallRule {
    /// The endpoint below `/cgi-bin/` (`user/get`), a chapter (`user/*`) or all endpoints (`*`).
    pub path: String,
    /// Limits the rule to calls with this secret. Defaults to all callers. A call without a valid token has no
    /// caller, except that `gettoken` with a correct secret has that secret as its caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<FaultCaller>,
    /// The matching calls that the rule applies to. Defaults to all.
    #[serde(default)]
    pub when: When,
    /// The fault.
    pub fault: Fault,
}

impl CallRule {
    /// Creates a rule for every call of an endpoint (`user/get`), a chapter (`user/*`) or all endpoints (`*`).
    pub fn new(path: impl Into<String>, fault: Fault) -> Self {
        Self { path: path.into(), caller: None, when: When::ALWAYS, fault }
    }

    /// Limits the rule to some of the calls.
    #[must_use]
    pub fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    /// Limits the rule to calls with this secret.
    #[must_use]
    pub fn caller(mut self, caller: FaultCaller) -> Self {
        self.caller = Some(caller);
        self
    }

    pub(super) fn is_about(&self, path: &str) -> bool {
        match self.path.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => self.path == path,
        }
    }

    /// Checks the rule. `endpoints` is the list of all endpoints.
    pub(crate) fn check(&self, endpoints: &[&str]) -> Result<(), String> {
        let chapter = self.path.strip_suffix('*').is_none_or(|rest| rest.is_empty() || rest.ends_with('/'));
        if !chapter || !endpoints.iter().any(|path| self.is_about(path)) {
            return Err(format!(
                "unknown endpoint `{}`; use `*`, a chapter such as `user/*`, or one of {}",
                self.path,
                endpoints.join(", ")
            ));
        }
        self.when.check()?;
        self.fault.check()?;
        if matches!(self.fault, Fault::Parallel(_)) && self.when != When::ALWAYS {
            return Err("`parallel` applies to every call and takes no `when`".into());
        }
        Ok(())
    }
}

/// A caller. The JSON form is that of the request log: `"contacts"`, `"app 1000002"`, `"shared app 1000002"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum FaultCaller {
    /// The contacts-sync secret (通讯录同步).
    Contacts,
    /// An app (自建应用) with this agentid.
    App(u32),
    /// A shared app with this agentid, called by the upper corp.
    SharedApp(u32),
}

impl fmt::Display for FaultCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contacts => f.write_str("contacts"),
            Self::App(agent_id) => write!(f, "app {agent_id}"),
            Self::SharedApp(agent_id) => write!(f, "shared app {agent_id}"),
        }
    }
}

impl FromStr for FaultCaller {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let unknown = || {
            format!("unknown caller `{text}`; it must be `contacts`, `app 1000002` or `shared app 1000002`")
        };
        let agent_id = |text: &str| text.parse().map_err(|_| unknown());
        match (text, text.strip_prefix("app "), text.strip_prefix("shared app ")) {
            ("contacts", ..) => Ok(Self::Contacts),
            (_, Some(id), _) => agent_id(id).map(Self::App),
            (_, _, Some(id)) => agent_id(id).map(Self::SharedApp),
            _ => Err(unknown()),
        }
    }
}

impl TryFrom<String> for FaultCaller {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<FaultCaller> for String {
    fn from(caller: FaultCaller) -> Self {
        caller.to_string()
    }
}

/// A fault of a call.
///
/// In JSON an object with one key: `{"errcode": -1}`, `{"latency": {"ms": 500}}`, `{"reset": "after"}`, `{"truncate":
/// {"bytes": 10}}`, `{"page": {"status": 502}}`, `{"kill_token": 42001}`, `{"close": {"seconds": 60}}`, `{"parallel":
/// 5}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// Refuses the call with this errcode before all other checks, including that of the token.
    Errcode(i32),
    /// Delays the call in real time, because client timeouts are real. The call continues after its client hangs up.
    Latency {
        /// Milliseconds, at most ten minutes.
        ms: u64,
        /// Whether the delay is before or after the execution.
        #[serde(default)]
        at: Moment,
    },
    /// Resets the connection (RST) instead of a reply.
    Reset(Moment),
    /// Executes the call and sends the head and the first bytes of the body; then the connection is closed.
    Truncate {
        /// Number of bytes of the body that are sent. If the body is shorter, it is sent whole before the connection
        /// is closed.
        bytes: u64,
        /// Sends the body in chunks (`Transfer-Encoding: chunked`) without a Content-Length. The size line of a chunk
        /// counts as bytes of the body.
        #[serde(default)]
        chunked: bool,
    },
    /// Replies with an HTML page and a status, as a gateway between the client and WeCom does.
    Page {
        /// The HTTP status, 400 to 599.
        status: u16,
        /// Whether the call is lost before its execution, or only its reply is lost.
        #[serde(default)]
        at: Moment,
    },
    /// Makes the token of the call invalid early. The call is refused, and `gettoken` returns a new token. The rule
    /// ignores calls without a valid token.
    KillToken(TokenDeath),
    /// Closes the endpoint to the corp. This call and the following ones get 45009, for this time on the virtual
    /// clock.
    Close {
        /// WeCom closes for 60 or 3600 seconds.
        seconds: u32,
    },
    /// Limits the number of calls that run at the same time for one endpoint and corp; further calls get 45033. This
    /// limit has no [`When`]. A call runs from its arrival until its reply, including its latency.
    Parallel(u32),
}

/// Whether a fault applies before or after the execution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before the execution, so the call has no effect.
    #[default]
    Before,
    /// After the execution, so the changes of the call remain.
    After,
}

/// The errcode of calls with a killed token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "i32", into = "i32")]
#[non_exhaustive]
pub enum TokenDeath {
    /// 40014, as for an unknown token.
    Unknown,
    /// 42001, as for an expired token.
    Expired,
}

impl TryFrom<i32> for TokenDeath {
    type Error = String;

    fn try_from(code: i32) -> Result<Self, String> {
        match code {
            40014 => Ok(Self::Unknown),
            42001 => Ok(Self::Expired),
            _ => Err(format!("invalid errcode {code} for a token; it must be 40014 or 42001")),
        }
    }
}

impl From<TokenDeath> for i32 {
    fn from(death: TokenDeath) -> Self {
        match death {
            TokenDeath::Unknown => 40014,
            TokenDeath::Expired => 42001,
        }
    }
}

/// Maximum latency.
const LONGEST_LATENCY: Duration = Duration::from_secs(600);

impl Fault {
    /// Returns a fault that refuses the call with an errcode, without execution.
    pub fn errcode(code: i32) -> Self {
        Self::Errcode(code)
    }

    /// Returns a fault that delays the execution by this real time.
    pub fn late(by: Duration) -> Self {
        Self::Latency { ms: millis(by), at: Moment::Before }
    }

    /// Returns a fault that executes at once and delays the reply by this real time.
    pub fn late_answer(by: Duration) -> Self {
        Self::Latency { ms: millis(by), at: Moment::After }
    }

    /// Returns a fault that resets the connection without execution.
    pub fn reset_before() -> Self {
        Self::Reset(Moment::Before)
    }

    /// Returns a fault that executes the call, then resets the connection.
    pub fn reset_after() -> Self {
        Self::Reset(Moment::After)
    }

    /// Returns a fault that executes the call and sends only the first bytes of the body, fewer than its
    /// Content-Length.
    pub fn truncated(bytes: u64) -> Self {
        Self::Truncate { bytes, chunked: false }
    }

    /// Returns a fault that executes the call and sends only the first bytes of the body, in chunks without the last
    /// one.
    pub fn truncated_chunks(bytes: u64) -> Self {
        Self::Truncate { bytes, chunked: true }
    }

    /// Returns a fault that replies with a gateway page and this HTTP status (400–599), without execution.
    pub fn page(status: u16) -> Self {
        Self::Page { status, at: Moment::Before }
    }

    /// Returns a fault that executes the call, then replies with a gateway page and this HTTP status (400–599).
    pub fn page_after(status: u16) -> Self {
        Self::Page { status, at: Moment::After }
    }

    /// Returns a fault that makes the token invalid early.
    pub fn kill_token(death: TokenDeath) -> Self {
        Self::KillToken(death)
    }

    /// Returns a fault that closes the endpoint to the corp with 45009, for whole seconds of the virtual clock. WeCom
    /// closes for 60 or 3600 seconds.
    pub fn close(time: Duration) -> Self {
        Self::Close { seconds: u32::try_from(time.as_secs()).unwrap_or(u32::MAX) }
    }

    /// Returns a fault that allows `limit` calls at a time; further calls get 45033.
    pub fn parallel(limit: u32) -> Self {
        Self::Parallel(limit)
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Self::Errcode(0) => Err("errcode 0 means success; use another code".into()),
            Self::Latency { ms, .. } if u128::from(*ms) > LONGEST_LATENCY.as_millis() => {
                Err(format!("a latency must be at most {} ms, not {ms}", LONGEST_LATENCY.as_millis()))
            }
            Self::Page { status, .. } if !(400..600).contains(status) => {
                Err(format!("the status of a page must be 400 to 599, not {status}"))
            }
            _ => Ok(()),
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
