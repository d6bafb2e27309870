//! The names of a module's functions.

use std::collections::BTreeSet;

use anyhow::Result;
use wasm_encoder::Encode;
use wasmparser::BinaryReader;

use crate::demangle::demangle;

/// The part of a name section that names functions.
const FUNCTIONS: u8 = 1;

/// A name section.
#[derive(Default)]
pub(crate) struct Names<'a> {
    /// Its parts; the one of functions is empty here.
    parts: Vec<(u8, &'a [u8])>,
    /// Index and name.
    functions: Vec<(u32, &'a str)>,
    pub(super) is_changed: bool,
}

impl<'a> Names<'a> {
    pub(super) fn of(section: &'a [u8]) -> Result<Names<'a>> {
        let mut names = Names::default();
        let mut reader = BinaryReader::new(section, 0);
        while !reader.eof() {
            let id = reader.read_u8()?;
            let size = reader.read_var_u32()?;
            let contents = reader.read_bytes(size as usize)?;
            if id == FUNCTIONS {
                let mut list = BinaryReader::new(contents, 0);
                for _ in 0..list.read_var_u32()? {
                    names.functions.push((list.read_var_u32()?, list.read_string()?));
                }
            }
            names.parts.push((id, contents));
        }
        Ok(names)
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut data = Vec::new();
        for (id, contents) in &self.parts {
            data.push(*id);
            if *id != FUNCTIONS {
                contents.encode(&mut data);
                continue;
            }
            let mut list = Vec::new();
            self.functions.len().encode(&mut list);
            for (index, name) in &self.functions {
                index.encode(&mut list);
                name.encode(&mut list);
            }
            list.as_slice().encode(&mut data);
        }
        data
    }

    /// The functions and their names as they are written.
    pub(crate) fn functions(&self) -> &[(u32, &'a str)] {
        &self.functions
    }

    /// The functions of these paths: demangling takes long, and is done where the last word of one stands in a name.
    pub(crate) fn find<'p>(&self, paths: &[&'p str]) -> Vec<(&'p str, u32)> {
        let last: BTreeSet<&str> = paths.iter().map(|path| path.rsplit("::").next().unwrap_or(path)).collect();
        let mut found = Vec::new();
        for (index, name) in &self.functions {
            if last.iter().any(|word| name.contains(word)) {
                let path = demangle(name);
                found.extend(paths.iter().filter(|wanted| **wanted == path).map(|wanted| (*wanted, *index)));
            }
        }
        found
    }

    /// Gives functions from `first` on a name, if others have names.
    pub(crate) fn add(&mut self, first: u32, count: usize, name: &'static str) {
        if count > 0 {
            self.functions.extend((first..).take(count).map(|index| (index, name)));
            self.is_changed = true;
        }
    }

    /// Takes the names of these functions away.
    pub(crate) fn forget(&mut self, functions: &BTreeSet<u32>) {
        self.functions.retain(|(index, _)| !functions.contains(index));
        self.is_changed = true;
    }
}
