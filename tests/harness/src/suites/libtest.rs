//! What a test binary says of its tests while it runs: libtest's JSON, line by line, made into records.
//!
//! A program that is under test writes to standard output as well, so a line that is no event of libtest belongs to the test that is running.

use std::collections::HashMap;
use std::time::Duration;

use serde::Deserialize;

use crate::record::{Ending, Record};

/// Arguments that make libtest speak so.
pub const ARGUMENTS: [&str; 4] = ["-Zunstable-options", "--format=json", "--report-time", "--test-threads=1"];

/// The environment variable without which libtest is not given these arguments.
pub const UNSTABLE: (&str, &str) = ("RUSTC_BOOTSTRAP", "1");

/// Bytes of a test's output that are kept.
const KEPT: usize = 64 << 10;

/// Reads the lines of one run.
#[derive(Debug)]
pub struct Reader {
    binary: String,
    records: Vec<Record>,
    /// What began and has not ended, with what was printed meanwhile.
    running: HashMap<String, String>,
    /// The one that began last.
    newest: Option<String>,
    /// How many tests libtest said there are.
    counted: usize,
}

/// An event that somebody who watches wants to know.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// There will be so many tests.
    Counted(usize),
    /// A test began.
    Started(&'a str),
    /// A test ended: the newest record.
    Ended,
    /// Nothing.
    None,
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    event: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    test_count: usize,
    exec_time: Option<f64>,
    #[serde(default)]
    stdout: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    reason: String,
}

impl Reader {
    /// For a run of this binary.
    pub fn new(binary: impl Into<String>) -> Reader {
        Reader { binary: binary.into(), records: Vec::new(), running: HashMap::new(), newest: None, counted: 0 }
    }

    /// Takes the next line.
    pub fn line(&mut self, text: &str) -> Event<'_> {
        // A test may have printed something without ending its line.
        let at = text.find(r#"{ "type": ""#).unwrap_or(0);
        let Ok(line) = serde_json::from_str::<Line>(&text[at..]) else {
            self.print(text, "\n");
            return Event::None;
        };
        self.print(&text[..at], "");
        match (&*line.kind, &*line.event) {
            ("suite", "started") => {
                self.counted += line.test_count;
                Event::Counted(line.test_count)
            }
            ("test", "started") => {
                self.running.insert(line.name.clone(), String::new());
                self.newest = Some(line.name);
                Event::Started(self.newest.as_deref().expect("just set"))
            }
            // A test that takes long: libtest says so once.
            ("test", "timeout") => Event::None,
            ("test" | "bench", event) => {
                let ending = match event {
                    "ok" => Ending::Passed,
                    "ignored" => Ending::Ignored,
                    _ if line.kind == "bench" => Ending::Passed,
                    _ => Ending::Failed,
                };
                let printed = self.running.remove(&line.name).unwrap_or_default();
                if self.newest.as_ref() == Some(&line.name) {
                    self.newest = None;
                }
                let said = if ending == Ending::Passed {
                    String::new()
                } else {
                    [printed, line.stdout, line.message, line.reason].concat()
                };
                self.records.push(Record {
                    binary: self.binary.clone(),
                    name: line.name,
                    ending,
                    time: line.exec_time.map(Duration::from_secs_f64),
                    output: said,
                });
                Event::Ended
            }
            _ => Event::None,
        }
    }

    /// What has ended so far.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Whether no test has even begun.
    pub fn is_untouched(&self) -> bool {
        self.records.is_empty() && self.running.is_empty()
    }

    /// Whether a test that was counted has not ended.
    pub fn lacks_some(&self) -> bool {
        self.records.len() < self.counted
    }

