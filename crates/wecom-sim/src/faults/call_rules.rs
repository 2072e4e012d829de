//! Faults of calls: what can go wrong with one, where, and for whom.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use super::counting::When;

/// A rule about calls of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CallRule {
    /// The endpoint below `/cgi-bin/` (`user/get`), a chapter (`user/*`), or all (`*`).
    pub path: String,
    /// Only calls of this secret; by default of any. A call without a live token has no caller, but `gettoken` with a
    /// right secret is that secret's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<FaultCaller>,
    /// To which of the calls it applies; by default to all.
    #[serde(default)]
    pub when: When,
    /// What happens to them.
    pub fault: Fault,
}

impl CallRule {
    /// A rule for every call of an endpoint (`user/get`), of a chapter (`user/*`), or of all (`*`).
    pub fn new(path: impl Into<String>, fault: Fault) -> Self {
        Self { path: path.into(), caller: None, when: When::ALWAYS, fault }
    }

    /// Applies to some of the calls only.
    #[must_use]
    pub fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    /// Applies to calls of this secret only.
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

    /// `endpoints` are all that there are.
    pub(crate) fn check(&self, endpoints: &[&str]) -> Result<(), String> {
        let chapter = self.path.strip_suffix('*').is_none_or(|rest| rest.is_empty() || rest.ends_with('/'));
        if !chapter || !endpoints.iter().any(|path| self.is_about(path)) {
            return Err(format!(
                "no endpoint is named `{}`; there are `*`, a chapter such as `user/*`, and {}",
                self.path,
                endpoints.join(", ")
            ));
        }
        self.when.check()?;
        self.fault.check()?;
        if matches!(self.fault, Fault::Parallel(_)) && self.when != When::ALWAYS {
            return Err("`parallel` is a standing limit and takes no `when`".into());
        }
        Ok(())
    }
}

/// Whose calls a rule is about. In JSON as the request log names callers: `"contacts"`, `"app 1000002"`, `"shared app 1000002"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum FaultCaller {
    /// The contacts-sync secret (通讯录同步).
    Contacts,
    /// An app (自建应用), by its agentid.
    App(u32),
    /// An app in the hands of the upper corp that shared it, by its agentid.
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
            format!("`{text}` is no caller; a caller is `contacts`, `app 1000002` or `shared app 1000002`")
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

/// What goes wrong with a call.
///
/// In JSON an object of one key: `{"errcode": -1}`, `{"latency": {"ms": 500}}`, `{"reset": "after"}`,
/// `{"truncate": {"bytes": 10}}`, `{"page": {"status": 502}}`, `{"kill_token": 42001}`, `{"close": {"seconds": 60}}`,
/// `{"parallel": 5}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// Refused with this errcode before anything is looked at, the token included.
    Errcode(i32),
    /// Takes longer, in real time, as the time-outs of clients are real. A client that hangs up meanwhile does not stop the call.
    Latency {
        /// Milliseconds, at most ten minutes.
        ms: u64,
        /// Whether the call waits before it is executed, or its answer afterwards.
        #[serde(default)]
        at: Moment,
    },
    /// The connection is reset (RST) in place of an answer.
    Reset(Moment),
    /// The call is executed; of its answer come the head and the first bytes of the body, then the connection is closed.
    Truncate {
        /// How many bytes of the body come; fewer than the body has, or it comes whole and the connection is closed.
        bytes: u64,
        /// Without a Content-Length, in chunks (`Transfer-Encoding: chunked`); the size of a chunk counts as bytes of the body.
        #[serde(default)]
        chunked: bool,
    },
    /// A page of HTML with a status, as a gateway between the client and WeCom answers.
    Page {
        /// The HTTP status, 400 to 599.
        status: u16,
        /// Whether the call does not get through, or only its answer is lost.
        #[serde(default)]
        at: Moment,
    },
    /// The token that the call carries dies early: the call is refused, and `gettoken` gives a new one. Calls without a live
    /// token are left alone, and not counted.
    KillToken(TokenDeath),
    /// The endpoint is closed to the corp: this call and those that follow answer 45009, for so long on the virtual clock.
    Close {
        /// WeCom closes for 60 or 3600 seconds.
        seconds: u32,
    },
    /// More calls than this of one endpoint and corp at a time answer 45033. A standing limit, without a [`When`]; a call is
    /// under way from its arrival until its answer, its latency included.
    Parallel(u32),
}

