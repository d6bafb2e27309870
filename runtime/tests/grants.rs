//! What a guest is given, and that it is given nothing else.

mod guest;

use component_run::{Access, Capture, Directory, Network, Outcome, Output, Refusal, Setup};
use guest::{body, guest, output, printing, run};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Prints every string of a list of strings that lies at the address in `$list`, `$stride` bytes apart, a line each.
const PRINT_LIST: &str = r#"
  (data (i32.const 4096) "\n")
  (func $print-list (param $list i32) (param $stride i32)
    (local $at i32) (local $rest i32)
    (local.set $at (i32.load (local.get $list)))
    (local.set $rest (i32.load offset=4 (local.get $list)))
    (block $done (loop $next
      (br_if $done (i32.eqz (local.get $rest)))
      (drop (call $print (i32.load (local.get $at)) (i32.load offset=4 (local.get $at))))
      (drop (call $print (i32.const 4096) (i32.const 1)))
      (local.set $at (i32.add (local.get $at) (local.get $stride)))
      (local.set $rest (i32.sub (local.get $rest) (i32.const 1)))
      (br $next))))
"#;

/// A guest that calls a function which returns a list of strings (or of pairs of strings) and prints them.
fn listing(interface: &str, function: &str, stride: usize) -> tempfile::TempPath {
    guest(
        &format!(r#"(import "{interface}@0.3.0" "{function}" (func $get (param i32)))"#),
        &format!(
            "{PRINT_LIST} (func $run (result i32) (call $get (i32.const 16)) (call $print-list (i32.const 16) (i32.const {stride})) (i32.const 0))"
        ),
    )
}

#[test]
fn the_arguments_follow_argument_zero() {
    let component = listing("wasi:cli/environment", "get-arguments", 8);
    let setup = Setup { arguments: vec!["a b".into(), "".into(), "ä".into()], ..Setup::default() };
    let (_, stdout) = output(&component, setup);
    assert_eq!(stdout, format!("{}\na b\n\nä\n", component.display()));
    let (_, stdout) = output(&component, Setup { program: Some("rg".into()), ..Setup::default() });
    assert_eq!(stdout, "rg\n");
}

#[test]
fn the_environment_is_empty_but_for_what_is_given() {
    let component = listing("wasi:cli/environment", "get-environment", 16);
    let (_, stdout) = output(&component, Setup::default());
    assert_eq!(stdout, "");
    let environment = [("A", "1"), ("B", "2"), ("A", "3")].map(|(name, value)| (name.into(), value.into())).to_vec();
    let (_, stdout) = output(&component, Setup { environment, ..Setup::default() });
    assert_eq!(stdout, "B\nA\n");
}

#[test]
fn the_last_value_of_a_variable_counts() {
    // The values are the second strings of the pairs: begin 8 bytes later.
    let component = guest(
        r#"(import "wasi:cli/environment@0.3.0" "get-environment" (func $get (param i32)))"#,
        &format!(
            "{PRINT_LIST} (func $run (result i32) (call $get (i32.const 16))
               (i32.store (i32.const 16) (i32.add (i32.load (i32.const 16)) (i32.const 8)))
               (call $print-list (i32.const 16) (i32.const 16)) (i32.const 0))"
        ),
    );
    let environment = [("A", "1"), ("A", "3")].map(|(name, value)| (name.into(), value.into())).to_vec();
    let (_, stdout) = output(&component, Setup { environment, ..Setup::default() });
    assert_eq!(stdout, "3\n");
}

#[test]
fn what_is_not_unicode_is_refused_by_name() {
    let wrong = || OsStr::from_bytes(b"a\xff").to_owned();
    let component = body("(i32.const 0)");
    let message = |setup: Setup| match run(&component, setup) {
        outcome @ Outcome::Refused(Refusal::NotUnicode { .. }) => outcome.to_string(),
        outcome => panic!("{outcome:?}"),
    };
    assert!(message(Setup { arguments: vec!["x".into(), wrong()], ..Setup::default() }).starts_with("argument 2 "));
    assert!(message(Setup { environment: vec![("NAME".into(), wrong())], ..Setup::default() }).contains("NAME"));
    assert!(message(Setup { current_dir: Some(wrong()), ..Setup::default() }).contains("current directory"));
}

