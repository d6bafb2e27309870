//! Gives back what it is given, for each type there is: by Rust signatures.

use std::os::component;

#[component::wasm(interface = "two:components/echo")]
pub mod echo {
    #[repr(wasm)]
    pub struct Inner {
        pub small: u8,
        pub large: u64,
        pub is: bool,
        pub half: f32,
        pub text: String,
    }

    #[repr(wasm)]
    pub struct Plain {
        pub one: u16,
        pub two: i64,
        pub three: f32,
    }

    #[repr(wasm)]
    pub enum Shape {
        Nothing,
        Single(f32),
        Double(f64),
        Large(u64),
        Text(String),
        Inner(Inner),
        Pair((i8, char)),
    }

    #[repr(wasm)]
    pub enum Color {
        Red,
        DarkGreen,
        Blue,
    }

    #[repr(wasm(flags))]
    pub struct Rights {
        pub read: bool,
        pub write: bool,
        pub run_it: bool,
    }

    #[repr(wasm(flags))]
    pub struct Many {
        pub a: bool,
        pub b: bool,
        pub c: bool,
        pub d: bool,
        pub e: bool,
        pub f: bool,
        pub g: bool,
        pub h: bool,
        pub i: bool,
        pub j: bool,
    }

    pub extern "wasm" fn numbers(
        a: u8,
        b: i8,
        c: u16,
        d: i16,
        e: u32,
        f: i32,
        g: u64,
        h: i64,
    ) -> (u8, i8, u16, i16, u32, i32, u64, i64) {
        (a, b, c, d, e, f, g, h)
    }

    pub extern "wasm" fn floats(a: f32, b: f64, c: char, d: bool) -> (f32, f64, char, bool) {
        (a, b, c, d)
    }

    pub extern "wasm" fn text(text: String) -> String {
        text
    }

    pub extern "wasm" fn borrowed(
        text: &str,
        bytes: &[u8],
        plain: &[Plain],
        inner: &Inner,
    ) -> (String, Vec<u8>, u64, u64) {
        (text.to_owned(), bytes.to_vec(), plain.iter().fold(0, |sum, plain| sum ^ plain.two as u64), inner.large)
    }

    pub extern "wasm" fn lists(
        a: Vec<u8>,
        b: Vec<String>,
        c: Vec<Plain>,
        d: Vec<Vec<Shape>>,
    ) -> (Vec<u8>, Vec<String>, Vec<Plain>, Vec<Vec<Shape>>) {
        (a, b, c, d)
    }

    pub extern "wasm" fn give_shape(shape: Shape) -> Shape {
        shape
    }

    pub extern "wasm" fn options(
        a: Option<u8>,
        b: Option<Option<String>>,
        c: Option<Inner>,
    ) -> (Option<u8>, Option<Option<String>>, Option<Inner>) {
        (a, b, c)
    }

    pub extern "wasm" fn outcome(a: Result<String, Color>) -> Result<String, Color> {
        a
    }

    pub extern "wasm" fn bare(
        a: Result<(), u64>,
        b: Result<f64, ()>,
        c: Result<(), ()>,
    ) -> (Result<(), u64>, Result<f64, ()>, Result<(), ()>) {
        (a, b, c)
    }

    pub extern "wasm" fn named(color: Color, rights: Rights, many: Many) -> (Color, Rights, Many) {
        (color, rights, many)
    }

    /// More than fit into registers.
    pub extern "wasm" fn wide(a: Inner, b: Inner, c: Inner, d: u64) -> (u64, Inner, Inner, Inner) {
        (d, c, b, a)
    }

    pub async extern "wasm" fn later(a: Inner, b: Shape, c: Vec<String>) -> (Vec<String>, Shape, Inner) {
        super::component::yield_now().await;
        (c, b, a)
    }

    pub async extern "wasm" fn wide_later(
        a: Inner,
        b: Inner,
        c: Inner,
        d: u64,
    ) -> Result<(u64, Inner, Inner, Inner), String> {
        Ok((d, c, b, a))
    }

    pub async extern "wasm" fn nothing() {}
}
