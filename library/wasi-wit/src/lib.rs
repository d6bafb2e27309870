//! The WIT of WASI 0.3.0: the interfaces `std` is built on, as texts and as a `Resolve`.
//!
//! Here because two rooms need the same text and neither should own it: the linker encodes the world of a program from
//! it, and the tests of wasi-rt check every import's name, signature and layout against it. The text comes out of
//! the published `wasip3` crate when this package is built (build.rs); none of it is committed. What is made of it,
//! such as which interfaces a program gets, is not decided here.

use anyhow::{Context, Result};
use wit_parser::{Resolve, UnresolvedPackageGroup};

/// The version of every package here, as it stands behind the `@` of an interface's name.
pub const VERSION: &str = "0.3.0";

/// One `.wit` file.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// The file's name, for instance `cli.wit`.
    pub name: &'static str,
    /// What stands in it: one package.
    pub contents: &'static str,
}

/// The packages wasi:cli, clocks, filesystem, http, random and sockets, a file each, ordered by name.
pub const TEXTS: &[Text] = include!(concat!(env!("OUT_DIR"), "/texts.rs"));

/// All packages of [`TEXTS`], parsed and resolved.
///
/// Items marked `@unstable` are left out, as they are in WASI 0.3.0.
///
/// # Panics
///
/// Never in a build whose tests pass: the texts are part of the build.
#[must_use]
pub fn wasi() -> Resolve {
    parse(TEXTS).expect("the WIT of WASI 0.3.0 that was built in is well-formed")
}

fn parse(texts: &[Text]) -> Result<Resolve> {
    let groups = texts
        .iter()
        .map(|text| {
            UnresolvedPackageGroup::parse(text.name, text.contents)
                .map_err(|error| anyhow::anyhow!("{}: {error:?}", text.name))
        })
        .collect::<Result<Vec<_>>>()?;
    let mut resolve = Resolve::default();
    let mut groups = groups.into_iter();
    let first = groups.next().context("no text")?;
    resolve.push_groups(first, groups.collect())?;
    Ok(resolve)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_there_in_the_one_version() {
        let mut names: Vec<String> = wasi().packages.iter().map(|(_, package)| package.name.to_string()).collect();
        names.sort();
        let expected =
            ["cli", "clocks", "filesystem", "http", "random", "sockets"].map(|name| format!("wasi:{name}@{VERSION}"));
        assert_eq!(names, expected);
    }

    #[test]
    fn the_world_of_a_command_exports_run() {
        let resolve = wasi();
        let cli = resolve.package_names.iter().find(|(name, _)| name.name == "cli").map(|(_, id)| *id).unwrap();
        let world = resolve.select_world(&[cli], Some("command")).unwrap();
        let exports: Vec<String> =
            resolve.worlds[world].exports.keys().map(|key| resolve.name_world_key(key)).collect();
        assert_eq!(exports, ["wasi:cli/run@0.3.0"]);
    }

    #[test]
    fn an_ill_formed_text_is_named() {
        let error = parse(&[Text { name: "broken.wit", contents: "package a:b; interface {" }]).unwrap_err();
        assert!(format!("{error:#}").contains("broken.wit"), "{error:#}");
    }
}
