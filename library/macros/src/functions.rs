//! Functions of the component: those it exports, and those it imports.
//!
//! An exported function stays as it is but for its ABI, and beside it stands what the linker needs: its signature, and a function under a name
//! that says whose it is. An imported one gets a body.

use proc_macro::{Delimiter, Group, Ident, TokenStream, TokenTree};

use crate::tokens::{Item, Wrong, between_commas, error, is_mark, is_word, items, string, text_of};
use crate::wasm::{Arguments, Place};
use crate::{names, types};

/// A resource whose functions stand in an `impl`.
pub(crate) struct Owner {
    ident: Ident,
    /// As WIT spells it.
    name: String,
}

/// A signature in pieces.
struct Signature {
    item: Item,
    owner: Option<Owner>,
    is_async: bool,
    /// As WIT spells it.
    name: String,
    ident: Ident,
    /// Between the parentheses.
    parameters_as_written: TokenTree,
    parameters: Vec<Parameter>,
    /// From `->` on.
    returns: Vec<TokenTree>,
    /// The type behind it.
    result: TokenStream,
    /// The body, or `;`.
    end: TokenTree,
}

struct Parameter {
    /// As WIT spells it.
    name: String,
    ident: Ident,
    /// What it refers to, if `is_reference`.
    ty: TokenStream,
    is_reference: bool,
    /// It is `&self`.
    is_self: bool,
}

