//! Cargo's verbs: which ones concern the target, and what each needs.

use crate::{grants, install};

/// A verb of cargo's that concerns the target.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Build,
    Check,
    Clippy,
    Doc,
    Run,
    Test,
    Bench,
    Install,
    Uninstall,
    Clean,
    Fix,
    Rustc,
    Rustdoc,
    Package,
    Publish,
    Tree,
    Metadata,
    Nextest,
}

/// Cargo's verbs that concern no target: they are its own, and so are their options.
const OTHERS: [&str; 24] = [
    "add",
    "config",
    "fetch",
    "fmt",
    "generate-lockfile",
    "git-checkout",
    "info",
    "init",
    "locate-project",
    "login",
    "logout",
    "new",
    "owner",
    "pkgid",
    "read-manifest",
    "remove",
    "report",
    "rm",
    "search",
    "update",
    "vendor",
    "verify-project",
    "version",
    "yank",
];

/// Whether a word is a verb of cargo's that concerns no target.
pub(crate) fn is_cargos_own(word: &str) -> bool {
    OTHERS.contains(&word)
}

impl Verb {
    /// All of them.
    pub(crate) const ALL: [Verb; 18] = [
        Verb::Build,
        Verb::Check,
        Verb::Clippy,
        Verb::Doc,
        Verb::Run,
        Verb::Test,
        Verb::Bench,
        Verb::Install,
        Verb::Uninstall,
        Verb::Clean,
        Verb::Fix,
        Verb::Rustc,
        Verb::Rustdoc,
        Verb::Package,
        Verb::Publish,
        Verb::Tree,
        Verb::Metadata,
        Verb::Nextest,
    ];

    /// The verb that a word or cargo's abbreviation of it means.
    pub(crate) fn named(word: &str) -> Option<Verb> {
        Verb::ALL.into_iter().find(|verb| verb.name() == word || verb.abbreviation() == Some(word))
    }

    /// Its word.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Verb::Build => "build",
            Verb::Check => "check",
            Verb::Clippy => "clippy",
            Verb::Doc => "doc",
            Verb::Run => "run",
            Verb::Test => "test",
            Verb::Bench => "bench",
            Verb::Install => "install",
            Verb::Uninstall => "uninstall",
            Verb::Clean => "clean",
            Verb::Fix => "fix",
            Verb::Rustc => "rustc",
            Verb::Rustdoc => "rustdoc",
            Verb::Package => "package",
            Verb::Publish => "publish",
            Verb::Tree => "tree",
            Verb::Metadata => "metadata",
            Verb::Nextest => "nextest",
        }
    }

    fn abbreviation(self) -> Option<&'static str> {
        match self {
            Verb::Build => Some("b"),
            Verb::Check => Some("c"),
            Verb::Doc => Some("d"),
            Verb::Run => Some("r"),
            Verb::Test => Some("t"),
            _ => None,
        }
    }

    /// What `cargo p3 help VERB` says.
    pub(crate) fn help(self) -> clap::Command {
        let about = match self {
            Verb::Build => "Build a package's components",
            Verb::Check => "Check a package without building it",
            Verb::Clippy => "Check a package with clippy",
            Verb::Doc => "Build a package's documentation",
            Verb::Run => "Build and run a program",
            Verb::Test => "Build and run tests, documentation tests included",
            Verb::Bench => "Build and run benchmarks",
            Verb::Install => "Build a program and put it, with a launcher, on the path",
            Verb::Uninstall => "Remove an installed program and its launcher",
            Verb::Clean => "Remove what cargo built; with --cache: old sysroots (with --all: every sysroot)",
            Verb::Fix => "Correct what the compiler warns of, as far as it says how",
            Verb::Rustc => "Build a package with extra arguments for rustc",
            Verb::Rustdoc => "Build a package's documentation with extra arguments for rustdoc",
            Verb::Package => "Assemble a package for a registry, and build it",
            Verb::Publish => "Assemble a package, build it, and upload it to a registry",
            Verb::Tree => "Show a package's dependencies on the target",
            Verb::Metadata => "Print what a package is and depends on, as JSON",
            Verb::Nextest => "Build tests and run them with cargo-nextest",
        };
        let command = match self {
            // Gives the command its own description: the runtime's.
            Verb::Run | Verb::Test | Verb::Bench | Verb::Nextest => {
                grants::document(clap::Command::new(self.name()), self == Verb::Test)
            }
            Verb::Install => clap::Command::new(self.name()).after_help(install::HELP),
            _ => clap::Command::new(self.name()).after_help(format!(
                "Every argument of `cargo {0}` is passed on to it; `cargo {0} --help` lists them.",
                self.name()
            )),
        };
        let usage = format!("cargo p3 {} [ARGUMENTS OF CARGO {0}]", self.name());
        command.about(about).long_about(None).override_usage(usage).disable_help_flag(true)
    }

    /// Whether components are run.
    pub(crate) fn runs(self) -> bool {
        matches!(self, Verb::Run | Verb::Test | Verb::Bench | Verb::Nextest)
    }

    /// Whether crates are compiled.
    pub(crate) fn compiles(self) -> bool {
        !matches!(self, Verb::Uninstall | Verb::Clean | Verb::Tree | Verb::Metadata)
    }
}
