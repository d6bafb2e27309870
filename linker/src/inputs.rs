//! The objects a link is made of, read to say who wants what.
//!
//! Here for messages, mostly: wasm-ld names a symbol and an object, a user thinks in crates and functions. In a link that succeeds
//! it runs only where the linker must supply a function under a symbol of the program's making. Files that cannot be read are passed over, because wasm-ld has complained about them
//! already, in its own words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use object::read::archive::ArchiveFile;
use wasmparser::{
    KnownCustom, Linking, Name, Operator, Parser, Payload, Result, SegmentFlags, SymbolFlags, SymbolInfo, TypeRef,
    Validator, WasmFeatures,
};

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};

use crate::contract;
use crate::demangle::demangle;
use crate::stubs::Signature;

/// The objects and archives named on a command line.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    files: Vec<PathBuf>,
}

/// Someone who wants a symbol: a function of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Referrer {
    /// The crate whose code it is, if that is known; after link-time optimisation that is not the object's.
    pub krate: String,
    /// The file, and the member if it is an archive: `libfoo-0123.rlib(bar.o)`.
    pub object: String,
    /// The function that uses the symbol, demangled; none if only data does.
    pub function: Option<String>,
}

impl fmt::Display for Referrer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.krate[..] {
            "" => write!(f, "{}", self.object)?,
            krate => write!(f, "crate `{krate}`, {}", self.object)?,
        }
        match &self.function {
            Some(function) => write!(f, ", in `{function}`"),
            None => Ok(()),
        }
    }
}

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// A symbol, by its name as the linker sees it.
    Symbol(&'a str),
    /// An import by its module and field.
    Import(&'a str, &'a str),
}

