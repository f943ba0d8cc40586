//! What C holds: counted references to objects with a header that can be checked.
//!
//! A handle begins with a number for its kind. When its last reference goes, the object is dropped
//! at once, but the memory waits in a quarantine until [`QUARANTINE`] others have come after it: a
//! pointer that is used too late meets a dead header rather than someone else's memory.
//!
//! References that were given to C are counted apart from those that the library holds itself, so
//! that C cannot give back one too many and take away what a callback or a watch stands on.

use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering, fence};

use crate::Error;
use crate::sync::Mutex;
use crate::sys::{PerProcess, fork_generation};

/// How many freed handles are still recognised.
const QUARANTINE: usize = 4096;

/// The kind of a handle that was freed.
const FREED: u64 = u64::from_be_bytes(*b"vw:freed");

/// No object lies below this address: small numbers are no pointers.
const LOWEST: usize = 4096;

/// One reference, as [`Header::counts`] has it.
const ONE: u64 = 1;

/// One reference that C has.
const GIVEN: u64 = ONE + (1 << 32);

/// A kind of object that C holds by pointer.
pub(super) trait Object: Send + Sync + 'static {
    /// Tells the kinds apart.
    const KIND: u64;

    /// What `function` says about a pointer that is none of this kind.
    fn invalid(function: &str) -> Error;
}

/// How a pointer from C turned out.
pub(super) enum Checked<'a, T: Object> {
    Live(Borrowed<'a, T>),
    /// Of a process that has forked since: locks and threads behind it are not in this one.
    Inherited(Inherited<T>),
    Invalid,
}

#[repr(C)]
struct Header {
    kind: AtomicU64,
    /// How many references there are, in the lower half, and how many of these C has.
    counts: AtomicU64,
    /// In which process it was made: see [`fork_generation`].
    generation: u32,
}

#[repr(C)]
struct Handle<T> {
    header: Header,
    object: ManuallyDrop<T>,
}

/// One counted reference.
pub(super) struct Ref<T: Object> {
    at: NonNull<Handle<T>>,
}

// SAFETY: a reference gives nothing but `&T` (and `&mut T` to its only holder), as `Arc` does.
unsafe impl<T: Object> Send for Ref<T> {}
// SAFETY: as above.
unsafe impl<T: Object> Sync for Ref<T> {}

/// A handle for C to keep, with one reference.
pub(super) fn give<T: Object>(object: T) -> *mut T {
    make(object, GIVEN).as_ptr().cast()
}

impl Header {
    /// Takes one more reference: [`ONE`] or [`GIVEN`].
    fn add(&self, reference: u64) {
        let references = self.counts.fetch_add(reference, Ordering::Relaxed) & u64::from(u32::MAX);
        // As with `Arc`: a count that overflows would free what is in use.
        if references > u64::from(u32::MAX / 2) {
            std::process::abort();
        }
    }

    /// Drops a reference that C has. Whether it was the last of all; `None` if C has none.
    fn take_back(&self) -> Option<bool> {
        let less = |counts: u64| counts.checked_sub(GIVEN);
        let before = self.counts.fetch_update(Ordering::Release, Ordering::Relaxed, less);
        before.ok().map(|before| before == GIVEN)
    }
}

impl<T: Object> Ref<T> {
    pub(super) fn new(object: T) -> Self {
        Self { at: make(object, ONE) }
    }

    /// The pointer that C knows it by, without a reference of its own.
    pub(super) fn as_ptr(&self) -> *mut T {
        self.at.as_ptr().cast()
    }

    /// The object, if nobody else has a reference.
    pub(super) fn get_mut(&mut self) -> Option<&mut T> {
        if self.header().counts.load(Ordering::Acquire) != ONE {
            return None;
        }
        // SAFETY: the handle lives as long as this reference, which is the only one.
        let handle = unsafe { self.at.as_mut() };
        Some(&mut handle.object)
    }

    fn header(&self) -> &Header {
        // SAFETY: a handle lives as long as there is a reference.
        &unsafe { self.at.as_ref() }.header
    }
}

impl<T: Object> Clone for Ref<T> {
    fn clone(&self) -> Self {
        self.header().add(ONE);
        Self { at: self.at }
    }
}

