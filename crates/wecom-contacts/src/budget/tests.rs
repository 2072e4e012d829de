//! Tests of the budget with paused time.

use std::{collections::HashSet, pin::pin, sync::Arc, thread, time::Duration};

use futures_util::{FutureExt, future::join_all};
use proptest::prelude::*;
use tokio::{
    sync::Mutex,
    time::{Instant, advance, sleep, timeout},
};

use super::{
    Budget, Limits,
    limiter::{CorpLimiter, EndpointLimiter},
    limits::{HOUR, MINUTE},
    rate::{Rate, RateLimiter},
};
use crate::{Call, CorpId, Endpoint, Error, ErrorKind, members::GetMember};

const SECOND: Duration = Duration::from_secs(1);

fn corp(budget: &Budget) -> Arc<CorpLimiter> {
    budget.corp("https://example.com/cgi-bin/", &CorpId::new("ww1"))
}

fn limiter(limits: Limits) -> Arc<EndpointLimiter> {
    Arc::clone(corp(&Budget::builder().each(limits).build().unwrap()).endpoint("user/get"))
}

fn refused() -> Error {
    Error::refused("user/get", 45009, "api freq out of limit")
}

/// Returns the maximum number of calls in any period of this length.
fn most_within(sent: &[Instant], window: Duration) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, at) in sent.iter().enumerate() {
        while *at - sent[first] >= window {
            first += 1;
        }
        most = most.max(last - first + 1);
    }
    most
}

#[tokio::test(start_paused = true)]
async fn twenty_five_thousand_calls_keep_the_minutes_limit_and_use_98_percent_of_it() {
    let limiter = limiter(Limits::published());
    let began = Instant::now();
    let sent = Arc::new(Mutex::new(Vec::new()));
    let callers = (0..250).map(|_| {
        let (limiter, sent) = (Arc::clone(&limiter), Arc::clone(&sent));
        tokio::spawn(async move {
            for _ in 0..100 {
                let permit = limiter.acquire(SECOND).await.unwrap();
                sent.lock().await.push(permit.sent());
                permit.record_outcome(None);
            }
        })
    });
    for caller in join_all(callers).await {
        caller.unwrap();
    }
    let mut sent = sent.lock().await.clone();
    sent.sort();
    assert_eq!(sent.len(), 25_000);
    assert!(most_within(&sent, MINUTE) <= 10_000, "{}", most_within(&sent, MINUTE));
    let rate = 25_000.0 / began.elapsed().as_secs_f64() * 60.0;
    assert!(rate >= 9_800.0, "{rate} a minute");
}

#[tokio::test(start_paused = true)]
async fn the_hours_limit_takes_over_from_the_minutes() {
    let limiter = limiter(Limits::unlimited().per_minute(100).per_hour(600));
    let mut sent = Vec::new();
    let began = Instant::now();
    while began.elapsed() < 2 * HOUR {
        sent.push(limiter.acquire(SECOND).await.unwrap().sent());
    }
    assert!(most_within(&sent, MINUTE) <= 100);
    assert!(most_within(&sent, HOUR) <= 600);
    assert!(sent.len() > 1_000, "{}", sent.len());
    let burst = sent.iter().filter(|at| **at - began < MINUTE).count();
    assert!(burst > 90, "{burst}");
}

proptest! {
    #[test]
    fn no_window_ever_holds_more_than_its_limit(
        minute in 1u32..300,
        hour in 1u32..1_000,
        pauses in prop::collection::vec(0u64..90_000, 1..300),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let limiter = limiter(Limits::unlimited().per_minute(minute).per_hour(hour));
            let mut sent = Vec::new();
            for pause in pauses {
                // Every third caller cancels, which must not benefit the callers behind it.
                if pause % 3 == 0 {
                    if let Ok(permit) = timeout(Duration::from_millis(pause / 7), limiter.acquire(SECOND)).await {
                        sent.push(permit.unwrap().sent());
                    }
                } else {
                    sent.push(limiter.acquire(SECOND).await.unwrap().sent());
                }
                if pause > 60_000 {
                    advance(Duration::from_millis(pause)).await;
                }
            }
            assert!(most_within(&sent, MINUTE) <= minute as usize);
            assert!(most_within(&sent, HOUR) <= hour as usize);
        });
    }
}

