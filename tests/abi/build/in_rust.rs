//! The list in Rust.

use std::fmt::Write as _;

use crate::types::{Layout, Type};

pub fn source(types: &[Type], signatures: &[Vec<usize>]) -> String {
    let mut text = String::new();
    for (n, kind) in types.iter().enumerate() {
        let mut definitions = Definitions { text: &mut text, prefix: format!("T{n}"), count: 0 };
        let name = definitions.of(kind);
        if name != format!("T{n}") {
            let _ = writeln!(text, "type T{n} = {name};");
        }
        functions(&mut text, n, kind);
    }
    for (n, signature) in signatures.iter().enumerate() {
        many(&mut text, n, signature);
    }
    text.push_str("fn all() {\n");
    for (n, kind) in types.iter().enumerate() {
        let _ = writeln!(text, "    say(\"{kind}\", try_{n}());");
    }
    for (n, signature) in signatures.iter().enumerate() {
        let (result, parameters) = signature.split_last().expect("a signature has a result");
        let list: Vec<_> = parameters.iter().map(|&kind| short(&types[kind])).collect();
        let _ = writeln!(text, "    say(\"fn({}) -> {}\", try_many_{n}());", list.join(", "), short(&types[*result]));
    }
    text.push_str("}\n");
    text
}

/// A type in a list of parameters.
fn short(kind: &Type) -> String {
    let long = kind.to_string();
    if long.len() <= 40 { long } else { format!("{}...)", long.chars().take(36).collect::<String>()) }
}

/// Writes definitions of structures and unions, the inner ones first.
struct Definitions<'a> {
    text: &'a mut String,
    prefix: String,
    count: usize,
}

impl Definitions<'_> {
    /// The name of a type, defined now if it has to be.
    fn of(&mut self, kind: &Type) -> String {
        let (head, fields) = match kind {
            Type::Scalar(name) => return (*name).to_owned(),
            Type::Array(element, length) => return format!("[{}; {length}]", self.of(element)),
            Type::Struct(layout, fields) => {
                let repr = match layout {
                    Layout::Natural => "C".to_owned(),
                    Layout::Packed => "C, packed".to_owned(),
                    Layout::Aligned(to) => format!("C, align({to})"),
                };
                (format!("#[repr({repr})]\n#[derive(Clone, Copy)]\nstruct"), fields)
            }
            Type::Union(fields) => ("#[repr(C)]\n#[derive(Clone, Copy)]\nunion".to_owned(), fields),
        };
        let name = if self.count == 0 { self.prefix.clone() } else { format!("{}Part{}", self.prefix, self.count) };
        self.count += 1;
        let fields: String =
            fields.iter().enumerate().map(|(n, field)| format!("    f{n}: {},\n", self.of(field))).collect();
        let _ = write!(self.text, "{head} {name} {{\n{fields}}}\n");
        name
    }
}

fn functions(text: &mut String, n: usize, kind: &Type) {
    let (mut set, mut sum) = (String::new(), String::new());
    fill(&mut set, kind, "v", &mut 0);
    total(&mut sum, kind, "v");
    let list = if kind.is_variadic() {
        format!(
            "check.same(\"variadic argument\", c_list_{n}(seed, -5i32, make_{n}(seed), 2.0f64), take_{n}(-5, make_{n}(seed), 2.0, seed));\n            "
        )
    } else {
        String::new()
    };
    let variadic =
        if kind.is_variadic() { format!("    fn c_list_{n}(seed: u32, ...) -> u64;\n") } else { String::new() };
    let _ = write!(
        text,
        "unsafe extern \"C\" {{\n\
         \x20   fn c_size_{n}() -> usize;\n    fn c_align_{n}() -> usize;\n    fn c_make_{n}(seed: u32) -> T{n};\n\
         \x20   fn c_take_{n}(before: i8, v: T{n}, after: f64, seed: u32) -> u64;\n\
         \x20   fn c_call_{n}(f: extern \"C\" fn(i16, T{n}, f32, u32) -> T{n}, seed: u32) -> u64;\n{variadic}}}\n\
         fn make_{n}(seed: u32) -> T{n} {{\n\
         \x20   // SAFETY: all zeroes are a value of every type in the list.\n\
         \x20   unsafe {{ let mut v: T{n} = zeroed(); {set}let _ = seed; v }}\n}}\n\
         fn sum_{n}(v: T{n}, seed: u32) -> u64 {{\n\
         \x20   // SAFETY: of a union the member is read that was written for this seed.\n\
         \x20   unsafe {{ let mut sum = u64::from(seed); {sum}sum }}\n}}\n\
         fn take_{n}(before: i8, v: T{n}, after: f64, seed: u32) -> u64 {{\n    add(add(sum_{n}(v, seed), i64::from(before) as u64), after as i64 as u64)\n}}\n\
         extern \"C\" fn called_{n}(before: i16, v: T{n}, after: f32, seed: u32) -> T{n} {{\n\
         \x20   let expected = sum_{n}(make_{n}(seed), seed);\n\
         \x20   make_{n}(if (before, after) == (-3, 1.5) && sum_{n}(v, seed) == expected {{ seed + 1 }} else {{ 0 }})\n}}\n\
         fn try_{n}() -> Result<String, String> {{\n    let mut check = Check::default();\n\
         \x20   // SAFETY: the functions are those of peer.c, which was written from the same list.\n    unsafe {{\n\
         \x20       check.same(\"size\", c_size_{n}() as u64, size_of::<T{n}>() as u64);\n\
         \x20       check.same(\"alignment\", c_align_{n}() as u64, align_of::<T{n}>() as u64);\n\
         \x20       for seed in 1..8 {{\n\
         \x20           check.same(\"argument\", c_take_{n}(-7, make_{n}(seed), 3.0, seed), take_{n}(-7, make_{n}(seed), 3.0, seed));\n\
         \x20           check.same(\"result\", sum_{n}(c_make_{n}(seed), seed), sum_{n}(make_{n}(seed), seed));\n\
         \x20           check.same(\"callback\", c_call_{n}(called_{n}, seed), sum_{n}(make_{n}(seed + 1), seed + 1));\n\
         \x20           {list}}}\n    }}\n    check.done()\n}}\n"
    );
}

