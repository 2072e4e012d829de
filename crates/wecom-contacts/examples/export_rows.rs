//! An export: a job whose encrypted files become a stream of typed rows, in bounded memory.
//!
//! `cargo run -p wecom-contacts --example export_rows`

#![expect(clippy::print_stdout, reason = "an example prints what it does")]

mod common;

use futures_util::TryStreamExt as _;
use wecom_contacts::{Polling, Result};

#[tokio::main]
async fn main() -> Result<()> {
    let corp = common::Corp::start().await?;

    // The SDK generates the key of the files. With the id and the key another process can continue the job.
    let job = corp.app.exports().members().await?;
    println!("job {}", job.id());

    // Downloads, checks the md5, decrypts, frames and parses while rows are read.
    let mut rows = job.wait(Polling::default()).await?.rows();
    let mut count = 0;
    while let Some(member) = rows.try_next().await? {
        count += 1;
        if count <= 3 {
            println!("{} {:?}", member.userid, member.name);
        }
    }
    println!("{count} members");
    Ok(())
}
