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
const DIGESTS: [(&str, &str); 14] = [
    ("alloc/src", "3d9c20511bcce73d"),
    ("backtrace/src", "b81776d72aa46068"),
    ("compiler-builtins/compiler-builtins/src", "95590a8cc99cc371"),
    ("compiler-builtins/libm/src", "5f87beadcbd192a0"),
    ("core/src", "66df23d3f5a55369"),
    ("panic_abort/src", "5951cd0163105d92"),
    ("panic_unwind/src", "235a1593db608a13"),
    ("portable-simd/crates", "7bd311565fc8e38a"),
    ("proc_macro/src", "e1b398aa69e0dfe0"),
    ("std/src", "1717248f7923e808"),
    ("std_detect/src", "77542b2f5533e4c5"),
    ("stdarch/crates/core_arch/src", "dc21b65f2fbccf2c"),
    ("test/src", "8bcb3fd75de362ac"),
    ("unwind/src", "2dce0066c9884b71"),
];

/// Checks the sources in `library` against [`DIGESTS`].
///
/// # Errors
/// Directories that are missing, or that differ: named, with what to do.
pub(crate) fn check(library: &Path) -> Result<()> {
    let differing = differing(library);
    let named: Vec<String> = differing.iter().map(|(name, _)| library.join(name).display().to_string()).collect();
    ensure!(
        named.is_empty(),
        "the sources in {} are not those of Rust {RUST_RELEASE}. \
         Reinstall them: rustup's component `rust-src` or Debian's package rust-web-src, of the same version as rustc.",
        named.join(", ")
    );
    Ok(())
}

/// The directories of [`DIGESTS`] that are others in `library`, and what their digests are; none of one that cannot be
/// read.
pub(crate) fn differing(library: &Path) -> Vec<(&'static str, Option<String>)> {
    let actual = |directory| digest(&library.join(directory)).ok();
    let all = DIGESTS.into_iter().map(|(directory, expected)| (directory, expected, actual(directory)));
    let others = all.filter(|(_, expected, actual)| actual.as_deref() != Some(expected));
    others.map(|(directory, _, actual)| (directory, actual)).collect()
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
