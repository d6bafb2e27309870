//! Functions that JavaScript calls, and tests as any project has them: `cargo ci web` has both run.

#[std::os::component::wasm]
mod functions {
    pub extern "wasm" fn add(a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    pub extern "wasm" fn less(n: u64) -> u64 {
        n.wrapping_sub(1)
    }

    pub extern "wasm" fn is_letter(letter: char) -> bool {
        letter.is_alphabetic()
    }

    pub extern "wasm" fn shout(text: &str) -> String {
        text.to_uppercase()
    }

    pub extern "wasm" fn twice(numbers: Vec<f64>) -> Vec<f64> {
        numbers.into_iter().map(|number| number * 2.0).collect()
    }

    pub extern "wasm" fn sum(bytes: &[u8]) -> u64 {
        bytes.iter().map(|byte| u64::from(*byte)).sum()
    }

    pub extern "wasm" fn fails(at: u32) -> u32 {
        [1, 2, 3][at as usize]
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::{Duration, Instant};

    #[test]
    fn threads_send() {
        let (sender, receiver) = mpsc::channel();
        for number in 0..8 {
            let sender = sender.clone();
            thread::spawn(move || sender.send(number));
        }
        drop(sender);
        assert_eq!(receiver.iter().sum::<i32>(), 28);
    }

    #[test]
    fn sleeping_takes_its_time() {
        let start = Instant::now();
        thread::sleep(Duration::from_millis(3));
        assert!(start.elapsed() >= Duration::from_millis(3));
    }

    #[test]
    #[should_panic(expected = "as it should")]
    fn panics() {
        panic!("as it should");
    }

    #[std::os::component::test]
    async fn tasks_run() {
        let task = std::os::component::spawn(async { 42 });
        assert_eq!(task.await.unwrap(), 42);
    }

    #[test]
    fn cargo_says_where_the_package_is() {
        assert!(std::env::var("CARGO_MANIFEST_DIR").is_ok_and(|folder| folder.ends_with("web")));
    }

    #[test]
    #[ignore = "it fails, so that somebody sees how that looks"]
    fn fails() {
        assert_eq!(1 + 1, 3);
    }
}
