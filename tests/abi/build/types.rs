//! The types that cross the boundary: those worth naming, and as many drawn by lot.

use std::fmt;

/// A type that C and Rust both have.
#[derive(Clone, PartialEq)]
pub enum Type {
    /// Named as Rust names it.
    Scalar(&'static str),
    Array(Box<Type>, usize),
    Struct(Layout, Vec<Type>),
    Union(Vec<Type>),
}

/// How the fields of a structure lie.
#[derive(Clone, Copy, PartialEq)]
pub enum Layout {
    Natural,
    Packed,
    Aligned(usize),
}

pub const SCALARS: [&str; 14] =
    ["i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "i128", "u128", "f32", "f64", "bool", "usize"];

impl Type {
    /// Whether it can stand in a variable list of arguments. Small scalars are promoted there, so that C has no such argument; and a packed structure
    /// of one scalar is written by clang 22 where that scalar would stand, but read where its own alignment of one allows it.
    pub fn is_variadic(&self) -> bool {
        match self {
            Type::Scalar(name) => !["i8", "u8", "i16", "u16", "f32", "bool"].contains(name),
            Type::Struct(Layout::Packed, fields) => fields.len() > 1,
            _ => true,
        }
    }
}

/// Every type that is tried; those that others are made of come first.
pub fn all() -> Vec<Type> {
    let scalar = |name: &'static str| Type::Scalar(name);
    let natural = |fields: &[Type]| Type::Struct(Layout::Natural, fields.to_vec());
    let array = |element: &Type, length| Type::Array(Box::new(element.clone()), length);
    let mut types: Vec<Type> = SCALARS.map(scalar).to_vec();
    // Structures of one scalar are passed as that scalar; how deep that goes is where compilers have disagreed.
    types.extend(SCALARS.map(|name| natural(&[scalar(name)])));
    types.extend(["u8", "f32", "f64", "i64", "i128"].map(|name| natural(&[natural(&[scalar(name)])])));
    types.extend(["u8", "f64", "i64"].map(|name| natural(&[array(&scalar(name), 1)])));
    types.extend(["u8", "i32", "f32", "f64"].map(|name| natural(&[array(&scalar(name), 3)])));
    let pair = natural(&[scalar("u8"), scalar("f64")]);
    types.extend([
        natural(&[scalar("i8"), scalar("i8")]),
        natural(&[scalar("i32"), scalar("i32")]),
        natural(&[scalar("i64"), scalar("i64")]),
        natural(&[scalar("f32"), scalar("f32")]),
        natural(&[scalar("f64"), scalar("f32"), scalar("f64")]),
        natural(&[scalar("bool"), scalar("i16"), scalar("bool"), scalar("u64")]),
        natural(&[scalar("u8"), scalar("i128")]),
        natural(&[pair.clone(), scalar("u8"), array(&pair, 2)]),
        natural(&[array(&scalar("u64"), 40)]),
        natural(&[array(&scalar("u8"), 1025)]),
        Type::Struct(Layout::Packed, vec![scalar("u8"), scalar("f64"), scalar("i16"), scalar("i128")]),
        Type::Struct(Layout::Packed, vec![scalar("u64")]),
        Type::Struct(Layout::Aligned(16), vec![scalar("i32")]),
        Type::Struct(Layout::Aligned(32), vec![scalar("u8"), scalar("f64")]),
        natural(&[scalar("u8"), Type::Struct(Layout::Aligned(16), vec![scalar("f32")])]),
        Type::Union(vec![scalar("i32"), scalar("f32")]),
        Type::Union(vec![scalar("f64")]),
        Type::Union(vec![scalar("u8"), scalar("i128"), scalar("f64")]),
        Type::Union(vec![array(&scalar("u8"), 5), scalar("u16")]),
        natural(&[scalar("u16"), Type::Union(vec![scalar("u64"), pair.clone()]), scalar("bool")]),
        natural(&[Type::Union(vec![scalar("i64")])]),
    ]);
    let mut lot = Lot(0x9e37_79b9_7f4a_7c15);
    while types.len() < 160 {
        let drawn = lot.aggregate(3);
        if !types.contains(&drawn) {
            types.push(drawn);
        }
    }
    types
}

/// Lists of parameters: positions in the list of types, the last one being the result.
pub fn signatures(types: &[Type]) -> Vec<Vec<usize>> {
    let mut lot = Lot(0x2545_f491_4f6c_dd1d);
    (0..80).map(|_| (0..2 + lot.below(9)).map(|_| lot.below(types.len())).collect()).collect()
}

/// Draws by lot, always the same.
struct Lot(u64);

impl Lot {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 32) as usize % end
    }

    fn any(&mut self, depth: usize) -> Type {
        match self.below(10) {
            0..7 => Type::Scalar(SCALARS[self.below(SCALARS.len())]),
            7 => {
                let element = if depth > 0 { self.any(depth - 1) } else { Type::Scalar("u16") };
                Type::Array(Box::new(element), 1 + self.below(4))
            }
            _ if depth > 0 => self.aggregate(depth - 1),
            _ => Type::Scalar("f32"),
        }
    }

    fn aggregate(&mut self, depth: usize) -> Type {
        let fields = (0..1 + self.below(6)).map(|_| self.any(depth)).collect();
        match self.below(5) {
            0 => Type::Union(fields),
            _ => Type::Struct(Layout::Natural, fields),
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, fields: &[Type]| {
            fields.iter().enumerate().try_for_each(|(n, field)| write!(f, "{}{field}", if n > 0 { ", " } else { "" }))
        };
        match self {
            Type::Scalar(name) => f.write_str(name),
            Type::Array(element, length) => write!(f, "[{element}; {length}]"),
            Type::Struct(layout, fields) => {
                match layout {
                    Layout::Natural => f.write_str("struct (")?,
                    Layout::Packed => f.write_str("packed struct (")?,
                    Layout::Aligned(to) => write!(f, "struct aligned to {to} (")?,
                }
                list(f, fields)?;
                f.write_str(")")
            }
            Type::Union(fields) => {
                f.write_str("union (")?;
                list(f, fields)?;
                f.write_str(")")
            }
        }
    }
}
