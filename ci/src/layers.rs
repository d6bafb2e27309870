//! The layers of the platform crates: which module uses which, and that no arrow leads upwards.
//!
//! A crate's `lib.rs` lists its modules under comments `// Layer: ...`, the highest layer first. A module may use its
//! own layer and those below; so there is no cycle between layers. What counts is what the source says: `crate::x`,
//! `super::x` and `$crate::x` in code. The fake host is left out: it stands in for what is below everything, and calls
//! back.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use crate::checkout::Checkout;

/// The crates, and the text that none of a crate's code may contain: the component model's and the web's know no interface of WASI.
const CRATES: [(&str, Option<&str>); 3] =
    [("library/component/src", Some("\"wasi:")), ("library/wasi/src", None), ("library/web/src", Some("\"wasi:"))];

/// The findings in all of them. Prints what the graph comes to.
pub(crate) fn check(checkout: &Checkout) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for (folder, forbidden) in CRATES {
        let mut sources = Vec::new();
        for file in checkout.files(folder, "rs")? {
            let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
            let path = file.strip_prefix(checkout.path(folder)).unwrap_or(&file).to_owned();
            let path = path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))?.to_owned();
            sources.push(Source { path, code: code(&text), text });
        }
        let graph = Graph::of(&sources);
        findings.extend(graph.findings(folder));
        for source in &sources {
            if let Some(forbidden) = forbidden.filter(|forbidden| source.code.contains(forbidden)) {
                findings.push(format!("{folder}/{}: names an interface ({forbidden}...\") of WASI", source.path));
            }
        }
        println!(
            "{folder}: {} modules in {} layers, {} arrows",
            graph.layer_of.len(),
            graph.layers,
            graph.arrows.len()
        );
    }
    Ok(findings)
}

/// A file of a crate.
struct Source {
    /// Below `src`.
    path: String,
    text: String,
    /// The text without comments.
    code: String,
}

/// The modules below a crate's root, and who uses whom.
#[derive(Default)]
struct Graph {
    layers: usize,
    /// Each module's layer, 0 being the highest.
    layer_of: BTreeMap<String, usize>,
    /// Modules listed under no layer.
    loose: Vec<String>,
    /// From, to, and the file that says so.
    arrows: BTreeMap<(String, String), String>,
}

impl Graph {
    fn of(sources: &[Source]) -> Graph {
        let mut graph = Graph::default();
        // What other names at the root stand for: re-exports and exported macros.
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        if let Some(root) = sources.iter().find(|source| source.path == "lib.rs") {
            for line in root.text.lines() {
                if line.starts_with("// Layer: ") {
                    graph.layers += 1;
                }
                let Some(item) = line.strip_suffix(';') else { continue };
                if let Some((_, module)) = item.split_once("mod ").filter(|(before, _)| is_visibility(before)) {
                    match graph.layers {
                        0 => graph.loose.push(module.to_owned()),
                        layers => _ = graph.layer_of.insert(module.to_owned(), layers - 1),
                    }
                }
                if let Some((module, name)) = item.strip_prefix("pub use ").and_then(|path| path.split_once("::")) {
                    names.insert(name.to_owned(), module.to_owned());
                }
            }
        }
        let inside = |source: &&Source| {
            source.path != "lib.rs"
                && !source.path.split('/').any(|part| part == "fake")
                && !source.path.ends_with("tests.rs")
        };
        for source in sources.iter().filter(inside) {
            for part in source.code.split("#[macro_export]").skip(1) {
                if let Some(name) = part.split_once("macro_rules! ").map(|(_, rest)| identifier(rest)) {
                    names.insert(name.to_owned(), module_of(&source.path).to_owned());
                }
            }
        }
        for source in sources.iter().filter(inside) {
            let from = module_of(&source.path);
            for used in used(&source.code, source.path.matches('/').count()) {
                let to = names.get(&used).unwrap_or(&used);
                if to != from && graph.layer_of.contains_key(to) {
                    graph.arrows.entry((from.to_owned(), to.clone())).or_insert_with(|| source.path.clone());
                }
            }
        }
        graph
    }

    fn findings(&self, folder: &str) -> Vec<String> {
        let loose = self.loose.iter().map(|module| format!("{folder}/lib.rs: `{module}` stands under no `// Layer:`"));
        let upwards =
            self.arrows.iter().filter(|((from, to), _)| match (self.layer_of.get(from), self.layer_of.get(to)) {
                (Some(from), Some(to)) => to < from,
                _ => false,
            });
        let upwards = upwards.map(|((from, to), file)| {
            format!("{folder}/{file}: `{from}` uses `{to}`, which is in a higher layer (see lib.rs)")
        });
        loose.chain(upwards).collect()
    }
}

