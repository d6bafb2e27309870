//! The functions, constants and layouts of this crate are those of the crate `libc` for WASI, read out of its sources: signatures as WebAssembly
//! sees them, constants and the fields of structures word by word.
//!
//! And `docs/c-symbols.md` says of each function what its documentation here says. `BLESS=1` writes the page anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;

/// What C's headers have and the crate `libc` for WASI has not, with the signature that the headers give.
const OF_HEADERS: [(&str, &str); 11] = [
    ("dup", "(i32) -> (i32)"),
    ("dup2", "(i32, i32) -> (i32)"),
    ("secure_getenv", "(i32) -> (i32)"),
    ("getpagesize", "() -> (i32)"),
    ("memmem", "(i32, i32, i32, i32) -> (i32)"),
    ("stpcpy", "(i32, i32) -> (i32)"),
    ("strchrnul", "(i32, i32) -> (i32)"),
    ("strtok_r", "(i32, i32, i32) -> (i32)"),
    ("qsort", "(i32, i32, i32, i32) -> ()"),
    ("bsearch", "(i32, i32, i32, i32, i32) -> (i32)"),
    // For the linker alone: it puts this in the place of `poll` (library/contract/src/symbols.rs).
    ("poll_among_threads", "(i32, i32, i32) -> (i32)"),
];

/// The functions that crates want, as the undefined symbols of their objects say: rustix with `fs`, `net`, `event`, `time` and `termios`; tokio,
/// tempfile, terminal_size and axum by way of these.
const WANTED: [(&str, &str); 4] = [
    ("errno 0.3", "__errno_location strerror_r"),
    ("mio 1", "accept bind connect fcntl getsockopt listen poll setsockopt socket"),
    (
        "rustix 1",
        "access close dirfd faccessat fcntl fdatasync fstat fstatat fsync ftruncate futimens ioctl isatty link linkat \
         lseek lstat mkdir mkdirat open openat posix_fadvise posix_fallocate pread preadv pwrite pwritev read readdir \
         readlink readlinkat readv rename renameat rmdir select stat symlink symlinkat unlink unlinkat utimensat \
         write writev",
    ),
    (
        "socket2 0.6",
        "accept bind connect fcntl getpeername getsockname getsockopt listen poll recv recvfrom send sendto \
         setsockopt shutdown socket",
    ),
];

