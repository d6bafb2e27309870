//! A captured stack: as the host tells it, names included, so that nothing is left to resolve.

use wasi_rt::backtrace::{Form, ask, functions};

use super::{BacktraceFrame, BacktraceSymbol, BytesOrWide, Capture, RawFrame};

/// The stack of this thread; `None` where the host does not tell.
pub(super) fn capture() -> Option<Capture> {
    let list = ask(Form::List)?;
    let mut frames: Vec<BacktraceFrame> = Vec::new();
    let mut actual_start = 0;
    for function in functions(&list) {
        if !function.address.is_empty() {
            // Upstream does not show a frame whose address is null.
            let address = usize::from_str_radix(function.address.trim_start_matches("0x"), 16).unwrap_or(1);
            frames.push(BacktraceFrame { frame: RawFrame::Told(address), symbols: Vec::new() });
        }
        let known = |text: &str| (!text.is_empty()).then(|| text.as_bytes().to_vec());
        if let Some(frame) = frames.last_mut() {
            frame.symbols.push(BacktraceSymbol {
                name: known(function.name),
                filename: known(function.file).map(BytesOrWide::Bytes),
                lineno: function.line.parse().ok(),
                colno: function.column.parse().ok(),
            });
        }
        // The innermost frame of the program is the one that called `capture` or `force_capture`.
        let begins = function.name.contains("std::backtrace::Backtrace") && function.name.ends_with("capture");
        if begins && actual_start == 0 {
            actual_start = frames.len();
        }
    }
    Some(Capture { actual_start, frames })
}
