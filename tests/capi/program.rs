//! Building C programs against the library of this build, and running them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shared library. `cargo test` builds it beside the test, and nowhere else.
pub(super) fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let library = test.with_file_name("libvirtwatch.so");
    assert!(library.exists(), "{} is not there", library.display());
    library
}

/// Whether a tool is here. In CI it has to be; elsewhere what needs it is left out.
pub(super) fn needed(tool: &str, is_here: bool) -> bool {
    if !is_here {
        assert!(std::env::var_os("CI").is_none(), "{tool} not installed");
        eprintln!("{tool} not installed: what needs it is left out");
    }
    is_here
}

/// A C program in a directory of its own, with the library under its soname beside it.
pub(super) struct Program {
    directory: TempDir,
}

impl Program {
    /// Compiles `source`, a path in the repository, without a warning.
    pub(super) fn build(source: &str) -> Self {
        Self::build_with(&[source], &[])
    }

    /// The same with gcc's address and undefined-behaviour sanitizers; `None` where there are none.
    pub(super) fn build_sanitized(source: &str) -> Option<Self> {
        let finds = |library| {
            let output = Command::new("cc").arg(format!("-print-file-name={library}")).output();
            // What is not found is told as it was asked for.
            output.is_ok_and(|output| output.stdout.starts_with(b"/"))
        };
        let is_here = finds("libasan.so") && finds("libubsan.so");
        let options = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
        needed("gcc's sanitizers", is_here).then(|| Self::build_with(&[source], &options))
    }

    /// The same of several sources, with more options.
    pub(super) fn build_with(sources: &[&str], options: &[&str]) -> Self {
        let program = Self { directory: tempfile::tempdir().unwrap() };
        std::os::unix::fs::symlink(library(), program.library()).unwrap();
        let output = Command::new("cc")
            .args(["-std=c11", "-g", "-pthread"])
            .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"])
            .arg(root().join("include"))
            .arg("-o")
            .arg(program.path())
            .args(sources.iter().map(|source| root().join(source)))
            .arg("-Wl,--as-needed")
            .arg(program.library())
            .arg(format!("-Wl,-rpath,{}", program.directory.path().display()))
            .args(options)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{sources:?} does not compile:\n{errors}");
        program
    }

    /// The library, under its soname.
    pub(super) fn library(&self) -> PathBuf {
        self.directory.path().join("libvirtwatch.so.0")
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("program")
    }

    /// Runs it; it has to end well. Returns what it printed.
    pub(super) fn run(&self, arguments: &[&str]) -> String {
        self.finish(Command::new(self.path()).args(arguments))
    }

    /// Runs it under valgrind; neither an error nor a leak is accepted.
    pub(super) fn run_under_valgrind(&self, arguments: &[&str]) {
        self.run_under(&["--leak-check=full"], arguments);
    }

    /// The same for a program that frees nothing.
    pub(super) fn run_under_valgrind_with_leaks(&self, arguments: &[&str]) {
        self.run_under(&["--leak-check=no"], arguments);
    }

    /// Runs it under helgrind, as far as that sees anything: `tests/c/helgrind.supp` says what not.
    pub(super) fn run_under_helgrind(&self, arguments: &[&str]) {
        let suppressions = root().join("tests/c/helgrind.supp");
        let suppressions = format!("--suppressions={}", suppressions.display());
        self.run_under(&["--tool=helgrind", &suppressions], arguments);
    }

    fn run_under(&self, tool: &[&str], arguments: &[&str]) {
        let is_here = Command::new("valgrind").arg("--version").output().is_ok();
        if needed("valgrind", is_here) {
            let mut valgrind = Command::new("valgrind");
            valgrind.args(["--quiet", "--error-exitcode=9", "--fair-sched=try"]).args(tool);
            self.finish(valgrind.arg(self.path()).args(arguments));
        }
    }

    fn finish(&self, command: &mut Command) -> String {
        let Output { status, stdout, stderr } =
            command.env("TEST_DIRECTORY", self.directory.path()).output().unwrap();
        let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert!(status.success(), "{command:?}: {status}\n{stdout}\n{stderr}");
        stdout.into_owned()
    }
}
