//! The command line: what component-ld takes for itself, and what it hands on.
//!
//! rustc's linker flavor `wasm-lld` speaks wasm-ld's language, of which only a few words concern us. There is no list
//! of wasm-ld's flags here: an argument that is not ours goes through untouched and in order, so that a flag nobody
//! thought of works.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{fs, io::Read};

use anyhow::{Context, Result, bail};

use crate::contract;
use crate::passes;
use crate::platform::Platform;

/// What `--help` says, above what wasm-ld has to say.
pub(crate) const HELP: &str = "\
component-ld links a component: wasm-ld, then rewriting, then wit-component.
Usage: component-ld [-flavor wasm] [OPTIONS of wasm-ld]... -o FILE

Its own options (with rustc: -Clink-arg=OPTION):
  --wasm-ld-path FILE    the wasm-ld to use; else COMPONENT_LD_WASM_LD, else rust-lld or wasm-ld on PATH
  --skip-wit-component   leave the core module as wasm-ld has linked it
  --no-optimize          leave out the passes that only make programs faster (with debug information they never run)
  --without-pass=NAME    leave out this one of them
  --no-stack-check       threads do not look at each call if their stack is long enough
  --thread-context=WAY   where a thread's stack pointer is kept: slots (of its context), or save-restore (around each
                         import, so that bindings can have the slots)
  --schedule-points      atomic operations of the program are points of a schedule by seed; no debug information
  --world=WORLD          whose functions std calls: those of wasi, or of the web (a page or a script)
  --wit=FILE             write the component's types as WIT into FILE
  --explain-passes       say which passes there are, and why
  @FILE                  the arguments that stand in FILE

--export-all and --export-dynamic are left out: a component exports what its world says. Everything else is wasm-ld's, and goes through to it:
";

/// What to do, as read from a command line.
#[derive(Debug)]
pub(crate) struct Arguments {
    /// Where the result goes (`-o`).
    pub(crate) output: PathBuf,
    /// For wasm-ld, in the order given: everything but our own flags, `-flavor`, `-o` and the C libraries that do not
    /// exist here.
    pub(crate) forwarded: Vec<OsString>,
    /// Which wasm-ld to run, if the command line says so (`--wasm-ld-path`).
    pub(crate) wasm_ld: Option<PathBuf>,
    /// Whether threads look at each call if their stack is long enough (not with `--no-stack-check`).
    pub(crate) stack_check: bool,
    /// Whether stack pointers of threads are saved around imports (`--thread-context=save-restore`).
    pub(crate) save_around_imports: bool,
    /// Whether atomic instructions are points of a schedule by seed (`--schedule-points`).
    pub(crate) schedule_points: bool,
    /// Whose functions std calls (`--world=WORLD`).
    pub(crate) platform: Platform,
    /// How much of the debug information is to go.
    pub(crate) strip: Strip,
    /// What passes are to look at: rustc asks for `-O3` at `opt-level = 3`, and for `-O2` at `s`, `z` and 2.
    pub(crate) optimize: Optimize,
    /// Where the component's WIT goes (`--wit=FILE`).
    pub(crate) wit: Option<PathBuf>,
    /// Passes that are left out (`--without-pass=NAME`).
    pub(crate) without: Vec<String>,
    /// What to make of the linked module.
    pub(crate) artifact: Artifact,
    /// Whether only an explanation is wanted (`--help`).
    pub(crate) help: bool,
    /// Whether only the table of passes is wanted (`--explain-passes`).
    pub(crate) explain_passes: bool,
}

/// How much that is not needed to run leaves the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strip {
    /// Nothing.
    Nothing,
    /// DWARF goes, names and producers stay (`--strip-debug`, `-S`).
    Debug,
    /// Every custom section goes but the one that belongs to the code (`--strip-all`, `-s`).
    All,
}

/// What passes are to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Optimize {
    /// Time counts more than bytes.
    Speed,
    /// Few bytes count more than time.
    Size,
    /// Neither: passes that only make programs faster are left out (`--no-optimize`).
    No,
}

/// What is made of the linked module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Artifact {
    /// A component: the normal case.
    Component,
    /// The core module as wasm-ld leaves it, for looking at (`--skip-wit-component`).
    CoreModule,
    /// Whatever wasm-ld makes: an object (`-r`), or nothing but a text (`--version`).
    Untouched,
}

