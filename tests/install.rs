//! An installation: what is in it, and that programs are built with it by pkg-config and by CMake.
#![cfg(all(feature = "capi", feature = "cli", target_os = "linux"))]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it leaves out"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs it; it has to end well. Returns what it printed.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{text}\n{errors}");
    text
}

fn make(arguments: &[String]) {
    let mut make = Command::new("make");
    make.current_dir(root()).env_remove("MAKEFLAGS").env_remove("MAKELEVEL");
    run(make.args(arguments));
}

fn have(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").output().is_ok();
    assert!(found || std::env::var_os("CI").is_none(), "{tool} is not installed");
    if !found {
        eprintln!("{tool} is not installed: left out");
    }
    found
}

/// The files and links below a directory.
fn files(directory: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                open.push(entry.path());
            } else {
                found.insert(entry.path().strip_prefix(directory).unwrap().to_owned());
            }
        }
    }
    found
}

/// What is installed, with the library's files in `lib`.
fn expected(lib: &str) -> BTreeSet<PathBuf> {
    let shared = format!("libvirtwatch.so.{VERSION}");
    let libraries = ["libvirtwatch.a", "libvirtwatch.so", "libvirtwatch.so.0", &shared];
    let more = [
        "cmake/virtwatch/virtwatch-config-version.cmake",
        "cmake/virtwatch/virtwatch-config.cmake",
        "pkgconfig/virtwatch-libvirt.pc",
        "pkgconfig/virtwatch.pc",
    ];
    let others = [
        "bin/virtwatch",
        "include/virtwatch/compat/libvirt/libvirt.h",
        "include/virtwatch/compat/libvirt/virterror.h",
        "include/virtwatch/virtwatch.h",
        "share/man/man1/virtwatch.1",
        "share/man/man3/virtwatch.3",
    ];
    let in_lib = libraries.into_iter().chain(more).map(|file| Path::new(lib).join(file));
    in_lib.chain(others.map(PathBuf::from)).collect()
}

/// An installation that programs are built with.
struct Installed {
    /// Where its .pc files are.
    pkgconfig: PathBuf,
    /// What pkg-config puts before the paths in them.
    sysroot: PathBuf,
    /// Where programs are built.
    work: tempfile::TempDir,
}

impl Installed {
    fn new(pkgconfig: PathBuf, sysroot: &Path) -> Self {
        Self { pkgconfig, sysroot: sysroot.to_owned(), work: tempfile::tempdir().unwrap() }
    }

    fn pkg_config(&self, arguments: &[&str]) -> Vec<String> {
        let mut command = Command::new("pkg-config");
        command.env("PKG_CONFIG_LIBDIR", &self.pkgconfig);
        command.env("PKG_CONFIG_SYSROOT_DIR", &self.sysroot);
        let answer = run(command.args(arguments));
        answer.split_whitespace().map(str::to_owned).collect()
    }

    /// Builds a program as an outsider does, and returns its path.
    fn build(&self, source: &str, options: &[String], package: &[&str]) -> PathBuf {
        let program = self.work.path().join("program");
        let mut cc = Command::new("cc");
        cc.args(["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-o"]).arg(&program);
        cc.arg(root().join(source)).args(options);
        run(cc.args(self.pkg_config(package)));
        program
    }
}

/// Whether a program finds the library when it starts.
fn needs_the_library(program: &Path) -> bool {
    run(Command::new("readelf").arg("--dynamic").arg(program)).contains("libvirtwatch.so.0")
}

