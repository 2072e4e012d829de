//! Lists in pages, as one stream of their rows.
//!
//! A partial list is never presented as a complete one. The stream ends without an error only if the server states
//! that the list ends. Three faults of a page are errors: a cursor that leads back to an earlier page, an empty page
//! with a cursor, and a page that announces more rows but lacks the cursor. The error follows the rows of the faulty
//! page.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, RandomState},
};

use futures_core::Stream;
use futures_util::{StreamExt, stream};

use crate::{Client, Endpoint, Error, ErrorKind, Result};

/// A call that returns one page of a list.
pub(crate) trait Paged: Endpoint + Send + Sync + 'static {
    /// Type of the rows.
    type Row: Send + 'static;

    /// Splits a page into its rows and the position of the next page.
    fn turn(page: Self::Reply) -> (Vec<Self::Row>, Next);

    /// Returns the cursor in the request.
    fn cursor(&mut self) -> &mut Option<String>;
}

/// The position of the next page.
pub(crate) enum Next {
    /// The list ends with this page.
    None,
    /// The next page begins at this cursor.
    At(String),
    /// There is a next page, but its cursor is missing.
    MissingCursor,
}

impl Next {
    /// Combines the cursor of a page with its flag. A page may omit either.
    pub(crate) fn of(cursor: Option<String>, has_more: Option<bool>) -> Self {
        match (cursor, has_more) {
            (_, Some(false)) | (None, None) => Self::None,
            (Some(cursor), _) => Self::At(cursor),
            (None, Some(true)) => Self::MissingCursor,
        }
    }
}

/// Streams the rows of all pages. Pages are fetched when they are needed. After an error the stream ends.
///
/// # Errors
///
/// [`ErrorKind::Incomplete`] for the faults of a page that the module documentation lists.
pub(crate) fn rows<E: Paged>(
    client: Client,
    call: E,
) -> impl Stream<Item = Result<E::Row>> + Send + Unpin + 'static {
    let list =
        List { client, call, trail: Trail::new(REMEMBERED), rows: Vec::new().into_iter(), then: Then::Ask };
    stream::try_unfold(list, async |mut list| {
        loop {
            if let Some(row) = list.rows.next() {
                return Ok(Some((row, list)));
            }
            match list.then {
                Then::Ask => list.ask().await?,
                Then::End => return Ok(None),
                Then::Fail(why) => {
                    return Err(Error::new(E::CALL.path(), ErrorKind::Incomplete(why.into())));
                }
            }
        }
    })
    .boxed()
}

/// A list that is being read.
struct List<E: Paged> {
    client: Client,
    call: E,
    trail: Trail,
    rows: std::vec::IntoIter<E::Row>,
    then: Then,
}

/// What follows the rows of the current page.
enum Then {
    Ask,
    End,
    Fail((&'static str, &'static str)),
}

impl<E: Paged> List<E> {
    /// Fetches the next page.
    async fn ask(&mut self) -> Result<()> {
        if let Some(cursor) = self.call.cursor() {
            self.trail.note(cursor);
        }
        let page = self.client.send(&self.call).await?;
        let (rows, next) = E::turn(page);
        self.then = match next {
            Next::None => Then::End,
            Next::MissingCursor => Then::Fail((
                "a page says that more rows follow but has no cursor",
                "某一页声明还有后续数据，却没有游标",
            )),
            Next::At(_) if rows.is_empty() => Then::Fail((
                "a page without rows has a cursor, so it is unknown whether the list has ended",
                "某一页没有数据却带有下一页的游标，无法确定列表是否已结束",
            )),
            Next::At(cursor) if self.trail.has(&cursor) => Then::Fail((
                "a page's cursor leads back to an earlier page, so the rest of the list is unknown",
                "某一页的游标指回了之前的页，列表的其余部分未知",
            )),
            Next::At(cursor) => {
                *self.call.cursor() = Some(cursor);
                Then::Ask
            }
        };
        self.rows = rows.into_iter();
        Ok(())
    }
}

/// Maximum number of remembered cursors, as digests of eight bytes. A million members have a hundred pages of 10,000.
const REMEMBERED: usize = 1 << 16;

/// The cursors of the requests so far, to detect a cursor that leads back.
///
/// While all cursors are remembered, a cycle is detected at its first repetition. After that, only one cursor is kept
/// as a mark. The mark is moved after twice as many pages each time (Brent's algorithm), which detects a cycle of any
/// length.
struct Trail {
    hasher: RandomState,
    seen: HashSet<u64>,
    remembered: usize,
    mark: Option<u64>,
    /// Number of pages since the mark was set, followed by the number after which it is moved.
    since: u64,
    until: u64,
}

impl Trail {
    fn new(remembered: usize) -> Self {
        Self { hasher: RandomState::new(), seen: HashSet::new(), remembered, mark: None, since: 0, until: 1 }
    }

    fn has(&self, cursor: &str) -> bool {
        let digest = self.hasher.hash_one(cursor);
        self.seen.contains(&digest) || self.mark == Some(digest)
    }

    /// Remembers the cursor of a request.
    fn note(&mut self, cursor: &str) {
        let digest = self.hasher.hash_one(cursor);
        if self.seen.len() < self.remembered {
            self.seen.insert(digest);
            return;
        }
        self.since += 1;
        if self.since == self.until {
            self.mark = Some(digest);
            self.since = 0;
            self.until *= 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the number of pages after which a cycle is detected. The cursors first run `lead` pages straight and
    /// then in a cycle of `circle` pages.
    fn pages_until_noticed(remembered: usize, lead: usize, circle: usize) -> usize {
        let mut trail = Trail::new(remembered);
        for page in 0.. {
            let cursor = if page < lead { page } else { lead + (page - lead) % circle }.to_string();
            if trail.has(&cursor) {
                return page;
            }
            trail.note(&cursor);
        }
        unreachable!("a cycle has no end")
    }

    #[test]
    fn trap_44_a_circle_is_noticed_at_its_first_repetition() {
        for (lead, circle) in [(0, 1), (0, 2), (3, 1), (5, 90), (100, 1000)] {
            assert_eq!(pages_until_noticed(2000, lead, circle), lead + circle);
        }
    }

    #[test]
    fn trap_44_a_circle_longer_than_the_memory_is_noticed_too() {
        for (lead, circle) in [(0, 1), (7, 11), (0, 500), (300, 777)] {
            let noticed = pages_until_noticed(10, lead, circle);
            assert!(noticed <= 4 * (lead + circle) + 20, "{lead} {circle}: {noticed}");
        }
    }

    #[test]
    fn trap_44_a_list_without_a_circle_is_read_to_its_end() {
        let mut trail = Trail::new(100);
        for page in 0..10_000 {
            let cursor = page.to_string();
            assert!(!trail.has(&cursor), "{page}");
            trail.note(&cursor);
        }
    }

    #[test]
    fn a_flag_beside_the_cursor_ends_the_list_or_demands_a_cursor() {
        let next = |cursor: Option<&str>, more| Next::of(cursor.map(str::to_owned), more);
        assert!(matches!(next(None, None), Next::None));
        assert!(matches!(next(Some("c"), Some(false)), Next::None));
        assert!(matches!(next(None, Some(false)), Next::None));
        assert!(matches!(next(None, Some(true)), Next::MissingCursor));
        assert!(matches!(next(Some("c"), Some(true)), Next::At(cursor) if cursor == "c"));
        assert!(matches!(next(Some("c"), None), Next::At(cursor) if cursor == "c"));
    }
}
