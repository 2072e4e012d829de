//! An import: writes and checks WeCom's CSV, uploads it, waits for the job, and ties each refusal to its line.
//!
//! `cargo run -p wecom-contacts --example import_members`

#![expect(clippy::print_stdout, reason = "an example prints what it does")]

mod common;

use std::error::Error;

use wecom_contacts::{
    Polling,
    imports::{ImportFile, ImportMember},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let corp = common::Corp::simulated().await?;

    // The file is checked by WeCom's written rules before anything is sent.
    let wrong = [ImportMember::new("no blanks", "王芳").mobile("13800000031").department([1])];
    let faults = ImportFile::members().rows(wrong).into_file().expect_err("a userid has no blanks");
    println!("refused before sending: {faults}");

    // The first job creates 王芳. In the second one 赵磊 has her mobile, which only the server can know.
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
