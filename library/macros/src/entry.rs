//! `#[component::main]` and `#[component::test]`.
//!
//! The function stays what it is, inside one that is not `async`:
//!
//! ```text
//! #[allow(x)] pub async fn main() -> R { .. }      #[allow(x)] pub fn main() -> R {
//!                                                      async fn main() -> R { .. }
//!                                                      ::std::os::component::block_on(main())
//!                                                  }
//! ```
//!
//! so that `?`, `return` and the type mean what they say, and every error is where the user wrote the mistake.

use proc_macro::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use crate::tokens::{Wrong, code, error};

pub(crate) fn expand(attribute: &str, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let expanded = match arguments.into_iter().next() {
        Some(argument) => Err((argument.span(), format!("`#[component::{attribute}]` takes no arguments"))),
        None => Function::of(item.clone()).and_then(|function| function.expand(attribute)),
    };
    match expanded {
        Ok(expanded) => expanded,
        // A main without a body takes the place of a wrong one, so that this is the only error about it.
        Err((span, message)) if is_main(&item) => {
            [error(span, &message), code("fn main() {}", Span::call_site())].into_iter().collect()
        }
        Err((span, message)) => [error(span, &message), item].into_iter().collect(),
    }
}

fn is_main(item: &TokenStream) -> bool {
    let mut words = item.clone().into_iter().skip_while(|token| token.to_string() != "fn");
    words.nth(1).is_some_and(|name| name.to_string() == "main")
}

/// A function in pieces.
struct Function {
    /// Attributes, visibility and what else is before `async`.
    before: Vec<TokenTree>,
    asynchronous: Ident,
    /// Between `async` and `fn`: `unsafe`, `extern "C"`.
    qualifiers: Vec<TokenTree>,
    function: Ident,
    name: Ident,
    parameters: Group,
    /// From `->` on.
    returns: Vec<TokenTree>,
    body: Group,
}

impl Function {
    fn of(item: TokenStream) -> Result<Function, Wrong> {
        let mut tokens: Vec<TokenTree> = item.into_iter().collect();
        let whole = tokens.first().map_or_else(Span::call_site, TokenTree::span);
        let is = |token: &TokenTree, word: &str| matches!(token, TokenTree::Ident(ident) if ident.to_string() == word);
        let function = tokens.iter().position(|token| is(token, "fn"));
        let function = function.ok_or_else(|| (whole, "this is no function".to_owned()))?;
        let asynchronous = tokens[..function].iter().position(|token| is(token, "async"));
        let asynchronous = asynchronous.ok_or_else(|| {
            (tokens[function].span(), "the function is not `async`: it needs no attribute".to_owned())
        })?;
        let end = tokens[function].span();
        let mut rest = tokens.split_off(function + 1).into_iter();
        let Some(TokenTree::Ident(name)) = rest.next() else {
            return Err((end, "the function has no name".to_owned()));
        };
        let parameters = match rest.next() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => group,
            Some(other) => {
                return Err((other.span(), format!("`{name}` cannot be generic: nobody calls it with types")));
            }
            None => return Err((name.span(), "the function has no parameters".to_owned())),
        };
        if let Some(parameter) = parameters.stream().into_iter().next() {
            return Err((parameter.span(), format!("`{name}` takes no arguments: nobody gives it any")));
        }
        let mut returns: Vec<TokenTree> = rest.collect();
        let body = match returns.pop() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
            _ => return Err((name.span(), "the function has no body".to_owned())),
        };
        let TokenTree::Ident(function) = tokens.pop().expect("`fn` is there") else {
            unreachable!("it is an identifier")
        };
        let qualifiers = tokens.split_off(asynchronous + 1);
        let TokenTree::Ident(asynchronous) = tokens.pop().expect("`async` is there") else {
            unreachable!("it is an identifier")
        };
        Ok(Function { before: tokens, asynchronous, qualifiers, function, name, parameters, returns, body })
    }

    fn expand(self, attribute: &str) -> Result<TokenStream, Wrong> {
        if attribute == "main" && self.name.to_string() != "main" {
            return Err((self.name.span(), "only `main` can be the program's entry".to_owned()));
        }
        if let Some(qualifier) = self.qualifiers.first() {
            return Err((qualifier.span(), "an entry is neither `unsafe` nor `extern`".to_owned()));
        }
        let mut expanded = TokenStream::new();
        if attribute == "test" {
            expanded.extend(code("#[::core::prelude::v1::test]", Span::call_site()));
        }
        expanded.extend(self.before);
        expanded.extend([
            TokenTree::from(self.function.clone()),
            self.name.clone().into(),
            self.parameters.clone().into(),
        ]);
        expanded.extend(self.returns.iter().cloned());

        let mut inner = TokenStream::new();
        inner.extend([TokenTree::from(self.asynchronous), self.function.into(), self.name.clone().into()]);
        inner.extend([TokenTree::from(self.parameters.clone())]);
        inner.extend(self.returns);
        inner.extend([TokenTree::from(self.body.clone())]);
        // What is wrong with the value is said of the body's end, as of any function's.
        let call: TokenStream = [TokenTree::from(self.name), self.parameters.into()].into_iter().collect();
        inner.extend(code("::std::os::component::block_on", Span::call_site()));
        inner.extend([TokenTree::from(Group::new(Delimiter::Parenthesis, call))]);
        let mut outer = Group::new(Delimiter::Brace, inner);
        outer.set_span(self.body.span());
        expanded.extend([TokenTree::from(outer)]);
        Ok(expanded)
    }
}
