//! Symbols as people write them.

/// A Rust symbol as its path, without the hash; any other name as it is.
#[must_use]
pub(crate) fn demangle(symbol: &str) -> String {
    match rustc_demangle::try_demangle(symbol) {
        Ok(path) => format!("{path:#}"),
        Err(_) => symbol.to_owned(),
    }
}

/// A text with every Rust symbol in it demangled.
#[must_use]
pub(crate) fn demangle_all(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let is_symbol = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '$' | '.');
    let mut rest = text;
    while let Some(start) = rest.find(is_symbol) {
        let (before, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|character| !is_symbol(character)).unwrap_or(from.len()));
        result.push_str(before);
        result.push_str(&demangle(word));
        rest = after;
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_symbols_lose_mangling_and_hash() {
        assert_eq!(demangle("_ZN4core3fmt5write17h0123456789abcdefE"), "core::fmt::write");
        assert_eq!(demangle("_RNvNtCs1234_7mycrate3foo3bar"), "mycrate::foo::bar");
        assert_eq!(demangle("open"), "open");
    }

    #[test]
    fn the_rest_of_a_text_stays() {
        let text = "error: a.o: undefined symbol: _ZN4core3fmt5write17h0123456789abcdefE\n>>> (b)";
        assert_eq!(demangle_all(text), "error: a.o: undefined symbol: core::fmt::write\n>>> (b)");
    }
}
