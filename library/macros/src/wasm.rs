//! `#[component::wasm]`: which items of a program are the component's.
//!
//! On a module it has every item in it looked at, and nothing else changes there; on an item, that one. What an item becomes stands in
//! [`functions`] and [`types`].

use proc_macro::{Delimiter, Group, Span, TokenStream, TokenTree};

use crate::tokens::{Item, Wrong, error, is_mark, is_word, items, quote, string, text_of};
use crate::{functions, names, types};

/// Where the items belong.
#[derive(Clone, Default)]
pub(crate) struct Place {
    /// The interface; empty for the world itself.
    pub(crate) interface: String,
}

impl Place {
    /// Names that expansions of this place use.
    pub(crate) fn quote(&self, text: &str, holes: &[(&str, &TokenStream)]) -> TokenStream {
        self.quote_at(Span::mixed_site(), text, holes)
    }

    /// The same, for which errors are about what stands at `span`: equal ones are told once.
    pub(crate) fn quote_at(&self, span: Span, text: &str, holes: &[(&str, &TokenStream)]) -> TokenStream {
        let span = Span::mixed_site().located_at(span);
        let root = "::std::os::component::signature".parse().unwrap_or_default();
        let interface = string(&self.interface);
        let mut all = vec![("SIGNATURE", &root), ("INTERFACE", &interface)];
        all.extend_from_slice(holes);
        quote(text, span, &all)
    }
}

pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let whole = item.clone();
    match try_expand(arguments, item) {
        Ok(expanded) => expanded,
        Err((span, message)) => {
            let mut expanded = error(span, &message);
            // What rustc would only complain about once more is left out.
            if !whole.clone().into_iter().any(|token| is_word(&token, "extern")) && !mentions_wasm(whole.clone()) {
                expanded.extend(whole);
            }
            expanded
        }
    }
}

/// Whether `wasm` stands anywhere in there as an ABI or a representation.
fn mentions_wasm(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions_wasm(group.stream()),
        TokenTree::Ident(ident) => ident.to_string() == "wasm",
        token => text_of(&token).is_some_and(|text| text == "wasm"),
    })
}

fn try_expand(arguments: TokenStream, item: TokenStream) -> Result<TokenStream, Wrong> {
    let mut item = Item::of(item.into_iter().collect());
    let arguments = Arguments::of(arguments)?;
    let place = Place { interface: arguments.interface.clone().or(arguments.import.clone()).unwrap_or_default() };
    let kind = Kind::of(&item);
    if arguments.import.is_some() && !matches!(kind, Kind::Imports | Kind::Module | Kind::Methods) {
        return Err((
            item.span(),
            "`import` is for a block `extern \"wasm\" { ... }`, whose functions others define".to_owned(),
        ));
    }
    if let Kind::Module = kind {
        return module(item, &place);
    }
    if let (Kind::Other, _) | (Kind::Type, true) = (&kind, item.rest.is_empty()) {
        return Err((
            item.span(),
            "`#[wasm]` is for a function `extern \"wasm\" fn`, a block `extern \"wasm\" { ... }`, a struct or an enum, or a module of them"
                .to_owned(),
        ));
    }
    if let Some(name) = arguments.name {
        let mut attribute = quote("wasm(name = NAME)", Span::call_site(), &[("NAME", &string(&name))]);
        item.attributes.push((Span::call_site(), core::mem::take(&mut attribute)));
    }
    one(item, kind, &place)
}

/// What an item is.
enum Kind {
    Module,
    /// `extern "wasm" { ... }`
    Imports,
    /// `extern "wasm" fn`
    Export,
    /// A struct or an enum.
    Type,
    /// `impl` with such functions.
    Methods,
    Other,
}

impl Kind {
    fn of(item: &Item) -> Kind {
        let mut words = item.rest.iter().peekable();
        while words.peek().is_some_and(|token| ["async", "unsafe", "const"].iter().any(|word| is_word(token, word))) {
            words.next();
        }
        match words.next() {
            Some(token) if is_word(token, "mod") => Kind::Module,
            Some(token) if is_word(token, "impl") => {
                let body = item.rest.last().and_then(|token| match token {
                    TokenTree::Group(group) => Some(items(group.stream())),
                    _ => None,
                });
                let has_one = body.is_some_and(|body| body.iter().any(functions::is_extern_wasm));
                if has_one { Kind::Methods } else { Kind::Other }
            }
            Some(token) if ["struct", "enum", "union"].iter().any(|word| is_word(token, word)) => Kind::Type,
            Some(token) if is_word(token, "extern") => match (words.next().and_then(text_of), words.next()) {
                (Some(abi), Some(TokenTree::Group(_))) if abi == "wasm" => Kind::Imports,
                (Some(abi), Some(_)) if abi == "wasm" => Kind::Export,
                _ => Kind::Other,
            },
            _ => Kind::Other,
        }
    }
}

