//! A command whose entry is the `run` of the `wasip3` bindings: streams, timers, std's output and threads beside each other.

wasip3::cli::command::export!(Program);

struct Program;

impl wasip3::exports::cli::run::Guest for Program {
    async fn run() -> Result<(), ()> {
        let (mut sender, receiver) = wasip3::wit_stream::new();
        futures::join!(async { wasip3::cli::stdout::write_via_stream(receiver).await.unwrap() }, async {
            let rest = sender.write_all(b"by the bindings' stream\n".to_vec()).await;
            assert!(rest.is_empty());
            drop(sender);
        });
        wasip3::clocks::monotonic_clock::wait_for(1_000_000).await;
        let from_thread = std::thread::spawn(|| std::thread::current().name().is_none()).join().unwrap();
        println!("by std, a thread ran: {from_thread}");
        Ok(())
    }
}

fn main() {
    unreachable!("the bindings' run is the entry");
}