impl<T: Object> Drop for Ref<T> {
    fn drop(&mut self) {
        if self.header().counts.fetch_sub(ONE, Ordering::Release) == ONE {
            end(self.at);
        }
    }
}

impl<T: Object> Deref for Ref<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: a handle lives as long as there is a reference.
        &unsafe { self.at.as_ref() }.object
    }
}

impl<T: Object> fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ref").field(&self.at).finish()
    }
}

/// An object for the time of a call: C, or what C runs in, keeps it.
pub(super) struct Borrowed<'a, T: Object> {
    at: NonNull<Handle<T>>,
    life: PhantomData<&'a Handle<T>>,
}

impl<T: Object> Borrowed<'_, T> {
    /// A reference that outlives the call.
    pub(super) fn keep(&self) -> Ref<T> {
        let borrowed = ManuallyDrop::new(Ref { at: self.at });
        Ref::clone(&borrowed)
    }

    /// One more reference for C.
    pub(super) fn give(&self) {
        self.header().add(GIVEN);
    }

    /// Drops a reference that C has. Whether it was the last of all; `None` if C has none.
    pub(super) fn take_back(self) -> Option<bool> {
        let is_last = self.header().take_back()?;
        if is_last {
            end(self.at);
        }
        Some(is_last)
    }

    /// The pointer that C knows it by.
    pub(super) fn as_ptr(&self) -> *mut T {
        self.at.as_ptr().cast()
    }

    fn header(&self) -> &Header {
        // SAFETY: the handle lives for the time of the call.
        &unsafe { self.at.as_ref() }.header
    }
}

impl<T: Object> Deref for Borrowed<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the handle lives for the time of the call.
        &unsafe { self.at.as_ref() }.object
    }
}

/// An object of the process that this one was forked from. All that can be done is to let it go.
pub(super) struct Inherited<T: Object> {
    at: NonNull<Handle<T>>,
}

impl<T: Object> Inherited<T> {
    /// Drops a reference that C has. Whether it was the last of all; `None` if C has none. The
    /// object is not dropped: its locks may be held by threads that do not exist here.
    pub(super) fn forget(&self) -> Option<bool> {
        // SAFETY: `check` found the header alive.
        let header = unsafe { &(*self.at.as_ptr()).header };
        let is_last = header.take_back()?;
        if is_last {
            header.kind.store(FREED, Ordering::Relaxed);
        }
        Some(is_last)
    }
}

/// What a pointer from C is.
///
/// # Safety
/// It is NULL, no pointer at all, or points to 8 readable bytes; if these begin a handle that was
/// not freed, then one that is not freed before 'a ends.
pub(super) unsafe fn check<'a, T: Object>(pointer: *mut T) -> Checked<'a, T> {
    let at: *mut Handle<T> = pointer.cast();
    if at.addr() < LOWEST || !at.is_aligned() {
        return Checked::Invalid;
    }
    // SAFETY: not NULL, aligned, readable says the caller. An atomic may be read while it changes.
    let kind = unsafe { &*at.cast::<AtomicU64>() };
    if kind.load(Ordering::Relaxed) != T::KIND {
        return Checked::Invalid;
    }
    let Some(at) = NonNull::new(at) else { return Checked::Invalid };
    // SAFETY: it is a handle of this kind, alive for 'a says the caller.
    let generation = unsafe { &(*at.as_ptr()).header }.generation;
    if generation == fork_generation() {
        Checked::Live(Borrowed { at, life: PhantomData })
    } else {
        Checked::Inherited(Inherited { at })
    }
}

fn make<T: Object>(object: T, reference: u64) -> NonNull<Handle<T>> {
    let header = Header {
        kind: AtomicU64::new(T::KIND),
        counts: AtomicU64::new(reference),
        generation: fork_generation(),
    };
    let handle = Box::new(Handle { header, object: ManuallyDrop::new(object) });
    NonNull::from(Box::leak(handle))
}

