//! The list in C.

use std::fmt::Write as _;

use crate::types::{Layout, Type};

/// Values by seed and position, and their sum: the same arithmetic stands in `src/value.rs`.
const PRELUDE: &str = r"
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
typedef __int128 i128;
typedef unsigned __int128 u128;
static uint64_t mix(uint32_t seed, uint32_t leaf) {
    uint64_t x = ((uint64_t)seed << 32 | leaf) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9u;
    return x ^ x >> 32;
}
static uint64_t add(uint64_t sum, uint64_t value) { return (sum ^ value) * 0x100000001b3u + 1; }
static uint64_t fold(u128 value) { return (uint64_t)value ^ (uint64_t)(value >> 64) * 3; }
static u128 wide(uint64_t value) { return (u128)value * 0x1234567887654321u ^ (u128)value << 64; }
";

pub fn source(types: &[Type], signatures: &[Vec<usize>]) -> String {
    let mut text = PRELUDE.to_owned();
    for (n, kind) in types.iter().enumerate() {
        declare(&mut text, n, kind);
        functions(&mut text, n, kind);
    }
    for (n, signature) in signatures.iter().enumerate() {
        many(&mut text, n, signature);
    }
    text
}

fn declare(text: &mut String, n: usize, kind: &Type) {
    let _ = writeln!(text, "typedef {};", declaration(kind, &format!("T{n}")));
}

/// `kind name`, as C writes it.
fn declaration(kind: &Type, name: &str) -> String {
    match kind {
        Type::Scalar(scalar) => format!("{} {name}", c_name(scalar)),
        Type::Array(element, length) => declaration(element, &format!("{name}[{length}]")),
        Type::Struct(layout, fields) => {
            let attribute = match layout {
                Layout::Natural => String::new(),
                Layout::Packed => "__attribute__((packed)) ".to_owned(),
                Layout::Aligned(to) => format!("__attribute__((aligned({to}))) "),
            };
            format!("struct {attribute}{{ {} }} {name}", members(fields))
        }
        Type::Union(fields) => format!("union {{ {} }} {name}", members(fields)),
    }
}

fn members(fields: &[Type]) -> String {
    fields.iter().enumerate().map(|(n, field)| format!("{}; ", declaration(field, &format!("f{n}")))).collect()
}

fn c_name(scalar: &str) -> String {
    match scalar {
        "f32" => "float".to_owned(),
        "f64" => "double".to_owned(),
        "usize" => "size_t".to_owned(),
        "bool" | "i128" | "u128" => scalar.to_owned(),
        _ => scalar.replace('i', "int").replace('u', "uint") + "_t",
    }
}

fn functions(text: &mut String, n: usize, kind: &Type) {
    let (mut set, mut sum) = (String::new(), String::new());
    fill(&mut set, kind, "(*v)", &mut 0);
    total(&mut sum, kind, "(*v)");
    let _ = write!(
        text,
        "static void fill_{n}(T{n} *v, uint32_t seed) {{ (void)seed; {set}}}\n\
         static uint64_t sum_{n}(const T{n} *v, uint32_t seed) {{ uint64_t sum = seed; {sum}return sum; }}\n\
         size_t c_size_{n}(void) {{ return sizeof(T{n}); }}\n\
         size_t c_align_{n}(void) {{ return _Alignof(T{n}); }}\n\
         T{n} c_make_{n}(uint32_t seed) {{ T{n} v; fill_{n}(&v, seed); return v; }}\n\
         uint64_t c_take_{n}(int8_t before, T{n} v, double after, uint32_t seed) {{\n\
         \x20   return add(add(sum_{n}(&v, seed), (uint64_t)(int64_t)before), (uint64_t)(int64_t)after);\n}}\n\
         uint64_t c_call_{n}(T{n} (*f)(int16_t, T{n}, float, uint32_t), uint32_t seed) {{\n\
         \x20   T{n} v; fill_{n}(&v, seed); v = f(-3, v, 1.5f, seed); return sum_{n}(&v, seed + 1);\n}}\n"
    );
    if kind.is_variadic() {
        let _ = write!(
            text,
            "uint64_t c_list_{n}(uint32_t seed, ...) {{\n\
             \x20   va_list list; va_start(list, seed);\n\
             \x20   int32_t before = va_arg(list, int32_t); T{n} v = va_arg(list, T{n}); double after = va_arg(list, double);\n\
             \x20   va_end(list); return add(add(sum_{n}(&v, seed), (uint64_t)(int64_t)before), (uint64_t)(int64_t)after);\n}}\n"
        );
    }
}

fn many(text: &mut String, n: usize, signature: &[usize]) {
    let (result, parameters) = signature.split_last().expect("a signature has a result");
    let list: Vec<_> = parameters.iter().enumerate().map(|(p, kind)| format!("T{kind} a{p}")).collect();
    let sums: String =
        parameters.iter().enumerate().map(|(p, kind)| format!("sum = add(sum, sum_{kind}(&a{p}, {p})); ")).collect();
    let fills: String =
        parameters.iter().enumerate().map(|(p, kind)| format!("T{kind} a{p}; fill_{kind}(&a{p}, {p}); ")).collect();
    let arguments: Vec<_> = (0..parameters.len()).map(|p| format!("a{p}")).collect();
    let (list, arguments) = (list.join(", "), arguments.join(", "));
    let _ = write!(
        text,
        "T{result} c_many_{n}({list}) {{\n    uint64_t sum = 0; {sums}T{result} v; fill_{result}(&v, (uint32_t)sum); return v;\n}}\n\
         uint64_t c_call_many_{n}(T{result} (*f)({list})) {{\n    {fills}T{result} v = f({arguments}); return sum_{result}(&v, 7);\n}}\n"
    );
}

fn fill(text: &mut String, kind: &Type, place: &str, leaf: &mut u32) {
    match kind {
        Type::Scalar(scalar) => {
            let value = format!("mix(seed, {leaf})");
            let value = match *scalar {
                "f32" | "f64" => format!("(int16_t){value}"),
                "bool" => format!("{value} & 1"),
                "i128" => format!("(i128)wide({value})"),
                "u128" => format!("wide({value})"),
                _ => format!("({}){value}", c_name(scalar)),
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
                let _ = write!(text, "if (seed % {} == {n}) {{ ", fields.len());
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
                "i128" | "u128" => format!("fold((u128){place})"),
                "u64" | "usize" | "bool" | "u8" | "u16" | "u32" => format!("(uint64_t){place}"),
                _ => format!("(uint64_t)(int64_t){place}"),
            };
            let _ = write!(text, "sum = add(sum, {value}); ");
        }
        Type::Array(element, length) => (0..*length).for_each(|n| total(text, element, &format!("{place}[{n}]"))),
        Type::Struct(_, fields) => {
            fields.iter().enumerate().for_each(|(n, field)| total(text, field, &format!("{place}.f{n}")));
        }
        Type::Union(fields) => {
            for (n, field) in fields.iter().enumerate() {
                let _ = write!(text, "if (seed % {} == {n}) {{ ", fields.len());
                total(text, field, &format!("{place}.f{n}"));
                text.push_str("} ");
            }
        }
    }
}
