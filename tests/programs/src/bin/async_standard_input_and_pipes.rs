//! Standard input and pipes without blocking: lines come while other tasks run; std's buffer comes first.
//@ native = "std has no executor there"
//@ stdin = "first line\nsecond\nthe rest"
//@ stdout = "first line\nsecond\nthe rest\nend 0\npipe 300000\n"

#[cfg(not(target_family = "wasm"))]
fn main() {}

#[cfg(target_family = "wasm")]
#[std::os::component::main]
async fn main() -> std::io::Result<()> {
    use std::io::{pipe, stdin};
    use std::os::component::{self, AsyncRead, AsyncWrite};
    use std::time::Duration;

    let mut line = String::new();
    // It reads ahead: what it has is std's.
    stdin().read_line(&mut line)?;
    print!("{line}");
    let mut rest = String::new();
    stdin().read_to_string_async(&mut rest).await?;
    std::io::stdout().write_all_async(format!("{rest}\n").as_bytes()).await?;
    println!("end {}", stdin().read_async(&mut [0; 4]).await?);

    let (reader, writer) = pipe()?;
    let mut byte = [0];
    assert!(component::timeout(Duration::from_millis(1), reader.read_async(&mut byte)).await.is_err());
    let task = component::spawn(async move {
        let bytes = vec![9; 300_000];
        writer.write_all_async(&bytes).await
    });
    let mut all = Vec::new();
    reader.read_to_end_async(&mut all).await?;
    task.await.unwrap()?;
    println!("pipe {}", all.len());
    let (reader, writer) = pipe()?;
    drop(reader);
    assert_eq!(writer.write_async(b"x").await.unwrap_err().kind(), std::io::ErrorKind::BrokenPipe);
    Ok(())
}
