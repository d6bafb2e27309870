//! A condition in cargo's configuration, `cfg(all(unix, not(target_os = "macos")))`, and whether it holds for a target.

/// What a compiler says of a target: `rustc --print cfg`, a line each.
pub(crate) struct Facts {
    lines: Vec<String>,
}

impl Facts {
    /// The lines that the compiler printed.
    pub(crate) fn printed(text: &str) -> Facts {
        Facts { lines: text.lines().map(|line| line.trim().to_owned()).collect() }
    }

    /// Whether a condition holds. One that is none does not: cargo will say what is wrong with it.
    pub(crate) fn meet(&self, condition: &str) -> bool {
        let mut tokens = tokens(condition);
        tokens.reverse();
        self.expression(&mut tokens) == Some(true) && tokens.is_empty()
    }

    /// Reads an expression off the end of the tokens, which are in reverse.
    fn expression(&self, tokens: &mut Vec<&str>) -> Option<bool> {
        let name = tokens.pop().filter(|name| name.starts_with(|first: char| first.is_alphabetic() || first == '_'))?;
        match tokens.last() {
            Some(&"(") => {
                tokens.pop();
                let values = self.list(tokens)?;
                match (name, &values[..]) {
                    ("cfg", [value]) => Some(*value),
                    ("not", [value]) => Some(!value),
                    ("all", values) => Some(values.iter().all(|value| *value)),
                    ("any", values) => Some(values.iter().any(|value| *value)),
                    _ => None,
                }
            }
            Some(&"=") => {
                tokens.pop();
                let value = tokens.pop().filter(|value| value.starts_with('"'))?;
                Some(self.holds(&format!("{name}={value}")))
            }
            _ => Some(name == "true" || name != "false" && self.holds(name)),
        }
    }

    /// Expressions with commas between them, and the parenthesis that closes the list.
    fn list(&self, tokens: &mut Vec<&str>) -> Option<Vec<bool>> {
        let mut values = Vec::new();
        loop {
            if tokens.last() == Some(&")") {
                tokens.pop();
                return Some(values);
            }
            values.push(self.expression(tokens)?);
            match tokens.last() {
                Some(&",") => drop(tokens.pop()),
                Some(&")") => {}
                _ => return None,
            }
        }
    }

    fn holds(&self, fact: &str) -> bool {
        self.lines.iter().any(|line| line == fact)
    }
}

/// Words, texts in quotes, and single characters.
fn tokens(mut rest: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    while let Some(first) = rest.chars().next() {
        let is_word = |character: char| character.is_alphanumeric() || character == '_' || character == '-';
        let length = match first {
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            _ if is_word(first) => rest.find(|character| !is_word(character)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        if !token.trim().is_empty() {
            tokens.push(token);
        }
        rest = after;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_hold_as_they_do_for_cargo() {
        let facts =
            Facts::printed("panic=\"unwind\"\ntarget_family=\"wasm\"\ntarget_os=\"wasi\"\ntarget_thread_local\n");
        for holds in [
            "cfg(target_os = \"wasi\")",
            "cfg(all(target_os=\"wasi\", not(unix),))",
            "cfg(any(windows, target_thread_local))",
            "cfg(all())",
            "cfg(true)",
        ] {
            assert!(facts.meet(holds), "{holds}");
        }
        for fails in [
            "cfg(unix)",
            "cfg(any())",
            "cfg(not(target_family = \"wasm\"))",
            "cfg(false)",
            "cfg(target_os = wasi)",
            "cfg(target_os = \"wasi)",
            "cfg(not(unix, windows))",
            "cfg(all(unix)",
            "cfg(unix) unix",
            "cfg((unix))",
            "",
        ] {
            assert!(!facts.meet(fails), "{fails}");
        }
    }
}
