//! Ticks until standard input ends (Ctrl-D), and repeats each line of it. Ctrl-C ends the program, as it ends any.
//!
//!     cargo p3 run --bin ticker

use std::io::{self, stdin};
use std::os::component::{self, AsyncRead};
use std::time::Duration;

#[component::main]
async fn main() -> io::Result<()> {
    let ticks = component::spawn(async {
        let mut ticks = 0_u64;
        loop {
            component::sleep(Duration::from_millis(100)).await;
            ticks += 1;
            println!("tick {ticks}");
        }
    });
    let mut buffer = [0; 1024];
    loop {
        let count = stdin().read_async(&mut buffer).await?;
        if count == 0 {
            break;
        }
        print!("you said: {}", String::from_utf8_lossy(&buffer[..count]));
    }
    ticks.cancel();
    println!("cancelled: {}", ticks.await.unwrap_err().is_cancelled());
    Ok(())
}
