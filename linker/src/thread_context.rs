//! The functions by which code of LLVM 23 reaches stack pointer and thread-local variables.
//!
//! LLVM 23 calls functions for both on `wasm32-wasip3`, where LLVM 22 has globals; wasi-libc defines them there. Here they are the globals, so
//! that objects of both can be in one program, and whatever becomes of the globals becomes of them. wasm-ld gets the object as part of a
//! library: nothing is taken out of it that nobody wants or that somebody else defines.
//!
//! Where no thread can be made there is one block of thread-local variables, always in force, and choosing it does nothing.
//!
//! Delete when: the library's own objects are LLVM 23's.

use wasm_encoder::Instruction::{Drop, I32Const, LocalGet};

use crate::contract;
use crate::stubs::{Global, Signature, Step, Stub};

const STACK_POINTER: Global = Global { name: contract::STACK_POINTER, mutable: true };
const TLS_BASE: Global = Global { name: contract::TLS_BASE, mutable: false };

/// The functions.
pub(crate) fn stubs() -> Vec<Stub> {
    let stub = |symbol: &str, signature, body| Stub { symbol: symbol.to_owned(), signature, locals: Vec::new(), body };
    let get = |symbol, global| stub(symbol, Signature::of_i32(0, 1), vec![Step::GlobalGet(global)]);
    let set = |symbol, body| stub(symbol, Signature::of_i32(1, 0), body);
    // The mark says what becomes of it.
    let choose = [LocalGet(0), I32Const(contract::SET_BASE), Drop, Drop].map(Step::Do);
    vec![
        get(contract::GET_STACK_POINTER, STACK_POINTER),
        set(contract::SET_STACK_POINTER_TO, vec![Step::Do(LocalGet(0)), Step::GlobalSet(STACK_POINTER)]),
        get(contract::GET_TLS_BASE, TLS_BASE),
        set(contract::SET_TLS_BASE, choose.into()),
    ]
}
