//! Running a component in a browser without a window: a server of this process gives it the page and takes what the program writes, and its exit
//! code. No driver of browsers is needed for that.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;
use std::{env, fs, thread};

use anyhow::{Context, Result, bail};

use crate::folder::{self, Kind};
use crate::run::{given, program};

/// A browser that can run programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browser {
    Chromium,
    Firefox,
}

impl Browser {
    /// By its name.
    ///
    /// # Errors
    /// It is none of them.
    pub fn named(name: &str) -> Result<Browser> {
        match name {
            "chromium" => Ok(Browser::Chromium),
            "firefox" => Ok(Browser::Firefox),
            other => bail!("`{other}` is no browser that this tool knows: there are chromium and firefox"),
        }
    }

    /// The names of its executables, and Debian's package.
    fn executables(self) -> (&'static [&'static str], &'static str) {
        match self {
            Browser::Chromium => {
                (&["chromium-headless-shell", "chromium", "google-chrome", "chrome"], "chromium-headless-shell")
            }
            Browser::Firefox => (&["firefox-esr", "firefox"], "firefox-esr"),
        }
    }

    fn find(self) -> Result<PathBuf> {
        let (names, package) = self.executables();
        let path = env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = env::split_paths(&path).collect();
        let programs = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        programs.into_iter().find(|program| program.is_file()).with_context(|| {
            format!("no {} is on the path; on Debian `apt-get install {package}` installs one", names.join(", "))
        })
    }

    /// Opens an address, with a profile of its own.
    fn open(self, profile: &Path, address: &str) -> Result<Child> {
        let program = self.find()?;
        let mut command = Command::new(&program);
        match self {
            Browser::Chromium => {
                command.args(["--headless", "--no-first-run", "--disable-gpu", "--remote-debugging-port=0"]);
                command.arg(format!("--user-data-dir={}", profile.display()));
                // Its sandbox refuses root, whose containers and CI are a sandbox already.
                if is_root() {
                    command.arg("--no-sandbox");
                }
            }
            Browser::Firefox => {
                fs::write(profile.join("user.js"), FIREFOX).context("the profile cannot be written")?;
                command.args(["--headless", "--no-remote", "--profile"]).arg(profile);
            }
        }
        command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().with_context(|| format!("{} cannot be started", program.display()))
    }
}

/// What Firefox does when it is started for the first time, and not here.
const FIREFOX: &str = r#"user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
user_pref("toolkit.startup.max_resumed_crashes", -1);
"#;

/// What comes from the page.
enum Said {
    Stdout(Vec<u8>),
    Stderr(Vec<u8>),
    Ended(u8),
}

/// Runs a component in a browser, with these arguments and variables.
///
/// # Errors
/// There is no such file or browser; it is no program; the browser ends before the program.
pub fn run(browser: Browser, component: &Path, arguments: &[OsString], variables: &[OsString]) -> Result<ExitCode> {
    let made = program(component)?;
    let scratch =
        tempfile::Builder::new().prefix("component-web-").tempdir().context("there is no temporary directory")?;
    let [pages, profile] = ["pages", "profile"].map(|name| scratch.path().join(name));
    for folder in [&pages, &profile] {
        fs::create_dir(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    folder::write(&pages, &made, Kind::Page)?;
    let terminals = [io::stdin().is_terminal(), io::stdout().is_terminal(), io::stderr().is_terminal()];
    let given = given(component, arguments, variables, terminals);
    for (name, text) in [("given.json", given.as_str()), ("runner.html", PAGE), ("runner.js", RUNNER)] {
        fs::write(pages.join(name), text).with_context(|| format!("{name} cannot be written"))?;
    }
    let listener = TcpListener::bind("127.0.0.1:0").context("no port of this machine can be had")?;
    let address = format!("http://{}/runner.html", listener.local_addr()?);
    let (sender, receiver) = mpsc::channel();
    let pages = Arc::new(pages);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let (sender, pages) = (sender.clone(), Arc::clone(&pages));
            // One that breaks off is the browser's affair.
            thread::spawn(move || drop(serve(connection, &pages, &sender)));
        }
    });
    let mut child = browser.open(&profile, &address)?;
    let code = loop {
        match receiver.recv_timeout(Duration::from_millis(500)) {
            Ok(Said::Stdout(bytes)) => io::stdout().write_all(&bytes).context("standard output cannot be written")?,
            Ok(Said::Stderr(bytes)) => io::stderr().write_all(&bytes).context("standard error cannot be written")?,
            Ok(Said::Ended(code)) => break Ok(code),
            Err(RecvTimeoutError::Disconnected) => break Err("the server has ended".to_owned()),
            Err(RecvTimeoutError::Timeout) => {
                if let Some(status) = child.try_wait().context("the browser cannot be waited for")? {
                    break Err(status.to_string());
                }
            }
        }
    };
    io::stdout().flush().context("standard output cannot be written")?;
    let _ = child.kill();
    let _ = child.wait();
    match code {
        Ok(code) => Ok(ExitCode::from(code)),
        Err(why) => bail!("the browser ended before the program: {why}"),
    }
}

