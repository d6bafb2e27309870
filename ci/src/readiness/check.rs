//! The checks: their names, what each shows, and what to do when it is red.

use anyhow::Result;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::context::Context;
use super::evidence::Evidence;
use super::{abi, baseline, builds, census, commands, emit, history, licences, names, others, page, smoke, soundness};

/// A check, by the name it has in `requirements.toml` and on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Check {
    /// Name and cfgs are those of the existing target, but for the documented ones
    Names,
    /// The stated baseline is what rustc says
    Baseline,
    /// The platform-support page has the headings of rustc's template
    Page,
    /// The page's commands run as they are written
    Commands,
    /// Everything linked or redistributed has a licence that Rust allows
    Licences,
    /// Every API that touches the platform works, or is refused with a reason
    Census,
    /// The standard library with our edits still compiles for other targets
    Others,
    /// rustc emits assembly, objects and LLVM's text
    Emit,
    /// A program is cross-compiled and runs
    Smoke,
    /// `extern "C"` agrees with clang
    Abi,
    /// Overflowing stacks, foreign exceptions and their like end as safe Rust needs it
    Soundness,
    /// Clean builds of the standard library succeed, in bounded time, with the same bits
    Builds,
    /// The suites of Rust's own tests ran, with dates, beside native
    History,
}

impl Check {
    /// All, in the order in which they run: cheap ones first.
    pub(super) const ALL: &[Check] = &[
        Check::Names,
        Check::Baseline,
        Check::Page,
        Check::Licences,
        Check::Emit,
        Check::Smoke,
        Check::History,
        Check::Abi,
        Check::Soundness,
        Check::Commands,
        Check::Census,
        Check::Others,
        Check::Builds,
    ];

    /// The name on the command line.
    pub(super) fn name(self) -> String {
        self.to_possible_value().expect("no check is hidden").get_name().to_owned()
    }

    /// What it shows, in a sentence.
    pub(super) fn title(self) -> String {
        self.to_possible_value()
            .and_then(|value| value.get_help().map(ToString::to_string))
            .expect("every check says what it shows")
    }

    /// Whether it takes minutes.
    pub(super) fn is_slow(self) -> bool {
        matches!(self, Check::Commands | Check::Census | Check::Others | Check::Builds)
    }

    /// What to do when it is red.
    pub(super) fn next_step(self) -> &'static str {
        match self {
            Check::Names => {
                "make targets/*.json, targets/README.md and the page say the same as rustc, or rename the cfg"
            }
            Check::Baseline => {
                "bring \"CPU baseline\" in targets/README.md and \"Baseline\" on the page in line with `features` in targets/*.json"
            }
            Check::Page => "add the missing section to docs/platform-support/TARGET.md, as rustc's TEMPLATE.md has it",
            Check::Commands => "mend the command on the page, or the verb that it calls",
            Check::Licences => {
                "replace the dependency, or let a person decide about it and add the licence to ci/licences.toml"
            }
            Check::Census => "implement what a row lacks, or name in the census program the interface that forbids it",
            Check::Others => {
                "narrow the condition of the edit in library/edits or library/faster that the compiler's message points at"
            }
            Check::Emit => "see rustc's message; a feature that the backend does not know is the usual cause",
            Check::Smoke => "`cargo p3 doctor`, then examples/hello by hand",
            Check::Abi => {
                "the line names type and direction; compare what `clang --target=wasm32 -S` and `rustc --emit asm` say about that function"
            }
            Check::Soundness => "run the program that is named, and see docs/testing.md",
            Check::Builds => {
                "keep both sysroots and compare the first object that differs; a path or an order in it is the usual cause"
            }
            Check::History => {
                "`cargo p3 std-test --native --report target/suites`, then without --native, and mend or explain what is not as expected"
            }
        }
    }

    /// Runs it. An error is a red line.
    pub(super) fn run(self, context: &Context, evidence: &mut Evidence) -> Result<()> {
        match self {
            Check::Names => names::check(context, evidence),
            Check::Baseline => baseline::check(context, evidence),
            Check::Page => page::check(context, evidence),
            Check::Commands => commands::check(context, evidence),
            Check::Licences => licences::check(context, evidence),
            Check::Census => census::check(context, evidence),
            Check::Others => others::check(context, evidence),
            Check::Emit => emit::check(context, evidence),
            Check::Smoke => smoke::check(context, evidence),
            Check::Abi => abi::check(context, evidence),
            Check::Soundness => soundness::check(context, evidence),
            Check::Builds => builds::check(context, evidence),
            Check::History => history::check(context, evidence),
        }
    }
}
