//! The linker of the wasm32 component targets: wasm-ld, then rewriting passes, then a component.
//!
//! rustc calls `component-ld` as it would call wasm-ld. One call goes through here from top to bottom:
//!
//! ```text
//! arguments   the command line: ours, and what is wasm-ld's
//! lld         wasm-ld links a core module, into a directory beside the output
//! explain     (when that fails) which crate wanted what is not there
//! wants       what shows only in the linked module, and only another link can give: it is linked again
//!               without the entry that gives way to another,
//!               then with threads, an allocator for the host, functions that nobody defines (supplies, stubs),
//!               then with what these want in turn; most programs want nothing
//! passes      over the core module: what it must have (lower), what makes it faster (optimize)
//! encode      the module's world, wit-component, validation
//! place       renamed into place, whole or not at all
//! ```
//!
//! It knows neither std nor the runtime: each name it shares with them stands in [`contract`].

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, io::Write};

use anyhow::{Context, Result, bail};

use arguments::{Arguments, Artifact};
pub use arguments::{Optimize, Strip};
pub use coverage::CORE_MODULE_EXTENSION;
use inputs::Inputs;
use lld::WasmLd;
use module::Module;
use passes::Options;
use place::Place;
pub use platform::Platform;
use stubs::Stub;
use supplies::Supply;
use wants::Wants;

pub use contract;

mod arguments;
mod bindings;
mod c_symbols;
mod coverage;
mod demangle;
mod encode;
mod exceptions;
mod explain;
mod guard;
pub mod inputs;
pub mod lld;
mod lower;
mod module;
mod optimize;
mod passes;
mod place;
mod platform;
mod signatures;
mod stubs;
mod supplies;
mod thread_context;
mod thread_statics;
mod versions;
mod wants;
mod wit;
mod world;

/// Links as this process's own command line says, with errors to stderr.
#[must_use]
pub fn main() -> ExitCode {
    let plain = env::var_os(contract::variables::PLAIN).is_some_and(|value| value == "1");
    let more = plain.then(|| "--no-optimize".into());
    match guard::guarded(|| link(env::args_os().skip(1).chain(more))) {
        Ok(code) => code,
        Err(error) => {
            say(&format!("component-ld: error: {error:#}\n"));
            ExitCode::FAILURE
        }
    }
}

