//! Metadata tells lengths, types and times; times can be set, before 1970 too; permissions of a writable file are those
//! of one.
//@ plain = true

use std::fs::{self, File, FileTimes, OpenOptions};
use std::io;
use std::time::{Duration, SystemTime};

fn main() -> io::Result<()> {
    let begin = SystemTime::now() - Duration::from_secs(2);
    fs::write("a", "12345")?;
    fs::create_dir("d")?;
    let metadata = fs::metadata("a")?;
    println!("{} {} {} {}", metadata.len(), metadata.is_file(), metadata.is_dir(), metadata.is_symlink());
    println!("{} {}", fs::metadata("d")?.is_dir(), File::open("d")?.metadata()?.is_dir());
    println!("{} {}", metadata.modified()? >= begin, metadata.accessed()? >= begin);
    println!("{}", metadata.modified()? <= SystemTime::now() + Duration::from_secs(2));
    println!("{:?}", fs::metadata("missing").map(drop).map_err(|error| error.kind()));
    println!("{:?}", fs::metadata("a/b").map(drop).map_err(|error| error.kind()));

    let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::new(seconds, 123_456_000);
    let file = OpenOptions::new().write(true).open("a")?;
    file.set_times(FileTimes::new().set_modified(at(1_000_000)).set_accessed(at(2_000_000)))?;
    let metadata = file.metadata()?;
    println!("{} {}", metadata.modified()? == at(1_000_000), metadata.accessed()? == at(2_000_000));
    file.set_modified(SystemTime::UNIX_EPOCH - Duration::from_secs(86_400))?;
    let metadata = fs::metadata("a")?;
    println!("{:?}", SystemTime::UNIX_EPOCH.duration_since(metadata.modified()?).unwrap());
    println!("{}", metadata.accessed()? == at(2_000_000));
    File::open("d")?.set_modified(at(5))?;
    println!("{}", fs::metadata("d")?.modified()? == at(5));

    // Every time comes back as it was set, by the handle and by the path: before 1970, with fractions, far away.
    let before = |seconds, nanoseconds| SystemTime::UNIX_EPOCH - Duration::new(seconds, nanoseconds);
    let after = |seconds, nanoseconds| SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds);
    for time in [
        before(1, 250_000_000),
        before(0, 1),
        before(1, 0),
        before(86_400, 999_999_999),
        before(1 << 31, 0),
        after(0, 0),
        after(0, 999_999_999),
        after((1 << 34) - 1, 1),
    ] {
        file.set_times(FileTimes::new().set_modified(time).set_accessed(time))?;
        let told = |metadata: fs::Metadata| Ok::<_, io::Error>((metadata.modified()?, metadata.accessed()?));
        println!("{}", told(file.metadata()?)? == (time, time) && told(fs::metadata("a")?)? == (time, time));
        File::open("d")?.set_modified(time)?;
        println!("{}", File::open("d")?.metadata()?.modified()? == time && fs::metadata("d")?.modified()? == time);
    }
    // What the file system cannot hold it takes to the nearest that it can; how far that is, is its own affair.
    for time in [before(1 << 62, 5), after(1 << 62, 5)] {
        let set = file.set_modified(time).map_err(|error| error.kind());
        println!("{set:?} {}", file.metadata()?.modified()? == fs::metadata("a")?.modified()?);
    }

    let permissions = metadata.permissions();
    println!("{}", permissions.readonly());
    println!("{}", fs::metadata("d")?.permissions().readonly());
    fs::set_permissions("a", permissions.clone())?;
    file.set_permissions(permissions)?;
    println!("{}", fs::metadata("a")?.file_type() == fs::symlink_metadata("a")?.file_type());

    // The length follows writes that nobody has flushed.
    let mut growing = File::create("b")?;
    for n in 0..3 {
        io::Write::write_all(&mut growing, &[n; 1000])?;
        println!("{} {}", growing.metadata()?.len(), fs::metadata("b")?.len());
    }
    Ok(())
}