/// The module below the root that a file belongs to.
fn module_of(path: &str) -> &str {
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs")
}

fn is_visibility(before: &str) -> bool {
    matches!(before, "" | "pub " | "pub(crate) ")
}

/// The text without comments.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The names at the root that a file so deep in folders uses.
fn used(code: &str, depth: usize) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let to_root = format!("{}super::", "super::".repeat(depth));
    for prefix in ["crate::", &to_root] {
        for (at, _) in code.match_indices(prefix) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|before| before.is_alphanumeric() || before == '_' || before == ':') {
                continue;
            }
            let rest = &code[at + prefix.len()..];
            match rest.strip_prefix('{') {
                Some(group) => used.extend(firsts(group)),
                None => _ = used.insert(identifier(rest).to_owned()),
            }
        }
    }
    used
}

/// The first name of each path in a group `a, b::c, d::{e, f}}`.
fn firsts(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut fresh) = (0, Vec::new(), true);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            _ if depth == 0 && fresh && (character.is_alphanumeric() || character == '_') => {
                names.push(identifier(&group[at..]).to_owned());
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

fn identifier(text: &str) -> &str {
    let end = text.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(files: &[(&str, &str)]) -> Graph {
        let source = |(path, text): &(&str, &str)| Source {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
            code: code(text),
        };
        Graph::of(&files.iter().map(source).collect::<Vec<_>>())
    }

    const ROOT: (&str, &str) = (
        "lib.rs",
        "// Layer: words.\npub mod fs;\npub mod time;\n\n// Layer: errors.\npub mod error;\npub mod state;\n\npub use error::Error;\n",
    );

    #[test]
    fn an_arrow_that_leads_upwards_is_found_however_it_is_written() {
        for text in [
            "use crate::fs::open;",
            "use crate::{\n    error::Error,\n    fs::{open, close},\n};",
            "fn f() { super::fs::open() }",
            "macro_rules! m { () => { $crate::fs::open() } }",
        ] {
            let findings = graph(&[ROOT, ("error.rs", text)]).findings("x");
            assert_eq!(findings, ["x/error.rs: `error` uses `fs`, which is in a higher layer (see lib.rs)"], "{text}");
        }
        let nested = graph(&[ROOT, ("error/codes.rs", "use super::super::time::Mark;")]).findings("x");
        assert_eq!(nested, ["x/error/codes.rs: `error` uses `time`, which is in a higher layer (see lib.rs)"]);
    }

    #[test]
    fn names_of_the_root_and_exported_macros_are_those_of_their_modules() {
        let files = [
            ROOT,
            ("state.rs", "#[macro_export]\nmacro_rules! state { () => {} }"),
            ("fs.rs", "use crate::Error;\ncrate::state! {}"),
        ];
        let arrows: Vec<_> = graph(&files).arrows.into_keys().collect();
        assert_eq!(arrows, [("fs".to_owned(), "error".to_owned()), ("fs".to_owned(), "state".to_owned())]);
    }

    #[test]
    fn what_is_no_arrow_upwards_is_let_be() {
        let texts = [
            ("error.rs", "//! See [`crate::fs`].\nuse crate::state::S; // for crate::fs\n"),
            ("state.rs", "use component_rt::fs; use other_crate::fs; use crate::error::Error;"),
            ("fs/file.rs", "use super::fs; use crate::time::Mark;"),
            ("error/fake/host.rs", "use crate::fs::open;"),
        ];
        for text in texts {
            assert_eq!(graph(&[ROOT, text]).findings("x"), Vec::<String>::new(), "{text:?}");
        }
    }

    #[test]
    fn a_module_under_no_layer_is_found() {
        assert_eq!(graph(&[("lib.rs", "mod lost;\n")]).findings("x").len(), 1);
    }

    #[test]
    fn both_crates_are_read_and_have_arrows() {
        let checkout = Checkout::find().unwrap();
        assert_eq!(check(&checkout).unwrap(), Vec::<String>::new());
        for (folder, _) in CRATES {
            assert!(checkout.path(format!("{folder}/lib.rs")).is_file());
        }
    }
}