#[test]
fn the_current_directory_is_what_is_given() {
    let component = guest(
        r#"(import "wasi:cli/environment@0.3.0" "get-initial-cwd" (func $get (param i32)))"#,
        "(func $run (result i32) (call $get (i32.const 16))
           (if (i32.load8_u (i32.const 16)) (then (drop (call $print (i32.load (i32.const 20)) (i32.load (i32.const 24))))))
           (i32.const 0))",
    );
    assert_eq!(output(&component, Setup::default()).1, "");
    let place = tempfile::tempdir().unwrap();
    std::fs::create_dir(place.path().join("dir")).unwrap();
    let work = Directory { host: place.path().to_owned(), guest: "/given".into(), access: Access::ReadOnly };
    let setup = Setup { current_dir: Some("/given/dir".into()), directories: vec![work], ..Setup::default() };
    assert_eq!(output(&component, setup).1, "/given/dir");
}

#[test]
fn the_current_directory_is_in_one_that_was_granted() {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    for name in ["in/deep", "beside", "out"] {
        std::fs::create_dir_all(path(name)).unwrap();
    }
    std::os::unix::fs::symlink("../out", path("in/leaves")).unwrap();
    std::os::unix::fs::symlink("deep", path("in/stays")).unwrap();
    std::fs::write(path("in/file"), "").unwrap();
    let component = body("(i32.const 0)");
    let begins_in = |cwd: &str| {
        let directory =
            |host: &str, guest: &str| Directory { host: path(host), guest: guest.into(), access: Access::ReadWrite };
        let directories = vec![directory("in", "/given"), directory("beside", "/other")];
        run(&component, Setup { current_dir: Some(cwd.into()), directories, ..Setup::default() })
    };
    for cwd in [
        "/given",
        "/given/",
        "/given/deep",
        "/given/./deep/..",
        "/given/stays",
        "/given/../other",
        "/given/deep/../../other",
    ] {
        assert_eq!(begins_in(cwd).exit_code(), 0, "{cwd}");
    }
    let outside = [
        "/",
        "/etc",
        "/given/..",
        "/given/../out",
        "/given/../../etc",
        "/given/deep/../../out",
        "/given/leaves",
        "work",
        "",
    ];
    for cwd in outside {
        let outcome = begins_in(cwd);
        assert!(
            matches!(outcome, Outcome::Refused(Refusal::CurrentDirectory { host: None, .. })),
            "{cwd}: {outcome:?}"
        );
        assert_eq!(outcome.exit_code(), 125);
    }
    for cwd in ["/given/file", "/given/missing", "/given/missing/../deep"] {
        let outcome = begins_in(cwd);
        assert!(
            matches!(outcome, Outcome::Refused(Refusal::CurrentDirectory { host: Some(_), .. })),
            "{cwd}: {outcome:?}"
        );
    }
}

const CREATE: u32 = 1;
const READ: u32 = 1;
const WRITE: u32 = 2;

/// Opens `path` in the first directory that was granted. Exits with 0, with 100 + the error code, or with 99 if there is no directory.
fn opening(path: &str, open_flags: u32, flags: u32) -> tempfile::TempPath {
    let length = path.len();
    guest(
        r#"(import "wasi:filesystem/preopens@0.3.0" "get-directories" (func $directories (param i32)))
           (import "wasi:filesystem/types@0.3.0" "[method]descriptor.open-at" (func $open (param i32 i32 i32 i32 i32 i32 i32)))"#,
        &format!(
            r#"(data (i32.const 4096) {path:?})
               (func $run (result i32)
                 (call $directories (i32.const 16))
                 (if (i32.eqz (i32.load (i32.const 20))) (then (call $exit (i32.const 99))))
                 (call $open (i32.load (i32.load (i32.const 16))) (i32.const 1) (i32.const 4096) (i32.const {length})
                   (i32.const {open_flags}) (i32.const {flags}) (i32.const 32))
                 (if (i32.load8_u (i32.const 32)) (then (call $exit (i32.add (i32.const 100) (i32.load8_u (i32.const 36))))))
                 (i32.const 0))"#
        ),
    )
}

fn granting(host: &Path, access: Access) -> Setup {
    Setup {
        directories: vec![Directory { host: host.to_owned(), guest: "/granted".into(), access }],
        ..Setup::default()
    }
}

const NO_ENTRY: u8 = 100 + 19;
const NOT_PERMITTED: u8 = 100 + 30;