fn many(text: &mut String, n: usize, signature: &[usize]) {
    let (result, parameters) = signature.split_last().expect("a signature has a result");
    let list: Vec<_> = parameters.iter().enumerate().map(|(p, kind)| format!("a{p}: T{kind}")).collect();
    let sums: String =
        parameters.iter().enumerate().map(|(p, kind)| format!("sum = add(sum, sum_{kind}(a{p}, {p})); ")).collect();
    let values: Vec<_> = parameters.iter().enumerate().map(|(p, kind)| format!("make_{kind}({p})")).collect();
    let (list, values) = (list.join(", "), values.join(", "));
    let _ = write!(
        text,
        "unsafe extern \"C\" {{\n    fn c_many_{n}({list}) -> T{result};\n    fn c_call_many_{n}(f: extern \"C\" fn({list}) -> T{result}) -> u64;\n}}\n\
         extern \"C\" fn many_{n}({list}) -> T{result} {{\n    let mut sum = 0; {sums}make_{result}(sum as u32)\n}}\n\
         extern \"C\" fn called_many_{n}({list}) -> T{result} {{\n    let mut sum = 0; {sums}\n\
         \x20   let expected = expected_{n}();\n    make_{result}(if sum == expected {{ 7 }} else {{ 8 }})\n}}\n\
         fn expected_{n}() -> u64 {{ let mut sum = 0; {expected}sum }}\n\
         fn try_many_{n}() -> Result<String, String> {{\n    let mut check = Check::default();\n    let seed = expected_{n}() as u32;\n\
         \x20   // SAFETY: the functions are those of peer.c, which was written from the same list.\n    unsafe {{\n\
         \x20       check.same(\"called\", sum_{result}(c_many_{n}({values}), seed), sum_{result}(many_{n}({values}), seed));\n\
         \x20       check.same(\"calling\", c_call_many_{n}(called_many_{n}), sum_{result}(make_{result}(7), 7));\n    }}\n    check.done()\n}}\n",
        expected = parameters
            .iter()
            .enumerate()
            .map(|(p, kind)| format!("sum = add(sum, sum_{kind}(make_{kind}({p}), {p})); "))
            .collect::<String>(),
    );
}

fn fill(text: &mut String, kind: &Type, place: &str, leaf: &mut u32) {
    match kind {
        Type::Scalar(scalar) => {
            let value = format!("mix(seed, {leaf})");
            let value = match *scalar {
                "f32" | "f64" => format!("{scalar}::from({value} as i16)"),
                "bool" => format!("{value} & 1 == 1"),
                "i128" => format!("wide({value}) as i128"),
                "u128" => format!("wide({value})"),
                _ => format!("{value} as {scalar}"),
            };
            let _ = write!(text, "{place} = {value}; ");
            *leaf += 1;
        }
        Type::Array(element, length) => (0..*length).for_each(|n| fill(text, element, &format!("{place}[{n}]"), leaf)),
        Type::Struct(_, fields) => {
            fields.iter().enumerate().for_each(|(n, field)| fill(text, field, &format!("{place}.f{n}"), leaf));
        }
        Type::Union(fields) => {
            for (n, field) in fields.iter().enumerate() {
                let _ = write!(text, "if seed % {} == {n} {{ ", fields.len());
                fill(text, field, &format!("{place}.f{n}"), leaf);
                text.push_str("} ");
            }
        }
    }
}

fn total(text: &mut String, kind: &Type, place: &str) {
    match kind {
        Type::Scalar(scalar) => {
            let value = match *scalar {
                "i128" | "u128" => format!("fold({place} as u128)"),
                "f32" | "f64" => format!("{place} as i64 as u64"),
                _ => format!("{place} as u64"),
            };
            let _ = write!(text, "sum = add(sum, {value}); ");
        }
        Type::Array(element, length) => (0..*length).for_each(|n| total(text, element, &format!("{place}[{n}]"))),
        Type::Struct(_, fields) => {
            fields.iter().enumerate().for_each(|(n, field)| total(text, field, &format!("{place}.f{n}")));
        }
        Type::Union(fields) => {
            for (n, field) in fields.iter().enumerate() {
                let _ = write!(text, "if seed % {} == {n} {{ ", fields.len());
                total(text, field, &format!("{place}.f{n}"));
                text.push_str("} ");
            }
        }
    }
}
