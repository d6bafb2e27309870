//! Whose functions std calls: those of WASI, or of a page. It decides how a program's entry is called and which world std has.

use std::collections::BTreeSet;

use anyhow::Result;
use wit_component::StringEncoding;
use wit_parser::{Resolve, WorldKey};

use crate::contract;
use crate::lower::entry;
use crate::module::Module;
use crate::world::{self, Kind};

/// What is below std.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Platform {
    /// WASI 0.3, or nothing: a target without WASI is one whose programs import nothing of it.
    #[default]
    Wasi,
    /// A page or a script: `--world=web`.
    Web,
}

impl Platform {
    /// The core export with which a program begins that has a `main`.
    pub(crate) fn run(self) -> &'static str {
        match self {
            Platform::Wasi => contract::RUN,
            Platform::Web => contract::web::RUN,
        }
    }

    /// Whether a core export is the program's beginning, lifted synchronously.
    pub(crate) fn is_sync_run(self, export: &str) -> bool {
        match self {
            Platform::Wasi => entry::is_sync_run(export),
            Platform::Web => export == contract::web::RUN,
        }
    }

    /// Whether std is passed anything in memory: by a function that gives a list.
    pub(crate) fn passes_memory(self, module: &Module<'_>) -> bool {
        module.imported_functions().any(|(_, import, _)| match self {
            Platform::Wasi => import.module.starts_with("wasi:"),
            Platform::Web => import.module == ROOT && contract::web::GIVES_LISTS.contains(&&*import.field),
        })
    }

    /// What is below std, as a message names it.
    pub(crate) fn name(self) -> String {
        match self {
            Platform::Wasi => format!("WASI {}", wasi_wit::VERSION),
            Platform::Web => "the web".to_owned(),
        }
    }

    /// The contents of a `component-type` section that describes what std brings to a component of this kind, whose core module imports those
    /// functions of the world itself. Those that a crate's own world `has` as well are that one's.
    ///
    /// # Errors
    ///
    /// None in a build whose tests pass: it is made from constants.
    pub(crate) fn component_type(self, kind: Kind, imported: &[&str], has: &BTreeSet<String>) -> Result<Vec<u8>> {
        match self {
            Platform::Wasi => world::component_type(kind),
            Platform::Web => web(kind, |name| {
                imported.iter().any(|field| field.strip_prefix("[async-lower]").unwrap_or(field) == name)
                    && !has.contains(name)
            }),
        }
    }

    /// What to say of a program that does not fit its worlds: a crate's own world has functions under names that std's has.
    pub(crate) fn names_of_std(self, of_bindings: &BTreeSet<String>) -> String {
        let is_of_std = |name: &&String| contract::web::WIT.contains(&format!("import {name}:"));
        match self {
            Platform::Wasi => String::new(),
            Platform::Web => of_bindings
                .iter()
                .filter(is_of_std)
                .map(|name| format!(" (std calls its own `{name}` on the web: rename yours)"))
                .collect(),
        }
    }
}

/// The module name of what a world imports by itself.
const ROOT: &str = "$root";

/// The world of the web. Of its functions it has only those that are imported: a crate's own world may have others of their names.
fn web(kind: Kind, is_imported: impl Fn(&str) -> bool) -> Result<Vec<u8>> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("web.wit", contract::web::WIT)?;
    let name = match kind {
        Kind::Command => contract::web::PROGRAM,
        Kind::Reactor => contract::web::LIBRARY,
    };
    let world = resolve.select_world(&[package], Some(name))?;
    resolve.worlds[world].imports.retain(|key, _| match key {
        WorldKey::Name(name) => is_imported(name),
        WorldKey::Interface(_) => true,
    });
    wit_component::metadata::encode(&resolve, world, StringEncoding::UTF8, None, false)
}
