//! Programs that are `async` with nothing but std: the examples, tests, and what mistakes come to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::Stdio;

use crate::project::{Project, stderr, stdout, succeeded};

#[test]
fn examples_of_async_programs_do_what_they_say() {
    let project = Project::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/async"));
    let run = |name: &str| {
        let mut command = project.p3("run");
        command.args(["--quiet", "--bin", name]).stdin(Stdio::piped()).stdout(Stdio::piped());
        command
    };

    let fan_out = stdout(&succeeded(run("fan_out").output().unwrap()));
    assert_eq!(
        fan_out,
        "five: 4 letters\nfour: 4 letters\nnever: the time is over\none: 3 letters\nsix: 3 letters\nthree: 5 letters\ntwo: 3 letters\n"
    );

    let mut echo = run("echo").args(["--", "127.0.0.1:0", "2"]).spawn().unwrap();
    let mut lines = BufReader::new(echo.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.next().unwrap();
    let address = address.strip_prefix("listening on ").unwrap();
    let mut clients: Vec<_> = (0..2).map(|_| TcpStream::connect(address).unwrap()).collect();
    for (index, client) in clients.iter_mut().enumerate() {
        write!(client, "client {index}").unwrap();
    }
    for (index, client) in clients.iter_mut().enumerate() {
        client.shutdown(Shutdown::Write).unwrap();
        let mut back = String::new();
        client.read_to_string(&mut back).unwrap();
        assert_eq!(back, format!("client {index}"));
    }
    assert_eq!(lines.collect::<Vec<_>>(), ["127.0.0.1 is gone, after 8 bytes"; 2]);
    assert!(echo.wait().unwrap().success());

    let mut ticker = run("ticker").spawn().unwrap();
    let mut lines = BufReader::new(ticker.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().unwrap(), "tick 1");
    ticker.stdin.take().unwrap().write_all(b"stop\n").unwrap();
    let rest: Vec<_> = lines.collect();
    assert!(rest.contains(&"you said: stop".to_owned()), "{rest:?}");
    assert_eq!(rest.last().unwrap(), "cancelled: true");
    assert!(ticker.wait().unwrap().success());
}

/// What compiles not, or with a warning: the source, and what is said of it.
const MISTAKES: &[(&str, &[&str])] = &[
    ("async fn main() {}", &["E0752"]),
    ("#[component::main] fn main() {}", &["1:20: error: the function is not `async`: it needs no attribute"]),
    ("#[component::main(threads = 2)] async fn main() {}", &["1:19: error: `#[component::main]` takes no arguments"]),
    ("#[component::main] async fn main(x: u32) {}", &["1:34: error: `main` takes no arguments: nobody gives it any"]),
    (
        "#[component::main] async fn main<T>() {}",
        &["1:33: error: `main` cannot be generic: nobody calls it with types"],
    ),
    ("#[component::main] async fn start() {} fn main() {}", &["1:29: error: only `main` can be the program's entry"]),
    ("#[component::main] async unsafe fn main() {}", &["1:26: error: an entry is neither `unsafe` nor `extern`"]),
    ("#[component::main] struct Main; fn main() {}", &["1:20: error: this is no function"]),
    ("#[component::main] async fn main() -> u32 { 0 }", &["1:39: error[E0277]: `main` has invalid return type `u32`"]),
    ("#[component::main] async fn main() { let x: u32 = \"\"; }", &["1:51: error[E0308]: mismatched types"]),
    (
        "#[component::main] async fn main() -> Result<(), String> { \"1\".parse::<u8>()?; Ok(()) }",
        &["error[E0277]: `?` couldn't convert the error"],
    ),
    ("#[component::main] async fn main() { let x = 1; component::spawn(async { x + 1 }); }", &["1:66: error[E0373]"]),
    (
        "#[component::main] async fn main() { let x = std::rc::Rc::new(1); component::spawn_blocking(move || x); }",
        &["error[E0277]: `Rc<"],
    ),
    (
        "#[component::main] async fn main() { let x = component::spawn(async { std::rc::Rc::new(1) }); std::thread::spawn(move || drop(x)); }",
        &["error[E0277]: `Rc<"],
    ),
    (
        "#[component::main] async fn main() { component::yield_now(); }",
        &["1:38: warning: unused implementer of `Future` that must be used"],
    ),
    ("#[component::main] async fn main() { component::sleep(std::time::Duration::ZERO); }", &["1:38: warning: unused"]),
    (
        "#[component::test] fn test() {} fn main() {}",
        &["1:20: error: the function is not `async`: it needs no attribute"],
    ),
];

#[test]
fn mistakes_in_async_programs_are_told_where_they_are() {
    let project = Project::new("mistakes");
    std::fs::remove_file(project.path().join("src/main.rs")).ok();
    for (index, (source, _)) in MISTAKES.iter().enumerate() {
        project.write(
            &format!("src/bin/mistake_{index}.rs"),
            &format!("{source}\n#[allow(unused)] use std::os::component;"),
        );
    }
    let output = project.p3("check").args(["--bins", "--keep-going", "--message-format=short"]).output().unwrap();
    let said = stderr(&output);
    for (index, (source, wanted)) in MISTAKES.iter().enumerate() {
        let name = format!("mistake_{index}.rs:");
        let about: Vec<_> = said.lines().filter(|line| line.contains(&name)).collect();
        for wanted in *wanted {
            assert!(about.iter().any(|line| line.contains(wanted)), "{source}\nwants {wanted}\n{about:#?}\n{said}");
        }
        let errors = about.iter().filter(|line| line.contains("error")).count();
        assert!(errors <= 1, "{source}\n{about:#?}");
    }
}

/// What panics, or cannot go on: the body of a program's main, how it ends, and what is said.
const TRAPS: &[(&str, i32, &str)] = &[
    ("drop(component::spawn(async {}));", 101, "`spawn` was called in a thread where no executor runs"),
    ("drop(component::spawn_blocking(|| ()));", 101, "`spawn_blocking` was called in a thread where no executor runs"),
    (
        "let mut sleep = std::pin::pin!(component::sleep(std::time::Duration::from_secs(9)));
         let _ = sleep.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));",
        101,
        "run it in `std::os::component::block_on`",
    ),
    ("component::block_on(std::future::pending::<()>());", 135, "deadlock"),
    (
        "component::block_on(async { component::spawn(async { panic!(\"in a task\") }).await.unwrap() });",
        101,
        "in a task",
    ),
];

