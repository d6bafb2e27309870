//! The texts that state things about the target: sections of Markdown, and code in them.

use anyhow::{Context as _, Result};

use super::context::{Context, TARGET};

/// The platform-support page of the target.
pub(super) const PAGE: &str = "docs/platform-support/wasm32-wasip3.md";
/// The description of the targets.
pub(super) const TARGETS: &str = "targets/README.md";

/// Reads a document of the checkout.
pub(super) fn read(context: &Context, path: &str) -> Result<String> {
    debug_assert!(PAGE.contains(TARGET));
    let file = context.checkout.path(path);
    std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
}

/// The text below a heading, up to the next heading of its level or a higher one.
pub(super) fn section<'a>(text: &'a str, heading: &str) -> Option<&'a str> {
    let mut lines = Lines::of(text);
    let (level, start) = lines.find_map(|line| match line.heading {
        Some((level, title)) if title == heading => Some((level, line.end)),
        _ => None,
    })?;
    let end =
        lines.find(|line| line.heading.is_some_and(|(other, _)| other <= level)).map_or(text.len(), |line| line.start);
    Some(&text[start..end])
}

/// All headings, with their levels.
pub(super) fn headings(text: &str) -> Vec<(usize, &str)> {
    Lines::of(text).filter_map(|line| line.heading).collect()
}

/// The blocks of commands in a text: fenced, and marked as text or for the shell.
pub(super) fn commands(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<Vec<&str>> = None;
    for line in text.lines() {
        match (&mut open, line.trim_end()) {
            (None, "```text" | "```sh" | "```bash" | "```console") => open = Some(Vec::new()),
            (Some(lines), "```") => {
                blocks.push(lines.join("\n"));
                open = None;
            }
            (Some(lines), line) => lines.push(line),
            (None, _) => {}
        }
    }
    blocks
}

/// Every `code` between single backticks.
pub(super) fn code(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

struct Line<'a> {
    start: usize,
    end: usize,
    heading: Option<(usize, &'a str)>,
}

/// Lines that know whether they are headings; those within fences are not.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    fenced: bool,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Lines<'a> {
        Lines { text, at: 0, fenced: false }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let (start, line) = (self.at, rest[..length].trim_end());
        self.at += length;
        if line.starts_with("```") {
            self.fenced = !self.fenced;
        }
        let level = line.chars().take_while(|&c| c == '#').count();
        let heading =
            (!self.fenced && level > 0 && line[level..].starts_with(' ')).then(|| (level, line[level..].trim()));
        Some(Line { start, end: self.at, heading })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# A\n\n## B\n\none\n\n```text\n# no heading\ncargo x\n```\n\n### C\n\ntwo\n\n## D\n\n`e` f `g`\n";

    #[test]
    fn sections_end_at_their_own_level() {
        assert_eq!(headings(TEXT), [(1, "A"), (2, "B"), (3, "C"), (2, "D")]);
        assert!(section(TEXT, "B").unwrap().contains("two"));
        assert!(!section(TEXT, "C").unwrap().contains("D"));
        assert_eq!(section(TEXT, "E"), None);
    }

    #[test]
    fn commands_and_code_are_found() {
        assert_eq!(commands(TEXT), ["# no heading\ncargo x"]);
        assert_eq!(code(section(TEXT, "D").unwrap()).collect::<Vec<_>>(), ["e", "g"]);
    }
}
