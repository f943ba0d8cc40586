//! Programs that are written for libvirt, built from one source with libvirt and with virtwatch:
//! what they print is the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{libvirt, root};

/// Builds a source of the repository with those options, in that directory.
fn build(source: &str, options: &[String], directory: &Path) -> PathBuf {
    let path = directory.join("program");
    let output = Command::new("cc")
        .args(["-std=c11", "-g", "-pthread", "-D_GNU_SOURCE"])
        .args(["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o"])
        .arg(&path)
        .arg(root().join(source))
        .args(options)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{source} does not compile:\n{errors}");
    path
}

/// Runs it with an argument; it has to end well. Returns what it printed.
fn run(program: &Path, argument: &Path) -> String {
    let Output { status, stdout, stderr } = Command::new(program).arg(argument).output().unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{}: {status}\n{stdout}\n{stderr}", program.display());
    stdout.into_owned()
}

/// What a compiler is to be told to build with virtwatch: what its pkg-config file says, of the
/// library of this build.
fn virtwatch(directory: &Path) -> Vec<String> {
    let test = std::env::current_exe().unwrap();
    let library = directory.join("libvirtwatch.so.0");
    std::os::unix::fs::symlink(test.with_file_name("libvirtwatch.so"), &library).unwrap();
    let include = root().join("include");
    vec![
        format!("-I{}/virtwatch/compat", include.display()),
        format!("-I{}", include.display()),
        library.display().to_string(),
        format!("-Wl,-rpath,{}", directory.display()),
    ]
}

/// Where `left` and `right` part.
fn difference(left: &str, right: &str) -> String {
    let mut pairs = left.lines().zip(right.lines()).enumerate();
    match pairs.find(|(_, (left, right))| left != right) {
        Some((at, (left, right))) => {
            format!("line {}\nlibvirt:   {left}\nvirtwatch: {right}", at + 1)
        }
        None => "in length".to_owned(),
    }
}

/// What a source prints when it is built with libvirt, and with virtwatch.
fn printed(source: &str) -> [String; 2] {
    let [theirs, ours] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let printed = |options: &[String], directory: &Path| {
        // A file that it may write.
        run(&build(source, options, directory), &directory.join("file"))
    };
    let mut options = libvirt::options("--cflags");
    options.extend(libvirt::options("--libs"));
    [printed(&options, theirs.path()), printed(&virtwatch(ours.path()), ours.path())]
}

fn prints_the_same(program: &str) {
    if !libvirt::is_here() {
        return;
    }
    let [libvirt, virtwatch] = printed(&format!("tests/compat/{program}.c"));
    assert!(!libvirt.is_empty());
    assert!(libvirt == virtwatch, "{program} differs, {}", difference(&libvirt, &virtwatch));
}

/// Where docs/libvirt-compat.md says that the libraries differ, they do, and as it says.
#[test]
fn what_differs_differs_as_documented() {
    if !libvirt::is_here() {
        return;
    }
    let [libvirt, virtwatch] = printed("tests/compat/differing/differing.c");
    let outcome = |line: &str| line.split_once(": ").unwrap().1.to_owned();
    let differing = libvirt.lines().zip(virtwatch.lines());
    let lines: Vec<_> =
        differing.map(|(left, right)| format!("{left} | {}", outcome(right))).collect();
    let expected: Vec<_> = include_str!("differing/expected.txt").lines().collect();
    assert_eq!(lines, expected);
}

/// What `make bench` measures can be built, and runs.
#[test]
fn the_measured_work_runs() {
    let directory = tempfile::tempdir().unwrap();
    let options = virtwatch(directory.path());
    build("benches/scale.c", &options, directory.path());
    let work = build("benches/work.c", &options, directory.path());
    for row in ["deliver", "define-1k", "id"] {
        let cost: f64 = run(&work, Path::new(row)).trim().parse().unwrap();
        assert!(cost > 0.0, "{row}");
    }
}

/// A test that a program prints the same with both libraries.
macro_rules! programs {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        $(
            $(#[$doc])*
            #[test]
            fn $name() {
                prints_the_same(stringify!($name));
            }
        )+

        /// Every program is run.
        #[test]
        fn no_program_is_left_out() {
            for file in fs::read_dir(root().join("tests/compat")).unwrap() {
                let name = file.unwrap().file_name().into_string().unwrap();
                if let Some(program) = name.strip_suffix(".c") {
                    assert!([$(stringify!($name)),+].contains(&program), "{program}");
                }
            }
        }
    };
}

programs! {
    /// Lists with every filter, lookups, what is told of domains.
    lister;
    /// Lives of a persistent and a transient domain, with the code of every refusal.
    life;
    /// A callback for one domain, whatever becomes of it.
    filter;
    /// Timers and file descriptors of a program, in the default loop.
    loop_alone;
    /// Title, description, elements, live and stored; autostart.
    metadata;
    /// Opening with credentials, what a connection tells of itself.
    host;
    /// Callbacks of both forms, that a timer of the loop makes things happen for.
    event_test;
    /// Error handlers, and the last error of each thread.
    errors;
}
