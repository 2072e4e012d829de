//! The fault rules of the scenario.

use std::time::Duration;

use wecom_sim::{CallRule, Fault, FaultRules, Moment, TokenDeath, When};

/// Twice the client's timeout.
const SLOW: Duration = Duration::from_millis(800);

/// Returns rules that apply each kind to one request in twenty, so that about half of all requests have a fault. The
/// kinds have different turns.
pub(super) fn every_kind() -> FaultRules {
    let kinds = [
        Fault::errcode(-1),
        Fault::errcode(45033),
        Fault::page(502),
        Fault::page_after(503),
        Fault::reset_before(),
        Fault::reset_after(),
        Fault::truncated(10),
        Fault::truncated_chunks(10),
        Fault::kill_token(TokenDeath::Expired),
        Fault::late(SLOW),
        Fault::late_answer(SLOW),
    ];
    let plan = kinds.into_iter().zip(0..).fold(FaultRules::new(), |plan, (fault, turn)| {
        plan.call(CallRule::new("*", fault).when(When::Every { k: 20, offset: turn }))
    });
    // This is the other error of an invalid token.
    plan.call(
        CallRule::new("*", Fault::kill_token(TokenDeath::Unknown)).when(When::Every { k: 20, offset: 19 }),
    )
}

/// Returns rules that close endpoints and limit parallel calls. `gettoken` stays open, because every call needs it.
pub(super) fn closures() -> FaultRules {
    let rules = ["user/*", "department/*"].into_iter().map(|path| {
        CallRule::new(path, Fault::close(Duration::from_secs(60))).when(When::Every { k: 20, offset: 0 })
    });
    let slow = CallRule::new("user/*", Fault::Latency { ms: 5, at: Moment::Before });
    rules.chain([CallRule::new("user/*", Fault::parallel(8)), slow]).fold(FaultRules::new(), FaultRules::call)
}
