//! The targets that guests are built for, and which of them a command is about.

use std::env;
use std::ffi::OsString;

use anyhow::{Context, Result};

use crate::configuration::Configuration;

/// A target of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name: the file stem of its specification.
    pub name: &'static str,
    /// Other names that mean it.
    aliases: &'static [&'static str],
}

/// Components with WASI 0.3: what is built where nothing else is said.
pub const WASIP3: Target = Target { name: "wasm32-wasip3", aliases: &[] };

/// Components that import only what they ask for. The other name is upstream's.
pub const COMPONENT: Target = Target { name: "wasm32-component", aliases: &["wasm32-none-component"] };

/// Components for browsers and other JavaScript hosts. The other name is the one that upstream has proposed for such a target.
pub const WEB: Target = Target { name: "wasm32-component-web", aliases: &["wasm32-webp2"] };

impl Target {
    /// All of them, the usual one first.
    pub const ALL: [Target; 3] = [WASIP3, COMPONENT, WEB];

    /// The target that a word means.
    pub fn named(word: &str) -> Option<Target> {
        Target::ALL.into_iter().find(|target| target.names().any(|name| name == word))
    }

    /// Every word that means it.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        [self.name].into_iter().chain(self.aliases.iter().copied())
    }

    /// Cargo's environment variables that say which program runs what was built for it.
    pub(crate) fn runner_variables(self) -> impl Iterator<Item = String> {
        self.names().map(|name| format!("CARGO_TARGET_{}_RUNNER", name.to_uppercase().replace('-', "_")))
    }
}

/// What a command of cargo's is to be built for.
pub struct Choice {
    /// The targets of ours among it.
    pub targets: Vec<Target>,
    /// What cargo is to be told because nobody else tells it: the usual target.
    pub default: Option<String>,
}

/// Reads it off a command line, the environment and cargo's configuration, in the order in which they count.
pub(crate) fn chosen<'a>(words: impl Iterator<Item = &'a OsString> + Clone) -> Choice {
    let given = given(words.clone());
    if !given.is_empty() {
        return Choice { targets: ours(&given), default: None };
    }
    let by_variable = env::var("CARGO_BUILD_TARGET").ok().filter(|target| !target.is_empty());
    let configured = match by_variable {
        Some(target) => vec![target],
        None => Configuration::of(words).targets(),
    };
    // A target that is none of ours is a default for other work.
    match ours(&configured) {
        targets if targets.is_empty() => Choice::usual(),
        targets => Choice { targets, default: None },
    }
}

impl Choice {
    /// What is chosen where nobody chooses.
    pub fn usual() -> Choice {
        Choice { targets: vec![WASIP3], default: Some(WASIP3.name.to_owned()) }
    }

    /// These targets, by their names.
    ///
    /// # Errors
    /// A name means none of ours.
    pub(crate) fn of_names(names: &[String]) -> Result<Choice> {
        if names.is_empty() {
            return Ok(Choice::usual());
        }
        let known = || Target::ALL.map(|target| target.name).join(", ");
        let target = |name: &String| {
            Target::named(name).with_context(|| format!("there is no target `{name}`; the targets are: {}", known()))
        };
        Ok(Choice { targets: names.iter().map(target).collect::<Result<_>>()?, default: None })
    }
}

/// The values of `--target`.
fn given<'a>(words: impl Iterator<Item = &'a OsString>) -> Vec<String> {
    let mut is_value = false;
    let mut values = Vec::new();
    for word in words {
        let word = word.to_string_lossy();
        if is_value {
            values.push(word.clone().into_owned());
        } else if let Some(value) = word.strip_prefix("--target=") {
            values.push(value.to_owned());
        }
        is_value = !is_value && word == "--target";
    }
    values
}

fn ours(names: &[String]) -> Vec<Target> {
    let mut targets: Vec<Target> = names.iter().filter_map(|name| Target::named(name)).collect();
    targets.dedup();
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_told_by_every_name_and_in_both_forms() {
        let targets = |line: &str| -> Vec<&str> {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            chosen(words.iter()).targets.iter().map(|target| target.name).collect()
        };
        assert_eq!(targets("build --target wasm32-component"), ["wasm32-component"]);
        assert_eq!(targets("build --target=wasm32-none-component"), ["wasm32-component"]);
        assert_eq!(targets("build --target wasm32-webp2"), ["wasm32-component-web"]);
        assert_eq!(targets("--target wasm32-wasip3 --target wasm32-component"), ["wasm32-wasip3", "wasm32-component"]);
        assert_eq!(targets("build --target x86_64-unknown-linux-gnu"), [""; 0]);
    }

    #[test]
    fn runners_have_a_variable_for_each_name() {
        let variables: Vec<String> = COMPONENT.runner_variables().collect();
        assert_eq!(variables, ["CARGO_TARGET_WASM32_COMPONENT_RUNNER", "CARGO_TARGET_WASM32_NONE_COMPONENT_RUNNER"]);
        assert!(Target::ALL.iter().all(|target| overlay::targets().any(|name| name == target.name)));
    }
}
