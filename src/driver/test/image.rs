#![forbid(unsafe_code)]
//! The file that a saved domain is restored from: a line that says what it is, a line for the
//! state, and the domain's configuration.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use crate::domain::{Config, SavedImage, SavedState};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

const MAGIC: &str = "virtwatch test image 1";

/// More than the longest document, so that a wrong file is not read whole.
const LONGEST: u64 = 5 << 20;

/// An image that is not in its place yet; unless it is put there, it is removed.
pub(super) struct Written<'a> {
    path: &'a Path,
    beside: PathBuf,
}

/// Writes an image to a file of its own in the directory of `path`.
///
/// # Errors
/// SYSTEM_ERROR: it could not be written, or `path` is something other than a file.
pub(super) fn write_beside<'a>(image: &SavedImage, path: &'a Path) -> Result<Written<'a>> {
    let state = match image.state {
        SavedState::Running => "running",
        SavedState::Paused => "paused",
    };
    // Not longer than any name may be, however long that of `path` is.
    let beside = path.with_file_name(format!(".{}", Uuid::new_v4()));
    let written = Written { path, beside };
    let write = || {
        match fs::metadata(path) {
            Ok(there) if !there.is_file() => return Err(io::Error::other("not a regular file")),
            // Where nothing can be, the image could not be put.
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
            Err(cause) if path.file_name().is_none() => return Err(cause),
            _ => {}
        }
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&written.beside)?;
        write!(file, "{MAGIC}\n{state}\n{}", image.config.document())
    };
    write().map_err(|cause| {
        Error::system(format!("cannot save the domain to '{}'", path.display()), &cause)
    })?;
    Ok(written)
}

/// # Errors
/// SYSTEM_ERROR: the file could not be read. OPERATION_FAILED: it is no image.
pub(super) fn read(path: &Path) -> Result<SavedImage> {
    let mut bytes = Vec::new();
    let mut read = || {
        // Opening anything but a file may block.
        if !fs::metadata(path)?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        File::open(path)?.take(LONGEST).read_to_end(&mut bytes)
    };
    read().map_err(|cause| {
        Error::system(format!("cannot restore a domain from '{}'", path.display()), &cause)
    })?;
    let (state, document) = parse(&bytes).ok_or_else(|| {
        let info = format!("'{}' is not the image of a saved domain", path.display());
        Error::new(ErrorCode::OperationFailed, ErrorDomain::Test, info)
    })?;
    Ok(SavedImage { state, config: Arc::new(Config::parse(document)?) })
}

fn parse(bytes: &[u8]) -> Option<(SavedState, &str)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (state, document) = text.strip_prefix(MAGIC)?.strip_prefix('\n')?.split_once('\n')?;
    match state {
        "running" => Some((SavedState::Running, document)),
        "paused" => Some((SavedState::Paused, document)),
        _ => None,
    }
}

impl Written<'_> {
    /// # Errors
    /// SYSTEM_ERROR; the image stays where it was written, which the text tells.
    pub(super) fn put_in_place(mut self) -> Result<()> {
        let beside = std::mem::take(&mut self.beside);
        fs::rename(&beside, self.path).map_err(|cause| {
            let (path, beside) = (self.path.display(), beside.display());
            Error::system(format!("the domain is saved in '{beside}', not in '{path}'"), &cause)
        })
    }
}

impl Drop for Written<'_> {
    fn drop(&mut self) {
        if !self.beside.as_os_str().is_empty() {
            // Why the save failed is told already.
            drop(fs::remove_file(&self.beside));
        }
    }
}