impl Signature {
    fn of(mut item: Item, owner: Option<Owner>) -> Result<Signature, Wrong> {
        let named = Arguments::name_of(&mut item)?;
        let mut tokens = item.rest.clone().into_iter().peekable();
        let mut is_async = false;
        let ident = loop {
            match tokens.next() {
                Some(token) if is_word(&token, "async") => is_async = true,
                Some(token) if is_word(&token, "unsafe") => {
                    return Err((
                        token.span(),
                        "functions of a component are not `unsafe`: what they are given is checked".to_owned(),
                    ));
                }
                Some(token) if is_word(&token, "const") => {
                    return Err((token.span(), "a function of a component cannot be `const`".to_owned()));
                }
                // A word of extern blocks, which changes nothing here: all of them are.
                Some(token) if is_word(&token, "safe") => {}
                Some(token) if is_word(&token, "extern") => drop(tokens.next()),
                Some(token) if is_word(&token, "fn") => match tokens.next() {
                    Some(TokenTree::Ident(ident)) => break ident,
                    _ => return Err((token.span(), "the function has no name".to_owned())),
                },
                Some(token) => return Err((token.span(), "only functions stand here".to_owned())),
                None => return Err((item.span(), "this is no function".to_owned())),
            }
        };
        let name = match named {
            Some(name) => name,
            None => names::kebab(&ident)?,
        };
        let parameters_as_written = match tokens.next() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => group,
            Some(other) => {
                return Err((
                    other.span(),
                    format!(
                        "`{ident}` is generic: a function of a component has one type; write one function for each type that is needed"
                    ),
                ));
            }
            None => return Err((ident.span(), "the function has no parameters".to_owned())),
        };
        let mut parameters = Vec::new();
        for tokens in between_commas(parameters_as_written.stream()) {
            parameters.push(Parameter::of(Item::of(tokens), owner.as_ref())?);
        }
        if parameters.len() > 16 {
            let message = format!(
                "`{ident}` has {} parameters, and 16 are the most: put some of them into a record",
                parameters.len()
            );
            return Err((ident.span(), message));
        }
        if let Some((at, parameter)) = parameters
            .iter()
            .enumerate()
            .find(|(at, parameter)| parameters[..*at].iter().any(|other| other.name == parameter.name))
        {
            let message = format!("parameters {} and another are both `{}` in WIT", at + 1, parameter.name);
            return Err((parameter.ident.span(), message));
        }
        let mut returns: Vec<TokenTree> = tokens.collect();
        let Some(end) = returns.pop() else { return Err((ident.span(), "the function does not end".to_owned())) };
        if let Some(clause) = returns.iter().find(|token| is_word(token, "where")) {
            return Err((clause.span(), "a function of a component has no bounds".to_owned()));
        }
        let result: TokenStream = returns.iter().skip(2).cloned().collect();
        let result = if result.is_empty() { "()".parse().unwrap_or_default() } else { result };
        if let Some(token) = returns.get(2).filter(|token| is_mark(token, '&')) {
            return Err((token.span(), "a result belongs to the caller, who cannot be given a reference: return a `String`, a `Vec` or the value itself".to_owned()));
        }
        let result = in_place_of_self(result, owner.as_ref());
        Ok(Signature {
            item,
            owner,
            is_async,
            name,
            ident,
            parameters_as_written: parameters_as_written.into(),
            parameters,
            returns,
            result,
            end,
        })
    }

    /// The constant of its signature, and the record of it for the linker.
    fn record(&self, place: &Place, direction: &str) -> TokenStream {
        let mut parameters = TokenStream::new();
        for parameter in &self.parameters {
            let name = string(&parameter.name);
            let holes = [("NAME", &name), ("T_", &parameter.owned(place))];
            parameters.extend(
                place.quote("SIGNATURE::Field { name: NAME, docs: \"\", ty: <T_ as SIGNATURE::Value>::TYPE },", &holes),
            );
        }
        let kind = match &self.owner {
            None => place.quote("SIGNATURE::Kind::Free", &[]),
            Some(owner) => {
                let holes = [
                    ("KIND", &self.kind().parse().unwrap_or_default()),
                    ("OWNER", &TokenTree::from(owner.ident.clone()).into()),
                ];
                place.quote("SIGNATURE::Kind::KIND(<OWNER as SIGNATURE::Resource>::NOMINAL)", &holes)
            }
        };
        let holes = [
            ("KIND", &kind),
            ("DIRECTION", &direction.parse().unwrap_or_default()),
            ("NAME", &string(&self.name)),
            ("DOCS", &self.item.docs()),
            ("ASYNC", &self.is_async.to_string().parse().unwrap_or_default()),
            ("PARAMETERS", &parameters),
            ("RESULT", &self.result),
        ];
        place.quote(
            "struct __WasmDeclaration;
             impl SIGNATURE::Declaration for __WasmDeclaration {
                 const FUNCTION: SIGNATURE::Function = SIGNATURE::Function {
                     direction: SIGNATURE::Direction::DIRECTION,
                     interface: INTERFACE,
                     kind: KIND,
                     name: NAME,
                     docs: DOCS,
                     krate: ::core::module_path!(),
                     is_async: ASYNC,
                     parameters: &[PARAMETERS],
                     result: <RESULT as SIGNATURE::Value>::TYPE,
                 };
             }
             const __WASM_LENGTH: usize = <__WasmDeclaration as SIGNATURE::Declaration>::LENGTH;
             #[unsafe(link_section = \"component-signatures\")]
             static __WASM_RECORD: [u8; __WASM_LENGTH] = <__WasmDeclaration as SIGNATURE::Text<__WASM_LENGTH>>::TEXT;",
            &holes,
        )
    }

    /// `interface#name`, as core modules name it.
    fn symbol(&self, place: &Place) -> String {
        let interface = &place.interface;
        match &self.owner {
            None => format!("{interface}#{}", self.name),
            Some(owner) => match self.kind() {
                "Constructor" => format!("{interface}#[constructor]{}", owner.name),
                "Method" => format!("{interface}#[method]{}.{}", owner.name, self.name),
                _ => format!("{interface}#[static]{}.{}", owner.name, self.name),
            },
        }
    }

    /// What it is to the resource that it belongs to.
    fn kind(&self) -> &'static str {
        if self.owner.is_none() {
            "Free"
        } else if self.parameters.first().is_some_and(|first| first.is_self) {
            "Method"
        } else if self.name == "new" && !self.is_async {
            "Constructor"
        } else {
            "Static"
        }
    }
}