/// Drops an object whose last reference has gone.
fn end<T: Object>(at: NonNull<Handle<T>>) {
    fence(Ordering::Acquire);
    // SAFETY: this call comes once, with the last reference: the handle is there so far.
    let header = unsafe { &(*at.as_ptr()).header };
    // Before the object goes, so that whatever its drop calls finds the handle freed.
    header.kind.store(FREED, Ordering::Relaxed);
    // SAFETY: it was the last reference.
    let object = unsafe { &mut (*at.as_ptr()).object };
    // SAFETY: nobody can reach the object any more, so that it is not used again.
    unsafe { ManuallyDrop::drop(object) };
    let freed = Freed { at: at.cast(), free: free::<T> };
    let oldest = {
        let mut waiting = WAITING.get().lock();
        let oldest = if waiting.len() == QUARANTINE { waiting.pop_front() } else { None };
        waiting.push_back(freed);
        oldest
    };
    if let Some(oldest) = oldest {
        // SAFETY: it was made for this memory, and is taken out of the quarantine once.
        unsafe { (oldest.free)(oldest.at) };
    }
}

/// Gives back the memory of a handle whose object was dropped.
///
/// # Safety
/// `at` was a `Handle<T>` made by [`make`]; this is the only call for it.
unsafe fn free<T>(at: NonNull<Header>) {
    // SAFETY: the caller's promise; the object is in a `ManuallyDrop`, and is not dropped again.
    drop(unsafe { Box::<Handle<T>>::from_raw(at.cast().as_ptr()) });
}

/// The memory of a handle without its object.
struct Freed {
    at: NonNull<Header>,
    free: unsafe fn(NonNull<Header>),
}

// SAFETY: nobody but the quarantine uses the memory, apart from reading the atomic at its start.
unsafe impl Send for Freed {}

/// The freed handles that are still recognised, oldest first. A leaf lock, held for a few
/// instructions.
static WAITING: PerProcess<Mutex<VecDeque<Freed>>> = PerProcess::new();

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    static DROPPED: AtomicUsize = AtomicUsize::new(0);

    struct Thing;
    struct Other;

    impl Object for Thing {
        const KIND: u64 = 1;

        fn invalid(function: &str) -> Error {
            Error::invalid_arg(function)
        }
    }

    impl Object for Other {
        const KIND: u64 = 2;

        fn invalid(function: &str) -> Error {
            Error::invalid_arg(function)
        }
    }

    impl Drop for Thing {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn live<'a, T: Object>(pointer: *mut T) -> Option<Borrowed<'a, T>> {
        // SAFETY: the tests pass handles, freed ones within the quarantine, and non-pointers.
        match unsafe { check(pointer) } {
            Checked::Live(object) => Some(object),
            _ => None,
        }
    }

    fn is_live<T: Object>(pointer: *mut T) -> bool {
        live(pointer).is_some()
    }

    fn take_back<T: Object>(pointer: *mut T) -> Option<bool> {
        live(pointer).unwrap().take_back()
    }

    /// G12: freed handles, other kinds and what is no pointer are told apart from live ones.
    #[test]
    fn a_pointer_is_checked_before_it_is_used() {
        let pointer = give(Thing);
        live(pointer).unwrap().give();
        assert!(is_live(pointer));
        assert!(!is_live(pointer.cast::<Other>()));
        assert!(!is_live(pointer.wrapping_byte_add(1)));
        assert!(!is_live::<Thing>(std::ptr::null_mut()));
        assert!(!is_live::<Thing>(std::ptr::without_provenance_mut(8)));

        assert_eq!(take_back(pointer), Some(false));
        assert!(is_live(pointer));
        assert_eq!(take_back(pointer), Some(true));
        assert_eq!(DROPPED.load(Ordering::Relaxed), 1, "the object goes with the last reference");
        for _ in 0..QUARANTINE - 1 {
            drop(Ref::new(Other));
            assert!(!is_live(pointer));
        }
    }

    /// G12: what the library holds itself is not C's to give back.
    #[test]
    fn only_what_was_given_is_taken_back() {
        let held = Ref::new(Other);
        let pointer = held.as_ptr();
        assert_eq!(take_back(pointer), None, "it was only lent");
        live(pointer).unwrap().give();
        live(pointer).unwrap().give();
        assert_eq!(take_back(pointer), Some(false));
        assert_eq!(take_back(pointer), Some(false));
        assert_eq!(take_back(pointer), None, "it was given twice");
        assert!(is_live(pointer), "the library still has it");
        live(pointer).unwrap().give();
        drop(held);
        assert!(is_live(pointer), "C still has it");
        assert_eq!(take_back(pointer), Some(true));
        assert!(!is_live(pointer));
    }
}
