//! An export: a job whose encrypted files become a stream of typed rows, in bounded memory.
//!
//! `cargo run -p wecom-contacts --example export_rows`

#![expect(clippy::print_stdout, reason = "an example prints what it does")]

mod corp;

use corp::Failure;
use futures_util::TryStreamExt as _;
use wecom_contacts::Polling;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let corp = corp::Corp::start().await?;

    // The SDK generates the key of the files. Another process can resume the job from its id and key.
    let job = corp.app.exports().members().await?;
    println!("job {}", job.id());

    // The stream downloads, checks, decrypts and parses while rows are read.
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
