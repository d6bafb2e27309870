//! What of the overlay does not fit a library: an anchor that moved, a file that is gone, a name that is taken.
//!
//! Here because another Rust release moves many anchors at once, and whoever looks after them wants to see all of them,
//! each with what is known of where it went.

use std::fmt;

/// Something of the overlay that has no place in a library.
#[derive(Debug)]
pub(crate) enum Misfit {
    /// An anchor does not occur as often as its edit says.
    Anchor(Anchor),
    /// Two edits replace one line.
    Overlap {
        /// The file of the library.
        file: String,
        /// Where the second of the edits stands.
        origin: String,
        /// The line, from 1.
        line: usize,
    },
    /// Edits are for a file that is not there.
    Gone {
        /// The file of the library.
        file: String,
        /// Where the edits stand.
        origins: Vec<String>,
        /// Files of that name elsewhere in the library.
        namesakes: Vec<String>,
    },
    /// A new file has the name of one of the library's.
    Taken {
        /// The file of the library.
        file: String,
    },
}

/// An anchor that does not occur as often as its edit says.
#[derive(Debug)]
pub(crate) struct Anchor {
    /// The file of the library.
    pub(crate) file: String,
    /// Where the edit stands.
    pub(crate) origin: String,
    pub(crate) text: String,
    pub(crate) times: usize,
    /// How often it does.
    pub(crate) found: usize,
    /// Which of its lines, from 0, are there as lines by themselves: the line numbers of each, from 1.
    pub(crate) lines: Vec<Vec<usize>>,
    /// Other files in which the whole anchor is.
    pub(crate) elsewhere: Vec<String>,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Misfit::Anchor(anchor) => anchor.fmt(f),
            Misfit::Overlap { file, origin, line } => write!(
                f,
                "library/{file}: two edits replace its line {line} (the second: library/{origin})\n\
                 What to do: make them one."
            ),
            Misfit::Gone { file, origins, namesakes } => {
                write!(
                    f,
                    "library/{file}, which an edit is for, is not there (library/{})",
                    origins.join(", library/")
                )?;
                for namesake in namesakes {
                    write!(f, "\n  a file of that name: library/{namesake}")?;
                }
                write!(f, "\nWhat to do: find where it went in this Rust release and change the edit's `file`.")
            }
            Misfit::Taken { file } => write!(
                f,
                "library/{file} is a new file of the overlay, but upstream has a file of that name\n\
                 What to do: rename ours."
            ),
        }
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Anchor { file, origin, text, times, found, lines, elsewhere } = self;
        let wanted = if *times == 1 { "once".to_owned() } else { times.to_string() };
        write!(f, "library/{file}: the anchor of an edit occurs {found} times instead of {wanted}")?;
        write!(f, "\nanchor (library/{origin}):")?;
        for (line, at) in text.lines().zip(lines) {
            write!(f, "\n    | {line}")?;
            // Only what is to be found says something: blank lines and braces are everywhere.
            match at.as_slice() {
                _ if *found > 0 || line.trim().len() < 3 => {}
                [] => write!(f, "    <- not there")?,
                [one] => write!(f, "    <- line {one}")?,
                more => write!(f, "    <- {} times", more.len())?,
            }
        }
        for other in elsewhere {
            write!(f, "\n  all of it is in library/{other}")?;
        }
        write!(
            f,
            "\nWhat to do: find where these lines went in this Rust release and make the anchor name the new place."
        )
    }
}
