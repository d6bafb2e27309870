//! A trap: what happened, and where in the guest.
//!
//! Here because wasmtime's own report mixes both into one text, without demangled names of inlined frames and cut at 20 frames. What is not
//! here: which outcome a trap leads to (run.rs).

use serde::{Deserialize, Serialize};
use std::fmt;
use wasmtime::{FrameInfo, WasmBacktrace, WasmCoreDump};

/// The most frames that are kept: a deep recursion repeats itself.
pub(crate) const FRAMES: usize = 128;

/// What ended the guest against its will, and where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trap {
    /// What happened.
    pub reason: String,
    /// The name of the thread that it happened in, where the guest makes threads and it could be found out.
    pub thread: Option<String>,
    /// What the guest said before it ended, where it had nobody to tell: a panic's message and its place.
    pub last_words: Option<String>,
    /// The call stack, innermost first, at most 128 frames. Inlined functions have frames of their own where debug info is there.
    pub frames: Vec<Frame>,
}

/// One frame of the guest's call stack.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Frame {
    /// The function's demangled name, from debug info or the name section; otherwise its index (`function 17`).
    pub function: String,
    /// The source file, from debug info.
    pub file: Option<String>,
    /// The line in it, from 1.
    pub line: Option<u32>,
    /// The column in it, from 1.
    pub column: Option<u32>,
}

impl Trap {
    /// Takes reason and backtrace out of what wasmtime returned.
    pub(crate) fn new(error: &wasmtime::Error) -> Self {
        let backtrace = error
            .downcast_ref::<WasmCoreDump>()
            .map(WasmCoreDump::frames)
            .or_else(|| error.downcast_ref::<WasmBacktrace>().map(WasmBacktrace::frames));
        Self {
            reason: reason(error),
            thread: None,
            last_words: None,
            frames: backtrace.unwrap_or_default().iter().flat_map(frames).take(FRAMES).collect(),
        }
    }
}

/// The messages of the error from the outside in, without those that render a backtrace.
fn reason(error: &wasmtime::Error) -> String {
    let messages: Vec<String> = error
        .chain()
        .map(|cause| cause.to_string())
        .filter(|message| !message.contains("wasm backtrace:") && !message.starts_with("core dumped"))
        .map(|message| message.strip_prefix("wasm trap: ").unwrap_or(&message).to_owned())
        .collect();
    messages.join(": ")
}

/// A frame of wasmtime: one of ours for the function, and one for each that was inlined into it.
pub(crate) fn frames(info: &FrameInfo) -> Vec<Frame> {
    let function = || match info.func_name() {
        Some(name) => demangle(name),
        None => format!("function {}", info.func_index()),
    };
    if info.symbols().is_empty() {
        return vec![Frame { function: function(), file: None, line: None, column: None }];
    }
    let mut frames: Vec<Frame> = info
        .symbols()
        .iter()
        .map(|symbol| Frame {
            function: symbol.name().map_or_else(function, demangle),
            file: symbol.file().map(str::to_owned),
            line: symbol.line(),
            column: symbol.column(),
        })
        .collect();
    // Debug information may tell names without their modules.
    if let (Some(outermost), Some(name)) = (frames.last_mut(), info.func_name()) {
        outermost.function = demangle(name);
    }
    frames
}

pub(crate) fn demangle(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        if let Some(words) = &self.last_words {
            write!(f, "\n{words}")?;
        }
        if self.frames.is_empty() {
            return Ok(());
        }
        match &self.thread {
            Some(name) => write!(f, "\nguest backtrace of thread '{name}':")?,
            None => write!(f, "\nguest backtrace:")?,
        }
        write_frames(f, &self.frames)
    }
}

/// Writes one line for each frame, and a second one where its place in the source is known.
pub(crate) fn write_frames(f: &mut fmt::Formatter<'_>, frames: &[Frame]) -> fmt::Result {
    for (index, frame) in frames.iter().enumerate() {
        write!(f, "\n  {index:>3}: {}", frame.function)?;
        if let Some(file) = &frame.file {
            write!(f, "\n         at {file}")?;
            if let Some(line) = frame.line {
                write!(f, ":{line}")?;
            }
            if let Some(column) = frame.column {
                write!(f, ":{column}")?;
            }
        }
    }
    if frames.len() >= FRAMES {
        write!(f, "\n       (the innermost {FRAMES} frames)")?;
    }
    Ok(())
}