impl Inputs {
    /// These files, in this order.
    pub fn new<'a>(files: impl IntoIterator<Item = &'a Path>) -> Inputs {
        Inputs { files: files.into_iter().map(Path::to_owned).collect() }
    }

    /// Everyone who refers to what is wanted without defining it, ordered, each once.
    ///
    /// Objects whose code was not kept count too: the answer is who may want it, and wasm-ld knows that someone does.
    #[must_use]
    pub fn who_wants(&self, wanted: Wanted<'_>) -> Vec<Referrer> {
        let mut referrers = Vec::new();
        self.each(|krate, object, bytes| {
            for function in users(bytes, wanted).unwrap_or_default() {
                let krate = function.as_deref().and_then(root).unwrap_or(krate).to_owned();
                referrers.push(Referrer { krate, object: object.to_owned(), function });
            }
            ControlFlow::Continue(())
        });
        referrers.sort();
        referrers.dedup();
        referrers
    }

    /// The crate and object that hold a custom section of this name.
    #[must_use]
    pub fn who_holds(&self, section: &str) -> Option<Referrer> {
        let mut holder = None;
        self.each(|krate, object, bytes| {
            let held = Parser::new(0)
                .parse_all(bytes)
                .map_while(Result::ok)
                .any(|payload| matches!(payload, Payload::CustomSection(custom) if custom.name() == section));
            if !held {
                return ControlFlow::Continue(());
            }
            holder = Some(Referrer { krate: krate.to_owned(), object: object.to_owned(), function: None });
            ControlFlow::Break(())
        });
        holder
    }

    /// Every object that defines a symbol, a function or data.
    #[must_use]
    pub fn who_defines(&self, symbol: &str) -> Vec<Referrer> {
        let mut definers = Vec::new();
        self.each(|krate, object, bytes| {
            if Symbols::of(bytes).unwrap_or_default().defines(symbol) {
                definers.push(Referrer { krate: krate.to_owned(), object: object.to_owned(), function: None });
            }
            ControlFlow::Continue(())
        });
        definers
    }

    /// The first object that cannot be read, and why.
    #[must_use]
    pub fn malformed(&self) -> Option<(String, String)> {
        let mut found = None;
        self.each(|_, object, bytes| match readable(bytes) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                found = Some((object.to_owned(), error.message().to_owned()));
                ControlFlow::Break(())
            }
        });
        found
    }

    /// Every defined function whose symbol begins with `prefix`.
    #[must_use]
    pub fn defined(&self, prefix: &str) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        self.each(|_, _, bytes| {
            all.extend(
                Symbols::of(bytes)
                    .unwrap_or_default()
                    .defined()
                    .filter(|name| name.starts_with(prefix))
                    .map(str::to_owned),
            );
            ControlFlow::Continue(())
        });
        all
    }

    /// Every defined function whose symbol begins with `prefix`, with what it takes and gives.
    pub(crate) fn functions(&self, prefix: &str) -> BTreeMap<String, Signature> {
        let mut all = BTreeMap::new();
        self.each(|_, _, bytes| {
            all.extend(functions(bytes, prefix).unwrap_or_default());
            ControlFlow::Continue(())
        });
        all
    }

    /// The files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(PathBuf::as_path)
    }

    /// Whether there is a crate of this name among them.
    pub(crate) fn has_crate(&self, name: &str) -> bool {
        self.files.iter().any(|path| krate(&path.file_name().unwrap_or_default().to_string_lossy()) == name)
    }

    /// Whether an object has symbols of this crate, or tells where in its sources a panic is.
    pub(crate) fn mention_crate(&self, name: &str) -> bool {
        let marks = [format!("_{}{name}", name.len()), format!("/{name}-")];
        let mut found = false;
        self.each(|_, _, bytes| {
            found = marks.iter().any(|mark| memchr::memmem::find(bytes, mark.as_bytes()).is_some());
            if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        found
    }

    /// The symbols under which objects know an imported function.
    #[must_use]
    pub fn symbols_of_import(&self, module: &str, field: &str) -> BTreeSet<String> {
        let mut all = BTreeSet::new();
        self.each(|_, _, bytes| {
            all.extend(Symbols::of(bytes).unwrap_or_default().of_import(module, field).map(str::to_owned));
            ControlFlow::Continue(())
        });
        all
    }

    /// The symbols of Rust's allocator that allocate and reallocate, if an object defines them.
    #[must_use]
    pub fn allocator(&self) -> Option<(String, String)> {
        let [mut allocate, mut reallocate] = [None, None];
        self.each_member(|_, _, bytes| {
            for (found, path) in [(&mut allocate, ALLOCATE), (&mut reallocate, REALLOCATE)] {
                if found.is_none() {
                    *found = match bytes {
                        _ if bytes.starts_with(WASM) => Symbols::of(bytes)
                            .unwrap_or_default()
                            .defined()
                            .find(|symbol| symbol.ends_with(path))
                            .map(str::to_owned),
                        _ if bytes.starts_with(BITCODE) => symbol_in(bytes, path),
                        _ => None,
                    };
                }
            }
            if allocate.is_some() && reallocate.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        allocate.zip(reallocate)
    }

    /// The most that a thread-local variable of any object asks for, in bytes.
    #[must_use]
    pub fn tls_alignment(&self) -> u32 {
        let mut most = 0;
        self.each(|_, _, bytes| {
            most = most.max(tls_alignment(bytes).unwrap_or_default());
            ControlFlow::Continue(())
        });
        1 << most
    }

    /// Calls `visit` with the crate, the name and the bytes of every wasm object.
    fn each(&self, mut visit: impl FnMut(&str, &str, &[u8]) -> ControlFlow<()>) {
        self.each_member(
            |krate, object, bytes| {
                if bytes.starts_with(WASM) { visit(krate, object, bytes) } else { ControlFlow::Continue(()) }
            },
        );
    }

    /// Calls `visit` with the crate, the name and the bytes of every file and of every member of an archive.
    fn each_member(&self, mut visit: impl FnMut(&str, &str, &[u8]) -> ControlFlow<()>) {
        // One buffer serves for all files.
        let mut bytes = Vec::new();
        for path in &self.files {
            bytes.clear();
            if File::open(path).and_then(|mut file| file.read_to_end(&mut bytes)).is_err() {
                continue;
            }
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let krate = krate(&file);
            let Ok(archive) = ArchiveFile::parse(&*bytes) else {
                if visit(krate, &file, &bytes).is_break() {
                    return;
                }
                continue;
            };
            for member in archive.members().map_while(std::result::Result::ok) {
                let Ok(data) = member.data(&*bytes) else { continue };
                let object = format!("{file}({})", String::from_utf8_lossy(member.name()));
                if visit(krate, &object, data).is_break() {
                    return;
                }
            }
        }
    }
}

/// How an object begins, and one in LLVM's own format.
const WASM: &[u8] = b"\0asm";
const BITCODE: &[u8] = b"BC\xc0\xde";

/// The ends of the symbols of `__rustc::__rust_alloc` and `__rust_realloc`. In front of them stands a hash of the compiler's version.
const ALLOCATE: &str = "_7___rustc12___rust_alloc";
const REALLOCATE: &str = "_7___rustc14___rust_realloc";

/// The symbol in an object of LLVM's own format that ends with `end`: names stand there one behind the other.
fn symbol_in(bitcode: &[u8], end: &str) -> Option<String> {
    let at = bitcode.windows(end.len()).position(|bytes| bytes == end.as_bytes())?;
    let start = bitcode[..at].windows(START.len()).rposition(|bytes| bytes == START)?;
    String::from_utf8(bitcode[start..at + end.len()].to_vec()).ok()
}

/// How such symbols begin.
const START: &[u8] = b"_RNvCs";

/// `libfoo-0123.rlib` is of crate `foo`, and so is `foo-0123.abc.rcgu.o`.
fn krate(file: &str) -> &str {
    let stem = file.split('.').next().unwrap_or(file);
    let stem = stem.rsplit_once('-').map_or(stem, |(name, _hash)| name);
    if file.ends_with(".rlib") || file.ends_with(".a") { stem.strip_prefix("lib").unwrap_or(stem) } else { stem }
}

/// The function symbols of an object.
#[derive(Default)]
struct Symbols<'a> {
    /// Module and field of every imported function, by index.
    imports: Vec<(&'a str, &'a str)>,
    symbols: Vec<SymbolInfo<'a>>,
}

impl<'a> Symbols<'a> {
    fn of(object: &'a [u8]) -> Result<Symbols<'a>> {
        let mut found = Symbols::default();
        for payload in Parser::new(0).parse_all(object) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        if matches!(import.ty, TypeRef::Func(_)) {
                            found.imports.push((import.module, import.name));
                        }
                    }
                }
                Payload::CustomSection(custom) => {
                    if let KnownCustom::Linking(linking) = custom.as_known() {
                        for subsection in linking.subsections() {
                            if let Linking::SymbolTable(table) = subsection? {
                                found.symbols.extend(table.into_iter().collect::<Result<Vec<_>>>()?);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }

    fn defines(&self, wanted: &str) -> bool {
        self.symbols.iter().any(|symbol| match symbol {
            SymbolInfo::Func { flags, name: Some(name), .. } | SymbolInfo::Data { flags, name, .. } => {
                *name == wanted && !flags.contains(SymbolFlags::UNDEFINED)
            }
            _ => false,
        })
    }

    fn defined(&self) -> impl Iterator<Item = &'a str> {
        self.symbols.iter().filter_map(|symbol| match symbol {
            SymbolInfo::Func { flags, name: Some(name), .. } if !flags.contains(SymbolFlags::UNDEFINED) => Some(*name),
            _ => None,
        })
    }

    fn of_import(&self, module: &str, field: &str) -> impl Iterator<Item = &'a str> {
        self.symbols.iter().filter_map(move |symbol| match symbol {
            SymbolInfo::Func { flags, index, name } if flags.contains(SymbolFlags::UNDEFINED) => {
                let (imports_from, imported) = self.imports.get(*index as usize)?;
                (*imports_from == module && *imported == field).then_some(name.unwrap_or(imported))
            }
            _ => None,
        })
    }
}

/// The functions of an object whose symbols begin with `prefix`.
fn functions(object: &[u8], prefix: &str) -> anyhow::Result<BTreeMap<String, Signature>> {
    let symbols = Symbols::of(object)?;
    let wanted = symbols.symbols.iter().filter_map(|symbol| match symbol {
        SymbolInfo::Func { flags, index, name: Some(name) }
            if name.starts_with(prefix) && !flags.contains(SymbolFlags::UNDEFINED) =>
        {
            Some((*index as usize, *name))
        }
        _ => None,
    });
    let mut wanted = wanted.peekable();
    if wanted.peek().is_none() {
        return Ok(BTreeMap::new());
    }
    let mut types = Vec::new();
    let mut functions = Vec::new();
    for payload in Parser::new(0).parse_all(object) {
        match payload? {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    types.push(ty?);
                }
            }
            Payload::FunctionSection(section) => functions = section.into_iter().collect::<Result<Vec<_>>>()?,
            _ => {}
        }
    }
    let mut all = BTreeMap::new();
    for (index, name) in wanted {
        let ty = index.checked_sub(symbols.imports.len()).and_then(|at| functions.get(at));
        let Some(ty) = ty.and_then(|ty| types.get(*ty as usize)) else { continue };
        let of = |values: &[wasmparser::ValType]| {
            values.iter().map(|value| RoundtripReencoder.val_type(*value)).collect::<std::result::Result<Vec<_>, _>>()
        };
        all.insert(name.to_owned(), Signature { params: of(ty.params())?, results: of(ty.results())? });
    }
    Ok(all)
}

/// Reads all of an object that a linker would read.
fn readable(object: &[u8]) -> Result<()> {
    Validator::new_with_features(WasmFeatures::all()).validate_all(object)?;
    Symbols::of(object)?;
    tls_alignment(object)?;
    for payload in Parser::new(0).parse_all(object) {
        if let Payload::CustomSection(custom) = payload?
            && let KnownCustom::Reloc(reloc) = custom.as_known()
        {
            for entry in reloc.entries() {
                entry?;
            }
        }
    }
    Ok(())
}

/// The functions of a linked module that call an import, by the module's own names.
///
/// # Errors
///
/// What was read is not a module.
pub fn callers(module: &[u8], imports_from: &str, field: &str) -> Result<Vec<Referrer>> {
    let mut imports = Vec::new();
    let mut callers = Vec::new();
    let mut referrers = Vec::new();
    let mut index = 0;
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(reader) => {
                for import in reader.into_imports() {
                    let import = import?;
                    if matches!(import.ty, TypeRef::Func(_)) {
                        imports.push((import.module, import.name));
                        index += 1;
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                for operator in body.get_operators_reader()? {
                    if let Operator::Call { function_index } = operator?
                        && imports.get(function_index as usize) == Some(&(imports_from, field))
                    {
                        callers.push(index);
                    }
                }
                index += 1;
            }
            Payload::CustomSection(custom) => {
                if let KnownCustom::Name(subsections) = custom.as_known() {
                    for name in subsections {
                        let Name::Function(map) = name? else { continue };
                        for naming in map {
                            let naming = naming?;
                            if callers.contains(&naming.index) {
                                let function = demangle(naming.name);
                                let krate = root(&function).unwrap_or_default().to_owned();
                                let object = "the linked program".to_owned();
                                referrers.push(Referrer { krate, object, function: Some(function) });
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    referrers.sort();
    referrers.dedup();
    Ok(referrers)
}

/// log2 of the largest alignment of an object's thread-local segments.
fn tls_alignment(object: &[u8]) -> Result<u32> {
    let mut most = 0;
    for payload in Parser::new(0).parse_all(object) {
        if let Payload::CustomSection(custom) = payload?
            && let KnownCustom::Linking(linking) = custom.as_known()
        {
            for subsection in linking.subsections() {
                if let Linking::SegmentInfo(segments) = subsection? {
                    for segment in segments {
                        let segment = segment?;
                        if segment.flags.contains(SegmentFlags::TLS) || segment.name.contains(contract::THREAD_LOCAL) {
                            most = most.max(segment.alignment);
                        }
                    }
                }
            }
        }
    }
    Ok(most)
}

/// The crate at the head of a path, if the path begins with one: `a::b`, but not `<a::b as c::d>::e`.
fn root(path: &str) -> Option<&str> {
    let (root, _) = path.split_once("::")?;
    root.chars().all(|character| character.is_ascii_alphanumeric() || character == '_').then_some(root)
}

/// The functions of an object that use what is wanted; `None` among them stands for its data. Empty if the object does
/// not refer to it.
fn users(object: &[u8], wanted: Wanted<'_>) -> Result<Vec<Option<String>>> {
    // Fields of imported functions, in order of their index: an undefined symbol without a name of its own has the
    // import's.
    let mut imports = Vec::new();
    let mut symbols = Vec::new();
    // First byte of the code section's contents, and each body's range in the file.
    let mut code = 0..0;
    let mut code_section = 0;
    let mut bodies = Vec::new();
    let mut relocations = Vec::new();
    let mut section = 0;
    for payload in Parser::new(0).parse_all(object) {
        let payload = payload?;
        match &payload {
            Payload::ImportSection(reader) => {
                for import in reader.clone().into_imports() {
                    let import = import?;
                    if matches!(import.ty, TypeRef::Func(_)) {
                        imports.push((import.module, import.name));
                    }
                }
            }
            Payload::CodeSectionStart { unchecked_range, .. } => {
                code = unchecked_range.clone();
                code_section = section;
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.range()),
            Payload::CustomSection(custom) => match custom.as_known() {
                KnownCustom::Linking(linking) => {
                    for subsection in linking.subsections() {
                        if let Linking::SymbolTable(table) = subsection? {
                            symbols.extend(table.into_iter().collect::<Result<Vec<_>>>()?);
                        }
                    }
                }
                KnownCustom::Reloc(reloc) if reloc.section_index() == code_section => {
                    relocations.extend(reloc.entries().into_iter().collect::<Result<Vec<_>>>()?);
                }
                _ => {}
            },
            _ => {}
        }
        section += u32::from(payload.as_section().is_some());
    }
    let Some(symbol) = symbols.iter().position(|symbol| is_wanted(symbol, &imports, wanted)) else {
        return Ok(Vec::new());
    };

    let mut names = BTreeMap::new();
    for symbol in &symbols {
        if let SymbolInfo::Func { index, name: Some(name), .. } = symbol
            && let Some(ordinal) = (*index as usize).checked_sub(imports.len())
        {
            names.insert(ordinal, *name);
        }
    }
    let mut users: Vec<Option<String>> = relocations
        .iter()
        .filter(|relocation| relocation.index as usize == symbol && refers_to_symbol(relocation))
        .filter_map(|relocation| {
            let at = code.start + u64::from(relocation.offset);
            let ordinal = bodies.iter().position(|body| body.contains(&at))?;
            names.get(&ordinal).map(|name| Some(demangle(name)))
        })
        .collect();
    users.sort();
    users.dedup();
    if users.is_empty() {
        users.push(None);
    }
    Ok(users)
}

/// Type indices are numbered on their own and must not be taken for symbols.
fn refers_to_symbol(relocation: &wasmparser::RelocationEntry) -> bool {
    relocation.ty != wasmparser::RelocationType::TypeIndexLeb
}

fn is_wanted(symbol: &SymbolInfo<'_>, imports: &[(&str, &str)], wanted: Wanted<'_>) -> bool {
    match (symbol, wanted) {
        (SymbolInfo::Func { flags, index, name }, _) if flags.contains(SymbolFlags::UNDEFINED) => {
            let import = imports.get(*index as usize);
            match wanted {
                Wanted::Symbol(symbol) => name.or(import.map(|(_, field)| *field)) == Some(symbol),
                Wanted::Import(module, field) => import == Some(&(module, field)),
            }
        }
        (SymbolInfo::Data { flags, name, .. }, Wanted::Symbol(symbol)) => {
            flags.contains(SymbolFlags::UNDEFINED) && *name == symbol
        }
        _ => false,
    }
}
