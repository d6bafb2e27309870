//! For work on the library: writes a sysroot to a fixed directory, compiles it for a target, and says how to use it.
//! Run again after an edit, it compiles only what changed.

use std::path::PathBuf;

use anyhow::Result;
use clap::Parser;
use overlay::{Link, Parts, Progress, Sysroot, Toolchain};

#[derive(Parser)]
struct Arguments {
    /// Where the sysroot goes.
    #[arg(long)]
    directory: PathBuf,
    /// The target to compile for.
    #[arg(long, default_value = "wasm32-wasip3")]
    target: String,
    /// The compiler, of the release that the edits fit.
    #[arg(long, default_value = "/usr/bin/rustc")]
    rustc: PathBuf,
    /// Its cargo.
    #[arg(long, default_value = "/usr/bin/cargo")]
    cargo: PathBuf,
    /// NAME=PROGRAM: a link for the sysroot's bin/.
    #[arg(long)]
    link: Vec<String>,
    /// Without what only makes programs faster.
    #[arg(long)]
    plain: bool,
    /// Stop after writing the sources.
    #[arg(long)]
    no_build: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let toolchain = Toolchain::probe(&arguments.rustc, &arguments.cargo)?;
    let links: Vec<Link> = arguments
        .link
        .iter()
        .filter_map(|link| link.split_once('='))
        .map(|(name, to)| Link { path: format!("bin/{name}").into(), to: to.into() })
        .collect();
    let parts = if arguments.plain { Parts::Needed } else { Parts::All };
    let directory = std::path::absolute(&arguments.directory)?;
    let sysroot = Sysroot::materialise_in_place(&toolchain, &directory, parts, &links)?;
    if !arguments.no_build {
        sysroot.prebuild(&arguments.target, &mut |progress| match progress {
            Progress::Unit { done, total, name } => eprintln!("[{done}/{total}] {name}"),
            Progress::Diagnostics(text) => eprint!("{text}"),
        })?;
    }
    println!(
        "RUSTC_BOOTSTRAP=1 {} --sysroot {} --target {} -Zunstable-options",
        toolchain.rustc().display(),
        sysroot.path().display(),
        sysroot.spec(&arguments.target)?.display()
    );
    Ok(())
}
