//! A transcript as a picture of a terminal.
//!
//! The output of the command has no colours without a terminal, so the picture needs only text. A picture scales, and its
//! text can be searched and read aloud.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// The width of a column and the height of a line, in pixels.
const COLUMN: f32 = 8.4;
const LINE: usize = 20;
const MARGIN: usize = 16;
/// The height of the bar with the title.
const BAR: usize = 32;
/// A longer line continues on the next one.
const COLUMNS: usize = 100;

/// Returns the picture as an SVG document.
pub(super) fn picture(title: &str, transcript: &str) -> String {
    let lines: Vec<(&str, String)> = transcript
        .lines()
        .flat_map(|line| {
            let class = match line.chars().next() {
                Some('$') => "command",
                Some('#') => "note",
                _ => "",
            };
            folded(line).into_iter().map(move |part| (class, part))
        })
        .collect();
    let width = 2 * MARGIN + (COLUMNS as f32 * COLUMN) as usize;
    let height = BAR + 2 * MARGIN + lines.len() * LINE;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>{title}</title>\n\
         <style>text {{ font: 14px ui-monospace, \"Cascadia Mono\", Menlo, Consolas, \"Noto Sans Mono CJK SC\", monospace; fill: #d7dce2; \
         white-space: pre }} .command {{ fill: #7ee2a8 }} .note {{ fill: #9aa4ae }}</style>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#16191d\"/>\n\
         <text class=\"note\" x=\"{MARGIN}\" y=\"21\">{title}</text>\n",
        title = escaped(title),
    );
    for (row, (class, line)) in lines.iter().enumerate().filter(|(_, (_, line))| !line.trim().is_empty()) {
        let y = BAR + MARGIN + row * LINE + 6;
        svg.push_str(&format!("<text class=\"{class}\" y=\"{y}\">{}</text>\n", spans(line)));
    }
    svg.push_str("</svg>\n");
    svg
}

/// Places each run of narrow or wide characters at its column and gives it its width, because fonts differ in theirs.
fn spans(line: &str) -> String {
    let mut spans = String::new();
    let (mut run, mut start, mut column, mut is_wide) = (String::new(), 0, 0, false);
    for one in line.chars().chain(['\0']) {
        let width = one.width().unwrap_or(0);
        if one == '\0' || (width == 2) != is_wide {
            let text = run.trim();
            if !text.is_empty() {
                let blanks = run.len() - run.trim_start().len();
                let x = MARGIN as f32 + (start + blanks) as f32 * COLUMN;
                let length = text.width() as f32 * COLUMN;
                spans.push_str(&format!(
                    "<tspan x=\"{x:.1}\" textLength=\"{length:.1}\" lengthAdjust=\"spacingAndGlyphs\">{}</tspan>",
                    escaped(text)
                ));
            }
            run.clear();
            (start, is_wide) = (column, width == 2);
        }
        run.push(one);
        column += width;
    }
    spans
}

/// Breaks a line that is wider than the picture, as a terminal does.
fn folded(line: &str) -> Vec<String> {
    let (mut parts, mut column) = (vec![String::new()], 0);
    for one in line.chars() {
        let width = one.width().unwrap_or(0);
        if column + width > COLUMNS {
            parts.push(String::new());
            column = 0;
        }
        parts.last_mut().expect("a line has a first part").push(one);
        column += width;
    }
    parts
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_run_has_its_column_and_width() {
        let span = |x: &str, length: &str, text: &str| {
            format!(
                "<tspan x=\"{x}\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\">{text}</tspan>"
            )
        };
        let expected =
            span("16.0", "16.8", "ab") + &span("41.2", "33.6", "王五") + &span("83.2", "25.2", "&lt;c&gt;");
        assert_eq!(spans("ab 王五 <c>"), expected);
    }

    #[test]
    fn a_long_line_continues_below() {
        let line = "部".repeat(51);
        assert_eq!(folded(&line), ["部".repeat(50), "部".to_owned()]);
        assert_eq!(folded(""), [""]);
        let svg = picture("A & B", &format!("$ {line}\n"));
        assert!(svg.contains("<title>A &amp; B</title>"));
        assert_eq!(svg.matches("<text class=\"command\"").count(), 2);
    }
}
