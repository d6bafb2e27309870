//! A file holds what was written, through reads, writes, seeks, vectored slices and changes of length.
//@ plain = true

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, IoSlice, IoSliceMut, Read, Seek, SeekFrom, Write};

fn main() -> io::Result<()> {
    let mut file = File::create_new("a")?;
    println!("{:?}", file.write(b"0123456789")?);
    println!("{:?}", file.stream_position()?);
    println!("{:?}", file.seek(SeekFrom::Current(-4))?);
    println!("{:?}", file.write_vectored(&[IoSlice::new(b"ab"), IoSlice::new(b""), IoSlice::new(b"cdEF")])?);
    println!("{:?}", file.read(&mut [0; 4]).map_err(|error| error.raw_os_error().is_some()));
    println!("{:?}", fs::read_to_string("a")?);

    let mut both = OpenOptions::new().read(true).write(true).open("a")?;
    let (mut one, mut two) = ([0; 3], [0; 4]);
    println!("{:?}", both.read_vectored(&mut [IoSliceMut::new(&mut one), IoSliceMut::new(&mut two)])?);
    println!("{one:?} {two:?}");
    both.write_all(b"!")?;
    println!("{:?}", io::read_to_string(&both)?);
    println!("{:?}", both.seek(SeekFrom::End(3))?);
    println!("{:?}", both.read(&mut one)?);
    both.write_all(b"end")?;
    both.rewind()?;
    println!("{:?}", io::read_to_string(&both)?);
    println!("{:?}", both.seek(SeekFrom::Current(-100)).map_err(|error| error.kind()));
    println!("{:?}", both.stream_position()?);

    both.set_len(5)?;
    println!("{:?} {:?}", both.metadata()?.len(), fs::read("a")?);
    both.set_len(8)?;
    println!("{:?}", fs::read("a")?);
    both.sync_data()?;
    both.sync_all()?;

    let mut writer = BufWriter::new(File::create("lines")?);
    for n in 0..10_000 {
        writeln!(writer, "line {n}")?;
    }
    writer.flush()?;
    let lines = BufReader::new(File::open("lines")?).lines().collect::<io::Result<Vec<_>>>()?;
    println!("{} {:?} {:?}", lines.len(), lines[0], lines[9_999]);
    let mut reader = BufReader::new(File::open("lines")?);
    let mut line = String::new();
    reader.seek(SeekFrom::Start(7))?;
    reader.read_line(&mut line)?;
    reader.seek_relative(14)?;
    reader.read_line(&mut line)?;
    println!("{line:?}");

    // Larger than any buffer on the way, in pieces that fit none.
    let mut big = File::create("big")?;
    let piece: Vec<u8> = (0..100_003_u32).map(|n| (n % 251) as u8).collect();
    for _ in 0..30 {
        big.write_all(&piece)?;
    }
    drop(big);
    let back = fs::read("big")?;
    println!("{} {}", back.len(), back.chunks(piece.len()).all(|chunk| chunk == piece));
    println!("{:?}", fs::write("missing/a", "").map_err(|error| error.kind()));
    Ok(())
}
