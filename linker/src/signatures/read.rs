//! Reads the signatures that `#[wasm]` has left in a module: text that the library writes while a program is compiled
//! (`library/component/src/signature/text.rs`).
//!
//! ```text
//! line     = ("import" | "export") STRING:interface kind STRING:name STRING:docs STRING:crate ("async" | "sync") fields type "\n"
//! kind     = "func" | ("method" | "static" | "constructor") named
//! named    = STRING:interface STRING:name STRING:docs STRING:crate fields
//! fields   = "{" { STRING:name type STRING:docs "," } "}"
//! type     = "_" | "bool" | "u8" | ... | "string"
//!          | ("list" | "option" | "result" | "tuple" | "fixed" NUMBER) "<" { type "," } ">"
//!          | ("stream" | "future") NUMBER:identity "<" type "," ">"
//!          | ("record" | "variant" | "enum" | "flags" | "own" | "borrow") named
//! ```

use std::iter::Peekable;
use std::str::CharIndices;

use anyhow::{Context, Result, bail};

/// A function that a program declares.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Signature {
    pub(crate) is_export: bool,
    pub(crate) kind: Kind,
    /// `namespace:package/interface@version`; empty for the world itself.
    pub(crate) interface: String,
    pub(crate) name: String,
    pub(crate) docs: String,
    /// The module that declares it, beginning with its crate.
    pub(crate) krate: String,
    pub(crate) is_async: bool,
    pub(crate) parameters: Vec<Field>,
    pub(crate) result: Type,
}

impl Signature {
    /// As WIT's own tools call it: `[method]counter.next`.
    pub(crate) fn full_name(&self) -> String {
        match &self.kind {
            Kind::Free => self.name.clone(),
            Kind::Method(resource) => format!("[method]{}.{}", resource.name, self.name),
            Kind::Static(resource) => format!("[static]{}.{}", resource.name, self.name),
            Kind::Constructor(resource) => format!("[constructor]{}", resource.name),
        }
    }
}

/// What a function belongs to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Free,
    Method(Box<Named>),
    Static(Box<Named>),
    Constructor(Box<Named>),
}

/// A parameter, a field, a case or a flag.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) ty: Type,
}

/// What it is called in documentation makes no other field of it.
impl PartialEq for Field {
    fn eq(&self, other: &Field) -> bool {
        self.name == other.name && self.ty == other.ty
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    Unit,
    Primitive(wit_parser::Type),
    List(Box<Type>),
    Fixed(Box<Type>, u32),
    Option(Box<Type>),
    Result(Box<Type>, Box<Type>),
    Tuple(Vec<Type>),
    /// With the identity of what it carries, by which the program knows its built-ins.
    Stream(u64, Box<Type>),
    Future(u64, Box<Type>),
    Own(Box<Named>),
    Borrow(Box<Named>),
    Named(Box<Named>),
}

/// A type with a name.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) form: Form,
    pub(crate) interface: String,
    pub(crate) name: String,
    pub(crate) docs: String,
    pub(crate) krate: String,
    pub(crate) fields: Vec<Field>,
}

/// Who declares it makes no other type of it.
impl PartialEq for Named {
    fn eq(&self, other: &Named) -> bool {
        (self.form, &self.interface, &self.name, &self.fields)
            == (other.form, &other.interface, &other.name, &other.fields)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Record,
    Variant,
    Enum,
    Flags,
    Resource,
}

/// Every signature of a section, in order.
///
/// # Errors
///
/// It is not as the library of this version writes it.
pub(crate) fn signatures(section: &[u8]) -> Result<Vec<Signature>> {
    let text = std::str::from_utf8(section).context("it is not text")?;
    // A line's end is written as `\n` in strings.
    text.lines()
        .map(|line| Reader::new(line).signature().with_context(|| format!("this line cannot be read: {line}")))
        .collect()
}

struct Reader<'a> {
    line: &'a str,
    at: Peekable<CharIndices<'a>>,
}

impl<'a> Reader<'a> {
    fn new(line: &'a str) -> Reader<'a> {
        Reader { line, at: line.char_indices().peekable() }
    }

    fn signature(&mut self) -> Result<Signature> {
        let is_export = match self.word() {
            "export" => true,
            "import" => false,
            other => bail!("it begins with `{other}`"),
        };
        let interface = self.string()?;
        let kind = match self.word() {
            "func" => Kind::Free,
            "method" => Kind::Method(self.named(Form::Resource)?),
            "static" => Kind::Static(self.named(Form::Resource)?),
            "constructor" => Kind::Constructor(self.named(Form::Resource)?),
            other => bail!("a `{other}` is not known here"),
        };
        let (name, docs, krate) = (self.string()?, self.string()?, self.string()?);
        let is_async = match self.word() {
            "async" => true,
            "sync" => false,
            other => bail!("`{other}` stands where it says whether it is async"),
        };
        let (parameters, result) = (self.fields()?, self.ty()?);
        Ok(Signature { is_export, kind, interface, name, docs, krate, is_async, parameters, result })
    }

    fn blank(&mut self) {
        while self.at.next_if(|(_, c)| *c == ' ').is_some() {}
    }

    /// Letters, digits and underscores; empty if there is none.
    fn word(&mut self) -> &'a str {
        self.blank();
        let start = self.at.peek().map_or(self.line.len(), |(at, _)| *at);
        while self.at.next_if(|(_, c)| c.is_ascii_alphanumeric() || *c == '_').is_some() {}
        &self.line[start..self.at.peek().map_or(self.line.len(), |(at, _)| *at)]
    }

