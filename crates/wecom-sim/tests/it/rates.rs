//! Rate limits on the virtual clock (limits.md).

use std::{net::IpAddr, time::Duration};

use serde_json::json;
use wecom_sim::{Rates, Sim};

use crate::rig::{By, Rig, expect, read};

const TAGS: &str = "tag/list";
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// Starts a rig with limits that are small enough to reach.
async fn limited(set: impl FnOnce(&mut Rates)) -> Rig {
    let mut rates = Rates::default();
    set(&mut rates);
    Rig::with(Sim::builder().rates(rates)).await
}

/// Returns the errcodes of `count` calls.
async fn calls(rig: &Rig, url: &str, count: usize) -> Vec<i64> {
    let mut codes = Vec::new();
    for _ in 0..count {
        codes.push(read(rig.get_raw(url, &[]).await).await["errcode"].as_i64().unwrap());
    }
    codes
}

#[tokio::test]
async fn nothing_is_limited_unless_told() {
    let rig = Rig::new().await;
    assert_eq!(rig.sim.rates(), Rates::default());
    assert_eq!(rig.look("rates").await["corp_per_minute"], json!(null));
    let published = Rates::published();
    assert_eq!((published.corp_per_minute, published.corp_per_hour), (Some(10_000), Some(150_000)));
}

#[tokio::test]
async fn a_minutes_limit_closes_the_endpoint_to_the_corp_for_sixty_seconds() {
    let rig = limited(|rates| rates.corp_per_minute = Some(3)).await;
    let (app, contacts) = (rig.url(By::App, TAGS).await, rig.url(By::Contacts, TAGS).await);
    rig.sim.advance(MINUTE);
    assert_eq!(calls(&rig, &app, 2).await, [0, 0]);
    assert_eq!(calls(&rig, &contacts, 2).await, [0, 45009], "both secrets are one corp");
    let logged = rig.sim.requests().pop().unwrap();
    assert!(!logged.executed && logged.faults.is_empty());
    expect(0, &rig.get(By::App, "department/list").await);
    rig.sim.advance(MINUTE - Duration::from_millis(1));
    assert_eq!(calls(&rig, &app, 3).await, [45009; 3]);
    rig.sim.advance(Duration::from_millis(1));
    assert_eq!(calls(&rig, &app, 4).await, [0, 0, 0, 45009], "closed calls lengthen nothing");
}

#[tokio::test]
async fn windows_begin_with_the_clocks_own_minute() {
    let rig = limited(|rates| rates.corp_per_minute = Some(3)).await;
    let url = rig.url(By::App, TAGS).await;
    rig.sim.advance(Duration::from_secs(59));
    assert_eq!(calls(&rig, &url, 3).await, [0; 3]);
    rig.sim.advance(Duration::from_secs(1));
    assert_eq!(calls(&rig, &url, 3).await, [0; 3]);
}

#[tokio::test]
async fn an_hours_limit_closes_the_endpoint_for_sixty_minutes_and_failures_count() {
    let rig = limited(|rates| rates.corp_per_hour = Some(4)).await;
    let token = rig.token(By::App).await;
    let url =
        |userid: &str| format!("{}/cgi-bin/user/get?access_token={token}&userid={userid}", rig.sim.url());
    assert_eq!(calls(&rig, &url("nobody"), 2).await, [60111; 2]);
    rig.sim.advance(MINUTE);
    assert_eq!(calls(&rig, &url("lisi"), 3).await, [0, 0, 45009]);
    rig.sim.advance(HOUR - MINUTE);
    assert_eq!(calls(&rig, &url("lisi"), 1).await, [45009], "an hour from the call, not the hour's end");
    rig.sim.advance(MINUTE);
    assert_eq!(calls(&rig, &url("lisi"), 1).await, [0]);
}

#[tokio::test]
async fn an_ip_is_limited_whether_or_not_its_token_is_good() {
    let rig = limited(|rates| rates.ip_per_minute = Some(3)).await;
    let bare = format!("{}/cgi-bin/{TAGS}", rig.sim.url());
    assert_eq!(calls(&rig, &bare, 4).await, [41001, 41001, 41001, 45009]);
    expect(45009, &rig.get(By::App, TAGS).await);
}

