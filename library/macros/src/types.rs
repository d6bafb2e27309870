//! Types of the component: `#[repr(wasm)]` on structs and enums.
//!
//! | Rust | WIT |
//! |---|---|
//! | a struct with named fields | a record |
//! | the same with `#[repr(wasm(flags))]`, all fields `bool` | flags |
//! | an enum whose cases hold nothing | an enum |
//! | an enum whose cases hold something | a variant |
//! | a struct with `#[repr(wasm(resource))]` | a resource |
//! | `type Name;` in a block of imports | a resource that others define |
//!
//! A struct gets the representation of C, which is that of the canonical ABI: a list of them crosses as it is, if all fields are numbers.

use proc_macro::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use crate::names;
use crate::tokens::{Item, Wrong, between_commas, is_mark, is_word, string};
use crate::wasm::{Arguments, Place};

/// What the attribute says of a type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Representation {
    /// `#[repr(wasm)]`
    Plain,
    /// `#[repr(wasm(flags))]`
    Flags,
    /// `#[repr(wasm(resource))]`
    Resource,
}

impl Representation {
    /// Takes it out of an item's attributes; what else stands there in `repr` stays.
    pub(crate) fn take(item: &mut Item) -> Result<Option<Representation>, Wrong> {
        for index in 0..item.attributes.len() {
            let (_, attribute) = &mut item.attributes[index];
            let mut tokens = attribute.clone().into_iter();
            let (Some(word), Some(TokenTree::Group(group))) = (tokens.next(), tokens.next()) else { continue };
            if !is_word(&word, "repr") {
                continue;
            }
            let mut found = None;
            let mut others = TokenStream::new();
            for part in between_commas(group.stream()) {
                match &part[..] {
                    [token] if is_word(token, "wasm") => found = Some(Representation::Plain),
                    [token, TokenTree::Group(inner)] if is_word(token, "wasm") => {
                        match inner.stream().into_iter().next() {
                            Some(token) if is_word(&token, "flags") => found = Some(Representation::Flags),
                            Some(token) if is_word(&token, "resource") => found = Some(Representation::Resource),
                            _ => {
                                return Err((
                                    inner.span(),
                                    "there are `#[repr(wasm)]`, `#[repr(wasm(flags))]` and `#[repr(wasm(resource))]`"
                                        .to_owned(),
                                ));
                            }
                        }
                    }
                    _ => {
                        others.extend(part);
                        others.extend(crate::tokens::code(",", Span::call_site()));
                    }
                }
            }
            if found.is_some() && others.is_empty() {
                item.attributes.remove(index);
                return Ok(found);
            }
            if found.is_some() {
                let mut group = Group::new(Delimiter::Parenthesis, others);
                group.set_span(word.span());
                *attribute = [word, group.into()].into_iter().collect();
                return Ok(found);
            }
        }
        Ok(None)
    }
}

/// A field of a struct or a case of an enum.
struct Part {
    item: Item,
    /// As WIT spells it.
    name: String,
    ident: Ident,
    /// What it holds; nothing, for some cases.
    ty: Option<TokenStream>,
}