fn build_with_pkg_config(installed: &Installed, lib: &Path) {
    let rpath = [format!("-Wl,-rpath,{}", lib.display())];
    assert_eq!(installed.pkg_config(&["--modversion", "virtwatch"]), [VERSION]);
    let ours = "tests/install/program.c";
    let options = ["--cflags", "--libs", "virtwatch"];
    let program = installed.build(ours, &rpath, &options);
    assert!(needs_the_library(&program));
    assert!(run(&mut Command::new(program)).starts_with("test of "));

    let options = ["--cflags", "--libs", "--static", "virtwatch"];
    let program = installed.build(ours, &["-static".to_owned()], &options);
    assert!(!needs_the_library(&program));
    assert!(run(&mut Command::new(program)).starts_with("test of "));

    let options = ["--cflags", "--libs", "virtwatch-libvirt"];
    let program = installed.build("tests/compat/lister.c", &rpath, &options);
    assert!(needs_the_library(&program));
    assert!(run(&mut Command::new(program)).starts_with("test:///default TEST alive 1"));
}

/// Where there is only the archive, a program takes it, without being linked statically as a whole.
fn build_with_the_archive_alone(installed: &Installed, lib: &Path) {
    for file in fs::read_dir(lib).unwrap() {
        let path = file.unwrap().path();
        if path.to_string_lossy().contains("libvirtwatch.so") {
            fs::remove_file(path).unwrap();
        }
    }
    let options = ["--cflags", "--libs", "--static", "virtwatch"];
    let program = installed.build("tests/install/program.c", &[], &options);
    assert!(!needs_the_library(&program));
    assert!(run(&mut Command::new(program)).starts_with("test of "));
}

fn build_with_cmake(prefix: &Path) {
    let build = tempfile::tempdir().unwrap();
    let mut cmake = Command::new("cmake");
    cmake.arg("-S").arg(root().join("tests/install")).arg("-B").arg(build.path());
    run(cmake.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display())));
    run(Command::new("cmake").arg("--build").arg(build.path()));
    let program = build.path().join("program");
    assert!(needs_the_library(&program));
    assert!(run(&mut Command::new(program)).starts_with("test of "));
}

/// Into a prefix: all is there and works where it is, and `make uninstall` leaves nothing.
#[test]
#[ignore = "builds the library twice: make check-install"]
fn programs_are_built_with_what_is_installed() {
    let directory = tempfile::tempdir().unwrap();
    let prefix = directory.path();
    let arguments = |target: &str| [target.to_owned(), format!("PREFIX={}", prefix.display())];
    make(&arguments("install"));
    assert_eq!(files(prefix), expected("lib"));
    let version = run(Command::new(prefix.join("bin/virtwatch")).arg("--version"));
    assert_eq!(version, format!("virtwatch {VERSION}\n"));
    if have("pkg-config") {
        let installed = Installed::new(prefix.join("lib/pkgconfig"), Path::new("/"));
        build_with_pkg_config(&installed, &prefix.join("lib"));
    }
    if have("cmake") {
        build_with_cmake(prefix);
    }
    make(&arguments("uninstall"));
    assert_eq!(files(prefix), BTreeSet::new());
}

/// As a package is made: into a directory that is not the place where it will be, with the
/// directories of a distribution.
#[test]
#[ignore = "builds the library twice: make check-install"]
fn programs_are_built_with_what_is_staged() {
    let directory = tempfile::tempdir().unwrap();
    let stage = directory.path();
    make(&[
        "install".to_owned(),
        format!("DESTDIR={}", stage.display()),
        "prefix=/usr".to_owned(),
        "libdir=/usr/lib/any-linux-gnu".to_owned(),
    ]);
    assert_eq!(files(&stage.join("usr")), expected("lib/any-linux-gnu"));
    assert_eq!(files(stage).len(), files(&stage.join("usr")).len());
    let lib = stage.join("usr/lib/any-linux-gnu");
    let pc = fs::read_to_string(lib.join("pkgconfig/virtwatch.pc")).unwrap();
    assert!(pc.starts_with("prefix=/usr\nlibdir=${prefix}/lib/any-linux-gnu\n"), "{pc}");
    if have("pkg-config") {
        let installed = Installed::new(lib.join("pkgconfig"), stage);
        build_with_pkg_config(&installed, &lib);
        build_with_the_archive_alone(&installed, &lib);
    }
}