/// Links as the command line (without the program's name) says.
///
/// # Errors
///
/// Everything that leaves no output file behind and that wasm-ld has not said itself; what it says goes to stderr.
pub fn link(command_line: impl IntoIterator<Item = OsString>) -> Result<ExitCode> {
    let arguments = Arguments::parse(command_line)?;
    if arguments.explain_passes {
        std::io::stdout().write_all(passes::explained().as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.help {
        std::io::stdout().write_all(arguments::HELP.as_bytes())?;
    }
    let wasm_ld = WasmLd::find(arguments.wasm_ld.as_deref())?;
    let place = Place::of(&arguments.output)?;
    let directory = &place.directory();
    remove_left_behind(directory);
    let scratch = tempfile::Builder::new()
        .prefix(SCRATCH)
        .tempdir_in(directory)
        .with_context(|| format!("the directory of the output, {}, cannot be written to", directory.display()))?;

    let inputs = Inputs::new(arguments.inputs());
    let Some(module) = link_module(&arguments, &wasm_ld, scratch.path(), &inputs)? else {
        return Ok(ExitCode::FAILURE);
    };
    match arguments.artifact {
        Artifact::Component => {
            let optimize = match (arguments.optimize, arguments.strip) {
                // With names in it, a few bytes do not count.
                (Optimize::Size, Strip::Nothing | Strip::Debug) => Optimize::Speed,
                (optimize, _) => optimize,
            };
            let linked = read(&module)?;
            let linked = Module::parse(&linked)?;
            coverage::keep(&linked, &arguments.output)?;
            let unreached = wants::unreached(&linked);
            let (strip, without) = (arguments.strip, &arguments.without[..]);
            let wit = arguments.wit.as_deref();
            let options = Options { optimize, strip, wit, without, platform: arguments.platform, inputs: &inputs };
            let component = guard::guarded(|| component_of(linked, &options))
                .with_context(|| format!("{} cannot be made a component", arguments.output.display()))?;
            let file = scratch.path().join(".component");
            fs::write(&file, component).with_context(|| format!("{} cannot be written", file.display()))?;
            // wasm-ld has set the mode an executable gets here.
            fs::set_permissions(&file, fs::metadata(&module)?.permissions())?;
            place.put(&file)?;
            say(&explain::unreached(&unreached).unwrap_or_default());
        }
        Artifact::CoreModule => place.put(&module)?,
        // `--version` and the like write nothing.
        Artifact::Untouched if module.exists() => place.put(&module)?,
        Artifact::Untouched => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// What the names of scratch directories begin with, and how old one is that a killed link has left behind: none takes so long.
const SCRATCH: &str = ".component-ld-";
const LEFT_BEHIND: Duration = Duration::from_hours(1);

/// Removes what killed links have left in the directory of the output. What cannot be removed does no harm.
fn remove_left_behind(directory: &Path) {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(SCRATCH)) {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        if modified.is_ok_and(|modified| modified.elapsed().is_ok_and(|age| age > LEFT_BEHIND)) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Links the core module, in the directory `scratch`, again for what it then wants. None if wasm-ld failed and has said why.
fn link_module(arguments: &Arguments, wasm_ld: &WasmLd, scratch: &Path, inputs: &Inputs) -> Result<Option<PathBuf>> {
    // wasm-ld writes the file's name into the name section, from where it gets into backtraces.
    let module = scratch.join(arguments.output.file_name().unwrap_or("module.wasm".as_ref()));
    let mut link = CoreLink {
        arguments,
        wasm_ld,
        scratch,
        inputs,
        module,
        statics: BTreeMap::new(),
        c_functions: Vec::new(),
        c_library: None,
    };
    let mut wants = Wants::default();
    let Some(mut linked) = link.with(&wants)? else { return Ok(None) };
    // What else it wants shows when the entry is gone that gives way.
    if !linked.wants.left_out.is_empty() {
        wants.left_out = linked.wants.left_out;
        linked = match link.with(&wants)? {
            Some(linked) => linked,
            None => return Ok(None),
        };
    }
    let mut plan = Wants { left_out: wants.left_out.clone(), ..linked.wants };
    while plan != wants {
        wants = plan;
        linked = match link.with(&wants)? {
            Some(linked) => linked,
            None => return Ok(None),
        };
        // A symbol of an import may show only when another is supplied.
        plan = wants.with(linked.wants.supplies);
    }
    say(&explain::warnings(&linked.messages));
    Ok(Some(link.module))
}

/// What a core module is linked from, and where to.
struct CoreLink<'a> {
    arguments: &'a Arguments,
    wasm_ld: &'a WasmLd,
    scratch: &'a Path,
    inputs: &'a Inputs,
    module: PathBuf,
    /// Copies of inputs for programs with threads, when there are some.
    statics: BTreeMap<PathBuf, PathBuf>,
    /// Functions of a C library that are wanted and served.
    c_functions: Vec<Stub>,
    /// The crate that has them, if it is not an input.
    c_library: Option<PathBuf>,
}

/// What came of a link.
struct Linked {
    /// What the module wants. What it needs of threads, say, shows only when unreachable code is gone.
    wants: Wants,
    messages: String,
}

/// How a call of wasm-ld has ended.
enum Outcome {
    Linked(Linked),
    /// It has said why.
    Failed,
    /// It lacks functions of a C library. Here they are.
    WantsC(c_symbols::Found),
}

impl CoreLink<'_> {
    /// Links once, with this. None if wasm-ld failed and has said why.
    fn with(&mut self, wants: &Wants) -> Result<Option<Linked>> {
        loop {
            match self.once(wants)? {
                Outcome::Linked(linked) => return Ok(Some(linked)),
                Outcome::Failed => return Ok(None),
                Outcome::WantsC(found) => {
                    self.c_functions.extend(found.stubs);
                    self.c_library = self.c_library.take().or(found.library);
                }
            }
        }
    }

    fn once(&mut self, wants: &Wants) -> Result<Outcome> {
        let CoreLink { arguments, wasm_ld, scratch, inputs, .. } = *self;
        if (wants.threads || wants.tasks) && self.statics.is_empty() {
            self.statics = thread_statics(arguments, scratch)?;
        }
        let module = &self.module;
        let mut words = for_wasm_ld(arguments, module, wants);
        for word in &mut words {
            if let Some(copy) = self.statics.get(Path::new(&*word)) {
                *word = OsString::from(copy);
            }
        }
        if arguments.artifact != Artifact::Untouched {
            let object = scratch.join(".thread-context.o");
            write(&object, &stubs::object(&thread_context::stubs()))?;
            words.extend(["--start-lib".into(), object.into(), "--end-lib".into()]);
        }
        if !wants.supplies.is_empty() {
            let object = scratch.join(".supplied.o");
            let stubs: Vec<Stub> = wants.supplies.iter().map(Supply::stub).collect();
            write(&object, &stubs::object(&stubs))?;
            words.push(object.into());
        }
        if !self.c_functions.is_empty() {
            let object = scratch.join(".c.o");
            write(&object, &stubs::object(&self.c_functions))?;
            words.push(object.into());
        }
        words.extend(self.c_library.clone().map(OsString::from));
        let linked = wasm_ld.run(&words, scratch)?;
        std::io::stdout().write_all(&linked.stdout)?;
        let messages = String::from_utf8_lossy(&linked.stderr).into_owned();
        if !linked.status.success() {
            // wasm-ld writes into a mapped file: no room shows as a bus error, and what LLVM then says is a stack of
            // its own functions.
            if linked.status.to_string().contains("SIGBUS") {
                bail!(
                    "there is no room on the disk for {}: {} ended with a bus error",
                    module.display(),
                    wasm_ld.path().display()
                );
            }
            if linked.status.code().is_none()
                || ["Stack dump:", "LLVM ERROR:"].iter().any(|word| messages.contains(word))
            {
                let status = linked.status.to_string();
                bail!("{}", explain::crash(wasm_ld.path(), &status, &messages, inputs));
            }
            let found = c_symbols::find(&messages, inputs);
            if self.is_new(&found) {
                return Ok(Outcome::WantsC(found));
            }
            // What tells no symbols before it is linked tells them afterwards.
            let regardless = || {
                words.push("--allow-undefined".into());
                let linked = wasm_ld.run(&words, scratch).ok().filter(|linked| linked.status.success());
                linked.and_then(|_| fs::read(module).ok())
            };
            say(&explain::failure(&messages, inputs, regardless));
            if !messages.contains("error:") {
                bail!("{} ended with {}", wasm_ld.path().display(), linked.status);
            }
            return Ok(Outcome::Failed);
        }
        let wants = match arguments.artifact {
            Artifact::Untouched => Wants::default(),
            Artifact::Component | Artifact::CoreModule => Wants::of(&read(module)?, inputs, arguments.platform)?,
        };
        Ok(Outcome::Linked(Linked { wants, messages }))
    }

    /// Whether another link with it comes to something else.
    fn is_new(&self, found: &c_symbols::Found) -> bool {
        let is_known = |new: &Stub| self.c_functions.iter().any(|known| known.symbol == new.symbol);
        match &found.stubs[..] {
            [] => found.library.is_some() && self.c_library.is_none(),
            stubs => !stubs.iter().any(is_known),
        }
    }
}

/// Writes the copies of inputs with thread-local variables in which wasm-ld lays these out as such; where each input's copy is. Their names are
/// the inputs', for messages.
fn thread_statics(arguments: &Arguments, scratch: &Path) -> Result<BTreeMap<PathBuf, PathBuf>> {
    let mut copies = BTreeMap::new();
    let mut bytes = Vec::new();
    for (number, input) in arguments.inputs().enumerate() {
        let Some(name) = input.file_name() else { continue };
        if !thread_statics::of(input, &mut bytes)? {
            continue;
        }
        let directory = scratch.join(number.to_string());
        fs::create_dir(&directory).with_context(|| format!("{} cannot be made", directory.display()))?;
        let copy = directory.join(name);
        write(&copy, &bytes)?;
        copies.insert(input.to_owned(), copy);
    }
    Ok(copies)
}

/// Makes a component of a core module as wasm-ld has linked it: rewriting passes, wit-component, validation.
///
/// `inputs` are what the module was linked from; they are read only to explain a failure.
///
/// # Errors
///
/// The module does not fit the worlds it is to have: the error names functions and crates.
pub fn component(
    module: Vec<u8>,
    optimize: Optimize,
    strip: Strip,
    platform: Platform,
    inputs: &Inputs,
) -> Result<Vec<u8>> {
    let options = Options { optimize, strip, wit: None, without: &[], platform, inputs };
    guard::guarded(|| component_of(Module::parse(&module)?, &options))
}

fn component_of(mut module: Module<'_>, options: &Options<'_>) -> Result<Vec<u8>> {
    // What authors have written about their types is in no component.
    let declared = if options.wit.is_some() { signatures::declared(&module, options.inputs)? } else { None };
    passes::over_module(&mut module, options)?;
    let component = encode::component(module, options)?;
    if let Some(file) = options.wit {
        let text = wit::of(&component, declared.as_ref().map(|declared| &declared.resolve))?;
        fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(component)
}

/// The arguments wasm-ld gets: the user's, behind ours, so that the user's count.
fn for_wasm_ld(arguments: &Arguments, module: &Path, wants: &Wants) -> Vec<OsString> {
    let mut all: Vec<OsString> = Vec::with_capacity(arguments.forwarded.len() + 8);
    if arguments.artifact != Artifact::Untouched {
        // Every undefined symbol, and as the objects spell it: explain.rs looks it up there.
        all.extend(["--error-limit=0".into(), "--no-demangle".into()]);
        // Else thread-local variables are refused without atomic instructions.
        all.push("--no-check-features".into());
        if !wants.no_memory {
            all.extend(taken(if wants.bindings { contract::REALLOC } else { contract::REALLOC_OWN }));
        }
        // lower/constructors.rs says why.
        all.push(format!("--export-if-defined={}", contract::CALL_CONSTRUCTORS).into());
        if wants.threads {
            all.push("--export-table".into());
            all.extend(taken(contract::TASK_HOOK));
            if arguments.save_around_imports || wants.slots {
                all.extend(taken(contract::TASK_HOOK_SAVED));
            }
            all.extend(taken(contract::GIVE_WAY));
            all.extend(taken(contract::DESCRIBE_THREAD));
            all.push(format!("--export-if-defined={}", contract::STACK_POINTER).into());
            if arguments.schedule_points {
                // lower/points.rs moves instructions.
                all.push("--strip-debug".into());
                all.extend(taken(contract::SCHEDULE_POINT));
            }
            if arguments.stack_check {
                all.extend(taken(contract::SET_STACK_POINTER));
            }
        } else {
            all.extend(contract::THREAD_BUILT_INS.iter().map(|symbol| format!("--wrap={symbol}").into()));
        }
        if wants.tasks {
            all.extend(taken(contract::TASK_HOOK_SINGLE));
        }
        if wants.threads || wants.tasks {
            for name in [contract::TLS_BASE, contract::TLS_LAYOUT, contract::TLS_INITIALIZE] {
                all.push(format!("--export-if-defined={name}").into());
            }
        }
        if wants.futex {
            all.extend(contract::FUTEX.into_iter().flat_map(taken));
        }
        all.extend(wants.supplies.iter().filter_map(Supply::export).map(|name| format!("--export={name}").into()));
        if arguments.strip > Strip::Nothing {
            // Shortens the padded indices relocation has left behind; impossible while DWARF counts in them.
            all.push("--compress-relocations".into());
        }
    }
    // The passes know functions by their names; encode.rs strips what is left.
    let keeps_names = arguments.artifact == Artifact::Component;
    let mut words = arguments.forwarded.iter().peekable();
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("--strip-all" | "-s") if keeps_names => all.push("--strip-debug".into()),
            // A component exports what its world says, and the passes find by its export what they need to know of.
            Some("--export-all" | "--export-dynamic" | "-E") if keeps_names => {}
            Some("--export" | "-export") if words.next_if(|name| is_left_out(name, wants)).is_some() => {}
            Some(flag) if flag.strip_prefix("--export=").is_some_and(|name| is_left_out(name.as_ref(), wants)) => {}
            _ => all.push(word.clone()),
        }
    }
    all.extend(["-o".into(), module.into()]);
    all
}

fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))
}

fn is_left_out(export: &OsStr, wants: &Wants) -> bool {
    export.to_str().is_some_and(|export| wants.left_out.contains(export))
}

/// Writes to stderr. If nobody reads it there is nobody to tell.
fn say(text: &str) {
    _ = std::io::stderr().write_all(text.as_bytes());
}

fn read(module: &Path) -> Result<Vec<u8>> {
    fs::read(module).with_context(|| format!("{} cannot be read", module.display()))
}

/// Has a symbol exported if anything defines it, and taken out of an archive for that.
fn taken(symbol: &str) -> [OsString; 2] {
    [format!("--undefined={symbol}").into(), format!("--export-if-defined={symbol}").into()]
}