    fn expect(&mut self, mark: char) -> Result<()> {
        self.blank();
        match self.at.next() {
            Some((_, found)) if found == mark => Ok(()),
            found => bail!("`{mark}` is missing before {:?}", found.map(|(at, _)| &self.line[at..])),
        }
    }

    fn is_next(&mut self, mark: char) -> bool {
        self.blank();
        self.at.next_if(|(_, c)| *c == mark).is_some()
    }

    fn string(&mut self) -> Result<String> {
        self.expect('"')?;
        let mut text = String::new();
        loop {
            match self.at.next().context("a text does not end")?.1 {
                '"' => return Ok(text),
                '\\' => match self.at.next().context("a text does not end")?.1 {
                    'n' => text.push('\n'),
                    other => text.push(other),
                },
                other => text.push(other),
            }
        }
    }

    fn fields(&mut self) -> Result<Vec<Field>> {
        self.expect('{')?;
        let mut fields = Vec::new();
        while !self.is_next('}') {
            let (name, ty, docs) = (self.string()?, self.ty()?, self.string()?);
            self.expect(',')?;
            fields.push(Field { name, docs, ty });
        }
        Ok(fields)
    }

    fn types(&mut self) -> Result<Vec<Type>> {
        self.expect('<')?;
        let mut types = Vec::new();
        while !self.is_next('>') {
            types.push(self.ty()?);
            self.expect(',')?;
        }
        Ok(types)
    }

    fn one(&mut self) -> Result<Box<Type>> {
        let [ty] = <[Type; 1]>::try_from(self.types()?).ok().context("one type belongs in `<...>`")?;
        Ok(Box::new(ty))
    }

    fn named(&mut self, form: Form) -> Result<Box<Named>> {
        let (interface, name, docs, krate) = (self.string()?, self.string()?, self.string()?, self.string()?);
        let fields = self.fields()?;
        Ok(Box::new(Named { form, interface, name, docs, krate, fields }))
    }

    fn ty(&mut self) -> Result<Type> {
        use wit_parser::Type::{Bool, Char, F32, F64, S8, S16, S32, S64, String, U8, U16, U32, U64};
        Ok(match self.word() {
            "_" => Type::Unit,
            "bool" => Type::Primitive(Bool),
            "u8" => Type::Primitive(U8),
            "u16" => Type::Primitive(U16),
            "u32" => Type::Primitive(U32),
            "u64" => Type::Primitive(U64),
            "s8" => Type::Primitive(S8),
            "s16" => Type::Primitive(S16),
            "s32" => Type::Primitive(S32),
            "s64" => Type::Primitive(S64),
            "f32" => Type::Primitive(F32),
            "f64" => Type::Primitive(F64),
            "char" => Type::Primitive(Char),
            "string" => Type::Primitive(String),
            "list" => Type::List(self.one()?),
            "option" => Type::Option(self.one()?),
            "tuple" => Type::Tuple(self.types()?),
            "result" => {
                let [ok, error] = <[Type; 2]>::try_from(self.types()?).ok().context("a result has two types")?;
                Type::Result(Box::new(ok), Box::new(error))
            }
            "record" => Type::Named(self.named(Form::Record)?),
            "variant" => Type::Named(self.named(Form::Variant)?),
            "enum" => Type::Named(self.named(Form::Enum)?),
            "flags" => Type::Named(self.named(Form::Flags)?),
            "own" => Type::Own(self.named(Form::Resource)?),
            "borrow" => Type::Borrow(self.named(Form::Resource)?),
            other => {
                let number = |word: &str| other.strip_prefix(word).and_then(|number| number.parse::<u64>().ok());
                match (number("fixed"), number("stream"), number("future")) {
                    (Some(length), ..) => Type::Fixed(self.one()?, u32::try_from(length)?),
                    (_, Some(identity), _) => Type::Stream(identity, self.one()?),
                    (.., Some(identity)) => Type::Future(identity, self.one()?),
                    _ => bail!("the type `{other}` is not known here"),
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_signature() {
        let line = r#"export "e:s/api@1.0.0" func "area" "Says \"how\" large.\nIn units." "shapes::api" async {"one-point"record"e:s/api@1.0.0""point""""shapes"{"x"u32"",}"","rest"list<u8,>"",}result<_,fixed3<char,>,>"#;
        let [signature] = <[Signature; 1]>::try_from(signatures(format!("{line}\n").as_bytes()).unwrap()).unwrap();
        assert!(signature.is_export && signature.is_async);
        assert_eq!((&*signature.interface, &*signature.name), ("e:s/api@1.0.0", "area"));
        assert_eq!(signature.docs, "Says \"how\" large.\nIn units.");
        let Type::Named(point) = &signature.parameters[0].ty else { panic!("{signature:?}") };
        assert_eq!((point.form, &*point.name, &*point.krate), (Form::Record, "point", "shapes"));
        assert_eq!(signature.parameters[1].ty, Type::List(Box::new(Type::Primitive(wit_parser::Type::U8))));
        let three = Type::Fixed(Box::new(Type::Primitive(wit_parser::Type::Char)), 3);
        assert_eq!(signature.result, Type::Result(Box::new(Type::Unit), Box::new(three)));
    }

    #[test]
    fn what_is_broken_is_said_with_its_line() {
        for line in ["", "export", r#"export "" func "f" "" "" sync {} u128"#, r#"import "" func "f" "" "" sync {"#] {
            let error = format!("{:#}", signatures(format!("{line}\n").as_bytes()).unwrap_err());
            assert!(error.contains("cannot be read"), "{line}: {error}");
        }
    }
}
