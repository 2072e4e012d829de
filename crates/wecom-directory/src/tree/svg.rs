//! An organisation chart as SVG: boxes from left to right, joined by lines.

use std::fmt::{self, Write as _};

use super::{Node, label, leaders, page::escaped};

const WIDTH: usize = 200;
const HEIGHT: usize = 44;
/// Between two levels, and between two boxes below each other.
const GAP: usize = 40;
const SPACE: usize = 14;
const MARGIN: usize = 16;
/// The number of columns of text in a box. A Chinese character takes two.
const COLUMNS: usize = 24;

/// Returns a chart of the departments. Every text is escaped; a long one is cut, and a browser shows the whole when it is pointed at.
pub fn svg(nodes: &[Node]) -> String {
    let mut chart = Chart { body: String::new(), next_row: 0, deepest: 0 };
    for node in nodes {
        // Writing into a text cannot fail.
        let _ = chart.draw(node, 0);
    }
    let width = 2 * MARGIN + WIDTH + chart.deepest * (WIDTH + GAP);
    let height = 2 * MARGIN + (chart.next_row * (HEIGHT + SPACE)).saturating_sub(SPACE);
    format!(
        r##"<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif" font-size="13">
<rect width="{width}" height="{height}" fill="#ffffff"/>
{}</svg>
"##,
        chart.body
    )
}

struct Chart {
    body: String,
    /// The next free row; a department without others below it takes one.
    next_row: usize,
    deepest: usize,
}

impl Chart {
    /// Draws the department and all below it. Returns the middle of its box.
    fn draw(&mut self, node: &Node, level: usize) -> Result<usize, fmt::Error> {
        self.deepest = self.deepest.max(level);
        let mut below = Vec::new();
        for department in &node.departments {
            below.push(self.draw(department, level + 1)?);
        }
        let middle = match (below.first(), below.last()) {
            (Some(first), Some(last)) => usize::midpoint(*first, *last),
            _ => {
                let row = self.next_row;
                self.next_row += 1;
                MARGIN + row * (HEIGHT + SPACE) + HEIGHT / 2
            }
        };
        let (left, top) = (MARGIN + level * (WIDTH + GAP), middle - HEIGHT / 2);
        let (right, elbow) = (left + WIDTH, left + WIDTH + GAP / 2);
        for child in &below {
            writeln!(
                self.body,
                r##"<path d="M{right} {middle}H{elbow}V{child}H{}" fill="none" stroke="#8a93a0"/>"##,
                right + GAP
            )?;
        }
        let title = escaped(&format!("{} {}", label(node), leaders(node)));
        let text_left = left + 10;
        writeln!(
            self.body,
            r##"<g><title>{}</title><rect x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" rx="5" fill="#f2f5f9" stroke="#8a93a0"/><text x="{text_left}" y="{}" fill="#1d2430">{}</text><text x="{text_left}" y="{}" fill="#5c6470" font-size="11">{}</text></g>"##,
            title.trim_end(),
            top + 18,
            escaped(&cut(&label(node), COLUMNS)),
            top + 35,
            escaped(&cut(&leaders(node), COLUMNS + 4)),
        )?;
        Ok(middle)
    }
}

/// The beginning of the text that has room.
fn cut(text: &str, columns: usize) -> String {
    let width = |one: char| if one.is_ascii() { 1 } else { 2 };
    if text.chars().map(width).sum::<usize>() <= columns {
        return text.to_owned();
    }
    let mut room = columns - 1;
    let fits = |one: &char| {
        let fits = width(*one) <= room;
        room = room.saturating_sub(width(*one));
        fits
    };
    text.chars().take_while(fits).chain(['…']).collect()
}