pub(crate) fn expand(mut item: Item, representation: Representation, place: &Place) -> Result<TokenStream, Wrong> {
    let named = Arguments::name_of(&mut item)?;
    let mut tokens = item.rest.iter();
    let (Some(word), Some(TokenTree::Ident(ident))) = (tokens.next(), tokens.next()) else {
        return Err((item.span(), "this is no type".to_owned()));
    };
    let ident = ident.clone();
    let word_text = word.to_string();
    if word_text == "union" {
        return Err((
            word.span(),
            "a union does not say what it holds: use an enum, which is a variant in WIT".to_owned(),
        ));
    }
    if representation == Representation::Resource {
        let name = match named {
            Some(name) => name,
            None => names::kebab(&ident)?,
        };
        return exported_resource(item, &ident, &name, place);
    }
    let body = match tokens.next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group.clone(),
        Some(TokenTree::Group(group)) => {
            return Err((
                group.span(),
                format!(
                    "the fields of a record have names: write `struct {ident} {{ name: Type }}`, or use a tuple where `{ident}` is used"
                ),
            ));
        }
        Some(token) if is_mark(token, '<') => {
            return Err((
                token.span(),
                format!("`{ident}` is generic: a type of a component is one type; declare one for each that is needed"),
            ));
        }
        _ => {
            return Err((
                ident.span(),
                format!("`{ident}` has no fields, and WIT has no type of one value; use `()` or an enum"),
            ));
        }
    };
    let name = match named {
        Some(name) => name,
        None => names::kebab(&ident)?,
    };
    let parts = between_commas(body.stream());
    let parts =
        parts.into_iter().map(|tokens| Part::of(Item::of(tokens), &word_text)).collect::<Result<Vec<_>, _>>()?;
    if parts.is_empty() {
        return Err((body.span(), format!("`{ident}` is empty, and WIT has no such type")));
    }
    for (at, part) in parts.iter().enumerate() {
        if parts[..at].iter().any(|other| other.name == part.name) {
            return Err((
                part.ident.span(),
                format!("another one is `{}` in WIT, too: say another name, `#[wasm(name = \"...\")]`", part.name),
            ));
        }
    }
    let shape = Shape::of(&word_text, representation, &parts, word)?;

    let mut expanded = TokenStream::new();
    expanded.extend(shape.attribute());
    expanded.extend(item.front());
    expanded.extend([word.clone(), ident.clone().into()]);
    let mut inside = TokenStream::new();
    for part in &parts {
        inside.extend(part.item.whole());
        inside.extend(crate::tokens::code(",", Span::call_site()));
    }
    let mut group = Group::new(Delimiter::Brace, inside);
    group.set_span(body.span());
    expanded.extend([TokenTree::from(group)]);

    let mut fields = TokenStream::new();
    for part in &parts {
        let ty = match (&part.ty, shape) {
            (Some(ty), Shape::Record | Shape::Variant) => place.quote("<T_ as SIGNATURE::Value>::TYPE", &[("T_", ty)]),
            _ => place.quote("&SIGNATURE::Type::Unit", &[]),
        };
        let holes = [("NAME", &string(&part.name)), ("DOCS", &part.item.docs()), ("T_", &ty)];
        fields.extend(place.quote("SIGNATURE::Field { name: NAME, docs: DOCS, ty: T_ },", &holes));
    }
    let implementation = shape.implementation(&parts, place);
    let holes = [
        ("IDENT", &TokenTree::from(ident.clone()).into()),
        ("KIND", &shape.kind().parse().unwrap_or_default()),
        ("NAME", &string(&name)),
        ("DOCS", &item.docs()),
        ("FIELDS", &fields),
        ("MEMORY", &implementation.memory),
        ("DECLARATIONS", &implementation.declarations),
        ("PLAIN", &implementation.is_plain),
        ("LENDS", &implementation.can_lend),
        ("OWNS", &implementation.owns_memory),
        ("INTO", &implementation.into_memory),
        ("FROM", &implementation.from_memory),
        ("LEND", &implementation.lend),
        ("FREE", &implementation.free),
    ];
    expanded.extend(place.quote(
        "const _: () = {
             DECLARATIONS
             // SAFETY: the representation has the parts that the type has, in `repr(C)`, and so has the type if it is plain.
             unsafe impl SIGNATURE::Value for IDENT {
                 type Memory = MEMORY;
                 type Reference = Self;
                 const TYPE: &'static SIGNATURE::Type = &SIGNATURE::Type::KIND(
                     &SIGNATURE::Nominal { interface: INTERFACE, name: NAME, docs: DOCS, krate: ::core::module_path!() },
                     &[FIELDS],
                 );
                 const IS_PLAIN: bool = PLAIN;
                 const CAN_LEND: bool = LENDS;
                 const OWNS_MEMORY: bool = OWNS;
                 #[inline]
                 fn into_memory(self) -> MEMORY { INTO }
                 #[inline]
                 unsafe fn from_memory(memory: MEMORY) -> Self { FROM }
                 #[inline]
                 fn referred(reference: &Self) -> &Self { reference }
                 #[inline]
                 fn refer(&self, lent: &mut SIGNATURE::Lent) -> MEMORY { SIGNATURE::Value::lend(self, lent) }
                 #[inline]
                 fn lend(&self, lent: &mut SIGNATURE::Lent) -> MEMORY { LEND }
                 #[inline]
                 unsafe fn free(memory: MEMORY) { FREE }
             }
         };",
        &holes,
    ));
    Ok(expanded)
}