#[test]
fn what_async_programs_do_wrong_when_they_run_is_one_clear_end() {
    let project = Project::new("traps");
    std::fs::remove_file(project.path().join("src/main.rs")).ok();
    for (index, (body, ..)) in TRAPS.iter().enumerate() {
        let source =
            format!("#![allow(unused)] use std::os::component; use std::future::Future; fn main() {{ {body} }}");
        project.write(&format!("src/bin/trap_{index}.rs"), &source);
    }
    succeeded(project.p3("build").args(["--quiet", "--bins"]).output().unwrap());
    for (index, (body, code, wanted)) in TRAPS.iter().enumerate() {
        let output = project.p3("run").args(["--quiet", "--bin", &format!("trap_{index}")]).output().unwrap();
        assert_eq!(output.status.code(), Some(*code), "{body}\n{output:?}");
        assert!(stderr(&output).contains(wanted), "{body}\n{}", stderr(&output));
    }
}

#[test]
fn async_tests_run_like_any_others() {
    let project = Project::new("tests");
    project.write(
        "src/main.rs",
        r#"
        fn main() {}
        #[cfg(test)]
        mod tests {
            use std::os::component;
            use std::time::Duration;

            #[component::test]
            async fn sleeps() -> Result<(), String> {
                component::sleep(Duration::from_millis(1)).await;
                component::spawn(async { Ok(()) }).await.map_err(|error| error.to_string())?
            }

            #[component::test]
            #[should_panic(expected = "as it should")]
            async fn panics() {
                component::yield_now().await;
                panic!("as it should");
            }

            #[component::test]
            #[ignore = "it never ends"]
            async fn waits_for_ever() {
                std::future::pending::<()>().await;
            }
        }
        "#,
    );
    for arguments in [&["--quiet"][..], &["--quiet", "--isolate"]] {
        let output = succeeded(project.p3("test").args(arguments).output().unwrap());
        assert!(stdout(&output).contains("2 passed; 0 failed; 1 ignored"), "{output:?}");
    }
}

