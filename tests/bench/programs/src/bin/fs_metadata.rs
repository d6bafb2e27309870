//! Many empty files made, looked at, listed and removed: DIRECTORY COUNT.

use std::fs::{self, File};

use measure::{argument, microseconds_each};

fn main() {
    let parent: String = argument(1, ".".into());
    let count: u64 = argument(2, 10_000);
    let directory = format!("{parent}/fs_metadata");
    fs::create_dir(&directory).expect("the directory can be made");
    microseconds_each("create", count, || {
        for number in 0..count {
            File::create(format!("{directory}/file{number}")).expect("a file can be made");
        }
    });
    microseconds_each("stat", count, || {
        for number in 0..count {
            let metadata = fs::metadata(format!("{directory}/file{number}")).expect("a file is there");
            assert!(metadata.is_file());
        }
    });
    let mut files = 0;
    microseconds_each("read_dir", count, || {
        for entry in fs::read_dir(&directory).expect("the directory is there") {
            let entry = entry.expect("the directory can be read");
            files += u64::from(entry.file_type().expect("an entry has a type").is_file());
        }
    });
    assert_eq!(files, count);
    microseconds_each("remove", count, || {
        for number in 0..count {
            fs::remove_file(format!("{directory}/file{number}")).expect("a file can be removed");
        }
    });
    fs::remove_dir(&directory).expect("the directory is empty");
}
