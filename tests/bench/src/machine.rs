//! What the figures were taken on, and what else it was doing.

use std::process::Command;
use std::time::SystemTime;

use anyhow::Result;
use serde::Serialize;

use crate::side::wasmtime_version;

/// The machine and the tools.
#[derive(Serialize)]
pub(crate) struct Machine {
    date: String,
    processor: String,
    cores: usize,
    host: String,
    native_rustc: String,
    wasmtime: Option<String>,
    /// Runnable threads on average over the last minute, when measuring began; `None` where the host does not tell.
    load_before: Option<f64>,
    load_after: Option<f64>,
}

impl Machine {
    /// Looks around, before anything is measured.
    pub(crate) fn look() -> Result<Machine> {
        Ok(Machine {
            date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            processor: processor().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: std::thread::available_parallelism()?.get(),
            host: said_by("uname", &["-sr"]).unwrap_or_else(|| std::env::consts::OS.to_owned()),
            native_rustc: said_by("rustc", &["--version"]).unwrap_or_else(|| "unknown".to_owned()),
            wasmtime: wasmtime_version(),
            load_before: load(),
            load_after: None,
        })
    }

    /// Notes the load after everything was measured.
    pub(crate) fn look_again(&mut self) {
        self.load_after = load();
    }

    /// One paragraph for a reader.
    pub(crate) fn paragraph(&self) -> String {
        let load = |load: Option<f64>| load.map_or("unknown".to_owned(), |load| format!("{load:.1}"));
        format!(
            "Taken {} on {} ({} cores, {}); load {} before and {} after. Native: {}. wasmtime CLI: {}.",
            self.date,
            self.processor,
            self.cores,
            self.host,
            load(self.load_before),
            load(self.load_after),
            self.native_rustc,
            self.wasmtime.as_deref().unwrap_or("not installed, so its column is empty"),
        )
    }
}

fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

fn said_by(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
