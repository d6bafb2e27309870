//! The table of `docs/std-support.md`: what every API of std that touches the platform answers on the target, as
//! measured.
//!
//! A census is a program whose name ends in `_census`. It asks each API, asserts the answer, natively and on the
//! target, and prints a line `API: same` or `API: what differs, and why`. The table is made of these lines and of
//! nothing else.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::program::Program;

const BEGIN: &str = "<!-- made by the census programs: begin -->\n";
const END: &str = "<!-- made by the census programs: end -->\n";

/// The lines of one census.
#[derive(Debug)]
pub struct Census {
    name: String,
    lines: Vec<(String, String)>,
}

/// Whether a program is a census.
pub fn is_census(program: &Program) -> bool {
    program.name.ends_with("_census")
}

impl Census {
    /// Reads what the program of that name has printed.
    ///
    /// # Errors
    /// A line that is not `API: ANSWER`; an API that stands there twice.
    pub fn read(name: &str, stdout: &[u8]) -> Result<Census> {
        let text = str::from_utf8(stdout).with_context(|| format!("{name} prints what is not UTF-8"))?;
        let mut lines: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            let (api, answer) =
                line.split_once(": ").with_context(|| format!("{name} prints `{line}`, which is not `API: ANSWER`"))?;
            ensure!(lines.iter().all(|(known, _)| known != api), "{name} tells of `{api}` twice");
            lines.push((api.to_owned(), answer.to_owned()));
        }
        ensure!(!lines.is_empty(), "{name} prints nothing");
        Ok(Census { name: name.to_owned(), lines })
    }

    fn table(&self) -> String {
        let (area, program) = (self.name.trim_end_matches("_census"), &self.name);
        let mut table = format!("\n### {area}\n\nBy [`{program}`](../tests/programs/src/bin/{program}.rs).\n\n");
        table.push_str("| API | here |\n|---|---|\n");
        for (api, answer) in &self.lines {
            let cell = |text: &str| text.replace('|', "\\|");
            writeln!(table, "| {} | {} |", cell(api), cell(answer)).expect("a string takes everything");
        }
        table
    }
}

/// Compares the table in `page` with the censuses, or puts it there if `bless`.
///
/// # Errors
/// A page that cannot be read or has no place for the table; a table that is not the one the censuses make.
pub fn compare(page: &Path, censuses: &[Census], bless: bool) -> Result<()> {
    let text = std::fs::read_to_string(page).with_context(|| format!("cannot read {}", page.display()))?;
    let marks = || format!("{} has not both of the lines\n{BEGIN}{END}", page.display());
    let (before, rest) = text.split_once(BEGIN).with_context(marks)?;
    let (table, after) = rest.split_once(END).with_context(marks)?;
    let measured = tables(censuses);
    if bless {
        let text = format!("{before}{BEGIN}{measured}{END}{after}");
        return std::fs::write(page, text).with_context(|| format!("cannot write {}", page.display()));
    }
    ensure!(
        table == measured,
        "{} does not say what the census programs say; if they are right: BLESS=1 cargo test -p cargo-p3 --test programs {TRIAL}\n{}",
        page.display(),
        crate::verdict::changes(table, &measured),
    );
    Ok(())
}

/// The name of the test that compares the page.
pub const TRIAL: &str = "docs_std_support";

fn tables(censuses: &[Census]) -> String {
    let answers = || censuses.iter().flat_map(|census| &census.lines).map(|(_, answer)| answer);
    let same = answers().filter(|answer| *answer == "same").count();
    let unsupported = answers().filter(|answer| answer.contains("Unsupported")).count();
    let all = answers().count();
    let differ = all - same - unsupported;
    let mut text =
        format!("{all} rows: {same} the same as on Linux, {differ} differ, {unsupported} are `Unsupported`.\n");
    censuses.iter().for_each(|census| text.push_str(&census.table()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_rows_and_are_counted() {
        let census = Census::read("fs_census", b"File::open: same\nFile::lock: Unsupported: no locks\n").unwrap();
        let text = tables(&[census]);
        assert!(text.starts_with("2 rows: 1 the same as on Linux, 0 differ, 1 are"), "{text}");
        assert!(text.contains("\n| File::lock | Unsupported: no locks |\n"), "{text}");
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        assert!(Census::read("fs_census", b"hello\n").is_err());
        assert!(Census::read("fs_census", b"a: same\na: same\n").is_err());
        assert!(Census::read("fs_census", b"").is_err());
    }

    #[test]
    fn a_page_is_blessed_and_compared() {
        let page = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(page.path(), format!("# Page\n{BEGIN}old\n{END}end\n")).unwrap();
        let censuses = [Census::read("fs_census", b"a: same\n").unwrap()];
        assert!(compare(page.path(), &censuses, false).is_err());
        compare(page.path(), &censuses, true).unwrap();
        compare(page.path(), &censuses, false).unwrap();
        let text = std::fs::read_to_string(page.path()).unwrap();
        assert!(text.starts_with("# Page\n") && text.ends_with("end\n"), "{text}");
    }
}
