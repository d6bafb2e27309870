//! Golden cases: each folder of `tests/cases` is one linked module and what becomes of it.
//!
//! `module.wat` is what wasm-ld left; every `NAME.wit` becomes a section `component-type:NAME` of it, as bindings for
//! that file's world leave one. Of several files `NAME+X.wit` the contents come to stand one behind the other, as
//! wasm-ld joins sections of one name. `strip` is there if the link strips everything, `small` if bytes count more than
//! time, `no-optimize` if what only makes programs faster is left out, `web` if std's functions are the web's. What comes out stands in
//! `component.wat`, or in `error.txt` if nothing may. `BLESS=1 cargo test -p component-ld --test cases` writes these
//! two anew: read the difference before committing it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::{env, ffi::OsStr};

use anyhow::{Context, Result, bail, ensure};
use component_ld::inputs::Inputs;
use component_ld::{Optimize, Platform, Strip};
use wasm_encoder::{CustomSection, Encode, Section};
use wasmparser::{Parser, Payload};
use wit_component::StringEncoding;
use wit_parser::Resolve;

#[test]
fn every_case_gives_what_is_written_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty(), "{} holds no case", root.display());
    let failures: Vec<String> =
        cases.iter().filter_map(|case| check(case).err().map(|error| format!("{error:#}"))).collect();
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

/// Each pass of `src/optimize` has a case of its name, and what it does there is not done when it is switched off.
#[test]
fn without_optimization_no_pass_that_only_makes_faster_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut passes = 0;
    for file in fs::read_dir(root.join("src/optimize")).unwrap().map(|entry| entry.unwrap().path()) {
        let Some(pass) = file.file_stem().and_then(OsStr::to_str).filter(|_| file.is_file()) else { continue };
        let case = match pass {
            "shorten" => "command-stripped-with-streams".to_owned(),
            pass => pass.replace('_', "-"),
        };
        let module = module(&root.join("tests/cases").join(&case)).unwrap();
        let strip = if pass == "shorten" { Strip::All } else { Strip::Nothing };
        let linked = |optimize| {
            let made = component_ld::component(module.clone(), optimize, strip, Platform::Wasi, &Inputs::default());
            core_sections(&made.unwrap())
        };
        let before = core_sections(&module);
        assert_eq!(linked(Optimize::No), before, "{pass} runs, or something else does, in case {case}");
        assert_ne!(linked(Optimize::Speed), before, "{pass} does nothing in case {case}");
        passes += 1;
    }
    assert!(passes >= 8, "only {passes} passes");
}

/// What passes that only make programs faster may change in the first core module of a binary: imports, functions, memory, hints.
fn core_sections(binary: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut sections = Vec::new();
    for payload in Parser::new(0).parse_all(binary) {
        let payload = payload.unwrap();
        let is_of_interest = match &payload {
            Payload::ImportSection(_) | Payload::FunctionSection(_) | Payload::MemorySection(_) => true,
            Payload::CodeSectionStart { .. } => true,
            Payload::CustomSection(section) => section.name() == "metadata.code.branch_hint",
            Payload::End(_) => break,
            _ => false,
        };
        if let Some((id, range)) = payload.as_section().filter(|_| is_of_interest) {
            sections.push((id, binary[range.start as usize..range.end as usize].to_vec()));
        }
    }
    sections
}

fn check(case: &Path) -> Result<()> {
    let name = case.file_name().unwrap_or_default().to_string_lossy();
    let strip = if case.join("strip").exists() { Strip::All } else { Strip::Nothing };
    let optimize = match (case.join("small").exists(), case.join("no-optimize").exists()) {
        (false, false) => Optimize::Speed,
        (true, false) => Optimize::Size,
        (false, true) => Optimize::No,
        (true, true) => bail!("case {name}: small and no-optimize cannot both be"),
    };
    let platform = if case.join("web").exists() { Platform::Web } else { Platform::Wasi };
    let made = component_ld::component(module(case)?, optimize, strip, platform, &Inputs::default());
    let (came, other, text) = match made {
        Ok(component) => ("component.wat", "error.txt", wasmprinter::print_bytes(component)?),
        Err(error) => ("error.txt", "component.wat", format!("{error:#}\n")),
    };
    if env::var_os("BLESS").is_some() {
        fs::write(case.join(came), &text)?;
        if case.join(other).exists() {
            fs::remove_file(case.join(other))?;
        }
        return Ok(());
    }
    let Ok(expected) = fs::read_to_string(case.join(came)) else {
        bail!("case {name}: there is no {came}, but this came:\n{text}");
    };
    ensure!(!case.join(other).exists(), "case {name}: {came} and {other} cannot both be expected");
    if let Some((line, (expected, came))) =
        expected.lines().zip(text.lines()).enumerate().find(|(_, (expected, came))| expected != came)
    {
        bail!(
            "case {name}: {}:{}: expected\n  {expected}\nbut this came\n  {came}",
            case.join(other).display(),
            line + 1
        );
    }
    ensure!(
        expected.lines().count() == text.lines().count(),
        "case {name}: one of expected and given is longer:\n{text}"
    );
    Ok(())
}

fn module(case: &Path) -> Result<Vec<u8>> {
    let text = case.join("module.wat");
    let mut module = wat::parse_file(&text)?;
    let mut files: Vec<PathBuf> = fs::read_dir(case)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(|file| file.extension() == Some(OsStr::new("wit")));
    files.sort();
    let mut types: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for file in files {
        let name = file.file_stem().and_then(OsStr::to_str).context("a name that is not UTF-8")?;
        let mut resolve = Resolve::default();
        let package = resolve.push_source(name, &fs::read_to_string(&file)?)?;
        let world = resolve.select_world(&[package], None)?;
        let data = wit_component::metadata::encode(&resolve, world, StringEncoding::UTF8, None, false)?;
        types.entry(name.split('+').next().unwrap_or(name).to_owned()).or_default().extend(data);
    }
    for (name, data) in types {
        let section = CustomSection { name: format!("component-type:{name}").into(), data: data.into() };
        module.push(section.id());
        section.encode(&mut module);
    }
    Ok(module)
}
