//! Which part of a suite was run: what a report may conclude from a test's absence depends on it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A part of each suite; the default is all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// Only tests whose names contain this.
    pub filter: Option<String>,
    /// Only this share of them.
    pub partition: Option<Partition>,
}

impl Selection {
    /// Whether nothing was left out.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Selection::default()
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.filter, &self.partition) {
            (None, None) => write!(f, "all"),
            (Some(filter), None) => write!(f, "tests with `{filter}`"),
            (None, Some(partition)) => write!(f, "partition {partition}"),
            (Some(filter), Some(partition)) => write!(f, "partition {partition} of tests with `{filter}`"),
        }
    }
}

/// One of several shares that together are everything, `INDEX/COUNT`: for spreading a suite over machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Partition {
    index: u32,
    count: u32,
}

impl Partition {
    /// Which share, from 1.
    #[must_use]
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many shares there are.
    #[must_use]
    pub fn count(self) -> u32 {
        self.count
    }

    /// Whether the test at this place of the suite, from 0, belongs to the share.
    #[must_use]
    pub fn has(self, place: usize) -> bool {
        place % self.count as usize == self.index as usize - 1
    }
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Partition, String> {
        let numbers = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match numbers {
            Some((index, count)) if 1 <= index && index <= count => Ok(Partition { index, count }),
            _ => Err(format!("`{text}` is no partition: write INDEX/COUNT, from 1/1, like 2/4 for the second of four")),
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl From<Partition> for String {
    fn from(partition: Partition) -> String {
        partition.to_string()
    }
}

impl TryFrom<String> for Partition {
    type Error = String;

    fn try_from(text: String) -> Result<Partition, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_disjoint_and_complete() {
        let all: Vec<Partition> = ["1/3", "2/3", "3/3"].iter().map(|text| text.parse().unwrap()).collect();
        for place in 0..20 {
            assert_eq!(all.iter().filter(|partition| partition.has(place)).count(), 1);
        }
    }

    #[test]
    fn what_is_no_partition() {
        for text in ["", "1", "0/3", "4/3", "a/b", "1/", "/3", "1/0", "-1/3", "1/3/5"] {
            assert!(text.parse::<Partition>().unwrap_err().contains("INDEX/COUNT"), "{text}");
        }
    }
}