impl Parameter {
    fn of(item: Item, owner: Option<&Owner>) -> Result<Parameter, Wrong> {
        let mut tokens = item.rest.iter().cloned().peekable();
        if let Some(TokenTree::Ident(ident)) = item.rest.iter().find(|token| is_word(token, "self")) {
            let Some(owner) = owner else {
                return Err((ident.span(), "a function that belongs to no resource has no `self`".to_owned()));
            };
            if item.rest.len() != 2 || !is_mark(&item.rest[0], '&') {
                let message = "a method of a resource has `&self`: several calls may be under way, so what it changes stands in a `Cell` or \
                               `RefCell`; what takes the resource away is a function with a parameter of that type";
                return Err((ident.span(), message.to_owned()));
            }
            let ty = TokenTree::from(owner.ident.clone()).into();
            return Ok(Parameter {
                name: "self".to_owned(),
                ident: ident.clone(),
                ty,
                is_reference: true,
                is_self: true,
            });
        }
        if tokens.peek().is_some_and(|token| is_word(token, "mut")) {
            tokens.next();
        }
        let (ident, colon) = (tokens.next(), tokens.next());
        let (Some(TokenTree::Ident(ident)), Some(colon)) = (ident, colon) else {
            return Err((
                item.span(),
                "a parameter of a component's function has a name and a type: `name: Type`".to_owned(),
            ));
        };
        if !is_mark(&colon, ':') {
            return Err((
                ident.span(),
                "a parameter of a component's function is `name: Type`, not a pattern".to_owned(),
            ));
        }
        if ident.to_string() == "_" {
            return Err((ident.span(), "the parameter has no name, and callers are told it".to_owned()));
        }
        let name = names::kebab(&ident)?;
        let is_reference = tokens.peek().is_some_and(|token| is_mark(token, '&'));
        if is_reference {
            tokens.next();
            if tokens.peek().is_some_and(|token| is_mark(token, '\'')) {
                tokens.next();
                tokens.next();
            }
            if let Some(token) = tokens.peek().filter(|token| is_word(token, "mut")) {
                return Err((token.span(), "what is passed to another component is a copy: return the new value instead of writing to a reference".to_owned()));
            }
        }
        let ty = in_place_of_self(tokens.collect(), owner);
        Ok(Parameter { name, ident, ty, is_reference, is_self: false })
    }

    /// Its type in the component.
    fn owned(&self, place: &Place) -> TokenStream {
        if self.is_reference {
            place.quote("<T_ as SIGNATURE::Borrowed>::Owned", &[("T_", &self.ty)])
        } else {
            self.ty.clone()
        }
    }
}

/// A type as it is called outside of the `impl`.
fn in_place_of_self(ty: TokenStream, owner: Option<&Owner>) -> TokenStream {
    let Some(owner) = owner else { return ty };
    ty.into_iter()
        .map(|token| match token {
            TokenTree::Ident(ident) if ident.to_string() == "Self" => {
                let mut owner = owner.ident.clone();
                owner.set_span(ident.span());
                owner.into()
            }
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), in_place_of_self(group.stream(), Some(owner)));
                inner.set_span(group.span());
                inner.into()
            }
            other => other,
        })
        .collect()
}