const PAGE: &str = "<!doctype html><meta charset=\"utf-8\"><title>A Rust program</title><script type=\"module\" src=\"runner.js\"></script>\n";
const RUNNER: &str = include_str!("../host/runner.js");

/// Answers one request.
fn serve(mut connection: TcpStream, pages: &Path, said: &Sender<Said>) -> io::Result<()> {
    let mut reader = BufReader::new(connection.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let request = Request::read(&line);
    let mut length = 0;
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let (status, kind, answer) = match request {
        Some(Request { is_post: true, path }) => {
            let message = match path.as_str() {
                "stdout" => Some(Said::Stdout(body)),
                "stderr" => Some(Said::Stderr(body)),
                "end" => String::from_utf8_lossy(&body).parse().ok().map(Said::Ended),
                _ => None,
            };
            // Nobody listens after the end.
            let is_known = message.map(|message| said.send(message)).is_some();
            (if is_known { "200 OK" } else { "404 Not Found" }, "text/plain", Vec::new())
        }
        Some(Request { path, .. }) => match fs::read(pages.join(&path)) {
            Ok(bytes) => ("200 OK", kind_of(&path), bytes),
            Err(_) => ("404 Not Found", "text/plain", Vec::new()),
        },
        None => ("400 Bad Request", "text/plain", Vec::new()),
    };
    // The two policies give the page finer clocks.
    write!(
        connection,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\nCache-Control: no-store\r\n\
         Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Embedder-Policy: require-corp\r\n\r\n",
        answer.len()
    )?;
    connection.write_all(&answer)
}

/// The first line of a request.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    is_post: bool,
    /// Below the folder of pages.
    path: String,
}

impl Request {
    /// None: it is no request, or for what lies elsewhere.
    fn read(line: &str) -> Option<Request> {
        let mut words = line.split(' ');
        let is_post = match words.next()? {
            "GET" => false,
            "POST" => true,
            _ => return None,
        };
        let path = words.next()?.strip_prefix('/')?.split('?').next()?;
        let is_inside = !path.split('/').any(|part| part == "..") && !path.starts_with('/');
        is_inside.then(|| Request { is_post, path: path.to_owned() })
    }
}

fn kind_of(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

/// Whether this process is root's.
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_stay_in_the_folder() {
        let request = |is_post, path: &str| Some(Request { is_post, path: path.to_owned() });
        assert_eq!(Request::read("GET /a/b.js?x HTTP/1.1\r\n"), request(false, "a/b.js"));
        assert_eq!(Request::read("POST /end HTTP/1.1\r\n"), request(true, "end"));
        for outside in ["GET /../a HTTP/1.1", "GET //etc/passwd HTTP/1.1", "GET a HTTP/1.1", "PUT /a HTTP/1.1", ""] {
            assert_eq!(Request::read(outside), None, "{outside}");
        }
    }

    #[test]
    fn a_page_is_served_and_what_it_says_arrives() {
        let pages = tempfile::tempdir().unwrap();
        fs::write(pages.path().join("a.js"), "export {};").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, receiver) = mpsc::channel();
        let ask = |request: &str| {
            let mut connection = TcpStream::connect(address).unwrap();
            connection.write_all(request.as_bytes()).unwrap();
            serve(listener.accept().unwrap().0, pages.path(), &sender).unwrap();
            let mut answer = String::new();
            connection.read_to_string(&mut answer).unwrap();
            answer
        };
        let answer = ask("GET /a.js HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(
            answer.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\n")
                && answer.ends_with("export {};")
        );
        assert!(ask("GET /b.js HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
        assert!(ask("POST /end HTTP/1.1\r\nContent-Length: 2\r\n\r\n42").starts_with("HTTP/1.1 200"));
        assert!(matches!(receiver.recv(), Ok(Said::Ended(42))));
    }
}
