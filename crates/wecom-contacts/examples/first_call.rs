//! A first call: reads one member, and shows what an error looks like.
//!
//! `cargo run -p wecom-contacts --example first_call`

#![expect(clippy::print_stdout, reason = "an example prints what it does")]

mod corp;

use corp::Failure;
use futures_util::TryStreamExt as _;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let corp = corp::Corp::start().await?;

    // The contacts-sync secret reads ids. The app's secret reads details.
    let mut userids = corp.contacts.members().ids().userids();
    let userid = userids.try_next().await?.ok_or_else(|| Failure::new("the corp has no members"))?;
    let member = corp.app.members().get(&userid).await?;
    println!("{} is {:?} in departments {:?}", member.userid, member.name, member.department);

    // A field that the app may not see is hidden. It is not empty.
    println!("mobile: {:?}", member.mobile);

    // The error of a refused call has the code, its meaning and what to try.
    if let Err(error) = corp.app.members().get("no-such-member").await {
        let report = error.report();
        println!("not found: {}; {}", error.is_not_found(), report.message);
        for remedy in &report.remedies {
            println!("try: {remedy}");
        }
    }
    Ok(())
}
