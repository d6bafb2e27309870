//! Tokens: making them, and taking them apart.

use proc_macro::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// An error, and where.
pub(crate) type Wrong = (Span, String);

/// Tokens of this text, at that place.
pub(crate) fn code(text: &str, span: Span) -> TokenStream {
    quote(text, span, &[])
}

/// `compile_error!` at that place.
pub(crate) fn error(span: Span, message: &str) -> TokenStream {
    let mut tokens = code("::core::compile_error", span);
    let mut text: TokenTree = Literal::string(message).into();
    text.set_span(span);
    let mut mark = Punct::new('!', Spacing::Alone);
    mark.set_span(span);
    let mut end = Punct::new(';', Spacing::Alone);
    end.set_span(span);
    let mut message = Group::new(Delimiter::Parenthesis, text.into());
    message.set_span(span);
    tokens.extend([TokenTree::from(mark), message.into(), end.into()]);
    tokens
}

/// Tokens of this text, at that place, with others where it has these words.
pub(crate) fn quote(text: &str, span: Span, holes: &[(&str, &TokenStream)]) -> TokenStream {
    let tokens: TokenStream = text.parse().unwrap_or_else(|error| unreachable!("`{text}` is no Rust: {error}"));
    fill(tokens, span, holes)
}

fn fill(tokens: TokenStream, span: Span, holes: &[(&str, &TokenStream)]) -> TokenStream {
    let mut filled = TokenStream::new();
    for mut token in tokens {
        match &token {
            TokenTree::Group(group) => {
                let mut group = Group::new(group.delimiter(), fill(group.stream(), span, holes));
                group.set_span(span);
                filled.extend([TokenTree::from(group)]);
            }
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                match holes.iter().find(|(hole, _)| *hole == name) {
                    Some((_, tokens)) => filled.extend((*tokens).clone()),
                    None => {
                        token.set_span(span);
                        filled.extend([token]);
                    }
                }
            }
            _ => {
                token.set_span(span);
                filled.extend([token]);
            }
        }
    }
    filled
}

/// A string as a token.
pub(crate) fn string(text: &str) -> TokenStream {
    TokenTree::from(Literal::string(text)).into()
}

pub(crate) fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident.to_string() == word)
}

pub(crate) fn is_mark(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// The text of a plain string literal.
pub(crate) fn text_of(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else { return None };
    let text = literal.to_string();
    let text = text.strip_prefix('"')?.strip_suffix('"')?;
    (!text.contains('\\')).then(|| text.to_owned())
}

/// Tokens between commas that stand outside of `<...>`.
pub(crate) fn between_commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut parts = vec![Vec::new()];
    let mut depth = 0;
    let mut is_arrow = false;
    for token in tokens {
        if is_mark(&token, ',') && depth == 0 {
            parts.push(Vec::new());
            continue;
        }
        if is_mark(&token, '<') {
            depth += 1;
        } else if is_mark(&token, '>') && !is_arrow {
            depth -= 1;
        }
        is_arrow =
            matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '-' && punct.spacing() == Spacing::Joint);
        if let Some(part) = parts.last_mut() {
            part.push(token);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// An item, or a field: what stands in front of it, and the rest.
pub(crate) struct Item {
    /// What stands between `#[` and `]`.
    pub(crate) attributes: Vec<(Span, TokenStream)>,
    pub(crate) visibility: Vec<TokenTree>,
    pub(crate) rest: Vec<TokenTree>,
}

impl Item {
    pub(crate) fn of(tokens: Vec<TokenTree>) -> Item {
        let mut attributes = Vec::new();
        let mut visibility = Vec::new();
        let mut tokens = tokens.into_iter().peekable();
        while tokens.peek().is_some_and(|token| is_mark(token, '#')) {
            tokens.next();
            if let Some(TokenTree::Group(group)) = tokens.next() {
                attributes.push((group.span(), group.stream()));
            }
        }
        if tokens.peek().is_some_and(|token| is_word(token, "pub")) {
            visibility.extend(tokens.next());
            let is_limit = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis);
            if tokens.peek().is_some_and(is_limit) {
                visibility.extend(tokens.next());
            }
        }
        Item { attributes, visibility, rest: tokens.collect() }
    }

    /// Takes out an attribute of one word, with or without arguments.
    pub(crate) fn take(&mut self, name: &str) -> Option<(Span, Vec<TokenTree>)> {
        let is_it = |tokens: &TokenStream| tokens.clone().into_iter().next().is_some_and(|token| is_word(&token, name));
        let at = self.attributes.iter().position(|(_, tokens)| is_it(tokens))?;
        let (span, tokens) = self.attributes.remove(at);
        let arguments = tokens.into_iter().skip(1).flat_map(|token| match token {
            TokenTree::Group(group) => group.stream().into_iter().collect(),
            other => vec![other],
        });
        Some((span, arguments.collect()))
    }

    /// Its documentation, as a constant.
    pub(crate) fn docs(&self) -> TokenStream {
        let mut lines = TokenStream::new();
        for (_, attribute) in &self.attributes {
            let mut tokens = attribute.clone().into_iter();
            if tokens.next().is_some_and(|token| is_word(&token, "doc"))
                && tokens.next().is_some_and(|token| is_mark(&token, '='))
            {
                lines.extend(tokens);
                lines.extend(code(", \"\\n\",", Span::call_site()));
            }
        }
        quote("::core::concat!(LINES)", Span::call_site(), &[("LINES", &lines)])
    }

    /// Attributes and visibility, as they are written.
    pub(crate) fn front(&self) -> TokenStream {
        let mut front = TokenStream::new();
        for (span, attribute) in &self.attributes {
            let mut group = Group::new(Delimiter::Bracket, attribute.clone());
            group.set_span(*span);
            let mut mark = Punct::new('#', Spacing::Alone);
            mark.set_span(*span);
            front.extend([TokenTree::from(mark), group.into()]);
        }
        front.extend(self.visibility.iter().cloned());
        front
    }

    /// All of it, as it is written.
    pub(crate) fn whole(&self) -> TokenStream {
        let mut whole = self.front();
        whole.extend(self.rest.iter().cloned());
        whole
    }

    pub(crate) fn span(&self) -> Span {
        self.rest.first().map_or_else(Span::call_site, TokenTree::span)
    }
}

/// The items of a module or a block.
pub(crate) fn items(tokens: TokenStream) -> Vec<Item> {
    let mut all = Vec::new();
    let mut item = Vec::new();
    // Whether the item may end at a brace: what begins by one of these words goes on until `;`.
    let mut to_semicolon = None;
    for token in tokens {
        if let TokenTree::Ident(ident) = &token
            && to_semicolon.is_none()
            && !matches!(ident.to_string().as_str(), "pub" | "unsafe" | "safe" | "async" | "default")
        {
            to_semicolon = Some(matches!(ident.to_string().as_str(), "const" | "static" | "type" | "use" | "let"));
        }
        // `const fn`
        if is_word(&token, "fn") {
            to_semicolon = Some(false);
        }
        let is_brace = matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        let ends = is_mark(&token, ';') || is_brace && to_semicolon != Some(true);
        item.push(token);
        if ends {
            all.push(Item::of(core::mem::take(&mut item)));
            to_semicolon = None;
        }
    }
    if !item.is_empty() {
        all.push(Item::of(item));
    }
    all
}

/// `ident` without what makes a keyword one.
pub(crate) fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}
