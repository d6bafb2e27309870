//! Copies of objects in which std's thread-local variables are in segments of that kind.
//!
//! The compiler has made plain statics of them (library/std/src/sys/thread_local/native/component.rs). Only when a program is linked shows whether
//! it has threads, and then wasm-ld must lay them out as one block, with addresses that count from its beginning. It does so with segments that
//! say that they are thread-local: one bit in the object, which nothing else depends on.
//!
//! Delete when: LLVM has thread-local variables without atomic instructions, and rustc is built with it.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs::File, io::Read, ops::Range};

use anyhow::{Context, Result, bail, ensure};
use memchr::memmem;
use object::read::archive::ArchiveFile;
use wasmparser::{KnownCustom, Linking, Parser, Payload, SegmentFlags, SymbolFlags, SymbolInfo};

use crate::contract;

/// What a symbol begins with whose name is hidden (`-Csymbol-mangling-version=hashed`).
const HASHED: &str = "_RNxC";

/// What LLVM's bitcode begins with.
const BITCODE: &[u8] = b"BC\xc0\xde";

/// Reads an object or an archive into `bytes`, with these segments. Says whether there are such variables in it.
///
/// # Errors
///
/// The variables are in bitcode, or in one segment with something else, or their names cannot be read.
pub(crate) fn of(file: &Path, bytes: &mut Vec<u8>) -> Result<bool> {
    let name = file.display();
    // One buffer serves for all files.
    bytes.clear();
    let mut opened = File::open(file).with_context(|| format!("{name} cannot be read"))?;
    opened.read_to_end(bytes).with_context(|| format!("{name} cannot be read"))?;
    let may_have_them = |bytes: &[u8]| {
        [contract::THREAD_LOCAL, HASHED].iter().any(|name| memmem::find(bytes, name.as_bytes()).is_some())
    };
    if !may_have_them(bytes) {
        return Ok(false);
    }
    let mut objects = Vec::new();
    if let Ok(archive) = ArchiveFile::parse(&**bytes) {
        for member in archive.members() {
            let (start, size) = member.with_context(|| format!("{name} is a damaged archive"))?.file_range();
            objects.push(usize::try_from(start)?..usize::try_from(start + size)?);
        }
    } else {
        objects.push(0..bytes.len());
    }
    let mut changed = false;
    for object in objects {
        let Some(object) = bytes.get_mut(object).filter(|object| may_have_them(object)) else { continue };
        if object.starts_with(BITCODE) {
            bail!(
                "{name} is bitcode, in which the thread-local variables of a program with threads cannot be laid out: \
                 leave out `-Clinker-plugin-lto`; `lto = true` in the profile optimises as much"
            );
        }
        if object.starts_with(b"\0asm") {
            changed |= mark(object).with_context(|| format!("the thread-local variables of {name}"))?;
        }
    }
    Ok(changed)
}

/// Sets the bit at each segment that holds such a variable.
fn mark(object: &mut [u8]) -> Result<bool> {
    // Where the flags are, which come last.
    let mut flags: Vec<Range<usize>> = Vec::new();
    // Whether each segment holds variables, and whether nothing else.
    let mut segments: BTreeMap<u32, (bool, bool)> = BTreeMap::new();
    for payload in Parser::new(0).parse_all(object) {
        let Payload::CustomSection(custom) = payload? else { continue };
        let KnownCustom::Linking(linking) = custom.as_known() else { continue };
        for subsection in linking.subsections() {
            match subsection? {
                Linking::SegmentInfo(infos) => {
                    let end = usize::try_from(infos.range().end)?;
                    let starts = infos.into_iter_with_offsets().map(|info| Ok(usize::try_from(info?.0)?));
                    let mut starts = starts.collect::<Result<Vec<usize>>>()?;
                    starts.push(end);
                    flags = starts.windows(2).map(|pair| pair[1] - 1..pair[1]).collect();
                }
                Linking::SymbolTable(symbols) => {
                    for symbol in symbols {
                        let SymbolInfo::Data { flags, name, symbol: Some(data) } = symbol? else { continue };
                        if !flags.intersects(SymbolFlags::UNDEFINED | SymbolFlags::ABSOLUTE) {
                            ensure!(
                                !name.starts_with(HASHED),
                                "`{name}` may be one, and a program with threads must know: leave out \
                                 `-Csymbol-mangling-version=hashed`"
                            );
                            let is_one = name.contains(contract::THREAD_LOCAL);
                            let (has, alone) = segments.entry(data.index).or_insert((false, true));
                            *has |= is_one;
                            *alone &= is_one;
                        }
                    }
                }
                _ => {}
            }
        }
    }
    segments.retain(|_, (has, _)| *has);
    for (segment, (_, alone)) in &segments {
        ensure!(alone, "one of them is in a segment with what is none: is it compiled without sections for its data?");
        let at = flags.get(*segment as usize).context("a segment without a description")?.clone();
        let byte = object.get_mut(at).and_then(|bytes| bytes.first_mut()).context("a segment without flags")?;
        ensure!(*byte < 0x80, "a segment has flags that are not known");
        *byte |= u8::try_from(SegmentFlags::TLS.bits())?;
    }
    Ok(!segments.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bitcode_with_variables_is_refused_and_other_files_are_passed_over() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.o");
        std::fs::write(&file, [BITCODE, b"...", contract::THREAD_LOCAL.as_bytes()].concat()).unwrap();
        let mut bytes = Vec::new();
        let error = of(&file, &mut bytes).unwrap_err().to_string();
        assert!(error.contains("a.o is bitcode") && error.contains("`lto = true`"), "{error}");
        std::fs::write(&file, [BITCODE, b"nothing of that"].concat()).unwrap();
        assert!(!of(&file, &mut bytes).unwrap());
        assert!(of(Path::new("/nowhere/a.o"), &mut bytes).unwrap_err().to_string().contains("/nowhere/a.o"));
    }
}