impl Arguments {
    /// Reads a command line without the program's name; `@FILE` is replaced by the arguments that stand in FILE.
    ///
    /// # Errors
    ///
    /// A response file that cannot be read, a flag of ours without its value, no `-o`.
    pub(crate) fn parse(command_line: impl IntoIterator<Item = OsString>) -> Result<Arguments> {
        let mut words = Vec::new();
        for word in command_line {
            expand(word, &mut words, 0)?;
        }
        let mut output = None;
        let mut parsed = Arguments {
            output: PathBuf::new(),
            forwarded: Vec::with_capacity(words.len()),
            wasm_ld: None,
            stack_check: true,
            save_around_imports: false,
            schedule_points: false,
            platform: Platform::Wasi,
            strip: Strip::Nothing,
            optimize: Optimize::Speed,
            wit: None,
            without: Vec::new(),
            artifact: Artifact::Component,
            help: false,
            explain_passes: false,
        };
        let directories = library_directories(&words);
        let is_nowhere = |name: &OsStr| is_c_library(name) || is_compiler_library(name, &directories);
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let mut value = |flag: &str| {
                words.next().with_context(|| format!("the linker argument `{flag}` needs a value behind it"))
            };
            // What is not UTF-8 is a path, never a flag of ours.
            match word.to_str().unwrap_or_default() {
                // `-flavor wasm` is for lld's generic driver, which we call by another way.
                "-flavor" => drop(value("-flavor")?),
                "-o" | "--output" => output = Some(value("-o")?.into()),
                flag if flag.starts_with("--output=") => output = Some(flag["--output=".len()..].into()),
                flag if flag.starts_with("-o") && flag.len() > 2 => output = Some(flag[2..].into()),
                "--wasm-ld-path" => parsed.wasm_ld = Some(value("--wasm-ld-path")?.into()),
                flag if flag.starts_with("--wasm-ld-path=") => {
                    parsed.wasm_ld = Some(flag["--wasm-ld-path=".len()..].into());
                }
                "--no-optimize" => parsed.optimize = Optimize::No,
                flag if flag.starts_with("--without-pass=") => {
                    let name = &flag["--without-pass=".len()..];
                    passes::check_optional(name)?;
                    parsed.without.push(name.to_owned());
                }
                "--wit" => parsed.wit = Some(value("--wit")?.into()),
                flag if flag.starts_with("--wit=") => parsed.wit = Some(flag["--wit=".len()..].into()),
                "--explain-passes" => {
                    parsed.explain_passes = true;
                    parsed.artifact = Artifact::Untouched;
                }
                "--no-stack-check" => parsed.stack_check = false,
                "--thread-context=slots" => parsed.save_around_imports = false,
                "--thread-context=save-restore" => parsed.save_around_imports = true,
                flag if flag.starts_with("--thread-context") => {
                    bail!(
                        "`{flag}` is not a way to keep a thread's stack pointer: it is --thread-context=slots or --thread-context=save-restore"
                    )
                }
                "--world=wasi" => parsed.platform = Platform::Wasi,
                "--world=web" => {
                    parsed.platform = Platform::Web;
                    // What makes JavaScript of a component knows its functions by their names in the core module (web/src/lean.rs).
                    parsed.without.push("shorten".to_owned());
                }
                flag if flag.starts_with("--world") => {
                    bail!("`{flag}` names no world that std has: it is --world=wasi or --world=web")
                }
                "--schedule-points" => parsed.schedule_points = true,
                "--skip-wit-component" => parsed.artifact = Artifact::CoreModule,
                flag @ ("-l" | "--library") => {
                    let name = value(flag)?;
                    if !is_nowhere(&name) {
                        parsed.forwarded.extend([word, name]);
                    }
                }
                flag if flag
                    .strip_prefix("-l")
                    .or(flag.strip_prefix("--library="))
                    .is_some_and(|name| is_nowhere(name.as_ref())) => {}
                flag => {
                    parsed.help |= flag == "--help";
                    match flag {
                        "--strip-all" | "-s" => parsed.strip = Strip::All,
                        "--strip-debug" | "-S" => parsed.strip = parsed.strip.max(Strip::Debug),
                        "-O2" if parsed.optimize != Optimize::No => parsed.optimize = Optimize::Size,
                        "-O3" if parsed.optimize != Optimize::No => parsed.optimize = Optimize::Speed,
                        "-r" | "--relocatable" | "--version" | "-v" | "--help" => parsed.artifact = Artifact::Untouched,
                        _ => {}
                    }
                    parsed.forwarded.push(word);
                }
            }
        }
        match output {
            Some(output) => parsed.output = output,
            None if parsed.artifact == Artifact::Untouched => {}
            None => bail!("no output file is named: `-o FILE` is missing from the linker's arguments"),
        }
        Ok(parsed)
    }

    /// The objects and archives among the arguments, in order.
    ///
    /// Told from flags and their values by what the files are, not by a list of flags.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &Path> {
        self.forwarded.iter().map(Path::new).filter(|path| is_input(path))
    }
}

