//! Paging: reads a list as a stream, and page by page from a stored cursor.
//!
//! `cargo run -p wecom-contacts --example paging`

#![expect(clippy::print_stdout, reason = "an example prints what it does")]

mod corp;

use corp::Failure;
use futures_util::TryStreamExt as _;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let corp = corp::Corp::start().await?;
    let members = corp.contacts.members();

    // The stream fetches each page when it is needed. If it ends without an error, the list is complete.
    let mut ids = members.ids().page_size(10).stream();
    let mut count = 0;
    while let Some(id) = ids.try_next().await? {
        count += 1;
        if count <= 3 {
            println!("{} is in department {}", id.userid, id.department);
        }
    }
    println!("{count} rows");

    // A program that can be interrupted stores the cursor of each page and continues after it.
    let first = members.ids().page_size(10).page().await?;
    if let Some(cursor) = first.next {
        let second = members.ids().page_size(10).after(cursor).page().await?;
        println!("the second page has {} rows", second.items.len());
    }
    Ok(())
}
