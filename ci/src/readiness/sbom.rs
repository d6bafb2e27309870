//! The bill of materials of the sysroot, in CycloneDX's JSON: what a program can be linked with, with licence and hash.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::context::TARGET;
use super::licences::Licensed;

/// The document.
pub(super) fn render(parts: &[(Licensed<'_>, PathBuf)], sysroot: &Path) -> Result<String> {
    let components: Vec<Value> =
        parts.iter().map(|(licensed, rlib)| component(licensed, rlib)).collect::<Result<_>>()?;
    let references: Vec<&Value> = components.iter().map(|component| &component["bom-ref"]).collect();
    let name = sysroot.file_name().unwrap_or_default().to_string_lossy();
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            "component": {
                "type": "library",
                "bom-ref": "sysroot",
                "name": format!("Rust standard library for {TARGET}"),
                "version": name,
                "licenses": [{ "expression": "MIT OR Apache-2.0" }],
            },
        },
        "components": components,
        "dependencies": [{ "ref": "sysroot", "dependsOn": references }],
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn component(licensed: &Licensed<'_>, rlib: &Path) -> Result<Value> {
    let package = licensed.package;
    let content = std::fs::read(rlib).with_context(|| format!("cannot read {}", rlib.display()))?;
    let hash = hex(&Sha256::digest(content));
    let reference = format!("{}@{}", package.name, package.version);
    let mut component = json!({
        "type": "library",
        "bom-ref": reference,
        "name": package.name,
        "version": package.version.to_string(),
        "licenses": [{ "expression": licensed.licence }],
        "hashes": [{ "alg": "SHA-256", "content": hash }],
        "scope": "required",
    });
    // Only what comes from the registry can be found there.
    if package.source.is_some() {
        component["purl"] = format!("pkg:cargo/{reference}").into();
    }
    Ok(component)
}

/// Bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
