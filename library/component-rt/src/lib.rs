//! The platform below std: WASI 0.3 on the component model's asynchronous canonical ABI.
#![no_std]
