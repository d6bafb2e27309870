//! Names: as Rust spells them, and as WIT does.

use proc_macro::{Ident, Span};

use crate::tokens::{Wrong, plain};

/// `wait_for` and `WaitFor` as `wait-for`.
pub(crate) fn kebab(ident: &Ident) -> Result<String, Wrong> {
    let name = plain(ident);
    let mut kebab = String::new();
    let mut before = '_';
    let letters: Vec<char> = name.chars().collect();
    for (index, &letter) in letters.iter().enumerate() {
        let next = letters.get(index + 1);
        // A capital begins a word, unless it stands in an abbreviation: `HTTPServer` is `http-server`.
        let begins = letter.is_ascii_uppercase()
            && !kebab.is_empty()
            && before != '_'
            && (!before.is_ascii_uppercase() || next.is_some_and(char::is_ascii_lowercase));
        if begins {
            kebab.push('-');
        }
        kebab.push(if letter == '_' { '-' } else { letter.to_ascii_lowercase() });
        before = letter;
    }
    check(&kebab, ident.span()).map_err(|(span, _)| {
        let message = format!(
            "`{name}` cannot be spelled in WIT, whose names are words of letters and digits with `-` between them, and begin with a letter; \
             say another one: `#[wasm(name = \"...\")]`"
        );
        (span, message)
    })?;
    Ok(kebab)
}

/// Whether a name is one of WIT.
pub(crate) fn check(name: &str, span: Span) -> Result<(), Wrong> {
    let is_word = |word: &str| {
        let (upper, lower) =
            (word.contains(|c: char| c.is_ascii_uppercase()), word.contains(|c: char| c.is_ascii_lowercase()));
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric()) && !(upper && lower)
    };
    if name.split('-').all(is_word) && name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(());
    }
    Err((
        span,
        format!(
            "`{name}` is no name of WIT: words of letters and digits with `-` between them, the first of which begins with a letter"
        ),
    ))
}

/// Whether this names an interface: `namespace:package/interface@1.2.3`.
pub(crate) fn check_interface(name: &str, span: Span) -> Result<(), Wrong> {
    let wrong = || {
        (
            span,
            format!(
                "`{name}` does not name an interface: write it as `namespace:package/interface`, or with a version, `namespace:package/interface@1.2.3`"
            ),
        )
    };
    let (path, version) = name.split_once('@').map_or((name, None), |(path, version)| (path, Some(version)));
    let (package, interface) = path.split_once('/').ok_or_else(wrong)?;
    let (namespace, package) = package.split_once(':').ok_or_else(wrong)?;
    for part in [namespace, package, interface] {
        check(part, span).map_err(|_| wrong())?;
    }
    let is_version = |version: &str| {
        let core = version.split(['-', '+']).next().unwrap_or_default();
        core.split('.').count() == 3 && core.split('.').all(|part| part.parse::<u64>().is_ok())
    };
    if version.is_none_or(is_version) { Ok(()) } else { Err(wrong()) }
}
