//! Where the result goes: a file that is replaced, or something that is written to.
//!
//! A regular file is replaced whole or not at all, by a rename beside it, and so is a symbolic link, as lld and GNU ld do it. What
//! is neither, a device or a named pipe, keeps its place and gets the bytes, as from these two.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use anyhow::{Context, Result, bail};

/// What stands where `-o` points.
pub(crate) struct Place<'a> {
    output: &'a Path,
    is_written_to: bool,
}

impl<'a> Place<'a> {
    /// Looks at what is there.
    ///
    /// # Errors
    ///
    /// A directory.
    pub(crate) fn of(output: &'a Path) -> Result<Place<'a>> {
        // What cannot be looked at, or leads nowhere, is replaced like a file: if that fails, it says why.
        let there = fs::metadata(output).ok();
        if there.as_ref().is_some_and(fs::Metadata::is_dir) {
            bail!("{} is a directory: the linker's `-o` wants the name of the file to write", output.display());
        }
        Ok(Place { output, is_written_to: there.is_some_and(|there| !there.is_file()) })
    }

    /// The directory for what comes before the result: beside the output, so that the last step is a rename within one file system.
    pub(crate) fn directory(&self) -> PathBuf {
        match self.output.parent() {
            _ if self.is_written_to => env::temp_dir(),
            Some(parent) if parent != Path::new("") => parent.to_owned(),
            _ => PathBuf::from("."),
        }
    }

    /// Puts the file `result` in its place.
    ///
    /// # Errors
    ///
    /// What the system says: a full device, a reader that has gone, a directory that may not be written to.
    pub(crate) fn put(&self, result: &Path) -> Result<()> {
        let cannot = || format!("{} cannot be written", self.output.display());
        if !self.is_written_to {
            return fs::rename(result, self.output)
                .with_context(|| format!("{} cannot be put in place", self.output.display()));
        }
        let mut from = fs::File::open(result).with_context(|| format!("{} cannot be read", result.display()))?;
        let mut to = fs::OpenOptions::new().write(true).open(self.output).with_context(cannot)?;
        io::copy(&mut from, &mut to).with_context(cannot)?;
        Ok(())
    }
}
