//! `ci/requirements.toml`: what the policy asks, and who answers it.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use super::check::Check;
use crate::Checkout;

/// One point of the policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Requirement {
    /// A short name, for links.
    pub(super) id: String,
    /// The tier that asks it first.
    pub(super) tier: u8,
    /// Where it stands: the section, and the position in its list.
    pub(super) place: String,
    /// What is asked, in our words.
    pub(super) words: String,
    /// The checks that answer it.
    #[serde(default)]
    pub(super) checks: Vec<Check>,
    /// What only a person can judge, or must add.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) person: Option<String>,
}

impl Requirement {
    /// The anchor of the section on the policy's page.
    pub(super) fn anchor(&self) -> String {
        let section = self.place.split(',').next().unwrap_or_default();
        section.to_lowercase().replace(' ', "-")
    }
}

/// Reads the file.
pub(super) fn read(checkout: &Checkout) -> Result<Vec<Requirement>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct List {
        requirement: Vec<Requirement>,
    }
    let file = checkout.path("ci/requirements.toml");
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let list: List = toml::from_str(&text).with_context(|| format!("in {}", file.display()))?;
    for (index, Requirement { id, checks, person, .. }) in list.requirement.iter().enumerate() {
        ensure!(!checks.is_empty() || person.is_some(), "{}: nobody answers `{id}`", file.display());
        let twice = list.requirement[..index].iter().any(|other| other.id == *id);
        ensure!(!twice, "{}: `{id}` stands there twice", file.display());
    }
    Ok(list.requirement)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_answers_something_and_every_requirement_is_answered() {
        let requirements = read(&Checkout::find().unwrap()).unwrap();
        for check in Check::ALL {
            assert!(requirements.iter().any(|requirement| requirement.checks.contains(check)), "{check:?}");
        }
    }
}
