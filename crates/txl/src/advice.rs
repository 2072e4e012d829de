//! What to try after an error of the SDK, in terms of the command's flags.

use wecom_contacts::{Error, ErrorKind, TransportFailure};

/// What to try next, if anything is known.
pub(crate) fn remedy(error: &Error) -> Option<&'static str> {
    if error.may_have_applied() {
        return error.remedy();
    }
    match error.kind() {
        ErrorKind::Transport { failure: TransportFailure::NoConnection, .. } => Some(
            "check the network, --base-url, --proxy, and the server's certificate (--ca-cert adds a company's own CA)",
        ),
        ErrorKind::Transport { failure: TransportFailure::Timeout, .. } => {
            Some("try again, or allow more time by --timeout")
        }
        ErrorKind::NotWeCom { .. } => Some("check --base-url and --proxy: this is not WeCom's answer"),
        ErrorKind::TooLarge { .. } => Some("ask for less at once"),
        ErrorKind::StillRunning { .. } => {
            Some("the job runs on: take it up again by its id, or wait longer by --at-most")
        }
        ErrorKind::Configuration(_) => Some("check --corp-id, --base-url, --proxy and --ca-cert"),
        _ => error.remedy(),
    }
}
