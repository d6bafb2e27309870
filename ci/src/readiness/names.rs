//! Name and cfgs: what upstream calls this platform is what it is called here, and the documents say the same as rustc.

use std::collections::BTreeSet;
use std::str::FromStr;

use anyhow::{Context as _, Result};
use cargo_metadata::cargo_platform::{Cfg, Platform};

use super::context::{Context, TARGET};
use super::documents::{self, PAGE, TARGETS};
use super::evidence::Evidence;

/// The cfgs that name a platform. `target_abi` is where this target says that it differs.
const NAMES: [&str; 7] = [
    "target_arch",
    "target_os",
    "target_env",
    "target_family",
    "target_vendor",
    "target_pointer_width",
    "target_endian",
];

pub(super) fn check(context: &Context, evidence: &mut Evidence) -> Result<()> {
    let letters = TARGET.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    evidence.judge(letters, format!("`{TARGET}` has letters, digits, dashes and underscores only"));

    let guest = context.guest()?;
    let ours = evidence.run(guest.rustc().args(["--print", "cfg"]))?;
    let list = evidence.run(guest.upstream().args(["--print", "target-list"]))?;
    evidence.judge(list.lines().any(|name| name == TARGET), format!("upstream calls this platform `{TARGET}` too"));
    let theirs = evidence.run(guest.upstream().args(["--print", "cfg", "--target", TARGET]))?;
    for name in NAMES {
        let (here, there) = (values(&ours, name), values(&theirs, name));
        evidence.judge(here == there, format!("`{name}` is {here:?} here and {there:?} upstream"));
    }
    let (here, there) = (values(&ours, "target_abi"), values(&theirs, "target_abi"));
    evidence.judge(here != there, format!("`target_abi` tells the two apart: {here:?} here, {there:?} upstream"));

    let cfgs: Vec<Cfg> = ours.lines().filter_map(|line| Cfg::from_str(line).ok()).collect();
    for (document, heading) in
        [(TARGETS, "What a program can ask"), (PAGE, "How to tell it from upstream's target of this name")]
    {
        let text = documents::read(context, document)?;
        let section =
            documents::section(&text, heading).with_context(|| format!("{document} has no section \"{heading}\""))?;
        let mut stated = 0;
        for code in documents::code(section).filter(|code| code.starts_with("cfg(")) {
            let expected = !section.contains(&format!("`{code}` is false"));
            let platform = Platform::from_str(code).with_context(|| format!("{document}: `{code}` cannot be read"))?;
            evidence.judge(platform.matches(TARGET, &cfgs) == expected, format!("{document}: `{code}` is {expected}"));
            stated += 1;
        }
        evidence.judge(stated > 0, format!("{document}, \"{heading}\": {stated} cfgs are stated"));
    }
    Ok(())
}

/// The values of a cfg in what `--print cfg` says.
pub(super) fn values(cfgs: &str, name: &str) -> BTreeSet<String> {
    let value = |line: &str| line.strip_prefix(name)?.strip_prefix("=\"")?.strip_suffix('"').map(str::to_owned);
    cfgs.lines().filter_map(value).collect()
}
