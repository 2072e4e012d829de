//! Paging: reads a list page by page, as a stream, and from a cursor that was kept.
//!
//! `cargo run -p wecom-contacts --example paging`

#![expect(clippy::print_stdout, reason = "an example prints what it does")]

mod common;

use futures_util::TryStreamExt as _;
use wecom_contacts::Result;

#[tokio::main]
async fn main() -> Result<()> {
    let corp = common::Corp::start().await?;
    let members = corp.contacts.members();

    // A stream fetches pages as they are needed. One that ends without an error has read the whole list.
    let mut seats = members.ids().page_size(10).stream();
    let mut count = 0;
    while let Some(seat) = seats.try_next().await? {
        count += 1;
        if count <= 3 {
            println!("{} is in department {}", seat.userid, seat.department);
        }
    }
    println!("{count} rows");

    // A program that may be interrupted keeps the cursor of each page and continues after it.
    let first = members.ids().page_size(10).page().await?;
    if let Some(cursor) = first.next {
        let second = members.ids().page_size(10).after(cursor).page().await?;
        println!("the second page has {} rows", second.items.len());
    }
    Ok(())
}
