//! The way in: every exported function runs in [`guard`], and reads its arguments through its
//! [`Call`].

use std::cell::Cell;
use std::ffi::{OsStr, c_char, c_int, c_uint, c_ulong};
use std::fmt::LowerHex;
use std::mem::ManuallyDrop;
use std::os::unix::ffi::OsStrExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::ptr;

use bitflags::Flags;

use super::connection::vwConnect;
use super::domain::vwDomain;
use super::handle::{Borrowed, Checked, Object};
use super::handler::Handler;
use super::host::vwHost;
use super::watch::vwWatch;
use super::{error, handle, handler, string};
use crate::{Connection, CreateFlags, Error, ErrorCode, ErrorDomain, Result, Uuid};

/// One call of an exported function, which checks its arguments.
///
/// To have one is to have the caller's promise that the pointers among the arguments are what the
/// header asks for; that is why its methods are safe.
#[derive(Debug)]
pub(super) struct Call {
    function: &'static str,
    /// The connection that it is about, once that is known.
    conn: Cell<*mut vwConnect>,
}

/// Runs an exported function: clears the thread's last error, keeps the error it fails with, tells
/// the program's error handler, and lets no panic out. `failed` is what the function returns then.
#[expect(clippy::needless_pass_by_value, reason = "a call is made for one run")]
pub(super) fn guard<T>(failed: T, call: Call, run: impl FnOnce(&Call) -> Result<T>) -> T {
    error::clear();
    let error = match catch_unwind(AssertUnwindSafe(|| run(&call))) {
        Ok(Ok(value)) => return value,
        Ok(Err(error)) => error,
        Err(payload) => {
            // A payload may panic in its own drop.
            let _leaked = ManuallyDrop::new(payload);
            let info = format!("panic in {}", call.function);
            Error::new(ErrorCode::InternalError, ErrorDomain::None, info)
        }
    };
    error::set(&error, call.function);
    handler::tell(call.handler());
    failed
}

/// Where C wants a value to be written.
pub(super) struct Out<T>(*mut T);

impl<T> Out<T> {
    pub(super) fn write(&self, value: T) {
        // SAFETY: `Call::out` found it neither NULL nor misaligned; that it can be written is the
        // promise behind the call.
        unsafe { self.0.write(value) };
    }
}

/// An array that C wants to be filled.
pub(super) struct OutArray<T> {
    start: *mut T,
    len: usize,
}

impl<T> OutArray<T> {
    /// Writes as many of the values as there is room for, and returns how many those are.
    pub(super) fn fill(&self, values: impl IntoIterator<Item = T>) -> c_int {
        let mut filled = 0;
        for value in values.into_iter().take(self.len) {
            // SAFETY: `filled` is less than the length that C gave.
            let place = unsafe { self.start.add(filled) };
            // SAFETY: as `Out::write`.
            unsafe { place.write(value) };
            filled += 1;
        }
        count(filled)
    }
}

/// Runs what a signal handler may run, and brings errno back as it was.
pub(super) fn errno_untouched(run: impl FnOnce()) {
    // SAFETY: the address of this thread's errno.
    let errno = unsafe { libc::__errno_location() };
    // SAFETY: it is there as long as the thread.
    let before = unsafe { errno.read() };
    run();
    // SAFETY: as above.
    unsafe { errno.write(before) };
}

/// A number of things as C returns it.
pub(super) fn count(number: usize) -> c_int {
    c_int::try_from(number).unwrap_or(c_int::MAX)
}

impl Call {
    /// A call of `function`.
    ///
    /// # Safety
    /// The arguments of the exported function of that name are what the header asks for.
    pub(super) const unsafe fn new(function: &'static str) -> Self {
        Self { function, conn: Cell::new(ptr::null_mut()) }
    }