#[test]
fn no_directory_is_there_unless_granted() {
    assert_eq!(run(opening("file", 0, READ), Setup::default()).exit_code(), 99);
}

#[test]
fn a_granted_directory_can_be_written_unless_it_is_read_only() {
    let directory = tempfile::tempdir().unwrap();
    let creating = opening("new", CREATE, READ | WRITE);
    let refused = run(&creating, granting(directory.path(), Access::ReadOnly)).exit_code();
    assert_eq!(refused, NOT_PERMITTED);
    assert!(!directory.path().join("new").exists());
    assert_eq!(run(&creating, granting(directory.path(), Access::ReadWrite)).exit_code(), 0);
    assert!(directory.path().join("new").exists());
    assert_eq!(run(opening("new", 0, READ), granting(directory.path(), Access::ReadOnly)).exit_code(), 0);
    assert_eq!(run(opening("new", 0, WRITE), granting(directory.path(), Access::ReadOnly)).exit_code(), NOT_PERMITTED);
    assert_eq!(run(opening("other", 0, READ), granting(directory.path(), Access::ReadOnly)).exit_code(), NO_ENTRY);
}

#[test]
fn there_is_no_way_out_of_a_granted_directory() {
    let directory = tempfile::tempdir().unwrap();
    let inside = directory.path().join("inside");
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(directory.path().join("outside"), "secret").unwrap();
    std::os::unix::fs::symlink("../outside", inside.join("relative")).unwrap();
    std::os::unix::fs::symlink(directory.path().join("outside"), inside.join("absolute")).unwrap();
    for path in ["../outside", "relative", "absolute", "/etc/passwd", "a/../../outside"] {
        let code = run(opening(path, 0, READ), granting(&inside, Access::ReadWrite)).exit_code();
        assert!(code == NOT_PERMITTED || (path.starts_with("a/") && code == NO_ENTRY), "{path}: {code}");
    }
}

#[test]
fn the_entries_of_a_directory_have_their_names_and_types() {
    let directory = tempfile::tempdir().unwrap();
    for number in 0..200 {
        std::fs::write(directory.path().join(format!("{number}")), "").unwrap();
    }
    std::fs::create_dir(directory.path().join("directory")).unwrap();
    std::os::unix::fs::symlink("directory", directory.path().join("link")).unwrap();
    // An entry is 24 bytes: the type, a variant of 16, and the name. Prints "TYPE NAME" lines, the type as a letter from A.
    let component = guest(
        r#"(import "wasi:filesystem/preopens@0.3.0" "get-directories" (func $directories (param i32)))
           (import "wasi:filesystem/types@0.3.0" "[method]descriptor.read-directory" (func $list (param i32 i32)))
           (import "wasi:filesystem/types@0.3.0" "[async-lower][stream-read-0][method]descriptor.read-directory"
             (func $read (param i32 i32 i32) (result i32)))"#,
        r#"(data (i32.const 4096) "? \n")
           (func $run (result i32)
             (local $stream i32) (local $result i32) (local $at i32)
             (call $directories (i32.const 16))
             (call $list (i32.load (i32.load (i32.const 16))) (i32.const 32))
             (local.set $stream (i32.load (i32.const 32)))
             (loop $more
               (local.set $result (call $complete (local.get $stream) (call $read (local.get $stream) (i32.const 8192) (i32.const 50))))
               (local.set $at (i32.const 8192))
               (block $done (loop $next
                 (br_if $done (i32.eq (local.get $at)
                   (i32.add (i32.const 8192) (i32.mul (i32.const 24) (i32.shr_u (local.get $result) (i32.const 4))))))
                 (i32.store8 (i32.const 4096) (i32.add (i32.const 65) (i32.load8_u (local.get $at))))
                 (drop (call $print (i32.const 4096) (i32.const 2)))
                 (drop (call $print (i32.load offset=16 (local.get $at)) (i32.load offset=20 (local.get $at))))
                 (drop (call $print (i32.const 4098) (i32.const 1)))
                 (local.set $at (i32.add (local.get $at) (i32.const 24)))
                 (br $next)))
               (br_if $more (i32.eqz (i32.and (local.get $result) (i32.const 15)))))
             (i32.const 0))"#,
    );
    let (outcome, stdout) = output(component, granting(directory.path(), Access::ReadOnly));
    assert!(matches!(outcome, Outcome::Exited(0)), "{outcome:?}");
    let mut lines: Vec<String> = stdout.lines().map(str::to_owned).collect();
    let letter = |of: &str| lines.iter().find(|line| &line[2..] == of).map(|line| line[..1].to_owned());
    let letters = [letter("7"), letter("directory"), letter("link")];
    // descriptor-type: block-device, character-device, directory, fifo, symbolic-link, regular-file, socket, other.
    assert_eq!(letters, ["F", "C", "E"].map(|letter| Some(letter.to_owned())), "{stdout}");
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), 202);
}

