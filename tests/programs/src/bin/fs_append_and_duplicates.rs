//! Appends go to the end whoever wrote there; duplicates share a position; other handles have their own and see every
//! write.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};

fn main() -> io::Result<()> {
    fs::write("log", "first\n")?;
    let append = || OpenOptions::new().append(true).read(true).open("log");
    let (mut a, mut b) = (append()?, append()?);
    for n in 0..3 {
        writeln!(a, "a{n}")?;
        print!("{} ", a.stream_position()?);
        writeln!(b, "b{n}")?;
        println!("{}", b.stream_position()?);
    }
    println!("{:?}", fs::read_to_string("log")?);
    a.seek(SeekFrom::Start(2))?;
    let mut two = [0; 2];
    a.read_exact(&mut two)?;
    a.write_all(b"end")?;
    println!("{two:?} {} {}", a.stream_position()?, fs::metadata("log")?.len());

    // Whoever empties the file moves nobody.
    let mut only = OpenOptions::new().append(true).create(true).open("only")?;
    only.write_all(b"0123")?;
    File::create("another")?;
    let mut emptied = File::create("only")?;
    print!("{} ", only.stream_position()?);
    only.write_all(b"45")?;
    emptied.set_len(0)?;
    print!("{} ", only.stream_position()?);
    only.write_all(b"678")?;
    emptied.write_all(b"abcd")?;
    println!("{} {:?}", only.stream_position()?, fs::read_to_string("only")?);

    let mut one = File::create_new("shared")?;
    let mut other = one.try_clone()?;
    one.write_all(b"0123")?;
    other.write_all(b"4567")?;
    println!("{:?} {}", fs::read_to_string("shared")?, one.stream_position()?);
    other.seek(SeekFrom::Start(2))?;
    one.write_all(b"ab")?;
    drop(one);
    other.write_all(b"cd")?;
    println!("{:?}", fs::read_to_string("shared")?);

    // A reader whose host may have read ahead, and writers on the same file.
    let mut reader = File::open("shared")?;
    let mut byte = [0];
    let mut writer = OpenOptions::new().write(true).open("shared")?;
    let mut seen = String::new();
    for round in 0..4_u8 {
        writer.seek(SeekFrom::Start(2 * u64::from(round)))?;
        writer.write_all(&[b'A' + round, b'a' + round])?;
        for _ in 0..2 {
            reader.read_exact(&mut byte)?;
            seen.push(char::from(byte[0]));
        }
    }
    println!("{seen}");
    println!("{}", reader.read(&mut byte)?);
    writer.write_all(b"more")?;
    let mut rest = String::new();
    reader.read_to_string(&mut rest)?;
    println!("{rest}");
    File::create("shared")?.write_all(b"anew")?;
    println!("{}", reader.read(&mut byte)?);
    reader.rewind()?;
    println!("{:?}", io::read_to_string(reader)?);
    Ok(())
}
