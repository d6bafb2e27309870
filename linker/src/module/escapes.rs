//! Who can be called otherwise than by a `call`.

use std::collections::BTreeSet;

use anyhow::Result;
use wasm_encoder::SectionId;
use wasmparser::{
    BinaryReader, ConstExpr, ElementItems, ElementSectionReader, ExternalKind, GlobalSectionReader, Operator,
};

use super::{Module, Op, has};

/// Who can be called otherwise than by a `call`, so that a function's type must stay, and something may always call it.
pub(crate) struct Escapes {
    /// Those that stand in tables.
    pub(crate) in_tables: BTreeSet<u32>,
    /// Those that an expression, or a function, refers to.
    pub(crate) referred: BTreeSet<u32>,
    /// Those that are exported, or where the module starts.
    pub(crate) entered: BTreeSet<u32>,
    /// Elements are computed, which wasm-ld never writes.
    pub(crate) has_expressions: bool,
}

impl Escapes {
    pub(crate) fn contain(&self, function: u32) -> bool {
        [&self.in_tables, &self.referred, &self.entered].iter().any(|functions| functions.contains(&function))
    }
}

impl Module<'_> {
    /// # Errors
    ///
    /// Elements or globals that are not as the format says.
    pub(crate) fn escapes(&self) -> Result<Escapes> {
        let mut escapes = Escapes {
            in_tables: BTreeSet::new(),
            referred: BTreeSet::new(),
            entered: BTreeSet::new(),
            has_expressions: false,
        };
        let exported = self.exports.iter().filter(|export| export.kind == ExternalKind::Func);
        escapes.entered.extend(exported.map(|export| export.index));
        if let Some(start) = self.section(SectionId::Start) {
            escapes.entered.insert(BinaryReader::new(start, 0).read_var_u32()?);
        }
        let mut refer = |expression: &ConstExpr<'_>| -> Result<()> {
            for operator in expression.get_operators_reader() {
                if let Operator::RefFunc { function_index } = operator? {
                    escapes.referred.insert(function_index);
                }
            }
            Ok(())
        };
        if let Some(globals) = self.section(SectionId::Global) {
            for global in GlobalSectionReader::new(BinaryReader::new(globals, 0))? {
                refer(&global?.init_expr)?;
            }
        }
        let mut in_tables = BTreeSet::new();
        if let Some(elements) = self.section(SectionId::Element) {
            for element in ElementSectionReader::new(BinaryReader::new(elements, 0))? {
                match element?.items {
                    ElementItems::Functions(functions) => {
                        for function in functions {
                            in_tables.insert(function?);
                        }
                    }
                    ElementItems::Expressions(_, expressions) => {
                        escapes.has_expressions = true;
                        for expression in expressions {
                            refer(&expression?)?;
                        }
                    }
                }
            }
        }
        escapes.in_tables = in_tables;
        for function in self.functions.iter().filter(|function| function.has(has::REFERENCE)) {
            escapes.referred.extend(function.code.iter().filter_map(|instr| match instr.op {
                Op::RefFunc(function) => Some(function),
                _ => None,
            }));
        }
        Ok(escapes)
    }
}
