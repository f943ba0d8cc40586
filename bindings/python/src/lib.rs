#![forbid(unsafe_code)]
//! The Python module of virtwatch, over its public Rust API.
//!
//! Whatever may block, take a lock of the core or join a thread runs detached from Python, and
//! nothing attaches while it holds a lock. The pure-Python half is in `python/virtwatch`.

mod callback;
mod config;
mod connection;
mod cursor;
mod document;
mod domain;
mod driver;
mod error;
mod facts;
mod host;
mod number;
mod options;
mod pickle;
mod process;
mod record;
mod registration;
mod session;
mod stats;
mod watch;

use pyo3::pymodule;

/// The native half of virtwatch.
#[pymodule]
mod _native {
    use pyo3::prelude::*;

    use super::process;

    #[pymodule_export]
    use super::config::Config;
    #[pymodule_export]
    use super::connection::{Connection, connect};
    #[pymodule_export]
    use super::cursor::Cursor;
    #[pymodule_export]
    use super::domain::Domain;
    #[pymodule_export]
    use super::driver::{Request, register_driver, unregister_driver};
    #[pymodule_export]
    use super::host::Host;
    #[pymodule_export]
    use super::number::numbers;
    #[pymodule_export]
    use super::pickle::record;
    #[pymodule_export]
    use super::process::{close_all, forked, inside_callback, unraisable};
    #[pymodule_export]
    use super::record::Record;
    #[pymodule_export]
    use super::registration::Registration;
    #[pymodule_export]
    use super::stats::{Stats, WatchStats};
    #[pymodule_export]
    use super::watch::Watch;

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name that Python has for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        process::stay_in_one_interpreter(module.py())
    }
}
