//! An edit: lines put into (or, rarely, exchanged in) a file of upstream's library, found by an anchor.
//!
//! An anchor is one or more whole lines which must occur exactly once in the *upstream* file (or as often as the edit's
//! `times` says, and is then an anchor at each place), so edits do not depend on each other's order. Everything outside the lines that a `replace` names survives, in order; [`apply`] proves that on
//! its own result rather than trusting itself. Left out: regular expressions, line numbers, fuzz; an edit that no longer
//! fits is looked at by a person.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

/// A file of `library/edits`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EditFile {
    edit: Vec<RawEdit>,
}

/// An `[[edit]]` as written. Exactly one of the three anchors is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEdit {
    file: String,
    why: String,
    after: Option<String>,
    before: Option<String>,
    replace: Option<String>,
    /// How often the anchor occurs, if not once.
    #[serde(default = "once")]
    times: usize,
    insert: String,
}

fn once() -> usize {
    1
}

/// One checked edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The TOML file it stands in, for messages.
    origin: String,
    anchor: String,
    place: Place,
    times: usize,
    insert: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    After,
    Before,
    /// The anchor's lines are taken out.
    Instead,
}

/// All edits by the file they are for (relative to `library/`), from `(name, TOML text)` pairs.
///
/// # Errors
/// Text that is not TOML of the expected shape, an edit without exactly one anchor or without a reason.
pub(crate) fn parse(files: &[(&str, &str)]) -> Result<BTreeMap<String, Vec<Edit>>> {
    let mut edits = BTreeMap::<String, Vec<Edit>>::new();
    for &(origin, text) in files {
        let parsed: EditFile =
            toml::from_str(text).with_context(|| format!("library/edits/{origin} is not a list of edits"))?;
        for raw in parsed.edit {
            let (file, edit) = check(origin, raw)?;
            edits.entry(file).or_default().push(edit);
        }
    }
    Ok(edits)
}

fn check(origin: &str, raw: RawEdit) -> Result<(String, Edit)> {
    let (place, anchor) = match (raw.after, raw.before, raw.replace) {
        (Some(anchor), None, None) => (Place::After, anchor),
        (None, Some(anchor), None) => (Place::Before, anchor),
        (None, None, Some(anchor)) => (Place::Instead, anchor),
        _ => bail!(
            "library/edits/{origin}: the edit of {} needs exactly one of `after`, `before` and `replace`",
            raw.file
        ),
    };
    ensure!(!anchor.trim().is_empty(), "library/edits/{origin}: the edit of {} has an empty anchor", raw.file);
    ensure!(!raw.why.trim().is_empty(), "library/edits/{origin}: the edit of {} gives no reason in `why`", raw.file);
    ensure!(raw.times > 0, "library/edits/{origin}: the edit of {} is made 0 times: strike it", raw.file);
    Ok((raw.file, Edit { origin: origin.to_owned(), anchor, place, times: raw.times, insert: raw.insert }))
}

/// The upstream text of `file` with `edits` applied.
///
/// # Errors
/// An anchor that does not occur as often as it should, edits whose replaced lines overlap or are another edit's anchor, and a
/// result in which an upstream line went missing.
pub(crate) fn apply(file: &str, upstream: &str, edits: &[Edit]) -> Result<String> {
    let lines: Vec<&str> = upstream.lines().collect();
    let mut taken_out = vec![false; lines.len()];
    // What stands before line i; the last slot is the end of the file.
    let mut inserted = vec![String::new(); lines.len() + 1];
    for edit in edits {
        let anchor: Vec<&str> = edit.anchor.lines().collect();
        for first in find(file, &lines, &anchor, edit)? {
            let end = first + anchor.len();
            let slot = match edit.place {
                Place::Before => first,
                Place::After | Place::Instead => end,
            };
            if edit.place == Place::Instead {
                for (line, out) in taken_out[first..end].iter_mut().enumerate() {
                    ensure!(
                        !std::mem::replace(out, true),
                        "library/edits/{}: two edits of library/{file} replace its line {}; make them one",
                        edit.origin,
                        first + line + 1
                    );
                }
            }
            inserted[slot].push_str(&edit.insert);
            if !edit.insert.is_empty() && !edit.insert.ends_with('\n') {
                inserted[slot].push('\n');
            }
        }
    }

    let mut result = String::with_capacity(upstream.len() + inserted.iter().map(String::len).sum::<usize>());
    for (index, line) in lines.iter().enumerate() {
        result.push_str(&inserted[index]);
        if !taken_out[index] {
            result.push_str(line);
            result.push('\n');
        }
    }
    result.push_str(&inserted[lines.len()]);

    let kept = lines.iter().zip(&taken_out).filter(|(_, out)| !**out).map(|(line, _)| *line);
    prove_survival(file, kept, &result)?;
    Ok(result)
}

