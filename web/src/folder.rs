//! The folder that a page or a script loads: the glue, our host, and a module in front of both.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::glue::{self, Glue};

/// For whom it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A browser: beside the modules there is a page.
    Page,
    /// Node: beside the modules there is a script that runs a program.
    Script,
}

/// The name of the generated module in each folder.
pub const MODULE: &str = "component";

const HOST: &str = include_str!("../host/host.js");
const WASI: &str = include_str!("../host/wasi.js");
const TIMERS: &str = include_str!("../host/timers.js");
const NODE: &str = include_str!("../host/node.mjs");
const PAGE: &str = include_str!("../host/page.html");
const PROGRAM: &str = include_str!("../host/program.js");
/// What is imported of a folder with a program in it, with a library that asks the page for something, and with one that does not.
const PROGRAM_FRONT: &str = include_str!("../host/index.js");
const LIBRARY_FRONT: &str = include_str!("../host/library.js");
const ALONE_FRONT: &str = include_str!("../host/alone.js");
const RUN: &str = include_str!("../host/run.mjs");

/// Makes one of a component: `NAME.web` beside it, or `out`. Says where it is.
///
/// # Errors
/// The component cannot be read or is none; the folder cannot be written.
pub fn make(component: &Path, out: Option<&Path>, kind: Kind) -> Result<PathBuf> {
    let bytes = fs::read(component).with_context(|| format!("{} cannot be read", component.display()))?;
    let glue = glue::make(&bytes, MODULE).with_context(|| format!("{} is of no use to a page", component.display()))?;
    let folder = out.map_or_else(|| component.with_extension("web"), Path::to_owned);
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    write(&folder, &glue, kind)?;
    Ok(folder)
}

/// Writes its files.
///
/// # Errors
/// One cannot be written.
pub fn write(folder: &Path, glue: &Glue, kind: Kind) -> Result<()> {
    let put = |name: &str, bytes: &[u8]| {
        let file = folder.join(name);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
        }
        fs::write(&file, bytes).with_context(|| format!("{} cannot be written", file.display()))
    };
    for (name, bytes) in &glue.files {
        put(name, bytes)?;
    }
    let asks_the_page =
        glue.imports.iter().any(|name| HOST.contains(&format!("'{name}':")) || HOST.contains(&format!("    {name}:")));
    let front = match glue.entry {
        Some(_) => {
            put("program.js", PROGRAM.as_bytes())?;
            put("wasi.js", WASI.as_bytes())?;
            PROGRAM_FRONT
        }
        None if asks_the_page => LIBRARY_FRONT,
        None => ALONE_FRONT,
    };
    if front != ALONE_FRONT {
        put("host.js", HOST.as_bytes())?;
    }
    if !glue.is_lean {
        put("timers.js", TIMERS.as_bytes())?;
    }
    put("index.js", front.as_bytes())?;
    match kind {
        Kind::Page if glue.entry.is_some() => put("index.html", PAGE.as_bytes()),
        Kind::Page => Ok(()),
        Kind::Script if glue.entry.is_some() => {
            put("node.mjs", NODE.as_bytes())?;
            put("run.mjs", RUN.as_bytes())
        }
        Kind::Script => Ok(()),
    }
}

/// A string of JSON, which is one of JavaScript, too.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            control if control < ' ' || control == '\u{2028}' || control == '\u{2029}' => {
                let _ = write!(quoted, "\\u{:04x}", control as u32);
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
