//! Functions of the component model by Rust signatures: what is written wrong, and what does not fit when it is linked.

use crate::bindings::composed;
use crate::component::{TARGET, imports, invoke};
use crate::project::{Project, stderr, stdout, succeeded};

/// What compiles not: the source, and what is said of it.
const MISTAKES: &[(&str, &str)] = &[
    (
        "#[component::wasm] pub extern \"wasm\" fn f(x: usize) {}",
        "1:46: error[E0277]: `usize` has no type in the component model",
    ),
    (
        "#[component::wasm] pub extern \"wasm\" fn f() -> std::time::Duration { std::time::Duration::ZERO }",
        "1:48: error[E0277]: `Duration` has no type in the component model",
    ),
    (
        "#[component::wasm] pub extern \"wasm\" fn f(x: std::collections::HashMap<u32, u32>) {}",
        "1:46: error[E0277]: `HashMap<u32, u32>` has no type in the component model",
    ),
    ("#[component::wasm] pub extern \"wasm\" fn f(x: Option<&str>) {}", "1:46: error[E0277]: `&str` has no type"),
    (
        "#[component::wasm] pub extern \"wasm\" fn f() -> &'static str { \"\" }",
        "1:48: error: a result belongs to the caller, who cannot be given a reference",
    ),
    (
        "#[component::wasm] pub extern \"wasm\" fn f<T>(x: T) {}",
        "1:42: error: `f` is generic: a function of a component has one type",
    ),
    (
        "#[component::wasm] pub extern \"wasm\" fn f(x: &mut u32) {}",
        "1:47: error: what is passed to another component is a copy",
    ),
    (
        "#[component::wasm] pub unsafe extern \"wasm\" fn f() {}",
        "1:24: error: functions of a component are not `unsafe`",
    ),
    ("#[component::wasm] pub extern \"wasm\" fn __f() {}", "1:41: error: `__f` cannot be spelled in WIT"),
    ("#[component::wasm] pub extern \"wasm\" fn f(_: u32) {}", "1:43: error: the parameter has no name"),
    (
        "#[component::wasm] pub extern \"wasm\" fn f((a, b): (u8, u8)) {}",
        "1:43: error: a parameter of a component's function has a name and a type",
    ),
    (
        "#[component::wasm] pub extern \"wasm\" fn f(self) {}",
        "1:43: error: a function that belongs to no resource has no `self`",
    ),
    (
        "#[component::wasm(interface = \"shapes\")] pub extern \"wasm\" fn f() {}",
        "1:31: error: `shapes` does not name an interface",
    ),
    ("#[component::wasm(face = \"a:b/c\")] pub extern \"wasm\" fn f() {}", "1:19: error: `face` is not known here"),
    ("#[component::wasm(import = \"a:b/c\")] pub extern \"wasm\" fn f() {}", "1:42: error: `import` is for a block"),
    ("#[component::wasm(name = \"a b\")] pub extern \"wasm\" fn f() {}", "1:26: error: `a b` is no name of WIT"),
    ("#[component::wasm] extern \"wasm\" { fn f() {} }", "1:39: error: `f` is defined by others, and has no body here"),
    ("#[component::wasm] #[repr(wasm)] pub struct P(u32);", "1:46: error: the fields of a record have names"),
    ("#[component::wasm] #[repr(wasm)] pub struct P<T> { t: T }", "1:46: error: `P` is generic"),
    ("#[component::wasm] #[repr(wasm)] pub struct P;", "1:45: error: `P` has no fields"),
    ("#[component::wasm] #[repr(wasm)] pub union P { a: u32 }", "1:38: error: a union does not say what it holds"),
    (
        "#[component::wasm] #[repr(wasm)] pub enum E { A { x: u32 } }",
        "1:49: error: a case of a variant holds one value",
    ),
    ("#[component::wasm] #[repr(wasm)] pub enum E { A(u32, u32) }", "1:48: error: a case of a variant holds one value"),
    (
        "#[component::wasm] #[repr(wasm)] pub enum E { A = 3, B }",
        "1:49: error: cases of a component's enum are numbered from 0",
    ),
    (
        "#[component::wasm] #[repr(wasm)] pub struct P { a_b: u32, aB: u32 }",
        "1:59: error: another one is `a-b` in WIT, too",
    ),
    ("#[component::wasm] #[repr(wasm)] pub struct P { a: usize }", "1:52: error[E0277]: `usize` has no type"),
    ("#[component::wasm] #[repr(wasm(flags))] pub struct P { a: u32 }", "1:56: error: a flag is there or not"),
    (
        "#[component::wasm] #[repr(wasm(resource))] pub struct P { a: u32 }",
        "1:55: error: a resource that is exported stands in an interface",
    ),
    (
        "#[component::wasm(interface = \"a:b/c\")] mod m { #[repr(wasm(resource))] pub struct R; impl R { extern \"wasm\" fn f(&mut self) {} } }",
        "1:120: error: a method of a resource has `&self`",
    ),
    ("#[component::wasm] pub fn f() {}", "1:24: error: `#[wasm]` is for a function `extern \"wasm\" fn`"),
    ("#[component::wasm] mod elsewhere;", "1:20: error: the module stands in another file"),
    ("#[component::wasm] pub extern \"wasm\" fn f(x: u32) -> u64 { x }", "1:60: error[E0308]: mismatched types"),
    ("pub extern \"wasm\" fn f() {}", "1:12: error[E0703]: invalid ABI"),
];