/// A resource of the program's own: who holds a handle of it is another component, and the value stands on the heap.
fn exported_resource(item: Item, ident: &Ident, name: &str, place: &Place) -> Result<TokenStream, Wrong> {
    if place.interface.is_empty() {
        let message =
            "a resource that is exported stands in an interface: `#[wasm(interface = \"...\")]`, here or on the module";
        return Err((ident.span(), message.to_owned()));
    }
    if let Some(token) = item.rest.get(2).filter(|token| is_mark(token, '<')) {
        return Err((token.span(), format!("`{ident}` is generic: a resource is one type")));
    }
    let symbol = |what: &str| string(&format!("[export][resource-{what}]{}#{name}", place.interface));
    let holes = [
        ("IDENT", &TokenTree::from(ident.clone()).into()),
        ("NAME", &string(name)),
        ("DOCS", &item.docs()),
        ("NEW", &symbol("new")),
        ("REP", &symbol("rep")),
        ("DROP", &symbol("drop")),
        ("DESTRUCTOR", &string(&format!("component_export:{}#[dtor]{name}", place.interface))),
    ];
    let mut expanded = item.whole();
    expanded.extend(place.quote(
        "const _: () = {
             #[link(wasm_import_module = \"component_import\")]
             unsafe extern \"C\" {
                 #[link_name = NEW]
                 safe fn __wasm_new(representation: usize) -> u32;
                 #[link_name = REP]
                 safe fn __wasm_rep(handle: u32) -> usize;
                 #[link_name = DROP]
                 safe fn __wasm_drop(handle: u32);
             }
             // SAFETY: these are the built-ins of this resource.
             unsafe impl SIGNATURE::Resource for IDENT {
                 const NOMINAL: &'static SIGNATURE::Nominal =
                     &SIGNATURE::Nominal { interface: INTERFACE, name: NAME, docs: DOCS, krate: ::core::module_path!() };
             }
             // SAFETY: as above.
             unsafe impl SIGNATURE::Exported for IDENT {
                 fn new(representation: usize) -> u32 { __wasm_new(representation) }
                 fn representation(handle: u32) -> usize { __wasm_rep(handle) }
                 fn drop(handle: u32) { __wasm_drop(handle); }
             }
             // SAFETY: a handle.
             unsafe impl SIGNATURE::Value for IDENT {
                 type Memory = u32;
                 type Reference = SIGNATURE::Borrow<IDENT>;
                 const TYPE: &'static SIGNATURE::Type = &SIGNATURE::Type::Own(<IDENT as SIGNATURE::Resource>::NOMINAL);
                 const CAN_LEND: bool = false;
                 fn into_memory(self) -> u32 { SIGNATURE::give(self) }
                 // SAFETY: a handle that was given to us is ours.
                 unsafe fn from_memory(handle: u32) -> Self { unsafe { SIGNATURE::take_back(handle) } }
                 fn referred(reference: &SIGNATURE::Borrow<IDENT>) -> &Self { reference.get() }
                 fn refer(&self, _: &mut SIGNATURE::Lent) -> usize { SIGNATURE::not_lent() }
                 fn lend(&self, _: &mut SIGNATURE::Lent) -> u32 { SIGNATURE::not_lent() }
             }
             #[unsafe(export_name = DESTRUCTOR)]
             unsafe extern \"C\" fn __wasm_destructor(_: u32, representation: *mut u8) -> *mut u8 {
                 // SAFETY: the host calls it once for each that was made.
                 unsafe { SIGNATURE::destroy::<IDENT>(representation) };
                 representation
             }
         };",
        &holes,
    ));
    Ok(expanded)
}

