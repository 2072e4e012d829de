//! Lists that come in pages, as one stream of their rows.

use futures_core::Stream;
use futures_util::{StreamExt, stream};

use crate::{Client, Endpoint, Result};

/// Streams the rows of all pages, fetching them as they are needed.
///
/// `turn` gives a page's rows, and sets the call on the next page if there is one.
/// After an error the stream ends.
pub(crate) fn rows<E, T>(
    client: Client,
    call: E,
    turn: fn(E::Reply, &mut E) -> (Vec<T>, bool),
) -> impl Stream<Item = Result<T>> + Send + Unpin + 'static
where
    E: Endpoint + Send + Sync + 'static,
    T: Send + 'static,
{
    let rest = (client, turn, call, Vec::new().into_iter(), true);
    stream::try_unfold(rest, async |(client, turn, mut call, mut rows, mut more)| {
        loop {
            if let Some(row) = rows.next() {
                return Ok(Some((row, (client, turn, call, rows, more))));
            }
            if !more {
                return Ok(None);
            }
            let page = client.send(&call).await?;
            let (page, another) = turn(page, &mut call);
            (rows, more) = (page.into_iter(), another);
        }
    })
    .boxed()
}
