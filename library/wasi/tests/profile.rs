//! The profile of an instrumented program: the file as LLVM's tools read it, its name, and what several runs make of one file.

use wasi_rt::abi::fake::cli::configure;
use wasi_rt::abi::fake::filesystem as disk;
use wasi_rt::profile::{self, Image, Section, VERSION};
use wasi_rt::{Error, env, stdio};

/// Records of two functions, with one counter and two.
const DATA: [u8; 96] = {
    let mut data = [0; 96];
    (data[0], data[16], data[32]) = (1, 96, 1);
    (data[48], data[64], data[80]) = (2, 56, 2);
    // A value that could be profiled.
    data[36] = 7;
    data
};
const NAMES: &[u8] = b"\x03\0one";

fn image<'a>(counters: &'a [u8], bits: &'a [u8]) -> Image<'a> {
    let at = |address, bytes| Section { address, bytes };
    Image {
        version: VERSION,
        data: at(0x1000, &DATA),
        counters: at(0x1060, counters),
        bits: at(0x800, bits),
        names: at(0x500, NAMES),
    }
}

fn counters(counts: [u64; 3]) -> Vec<u8> {
    counts.iter().flat_map(|count| count.to_le_bytes()).collect()
}

/// A host with one directory, `/given`, where the program begins.
fn host(variables: &[(&str, &str)]) {
    disk::give("/given", false);
    configure(|cli| {
        cli.initial_cwd = Some("/given".into());
        cli.variables = variables.iter().map(|&(name, value)| (name.into(), value.into())).collect();
    });
}

fn files(directory: &str) -> Vec<String> {
    let entries = wasi_rt::fs::read_directory(directory.as_bytes()).expect("it is a directory");
    let mut names: Vec<String> = entries.map(|entry| entry.expect("a name").name).collect();
    names.sort();
    names
}

fn told() -> String {
    let bytes = configure(|cli| cli.errors.first().map(|(reader, _)| reader.bytes()).unwrap_or_default());
    String::from_utf8(bytes).expect("a message is UTF-8")
}

#[test]
fn the_file_is_llvms_raw_profile() {
    let counts = counters([5, 6, 7]);
    let file = image(&counts, &[1, 2, 3]).encode();
    let words: Vec<u64> = file.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word)).collect();
    let header = [0xff6c_7072_6f66_5281, 10, 0, 2, 0, 3, 0, 3, 5, 5, 0x60, 0xffff_f800, 0x500, 0, 0, 2];
    assert_eq!(words[..16], header);
    let mut data = DATA;
    data[36] = 0;
    assert_eq!(file[128..224], data);
    assert_eq!(words[28..31], [5, 6, 7]);
    assert_eq!(file[248..], [&[1, 2, 3, 0, 0, 0, 0, 0][..], NAMES, &[0, 0, 0]].concat());
}

#[test]
fn it_goes_where_the_variable_says_and_directories_are_made() {
    host(&[("LLVM_PROFILE_FILE", "deep/er//run-%c100%.profraw")]);
    let counts = counters([1, 0, 0]);
    profile::write(&image(&counts, &[]), b"default.profraw").unwrap();
    assert_eq!(disk::contents("/given", "deep/er/run-100%.profraw"), Some(image(&counts, &[]).encode()));
    assert_eq!(files("/given"), ["deep"]);
    assert_eq!(told(), "");
}

#[test]
fn without_a_variable_it_has_the_programs_name() {
    host(&[("LLVM_PROFILE_FILE", "")]);
    profile::write(&image(&counters([1, 0, 0]), &[]), b"default.profraw").unwrap();
    assert_eq!(files("/given"), ["default.profraw"]);
}

#[test]
fn a_number_of_the_runs_own_is_the_same_everywhere_in_the_name_and_another_each_time() {
    host(&[("LLVM_PROFILE_FILE", "%p-%p")]);
    for _ in 0..2 {
        profile::write(&image(&counters([1, 0, 0]), &[]), b"").unwrap();
    }
    let names = files("/given");
    assert_eq!(names.len(), 2, "{names:?}");
    for name in names {
        let (one, other) = name.split_once('-').unwrap();
        assert_eq!(one, other);
    }
}

