#![forbid(unsafe_code)]
//! The file that a saved domain is restored from: a line that says what it is, a line for the
//! state, and the domain's configuration.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use crate::domain::{Config, SavedState};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};

const MAGIC: &str = "virtwatch test image 1";

/// More than the longest document, so that a wrong file is not read whole.
const LONGEST: u64 = 5 << 20;

/// A saved domain.
pub(super) struct Image {
    pub(super) state: SavedState,
    pub(super) config: Arc<Config>,
}

impl Image {
    /// # Errors
    /// SYSTEM_ERROR: the file could not be written.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let state = match self.state {
            SavedState::Running => "running",
            SavedState::Paused => "paused",
        };
        let write = || {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(path)?;
            write!(file, "{MAGIC}\n{state}\n{}", self.config.document())
        };
        write().map_err(|cause| {
            Error::system(format!("cannot save the domain to '{}'", path.display()), &cause)
        })
    }

    /// # Errors
    /// SYSTEM_ERROR: the file could not be read. OPERATION_FAILED: it is no image.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let mut text = String::new();
        File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text)).map_err(
            |cause| {
                Error::system(format!("cannot restore a domain from '{}'", path.display()), &cause)
            },
        )?;
        let parse = || {
            let rest = text.strip_prefix(MAGIC)?.strip_prefix('\n')?;
            let (state, document) = rest.split_once('\n')?;
            let state = match state {
                "running" => SavedState::Running,
                "paused" => SavedState::Paused,
                _ => return None,
            };
            Some((state, document))
        };
        let (state, document) = parse().ok_or_else(|| {
            let info = format!("'{}' is not the image of a saved domain", path.display());
            Error::new(ErrorCode::OperationFailed, ErrorDomain::Test, info)
        })?;
        Ok(Self { state, config: Arc::new(Config::parse(document)?) })
    }

    /// Removes an image whose domain was not stopped after all. That it cannot be removed is no
    /// reason to say more than why the save failed.
    pub(super) fn discard(path: &Path) {
        drop(fs::remove_file(path));
    }
}
