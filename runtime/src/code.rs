//! The compiled code of a component: which function of the guest an address in it belongs to, and which line.
//!
//! Here because wasmtime tells that of the frames it walks itself, and of no others. What it gives is where functions
//! lie and from which byte of the component an instruction comes; lines are then found in the component's debug
//! information.

use crate::trap::{FRAMES, Frame, demangle};
use addr2line::Context;
use addr2line::gimli::{Dwarf, EndianSlice, LittleEndian, SectionId};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::Range;
use wasmparser::{Parser, Payload};
use wasmtime::component::Component;

/// The code of one component.
pub(crate) struct Code<'a> {
    text: Range<usize>,
    /// The guest's functions in order: where they are in the text, and their names.
    functions: Vec<(Range<usize>, String)>,
    /// From this place in the text on, instructions come from this byte of the component.
    origins: Vec<(usize, Option<u32>)>,
    modules: Vec<Module<'a>>,
}

/// A core module within the component.
#[derive(Default)]
struct Module<'a> {
    /// Its code section, in bytes of the component; debug information counts from its beginning.
    code: Range<u64>,
    sections: HashMap<&'a str, &'a [u8]>,
    /// Read when it is first asked for, which takes long.
    debug: OnceCell<Option<Debug<'a>>>,
}

type Debug<'a> = Context<EndianSlice<'a, LittleEndian>>;

impl<'a> Code<'a> {
    /// `binary` is what the component was compiled from.
    pub(crate) fn new(component: &Component, binary: &'a [u8]) -> Self {
        let text = component.text().as_ptr_range();
        let mut functions: Vec<_> = component
            .functions()
            .map(|function| {
                let name = function.name.map(|name| demangle(&name));
                let name = name.unwrap_or_else(|| format!("function {}", function.index.as_u32()));
                (function.offset..function.offset + function.len, name)
            })
            .collect();
        functions.sort_by_key(|(range, _)| range.start);
        Self {
            text: text.start.addr()..text.end.addr(),
            functions,
            origins: component.address_map().map(Iterator::collect).unwrap_or_default(),
            modules: modules(binary),
        }
    }

    /// Is this an address in the code, the runtime's own pieces between the guest's functions included?
    pub(crate) fn contains(&self, address: usize) -> bool {
        self.text.contains(&address)
    }

    /// The guest's function that would be returned into at this address.
    fn function(&self, address: usize) -> Option<&str> {
        let place = address.checked_sub(self.text.start)?.checked_sub(1)?;
        let after = self.functions.partition_point(|(range, _)| range.start <= place);
        let (range, name) = &self.functions[after.checked_sub(1)?];
        range.contains(&place).then_some(name)
    }

    /// Is this a return address within a function of the guest?
    pub(crate) fn is_guest(&self, address: usize) -> bool {
        self.function(address).is_some()
    }

    /// The frames of a stack's return addresses, innermost first, as many as are kept.
    pub(crate) fn stack(&self, calls: &[usize]) -> Vec<Frame> {
        calls.iter().flat_map(|call| self.frames(*call)).take(FRAMES).collect()
    }

    /// The frames of a return address, innermost first: several where functions were inlined.
    fn frames(&self, address: usize) -> Vec<Frame> {
        let Some(function) = self.function(address) else { return Vec::new() };
        let lines = self.lines(address - self.text.start - 1, function);
        if lines.is_empty() {
            return vec![Frame { function: function.to_owned(), file: None, line: None, column: None }];
        }
        lines
    }

    fn lines(&self, place: usize, function: &str) -> Vec<Frame> {
        let after = self.origins.partition_point(|(start, _)| *start <= place);
        let origin = after.checked_sub(1).and_then(|index| self.origins[index].1).map(u64::from);
        let found = origin.and_then(|origin| {
            let module = self.modules.iter().find(|module| module.code.contains(&origin))?;
            Some((module.debug()?, origin - module.code.start))
        });
        let Some((debug, address)) = found else { return Vec::new() };
        let mut lines = Vec::new();
        if let Ok(mut frames) = debug.find_frames(address).skip_all_loads() {
            while let Ok(Some(frame)) = frames.next() {
                let name = frame.function.as_ref().and_then(|name| name.raw_name().ok().map(|name| demangle(&name)));
                let at = frame.location;
                lines.push(Frame {
                    function: name.unwrap_or_else(|| function.to_owned()),
                    file: at.as_ref().and_then(|at| at.file).map(str::to_owned),
                    line: at.as_ref().and_then(|at| at.line),
                    column: at.as_ref().and_then(|at| at.column),
                });
            }
        }
        // Debug information may tell names without their modules.
        if let Some(outermost) = lines.last_mut() {
            function.clone_into(&mut outermost.function);
        }
        lines
    }
}

impl<'a> Module<'a> {
    fn debug(&self) -> Option<&Debug<'a>> {
        self.debug.get_or_init(|| self.read()).as_ref()
    }

    fn read(&self) -> Option<Debug<'a>> {
        let section = |id: SectionId| {
            let data = self.sections.get(id.name()).copied().unwrap_or_default();
            Ok::<_, addr2line::gimli::Error>(EndianSlice::new(data, LittleEndian))
        };
        Context::from_dwarf(Dwarf::load(section).ok()?).ok()
    }
}

/// The core modules of a component. What cannot be read has no lines.
fn modules(binary: &[u8]) -> Vec<Module<'_>> {
    let mut modules: Vec<Module<'_>> = Vec::new();
    for payload in Parser::new(0).parse_all(binary).map_while(Result::ok) {
        match payload {
            Payload::ModuleSection { .. } => modules.push(Module::default()),
            Payload::CodeSectionStart { unchecked_range, .. } => {
                if let Some(module) = modules.last_mut() {
                    module.code = unchecked_range;
                }
            }
            Payload::CustomSection(section) => {
                if let Some(module) = modules.last_mut() {
                    module.sections.insert(section.name(), section.data());
                }
            }
            _ => {}
        }
    }
    modules
}