    /// The name of the function.
    pub(super) fn function(&self) -> &'static str {
        self.function
    }

    /// INVALID_ARG: what is wrong with an argument, worded as libvirt words it.
    pub(super) fn refuse(&self, argument: &str, wish: &str) -> Error {
        Error::invalid_arg(format!("{argument} in {} {wish}", self.function))
    }

    fn check<T: Object>(&self, pointer: *mut T) -> Result<Borrowed<'_, T>> {
        // SAFETY: the promise behind the call.
        match unsafe { handle::check(pointer) } {
            Checked::Live(object) => Ok(object),
            Checked::Inherited(_) => Err(self.unusable::<T>("it was made before a fork")),
            Checked::Invalid => Err(T::invalid(self.function)),
        }
    }

    /// An object that is one, but not for this call.
    fn unusable<T: Object>(&self, why: &str) -> Error {
        let invalid = T::invalid(self.function);
        let message = format!("{}: {why}", invalid.message());
        Error::plain(invalid.code(), invalid.domain(), message)
    }

    /// A connection.
    pub(super) fn connection(&self, conn: *mut vwConnect) -> Result<Borrowed<'_, vwConnect>> {
        let checked = self.check(conn)?;
        self.conn.set(conn);
        Ok(checked)
    }

    /// A domain.
    pub(super) fn domain(&self, domain: *mut vwDomain) -> Result<Borrowed<'_, vwDomain>> {
        let domain = self.check(domain)?;
        self.conn.set(domain.connect.as_ptr());
        Ok(domain)
    }

    /// A host.
    pub(super) fn host(&self, host: *mut vwHost) -> Result<Borrowed<'_, vwHost>> {
        self.check(host)
    }

    /// A watch.
    pub(super) fn watch(&self, watch: *mut vwWatch) -> Result<Borrowed<'_, vwWatch>> {
        let watch = self.check(watch)?;
        self.conn.set(watch.connect.as_ptr());
        Ok(watch)
    }

    /// Whom the program wants to be told of a failure: the connection's handler, or the global one.
    fn handler(&self) -> Option<Handler> {
        // It may have gone with what the call has ended.
        let own = self.check(self.conn.get()).ok().and_then(|conn| conn.handler());
        own.or_else(handler::global)
    }

    /// A watch, by what is safe in a signal handler.
    #[expect(clippy::unused_self, reason = "to have a call is to have the caller's promise")]
    pub(super) fn watch_in_handler(&self, watch: *mut vwWatch) -> Option<Borrowed<'_, vwWatch>> {
        // SAFETY: the promise behind the call.
        match unsafe { handle::check(watch) } {
            Checked::Live(watch) => Some(watch),
            _ => None,
        }
    }

    /// Drops a reference of C's to an object. Whether it was the last of all. What this process
    /// inherited by a fork is let go without a word to the process that it belongs to.
    pub(super) fn release<T: Object>(&self, pointer: *mut T) -> Result<bool> {
        // SAFETY: the promise behind the call.
        let is_last = match unsafe { handle::check(pointer) } {
            Checked::Live(object) => object.take_back(),
            Checked::Inherited(object) => object.forget(),
            Checked::Invalid => return Err(T::invalid(self.function)),
        };
        is_last.ok_or_else(|| self.unusable::<T>("the program has no reference to it"))
    }

    /// Refuses to change anything over a read-only connection.
    pub(super) fn writable(&self, connection: &Connection) -> Result<()> {
        if connection.is_read_only() {
            let info = format!("read only access prevents {}", self.function);
            return Err(Error::new(ErrorCode::OperationDenied, ErrorDomain::Domain, info));
        }
        Ok(())
    }

    /// The bytes of a string.
    fn bytes(&self, text: *const c_char, argument: &str) -> Result<&[u8]> {
        // SAFETY: the promise behind the call.
        let bytes = unsafe { string::bytes(text) };
        bytes.ok_or_else(|| self.refuse(argument, "must not be NULL"))
    }

    /// A text.
    pub(super) fn text(&self, text: *const c_char, argument: &str) -> Result<&str> {
        std::str::from_utf8(self.bytes(text, argument)?)
            .map_err(|error| self.refuse(argument, &format!("must be UTF-8: {error}")))
    }

    /// A text that may be left out.
    pub(super) fn text_or_null(&self, text: *const c_char, argument: &str) -> Result<Option<&str>> {
        if text.is_null() { Ok(None) } else { self.text(text, argument).map(Some) }
    }

    /// The path of a file: any bytes, as the operating system has it.
    pub(super) fn path(&self, path: *const c_char, argument: &str) -> Result<&Path> {
        Ok(Path::new(OsStr::from_bytes(self.bytes(path, argument)?)))
    }

    /// Flags, of which `allowed` can be set here.
    pub(super) fn flags<F: Flags<Bits = u32> + Copy>(
        &self,
        flags: c_uint,
        allowed: F,
    ) -> Result<F> {
        match flags & !allowed.bits() {
            0 => Ok(F::from_bits_retain(flags)),
            unsupported => Err(self.unsupported_flags(unsupported)),
        }
    }

    /// The same of those that libvirt takes as a `long`.
    pub(super) fn long_flags<F: Flags<Bits = u32> + Copy>(
        &self,
        flags: c_ulong,
        allowed: F,
    ) -> Result<F> {
        match flags & !c_ulong::from(allowed.bits()) {
            0 => Ok(F::from_bits_truncate(u32::try_from(flags).unwrap_or_default())),
            unsupported => Err(self.unsupported_flags(unsupported)),
        }
    }

    /// INVALID_ARG: flags that cannot be set here.
    pub(super) fn unsupported_flags(&self, flags: impl LowerHex) -> Error {
        let message = format!("unsupported flags ({flags:#x}) in function {}", self.function);
        let conn = self.check(self.conn.get());
        let by = conn.map_or(ErrorDomain::Domain, |conn| conn.connection.error_domain());
        Error::plain(ErrorCode::InvalidArg, by, message)
    }

    /// Flags where there are none yet.
    pub(super) fn no_flags(&self, flags: c_uint) -> Result<()> {
        self.flags(flags, CreateFlags::empty()).map(drop)
    }

    /// A value.
    pub(super) fn read<T: Copy>(&self, value: *const T, argument: &str) -> Result<T> {
        if value.is_null() {
            return Err(self.refuse(argument, "must not be NULL"));
        }
        if !value.is_aligned() {
            return Err(self.refuse(argument, "is misaligned"));
        }
        // SAFETY: neither NULL nor misaligned; the rest is the promise behind the call.
        Ok(unsafe { value.read() })
    }

    /// 16 bytes that are a UUID.
    pub(super) fn uuid(&self, uuid: *const u8, argument: &str) -> Result<Uuid> {
        Ok(Uuid::from_bytes(self.read(uuid.cast(), argument)?))
    }

    /// Where to write a value.
    pub(super) fn out<T>(&self, place: *mut T, argument: &str) -> Result<Out<T>> {
        if place.is_null() {
            return Err(self.refuse(argument, "must not be NULL"));
        }
        if !place.is_aligned() {
            return Err(self.refuse(argument, "is misaligned"));
        }
        Ok(Out(place))
    }

    /// Where to write a value that C need not want.
    pub(super) fn out_or_null<T>(&self, place: *mut T, argument: &str) -> Result<Option<Out<T>>> {
        if place.is_null() { Ok(None) } else { self.out(place, argument).map(Some) }
    }

    /// Where to write a UUID.
    pub(super) fn out_uuid(&self, place: *mut u8, argument: &str) -> Result<Out<[u8; 16]>> {
        self.out(place.cast(), argument)
    }

    /// An array to fill, with its length, whose arguments are named too.
    pub(super) fn out_array<T>(
        &self,
        (start, argument): (*mut T, &str),
        (len, len_argument): (c_int, &str),
    ) -> Result<OutArray<T>> {
        let len = usize::try_from(len)
            .map_err(|_| self.refuse(len_argument, "must be zero or greater"))?;
        if len > 0 {
            self.out(start, argument)?;
        }
        Ok(OutArray { start, len })
    }

    /// A buffer for a text, with its length.
    pub(super) fn out_text(
        &self,
        (start, argument): (*mut c_char, &str),
        (len, len_argument): (usize, &str),
        text: &str,
    ) -> Result<()> {
        self.out(start, argument)?;
        if len <= text.len() {
            let wish = format!("must be at least {}", text.len() + 1);
            return Err(self.refuse(len_argument, &wish));
        }
        OutArray { start: start.cast(), len }.fill(text.bytes().chain([0]));
        Ok(())
    }
}
