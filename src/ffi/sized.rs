//! Structures that only grow at the end, and travel with the size that the program knows.

use std::mem::MaybeUninit;

use super::guard::Call;
use crate::Result;

/// The most that a structure is believed to grow to.
const LARGEST: usize = 4096;

/// A structure that may grow in later releases.
///
/// # Safety
/// Any bytes are a value of it, and it has no padding.
pub(super) unsafe trait Growing: Copy {
    /// How large it was in the first release that had it: what is smaller is refused.
    const FIRST: usize;
}

impl Call {
    fn size<T: Growing>(&self, size: usize, argument: &str) -> Result<()> {
        if (T::FIRST..=LARGEST).contains(&size) {
            return Ok(());
        }
        let wish = format!("must be the size of the structure, {} or more", T::FIRST);
        Err(self.refuse(argument, &wish))
    }

    /// A structure. What a later release added must be zero.
    pub(super) fn read_sized<T: Growing>(
        &self,
        (value, argument): (*const T, &str),
        (size, size_argument): (usize, &str),
    ) -> Result<T> {
        self.size::<T>(size, size_argument)?;
        if value.is_null() {
            return Err(self.refuse(argument, "must not be NULL"));
        }
        let known = size.min(size_of::<T>());
        for place in known..size {
            // SAFETY: the caller has `size` bytes there.
            let byte = unsafe { value.cast::<u8>().add(place) };
            // SAFETY: as above; bytes are always aligned.
            if unsafe { byte.read() } != 0 {
                return Err(self.refuse(argument, "has members that this release does not know"));
            }
        }
        let mut read = MaybeUninit::<T>::zeroed();
        let bytes = read.as_mut_ptr().cast::<u8>();
        // SAFETY: both are at least `known` bytes long, and apart.
        unsafe { bytes.copy_from_nonoverlapping(value.cast(), known) };
        // SAFETY: any bytes are a value, says the trait.
        Ok(unsafe { read.assume_init() })
    }

    /// Where to write a structure.
    pub(super) fn out_sized<T: Growing>(
        &self,
        (place, argument): (*mut T, &str),
        (size, size_argument): (usize, &str),
    ) -> Result<OutSized<T>> {
        self.size::<T>(size, size_argument)?;
        if place.is_null() {
            return Err(self.refuse(argument, "must not be NULL"));
        }
        Ok(OutSized { place, size })
    }
}

/// Where C wants a structure to be written.
pub(super) struct OutSized<T> {
    place: *mut T,
    size: usize,
}

impl<T: Growing> OutSized<T> {
    /// Writes as much as there is room for; the rest of the room is zeroed.
    pub(super) fn write(&self, value: &T) {
        let known = self.size.min(size_of::<T>());
        let place = self.place.cast::<u8>();
        // SAFETY: the caller has `size` bytes there, of which `known` exist in the value.
        unsafe { place.copy_from_nonoverlapping(std::ptr::from_ref(value).cast(), known) };
        // SAFETY: `known` is not more than `size`.
        let tail = unsafe { place.add(known) };
        // SAFETY: the caller has `size` bytes there.
        unsafe { tail.write_bytes(0, self.size - known) };
    }
}
