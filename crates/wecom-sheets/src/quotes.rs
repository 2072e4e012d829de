//! Quotation marks that end in the wrong place. A cell that is opened and never closed takes in the rows below it, and the people of
//! these rows would seem to have left.

use memchr::{memchr_iter, memchr2};

/// Follows the quotation marks of a text as the reader of CSV does.
#[derive(Debug)]
pub(crate) struct Quotes {
    delimiter: u8,
    state: State,
    /// The last byte of the text so far.
    last: Option<u8>,
    /// How many lines are complete.
    lines: u64,
    /// The line on which the quoted cell begins.
    opened: u64,
    /// Whether the quoted cell has a line break.
    has_break: bool,
    wrong: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Outside,
    Inside,
    /// After a quotation mark inside a quoted cell: it ends the cell, or is the first of two that stand for one.
    Quote,
}

impl Quotes {
    pub(crate) const fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            state: State::Outside,
            last: None,
            lines: 0,
            opened: 0,
            has_break: false,
            wrong: None,
        }
    }

    /// The line on which the first cell begins that is never closed, or that is closed on another line and goes on behind its quotation
    /// mark.
    pub(crate) const fn wrong(&self) -> Option<u64> {
        self.wrong
    }

    /// Takes the next bytes of the text.
    pub(crate) fn take(&mut self, bytes: &[u8]) {
        let mut done = 0;
        for at in memchr_iter(b'"', bytes) {
            self.pass(&bytes[done..at]);
            self.state = match self.state {
                State::Outside if self.begins_cell() => {
                    (self.opened, self.has_break) = (self.lines + 1, false);
                    State::Inside
                }
                State::Outside => State::Outside,
                State::Inside => State::Quote,
                State::Quote => State::Inside,
            };
            self.last = Some(b'"');
            done = at + 1;
        }
        self.pass(&bytes[done..]);
    }

    /// Notes the end of the text.
    pub(crate) fn end(&mut self) {
        if self.state == State::Inside {
            self.wrong.get_or_insert(self.opened);
        }
    }

    /// Takes bytes without a quotation mark.
    fn pass(&mut self, bytes: &[u8]) {
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return };
        if self.state == State::Quote {
            if self.has_break && !self.ends_cell(*first) {
                self.wrong.get_or_insert(self.opened);
            }
            self.state = State::Outside;
        }
        self.has_break |= self.state == State::Inside && memchr2(b'\n', b'\r', bytes).is_some();
        self.lines += memchr_iter(b'\n', bytes).count() as u64;
        self.last = Some(*last);
    }

    fn begins_cell(&self) -> bool {
        self.last.is_none_or(|last| self.ends_cell(last))
    }

    const fn ends_cell(&self, byte: u8) -> bool {
        byte == self.delimiter || matches!(byte, b'\n' | b'\r')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> Option<u64> {
        let all = [text.len().max(1), 1, 2, 3].map(|size| {
            let mut quotes = Quotes::new(b',');
            text.as_bytes().chunks(size).for_each(|chunk| quotes.take(chunk));
            quotes.end();
            quotes.wrong()
        });
        assert!(all.iter().all(|one| *one == all[0]), "the chunks make a difference: {all:?}");
        all[0]
    }

    #[test]
    fn a_cell_that_is_closed_where_it_ends_is_right() {
        for text in [
            "",
            "a,b\n1,2\n",
            "\"a\",\"b\"\r\n\"1\",\"\"\r\n",
            "a\n\"two\nlines\"\n",
            "a\n\"say \"\"yes\"\"\nor no\",b\n",
            "a\n\"\"\"\"\n",
            "a\n5\" disk,\"b\"",
            "a\n\"one\" line,b\n",
        ] {
            assert_eq!(wrong(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_cell_that_takes_in_other_rows_is_found_with_its_line() {
        for (text, line) in [
            ("a,b\n1,\"2\n3,4\n", 2),
            ("\"a,b\n1,2", 1),
            ("a,b\n1,2\n1,\"x\n3,\"y\"\n5,6\n", 3),
            ("a,b\r\n1,\"x\r\n3,\"y\r\n", 2),
            ("a\rb\r\"x\r", 1),
            ("a\n\"x\"\"\nb\n", 2),
        ] {
            assert_eq!(wrong(text), Some(line), "{text:?}");
        }
    }
}