#[test]
fn a_rate_fills_its_limit_and_no_more() {
    for calls in [0, 1, 2, 5, 60, 199, 1_000, 10_000, 40_000, 5_000_000] {
        let minute = Rate::minute(calls);
        for (rate, window) in [(minute, MINUTE), (Rate::hour(calls), HOUR)] {
            // Number of calls in a period that begins with a full burst.
            let most = u128::from(rate.burst - 1) + window.as_nanos().div_ceil(rate.interval.as_nanos());
            assert!(most <= u128::from(calls.max(1)), "{calls}: {rate:?}");
            assert!(calls < 100 || most * 100 >= u128::from(calls) * 98, "{calls}: {rate:?}");
        }
    }
    let even = MINUTE.as_nanos() / Rate::minute(10_000).interval.as_nanos();
    assert!(even >= 9_800, "{even}");
}

#[tokio::test(start_paused = true)]
async fn an_idle_limit_saves_up_no_more_than_its_burst() {
    let rate = Rate::minute(10_000);
    let limits = RateLimiter::new([rate]);
    advance(HOUR).await;
    let at_once = (0..200).take_while(|_| limits.try_acquire(Instant::now()).is_ok()).count();
    assert_eq!(at_once, rate.burst as usize);
}

#[tokio::test(start_paused = true)]
async fn callers_pass_in_the_order_in_which_they_came() {
    let limiter = limiter(Limits::unlimited().per_minute(60));
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut callers = Vec::new();
    for number in 0..50 {
        let (task_limiter, task_order) = (Arc::clone(&limiter), Arc::clone(&order));
        callers.push(tokio::spawn(async move {
            let permit = task_limiter.acquire(SECOND).await.unwrap();
            task_order.lock().await.push(number);
            drop(permit);
        }));
        tokio::task::yield_now().await;
    }
    join_all(callers).await;
    assert_eq!(*order.lock().await, (0..50).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_new_caller_does_not_overtake_the_queue() {
    let limiter = limiter(Limits::unlimited().per_minute(60));
    limiter.acquire(SECOND).await.unwrap();
    let mut first = pin!(limiter.acquire(SECOND));
    assert!(first.as_mut().now_or_never().is_none());
    advance(10 * SECOND).await;
    // The limit has room again, but the first caller has not been polled since.
    let mut second = pin!(limiter.acquire(SECOND));
    assert!(second.as_mut().now_or_never().is_none());
    first.await.unwrap();
    second.await.unwrap();
    advance(10 * SECOND).await;
    assert!(limiter.acquire(SECOND).now_or_never().is_some(), "an empty queue delays no caller");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_one_limit_holds_back_takes_nothing_from_the_other() {
    let slow = Rate { burst: 1, interval: MINUTE };
    let fast = Rate { burst: 2, interval: MINUTE };
    let limits = RateLimiter::new([slow, fast]);
    limits.try_acquire(Instant::now()).unwrap();
    for _ in 0..10 {
        assert_eq!(limits.try_acquire(Instant::now()), Err(Instant::now() + MINUTE));
    }
    advance(MINUTE).await;
    limits.try_acquire(Instant::now()).unwrap();
    assert_eq!(limits.try_acquire(Instant::now()), Err(Instant::now() + MINUTE));
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_costs_the_others_nothing() {
    let limiter = limiter(Limits::unlimited().per_minute(60).per_hour(3_000));
    limiter.acquire(SECOND).await.unwrap();
    let began = Instant::now();
    // A hundred callers cancel while they wait, at the head of the queue and behind it.
    let impatient = (0..100).map(|n| timeout(Duration::from_millis(n), limiter.acquire(SECOND)));
    assert!(join_all(impatient).await.iter().all(Result::is_err));
    for _ in 0..3 {
        limiter.acquire(SECOND).await.unwrap();
    }
    let even = Rate::minute(60).interval * 3;
    assert!(began.elapsed() <= even + Duration::from_millis(5), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn no_more_calls_are_under_way_at_once_than_told_and_a_dropped_one_gives_its_place_back() {
    let limiter = limiter(Limits::unlimited().at_once(2));
    let (one, other) = (limiter.acquire(SECOND).await.unwrap(), limiter.acquire(SECOND).await.unwrap());
    assert!(timeout(SECOND, limiter.acquire(SECOND)).await.is_err());
    drop(one);
    let third = timeout(SECOND, limiter.acquire(SECOND)).await.unwrap().unwrap();
    assert!(timeout(SECOND, limiter.acquire(SECOND)).await.is_err());
    drop((other, third));
    limiter.acquire(SECOND).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_closed_endpoint_turns_callers_away_at_once_and_lets_one_try_when_it_opens() {
    let limiter = limiter(Limits::published());
    let permit = limiter.acquire(SECOND).await.unwrap();
    assert_eq!(permit.record_outcome(Some(&refused())), Some(MINUTE));
    let began = Instant::now();
    let error = limiter.acquire(30 * SECOND).await.err().unwrap();
    assert!(matches!(error.kind(), ErrorKind::EndpointClosed { reopens_in } if *reopens_in == MINUTE));
    assert!(error.is_rate_limited() && error.retry_after() == Some(MINUTE));
    assert_eq!(began.elapsed(), Duration::ZERO);
    advance(40 * SECOND).await;
    // This maximum wait is long enough.
    let probe = limiter.acquire(30 * SECOND).await.unwrap();
    assert!(probe.waited && began.elapsed() >= MINUTE);
    assert!(
        timeout(SECOND, limiter.acquire(SECOND)).await.is_err(),
        "the others wait for the result of the probe"
    );
    assert_eq!(probe.record_outcome(Some(&refused())), Some(HOUR));
    assert!(limiter.acquire(30 * SECOND).await.is_err());
    advance(HOUR).await;
    // A dropped permit proves nothing about the endpoint.
    drop(limiter.acquire(SECOND).await.unwrap());
    let probe = limiter.acquire(SECOND).await.unwrap();
    assert!(timeout(SECOND, limiter.acquire(SECOND)).await.is_err());
    assert_eq!(probe.record_outcome(None), None);
    let _both = (limiter.acquire(SECOND).await.unwrap(), limiter.acquire(SECOND).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn those_in_line_when_an_endpoint_closes_are_turned_away_too() {
    let limiter = limiter(Limits::unlimited().per_minute(60));
    let permit = limiter.acquire(SECOND).await.unwrap();
    let waiting: Vec<_> = (0..20)
        .map(|_| {
            let limiter = Arc::clone(&limiter);
            tokio::spawn(async move { limiter.acquire(SECOND).await.map(drop) })
        })
        .collect();
    sleep(SECOND / 2).await;
    permit.record_outcome(Some(&refused()));
    let began = Instant::now();
    for outcome in join_all(waiting).await {
        assert!(outcome.unwrap().unwrap_err().is_rate_limited());
    }
    assert!(began.elapsed() <= 2 * SECOND, "{:?}", began.elapsed());
}

#[tokio::test]
async fn clients_of_one_corp_and_address_share_a_limiter_and_others_do_not() {
    let budget = Budget::builder().build().unwrap();
    let ours = corp(&budget);
    assert!(Arc::ptr_eq(&ours, &corp(&budget.clone())));
    assert!(!Arc::ptr_eq(&ours, &budget.corp("https://example.com/cgi-bin/", &CorpId::new("ww2"))));
    assert!(!Arc::ptr_eq(&ours, &budget.corp("https://example.org/cgi-bin/", &CorpId::new("ww1"))));
    assert!(!Arc::ptr_eq(&ours, &corp(&Budget::default())));
    assert!(Arc::ptr_eq(&corp(&Budget::default()), &corp(&Budget::default())));
    assert!(Arc::ptr_eq(ours.endpoint("user/get"), ours.endpoint("user/get")));
    assert!(!Arc::ptr_eq(ours.endpoint("user/get"), ours.endpoint("user/list")));
}

#[test]
fn threads_that_ask_at_the_same_time_get_one_limiter_for_each_endpoint() {
    let corp = corp(&Budget::default());
    let paths = || crate::endpoints::ALL.iter().map(crate::EndpointInfo::path);
    let limiters: Vec<Vec<_>> = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..4).map(|_| scope.spawn(|| paths().map(|path| corp.endpoint(path)).collect())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let distinct: HashSet<_> = limiters.iter().flatten().map(|limiter| Arc::as_ptr(limiter)).collect();
    assert_eq!(distinct.len(), paths().count());
    for limiters in limiters {
        let named: Vec<_> = limiters.iter().map(|limiter| limiter.endpoint).collect();
        assert_eq!(named, paths().collect::<Vec<_>>());
    }
}

#[tokio::test(start_paused = true)]
async fn the_published_limits_on_calls_at_once_hold_unless_told_otherwise() {
    let at_once = async |budget: Budget, endpoint| {
        let corp = corp(&budget);
        let limiter = corp.endpoint(endpoint);
        let mut permits = Vec::new();
        while permits.len() < 30
            && let Ok(permit) = timeout(SECOND, limiter.acquire(SECOND)).await
        {
            permits.push(permit.unwrap());
        }
        permits.len()
    };
    for (endpoint, calls) in [
        ("auth/get_tfa_info", 20),
        ("user/tfa_succ", 20),
        ("corpgroup/getresult", 5),
        ("corpgroup/corp/remove_corp", 1),
        ("user/get", 30),
    ] {
        assert_eq!(at_once(Budget::default(), endpoint).await, calls, "{endpoint}");
        assert_eq!(at_once(Budget::unlimited(), endpoint).await, 30, "{endpoint}");
        let each = Budget::builder().each(Limits::published().at_once(3));
        assert_eq!(at_once(each.clone().build().unwrap(), endpoint).await, 3, "{endpoint}");
        let one = each.endpoint(endpoint, Limits::unlimited().at_once(7));
        assert_eq!(at_once(one.build().unwrap(), endpoint).await, 7, "{endpoint}");
    }
}

#[test]
fn a_misspelt_endpoint_is_an_error_that_names_the_nearest() {
    let limits = Limits::published();
    let error =
        Budget::builder().endpoint("user/get", limits).endpoint("usr/get", limits).build().unwrap_err();
    let ErrorKind::UnknownEndpoint { path, nearest } = error.kind() else { panic!("{error}") };
    assert_eq!((path.as_str(), *nearest), ("usr/get", Some("user/get")));
    assert_eq!(error.to_string(), "no endpoint has the path `usr/get`; the most similar path is `user/get`");
    assert!(error.remedy().is_some_and(|remedy| remedy.contains("endpoint_of")));
    let error = Budget::builder().endpoint("agent/set_workbench_template", limits).build().unwrap_err();
    assert_eq!(error.to_string(), "no endpoint has the path `agent/set_workbench_template`");
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_of_ones_own_has_limits_by_its_type() {
    #[derive(serde::Serialize)]
    struct GetApp;

    #[expect(clippy::disallowed_methods, reason = "the SDK does not have it")]
    impl Endpoint for GetApp {
        const CALL: Call = Call::get("agent/get");
        type Reply = ();
    }

    let limits = Limits::unlimited().at_once(1);
    let budget =
        Budget::builder().endpoint_of::<GetApp>(limits).endpoint_of::<GetMember>(limits).build().unwrap();
    for endpoint in ["agent/get", "user/get"] {
        let corp = corp(&budget);
        let limiter = corp.endpoint(endpoint);
        let first = limiter.acquire(SECOND).await.unwrap();
        assert!(timeout(SECOND, limiter.acquire(SECOND)).await.is_err(), "{endpoint}");
        drop(first);
        assert!(limiter.acquire(SECOND).await.is_ok());
    }
}
