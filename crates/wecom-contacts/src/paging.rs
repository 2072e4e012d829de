//! Lists that come in pages, as one stream of their rows.
//!
//! The rule: a part is never presented as the whole. The stream ends without an error only where the server says that the list
//! ends. A cursor that leads back to an earlier page, a page without rows that has another behind it, and a page that says there is
//! more but not where are errors, given after the rows that came with them.

use std::{
    collections::HashSet,
    hash::{BuildHasher as _, RandomState},
};

use futures_core::Stream;
use futures_util::{StreamExt, stream};

use crate::{Client, Endpoint, Error, ErrorKind, Result};

/// A call that gives one page of a list.
pub(crate) trait Paged: Endpoint + Send + Sync + 'static {
    /// What the list is made of.
    type Row: Send + 'static;

    /// Takes a page apart: its rows, and where the next one is.
    fn turn(page: Self::Reply) -> (Vec<Self::Row>, Next);

    /// The cursor that the call asks with.
    fn cursor(&mut self) -> &mut Option<String>;
}

/// What a page says of the next one.
pub(crate) enum Next {
    /// The list ends here.
    None,
    /// It begins at this cursor.
    At(String),
    /// There is one, and the page does not say where.
    Untold,
}

impl Next {
    /// Reads a cursor and the flag beside it, either of which a page may leave out.
    pub(crate) fn of(cursor: Option<String>, has_more: Option<bool>) -> Self {
        match (cursor, has_more) {
            (_, Some(false)) | (None, None) => Self::None,
            (Some(cursor), _) => Self::At(cursor),
            (None, Some(true)) => Self::Untold,
        }
    }
}

/// Streams the rows of all pages, fetching them as they are needed. After an error the stream ends.
///
/// # Errors
///
/// [`ErrorKind::Incomplete`] by the rule above.
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

/// A list being read.
struct List<E: Paged> {
    client: Client,
    call: E,
    trail: Trail,
    rows: std::vec::IntoIter<E::Row>,
    then: Then,
}

/// What follows the rows at hand.
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
            Next::Untold => Then::Fail((
                "a page says that more rows follow, and has no cursor to them",
                "某一页声明还有后续数据，却没有游标",
            )),
            Next::At(_) if rows.is_empty() => Then::Fail((
                "a page without rows has a cursor to another, so it is not known whether the list has ended",
                "某一页没有数据却带有下一页的游标，无法确定列表是否已结束",
            )),
            Next::At(cursor) if self.trail.has(&cursor) => Then::Fail((
                "a page's cursor leads back to an earlier page, so the rest of the list is not known",
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

/// Maximum number of cursors that are remembered, as digests of eight bytes. A million members have a hundred pages of 10,000.
const REMEMBERED: usize = 1 << 16;

/// The cursors asked with so far, to notice one that leads back.
///
/// A circle is noticed at its first repetition as long as all its cursors are remembered. Beyond that one cursor is kept as a mark,
/// moved on after twice as many pages each time (Brent's algorithm), which notices a circle of any length.
struct Trail {
    hasher: RandomState,
    seen: HashSet<u64>,
    remembered: usize,
    mark: Option<u64>,
    /// Pages since the mark, and after how many it moves on.
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

    /// Notes a cursor that is asked with.
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

    /// After how many pages a list is given up whose cursors run `lead` pages straight and then in a circle.
    fn pages_until_noticed(remembered: usize, lead: usize, circle: usize) -> usize {
        let mut trail = Trail::new(remembered);
        for page in 0.. {
            let cursor = if page < lead { page } else { lead + (page - lead) % circle }.to_string();
            if trail.has(&cursor) {
                return page;
            }
            trail.note(&cursor);
        }
        unreachable!("a circle has no end")
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
        assert!(matches!(next(None, Some(true)), Next::Untold));
        assert!(matches!(next(Some("c"), Some(true)), Next::At(cursor) if cursor == "c"));
        assert!(matches!(next(Some("c"), None), Next::At(cursor) if cursor == "c"));
    }
}