fn is_c_library(name: &OsStr) -> bool {
    contract::C_LIBRARIES.contains(&library(name))
}

/// Whether it is one of those that compilers bring along, and no directory has a file for it.
fn is_compiler_library(name: &OsStr, directories: &[PathBuf]) -> bool {
    let name = library(name);
    contract::COMPILER_LIBRARIES.contains(&name)
        && !directories.iter().any(|directory| directory.join(format!("lib{name}.a")).is_file())
}

/// The library that `-l` asks for, be it by its name or by its file's (`-l:libc.a`).
fn library(name: &OsStr) -> &str {
    let name = name.to_str().unwrap_or_default();
    let Some(file) = name.strip_prefix(':') else { return name };
    let file = file.strip_prefix("lib").unwrap_or(file);
    file.strip_suffix(".a").or(file.strip_suffix(".so")).unwrap_or(file)
}

/// Where libraries are looked for: all `-L` count for all `-l`, wherever they stand.
fn library_directories(words: &[OsString]) -> Vec<PathBuf> {
    let mut directories = Vec::new();
    let mut is_next = false;
    for word in words {
        let text = word.to_str().unwrap_or_default();
        let joined = text.strip_prefix("--library-path=").or(text.strip_prefix("-L"));
        if is_next {
            directories.push(PathBuf::from(word));
        } else if let Some(directory) = joined.filter(|directory| !directory.is_empty()) {
            directories.push(directory.into());
        }
        is_next = !is_next && matches!(text, "-L" | "--library-path");
    }
    directories
}

fn is_input(path: &Path) -> bool {
    let mut magic = [0; 4];
    !path.as_os_str().as_encoded_bytes().starts_with(b"-")
        && fs::File::open(path).is_ok_and(|mut file| file.read_exact(&mut magic).is_ok())
        && matches!(&magic, b"\0asm" | b"BC\xc0\xde" | b"!<ar" | b"!<th")
}

/// Adds `word`, or what stands in the file it names with a leading `@`.
fn expand(word: OsString, words: &mut Vec<OsString>, depth: u32) -> Result<()> {
    let Some(file) = word.to_str().and_then(|word| word.strip_prefix('@')) else {
        words.push(word);
        return Ok(());
    };
    let text = fs::read_to_string(file).with_context(|| format!("the response file {file} cannot be read"))?;
    if depth == 8 {
        bail!("the response file {file} is the eighth inside another: do they name each other?");
    }
    for word in split(&text) {
        expand(word.into(), words, depth + 1)?;
    }
    Ok(())
}

