//! What a check says: its state, the cause, the remedy and the page of the console.

use serde::Serialize;
use wecom_contacts::{Error, ErrorCode};

use crate::{
    access::Caller,
    failure::Failure,
    messages::{Message, doctor_words as words},
};

/// The state of what a check has looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// It is in order.
    Ok,
    /// It works with a limit that the user should know.
    Warning,
    /// Something does not work.
    Problem,
    /// It cannot be tested without a change of the corp, or what it needs was not given.
    NotTested,
}

impl State {
    /// The word for it in text.
    pub(super) fn word(self) -> Message {
        match self {
            Self::Ok => words::ok(),
            Self::Warning => words::warning(),
            Self::Problem => words::problem(),
            Self::NotTested => words::not_tested(),
        }
    }
}

/// A page of the console (管理后台).
#[derive(Clone, Copy, Debug)]
pub(super) enum Page {
    /// The corp id.
    Corp,
    /// Contacts-sync.
    ContactsSync,
    /// The app.
    App,
    /// The callback URL of contacts-sync.
    Callback,
}

impl Page {
    const fn path(self) -> &'static str {
        match self {
            Self::Corp => "管理后台 → 我的企业 → 企业信息",
            Self::ContactsSync => "管理后台 → 管理工具 → 通讯录同步",
            Self::App => "管理后台 → 应用管理 → 自建",
            Self::Callback => "管理后台 → 管理工具 → 通讯录同步 → 设置接收事件服务器",
        }
    }

    /// The page of a credential.
    pub(super) const fn of(caller: Caller) -> Self {
        match caller {
            Caller::Contacts => Self::ContactsSync,
            Caller::App => Self::App,
        }
    }
}

/// What a check says.
#[derive(Debug, Serialize)]
pub(super) struct Diagnosis {
    pub(super) check: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) credential: Option<&'static str>,
    pub(super) state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) errcode: Option<ErrorCode>,
    pub(super) message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remedy: Option<String>,
    /// The page of the console to open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) page: Option<&'static str>,
}

impl Diagnosis {
    fn new(check: &'static str, state: State, message: String) -> Self {
        Self { check, credential: None, state, errcode: None, message, remedy: None, page: None }
    }

    pub(super) fn ok(check: &'static str, message: Message) -> Self {
        Self::new(check, State::Ok, message.to_string())
    }

    pub(super) fn warning(check: &'static str, message: Message) -> Self {
        Self::new(check, State::Warning, message.to_string())
    }

    pub(super) fn problem(check: &'static str, message: Message) -> Self {
        Self::new(check, State::Problem, message.to_string())
    }

    pub(super) fn not_tested(check: &'static str, message: Message) -> Self {
        Self::new(check, State::NotTested, message.to_string())
    }

    /// A problem that another part of the command has found, with its causes.
    pub(super) fn failed(check: &'static str, failure: &Failure) -> Self {
        let mut message = failure.to_string();
        for cause in failure.causes() {
            if !message.contains(cause.as_str()) {
                message = format!("{message}: {cause}");
            }
        }
        let mut diagnosis = Self::new(check, State::Problem, message);
        diagnosis.remedy = failure.remedies().first().map(ToString::to_string);
        diagnosis
    }

    pub(super) fn of(mut self, caller: Caller) -> Self {
        self.credential = Some(name(caller));
        self
    }

    pub(super) fn code(mut self, error: &Error) -> Self {
        self.errcode = error.code();
        self
    }

    pub(super) fn remedy(mut self, remedy: Message) -> Self {
        self.remedy = Some(remedy.to_string());
        self
    }

    pub(super) fn page(mut self, page: Page) -> Self {
        self.page = Some(page.path());
        self
    }
}

/// The name of a credential in the report.
pub(super) const fn name(caller: Caller) -> &'static str {
    match caller {
        Caller::Contacts => "contacts-sync",
        Caller::App => "app",
    }
}
