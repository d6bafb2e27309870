//! Bindings that wit-bindgen makes of a world beside `fn main`: both are there, and main runs.

wit_bindgen::generate!({
    inline: "package tests:newest; world greeter { export greet: func(name: string) -> string; }",
});

struct Greeter;

impl Guest for Greeter {
    fn greet(name: String) -> String {
        format!("Hello, {name}!")
    }
}

export!(Greeter);

fn main() {
    println!("{}", Greeter::greet("main".to_owned()));
}