/// Splits a response file as rustc and lld write and read it: at blanks, with `'...'`, `"..."` and `\` keeping what
/// they protect.
fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\\', None | Some('"')) => word.get_or_insert_default().extend(characters.next()),
            (_, Some(open)) if character == open => quote = None,
            (_, Some(_)) => word.get_or_insert_default().push(character),
            ('\'' | '"', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (_, None) if character.is_whitespace() => words.extend(word.take()),
            (_, None) => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Arguments> {
        Arguments::parse(words.iter().map(OsString::from))
    }

    #[test]
    fn what_is_not_ours_goes_through_in_order() {
        let parsed = parse(&[
            "-flavor",
            "wasm",
            "--export",
            "x",
            "-z",
            "stack-size=1",
            "a.o",
            "-o",
            "out.wasm",
            "--brand-new-flag=1",
            "-O0",
        ]);
        let parsed = parsed.unwrap();
        assert_eq!(parsed.output, Path::new("out.wasm"));
        assert_eq!(parsed.forwarded, ["--export", "x", "-z", "stack-size=1", "a.o", "--brand-new-flag=1", "-O0"]);
    }

    #[test]
    fn c_libraries_are_met_with_nothing_and_others_pass() {
        let parsed =
            parse(&["-lc", "-l", "c", "--library=pthread", "--library", "m", "-lcurl", "-l", "ssl", "-o", "x"])
                .unwrap();
        assert_eq!(parsed.forwarded, ["-lcurl", "-l", "ssl"]);
    }

    #[test]
    fn what_compilers_bring_along_is_met_with_nothing_unless_a_user_brings_it() {
        for name in contract::COMPILER_LIBRARIES {
            assert!(parse(&[&format!("-l{name}"), "-l", name, "-o", "x"]).unwrap().forwarded.is_empty(), "{name}");
        }
        assert!(parse(&["-l:libstdc++.a", "-l:libc.so", "-o", "x"]).unwrap().forwarded.is_empty());
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("libc++.a"), "!<arch>\n").unwrap();
        let directory = directory.path().to_str().unwrap();
        for words in [&["-lc++", "-L", directory][..], &[&format!("-L{directory}"), "-lc++"]] {
            assert_eq!(parse(&[words, &["-lc++abi", "-o", "x"]].concat()).unwrap().forwarded, *words);
        }
    }

    #[test]
    fn every_spelling_of_the_output_is_known() {
        for words in [&["-o", "x"][..], &["-ox"], &["--output=x"], &["--output", "x"]] {
            let parsed = parse(words).unwrap();
            assert_eq!(parsed.output, Path::new("x"), "{words:?}");
            assert!(parsed.forwarded.is_empty(), "{words:?}");
        }
    }

    #[test]
    fn stripping_is_seen_and_handed_on() {
        assert_eq!(parse(&["--strip-debug", "-o", "x"]).unwrap().strip, Strip::Debug);
        assert_eq!(parse(&["--strip-all", "-S", "-o", "x"]).unwrap().strip, Strip::All);
        assert_eq!(parse(&["-s", "-o", "x"]).unwrap().forwarded, ["-s"]);
    }

    #[test]
    fn the_last_level_of_optimisation_says_if_bytes_count() {
        let optimize = |words: &[&str]| parse(&[words, &["-o", "x"]].concat()).unwrap().optimize;
        assert_eq!(optimize(&[]), Optimize::Speed);
        assert_eq!(optimize(&["-O2"]), Optimize::Size);
        assert_eq!(optimize(&["-O2", "-O3"]), Optimize::Speed);
        assert_eq!(optimize(&["--no-optimize", "-O2"]), Optimize::No);
        assert_eq!(parse(&["--no-optimize", "-O2", "-O3", "-o", "x"]).unwrap().forwarded, ["-O2", "-O3"]);
    }

    #[test]
    fn an_optional_pass_can_be_left_out_and_no_other() {
        let parsed = parse(&["--without-pass=offsets", "--without-pass=forwarders", "-o", "x"]).unwrap();
        assert_eq!((parsed.without, parsed.forwarded), (vec!["offsets".to_owned(), "forwarders".to_owned()], vec![]));
        let refused = |word| parse(&[word, "-o", "x"]).unwrap_err().to_string();
        assert!(refused("--without-pass=atomics").contains("no program can do without the pass `atomics`"));
        assert!(refused("--without-pass=magic").contains("there is no pass `magic`"));
    }

    #[test]
    fn a_missing_value_or_output_is_named() {
        assert!(parse(&["-o"]).unwrap_err().to_string().contains("`-o`"));
        assert!(parse(&["a.o"]).unwrap_err().to_string().contains("-o FILE"));
        assert!(parse(&["--thread-context=heap", "-o", "x"]).unwrap_err().to_string().contains("slots or"));
        assert!(parse(&["@/nowhere/args"]).unwrap_err().to_string().contains("/nowhere/args"));
    }

    #[test]
    fn response_files_split_as_rustc_escapes() {
        assert_eq!(split("a\n\"b c\"\nd\\ e\n'f\\g'\n\"\"\n\"h\\\"i\""), ["a", "b c", "d e", "f\\g", "", "h\"i"]);
    }
}