/// On which side of the execution a fault applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before the call is executed, so that nothing has happened.
    #[default]
    Before,
    /// After it was executed, so that whatever it changes has changed.
    After,
}

/// What the calls with a killed token are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
#[non_exhaustive]
pub enum TokenDeath {
    /// 40014, as if the token had never been.
    Unknown,
    /// 42001, as if its time were up.
    Expired,
}

impl TryFrom<i32> for TokenDeath {
    type Error = String;

    fn try_from(code: i32) -> Result<Self, String> {
        match code {
            40014 => Ok(Self::Unknown),
            42001 => Ok(Self::Expired),
            _ => Err(format!("{code} is not what a dead token is told; it is 40014 or 42001")),
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

/// A call that takes longer than this is no call any more.
const LONGEST_LATENCY: Duration = Duration::from_secs(600);

impl Fault {
    /// Refused with an errcode, not executed.
    pub fn errcode(code: i32) -> Self {
        Self::Errcode(code)
    }

    /// Executed later, by so much real time.
    pub fn late(by: Duration) -> Self {
        Self::Latency { ms: millis(by), at: Moment::Before }
    }

    /// Executed at once, answered later by so much real time.
    pub fn late_answer(by: Duration) -> Self {
        Self::Latency { ms: millis(by), at: Moment::After }
    }

    /// The connection is reset, and nothing was executed.
    pub fn reset_before() -> Self {
        Self::Reset(Moment::Before)
    }

    /// Executed, then the connection is reset.
    pub fn reset_after() -> Self {
        Self::Reset(Moment::After)
    }

    /// Executed; only the first bytes of the answer's body come, fewer than its Content-Length says.
    pub fn truncated(bytes: u64) -> Self {
        Self::Truncate { bytes, chunked: false }
    }

    /// Executed; only the first bytes of the answer's body come, in chunks of which the last is missing.
    pub fn truncated_chunks(bytes: u64) -> Self {
        Self::Truncate { bytes, chunked: true }
    }

    /// A gateway's page with this HTTP status (400–599), and nothing was executed.
    pub fn page(status: u16) -> Self {
        Self::Page { status, at: Moment::Before }
    }

    /// Executed, then a gateway's page with this HTTP status (400–599) in place of the answer.
    pub fn page_after(status: u16) -> Self {
        Self::Page { status, at: Moment::After }
    }

    /// The call's token dies early.
    pub fn kill_token(death: TokenDeath) -> Self {
        Self::KillToken(death)
    }

    /// Closes the endpoint to the corp with 45009 for whole seconds of the virtual clock; WeCom's are 60 and 3600.
    pub fn close(time: Duration) -> Self {
        Self::Close { seconds: u32::try_from(time.as_secs()).unwrap_or(u32::MAX) }
    }

    /// At most `limit` calls at a time; 45033 for the others.
    pub fn parallel(limit: u32) -> Self {
        Self::Parallel(limit)
    }

    fn check(&self) -> Result<(), String> {
        match self {
            Self::Errcode(0) => Err("errcode 0 is a success, no fault".into()),
            Self::Latency { ms, .. } if u128::from(*ms) > LONGEST_LATENCY.as_millis() => {
                Err(format!("a latency of {ms} ms is more than {} ms", LONGEST_LATENCY.as_millis()))
            }
            Self::Page { status, .. } if !(400..600).contains(status) => {
                Err(format!("the status of a page is 400 to 599, not {status}"))
            }
            _ => Ok(()),
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