/// A resource that others define: `type Name;` in a block of imports.
pub(crate) fn imported_resource(mut item: Item, place: &Place) -> Result<TokenStream, Wrong> {
    let named = Arguments::name_of(&mut item)?;
    let [_, TokenTree::Ident(ident), end] = &item.rest[..] else {
        return Err((item.span(), "a resource that others define is `type Name;`".to_owned()));
    };
    if !is_mark(end, ';') {
        return Err((end.span(), "a resource that others define is `type Name;`".to_owned()));
    }
    let name = match named {
        Some(name) => name,
        None => names::kebab(ident)?,
    };
    let holes = [
        ("FRONT", &item.front()),
        ("IDENT", &TokenTree::from(ident.clone()).into()),
        ("NAME", &string(&name)),
        ("DOCS", &item.docs()),
        ("DROP", &string(&format!("[resource-drop]{}#{name}", place.interface))),
    ];
    Ok(place.quote(
        "#[derive(::core::fmt::Debug)]
         FRONT struct IDENT(u32);
         const _: () = {
             #[link(wasm_import_module = \"component_import\")]
             unsafe extern \"C\" {
                 #[link_name = DROP]
                 safe fn __wasm_drop(handle: u32);
             }
             impl ::core::ops::Drop for IDENT {
                 fn drop(&mut self) { __wasm_drop(self.0); }
             }
             // SAFETY: it is this resource.
             unsafe impl SIGNATURE::Resource for IDENT {
                 const NOMINAL: &'static SIGNATURE::Nominal =
                     &SIGNATURE::Nominal { interface: INTERFACE, name: NAME, docs: DOCS, krate: ::core::module_path!() };
             }
             // SAFETY: a handle.
             unsafe impl SIGNATURE::Value for IDENT {
                 type Memory = u32;
                 type Reference = SIGNATURE::Held<IDENT>;
                 const TYPE: &'static SIGNATURE::Type = &SIGNATURE::Type::Own(<IDENT as SIGNATURE::Resource>::NOMINAL);
                 const CAN_LEND: bool = false;
                 fn into_memory(self) -> u32 { ::core::mem::ManuallyDrop::new(self).0 }
                 unsafe fn from_memory(handle: u32) -> Self { IDENT(handle) }
                 fn referred(reference: &SIGNATURE::Held<IDENT>) -> &Self { &reference.0 }
                 fn refer(&self, _: &mut SIGNATURE::Lent) -> u32 { self.0 }
                 fn lend(&self, _: &mut SIGNATURE::Lent) -> u32 { SIGNATURE::not_lent() }
             }
         };",
        &holes,
    ))
}

impl Part {
    fn of(mut item: Item, word: &str) -> Result<Part, Wrong> {
        let named = Arguments::name_of(&mut item)?;
        let mut tokens = item.rest.iter().cloned();
        let Some(TokenTree::Ident(ident)) = tokens.next() else {
            return Err((item.span(), "a name belongs here".to_owned()));
        };
        let rest: Vec<TokenTree> = tokens.collect();
        let ty = match (&rest[..], word) {
            ([colon, ty @ ..], "struct") if is_mark(colon, ':') => Some(ty.iter().cloned().collect()),
            ([], _) => None,
            ([TokenTree::Group(group)], _) if group.delimiter() == Delimiter::Parenthesis => {
                let mut values = between_commas(group.stream()).into_iter().map(|tokens| Item::of(tokens).rest);
                let value = values.next();
                if values.next().is_some() {
                    let message =
                        format!("a case of a variant holds one value: write a tuple, `{ident}((A, B))`, or a record");
                    return Err((group.span(), message));
                }
                value.map(|value| value.into_iter().collect())
            }
            ([TokenTree::Group(group)], _) => {
                return Err((
                    group.span(),
                    format!("a case of a variant holds one value: declare a record and write `{ident}(Record)`"),
                ));
            }
            ([token, ..], _) => {
                return Err((
                    token.span(),
                    "cases of a component's enum are numbered from 0, in the order in which they stand".to_owned(),
                ));
            }
        };
        let name = match named {
            Some(name) => name,
            None => names::kebab(&ident)?,
        };
        Ok(Part { item, name, ident, ty })
    }
}

/// What a type is in WIT.
#[derive(Clone, Copy)]
enum Shape {
    Record,
    Variant,
    /// With so many bits for the number of the case.
    Enum(u32),
    /// With so many bits.
    Flags(u32),
}

/// The parts of an implementation of `Value`.
struct Implementation {
    declarations: TokenStream,
    memory: TokenStream,
    is_plain: TokenStream,
    can_lend: TokenStream,
    owns_memory: TokenStream,
    into_memory: TokenStream,
    from_memory: TokenStream,
    lend: TokenStream,
    free: TokenStream,
}

