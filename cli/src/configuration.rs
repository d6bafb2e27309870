//! Cargo's configuration, as far as it is about what runs: `[env]`, `runner`, `[alias]`, and the compiler's wrapper.
//!
//! Cargo tells neither a verb's front nor the runner what it has read, and asking it takes a process. So the files are read here once more: those that
//! it reads, from the directory that it was started in. What is wrong in them is for cargo to tell. Left out: everything that only cargo needs.

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use toml::{Table, Value};

use crate::condition::Facts;
use crate::install;
use crate::target::Target;

/// Tells the runner where cargo was started, and its `--config` options; quoted as in a shell.
const VARIABLE: &str = "CARGO_P3_CONFIGURATION";

/// How deep a file may include others.
const DEPTH: usize = 8;

/// All that cargo reads.
pub(crate) struct Configuration {
    directory: PathBuf,
    given: Vec<OsString>,
    /// What counts most stands first.
    sources: Vec<Source>,
}

/// A file, or an option.
struct Source {
    table: Table,
    /// What its relative paths start from.
    folder: PathBuf,
}

impl Source {
    /// A program that it names: found on the path, or, if it is a path itself, where that leads from here.
    fn program(&self, name: impl AsRef<OsStr>) -> OsString {
        let name = name.as_ref();
        if name.as_bytes().contains(&b'/') { self.folder.join(name).into() } else { name.to_owned() }
    }
}