#[test]
fn mistakes_in_signatures_are_told_where_they_are() {
    let project = Project::new("mistakes");
    std::fs::remove_file(project.path().join("src/main.rs")).ok();
    for (index, (source, _)) in MISTAKES.iter().enumerate() {
        let text = format!("{source}\n#[allow(unused)] use std::os::component; fn main() {{}}");
        project.write(&format!("src/bin/mistake_{index}.rs"), &text);
    }
    let output = project.p3("check").args(["--bins", "--keep-going", "--message-format=short"]).output().unwrap();
    let said = stderr(&output);
    for (index, (source, wanted)) in MISTAKES.iter().enumerate() {
        let name = format!("mistake_{index}.rs:");
        let about: Vec<_> = said.lines().filter(|line| line.contains(&name)).collect();
        assert!(about.iter().any(|line| line.contains(wanted)), "{source}\nwants {wanted}\n{about:#?}\n{said}");
    }
}

/// What is only seen when all crates are linked: the source of a library, and what is said of it.
const MISFITS: &[(&str, &str)] = &[
    (
        "#[component::wasm(import = \"wasi:clocks/monotonic-clock@0.3.0\")] extern \"wasm\" { fn tomorrow() -> u64; }
         #[component::wasm] extern \"wasm\" fn f() -> u64 { tomorrow() }",
        "`wasi:clocks/monotonic-clock@0.3.0` has no such function; it has now, ",
    ),
    (
        "#[component::wasm(import = \"wasi:clocks/monotonic-clock@0.3.0\")] extern \"wasm\" { fn now() -> u32; }
         #[component::wasm] extern \"wasm\" fn f() -> u32 { now() }",
        "`now` in `misfit_1` cannot be a function of the component: `wasi:clocks/monotonic-clock@0.3.0` says that it has another type",
    ),
    (
        "#[component::wasm(import = \"wasi:clocks/monotonic-clock@0.3.0\")] extern \"wasm\" { fn wait_for(how_long: u64); }
         #[component::wasm] extern \"wasm\" fn f() { wait_for(1) }",
        "says that it is `async func`: declare it with `async`",
    ),
    (
        "#[component::wasm(interface = \"a:b/c\")] pub mod one { #[repr(wasm)] pub struct P { pub x: u32 } pub extern \"wasm\" fn f(p: P) {} }
         #[component::wasm(interface = \"a:b/c\")] pub mod two { #[repr(wasm)] pub struct P { pub y: u32 } pub extern \"wasm\" fn g(p: P) {} }",
        "`misfit_3::one` and `misfit_3::two` declare the type `p` differently",
    ),
    (
        "#[component::wasm(interface = \"a:b/c\")] pub mod one { pub extern \"wasm\" fn f() {} }
         #[component::wasm(import = \"a:b/c\")] pub mod two { extern \"wasm\" { pub fn f(x: u8); } }
         #[component::wasm] extern \"wasm\" fn g() { two::f(1) }",
        "which differ in type",
    ),
    (
        "#[component::wasm(interface = \"a:b/c\")] pub mod one { #[repr(wasm)] pub struct Shape { pub x: u32 } pub extern \"wasm\" fn shape(p: Shape) {} }",
        "`shape` is a function and a type of `a:b/c`",
    ),
    ("#[component::wasm] extern \"wasm\" fn f(p: (u32, ())) {}", "`()` has no type in WIT"),
    (
        "#[component::wasm] #[repr(wasm)] pub struct P { pub x: u32 }
         #[component::wasm(interface = \"a:b/c\")] extern \"wasm\" fn f(p: P) {}",
        "`p` of `misfit_7` stands in the world itself, and interfaces cannot see it",
    ),
];

