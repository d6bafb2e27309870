//! Every half-installed toolchain is made whole, on a Debian made of files: `apt-get` copies packages into a root of its own. Needs what
//! `cargo p3 setup` makes, whose compiler and sources are what the packages hold.

mod project;

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use project::{Project, stderr, stdout, succeeded};

const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];

/// A file system of Debian's, its archive, and a package to look at with cargo.
struct Debian {
    project: Project,
}

impl Debian {
    /// With these packages installed. `None` where this process may not install anything, because it is not root.
    fn with(packages: &[&str]) -> Option<Debian> {
        if fs::metadata("/proc/self").unwrap().uid() != 0 {
            eprintln!("not tested: only root installs packages");
            return None;
        }
        let debian = Debian { project: Project::new("looked_at") };
        let toolchain = Toolchain::here(&debian.project);
        debian.project.write("root/etc/debian_version", "12.9\n");
        debian.script("archive/rustc-web/usr/bin/rustc", &debian.rustc(&toolchain.rustc));
        // The host's own library, against which the sysroot's macros are compiled.
        let host = format!("lib/rustlib/{}-unknown-linux-gnu", std::env::consts::ARCH);
        debian.link(&format!("archive/rustc-web/usr/{host}"), &toolchain.sysroot.join(&host));
        debian.link("archive/cargo-web/usr/bin/cargo", &toolchain.cargo);
        debian.link("archive/rust-web-src/usr/lib/rustlib/src", &toolchain.sysroot.join("lib/rustlib/src"));
        debian.script("archive/lld-22/usr/bin/wasm-ld-22", "");
        debian.script(
            "bin/apt-get",
            "echo \"$*\" >> asked; [ ! -e broken ] || { echo 'E: dpkg was interrupted'; exit 100; }
             [ \"$1\" = install ] || exit 0
             for word; do [ ! -d archive/$word ] || cp -a archive/$word/. root/; done",
        );
        debian.script("bin/apt-cache", "echo '  Candidate: 1.96.0+dfsg1-1~deb12u2'");
        debian.script(
            "bin/dpkg",
            "echo \"dpkg $*\" >> asked; [ \"$1\" = --audit ] || rm -f broken\n[ ! -e broken ] || echo broken",
        );
        debian.script("bin/cc", "exec /usr/bin/cc \"$@\"");
        debian.reset(packages);
        Some(debian)
    }

    /// Begins again with these packages, and the sysroot that was made.
    fn reset(&self, packages: &[&str]) {
        let _ = fs::remove_file(self.at("asked"));
        fs::remove_dir_all(self.at("root")).unwrap();
        self.project.write("root/etc/debian_version", "12.9\n");
        for package in packages {
            let files = self.at("archive").join(package).join(".");
            assert!(Command::new("cp").arg("-a").arg(files).arg(self.at("root")).status().unwrap().success());
        }
    }

    fn all() -> Option<Debian> {
        Debian::with(&PACKAGES)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.project.path().join(name)
    }

    /// A compiler that takes this root for its own.
    fn rustc(&self, real: &Path) -> String {
        let usr = self.at("root/usr");
        format!(
            "[ \"$*\" != '--print sysroot' ] || {{ echo {}; exit; }}\nexec {} \"$@\"",
            usr.display(),
            real.display()
        )
    }

    fn script(&self, name: &str, text: &str) {
        self.project.write(name, &format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{text}\n"));
        self.project.make_executable(name);
    }

    fn link(&self, name: &str, to: &Path) {
        fs::create_dir_all(self.at(name).parent().unwrap()).unwrap();
        symlink(to, self.at(name)).unwrap();
    }

    fn p3(&self, verb: &str) -> Output {
        let path = std::env::join_paths([self.at("root/usr/bin"), self.at("bin")]).unwrap();
        let mut command = self.project.p3(verb);
        command.env_clear().env("PATH", path).env("HOME", self.at("home"));
        command.env("CARGO_P3_ROOT", self.at("root")).env("CARGO_P3_CACHE", self.at("cache"));
        command.output().unwrap()
    }

    /// What apt and dpkg were asked to install or mend while a verb got what it needs.
    fn asked(&self) -> Vec<String> {
        succeeded(self.p3("tree"));
        let asked = fs::read_to_string(self.at("asked")).unwrap_or_default();
        asked
            .lines()
            .filter(|line| line.starts_with("install") || line.contains("--configure"))
            .map(str::to_owned)
            .collect()
    }

    /// The packages that apt was asked for in one go.
    fn installed(&self) -> Vec<String> {
        let asked = self.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        let words = asked[0].split(' ').map(str::to_owned);
        words
            .filter(|word| self.at("archive").join(word).is_dir() || ["gcc", "libc6-dev"].contains(&word.as_str()))
            .collect()
    }
}

/// The toolchain on this machine.
struct Toolchain {
    rustc: PathBuf,
    cargo: PathBuf,
    sysroot: PathBuf,
}

impl Toolchain {
    fn here(project: &Project) -> Toolchain {
        let variables = stdout(&succeeded(project.p3("env").arg("--json").output().unwrap()));
        let variables: serde_json::Value = serde_json::from_str(&variables).unwrap();
        let wrapper = PathBuf::from(variables["RUSTC"].as_str().unwrap());
        let [rustc, cargo] = ["rustc-1.96.0", "cargo"].map(|name| fs::read_link(wrapper.with_file_name(name)).unwrap());
        let sysroot = Command::new(&rustc).args(["--print", "sysroot"]).output().unwrap();
        let sysroot = PathBuf::from(stdout(&sysroot).trim());
        Toolchain { rustc, cargo, sysroot }
    }
}

#[test]
fn what_is_missing_is_installed_and_nothing_else() {
    let Some(debian) = Debian::all() else { return };
    for missing in &PACKAGES[1..] {
        let present: Vec<_> = PACKAGES.into_iter().filter(|package| package != missing).collect();
        debian.reset(&present);
        let doctor = stdout(&debian.p3("doctor"));
        assert!(doctor.contains(&format!("apt-get install {missing},")), "{doctor}");
        assert_eq!(debian.installed(), [*missing]);
    }
    debian.reset(&[]);
    fs::remove_file(debian.at("bin/cc")).unwrap();
    assert_eq!(debian.installed(), ["rustc-web", "cargo-web", "rust-web-src", "lld-22", "gcc", "libc6-dev"]);
}

#[test]
fn a_linker_under_any_name_does_if_it_is_new_enough() {
    let rest = &PACKAGES[..3];
    let Some(debian) = Debian::with(rest) else { return };
    for name in ["usr/bin/lld-22", "usr/lib/llvm-22/bin/wasm-ld", "usr/bin/wasm-ld", "usr/bin/rust-lld"] {
        debian.reset(rest);
        debian.script(&format!("root/{name}"), "echo Debian LLD 23.1.0");
        assert!(debian.asked().is_empty(), "{name}");
        let beside = fs::read_dir(debian.at("cache/sysroots")).unwrap().flatten().find(|entry| entry.path().is_dir());
        let chosen = fs::read_link(beside.unwrap().path().join("bin/component-ld-wasm-ld")).unwrap();
        assert_eq!(chosen, debian.at("root").join(name), "component-ld is to use the one that was found to do");
    }
    debian.reset(rest);
    debian.script("root/usr/bin/wasm-ld", "echo LLD 14.0.6");
    debian.link("root/usr/bin/rust-lld", Path::new("lld-22"));
    let doctor = stdout(&debian.p3("doctor"));
    assert!(doctor.contains("is LLD 14") && doctor.contains("rust-lld is a link to lld-22"), "{doctor}");
    assert_eq!(debian.installed(), ["lld-22"]);
}

#[test]
fn parts_of_another_release_are_replaced() {
    let Some(debian) = Debian::all() else { return };
    debian.script("root/usr/bin/rustc", "printf 'rustc 1.85.0\\nhost: x86_64-unknown-linux-gnu\\nrelease: 1.85.0\\n'");
    assert_eq!(debian.installed(), PACKAGES);

    let Some(debian) = Debian::all() else { return };
    fs::remove_file(debian.at("root/usr/bin/cargo")).unwrap();
    debian.script("root/usr/bin/cargo", "echo cargo 1.85.0");
    assert_eq!(debian.installed(), ["cargo-web"]);

    let Some(debian) = Debian::all() else { return };
    fs::remove_file(debian.at("root/usr/lib/rustlib/src")).unwrap();
    debian.project.write("root/usr/lib/rustlib/src/rust/library/std/src/lib.rs", "// Of another release.\n");
    // Files of an old package go when the new one comes.
    debian.script("bin/apt-cache", "rm -rf root/usr/lib/rustlib/src; echo '  Candidate: 1.96.0'");
    assert_eq!(debian.installed(), ["rust-web-src"]);
}

#[test]
fn a_package_whose_files_are_gone_is_installed_again() {
    let Some(debian) = Debian::with(&["rustc-web", "cargo-web", "lld-22"]) else { return };
    debian.script(
        "bin/apt-get",
        "echo \"$*\" >> asked; case \"$*\" in *--reinstall*rust-web-src*) cp -a archive/rust-web-src/. root/;; esac",
    );
    let asked = debian.asked();
    assert!(asked.len() == 2 && asked[1].contains("--reinstall"), "{asked:?}");
}

#[test]
fn an_installation_that_was_broken_off_is_finished_first() {
    let Some(debian) = Debian::with(&PACKAGES[..3]) else { return };
    debian.project.write("broken", "");
    let asked = debian.asked();
    assert!(asked.len() == 3 && asked[1].contains("--configure -a"), "{asked:?}");
}

#[test]
fn rustup_beside_debian_is_asked_when_apt_fails() {
    let Some(debian) = Debian::with(&[]) else { return };
    debian.script("bin/apt-get", "[ $1 = update ] || { echo 'E: rustc-web conflicts with rustup'; exit 100; }");
    debian.script("bin/rustup", "echo \"$*\" > asked-rustup");
    let output = debian.p3("tree");
    assert!(fs::read_to_string(debian.at("asked-rustup")).unwrap().starts_with("toolchain install 1.96.0"));
    assert!(stderr(&output).contains("conflicts with rustup"), "{}", stderr(&output));
    // Where an installer of rustup puts it, a shell need not look.
    fs::create_dir_all(debian.at("home/.cargo/bin")).unwrap();
    fs::rename(debian.at("bin/rustup"), debian.at("home/.cargo/bin/rustup")).unwrap();
    fs::remove_file(debian.at("asked-rustup")).unwrap();
    debian.p3("tree");
    assert!(debian.at("asked-rustup").is_file());
}