    /// The run is over. `outcome` says what ended it if it was not libtest, and what the runtime said of it: that is how the test that was
    /// running then ended. `expected` are the tests that were to run; those that did not are recorded so.
    pub fn end(mut self, outcome: Option<(Ending, &str)>, expected: &[String]) -> Vec<Record> {
        let (ending, message) = outcome.unwrap_or((Ending::Exited, "the process ended with this test"));
        let mut newest = self.newest.take();
        if newest.is_none() && outcome.is_some() && self.running.len() == 1 {
            newest = self.running.keys().next().cloned();
        }
        for (name, printed) in self.running.drain() {
            let is_culprit = newest.as_ref() == Some(&name);
            let (ending, output) =
                if is_culprit { (ending, format!("{printed}{message}")) } else { (Ending::NotRun, printed) };
            self.records.push(Record { binary: self.binary.clone(), name, ending, time: None, output });
        }
        let known: std::collections::HashSet<String> = self.records.iter().map(|record| record.name.clone()).collect();
        for name in expected.iter().filter(|name| !known.contains(*name)) {
            let (binary, name) = (self.binary.clone(), name.clone());
            self.records.push(Record { binary, name, ending: Ending::NotRun, time: None, output: String::new() });
        }
        self.records
    }

    fn print(&mut self, text: &str, end: &str) {
        if let Some(output) = self.newest.as_ref().and_then(|name| self.running.get_mut(name))
            && output.len() < KEPT
        {
            output.push_str(text);
            output.push_str(end);
        }
    }
}

/// The names in what `--list --format=terse` prints.
pub fn listed(text: &str) -> Vec<String> {
    text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str) -> Reader {
        let mut reader = Reader::new("env");
        lines.lines().for_each(|line| {
            reader.line(line);
        });
        reader
    }

    const RUN: &str = r#"{ "type": "suite", "event": "started", "test_count": 4 }
{ "type": "test", "event": "started", "name": "a::ok" }
noise{ "type": "test", "name": "a::ok", "event": "ok", "exec_time": 0.25 }
{ "type": "test", "event": "started", "name": "a::bad" }
{ "type": "test", "name": "a::bad", "event": "failed", "exec_time": 0.5, "stdout": "panicked\n" }
{ "type": "test", "event": "started", "name": "a::left" }
{ "type": "test", "name": "a::left", "event": "ignored", "message": "no reason" }
{ "type": "test", "event": "started", "name": "a::dies" }
last words
"#;

    #[test]
    fn events_become_records() {
        let reader = read(RUN);
        let endings: Vec<_> = reader.records().iter().map(|record| (&*record.name, record.ending)).collect();
        assert_eq!(endings, [("a::ok", Ending::Passed), ("a::bad", Ending::Failed), ("a::left", Ending::Ignored)]);
        assert_eq!(reader.records()[0].time, Some(Duration::from_millis(250)));
        assert_eq!((&*reader.records()[1].output, &*reader.records()[2].output), ("panicked\n", "no reason"));
    }

    #[test]
    fn a_run_that_breaks_off_lacks_tests() {
        assert!(read(RUN).lacks_some());
        let whole = RUN.replace(r#""test_count": 4"#, r#""test_count": 3"#);
        assert!(!read(&whole).lacks_some());
        assert!(read("nothing of libtest\n").is_untouched());
    }

    #[test]
    fn what_ends_the_process_is_the_running_tests_fault_and_the_rest_is_recorded() {
        let expected = ["a::ok", "a::dies", "a::later"].map(str::to_owned);
        let records = read(RUN).end(Some((Ending::Trapped, "unreachable")), &expected);
        let of = |name: &str| records.iter().find(|record| record.name == name).unwrap();
        assert_eq!(of("a::dies").ending, Ending::Trapped);
        assert_eq!(of("a::dies").output, "last words\nunreachable");
        assert_eq!(of("a::later").ending, Ending::NotRun);
    }

    #[test]
    fn a_listing_names_tests_only() {
        assert_eq!(listed("a::b: test\nc: benchmark\n\n2 tests, 1 benchmark\n"), ["a::b"]);
    }
}
