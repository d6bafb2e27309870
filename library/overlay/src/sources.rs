//! Whether library sources are those that the compiler was released with.
//!
//! rustc cannot be asked what its library's sources were, and the sources carry no version. So the digests of the
//! released crates' `src` directories stand here; packagers change manifests and tests, but not these.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::RUST_RELEASE;

/// The directories (relative to `library/`) that std is compiled from, and the digest of the Rust files in each.
const DIGESTS: [(&str, &str); 0] = [
];

/// Checks the sources in `library` against [`DIGESTS`].
///
/// # Errors
/// A directory that is missing, or that differs: named, with what to do.
pub(crate) fn check(library: &Path) -> Result<()> {
    for (directory, expected) in DIGESTS {
        let path = library.join(directory);
        let actual = digest(&path)?;
        ensure!(
            actual == expected,
            "the sources in {} are not those of Rust {RUST_RELEASE} (digest {actual} instead of {expected}). \
             Reinstall them: rustup's component `rust-src` or Debian's package rust-web-src, of the same version as rustc.",
            path.display()
        );
    }
    Ok(())
}

/// The digest of all `.rs` files below `directory`: their paths and contents, in the order of paths.
fn digest(directory: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    for entry in WalkDir::new(directory).sort_by_file_name() {
        let entry = entry.with_context(|| format!("cannot list {}", directory.display()))?;
        if entry.file_type().is_file() && entry.path().extension().is_some_and(|extension| extension == "rs") {
            let path = entry.path().strip_prefix(directory).expect("walked below it").as_os_str().as_encoded_bytes();
            let content = fs::read(entry.path()).with_context(|| format!("cannot read {}", entry.path().display()))?;
            for part in [path, &content] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
    }
    Ok(hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect())
}
