//! A first call: reads one member, and shows what an error looks like.
//!
//! `cargo run -p wecom-contacts --example first_call`

#![expect(clippy::print_stdout, reason = "an example prints what it does")]

mod common;

use futures_util::TryStreamExt as _;
use wecom_contacts::Result;

#[tokio::main]
async fn main() -> Result<()> {
    let corp = common::Corp::start().await?;

    // The contacts-sync secret reads ids, the app's secret reads details.
    let userid = corp.contacts.members().ids().userids().try_next().await?.expect("a corp has members");
    let member = corp.app.members().get(&userid).await?;
    println!("{} is {:?} in departments {:?}", member.userid, member.name, member.department);

    // A field that the app may not see is hidden. It is not empty.
    println!("mobile: {:?}", member.mobile);

    // A refusal says what its code means and what to try.
    let error = corp.app.members().get("no-such-member").await.expect_err("nobody has this userid");
    assert!(error.is_not_found());
    let report = error.report();
    println!("{}", report.message);
    for remedy in &report.remedies {
        println!("try: {remedy}");
    }
    Ok(())
}