#[tokio::test]
async fn a_genuine_oauth_code_is_exempt() {
    let rig = limited(|rates| rates.corp_per_minute = Some(2)).await;
    let token = rig.token(By::App).await;
    let url =
        |code: &str| format!("{}/cgi-bin/auth/getuserinfo?access_token={token}&code={code}", rig.sim.url());
    for _ in 0..4 {
        let (_, visit) = rig.control("oauth/code", &json!({"userid": "lisi"})).await;
        assert_eq!(calls(&rig, &url(visit["code"].as_str().unwrap()), 1).await, [0]);
    }
    assert_eq!(calls(&rig, &url("wrong"), 4).await, [40029, 40029, 40029, 45009]);
}

#[tokio::test]
async fn wrong_secrets_close_gettoken_to_the_ip_for_an_hour() {
    let rig = limited(|rates| rates.wrong_secrets_per_hour = Some(3)).await;
    let url = |secret: &str| {
        format!("{}/cgi-bin/gettoken?corpid={}&corpsecret={secret}", rig.sim.url(), rig.sim.corp_id())
    };
    let right = url(rig.sim.app_secret());
    let token = rig.token(By::App).await;
    assert_eq!(calls(&rig, &url("wrong"), 2).await, [40001; 2]);
    assert_eq!(calls(&rig, &right, 5).await, [0; 5], "right ones do not count");
    assert_eq!(calls(&rig, &url("wrong"), 2).await, [40001, 45009]);
    assert_eq!(calls(&rig, &right, 1).await, [45009], "whatever the secret");
    let call = format!("{}/cgi-bin/{TAGS}?access_token={token}", rig.sim.url());
    assert_eq!(calls(&rig, &call, 1).await, [0], "a token in hand goes on");
    rig.sim.advance(HOUR);
    assert_eq!(calls(&rig, &right, 1).await, [0]);
}

#[tokio::test]
async fn limits_change_at_run_time_and_open_what_was_closed() {
    let rig = Rig::new().await;
    let (status, rates) = rig.put("rates", &json!({"corp_per_minute": 1})).await;
    assert_eq!((status, &rates["corp_per_minute"], &rates["ip_per_hour"]), (200, &json!(1), &json!(null)));
    let url = rig.url(By::App, TAGS).await;
    assert_eq!(calls(&rig, &url, 2).await, [0, 45009]);
    assert_eq!(rig.put("rates", &json!({"corp_per_minute": null})).await.0, 200);
    assert_eq!(calls(&rig, &url, 3).await, [0; 3]);
    for (body, says) in [
        (json!({"corp_per_day": 1}), "unknown field `corp_per_day`"),
        (json!({"ip_per_hour": -1}), "invalid value: integer `-1`"),
    ] {
        let (status, reply) = rig.put("rates", &body).await;
        assert_eq!(status, 400);
        assert!(reply["error"].as_str().unwrap().contains(says), "{reply}");
    }
    rig.sim.set_rates(Rates::published());
    rig.control("reset", &json!({})).await;
    assert_eq!(rig.sim.rates(), Rates::default(), "as at the start");
}

#[tokio::test]
async fn trusted_addresses_can_be_set_at_the_start_and_at_run_time() {
    let foreign: IpAddr = "198.51.100.7".parse().unwrap();
    let rig = Rig::with(Sim::builder().trusted_ips([foreign])).await;
    expect(60020, &rig.get(By::App, TAGS).await);
    expect(60020, &rig.get(By::Contacts, TAGS).await);
    let (status, _) = rig.control("console/set_trusted_ips", &json!({"ips": ["127.0.0.1"]})).await;
    assert_eq!(status, 200);
    expect(0, &rig.get(By::Contacts, TAGS).await);
    expect(60020, &rig.get(By::App, TAGS).await);
    rig.set("settings", &json!({"apps": [{"agent_id": rig.sim.agent_id(), "trusted_ips": []}]})).await;
    expect(0, &rig.get(By::App, TAGS).await);
}

#[tokio::test]
async fn a_clock_can_run_faster_than_real_time() {
    let rig = Rig::with(Sim::builder().clock_speed(50_000.0)).await;
    assert_eq!(rig.look("state").await["clock_speed"], 50_000.0);
    let url = rig.url(By::App, TAGS).await;
    let dead = async { while calls(&rig, &url, 1).await != [42001] {} };
    tokio::time::timeout(Duration::from_secs(10), dead).await.unwrap();
    for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = Sim::builder().clock_speed(speed).start().await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}