#[test]
fn functions_have_the_signatures_of_libc() {
    let declared = declared(&libc());
    let mut wrong = Vec::new();
    for Function { name, signature, .. } in functions() {
        let of_headers = OF_HEADERS.iter().find(|(known, _)| *known == name).map(|(_, signature)| *signature);
        match declared.get(&name).map(String::as_str).or(of_headers) {
            Some(libcs) if libcs == signature => {}
            other => wrong.push(format!("{name} {signature}, but {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_crates_want_is_here() {
    let here: Vec<String> = functions().into_iter().map(|function| function.name).collect();
    for (krate, names) in WANTED {
        for name in names.split_whitespace() {
            assert!(here.iter().any(|known| known == name), "{krate} wants {name}");
        }
    }
}

#[test]
fn constants_and_structures_are_those_of_libc() {
    let (ours, theirs) = (read(&here().join("src/abi.rs")), libc());
    let (our_constants, their_constants) = (constants(&ours), constants(&theirs));
    for (name, value) in &our_constants {
        assert_eq!(their_constants.get(name), Some(value), "{name}");
    }
    let (our_types, their_types) = (aliases(&ours), aliases(&theirs));
    for (name, value) in &our_types {
        assert_eq!(their_types.get(name), Some(value), "{name}");
    }
    let (our_structures, their_structures) = (structures(&ours), structures(&theirs));
    for (name, fields) in &our_structures {
        assert_eq!(their_structures.get(name), Some(fields), "{name}");
    }
    assert!(our_constants.len() > 90 && our_structures.len() > 12 && our_types.len() > 15);
}

#[test]
fn docs_c_symbols_tells_all_functions() {
    const BEGIN: &str = "<!-- made by the crate's own documentation: begin -->\n";
    const END: &str = "<!-- made by the crate's own documentation: end -->";
    let file = here().join("../../docs/c-symbols.md");
    let page = read(&file);
    let (before, rest) = page.split_once(BEGIN).expect("the page has a mark");
    let (_, after) = rest.split_once(END).expect("the page has two marks");
    let mut table = String::new();
    let mut file_before = String::new();
    for Function { name, file, says, .. } in functions() {
        if name == "poll_among_threads" {
            continue;
        }
        if file != file_before {
            table += &format!(
                "\n### {}\n\n| function | of | wanted by | here |\n|---|---|---|---|\n",
                file.trim_end_matches(".rs")
            );
            file_before = file;
        }
        let (standard, here) = row(&says);
        let by = WANTED.iter().filter(|(_, names)| names.split_whitespace().any(|wanted| wanted == name));
        let by = by.map(|(krate, _)| *krate).collect::<Vec<_>>().join(", ");
        table += &format!("| `{name}` | {standard} | {by} | {here} |\n");
    }
    let made = format!("{before}{BEGIN}{}\n{END}{after}", table.trim_start_matches('\n'));
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, made).unwrap();
    } else {
        assert!(made == page, "docs/c-symbols.md is not what the sources say: BLESS=1 writes it");
    }
}

/// Whose function it is, and what is to be said of it: documentation begins with one of "POSIX: `f`" and "`f`, of glibc".
fn row(says: &str) -> (&str, String) {
    let (standard, rest) = match says.split_once(": `") {
        Some((standard, rest)) if !says.starts_with('`') => {
            (standard, rest.split_once('`').map_or("", |(_, rest)| rest))
        }
        _ => {
            let rest = says.split_once(", of ").map_or("", |(_, rest)| rest);
            rest.find(['.', ':']).map_or((rest, ""), |end| rest.split_at(end))
        }
    };
    match rest.trim_start_matches(['.', ':', ',', ' ']) {
        "" => (standard, "works".to_owned()),
        rest => (standard, rest.to_owned()),
    }
}

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The sources of the crate `libc` that this workspace is locked to, for WASI beyond 0.1.
fn libc() -> String {
    let metadata = MetadataCommand::new().manifest_path(here().join("Cargo.toml")).exec().unwrap();
    let packages = metadata.packages.iter().filter(|package| package.name.as_str() == "libc");
    let newest = packages.max_by_key(|package| package.version.clone()).expect("the workspace has the crate libc");
    let folder = newest.manifest_path.parent().unwrap().as_std_path().join("src/wasi");
    read(&folder.join("mod.rs")) + &read(&folder.join("p2.rs"))
}

struct Function {
    name: String,
    signature: String,
    /// Below `src`.
    file: String,
    /// Its documentation, on one line.
    says: String,
}

/// All functions of this crate.
fn functions() -> Vec<Function> {
    let mut all = Vec::new();
    let root = here().join("src");
    let mut files: Vec<PathBuf> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs")) {
        let text = read(file);
        let folder = file.with_extension("");
        let parts = fs::read_dir(folder).into_iter().flatten().map(|entry| read(&entry.unwrap().path()));
        let everything = parts.fold(text.clone(), |all, part| all + &part);
        for line in text.lines().filter_map(|line| line.strip_prefix("    \"")) {
            let Some((name, rest)) = line.split_once("\" \"(") else { continue };
            let Some((signature, rest)) = rest.split_once('"') else { continue };
            let Some(function) = rest.split_once("= ").and_then(|(_, path)| path.strip_suffix(';')) else { continue };
            let function = function.rsplit("::").next().unwrap();
            all.push(Function {
                name: name.to_owned(),
                signature: format!("({signature}"),
                file: file.file_name().unwrap().to_str().unwrap().to_owned(),
                says: documentation(&everything, function),
            });
        }
    }
    assert!(all.len() > 150, "{}", all.len());
    all
}

/// What stands above a function.
fn documentation(text: &str, function: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let is_it = |line: &&str| {
        line.starts_with("pub ") && line.contains(&format!("extern \"C\" fn {function}("))
            || line.trim_start().starts_with(&format!("{function} = "))
    };
    let at = lines.iter().position(is_it).unwrap_or_else(|| panic!("{function} is not there"));
    let above: Vec<&str> = lines[..at].iter().rev().map_while(|line| line.strip_prefix("/// ")).collect();
    match &above[..] {
        [] => format!("C: `{function}`."),
        lines => lines.iter().rev().copied().collect::<Vec<_>>().join(" "),
    }
}

/// The functions that `libc` declares, by name, with their signatures in WebAssembly.
fn declared(source: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for piece in source.split("pub fn ").skip(1) {
        let Some((name, rest)) = piece.split_once('(') else { continue };
        let Some((declaration, _)) = rest.split_once(';') else { continue };
        let Some((parameters, result)) = declaration.rsplit_once(')') else { continue };
        let parameters: Vec<&str> = split(parameters).iter().map(|one| lowered(one)).collect();
        let result = result.trim().strip_prefix("->").map(str::trim).filter(|result| *result != "!").map(lowered);
        all.insert(name.to_owned(), format!("({}) -> ({})", parameters.join(", "), result.unwrap_or_default()));
    }
    all
}

/// The types of parameters, as they are written.
fn split(parameters: &str) -> Vec<String> {
    let mut all = Vec::new();
    let (mut depth, mut one) = (0, String::new());
    for character in parameters.chars().chain([',']) {
        match character {
            '(' | '<' => depth += 1,
            ')' | '>' if !one.ends_with('-') => depth -= 1,
            ',' if depth == 0 => {
                let word = one.trim();
                if !word.is_empty() {
                    all.push(
                        word.split_once(':').filter(|_| word != "...").map_or(word, |(_, ty)| ty.trim()).to_owned(),
                    );
                }
                one.clear();
                continue;
            }
            _ => {}
        }
        one.push(character);
    }
    all
}

/// A type as a parameter of WebAssembly.
fn lowered(ty: &str) -> &'static str {
    match ty.trim_start_matches("crate::") {
        "off_t" | "time_t" | "clock_t" | "c_longlong" | "c_ulonglong" => "i64",
        "c_double" => "f64",
        "c_float" => "f32",
        "c_int" | "c_uint" | "c_long" | "c_ulong" | "size_t" | "ssize_t" | "usize" | "isize" | "u32" | "mode_t"
        | "nfds_t" | "socklen_t" | "intptr_t" | "clockid_t" | "nl_item" | "locale_t" | "pthread_t"
        | "pthread_key_t" | "..." => "i32",
        ty if ty.starts_with('*') || ty.starts_with("extern") || ty.starts_with("Option<") => "i32",
        ty => panic!("how is `{ty}` passed?"),
    }
}

