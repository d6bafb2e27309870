//! The devices that tests use are there and do what they are for, and the standard streams have names among them.
//@ plain = true
//@ dev = true
//@ stdin = "some of the input"
//@ stderr = ["to standard error"]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};

fn main() -> io::Result<()> {
    let mut null = File::create("/dev/null")?;
    null.write_all(b"nothing")?;
    println!("{}", fs::read("/dev/null")?.len());
    fs::write("/dev/null", "and nothing")?;
    OpenOptions::new().append(true).open("/dev/null")?.write_all(b"more")?;
    OpenOptions::new().read(true).write(true).open("/dev/null")?.write_all(b"still")?;
    println!("{:?}", OpenOptions::new().write(true).create_new(true).open("/dev/null").map_err(|error| error.kind()));

    let mut bytes = [1; 64];
    File::open("/dev/zero")?.read_exact(&mut bytes)?;
    println!("{}", bytes == [0; 64]);
    println!("{:?}", File::create("/dev/full")?.write(b"x").map_err(|error| error.kind()));
    let draw = |name: &str| -> io::Result<[u8; 32]> {
        let mut bytes = [0; 32];
        File::open(name)?.read_exact(&mut bytes).map(|()| bytes)
    };
    println!("{} {}", draw("/dev/urandom")? != draw("/dev/urandom")?, draw("/dev/random")? != [0; 32]);

    println!("{:?}", fs::read_to_string("/dev/stdin")?);
    File::create("/dev/stderr")?.write_all(b"to standard error\n")?;
    // Natively, a file that stands behind it would be written from its beginning.
    println!("{}", OpenOptions::new().write(true).open("/dev/stdout").is_ok());

    let metadata = fs::metadata("/dev/null")?;
    println!("{} {} {}", metadata.is_file(), metadata.is_dir(), metadata.len());
    println!("{} {}", fs::exists("/dev/zero")?, fs::exists("/dev/nothing")?);
    println!("{}", fs::canonicalize("/dev/./null")?.display());
    println!("{:?}", fs::read_link("/dev/null").map_err(|error| error.kind()));
    println!("{:?}", File::open("/dev/null/x").map(drop).map_err(|error| error.kind()));
    println!("{}", fs::metadata("/dev")?.is_dir());
    let names: Vec<_> = fs::read_dir("/dev")?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
    println!(
        "{}",
        ["full", "null", "random", "urandom", "zero"].iter().all(|name| names.iter().any(|other| other == name))
    );
    println!("{}", names.iter().any(|name| name == "stdin"));
    Ok(())
}