/// A function with a body, that others call: itself, and what stands beside it.
fn export(item: Item, place: &Place, owner: Option<Owner>) -> Result<[TokenStream; 2], Wrong> {
    let signature = Signature::of(item, owner)?;
    if is_mark(&signature.end, ';') {
        return Err((
            signature.ident.span(),
            format!("`{}` has no body: what others define stands in `extern \"wasm\" {{ ... }}`", signature.ident),
        ));
    }
    let mut expanded = signature.item.front();
    if signature.is_async {
        expanded.extend(place.quote("async", &[]));
    }
    expanded.extend(place.quote("fn", &[]));
    expanded.extend([TokenTree::from(signature.ident.clone()), signature.parameters_as_written.clone()]);
    expanded.extend(signature.returns.iter().cloned());
    expanded.extend([signature.end.clone()]);

    let mut types = TokenStream::new();
    let mut values = TokenStream::new();
    for (index, parameter) in signature.parameters.iter().enumerate() {
        types.extend(place.quote("T_,", &[("T_", &parameter.owned(place))]));
        let field = place.quote(&format!("arguments.{index}"), &[]);
        values.extend(if parameter.is_reference {
            place.quote("<T_ as SIGNATURE::Borrowed>::of(&FIELD),", &[("T_", &parameter.ty), ("FIELD", &field)])
        } else {
            place.quote("FIELD,", &[("FIELD", &field)])
        });
    }
    let mut function: TokenStream = TokenTree::from(signature.ident.clone()).into();
    if let Some(owner) = &signature.owner {
        let owner = TokenTree::from(owner.ident.clone()).into();
        function = place.quote("<OWNER>::FUNCTION", &[("OWNER", &owner), ("FUNCTION", &function)]);
    }
    let holes = [
        ("RECORD", &signature.record(place, "Export")),
        ("TYPES", &types),
        ("RESULT", &signature.result),
        ("FUNCTION", &function),
        ("VALUES", &values),
        ("SYMBOL", &string(&format!("component_export:{}", signature.symbol(place)))),
        ("RETURN", &string(&format!("[task-return]{}", signature.symbol(place)))),
    ];
    let beside = if signature.is_async {
        place.quote(
            "const _: () = {
                 RECORD
                 #[unsafe(export_name = SYMBOL)]
                 unsafe extern \"C\" fn __wasm_call(_: u32, memory: *mut u8) -> u32 {
                     #[link(wasm_import_module = \"component_import\")]
                     unsafe extern \"C\" {
                         #[link_name = RETURN]
                         fn __wasm_return(result: *const u8);
                     }
                     // SAFETY: the linker calls this with the arguments' representation, and the other is this function's.
                     unsafe {
                         SIGNATURE::export_async::<(TYPES), RESULT, _>(
                             memory, |arguments: (TYPES)| async move { FUNCTION(VALUES).await }, __wasm_return,
                         )
                     }
                 }
             };",
            &holes,
        )
    } else {
        place.quote(
            "const _: () = {
                 RECORD
                 #[unsafe(export_name = SYMBOL)]
                 unsafe extern \"C\" fn __wasm_call(operation: u32, memory: *mut u8) -> *mut u8 {
                     static AREA: SIGNATURE::Area<<RESULT as SIGNATURE::Value>::Memory> = SIGNATURE::Area::EMPTY;
                     // SAFETY: the linker calls this with the arguments' representation, or the result's.
                     unsafe {
                         SIGNATURE::export::<(TYPES), RESULT>(operation, memory, &AREA, |arguments: (TYPES)| FUNCTION(VALUES))
                     }
                 }
             };",
            &holes,
        )
    };
    Ok([expanded, beside])
}

/// A function that stands by itself: with a body one that others call.
pub(crate) fn alone(item: Item, place: &Place) -> Result<TokenStream, Wrong> {
    let [mut function, beside] = export(item, place, None)?;
    function.extend(beside);
    Ok(function)
}

/// The functions of a resource: those with `extern "wasm"`, which have bodies if the resource is the program's own.
pub(crate) fn methods(mut item: Item, place: &Place) -> Result<TokenStream, Wrong> {
    let named = Arguments::name_of(&mut item)?;
    let [head @ .., TokenTree::Group(body)] = &item.rest[..] else {
        return Err((item.span(), "this is no `impl` of a type".to_owned()));
    };
    let [_, TokenTree::Ident(ident)] = head else {
        return Err((
            item.span(),
            "functions of a resource stand in an `impl` of its type alone, without a trait or parameters".to_owned(),
        ));
    };
    let name = match named {
        Some(name) => name,
        None => names::kebab(ident)?,
    };
    let mut inside = TokenStream::new();
    let mut outside = TokenStream::new();
    for function in items(body.stream()) {
        if !is_extern_wasm(&function) {
            inside.extend(function.whole());
            continue;
        }
        let owner = Some(Owner { ident: ident.clone(), name: name.clone() });
        let has_body = !function.rest.last().is_some_and(|token| is_mark(token, ';'));
        let expanded = if has_body {
            export(function, place, owner)
        } else {
            import(function, place, owner).map(|function| [function, TokenStream::new()])
        };
        match expanded {
            Ok([function, beside]) => {
                inside.extend(function);
                outside.extend(beside);
            }
            Err((span, message)) => inside.extend(error(span, &message)),
        }
    }
    let mut expanded = item.front();
    expanded.extend(head.iter().cloned());
    let mut group = Group::new(Delimiter::Brace, inside);
    group.set_span(body.span());
    expanded.extend([TokenTree::from(group)]);
    expanded.extend(outside);
    Ok(expanded)
}

