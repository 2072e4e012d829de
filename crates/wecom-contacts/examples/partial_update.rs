//! A partial update: sends the fields that are named, and clears one on request.
//!
//! `cargo run -p wecom-contacts --example partial_update`
//!
//! It writes, so it never calls a real corp.

#![expect(clippy::print_stdout, reason = "an example prints what it does")]

mod corp;

use corp::Failure;
use wecom_contacts::{
    Clear, DepartmentId,
    members::{MemberPatch, NewMember},
};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let corp = corp::Corp::simulated().await?;
    let members = corp.contacts.members();

    let member = NewMember::new("wangfang", "王芳")
        .mobile("13800000021")
        .position("工程师")
        .department([DepartmentId::ROOT])
        // WeCom invites a new member by default.
        .to_invite(false);
    members.create(member).await?;

    // Only `alias` and `position` are sent. All other fields keep their values.
    members.update("wangfang", MemberPatch::new().alias("Fang").position(Clear)).await?;

    let member = corp.app.members().get("wangfang").await?;
    println!("name: {:?}, alias: {:?}, position: {:?}", member.name, member.alias, member.position);
    Ok(())
}
