//! Signatures as text, made while the program is compiled: one line for a function, which stands by itself.
//!
//! The linker reads it (`linker/src/signatures/read.rs` has the grammar). Lines of several objects may follow each other in any order.

use super::types::{Direction, Field, Function, Kind, Nominal, Type};

/// A function that a program declares.
pub trait Declaration {
    /// It.
    const FUNCTION: Function;
    /// How long its text is, in bytes.
    const LENGTH: usize = {
        let mut writer = Writer::<0>::new();
        writer.function(&Self::FUNCTION);
        writer.length
    };
}

/// The text of a function: `N` is its length. A constant, because functions below std cannot be called in a program's constants.
pub trait Text<const N: usize> {
    /// It.
    const TEXT: [u8; N];
}

impl<D: Declaration, const N: usize> Text<N> for D {
    const TEXT: [u8; N] = {
        let mut writer = Writer::<N>::new();
        writer.function(&D::FUNCTION);
        assert!(writer.length == N);
        writer.bytes
    };
}

/// A number for a type: equal for equal types, whoever declares them, and for no others that a program has.
pub const fn identity(ty: &Type) -> u64 {
    let mut writer = Writer::<0> { has_docs: false, ..Writer::new() };
    writer.ty(ty);
    writer.hash
}

/// Counts, keeps what there is room for, and hashes (FNV-1a).
struct Writer<const N: usize> {
    bytes: [u8; N],
    length: usize,
    hash: u64,
    /// Whether documentation and crates are written, which make no difference between types.
    has_docs: bool,
}

impl<const N: usize> Writer<N> {
    const fn new() -> Writer<N> {
        Writer { bytes: [0; N], length: 0, hash: 0xcbf2_9ce4_8422_2325, has_docs: true }
    }

    const fn byte(&mut self, byte: u8) {
        if self.length < N {
            self.bytes[self.length] = byte;
        }
        self.length += 1;
        self.hash = (self.hash ^ byte as u64).wrapping_mul(0x0000_0100_0000_01b3);
    }

    const fn word(&mut self, word: &str) {
        let bytes = word.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            self.byte(bytes[at]);
            at += 1;
        }
    }

    /// In quotation marks; one of those, a backslash and a line's end have a backslash in front.
    const fn quoted(&mut self, text: &str) {
        self.byte(b'"');
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'\n' => self.word("\\n"),
                byte @ (b'"' | b'\\') => {
                    self.byte(b'\\');
                    self.byte(byte);
                }
                byte => self.byte(byte),
            }
            at += 1;
        }
        self.byte(b'"');
    }

    const fn docs(&mut self, docs: &str) {
        if self.has_docs {
            self.quoted(docs);
        }
    }

    const fn number(&mut self, number: u64) {
        if number >= 10 {
            self.number(number / 10);
        }
        self.byte(b'0' + (number % 10) as u8);
    }

    const fn function(&mut self, function: &Function) {
        self.word(match function.direction {
            Direction::Export => "export ",
            Direction::Import => "import ",
        });
        self.quoted(function.interface);
        match function.kind {
            Kind::Free => self.word(" func "),
            Kind::Method(resource) => self.nominal(" method ", resource, &[]),
            Kind::Static(resource) => self.nominal(" static ", resource, &[]),
            Kind::Constructor(resource) => self.nominal(" constructor ", resource, &[]),
        }
        self.quoted(function.name);
        self.docs(function.docs);
        self.docs(function.krate);
        self.word(if function.is_async { " async " } else { " sync " });
        self.fields(function.parameters);
        self.ty(function.result);
        self.byte(b'\n');
    }

    const fn fields(&mut self, fields: &[Field]) {
        self.byte(b'{');
        let mut at = 0;
        while at < fields.len() {
            self.quoted(fields[at].name);
            self.ty(fields[at].ty);
            self.docs(fields[at].docs);
            self.byte(b',');
            at += 1;
        }
        self.byte(b'}');
    }

    const fn nominal(&mut self, word: &str, nominal: &Nominal, fields: &[Field]) {
        self.word(word);
        self.quoted(nominal.interface);
        self.quoted(nominal.name);
        self.docs(nominal.docs);
        self.docs(nominal.krate);
        self.fields(fields);
    }

    const fn of(&mut self, word: &str, inner: &[&Type]) {
        self.word(word);
        self.byte(b'<');
        let mut at = 0;
        while at < inner.len() {
            self.ty(inner[at]);
            self.byte(b',');
            at += 1;
        }
        self.byte(b'>');
    }

    /// What built-ins copy elements of: they say which by its identity.
    const fn copied(&mut self, word: &str, element: &Type) {
        self.word(word);
        if self.has_docs {
            self.number(identity(element));
        }
        self.of("", &[element]);
    }

    const fn ty(&mut self, ty: &Type) {
        match ty {
            Type::Unit => self.byte(b'_'),
            Type::Bool => self.word("bool"),
            Type::U8 => self.word("u8"),
            Type::U16 => self.word("u16"),
            Type::U32 => self.word("u32"),
            Type::U64 => self.word("u64"),
            Type::S8 => self.word("s8"),
            Type::S16 => self.word("s16"),
            Type::S32 => self.word("s32"),
            Type::S64 => self.word("s64"),
            Type::F32 => self.word("f32"),
            Type::F64 => self.word("f64"),
            Type::Char => self.word("char"),
            Type::String => self.word("string"),
            Type::List(element) => self.of("list", &[element]),
            Type::FixedList(element, length) => {
                self.word("fixed");
                self.number(*length as u64);
                self.of("", &[element]);
            }
            Type::Own(resource) => self.nominal("own ", resource, &[]),
            Type::Borrow(resource) => self.nominal("borrow ", resource, &[]),
            Type::Stream(element) => self.copied("stream", element),
            Type::Future(value) => self.copied("future", value),
            Type::Option(inner) => self.of("option", &[inner]),
            Type::Result(ok, error) => self.of("result", &[ok, error]),
            Type::Tuple(fields) => self.of("tuple", fields),
            Type::Record(nominal, fields) => self.nominal("record", nominal, fields),
            Type::Variant(nominal, cases) => self.nominal("variant", nominal, cases),
            Type::Enum(nominal, cases) => self.nominal("enum", nominal, cases),
            Type::Flags(nominal, flags) => self.nominal("flags", nominal, flags),
        }
    }
}