/// Whether a function is one of the component.
pub(crate) fn is_extern_wasm(item: &Item) -> bool {
    let mut words =
        item.rest.iter().skip_while(|token| ["async", "unsafe", "const"].iter().any(|word| is_word(token, word)));
    words.next().is_some_and(|token| is_word(token, "extern"))
        && words.next().and_then(text_of).is_some_and(|abi| abi == "wasm")
}

/// A block of functions that others define.
pub(crate) fn imports(item: Item, place: &Place) -> Result<TokenStream, Wrong> {
    let Some(TokenTree::Group(body)) = item.rest.last() else {
        return Err((item.span(), "this is no block".to_owned()));
    };
    let mut expanded = TokenStream::new();
    for item in items(body.stream()) {
        let result = if item.rest.first().is_some_and(|token| is_word(token, "type")) {
            types::imported_resource(item, place)
        } else {
            import(item, place, None)
        };
        expanded.extend(result.unwrap_or_else(|(span, message)| error(span, &message)));
    }
    Ok(expanded)
}

fn import(item: Item, place: &Place, owner: Option<Owner>) -> Result<TokenStream, Wrong> {
    let signature = Signature::of(item, owner)?;
    if !is_mark(&signature.end, ';') {
        return Err((
            signature.ident.span(),
            format!("`{}` is defined by others, and has no body here", signature.ident),
        ));
    }
    // The record stands in the object of this function, and must be there whenever it is called.
    let mut expanded = place.quote("#[inline(never)]", &[]);
    expanded.extend(signature.item.front());
    expanded.extend(place.quote("fn", &[]));
    expanded.extend([TokenTree::from(signature.ident.clone()), signature.parameters_as_written.clone()]);
    let mut values = TokenStream::new();
    for parameter in &signature.parameters {
        let value = TokenTree::from(parameter.ident.clone()).into();
        let holes = [("VALUE", &value), ("T_", &parameter.ty)];
        values.extend(match (parameter.is_reference, signature.is_async) {
            (true, true) if parameter.is_self => place.quote("SIGNATURE::Referred::<T_>::new(VALUE),", &holes),
            (true, false) => place.quote("VALUE,", &holes),
            (true, true) => place.quote("SIGNATURE::Given::new(<T_ as SIGNATURE::Cloned>::cloned(VALUE)),", &holes),
            (false, _) => place.quote("SIGNATURE::Given::<T_>::new(VALUE),", &holes),
        });
    }
    let symbol = signature.symbol(place);
    // A call on a resource does not outlive it; what else it is given is copied.
    let is_method = signature.parameters.first().is_some_and(|first| first.is_self);
    let lifetime = if is_method { "'_" } else { "use<>" }.parse().unwrap_or_default();
    let holes = [
        ("RECORD", &signature.record(place, "Import")),
        ("RESULT", &signature.result),
        ("VALUES", &values),
        ("LIFETIME", &lifetime),
        ("SYMBOL", &string(&if signature.is_async { format!("[async]{symbol}") } else { symbol })),
    ];
    expanded.extend(if signature.is_async {
        place.quote(
            "-> impl ::core::future::Future<Output = RESULT> + LIFETIME {
                 RECORD
                 #[link(wasm_import_module = \"component_import\")]
                 unsafe extern \"C\" {
                     #[link_name = SYMBOL]
                     fn __wasm_import(arguments: *const u8, result: *mut u8) -> u32;
                 }
                 // SAFETY: the linker makes that function for this signature.
                 unsafe { SIGNATURE::import_async::<_, RESULT>((VALUES), __wasm_import) }
             }",
            &holes,
        )
    } else {
        place.quote(
            "-> RESULT {
                 RECORD
                 #[link(wasm_import_module = \"component_import\")]
                 unsafe extern \"C\" {
                     #[link_name = SYMBOL]
                     fn __wasm_import(arguments: *const u8, result: *mut u8);
                 }
                 // SAFETY: the linker makes that function for this signature.
                 unsafe { SIGNATURE::import::<_, RESULT>((VALUES), __wasm_import) }
             }",
            &holes,
        )
    });
    Ok(expanded)
}
