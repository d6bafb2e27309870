//! Files are copied whole and renamed over others; what stands in the way is an error of the right kind.

use std::fs;
use std::io;

fn main() -> io::Result<()> {
    for length in [0_usize, 1, 4096, 70_000, 1_000_003] {
        let bytes: Vec<u8> = (0..length).map(|n| (n % 253) as u8).collect();
        fs::write("from", &bytes)?;
        fs::write("to", vec![9; 100_000])?;
        println!("{} {}", fs::copy("from", "to")?, fs::read("to")? == bytes);
    }
    fs::create_dir("d")?;
    println!("{:?}", fs::copy("d", "x").map_err(|error| error.kind()));
    println!("{:?}", fs::copy("missing", "x").map_err(|error| error.kind()));
    println!("{:?}", fs::copy("from", "d").map_err(|error| error.kind()));
    println!("{:?}", fs::copy("from", "d/x/y").map_err(|error| error.kind()));
    println!("{:?}", fs::exists("x")?);

    fs::write("a", "a")?;
    fs::write("b", "b")?;
    fs::rename("a", "b")?;
    println!("{:?} {}", fs::read_to_string("b")?, fs::exists("a")?);
    println!("{:?}", fs::rename("missing", "b").map_err(|error| error.kind()));
    println!("{:?}", fs::rename("b", "d").map_err(|error| error.kind()));
    println!("{:?}", fs::rename("d", "b").map_err(|error| error.kind()));
    println!("{:?}", fs::rename("d", "d/inside").map_err(|error| error.kind()));
    fs::rename("b", "d/b")?;
    fs::create_dir("e")?;
    println!("{:?}", fs::rename("e", "d").map_err(|error| error.kind()));
    fs::rename("d", "e")?;
    println!("{:?}", fs::read_to_string("e/b")?);
    fs::rename("e/b", "e/b")?;
    // An open file keeps its contents under whatever name, or none.
    let mut open = fs::File::open("e/b")?;
    fs::rename("e/b", "c")?;
    fs::remove_file("c")?;
    println!("{:?}", io::read_to_string(&mut open)?);
    println!("{:?}", fs::remove_file("c").map_err(|error| error.kind()));
    Ok(())
}
