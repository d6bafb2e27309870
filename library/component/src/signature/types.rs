//! What is known of a signature: constants that refer to each other.

/// A type of the component model. Component model: `Explainer.md`, "Type Definitions".
pub enum Type {
    /// None, where a type may be left out: results, and what streams, futures and cases carry.
    Unit,
    /// `bool`
    Bool,
    /// `u8`
    U8,
    /// `u16`
    U16,
    /// `u32`
    U32,
    /// `u64`
    U64,
    /// `s8`
    S8,
    /// `s16`
    S16,
    /// `s32`
    S32,
    /// `s64`
    S64,
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `char`
    Char,
    /// `string`
    String,
    /// `list<T>`
    List(&'static Type),
    /// `list<T, N>`
    FixedList(&'static Type, usize),
    /// `option<T>`
    Option(&'static Type),
    /// `result<T, E>`
    Result(&'static Type, &'static Type),
    /// `tuple<...>`
    Tuple(&'static [&'static Type]),
    /// `own<T>`
    Own(&'static Nominal),
    /// `borrow<T>`
    Borrow(&'static Nominal),
    /// `stream<T>`
    Stream(&'static Type),
    /// `future<T>`
    Future(&'static Type),
    /// `record`
    Record(&'static Nominal, &'static [Field]),
    /// `variant`
    Variant(&'static Nominal, &'static [Field]),
    /// `enum`; the fields carry nothing.
    Enum(&'static Nominal, &'static [Field]),
    /// `flags`; the fields carry nothing.
    Flags(&'static Nominal, &'static [Field]),
}

/// What a type with a name is known by.
pub struct Nominal {
    /// The interface in which it is declared, `example:shapes/api@1.0.0`; empty for one that stands in the world itself.
    pub interface: &'static str,
    /// As WIT spells it.
    pub name: &'static str,
    /// Its documentation.
    pub docs: &'static str,
    /// The crate that declares it, for messages.
    pub krate: &'static str,
}

/// A field of a record, a case of a variant or an enum, or a flag.
pub struct Field {
    /// As WIT spells it.
    pub name: &'static str,
    /// Its documentation.
    pub docs: &'static str,
    /// What it holds.
    pub ty: &'static Type,
}

/// Which way a function is called.
pub enum Direction {
    /// By others.
    Export,
    /// By this component.
    Import,
}

/// What a function belongs to.
pub enum Kind {
    /// The interface.
    Free,
    /// A resource, which it is called on.
    Method(&'static Nominal),
    /// A resource, which it has to do with.
    Static(&'static Nominal),
    /// A resource, of which it makes one.
    Constructor(&'static Nominal),
}

/// A function.
pub struct Function {
    /// Which way it is called.
    pub direction: Direction,
    /// The interface it stands in; empty: the world itself.
    pub interface: &'static str,
    /// What it belongs to.
    pub kind: Kind,
    /// As WIT spells it.
    pub name: &'static str,
    /// Its documentation.
    pub docs: &'static str,
    /// The crate that declares it, for messages.
    pub krate: &'static str,
    /// Whether its type is `async`.
    pub is_async: bool,
    /// Names, as WIT spells them, and types.
    pub parameters: &'static [Field],
    /// What it returns.
    pub result: &'static Type,
}