impl Shape {
    fn of(word: &str, representation: Representation, parts: &[Part], at: &TokenTree) -> Result<Shape, Wrong> {
        let is_bool = |part: &Part| part.ty.as_ref().is_some_and(|ty| ty.to_string() == "bool");
        match (word, representation) {
            ("struct", Representation::Plain | Representation::Resource) => Ok(Shape::Record),
            ("struct", Representation::Flags) => {
                if let Some(part) = parts.iter().find(|part| !is_bool(part)) {
                    return Err((part.ident.span(), "a flag is there or not: its type is `bool`".to_owned()));
                }
                match parts.len() {
                    0..=8 => Ok(Shape::Flags(8)),
                    9..=16 => Ok(Shape::Flags(16)),
                    17..=32 => Ok(Shape::Flags(32)),
                    _ => Err((parts[32].ident.span(), "32 flags are the most".to_owned())),
                }
            }
            (_, Representation::Resource) => Err((at.span(), "a resource is a struct".to_owned())),
            (_, Representation::Flags) => {
                Err((at.span(), "flags are a struct with a `bool` for each of them".to_owned()))
            }
            _ if parts.len() > 256 => Err((parts[256].ident.span(), "256 cases are the most here".to_owned())),
            _ if parts.iter().all(|part| part.ty.is_none()) => Ok(Shape::Enum(8)),
            _ => Ok(Shape::Variant),
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Shape::Record => "Record",
            Shape::Variant => "Variant",
            Shape::Enum(_) => "Enum",
            Shape::Flags(_) => "Flags",
        }
    }

    /// What fixes the representation in Rust.
    fn attribute(self) -> TokenStream {
        let text = match self {
            Shape::Record => "#[repr(C)]",
            Shape::Enum(_) => "#[repr(u8)]",
            Shape::Variant | Shape::Flags(_) => "",
        };
        crate::tokens::code(text, Span::call_site())
    }

    fn implementation(self, parts: &[Part], place: &Place) -> Implementation {
        match self {
            Shape::Record => record(parts, place),
            Shape::Variant => variant(parts, place),
            Shape::Enum(bits) => enumeration(parts, bits, place),
            Shape::Flags(bits) => flags(parts, bits, place),
        }
    }
}

/// One piece of text for each part, one behind the other.
fn each(parts: &[Part], place: &Place, text: impl Fn(usize, &Part) -> String) -> TokenStream {
    let mut all = TokenStream::new();
    for (index, part) in parts.iter().enumerate() {
        let ident = TokenTree::from(part.ident.clone()).into();
        let ty = part.ty.clone().unwrap_or_else(|| crate::tokens::code("()", part.ident.span()));
        let span = ty.clone().into_iter().next().map_or(part.ident.span(), |token| token.span());
        all.extend(place.quote_at(span, &text(index, part), &[("PART", &ident), ("T_", &ty)]));
    }
    all
}

fn record(parts: &[Part], place: &Place) -> Implementation {
    let of = |text: &str| each(parts, place, |_, _| text.to_owned());
    let within = |text: &str, inner: TokenStream| place.quote(text, &[("INNER", &inner)]);
    Implementation {
        declarations: within(
            "#[repr(C)]
             pub struct __WasmMemory { INNER }
             impl ::core::clone::Clone for __WasmMemory { fn clone(&self) -> Self { *self } }
             impl ::core::marker::Copy for __WasmMemory {}",
            of("PART: <T_ as SIGNATURE::Value>::Memory,"),
        ),
        memory: place.quote("__WasmMemory", &[]),
        is_plain: within("INNER true", of("<T_ as SIGNATURE::Value>::IS_PLAIN &&")),
        can_lend: within("INNER true", of("<T_ as SIGNATURE::Value>::CAN_LEND &&")),
        owns_memory: within("INNER false", of("<T_ as SIGNATURE::Value>::OWNS_MEMORY ||")),
        into_memory: within("__WasmMemory { INNER }", of("PART: SIGNATURE::Value::into_memory(self.PART),")),
        // SAFETY: what holds for the whole holds for the parts.
        from_memory: within("unsafe { Self { INNER } }", of("PART: SIGNATURE::Value::from_memory(memory.PART),")),
        lend: within("__WasmMemory { INNER }", of("PART: SIGNATURE::Value::lend(&self.PART, lent),")),
        // SAFETY: as above.
        free: within("unsafe { INNER }", of("<T_ as SIGNATURE::Value>::free(memory.PART);")),
    }
}

