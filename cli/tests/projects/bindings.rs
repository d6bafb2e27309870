//! Bindings between two components of wasm32-component: resources, streams, futures, threads, and calls that overlap.

use std::path::Path;

use wasm_encoder::{
    Alias, Component, ComponentAliasSection, ComponentExportKind, ComponentExportSection, ComponentInstanceSection,
    ComponentSectionId, RawSection,
};

use crate::component::{TARGET, imports, invoke};
use crate::project::{Project, stdout, succeeded};

/// A component in which `takes` has the exported `interface` of `gives`, and which exports functions of `takes`.
fn composed(gives: &Path, takes: &Path, interface: &str, functions: &[&str]) -> Vec<u8> {
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
    let built = project.path().join("target/wasm32-component/debug/examples");
    let [gives, takes] = ["gives", "takes"].map(|name| built.join(format!("{name}.wasm")));
    // A release build by another name: what builds the bindings need not be built twice.
    let release = [("CARGO_PROFILE_DEV_OPT_LEVEL", "3"), ("CARGO_PROFILE_DEV_STRIP", "debuginfo")];
    for (profile, variables) in [("debug", &[][..]), ("release", &release)] {
        let variables = variables.iter().copied();
        succeeded(project.p3("build").args(["--quiet", "--examples", TARGET]).envs(variables).output().unwrap());
        assert_eq!(imports(&gives), [""; 0], "{profile}");
        assert_eq!(imports(&takes), ["two:components/things"], "{profile}");
        let both = project.path().join("both.wasm");
        let bytes = composed(&gives, &takes, "two:components/things", &["everything", "at-once"]);
        std::fs::write(&both, bytes).unwrap();
        let said = stdout(&succeeded(invoke(&both, "everything()")));
        let everything = "constructed 1, next 2 11, merged 14 of 2, live 0, abab, [0, 1, 2, 3, 4], sum 499500, late";
        assert_eq!(said, format!("\"{everything}\"\n"), "{profile}");
        let said = stdout(&succeeded(invoke(&both, "at-once()")));
        // Each call has thread-local variables of its own, and so has each thread.
        let at_once = "waited 3, threads (106, 206), apart (10, 20), blocked 35000";
        assert_eq!(said, format!("\"{at_once}\"\n"), "{profile}");
    }
}