/// The indices of the lines where `anchor` begins, if there are as many as the edit says.
fn find(file: &str, lines: &[&str], anchor: &[&str], edit: &Edit) -> Result<Vec<usize>> {
    let windows = lines.windows(anchor.len()).enumerate();
    let found: Vec<usize> = windows.filter(|(_, window)| *window == anchor).map(|(at, _)| at).collect();
    if found.len() == edit.times {
        return Ok(found);
    }
    bail!(
        "library/{file}: the anchor of an edit occurs {} times instead of {}\n\
         anchor (library/edits/{}):\n{}\n\
         What to do: find where these lines went in this Rust release and make the anchor name the new place.",
        found.len(),
        if edit.times == 1 { "once".to_owned() } else { edit.times.to_string() },
        edit.origin,
        edit.anchor.lines().map(|line| format!("    | {line}")).collect::<Vec<_>>().join("\n"),
    )
}

/// Checks that every line of `kept` is in `result`, in order: the promise that edits only add, apart from what they
/// say they replace.
fn prove_survival<'a>(file: &str, kept: impl Iterator<Item = &'a str>, result: &str) -> Result<()> {
    let mut lines = result.lines();
    for line in kept {
        ensure!(
            lines.any(|candidate| candidate == line),
            "library/{file}: the upstream line `{line}` did not survive the edits; this is a defect of the overlay tool"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const UPSTREAM: &str = "one\ntwo\nthree\ntwo\n";

    fn edit(place: Place, anchor: &str, insert: &str) -> Edit {
        Edit { origin: "test.toml".into(), anchor: anchor.into(), place, times: 1, insert: insert.into() }
    }

    fn message(result: Result<impl std::fmt::Debug>) -> String {
        format!("{:#}", result.expect_err("an error"))
    }

    #[test]
    fn inserts_before_and_after_whole_lines() {
        let edits = [edit(Place::After, "one", "1.5"), edit(Place::Before, "three", "2.5\n2.6\n")];
        assert_eq!(apply("f", UPSTREAM, &edits).unwrap(), "one\n1.5\ntwo\n2.5\n2.6\nthree\ntwo\n");
    }

    #[test]
    fn replaces_several_lines() {
        assert_eq!(apply("f", UPSTREAM, &[edit(Place::Instead, "two\nthree", "x")]).unwrap(), "one\nx\ntwo\n");
        assert_eq!(apply("f", UPSTREAM, &[edit(Place::Instead, "three", "")]).unwrap(), "one\ntwo\ntwo\n");
    }

    #[test]
    fn anchor_must_occur_exactly_once() {
        let twice = message(apply("std/src/x.rs", UPSTREAM, &[edit(Place::After, "two", "x")]));
        assert!(
            twice.contains("library/std/src/x.rs") && twice.contains("2 times") && twice.contains("| two"),
            "{twice}"
        );
        let never = message(apply("f", UPSTREAM, &[edit(Place::After, "thr", "x")]));
        assert!(never.contains("0 times"), "a part of a line is no anchor: {never}");
    }

    #[test]
    fn an_anchor_may_occur_as_often_as_is_said() {
        let twice = Edit { times: 2, ..edit(Place::Instead, "two", "2") };
        assert_eq!(apply("f", UPSTREAM, &[twice]).unwrap(), "one\n2\nthree\n2\n");
        let thrice = message(apply("f", UPSTREAM, &[Edit { times: 3, ..edit(Place::Instead, "two", "2") }]));
        assert!(thrice.contains("2 times instead of 3"), "{thrice}");
        let once = message(apply("f", UPSTREAM, &[Edit { times: 2, ..edit(Place::After, "one", "x") }]));
        assert!(once.contains("1 times instead of 2"), "{once}");
    }

    #[test]
    fn overlapping_replacements_are_refused() {
        let edits = [edit(Place::Instead, "one\ntwo", "x"), edit(Place::Instead, "two\nthree", "y")];
        assert!(message(apply("f", UPSTREAM, &edits)).contains("line 2"));
    }

    #[test]
    fn a_lost_line_is_noticed() {
        assert!(message(prove_survival("f", ["a", "b"].into_iter(), "b\na\n")).contains("`b`"));
        prove_survival("f", ["a", "b"].into_iter(), "a\nx\nb\n").unwrap();
    }

    #[test]
    fn an_edit_has_one_anchor_and_a_reason() {
        let none = "[[edit]]\nfile = 'f'\nwhy = 'w'\ninsert = 'x'\n";
        assert!(message(parse(&[("t.toml", none)])).contains("exactly one of"));
        let no_reason = "[[edit]]\nfile = 'f'\nwhy = ' '\nafter = 'a'\ninsert = 'x'\n";
        assert!(message(parse(&[("t.toml", no_reason)])).contains("no reason"));
        let unknown = "[[edit]]\nfile = 'f'\nwhy = 'w'\nafter = 'a'\ninsert = 'x'\nlines = 3\n";
        assert!(message(parse(&[("t.toml", unknown)])).contains("library/edits/t.toml"));
    }
}
