//! Reports on records made by hand. The verdicts stand in [`verdicts`], what becomes of a directory in [`directories`], the forms in [`forms`].

use std::time::Duration;

use super::{Environment, Partition, Report, Run, Selection};
use crate::expectations::Expectations;
use crate::record::{Ending, Record, Side, SuiteRecord};

mod directories;
mod forms;
mod verdicts;

/// A suite whose tests are its binary's; `name ending`, one a line.
fn suite(name: &str, side: Side, tests: &[(&str, Ending)]) -> SuiteRecord {
    let record = |(test, ending): &(&str, Ending)| Record {
        binary: name.to_owned(),
        name: (*test).to_owned(),
        ending: *ending,
        time: Some(Duration::from_millis(3)),
        output: if ending.is_fine() { String::new() } else { format!("output of {test}") },
    };
    SuiteRecord {
        suite: name.to_owned(),
        side,
        isolated: side == Side::Target,
        build: Duration::from_secs(90),
        run: Duration::from_secs(4),
        tests: tests.iter().map(record).collect(),
    }
}

fn run(suites: Vec<SuiteRecord>) -> Run {
    let mut environment = Environment::here("rustc 1.96.0", "0123456789abcdef", "component-run", "cargo p3 std-test");
    environment.date = "2026-01-02T03:04:05Z".to_owned();
    Run { suites, selection: Selection::default(), environment }
}

fn part(suites: Vec<SuiteRecord>, partition: &str) -> Run {
    let partition: Partition = partition.parse().unwrap();
    Run { selection: Selection { filter: None, partition: Some(partition) }, ..run(suites) }
}

/// Expectations from lines `outcome: name` for the suite `std`.
fn expecting(lines: &[&str]) -> Expectations {
    let entry = |line: &&str| {
        let (outcome, name) = line.split_once(": ").unwrap();
        format!("[[tests]]\nsuite = \"std\"\nnames = [\"{name}\"]\noutcome = \"{outcome}\"\nreason = \"the moon\"\n\n")
    };
    toml::from_str(&lines.iter().map(entry).collect::<String>()).unwrap()
}

fn sentences(report: &Report) -> Vec<String> {
    report.unexpected().map(|exception| format!("{} {}", exception.name, exception.sentence())).collect()
}