/// Each `pub const`, with its type and value.
fn constants(source: &str) -> BTreeMap<String, String> {
    let each = source.split("\npub const ").skip(1).filter_map(|piece| piece.split_once(';'));
    each.filter_map(|(constant, _)| constant.split_once(':')).map(|(name, value)| (name.into(), words(value))).collect()
}

/// Each `pub type`.
fn aliases(source: &str) -> BTreeMap<String, String> {
    let each = source.split("\npub type ").skip(1).filter_map(|piece| piece.split_once(';'));
    each.filter_map(|(alias, _)| alias.split_once(" = ")).map(|(name, value)| (name.into(), words(value))).collect()
}

/// Each structure: its fields, and what it is aligned to beyond them.
fn structures(source: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let pieces: Vec<&str> = source.split("pub struct ").collect();
    for pair in pieces.windows(2) {
        let Some((name, rest)) = pair[1].split_once(" {") else { continue };
        let Some((fields, _)) = rest.split_once('}') else { continue };
        // What stands between the last item and this one.
        let above = pair[0].rsplit('}').next().unwrap_or_default();
        let align = above.lines().find(|line| line.contains("repr(align")).map(str::trim).unwrap_or_default();
        let fields = fields.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<String>();
        let fields = fields.replace("pub ", "").replace("Padding<", "").replace('>', "");
        all.insert(name.to_owned(), format!("{align} {}", words(&fields)));
    }
    all
}

/// The same words, one blank between them.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
