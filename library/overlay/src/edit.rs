//! An edit: lines put into (or, rarely, exchanged in) a file of upstream's library, found by an anchor.
//!
//! An anchor is one or more whole lines which must occur exactly once in the *upstream* file (or as often as the edit's
//! `times` says, and is then an anchor at each place), so edits do not depend on each other's order. Everything outside the lines that a `replace` names survives, in order; [`apply`] proves that on
//! its own result rather than trusting itself. Left out: regular expressions, line numbers, fuzz; an edit that no longer
//! fits is looked at by a person.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::misfit::{Anchor, Misfit};

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
    pub(crate) origin: String,
    anchor: String,
    place: Place,
    times: usize,
    insert: String,
    why: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    After,
    Before,
    /// The anchor's lines are taken out.
    Instead,
}

/// All edits by the file they are for (relative to `library/`), from `(path below library/, TOML text)` pairs.
///
/// # Errors
/// Text that is not TOML of the expected shape, an edit without exactly one anchor or without a reason.
pub(crate) fn parse(files: impl Iterator<Item = (String, &'static str)>) -> Result<BTreeMap<String, Vec<Edit>>> {
    let mut edits = BTreeMap::<String, Vec<Edit>>::new();
    for (origin, text) in files {
        let parsed: EditFile =
            toml::from_str(text).with_context(|| format!("library/{origin} is not a list of edits"))?;
        for raw in parsed.edit {
            let (file, edit) = check(&origin, raw)?;
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
        _ => bail!("library/{origin}: the edit of {} needs exactly one of `after`, `before` and `replace`", raw.file),
    };
    ensure!(!anchor.trim().is_empty(), "library/{origin}: the edit of {} has an empty anchor", raw.file);
    ensure!(!raw.why.trim().is_empty(), "library/{origin}: the edit of {} gives no reason in `why`", raw.file);
    ensure!(raw.times > 0, "library/{origin}: the edit of {} is made 0 times: strike it", raw.file);
    let origin = origin.to_owned();
    Ok((raw.file, Edit { origin, anchor, place, times: raw.times, insert: raw.insert, why: raw.why }))
}

/// The upstream text of `file` with those of `edits` applied that fit, and what of the others does not.
///
/// # Errors
/// A result in which an upstream line went missing.
pub(crate) fn apply(file: &str, upstream: &str, edits: &[Edit]) -> Result<(String, Vec<Misfit>)> {
    let lines: Vec<&str> = upstream.lines().collect();
    let mut taken_out = vec![false; lines.len()];
    // What stands before line i; the last slot is the end of the file.
    let mut inserted = vec![String::new(); lines.len() + 1];
    let mut misfits = Vec::new();
    for edit in edits {
        let anchor: Vec<&str> = edit.anchor.lines().collect();
        let found: Vec<usize> = places(&lines, &anchor).collect();
        if found.len() != edit.times {
            misfits.push(Misfit::Anchor(moved(file, &lines, edit, found.len())));
            continue;
        }
        for first in found {
            let end = first + anchor.len();
            let slot = match edit.place {
                Place::Before => first,
                Place::After | Place::Instead => end,
            };
            if edit.place == Place::Instead {
                if let Some(line) = (first..end).find(|line| taken_out[*line]) {
                    let origin = edit.origin.clone();
                    misfits.push(Misfit::Overlap { file: file.to_owned(), origin, line: line + 1 });
                    continue;
                }
                taken_out[first..end].fill(true);
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
    Ok((result, misfits))
}

/// The indices of the lines where `anchor` begins.
pub(crate) fn places<'a>(lines: &'a [&str], anchor: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
    let windows = lines.windows(anchor.len()).enumerate();
    windows.filter(move |(_, window)| *window == anchor).map(|(at, _)| at)
}

/// What is known of an anchor that does not occur as often as it should.
fn moved(file: &str, lines: &[&str], edit: &Edit, found: usize) -> Anchor {
    let at = |wanted: &str| {
        let equal = lines.iter().enumerate().filter(|(_, line)| **line == wanted);
        equal.map(|(index, _)| index + 1).collect()
    };
    Anchor {
        file: file.to_owned(),
        origin: edit.origin.clone(),
        text: edit.anchor.clone(),
        times: edit.times,
        found,
        lines: edit.anchor.lines().map(at).collect(),
        elsewhere: Vec::new(),
    }
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
        let origin = "edits/test.toml".into();
        Edit { origin, anchor: anchor.into(), place, times: 1, insert: insert.into(), why: "it must be".into() }
    }

    /// What is made of the upstream text; the edits fit.
    fn edited(edits: &[Edit]) -> String {
        let (text, misfits) = apply("f", UPSTREAM, edits).unwrap();
        assert!(misfits.is_empty(), "{misfits:?}");
        text
    }

    /// What does not fit.
    fn misfits(file: &str, edits: &[Edit]) -> Vec<String> {
        apply(file, UPSTREAM, edits).unwrap().1.iter().map(ToString::to_string).collect()
    }

    fn parsed(text: &'static str) -> Result<BTreeMap<String, Vec<Edit>>> {
        parse([("edits/t.toml".to_owned(), text)].into_iter())
    }

    fn message(result: Result<impl std::fmt::Debug>) -> String {
        format!("{:#}", result.expect_err("an error"))
    }

    #[test]
    fn inserts_before_and_after_whole_lines() {
        let edits = [edit(Place::After, "one", "1.5"), edit(Place::Before, "three", "2.5\n2.6\n")];
        assert_eq!(edited(&edits), "one\n1.5\ntwo\n2.5\n2.6\nthree\ntwo\n");
    }

    #[test]
    fn replaces_several_lines() {
        assert_eq!(edited(&[edit(Place::Instead, "two\nthree", "x")]), "one\nx\ntwo\n");
        assert_eq!(edited(&[edit(Place::Instead, "three", "")]), "one\ntwo\ntwo\n");
    }

    #[test]
    fn an_anchor_that_does_not_occur_once_is_told_with_what_is_there_of_it() {
        let twice = misfits("std/src/x.rs", &[edit(Place::After, "two", "x")]).remove(0);
        assert!(
            twice.contains("library/std/src/x.rs") && twice.contains("2 times") && twice.contains("| two"),
            "{twice}"
        );
        let never = misfits("f", &[edit(Place::After, "thr", "x")]).remove(0);
        assert!(never.contains("0 times"), "a part of a line is no anchor: {never}");
        let torn = misfits("f", &[edit(Place::After, "three\none\nfour", "x")]).remove(0);
        assert!(torn.contains("| three    <- line 3\n") && torn.contains("| four    <- not there\n"), "{torn}");
    }

    #[test]
    fn an_anchor_may_occur_as_often_as_is_said() {
        let times = |times, place, anchor: &str| Edit { times, ..edit(place, anchor, "2") };
        assert_eq!(edited(&[times(2, Place::Instead, "two")]), "one\n2\nthree\n2\n");
        let thrice = misfits("f", &[times(3, Place::Instead, "two")]).remove(0);
        assert!(thrice.contains("2 times instead of 3"), "{thrice}");
        let once = misfits("f", &[times(2, Place::After, "one")]).remove(0);
        assert!(once.contains("1 times instead of 2"), "{once}");
    }

    #[test]
    fn all_that_does_not_fit_is_told_and_the_rest_is_made() {
        let edits =
            [edit(Place::After, "four", "x"), edit(Place::After, "one", "1.5"), edit(Place::Before, "two", "x")];
        let (text, misfits) = apply("f", UPSTREAM, &edits).unwrap();
        assert_eq!((text.as_str(), misfits.len()), ("one\n1.5\ntwo\nthree\ntwo\n", 2));
    }

    #[test]
    fn overlapping_replacements_are_refused() {
        let edits = [edit(Place::Instead, "one\ntwo", "x"), edit(Place::Instead, "two\nthree", "y")];
        assert!(misfits("f", &edits).remove(0).contains("line 2"));
    }

    #[test]
    fn a_lost_line_is_noticed() {
        assert!(message(prove_survival("f", ["a", "b"].into_iter(), "b\na\n")).contains("`b`"));
        prove_survival("f", ["a", "b"].into_iter(), "a\nx\nb\n").unwrap();
    }

    #[test]
    fn an_edit_has_one_anchor_and_a_reason() {
        let none = "[[edit]]\nfile = 'f'\nwhy = 'w'\ninsert = 'x'\n";
        assert!(message(parsed(none)).contains("exactly one of"));
        let no_reason = "[[edit]]\nfile = 'f'\nwhy = ' '\nafter = 'a'\ninsert = 'x'\n";
        assert!(message(parsed(no_reason)).contains("no reason"));
        let unknown = "[[edit]]\nfile = 'f'\nwhy = 'w'\nafter = 'a'\ninsert = 'x'\nlines = 3\n";
        assert!(message(parsed(unknown)).contains("library/edits/t.toml"));
    }

    /// Rust that is longer is a file, which is formatted and tested.
    #[test]
    fn what_is_inserted_is_short_and_has_a_reason_of_its_own() {
        const MOST: usize = 20;
        let edits = parse(crate::embedded::edit_files(crate::Parts::All)).unwrap();
        for (file, edits) in &edits {
            for edit in edits {
                let lines = edit.insert.lines().filter(|line| !line.trim().is_empty()).count();
                assert!(
                    lines <= MOST || !file.ends_with(".rs"),
                    "library/{}: an edit of {file} inserts {lines} lines; make them a file that it names",
                    edit.origin
                );
                let leans = ["As above", "The same", "See above"].iter().any(|words| edit.why.starts_with(words));
                assert!(!leans, "library/{}: `{}` of {file} says nothing by itself", edit.origin, edit.why);
            }
        }
    }
}
