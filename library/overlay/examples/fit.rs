//! For the next Rust release: everything of the overlay that does not fit its sources and its compiler, in one list.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use overlay::Parts;

#[derive(Parser)]
struct Arguments {
    /// The library to be edited: the folder with `std`, `core` and the others
    #[arg(long, value_name = "DIR", default_value = "/usr/lib/rustlib/src/rust/library")]
    sources: PathBuf,
    /// The compiler that is asked about the keys of our targets
    #[arg(long, value_name = "FILE")]
    rustc: Option<PathBuf>,
    /// Without what only makes programs faster
    #[arg(long)]
    plain: bool,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let parts = if arguments.plain { Parts::Needed } else { Parts::All };
    let fit = overlay::fit(&arguments.sources, parts, arguments.rustc.as_deref())?;
    print!("{fit}");
    Ok(if fit.is_perfect() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