#[test]
fn runs_of_one_program_add_to_its_file() {
    host(&[("LLVM_PROFILE_FILE", "%m.profraw")]);
    profile::write(&image(&counters([1, 2, u64::MAX]), &[0b01]), b"").unwrap();
    profile::write(&image(&counters([10, 20, 30]), &[0b10]), b"").unwrap();
    let names = files("/given");
    assert_eq!(names.len(), 1, "the lock is gone: {names:?}");
    let sum = image(&counters([11, 22, u64::MAX]), &[0b11]).encode();
    assert_eq!(disk::contents("/given", &names[0]), Some(sum));
    // Another program's file is another one.
    let counts = counters([1, 1, 1]);
    let other = Image { names: Section { address: 0x500, bytes: b"\x03\0two" }, ..image(&counts, &[]) };
    profile::write(&other, b"").unwrap();
    assert_eq!(files("/given").len(), 2);
}

#[test]
fn over_several_files_and_with_a_number_of_its_own() {
    host(&[("LLVM_PROFILE_FILE", "%3m_%p")]);
    let counts = counters([1, 2, 3]);
    profile::write(&image(&counts, &[]), b"").unwrap();
    profile::write(&image(&counts, &[]), b"").unwrap();
    for name in files("/given") {
        assert_eq!(disk::contents("/given", &name), Some(image(&counts, &[]).encode()), "nobody adds to it");
        let pool: Vec<&str> = name.split('_').collect();
        assert!(matches!(pool[..], [_, "0" | "1" | "2", _]), "{name}");
    }
}

#[test]
fn what_another_build_left_is_replaced() {
    host(&[("LLVM_PROFILE_FILE", "%m.profraw")]);
    profile::write(&image(&counters([1, 2, 3]), &[]), b"").unwrap();
    let name = files("/given").remove(0);
    let fresh = image(&counters([4, 5, 6]), &[]).encode();
    for left in [&b""[..], b"short", &[0; 300], &[0xff; 264]] {
        disk::put("/given", &name, left);
        profile::write(&image(&counters([4, 5, 6]), &[]), b"").unwrap();
        assert_eq!(disk::contents("/given", &name).as_ref(), Some(&fresh));
    }
}

#[test]
fn a_lock_that_a_killed_run_left_is_broken() {
    host(&[("LLVM_PROFILE_FILE", "%m.profraw")]);
    profile::write(&image(&counters([1, 2, 3]), &[]), b"").unwrap();
    let name = files("/given").remove(0);
    disk::put("/given", &format!("{name}.lock"), b"");
    profile::write(&image(&counters([1, 2, 3]), &[]), b"").unwrap();
    assert_eq!(disk::contents("/given", &name), Some(image(&counters([2, 4, 6]), &[]).encode()));
    assert_eq!(files("/given"), [name]);
}

#[test]
fn where_it_cannot_be_written_is_said() {
    host(&[("LLVM_PROFILE_FILE", "/elsewhere/x.profraw")]);
    assert!(profile::write(&image(&counters([1, 2, 3]), &[]), b"").is_err());
    let told = told();
    assert!(told.contains("cannot be written to /elsewhere/x.profraw"), "{told}");
    assert_eq!(told.lines().count(), 1);
}

#[test]
fn the_temporary_directory_may_be_in_the_name() {
    host(&[("LLVM_PROFILE_FILE", "%t/x"), ("TMPDIR", "/given/tmp")]);
    profile::write(&image(&counters([1, 2, 3]), &[]), b"").unwrap();
    assert_eq!(files("/given/tmp"), ["x"]);
}

#[test]
fn what_is_to_be_done_at_the_end_is_done_once() {
    stdio::before_close(|| {
        let before = env::get(b"ENDED").unwrap_or_default();
        env::set(b"ENDED", &[&before[..], b"once "].concat()).unwrap();
    });
    stdio::close();
    stdio::close();
    assert_eq!(env::get(b"ENDED").as_deref(), Some(&b"once "[..]));
}

#[test]
fn a_full_disk_is_an_error() {
    host(&[("LLVM_PROFILE_FILE", "x")]);
    disk::set_space(100);
    assert_eq!(profile::write(&image(&counters([1, 2, 3]), &[]), b""), Err(Error::NOSPC));
    let told = told();
    assert!(told.contains("No space left on device"), "{told}");
}
