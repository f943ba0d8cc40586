//! What concerns the process as a whole: the end of the interpreter, and forks.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;

use crate::driver;
use crate::session::Session;

/// How many forks lie between the first process and this one.
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// The interpreter is about to end: no callback starts any more.
static CLOSING: AtomicBool = AtomicBool::new(false);

/// And nothing else of ours may enter it.
static EXITING: AtomicBool = AtomicBool::new(false);

/// The thread that ends the interpreter.
static ENDING: OnceLock<std::thread::ThreadId> = OnceLock::new();

/// How many threads of ours are inside the interpreter, or about to be.
static INSIDE: AtomicUsize = AtomicUsize::new(0);

/// The interpreter that the module was imported in first: where its `sys.modules` is.
static INTERPRETER: OnceLock<usize> = OnceLock::new();

thread_local! {
    /// How many calls into Python deep this thread of the core is.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// The connections that may be open. Taken only by threads that are attached to Python and for no
/// longer than a look at the list, so that it is free in the child of a fork.
static SESSIONS: Mutex<Vec<Weak<Session>>> = Mutex::new(Vec::new());

/// Refuses the import in a second interpreter: PyO3 shares classes between interpreters.
pub(crate) fn stay_in_one_interpreter(py: Python<'_>) -> PyResult<()> {
    let here = py.import("sys")?.getattr("modules")?.as_ptr().addr();
    if *INTERPRETER.get_or_init(|| here) == here {
        Ok(())
    } else {
        Err(PyImportError::new_err("virtwatch does not support subinterpreters"))
    }
}

/// Which process this is, counted in forks.
pub(crate) fn generation() -> u64 {
    GENERATION.load(Ordering::Relaxed)
}

/// Whether the interpreter is about to end.
pub(crate) fn is_closing() -> bool {
    CLOSING.load(Ordering::SeqCst)
}

/// Notes an open connection, to be closed before the interpreter ends.
pub(crate) fn note(_attached: Python<'_>, session: Weak<Session>) {
    let mut sessions = SESSIONS.lock().unwrap_or_else(PoisonError::into_inner);
    sessions.retain(|session| session.strong_count() > 0);
    sessions.push(session);
}

/// Runs `f` attached to Python, on a thread of the core; `None` when there is no interpreter (any
/// more). The end of the interpreter waits for it.
pub(crate) fn enter<T>(f: impl FnOnce(Python<'_>) -> T) -> Option<T> {
    let _inside = Inside::new();
    DEPTH.set(DEPTH.get() + 1);
    let result = if EXITING.load(Ordering::SeqCst) { None } else { Python::try_attach(f) };
    DEPTH.set(DEPTH.get() - 1);
    result
}

/// Whether this thread is inside a callback: then it must not wait for another.
#[pyfunction]
pub(crate) fn inside_callback() -> bool {
    DEPTH.get() > 0
}

/// Hands an exception of a callback to `sys.unraisablehook`.
#[pyfunction]
pub(crate) fn unraisable(exception: Bound<'_, PyAny>, callback: &Bound<'_, PyAny>) {
    let py = callback.py();
    PyErr::from_value(exception).write_unraisable(py, Some(callback));
}

/// Runs `f`, which calls back into Python, on a thread of the program. The end of the interpreter
/// waits for it; after that a thread that comes here stays for good, because the interpreter would
/// end it in the middle of frames that must not be left that way.
pub(crate) fn call_back<T>(py: Python<'_>, f: impl FnOnce() -> T) -> T {
    let inside = Inside::new();
    if EXITING.load(Ordering::SeqCst) && ENDING.get() != Some(&std::thread::current().id()) {
        drop(inside);
        py.detach(|| {
            while EXITING.load(Ordering::SeqCst) {
                std::thread::park();
            }
        });
    }
    f()
}

/// A thread that is inside the interpreter, or about to be.
struct Inside {
    generation: u64,
}

impl Inside {
    fn new() -> Self {
        INSIDE.fetch_add(1, Ordering::SeqCst);
        Self { generation: generation() }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        // The child of a fork counts anew.
        if self.generation == generation() {
            INSIDE.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// An object of Python that the core holds. It ends at once when it is dropped, in an attached thread.
pub(crate) struct Held(
    /// Empty only while it is dropped.
    Option<Py<PyAny>>,
);

impl Held {
    pub(crate) fn new(object: &Bound<'_, PyAny>) -> Self {
        Self(Some(object.clone().unbind()))
    }

    pub(crate) fn bind<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        self.0.as_ref().map_or_else(|| py.None(), |object| object.clone_ref(py)).into_bound(py)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let object = self.0.take();
        let mut object = Some(object);
        enter(|_attached| drop(object.take()));
        #[expect(clippy::mem_forget, reason = "the interpreter that it belongs to has ended")]
        std::mem::forget(object);
    }
}

/// Drops what holds locks or threads of the core, detached from Python if this thread is attached.
pub(crate) fn drop_detached<T: Send>(value: T) {
    let mut value = Some(value);
    Python::try_attach(|py| py.detach(|| drop(value.take())));
}

/// Closes every connection once no callback runs any more. For `atexit`: a thread that is inside a
/// callback while the interpreter ends would abort the process. A callback that hangs keeps the
/// program alive, as any thread does; Ctrl-C ends it.
#[pyfunction]
pub(crate) fn close_all(py: Python<'_>) -> PyResult<()> {
    CLOSING.store(true, Ordering::SeqCst);
    ENDING.get_or_init(|| std::thread::current().id());
    let close = || {
        wait_until_outside(py)?;
        driver::unregister_all(py);
        let sessions =
            std::mem::take(&mut *SESSIONS.lock().unwrap_or_else(PoisonError::into_inner));
        for session in sessions.iter().filter_map(Weak::upgrade) {
            session.close(py);
        }
        EXITING.store(true, Ordering::SeqCst);
        wait_until_outside(py)
    };
    close().or_else(|interrupt| {
        interrupt.print(py);
        end_by_interrupt(py)
    })
}

/// Ends the process as Ctrl-C does where nobody handles it: the interpreter cannot be ended in
/// order while a callback runs.
fn end_by_interrupt(py: Python<'_>) -> PyResult<()> {
    let sys = py.import("sys")?;
    for stream in ["stdout", "stderr"] {
        sys.getattr(stream)?.call_method0("flush")?;
    }
    let (signal, os) = (py.import("signal")?, py.import("os")?);
    let interrupt = signal.getattr("SIGINT")?;
    signal.call_method1("signal", (&interrupt, signal.getattr("SIG_DFL")?))?;
    os.call_method1("kill", (os.call_method0("getpid")?, interrupt))?;
    Ok(())
}

/// Waits until no thread of ours is inside the interpreter.
fn wait_until_outside(py: Python<'_>) -> PyResult<()> {
    while INSIDE.load(Ordering::SeqCst) > 0 {
        py.detach(|| std::thread::sleep(Duration::from_millis(1)));
        py.check_signals()?;
    }
    Ok(())
}

/// For the child of a fork: connections from before it cannot be used, their threads are gone.
#[pyfunction]
pub(crate) fn forked(_py: Python<'_>) {
    GENERATION.fetch_add(1, Ordering::Relaxed);
    INSIDE.store(0, Ordering::SeqCst);
}
