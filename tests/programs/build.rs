//! Programs that look for races have atomic operations as points of a schedule.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "p3") {
        for program in ["schedule_lost_update", "schedule_lost_wakeup"] {
            println!("cargo::rustc-link-arg-bin={program}=--schedule-points");
        }
    }
}
