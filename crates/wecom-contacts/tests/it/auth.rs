//! Logins and server addresses (身份验证).

use std::time::Duration;

use wecom_contacts::{Client, Secret};
use wecom_sim::ConsoleVisit;

use crate::rig::Rig;

#[tokio::test]
async fn a_visitor_logs_in_once_by_a_code() {
    let rig = Rig::start().await;
    let visit = ConsoleVisit::member("lisi").private();
    let code = &rig.sim.console().oauth_code(visit).await.unwrap();
    let auth = rig.app.auth();
    let visitor = auth.user_info(code).await.unwrap();
    assert_eq!(visitor.userid, Some("lisi".into()));
    assert_eq!(visitor.linked(), None);
    let error = auth.user_info(code).await.unwrap_err();
    assert!(error.is_invalid_argument(), "{error}");

    let detail = auth.user_detail(visitor.user_ticket.unwrap()).await.unwrap();
    assert_eq!(detail.userid, "lisi");
    assert!(detail.mobile.is_known());
    assert_eq!(auth.user_detail("no-such-ticket").await.unwrap_err().code().map(|code| code.0), Some(84015));
}

#[tokio::test]
async fn the_addresses_of_the_servers_are_listed() {
    let rig = Rig::start().await;
    assert!(!rig.app.auth().api_ips().await.unwrap().is_empty());
    assert!(!rig.contacts.auth().callback_ips().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_credential_is_checked_without_being_shown() {
    let rig = Rig::start().await;
    let lifetime = rig.app.auth().check().await.unwrap();
    assert!(lifetime <= Duration::from_secs(7200) && lifetime > Duration::from_secs(7000), "{lifetime:?}");
    let wrong =
        Client::builder(rig.sim.corp_id(), Secret::app(7, "wrong")).base_url(rig.sim.url()).build().unwrap();
    assert!(wrong.auth().check().await.unwrap_err().is_bad_credentials());
}
