//! The clock: this machine's against the server's. WeCom signs callbacks with its own time, and tokens end by it.

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use reqwest::header::DATE;

use super::{diagnosis::Diagnosis, network, report::Report};
use crate::{access::Access, messages::doctor as messages};

/// A difference up to this has no effect.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

/// Asks the server for its time. The request needs no token; its answer is not looked at.
pub(super) async fn check(access: &Access, report: &mut Report) {
    let connection = match access.connection() {
        Ok(connection) => connection,
        Err(failure) => return report.add(Diagnosis::failed("clock", &failure)),
    };
    let answer = connection.http.get(format!("{}/cgi-bin/getcallbackip", connection.base_url)).send().await;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => return network::add(&connection, &error.without_url(), report).await,
    };
    let date = answer.headers().get(DATE).and_then(|date| date.to_str().ok());
    let Some(theirs) = date.and_then(|date| rfc2822::parse(date).ok()) else {
        return report.add(Diagnosis::not_tested("clock", messages::server_gives_no_time()));
    };
    let ahead = Timestamp::now().duration_since(theirs.timestamp());
    report.add(if ahead.abs() <= TOLERANCE {
        Diagnosis::ok("clock", messages::clock_is_right())
    } else {
        Diagnosis::problem("clock", messages::clock_is_off(ahead)).remedy(messages::set_the_clock())
    });
}
