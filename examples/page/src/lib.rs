//! A plugin of a page: it renders into the page's document, whose elements it holds as resources. `cargo p3 web build --release` here, and
//! `index.html` beside this package is the page.

#[std::os::component::wasm]
mod page {
    extern "wasm" {
        /// An element of the page's document: an object of the browser's, whose methods these are.
        pub type Element;
        /// `document.createElement`.
        pub fn create_element(tag: &str) -> Element;
        /// Where to render.
        pub fn root() -> Element;
    }

    impl Element {
        pub extern "wasm" fn append(&self, child: &Element);
        pub extern "wasm" fn insert_adjacent_text(&self, place: &str, text: &str);
        pub extern "wasm" fn set_attribute(&self, name: &str, value: &str);
    }

    /// Renders a list of so many lines, and gives how many bytes of text there are in it.
    pub extern "wasm" fn render(lines: u32) -> u32 {
        let list = create_element("ul");
        let mut length = 0;
        for number in 1..=lines {
            let item = create_element("li");
            let text = format!("line {number}");
            item.insert_adjacent_text("beforeend", &text);
            if number % 2 == 0 {
                item.set_attribute("class", "even");
            }
            list.append(&item);
            length += text.len() as u32;
        }
        root().append(&list);
        length
    }
}
