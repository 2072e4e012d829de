//! An import: writes and checks WeCom's CSV, uploads it, waits for the job, and ties each refusal to its line.
//!
//! `cargo run -p wecom-contacts --example import_members`
//!
//! It writes, so it never calls a real corp.

#![expect(clippy::print_stdout, reason = "an example prints what it does")]

mod corp;

use corp::Failure;
use wecom_contacts::{
    Polling,
    imports::{ImportFile, ImportMember},
};

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let corp = corp::Corp::simulated().await?;

    // The file is checked by WeCom's written rules before anything is sent.
    let wrong = [ImportMember::new("no blanks", "王芳").mobile("13800000031").department([1])];
    if let Err(violations) = ImportFile::members().rows(wrong).into_file() {
        println!("refused before sending: {violations}");
    }

    // The first job creates 王芳. In the second one, 赵磊 has the same mobile number, which only the server can detect.
    let first = [ImportMember::new("wangfang", "王芳").mobile("13800000031").department([1])];
    let second = [
        ImportMember::new("lina", "李娜").email("lina@example.com").department([1]),
        ImportMember::new("zhaolei", "赵磊").mobile("13800000031").department([1]),
    ];
    let imports = corp.contacts.imports();
    let file = ImportFile::members().rows(first).into_file()?;
    imports.sync_members(file).to_invite(false).outcome(Polling::default()).await?;
    let file = ImportFile::members().rows(second).into_file()?;
    let outcome = imports.sync_members(file).to_invite(false).outcome(Polling::default()).await?;

    println!("{} of {} rows were accepted", outcome.succeeded(), outcome.total());
    for row in outcome.failures() {
        println!("line {:?}: {:?}", row.line, row.errmsg);
    }
    Ok(())
}