/// What one of them becomes.
fn one(mut item: Item, kind: Kind, place: &Place) -> Result<TokenStream, Wrong> {
    match kind {
        Kind::Imports => functions::imports(item, place),
        Kind::Export => functions::alone(item, place),
        Kind::Methods => functions::methods(item, place),
        Kind::Type => {
            let kind = types::Representation::take(&mut item)?.unwrap_or(types::Representation::Plain);
            types::expand(item, kind, place)
        }
        Kind::Module | Kind::Other => Ok(item.whole()),
    }
}

fn module(item: Item, place: &Place) -> Result<TokenStream, Wrong> {
    let mut expanded = item.front();
    let Some((TokenTree::Group(body), head)) = item.rest.split_last() else {
        return Err((
            item.span(),
            "the module stands in another file, where a macro cannot see it: write it as `mod name { ... }`".to_owned(),
        ));
    };
    if body.delimiter() != Delimiter::Brace {
        return Err((item.span(), "this is no module".to_owned()));
    }
    expanded.extend(head.iter().cloned());
    let mut inside = TokenStream::new();
    for mut item in items(body.stream()) {
        let span = item.span();
        let kind = Kind::of(&item);
        let result = match kind {
            // Only those that say so: others are the module's own.
            Kind::Type => match types::Representation::take(&mut item) {
                Ok(Some(representation)) => types::expand(item, representation, place),
                Ok(None) => Ok(item.whole()),
                Err(wrong) => Err(wrong),
            },
            kind => one(item, kind, place),
        };
        inside
            .extend(result.unwrap_or_else(|(at, message)| error(if message.is_empty() { span } else { at }, &message)));
    }
    let mut group = Group::new(Delimiter::Brace, inside);
    group.set_span(body.span());
    expanded.extend([TokenTree::from(group)]);
    Ok(expanded)
}

/// `interface = "..."`, `import = "..."`, `name = "..."`.
#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) interface: Option<String>,
    pub(crate) import: Option<String>,
    pub(crate) name: Option<String>,
}

impl Arguments {
    pub(crate) fn of(tokens: impl IntoIterator<Item = TokenTree>) -> Result<Arguments, Wrong> {
        let mut arguments = Arguments::default();
        let mut tokens = tokens.into_iter();
        while let Some(word) = tokens.next() {
            let name = word.to_string();
            let value = tokens.next().filter(|mark| is_mark(mark, '=')).and_then(|_| tokens.next());
            let value = value.and_then(|value| Some((value.span(), text_of(&value)?)));
            let Some((span, value)) = value else {
                return Err((
                    word.span(),
                    format!(
                        "`{name}` is not known here; there are `interface = \"...\"`, `import = \"...\"` and `name = \"...\"`"
                    ),
                ));
            };
            match name.as_str() {
                "interface" | "import" => {
                    names::check_interface(&value, span)?;
                    let place = if name == "import" { &mut arguments.import } else { &mut arguments.interface };
                    *place = Some(value);
                }
                "name" => {
                    names::check(&value, span)?;
                    arguments.name = Some(value);
                }
                _ => {
                    return Err((
                        word.span(),
                        format!("`{name}` is not known here; there are `interface`, `import` and `name`"),
                    ));
                }
            }
            match tokens.next() {
                None => break,
                Some(comma) if is_mark(&comma, ',') => {}
                Some(other) => return Err((other.span(), "a comma belongs here".to_owned())),
            }
        }
        if arguments.interface.is_some() && arguments.import.is_some() {
            return Err((Span::call_site(), "`import` names the interface already".to_owned()));
        }
        Ok(arguments)
    }

    /// The name that an item's own `#[wasm(name = "...")]` gives it.
    pub(crate) fn name_of(item: &mut Item) -> Result<Option<String>, Wrong> {
        match item.take("wasm") {
            Some((_, tokens)) => Ok(Arguments::of(tokens)?.name),
            None => Ok(None),
        }
    }
}
