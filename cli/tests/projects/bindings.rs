//! Bindings between two components of wasm32-component: resources, streams, futures, threads, and calls that overlap.

use std::path::Path;

use wasm_encoder::{
    Alias, Component, ComponentAliasSection, ComponentExportKind, ComponentExportSection, ComponentInstanceSection,
    ComponentSectionId, RawSection,
};

use crate::component::{TARGET, imports, invoke};
use crate::project::{Project, stdout, succeeded};

/// A component in which `takes` has the exported `interface` of `gives`, and which exports functions of `takes`.
pub(crate) fn composed(gives: &Path, takes: &Path, interface: &str, functions: &[&str]) -> Vec<u8> {
    let mut component = Component::new();
    for file in [gives, takes] {
        let data = std::fs::read(file).unwrap();
        component.section(&RawSection { id: ComponentSectionId::Component.into(), data: &data });
    }
    let exported = |instance, kind, name| Alias::InstanceExport { instance, kind, name };
    let mut first = ComponentInstanceSection::new();
    first.instantiate(0, [("", ComponentExportKind::Instance, 0); 0]);
    component.section(&first);
    let mut given = ComponentAliasSection::new();
    given.alias(exported(0, ComponentExportKind::Instance, interface));
    component.section(&given);
    let mut second = ComponentInstanceSection::new();
    second.instantiate(1, [(interface, ComponentExportKind::Instance, 1)]);
    component.section(&second);
    let (mut lifted, mut exports) = (ComponentAliasSection::new(), ComponentExportSection::new());
    for (index, name) in (0..).zip(functions) {
        lifted.alias(exported(2, ComponentExportKind::Func, name));
        exports.export(*name, ComponentExportKind::Func, index, None);
    }
    component.section(&lifted);
    component.section(&exports);
    component.finish()
}

#[test]
fn two_components_pass_each_other_whatever_the_component_model_has() {
    let project = Project::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/two-components"));
    let built = |project: &Project, name: &str| {
        project.path().join("target/wasm32-component/debug/examples").join(format!("{name}.wasm"))
    };
    // The same two, by Rust signatures: each fits each of the others.
    let signatures = Project::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/signatures"));
    let [all_gives, all_takes] = ["gives", "takes"].map(|name| [&project, &signatures].map(|p| built(p, name)));
    // And what gives back values of all types, with what asks it to.
    let guest = |name: &str, text: &str| project.write(&format!("examples/{name}.rs"), text);
    guest("echo", include_str!("guests/echo.rs"));
    guest("asks", include_str!("guests/asks.rs"));
    project.write("wit/echo.wit", include_str!("guests/echo.wit"));
    for name in ["echo", "asks"] {
        project.append("Cargo.toml", &format!("[[example]]\nname = '{name}'\ncrate-type = ['cdylib']\n"));
    }
    let [echo, asks] = ["echo", "asks"].map(|name| built(&project, name));
    // A release build by another name: what builds the bindings need not be built twice.
    let release = [("CARGO_PROFILE_DEV_OPT_LEVEL", "3"), ("CARGO_PROFILE_DEV_STRIP", "debuginfo")];
    for (profile, variables) in [("debug", &[][..]), ("release", &release)] {
        for project in [&project, &signatures] {
            let variables = variables.iter().copied();
            succeeded(project.p3("build").args(["--quiet", "--examples", TARGET]).envs(variables).output().unwrap());
        }
        let both = project.path().join("both.wasm");
        for (gives, takes) in all_gives.iter().flat_map(|gives| all_takes.iter().map(move |takes| (gives, takes))) {
            let case = format!("{profile}: {} and {}", gives.display(), takes.display());
            assert_eq!(imports(gives), [""; 0], "{case}");
            assert_eq!(imports(takes), ["two:components/things"], "{case}");
            let bytes = composed(gives, takes, "two:components/things", &["everything", "at-once"]);
            std::fs::write(&both, bytes).unwrap();
            let said = stdout(&succeeded(invoke(&both, "everything()")));
            let everything =
                "constructed 1, next 2 11, merged 14 of 2, live 0, abab, [0, 1, 2, 3, 4], sum 499500, late";
            assert_eq!(said, format!("\"{everything}\"\n"), "{case}");
            let said = stdout(&succeeded(invoke(&both, "at-once()")));
            // Each call has thread-local variables of its own, and so has each thread.
            let at_once = "waited 3, threads (106, 206), apart (10, 20), blocked 35000";
            assert_eq!(said, format!("\"{at_once}\"\n"), "{case}");
        }
        std::fs::write(&both, composed(&echo, &asks, "two:components/echo", &["ask"])).unwrap();
        let rounds = if profile == "debug" { 100 } else { 10_000 };
        let said = stdout(&succeeded(invoke(&both, &format!("ask({rounds}, {rounds})"))));
        assert_eq!(said, format!("\"{rounds} rounds\"\n"), "{profile}");
    }
}