#[test]
fn what_does_not_fit_is_said_with_the_crates_when_it_is_linked() {
    let project = Project::new("misfits");
    project.write("Cargo.toml", "[workspace]\nresolver = '3'\nmembers = ['misfit_*']\n");
    for (index, (source, _)) in MISFITS.iter().enumerate() {
        let manifest =
            "[package]\nname = 'NAME'\nversion = '0.1.0'\nedition = '2024'\n[lib]\ncrate-type = ['cdylib']\n";
        project.write(&format!("misfit_{index}/Cargo.toml"), &manifest.replace("NAME", &format!("misfit_{index}")));
        let text = format!("#![allow(unused)]\nuse std::os::component;\n{source}\n");
        project.write(&format!("misfit_{index}/src/lib.rs"), &text);
    }
    for (index, (source, wanted)) in MISFITS.iter().enumerate() {
        let output = project.p3("build").args(["--quiet", "--package", &format!("misfit_{index}"), TARGET]).output();
        let output = output.unwrap();
        assert!(!output.status.success() && stderr(&output).contains(wanted), "{source}\nwants {wanted}\n{output:?}");
    }
}

#[test]
fn signatures_of_several_crates_make_one_component_and_its_own_tests_run() {
    let project = Project::new("several");
    project.append(
        "Cargo.toml",
        "[lib]\ncrate-type = ['cdylib', 'rlib']\n[dependencies]\nother = { path = 'other' }\n[profile.release]\nlto = 'fat'\n",
    );
    project.write("other/Cargo.toml", "[package]\nname = 'other'\nversion = '0.1.0'\nedition = '2021'\n");
    // A type of another crate, by an alias, and an import that is only called there.
    project.write(
        "other/src/lib.rs",
        r#"
        #![forbid(unsafe_code)]
        #[std::os::component::wasm(interface = "several:types/all@1.0.0")]
        pub mod types {
            #[repr(wasm)]
            #[derive(Clone, Copy, Debug, PartialEq)]
            pub struct Point { pub x: u32, pub y: u32 }
        }
        pub type Points = Vec<types::Point>;
        #[std::os::component::wasm(import = "wasi:random/random@0.3.0")]
        extern "wasm" { fn get_random_u64() -> u64; }
        pub fn random() -> u64 { get_random_u64() }
        "#,
    );
    project.write(
        "src/lib.rs",
        r#"
        #![deny(warnings, missing_docs, clippy::all)]
        //! Uses it.
        use other::{Points, types::Point};
        /// Mirrors them.
        #[std::os::component::wasm(interface = "several:parts/mirror@1.0.0")]
        pub extern "wasm" fn mirrored(points: Points) -> Points {
            points.into_iter().map(|Point { x, y }| Point { x: y, y: x }).collect()
        }
        /// Whether numbers differ.
        #[std::os::component::wasm]
        pub extern "wasm" fn differ() -> bool {
            other::random() != other::random()
        }
        #[test]
        fn functions_are_functions() {
            assert_eq!(mirrored(vec![Point { x: 1, y: 2 }]), [Point { x: 2, y: 1 }]);
            assert!(differ());
        }
        "#,
    );
    for profile in ["debug", "release"] {
        let options: &[&str] = if profile == "release" { &["--release"] } else { &[] };
        succeeded(project.p3("build").args(["--quiet", "--lib"]).args(options).output().unwrap());
        let component = project.path().join(format!("target/wasm32-wasip3/{profile}/several.wasm"));
        let call = invoke(&component, "mirrored([{x: 1, y: 2}, {x: 3, y: 4}])");
        assert_eq!(stdout(&succeeded(call)), "[{x: 2, y: 1}, {x: 4, y: 3}]\n");
        assert_eq!(stdout(&succeeded(invoke(&component, "differ()"))), "true\n");
        assert!(imports(&component).contains(&"wasi:random/random@0.3.0".to_owned()), "{profile}");
    }
    let wit = stdout(&succeeded(project.p3("wit").args(["--lib", "--quiet"]).output().unwrap()));
    let declared =
        "  interface mirror {\n    use several:types/all@1.0.0.{point};\n\n    /// Mirrors them.\n    mirrored:";
    assert!(
        wit.contains("/// Whether numbers differ.\n  export differ: func() -> bool;") && wit.contains(declared),
        "{wit}"
    );
    succeeded(project.p3("wit").args(["--out", "wit", "--lib", "--quiet"]).output().unwrap());
    assert_eq!(std::fs::read_to_string(project.path().join("wit/component.wit")).unwrap(), wit);
    let tested = succeeded(project.p3("test").args(["--quiet", "--lib"]).output().unwrap());
    assert!(stdout(&tested).contains("1 passed"), "{}", stdout(&tested));
    succeeded(project.p3("doc").args(["--quiet", "--lib", "--no-deps"]).output().unwrap());
    let page =
        std::fs::read_to_string(project.path().join("target/wasm32-wasip3/doc/several/fn.mirrored.html")).unwrap();
    assert!(page.contains("Mirrors them."), "{page}");
}

