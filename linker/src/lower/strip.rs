//! A component without its custom sections, but for the hints about branches, which are part of the code.
//!
//! Here because the passes know functions by their names, so that wasm-ld leaves them in, and wit-component adds names and producers of its
//! own.

use anyhow::Result;
use wasm_encoder::Encode;
use wasmparser::BinaryReader;

/// Bytes of magic number and version in front of the sections.
const HEADER: usize = 8;
/// Section ids. 0 is the same in modules and components.
const CUSTOM: u8 = 0;
const CORE_MODULE: u8 = 1;
const COMPONENT: u8 = 4;
/// The section that stays. WebAssembly branch hinting proposal.
const BRANCH_HINTS: &str = "metadata.code.branch_hint";

/// Removes every custom section of a component and of all modules and components within it.
///
/// # Errors
///
/// The bytes are neither component nor module.
pub(crate) fn custom_sections(binary: &[u8]) -> Result<Vec<u8>> {
    let mut reader = BinaryReader::new(binary, 0);
    let header = reader.read_bytes(HEADER)?;
    // A component and a module differ in the last half of the version: the layer.
    let is_component = header[6] == 1;
    let mut stripped = header.to_vec();
    while !reader.eof() {
        let id = reader.read_u8()?;
        let size = reader.read_var_u32()?;
        let contents = reader.read_bytes(size as usize)?;
        if id == CUSTOM && BinaryReader::new(contents, 0).read_string()? != BRANCH_HINTS {
            continue;
        }
        stripped.push(id);
        if is_component && matches!(id, CORE_MODULE | COMPONENT) {
            custom_sections(contents)?.encode(&mut stripped);
        } else {
            contents.encode(&mut stripped);
        }
    }
    Ok(stripped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_sections_go_at_every_depth_and_nothing_else() {
        let text = r#"(component $c (@custom "a" "x")
            (core module $m (@custom "b" "y") (func $f (export "f") (param i32) local.get 0 (@metadata.code.branch_hint "\00") if end))
            (component $n (core module $inner (@custom "c" "z") (memory 1))))"#;
        let stripped = wasmprinter::print_bytes(custom_sections(&wat::parse_str(text).unwrap()).unwrap()).unwrap();
        let expected = "(component (core module (func (export \"f\") (param i32) local.get 0 (@metadata.code.branch_hint \"\\00\") if end)) (component (core module (memory 1))))";
        assert_eq!(
            stripped,
            wasmprinter::print_bytes(custom_sections(&wat::parse_str(expected).unwrap()).unwrap()).unwrap()
        );
        assert!(!stripped.contains("custom") && !stripped.contains('$'), "{stripped}");
    }
}