#[test]
fn a_directory_that_is_not_there_is_named() {
    for host in ["/nonexistent/directory", "/etc/passwd"] {
        let outcome = run(body("(i32.const 0)"), granting(host.as_ref(), Access::ReadWrite));
        assert!(matches!(outcome, Outcome::Refused(Refusal::Directory { .. })), "{outcome:?}");
        assert!(outcome.to_string().contains(host));
        assert_eq!(outcome.exit_code(), 125);
    }
}

/// Binds a TCP socket to an IPv4 address, port 0, and listens. Exits with 0, or with 100 + the error code.
fn listening([a, b, c, d]: [u8; 4]) -> tempfile::TempPath {
    guest(
        r#"(import "wasi:sockets/types@0.3.0" "[static]tcp-socket.create" (func $create (param i32 i32)))
           (import "wasi:sockets/types@0.3.0" "[method]tcp-socket.bind"
             (func $bind (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
           (import "wasi:sockets/types@0.3.0" "[method]tcp-socket.listen" (func $listen (param i32 i32)))"#,
        &format!(
            "(func $check (if (i32.load8_u (i32.const 16)) (then (call $exit (i32.add (i32.const 100) (i32.load8_u (i32.const 20)))))))
             (func $run (result i32)
               (local $socket i32)
               (call $create (i32.const 0) (i32.const 16)) (call $check)
               (local.set $socket (i32.load (i32.const 20)))
               (call $bind (local.get $socket) (i32.const 0) (i32.const 0) (i32.const {a}) (i32.const {b}) (i32.const {c}) (i32.const {d})
                 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 16))
               (call $check)
               (call $listen (local.get $socket) (i32.const 16)) (call $check)
               (i32.const 0))"
        ),
    )
}

/// Looks up a name. Exits with the number of addresses, or with 100 + the error code.
fn resolving(name: &str) -> tempfile::TempPath {
    let length = name.len();
    guest(
        r#"(import "wasi:sockets/ip-name-lookup@0.3.0" "resolve-addresses" (func $resolve (param i32 i32 i32)))"#,
        &format!(
            "(data (i32.const 4096) {name:?})
             (func $run (result i32)
               (call $resolve (i32.const 4096) (i32.const {length}) (i32.const 16))
               (if (i32.load8_u (i32.const 16)) (then (call $exit (i32.add (i32.const 100) (i32.load8_u (i32.const 20))))))
               (call $exit (i32.load (i32.const 24))) (i32.const 0))"
        ),
    )
}

fn on(network: Network) -> Setup {
    Setup { network, ..Setup::default() }
}

const ACCESS_DENIED: u8 = 100;

#[test]
fn a_socket_and_its_options_need_no_grant_and_every_address_does() {
    let imports = r#"
      (import "wasi:sockets/types@0.3.0" "[static]tcp-socket.create" (func $tcp (param i32 i32)))
      (import "wasi:sockets/types@0.3.0" "[method]tcp-socket.set-hop-limit" (func $hops (param i32 i32 i32)))
      (import "wasi:sockets/types@0.3.0" "[method]tcp-socket.set-send-buffer-size" (func $tcp-buffer (param i32 i64 i32)))
      (import "wasi:sockets/types@0.3.0" "[method]tcp-socket.bind" (func $bind (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
      (import "wasi:sockets/types@0.3.0" "[method]tcp-socket.connect" (func $connect (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
      (import "wasi:sockets/types@0.3.0" "[method]tcp-socket.listen" (func $listen (param i32 i32)))
      (import "wasi:sockets/types@0.3.0" "[static]udp-socket.create" (func $udp (param i32 i32)))
      (import "wasi:sockets/types@0.3.0" "[method]udp-socket.set-receive-buffer-size" (func $udp-buffer (param i32 i64 i32)))
      (import "wasi:sockets/types@0.3.0" "[method]udp-socket.bind" (func $udp-bind (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
      (import "wasi:sockets/types@0.3.0" "[method]udp-socket.connect" (func $udp-connect (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
      (import "wasi:sockets/types@0.3.0" "[method]udp-socket.send" (func $udp-send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    "#;
    // 127.0.0.1 and a port, flattened.
    let address = |port: u16| {
        format!(
            "(i32.const 0) (i32.const {port}) (i32.const 127) (i32.const 0) (i32.const 0) (i32.const 1) {}",
            "(i32.const 0) ".repeat(6)
        )
    };
    // Exits with the result's error code + 100, or with 0.
    let ends_with = |steps: &str| {
        let definitions = format!(
            "(func $check (if (i32.load8_u (i32.const 16)) (then (call $exit (i32.add (i32.const 100) (i32.load8_u (i32.const 20)))))))
             (func $tcp-socket (result i32) (call $tcp (i32.const 0) (i32.const 16)) (call $check) (i32.load (i32.const 20)))
             (func $udp-socket (result i32)
               (call $udp (i32.const 0) (i32.const 16)) (call $check) (i32.load (i32.const 20)))
             (func $run (result i32) {steps} (call $check) (i32.const 0))"
        );
        run(guest(imports, &definitions), on(Network::None)).exit_code()
    };
    assert_eq!(ends_with("(call $hops (call $tcp-socket) (i32.const 7) (i32.const 16))"), 0);
    assert_eq!(ends_with("(call $tcp-buffer (call $tcp-socket) (i64.const 65536) (i32.const 16))"), 0);
    assert_eq!(ends_with("(call $udp-buffer (call $udp-socket) (i64.const 65536) (i32.const 16))"), 0);
    for steps in [
        format!("(call $bind (call $tcp-socket) {} (i32.const 16))", address(0)),
        format!("(call $connect (call $tcp-socket) {} (i32.const 16))", address(9)),
        "(call $listen (call $tcp-socket) (i32.const 16))".to_owned(),
        format!("(call $udp-bind (call $udp-socket) {} (i32.const 16))", address(0)),
        format!("(call $udp-connect (call $udp-socket) {} (i32.const 16))", address(9)),
        // A datagram of a byte, and an option with the address.
        format!(
            "(call $udp-send (call $udp-socket) (i32.const 64) (i32.const 1) (i32.const 1) {} (i32.const 16))",
            address(9)
        ),
    ] {
        assert_eq!(ends_with(&steps), ACCESS_DENIED, "{steps}");
    }
}

#[test]
fn addresses_are_those_that_were_granted() {
    assert_eq!(run(listening([127, 0, 0, 1]), on(Network::None)).exit_code(), ACCESS_DENIED);
    assert_eq!(run(listening([127, 0, 0, 1]), on(Network::Loopback)).exit_code(), 0);
    assert_eq!(run(listening([0, 0, 0, 0]), on(Network::Loopback)).exit_code(), ACCESS_DENIED);
    assert_eq!(run(listening([0, 0, 0, 0]), on(Network::All)).exit_code(), 0);
}

#[test]
fn names_are_those_that_were_granted() {
    assert_eq!(run(resolving("localhost"), on(Network::None)).exit_code(), ACCESS_DENIED);
    for name in ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "::1"] {
        let code = run(resolving(name), on(Network::Loopback)).exit_code();
        assert!((1..100).contains(&code), "{name}: {code}");
    }
    for name in ["example.org", "notlocalhost", "localhost.example.org", ""] {
        assert_eq!(run(resolving(name), on(Network::Loopback)).exit_code(), ACCESS_DENIED, "{name}");
    }
    assert!((1..100).contains(&run(resolving("localhost"), on(Network::All)).exit_code()));
}

#[test]
fn captured_output_has_a_bound_that_does_not_fail_the_guest() {
    let stdout = Capture::new(4);
    let outcome = run(
        printing("0123456789", "(i32.const 0)"),
        Setup { stdout: Output::Capture(stdout.clone()), ..Setup::default() },
    );
    assert!(matches!(outcome, Outcome::Exited(0)), "{outcome:?}");
    assert_eq!(stdout.bytes(), b"0123");
    assert_eq!(stdout.total(), 10);
}
