//! How the tests run the tool.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const TEST_UUID: &str = "6695eb01-f6a4-8304-79aa-97f2502e193f";

/// A run that takes longer hangs.
const WATCHDOG: Duration = Duration::from_mins(1);

/// What a run ended with.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// The output of a run in which all went well.
    pub(crate) fn ok(self) -> String {
        assert_eq!((self.status, self.err.as_str()), (0, ""), "{}", self.out);
        self.out
    }

    /// The JSON objects of the output.
    pub(crate) fn json(&self) -> Vec<Value> {
        let objects = self.out.lines().map(|line| serde_json::from_str(line).expect(line));
        objects.collect()
    }
}

/// The tool, without the user's environment.
pub(crate) fn tool(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_virtwatch"));
    command.args(args).env_clear().env("TZ", "UTC");
    command
}

pub(crate) fn start(command: &mut Command) -> Child {
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    pipes.spawn().expect("the tool starts")
}

/// Waits for the end of a run that nobody has read from.
pub(crate) fn end(mut child: Child) -> Run {
    let mut stdout = child.stdout.take().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let read = move |stream: &mut dyn Read| {
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("UTF-8");
        text
    };
    let out = std::thread::Builder::new().spawn(move || read(&mut stdout)).unwrap();
    let err = std::thread::Builder::new().spawn(move || read(&mut stderr)).unwrap();
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > WATCHDOG {
            child.kill().unwrap();
            panic!("the tool hangs");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let (out, err) = (out.join().unwrap(), err.join().unwrap());
    Run { status: status.code().unwrap_or(-1), out, err }
}

/// Runs one command line.
pub(crate) fn run(args: &[&str]) -> Run {
    run_with(args, "")
}

/// Runs one command line with that standard input.
pub(crate) fn run_with(args: &[&str], input: &str) -> Run {
    let mut child = start(&mut tool(args));
    // A tool that refuses its arguments may have ended before it reads.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    end(child)
}

/// Runs a script on the built-in host.
pub(crate) fn script(lines: &str) -> Run {
    run_with(&["-c", "test:///default"], lines)
}

/// A directory with documents.
pub(crate) struct Files {
    directory: TempDir,
}

impl Files {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A directory with the documents of domains of these names, at `NAME.xml`.
    pub(crate) fn of_domains(names: &[&str]) -> Self {
        let files = Self::new();
        for name in names {
            std::fs::write(files.path(&format!("{name}.xml")), document(name)).unwrap();
        }
        files
    }

    /// A script in which `@` stands for the directory.
    pub(crate) fn script(&self, lines: &str) -> String {
        lines.replace('@', &self.directory.path().display().to_string())
    }

    /// Runs it on the built-in host.
    pub(crate) fn run(&self, lines: &str) -> Run {
        script(&self.script(lines))
    }
}

pub(crate) fn document(name: &str) -> String {
    format!(
        "<domain type='test'><name>{name}</name><memory>1024</memory>\
         <os><type>hvm</type></os></domain>"
    )
}

/// A host with a running, a paused and an inactive domain, and its URI.
pub(crate) fn host(files: &Files) -> String {
    let path = files.path("node.xml");
    let domain = |name: &str, state: u8| {
        let end = format!("<t:runstate>{state}</t:runstate></domain>");
        document(name).replace("</domain>", &end)
    };
    let node = format!(
        "<node xmlns:t='http://libvirt.org/schemas/domain/test/1.0'>{}{}{}</node>",
        domain("runs", 1),
        domain("sleeps", 3),
        domain("rests", 5)
    );
    std::fs::write(&path, node).unwrap();
    uri(&path)
}

pub(crate) fn uri(path: &Path) -> String {
    format!("test://{}", path.display())
}
