//! What a guest that trapped has left to say: a panic's text, where the guest imports nothing through which it could say it.
//!
//! component-ld exports from the core module where the text is (library/contract, `LAST_WORDS`). A component's core
//! exports are nobody's business but its own; after a trap wasmtime's core dump shows them.

use wasmtime::{AsContextMut, Val, WasmCoreDump};

/// The most that is shown, in bytes. The library writes no more.
const MOST: usize = 1 << 12;

/// The last words of whichever core instance has some.
pub(crate) fn of(error: &wasmtime::Error, mut store: impl AsContextMut) -> Option<String> {
    let dump = error.downcast_ref::<WasmCoreDump>()?;
    dump.instances().iter().find_map(|instance| {
        let global = instance.get_global(&mut store, contract::LAST_WORDS)?;
        let Val::I32(address) = global.get(&mut store) else { return None };
        let memory = instance.get_memory(&mut store, "memory")?;
        let data = memory.data(&store).get(address as u32 as usize..)?;
        let (length, text) = data.split_first_chunk::<4>()?;
        let text = text.get(..(u32::from_le_bytes(*length) as usize).min(MOST))?;
        let text = String::from_utf8_lossy(text).trim().to_owned();
        (!text.is_empty()).then_some(text)
    })
}
