//! The counters and histograms, under the names that `observe` documents.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use serde_json::json;
use wecom_contacts::{Budget, Limits};

use crate::stub::{Answer, Stub};

/// The recorded metrics: the sum of each counter, and the number of values of each histogram.
#[derive(Clone, Default)]
struct Ledger(Arc<Mutex<BTreeMap<String, u64>>>);

impl Ledger {
    fn line(&self, key: &Key) -> Line {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        Line(self.clone(), format!("{} {}", key.name(), labels.join(" ")))
    }
}

struct Line(Ledger, String);

impl Line {
    fn add(&self, value: u64) {
        *self.0.0.lock().unwrap().entry(self.1.clone()).or_default() += value;
    }
}

impl CounterFn for Line {
    fn increment(&self, value: u64) {
        self.add(value);
    }

    fn absolute(&self, _: u64) {
        unreachable!("no counter is set");
    }
}

impl HistogramFn for Line {
    fn record(&self, value: f64) {
        assert!((0.0..60.0).contains(&value), "{}: {value} is not so many seconds", self.1);
        self.add(1);
    }
}

impl Recorder for Ledger {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(Arc::new(self.line(key)))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        unreachable!("{} is no gauge", key.name());
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(Arc::new(self.line(key)))
    }
}

#[tokio::test]
async fn every_counter_and_histogram_has_its_documented_name_and_labels() {
    let stub = Stub::with_tokens(|request, number| match request.path() {
        "/cgi-bin/user/get" if number < 3 => Answer::refusal(-1, "system busy"),
        "/cgi-bin/user/get" => Answer::json(&json!({"errcode": 0, "errmsg": "ok", "userid": "u"})),
        "/cgi-bin/department/list" => Answer::json(&json!({"errcode": 0, "errmsg": "ok", "department": []})),
        "/cgi-bin/tag/list" => Answer::refusal(45009, "api freq out of limit"),
        "/cgi-bin/department/delete" => Answer::of(502, "text/html", b"<html>"),
        "/cgi-bin/user/delete" => Answer::hang_up(),
        _ => Answer::never(),
    })
    .await;
    let limits = Limits::published().per_minute(600);
    let budget = Budget::builder().endpoint("department/list", limits).build().unwrap();
    let client = stub.builder().budget(budget).build().unwrap();
    let ledger = Ledger::default();
    {
        let _recorder = metrics::set_default_local_recorder(&ledger);
        client.members().get("u").await.unwrap();
        // A burst of three calls, and one that waits for a tenth of a second.
        let calls = (0..4).map(|_| client.departments().list());
        for outcome in futures_util::future::join_all(calls).await {
            outcome.unwrap();
        }
        client.tags().list().await.unwrap_err();
        client.tags().list().await.unwrap_err();
        client.departments().delete(7).await.unwrap_err();
        client.members().delete("u").await.unwrap_err();
        let impatient = tokio::time::timeout(Duration::from_millis(20), client.departments().get(7)).await;
        assert!(impatient.is_err());
    }
    let recorded = ledger.0.lock().unwrap().clone();
    let waits = ["wecom_budget_waits_total", "wecom_budget_wait_seconds"];
    let waits = waits.map(|name| recorded.get(&format!("{name} endpoint=department/list")).copied());
    assert!(waits[0].is_some_and(|waits| waits > 0) && waits[0] == waits[1], "{recorded:#?}");
    for (name, times) in [
        ("wecom_calls_total endpoint=user/get outcome=ok", 1),
        ("wecom_calls_total endpoint=tag/list outcome=refused", 1),
        ("wecom_calls_total endpoint=tag/list outcome=closed", 1),
        ("wecom_calls_total endpoint=department/delete outcome=unreadable", 1),
        ("wecom_calls_total endpoint=user/delete outcome=no_answer", 1),
        ("wecom_calls_total endpoint=department/get outcome=cancelled", 1),
        ("wecom_call_duration_seconds endpoint=user/get", 1),
        ("wecom_call_duration_seconds endpoint=tag/list", 2),
        ("wecom_call_retries_total endpoint=user/get", 2),
        ("wecom_endpoint_closed_total endpoint=tag/list", 1),
        ("wecom_gettoken_total outcome=ok", 1),
    ] {
        assert_eq!(recorded.get(name), Some(&times), "{name}: {recorded:#?}");
    }
}
