//! When no task can ever go on, the program ends as one whose threads cannot.
//@ native = "std has no executor there"
//@ exit = 135
//@ stdout = "before\n"
//@ stderr = ["deadlock"]

#[cfg(not(target_family = "wasm"))]
fn main() {}

#[cfg(target_family = "wasm")]
#[std::os::component::main]
async fn main() {
    use std::os::component;

    println!("before");
    let never = component::spawn(std::future::pending::<()>());
    let _ = never.await;
}