fn variant(parts: &[Part], place: &Place) -> Implementation {
    let within = |text: &str, inner: TokenStream| place.quote(text, &[("INNER", &inner)]);
    // One text for cases that hold something, and one for those that do not; TAG is the number.
    let cases = |with: &str, without: &str| {
        each(parts, place, |tag, part| {
            (if part.ty.is_some() { with } else { without }).replace("TAG", &tag.to_string())
        })
    };
    Implementation {
        declarations: within(
            "#[repr(C)]
             pub struct __WasmMemory { tag: u8, payload: __WasmPayload }
             impl ::core::clone::Clone for __WasmMemory { fn clone(&self) -> Self { *self } }
             impl ::core::marker::Copy for __WasmMemory {}
             #[repr(C)]
             #[allow(non_snake_case)]
             union __WasmPayload { __wasm_nothing: (), INNER }
             impl ::core::clone::Clone for __WasmPayload { fn clone(&self) -> Self { *self } }
             impl ::core::marker::Copy for __WasmPayload {}",
            cases("PART: <T_ as SIGNATURE::Value>::Memory,", ""),
        ),
        memory: place.quote("__WasmMemory", &[]),
        is_plain: place.quote("false", &[]),
        can_lend: within("INNER true", cases("<T_ as SIGNATURE::Value>::CAN_LEND &&", "")),
        owns_memory: within("INNER false", cases("<T_ as SIGNATURE::Value>::OWNS_MEMORY ||", "")),
        into_memory: within(
            "match self { INNER }",
            cases(
                "Self::PART(value) => __WasmMemory { tag: TAG, payload: __WasmPayload { PART: SIGNATURE::Value::into_memory(value) } },",
                "Self::PART => __WasmMemory { tag: TAG, payload: __WasmPayload { __wasm_nothing: () } },",
            ),
        ),
        // SAFETY: the tag says which payload is there.
        from_memory: within(
            "unsafe { match memory.tag { INNER _ => SIGNATURE::no_case() } }",
            cases(
                "TAG => Self::PART(<T_ as SIGNATURE::Value>::from_memory(memory.payload.PART)),",
                "TAG => Self::PART,",
            ),
        ),
        lend: within(
            "match self { INNER }",
            cases(
                "Self::PART(value) => __WasmMemory { tag: TAG, payload: __WasmPayload { PART: SIGNATURE::Value::lend(value, lent) } },",
                "Self::PART => __WasmMemory { tag: TAG, payload: __WasmPayload { __wasm_nothing: () } },",
            ),
        ),
        // SAFETY: as above.
        free: within(
            "unsafe { match memory.tag { INNER _ => {} } }",
            cases("TAG => <T_ as SIGNATURE::Value>::free(memory.payload.PART),", ""),
        ),
    }
}

fn enumeration(parts: &[Part], bits: u32, place: &Place) -> Implementation {
    let text = |text: &str| place.quote(text, &[]);
    Implementation {
        declarations: TokenStream::new(),
        memory: text(&format!("u{bits}")),
        is_plain: text("true"),
        can_lend: text("true"),
        owns_memory: text("false"),
        into_memory: text(&format!("self as u{bits}")),
        from_memory: place.quote(
            "match memory { INNER _ => SIGNATURE::no_case() }",
            &[("INNER", &each(parts, place, |tag, _| format!("{tag} => Self::PART,")))],
        ),
        lend: place.quote(
            "_ = lent; match self { INNER }",
            &[("INNER", &each(parts, place, |tag, _| format!("Self::PART => {tag},")))],
        ),
        free: text("_ = memory;"),
    }
}

fn flags(parts: &[Part], bits: u32, place: &Place) -> Implementation {
    let text = |text: &str| place.quote(text, &[]);
    let sum = each(parts, place, |bit, _| format!("(self.PART as u{bits}) << {bit} |"));
    let sum = place.quote("INNER 0", &[("INNER", &sum)]);
    Implementation {
        declarations: TokenStream::new(),
        memory: text(&format!("u{bits}")),
        is_plain: text("false"),
        can_lend: text("true"),
        owns_memory: text("false"),
        into_memory: sum.clone(),
        from_memory: place.quote(
            "Self { INNER }",
            &[("INNER", &each(parts, place, |bit, _| format!("PART: memory >> {bit} & 1 != 0,")))],
        ),
        lend: place.quote("_ = lent; SUM", &[("SUM", &sum)]),
        free: text("_ = memory;"),
    }
}
