//! What a test prints may be anything: too long, with colours, with characters that a form forbids. Here it is made fit.
//!
//! Escaping is not here: each form's library does that (maud, quick-junit, serde_json).

use std::time::Duration;

/// How much of a test's output a report keeps: the beginning, where the cause stands, and the end, where the message stands.
const HEAD: usize = 16 * 1024;
const TAIL: usize = 48 * 1024;

/// Leaves out the middle of what is too long, and says so.
pub(super) fn bound(text: &mut String) {
    *text = bounded(std::mem::take(text), HEAD, TAIL);
}

/// The end of a text, for where there is little room.
pub(super) fn tail(text: &str, bytes: usize) -> String {
    bounded(text.to_owned(), 0, bytes)
}

fn bounded(text: String, head: usize, tail: usize) -> String {
    if text.len() <= head + tail {
        return text;
    }
    let (from, to) = (text.floor_char_boundary(head), text.ceil_char_boundary(text.len() - tail));
    let left_out = size(to - from);
    let line_before = if from == 0 { "" } else { "\n" };
    format!("{}{line_before}[... {left_out} left out ...]\n{}", &text[..from], &text[to..])
}

/// The text without colours, cursor movements and characters that show nothing.
pub(super) fn plain(text: &str) -> String {
    let stripped = strip_ansi_escapes::strip_str(text.replace('\t', "    "));
    stripped.chars().filter(|&c| c == '\n' || !c.is_control()).collect()
}

/// A size for people.
fn size(bytes: usize) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} KB", bytes / 1000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

/// A duration for people: `12 ms`, `4.2 s`, `3 min 20 s`.
pub(super) fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        ..0.001 => format!("{:.0} µs", seconds * 1e6),
        ..0.1 => format!("{:.1} ms", seconds * 1e3),
        ..1.0 => format!("{:.0} ms", seconds * 1e3),
        ..100.0 => format!("{seconds:.1} s"),
        _ => format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

/// A share for people: rounded down, so that only everything is 100 %.
pub(super) fn share(share: f64) -> String {
    let tenths = (share * 1000.0).floor();
    if tenths == 1000.0 { "100 %".to_owned() } else { format!("{:.1} %", tenths / 10.0) }
}

/// `1 test`, `2 tests`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_a_long_output_is_left_out() {
        let mut text = format!("first{}last", "é".repeat(50_000_000));
        bound(&mut text);
        assert!(text.len() < HEAD + TAIL + 100);
        assert!(text.starts_with("first") && text.ends_with("last") && text.contains("[... 99 MB left out ...]"));
        let mut short = "short".to_owned();
        bound(&mut short);
        assert_eq!(short, "short");
        assert_eq!(tail("abc", 2), "[... 1 bytes left out ...]\nbc");
    }

    #[test]
    fn what_a_terminal_would_obey_is_gone() {
        assert_eq!(plain("\u{1b}[31mred\u{1b}[0m\r\n\u{7}\t<b>\u{0}"), "red\n    <b>");
    }

    #[test]
    fn figures() {
        assert_eq!(time(Duration::from_micros(83)), "83 µs");
        assert_eq!(time(Duration::from_millis(12)), "12.0 ms");
        assert_eq!(time(Duration::from_millis(4210)), "4.2 s");
        assert_eq!(time(Duration::from_secs(200)), "3 min 20 s");
        assert_eq!(share(1.0), "100 %");
        assert_eq!(share(0.99999), "99.9 %");
    }
}