#[test]
fn futures_of_bindings_and_ours_are_awaited_in_each_others_executors() {
    let project = Project::new("between");
    project.append("Cargo.toml", "[dependencies]\nwasip3 = \"0.10\"\n");
    std::fs::remove_file(project.path().join("src/main.rs")).unwrap();
    project.write(
        "src/bin/ours.rs",
        r#"
        use std::os::component;
        use std::time::Duration;
        use wasip3::clocks::monotonic_clock::wait_for;

        #[component::main]
        async fn main() {
            let (mut sender, receiver) = wasip3::wit_stream::new();
            let written = async { wasip3::cli::stdout::write_via_stream(receiver).await.unwrap() };
            component::join(written, async {
                assert!(sender.write_all(b"by a stream of theirs\n".to_vec()).await.is_empty());
                drop(sender);
            })
            .await;
            let task = component::spawn(async { wait_for(1_000_000).await; 1 });
            // Left in the middle, and in the executor of another thread.
            assert!(component::timeout(Duration::from_millis(1), wait_for(1_000_000_000_000)).await.is_err());
            let thread = component::spawn_blocking(|| component::block_on(async {
                wait_for(1_000_000).await;
                component::sleep(Duration::from_millis(1)).await;
                2
            }));
            println!("{} {}", task.await.unwrap(), thread.await.unwrap());
        }
        "#,
    );
    project.write(
        "src/bin/theirs.rs",
        r#"
        use std::io::pipe;
        use std::net::{TcpListener, TcpStream};
        use std::os::component::{self, AsyncRead, AsyncWrite, TcpListenerExt, TcpStreamExt};
        use std::time::Duration;

        wasip3::cli::command::export!(Program);
        struct Program;
        impl wasip3::exports::cli::run::Guest for Program {
            async fn run() -> Result<(), ()> {
                let listener = TcpListener::bind("127.0.0.1:0").unwrap();
                let address = listener.local_addr().unwrap();
                let server = async {
                    let (stream, _) = listener.accept_async().await.unwrap();
                    let mut text = String::new();
                    stream.read_to_string_async(&mut text).await.unwrap();
                    text
                };
                let client = async {
                    let stream = TcpStream::connect_async(address).await.unwrap();
                    component::sleep(Duration::from_millis(1)).await;
                    stream.write_all_async(b"sent").await.unwrap();
                };
                let (text, ()) = component::join(server, client).await;
                let (reader, writer) = pipe().unwrap();
                let late = std::thread::spawn(move || { std::thread::sleep(Duration::from_millis(1)); drop(writer) });
                let left = component::timeout(Duration::ZERO, reader.read_async(&mut [0])).await.is_err();
                let end = component::block_on(async { component::spawn(async { component::yield_now().await; 0 }).await.unwrap() });
                late.join().unwrap();
                println!("{text} {left} {end} {}", reader.read_async(&mut [0]).await.unwrap());
                Ok(())
            }
        }
        fn main() {}
        "#,
    );
    let run = |name| stdout(&succeeded(project.p3("run").args(["--quiet", "--bin", name]).output().unwrap()));
    assert_eq!(run("ours"), "by a stream of theirs\n1 2\n");
    assert_eq!(run("theirs"), "sent true 0 0\n");
}