#[test]
fn a_call_that_is_cancelled_is_dropped_and_what_it_has_spawned_goes_on() {
    let project = Project::new("calls");
    project.write("src/lib.rs", "");
    for (name, text) in
        [("cancelled", include_str!("guests/cancelled.rs")), ("cancels", include_str!("guests/cancels.rs"))]
    {
        project.write(&format!("examples/{name}.rs"), text);
        project.append("Cargo.toml", &format!("[[example]]\nname = '{name}'\ncrate-type = ['cdylib']\n"));
    }
    succeeded(project.p3("build").args(["--quiet", "--examples", TARGET]).output().unwrap());
    let built = |name: &str| project.path().join("target/wasm32-component/debug/examples").join(format!("{name}.wasm"));
    let both = project.path().join("both.wasm");
    let calls = ["cancel", "stuck", "failed"];
    std::fs::write(&both, composed(&built("cancelled"), &built("cancels"), "two:components/calls", &calls)).unwrap();
    assert_eq!(stdout(&succeeded(invoke(&both, "cancel()"))), "[0, 1, 0, 2, 0, 102, 102]\n");
    let stuck = invoke(&both, "stuck()");
    assert_eq!(stuck.status.code(), Some(135), "{stuck:?}");
    let failed = invoke(&both, "failed()");
    assert_eq!(failed.status.code(), Some(134), "{failed:?}");
    assert!(stderr(&failed).contains("in an export") && stderr(&failed).contains("fail::{closure#0}"), "{failed:?}");
}
