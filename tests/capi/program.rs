//! Building C programs against the library of this build, and running them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shared library. `cargo test` builds it beside the test, and nowhere else.
pub(super) fn library() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let library = test.with_file_name("libvirtwatch.so");
    assert!(library.exists(), "{} is not there", library.display());
    library
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

    /// The same of several sources, with more options.
    pub(super) fn build_with(sources: &[&str], options: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let library_here = directory.path().join("libvirtwatch.so.0");
        std::os::unix::fs::symlink(library(), &library_here).unwrap();
        let program = Self { directory };
        let output = Command::new("cc")
            .args(["-std=c11", "-g", "-pthread"])
            .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"])
            .arg(root().join("include"))
            .arg("-o")
            .arg(program.path())
            .args(sources.iter().map(|source| root().join(source)))
            .arg(&library_here)
            .arg(format!("-Wl,-rpath,{}", program.directory.path().display()))
            .args(options)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{sources:?} does not compile:\n{errors}");
        program
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
        if Command::new("valgrind").arg("--version").output().is_err() {
            assert!(std::env::var_os("CI").is_none(), "valgrind is not installed");
            eprintln!("valgrind is not installed: not run under it");
            return;
        }
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--quiet", "--error-exitcode=9", "--leak-check=full"]);
        self.finish(valgrind.args(["--fair-sched=try"]).arg(self.path()).args(arguments));
    }

    fn finish(&self, command: &mut Command) -> String {
        let Output { status, stdout, stderr } =
            command.env("TEST_DIRECTORY", self.directory.path()).output().unwrap();
        let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert!(status.success(), "{command:?}: {status}\n{stdout}\n{stderr}");
        stdout.into_owned()
    }
}