impl Configuration {
    /// What a cargo reads that is started in the current directory with these arguments.
    pub(crate) fn of<'a>(arguments: impl IntoIterator<Item = &'a OsString>) -> Configuration {
        Configuration::read(env::current_dir().unwrap_or_default(), given(arguments))
    }

    /// What the cargo has read that started this process; or one that was started here, if that one did not say where.
    pub(crate) fn in_force() -> Configuration {
        let told = env::var_os(VARIABLE).and_then(|value| shlex::bytes::split(value.as_bytes()));
        let mut words = told.into_iter().flatten().map(OsString::from_vec);
        match words.next() {
            Some(directory) => Configuration::read(directory.into(), words.collect()),
            None => Configuration::of([]),
        }
    }

    /// The variable that tells the runner.
    pub(crate) fn told(&self) -> Option<(&'static str, OsString)> {
        let words = std::iter::once(self.directory.as_os_str()).chain(self.given.iter().map(OsString::as_os_str));
        let joined = shlex::bytes::try_join(words.map(OsStr::as_bytes)).ok()?;
        Some((VARIABLE, OsString::from_vec(joined)))
    }

    /// The variables that are set for what runs.
    pub(crate) fn variables(&self) -> BTreeSet<&str> {
        self.tables("env").flat_map(Table::keys).map(String::as_str).collect()
    }

    /// The user's own program around the compiler, by a variable or by the configuration.
    pub(crate) fn rustc_wrapper(&self) -> Option<OsString> {
        // Set and empty, a variable says that there is none.
        for variable in ["RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"] {
            if let Some(wrapper) = env::var_os(variable) {
                return Some(wrapper).filter(|wrapper| !wrapper.is_empty());
            }
        }
        let wrapper = self.sources.iter().find_map(|source| {
            let wrapper = source.table.get("build")?.get("rustc-wrapper")?.as_str()?;
            Some(source.program(wrapper))
        });
        wrapper.filter(|wrapper| !wrapper.is_empty())
    }

    /// The words that an alias stands for.
    pub(crate) fn alias(&self, name: &str) -> Option<Vec<OsString>> {
        let by_variable = env::var_os(format!("CARGO_ALIAS_{}", name.to_uppercase().replace('-', "_")));
        if let Some(value) = by_variable.and_then(|value| value.into_string().ok()) {
            return Some(value.split_whitespace().map(OsString::from).collect());
        }
        let words = self.tables("alias").find_map(|aliases| words(aliases.get(name)?))?;
        Some(words.into_iter().map(OsString::from).collect())
    }

    /// The targets of `[build]`, which is a name or a list of names.
    pub(crate) fn targets(&self) -> Vec<String> {
        let targets = self.sources.iter().find_map(|source| source.table.get("build")?.get("target"));
        match targets {
            Some(Value::String(target)) => vec![target.clone()],
            Some(Value::Array(targets)) => {
                targets.iter().filter_map(|target| target.as_str().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The user's own program that is to run components for `target`, with its first arguments. `facts` asks what the target is.
    ///
    /// # Errors
    /// Several fit equally well; or the target cannot be asked.
    pub(crate) fn runner(
        &self,
        target: Target,
        facts: impl FnOnce() -> Result<Facts>,
    ) -> Result<Option<Vec<OsString>>> {
        if let Some(runner) = target.names().find_map(|name| self.runner_of(name)) {
            return Ok(Some(runner));
        }
        let keys: BTreeSet<&str> = self.tables("target").flat_map(Table::keys).map(String::as_str).collect();
        let mut conditions = Vec::new();
        for key in keys.into_iter().filter(|key| key.starts_with("cfg(")) {
            conditions.extend(self.runner_of(key).map(|runner| (key, runner)));
        }
        if conditions.is_empty() {
            return Ok(None);
        }
        let facts = facts()?;
        conditions.retain(|(condition, _)| facts.meet(condition));
        if let [(first, _), (second, _), ..] = &conditions[..] {
            bail!(
                "two runners of cargo's configuration are for {}: those of target.'{first}' and of target.'{second}'",
                target.name
            );
        }
        Ok(conditions.pop().map(|(_, runner)| runner))
    }

    fn runner_of(&self, key: &str) -> Option<Vec<OsString>> {
        self.sources.iter().find_map(|source| {
            let runner = words(source.table.get("target")?.get(key)?.get("runner")?)?;
            let mut runner: Vec<OsString> = runner.into_iter().map(OsString::from).collect();
            let program = runner.first_mut()?;
            *program = source.program(&*program);
            Some(runner)
        })
    }

    fn tables<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Table> {
        self.sources.iter().filter_map(move |source| source.table.get(name)?.as_table())
    }

    fn read(directory: PathBuf, given: Vec<OsString>) -> Configuration {
        let mut sources = Vec::new();
        // Of several options the last one counts.
        for option in given.iter().rev() {
            let file = directory.join(option);
            if file.is_file() {
                add(&file, &mut sources, DEPTH);
            } else if let Some(table) = option.to_str().and_then(|text| toml::from_str(text).ok()) {
                sources.push(Source { table, folder: directory.clone() });
            }
        }
        let home = install::cargo_home();
        let folders = directory.ancestors().map(|ancestor| ancestor.join(".cargo"));
        let mut seen = BTreeSet::new();
        for folder in folders.chain(home) {
            if seen.insert(folder.clone()) {
                let file =
                    ["config", "config.toml"].map(|name| folder.join(name)).into_iter().find(|file| file.is_file());
                file.into_iter().for_each(|file| add(&file, &mut sources, DEPTH));
            }
        }
        Configuration { directory, given, sources }
    }
}

/// Adds a file and those that it includes, which count less.
fn add(file: &Path, sources: &mut Vec<Source>, depth: usize) {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let (Ok(table), Some(beside)) = (toml::from_str::<Table>(&text), file.parent()) else { return };
    let included = table.get("include").map(included).unwrap_or_default();
    sources.push(Source { table, folder: beside.parent().unwrap_or(beside).to_owned() });
    if depth > 0 {
        included.iter().rev().for_each(|name| add(&beside.join(name), sources, depth - 1));
    }
}

/// The files of `include`: a path, or a list of paths and of tables that have one.
fn included(value: &Value) -> Vec<String> {
    match value {
        Value::String(path) => vec![path.clone()],
        Value::Array(values) => values.iter().flat_map(included).collect(),
        Value::Table(table) => table.get("path").map(included).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The words of a value that is a list, or a text that is split at blanks.
fn words(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(text.split_whitespace().map(str::to_owned).collect()),
        Value::Array(values) => values.iter().map(|value| value.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

/// The values of `--config` among cargo's arguments.
fn given<'a>(arguments: impl IntoIterator<Item = &'a OsString>) -> Vec<OsString> {
    let mut given = Vec::new();
    let mut arguments = arguments.into_iter().take_while(|&argument| argument != "--");
    while let Some(argument) = arguments.next() {
        if argument == "--config" {
            given.extend(arguments.next().cloned());
        } else if let Some(value) = argument.as_bytes().strip_prefix(b"--config=") {
            given.push(OsStr::from_bytes(value).to_owned());
        }
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::WASIP3;
    use std::fs;

    fn configuration(files: &[(&str, &str)], directory: &str, given: &[&str]) -> (tempfile::TempDir, Configuration) {
        let place = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = place.path().join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let given = given.iter().map(OsString::from).collect();
        let configuration = Configuration::read(place.path().join(directory), given);
        (place, configuration)
    }

    fn runner(configuration: &Configuration) -> Vec<String> {
        let ours = || Ok(Facts::printed("target_os=\"wasi\"\ntarget_family=\"wasm\"\npanic=\"unwind\""));
        let words = configuration.runner(WASIP3, ours).unwrap().unwrap_or_default();
        words.into_iter().map(|word| word.into_string().unwrap()).collect()
    }

    #[test]
    fn what_is_nearer_counts_more_and_an_option_most() {
        let key = "[target.wasm32-wasip3]\nrunner";
        let files = [
            (".cargo/config.toml", &*format!("{key} = 'outer'\n[env]\nA = '1'\n")),
            ("inner/.cargo/config.toml", &format!("{key} = ['inner', 'with blank']\n[env]\nB.value = '2'\n")),
        ];
        let (_place, nearer) = configuration(&files, "inner", &[]);
        assert_eq!(runner(&nearer), ["inner", "with blank"]);
        assert!(["A", "B"].iter().all(|name| nearer.variables().contains(name)));
        let options = ["target.wasm32-wasip3.runner='first'", "target.wasm32-wasip3.runner='last one'"];
        assert_eq!(runner(&configuration(&files, "inner", &options).1), ["last", "one"]);
    }

    #[test]
    fn a_path_starts_from_the_folder_of_its_configuration() {
        let files = [("outer/.cargo/config.toml", "[target.wasm32-wasip3]\nrunner = 'tools/run -x'\n")];
        let (place, configuration) = configuration(&files, "outer/inner", &["build.rustc-wrapper='a/b'"]);
        assert_eq!(runner(&configuration), [place.path().join("outer/tools/run").to_str().unwrap(), "-x"]);
        if env::var_os("RUSTC_WRAPPER").is_none() && env::var_os("CARGO_BUILD_RUSTC_WRAPPER").is_none() {
            // An option's paths start where cargo was started.
            assert_eq!(configuration.rustc_wrapper(), Some(place.path().join("outer/inner/a/b").into()));
        }
    }

    #[test]
    fn included_files_count_less_than_the_one_that_includes_them() {
        let files = [
            (".cargo/config.toml", "include = ['a.toml', { path = 'b.toml', optional = true }]\n[env]\nMINE = '1'\n"),
            (".cargo/a.toml", "[alias]\nx = 'build --release'\ny = 'run'\n"),
            (".cargo/b.toml", "[alias]\nx = ['check', '-q']\n"),
        ];
        let (_place, configuration) = configuration(&files, ".", &[]);
        assert_eq!(configuration.alias("x").unwrap(), ["check", "-q"]);
        assert_eq!(configuration.alias("y").unwrap(), ["run"]);
        assert_eq!(configuration.alias("z"), None);
    }

    #[test]
    fn a_runner_by_condition_is_that_of_the_condition_that_holds() {
        let text = "[target.'cfg(all(target_family = \"wasm\", not(panic = \"abort\")))']\nrunner = 'fits'\n\
                    [target.'cfg(unix)']\nrunner = 'does not'\n";
        let (_place, one) = configuration(&[(".cargo/config.toml", text)], ".", &[]);
        assert_eq!(runner(&one), ["fits"]);
        let text = format!("{text}[target.'cfg(target_os = \"wasi\")']\nrunner = 'fits too'\n");
        let (_place, two) = configuration(&[(".cargo/config.toml", &text)], ".", &[]);
        let error = two
            .runner(WASIP3, || Ok(Facts::printed("target_os=\"wasi\"\ntarget_family=\"wasm\"")))
            .unwrap_err()
            .to_string();
        assert!(error.contains("target_os"), "{error}");
    }

    #[test]
    fn what_is_not_read_is_no_error() {
        let files = [(".cargo/config.toml", "include = 'config.toml'\nrunner = \n")];
        let (_place, configuration) = configuration(&files, ".", &["nonsense", "a.b=1"]);
        assert!(runner(&configuration).is_empty() && configuration.variables().is_empty());
        let told = configuration.told().unwrap().1.into_string().unwrap();
        assert!(told.ends_with(" nonsense 'a.b=1'") || told.ends_with(" nonsense a.b=1"), "{told}");
    }
}
