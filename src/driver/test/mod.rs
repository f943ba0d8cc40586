#![forbid(unsafe_code)]
//! The `test` driver: domains in memory, operations that take effect at once.
//!
//! What it accepts and how it refuses is what libvirt's QEMU driver does, where libvirt's own test
//! driver differs from that.

mod image;
mod node;

use std::path::Path;
use std::sync::Arc;

use uuid::Uuid;

use self::node::NodeDomain;
use super::reconfigure::{rename, set_metadata};
use super::usual::{act, paused_by, saved_image, stopped};
use super::{CreateFlags, Driver, Opened, Operation, Reporter, SaveFlags};
use crate::domain::{Config, Facts, SavedImage, SavedState, Tie};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::event::{EventSupport, EventType, StartedDetail, StoppedDetail, SuspendedDetail};
use crate::registry::Base;

/// The driver. It keeps nothing: the registry does.
#[derive(Debug)]
struct Test;

/// A host as that of libvirt's test driver. Nothing runs on it: any guest that a document may ask
/// for is taken.
const CAPABILITIES: &str = "\
<capabilities>
  <host>
    <cpu>
      <arch>i686</arch>
    </cpu>
    <power_management>
      <suspend_mem/>
      <suspend_disk/>
      <suspend_hybrid/>
    </power_management>
  </host>
  <guest>
    <os_type>hvm</os_type>
    <arch name='i686'>
      <wordsize>32</wordsize>
      <domain type='test'/>
    </arch>
  </guest>
</capabilities>
";

/// The one that all connections of the process share.
pub(super) const DEFAULT: &str = "/default";

/// Opens `test:///default`, `test:///empty` or `test:///path/of/a/node.xml`.
pub(super) fn open(path: &str) -> Result<Opened> {
    let base = match path {
        DEFAULT => vec![base(node::default_domain()?)],
        "/empty" => Vec::new(),
        "" | "/" => {
            return Err(Error::new(
                ErrorCode::InvalidArg,
                ErrorDomain::Test,
                "testOpen: supply a path or use test:///default",
            ));
        }
        path => node::read(Path::new(path))?.into_iter().map(base).collect(),
    };
    Ok(Opened { driver: Box::new(Test), base })
}

fn base(domain: NodeDomain) -> Base {
    let config = Arc::new(domain.config);
    let state = SavedState::Running;
    let managed_save =
        domain.managed_save.then(|| SavedImage { state, config: Arc::clone(&config) });
    Base { config, persistent: domain.persistent, status: domain.status, managed_save }
}

impl Driver for Test {
    fn type_name(&self) -> &'static str {
        "TEST"
    }

    fn error_domain(&self) -> ErrorDomain {
        ErrorDomain::Test
    }

    /// That of libvirt's test driver.
    fn version(&self) -> Result<u64> {
        Ok(2)
    }

    fn capabilities(&self) -> Result<String> {
        Ok(CAPABILITIES.to_owned())
    }

    fn support(&self, event_type: EventType) -> EventSupport {
        match event_type {
            EventType::Crashed => EventSupport::Never,
            _ => EventSupport::Native,
        }
    }

    fn is_movable(&self) -> bool {
        true
    }

    fn operate(&self, reporter: &Reporter, operation: Operation<'_>) -> Result<Facts> {
        match operation {
            Operation::Define(config) => {
                reporter.change(config.uuid(), |domain| domain.define(Arc::clone(&config)))
            }
            Operation::CreateXml(config, flags, tie) => {
                let paused = flags.contains(CreateFlags::PAUSED).then_some(SuspendedDetail::Paused);
                start_own(reporter, &config, StartedDetail::Booted, paused, tie)
            }
            Operation::Restore(path, flags) => restore(reporter, path, flags),
            Operation::Save(uuid, path, flags) => save(reporter, uuid, path, flags),
            Operation::Rename(uuid, name) => rename(reporter, uuid, name),
            Operation::SetMetadata(uuid, which, value, affect) => {
                set_metadata(reporter, uuid, which, value, affect)
            }
            Operation::Domain(uuid, action) => reporter.change(uuid, |domain| act(domain, action)),
        }
    }
}

/// Starts a domain of a configuration that is the instance's alone.
fn start_own(
    reporter: &Reporter,
    config: &Arc<Config>,
    how: StartedDetail,
    paused: Option<SuspendedDetail>,
    tie: Option<Tie>,
) -> Result<Facts> {
    reporter.change(config.uuid(), |domain| {
        domain.start(how, paused, Some(Arc::clone(config)))?;
        domain.set_tie(tie);
        Ok(())
    })
}

/// Writes the image beside its place, stops the domain, then puts the image there: the state is
/// never nowhere, and a save that is refused leaves what was there. A domain that is not what was
/// written any more is written once more.
fn save(reporter: &Reporter, uuid: Uuid, path: &Path, flags: SaveFlags) -> Result<Facts> {
    loop {
        let image = saved_image(&reporter.entry(uuid)?, flags)?;
        let written = image::write_beside(&image, path)?;
        let mut is_current = true;
        let facts = reporter.change(uuid, |domain| {
            is_current = saved_image(domain.existing()?, flags)? == image;
            if is_current { domain.change(stopped(StoppedDetail::Saved)) } else { Ok(()) }
        })?;
        if is_current {
            written.put_in_place()?;
            return Ok(facts);
        }
    }
}

fn restore(reporter: &Reporter, path: &Path, flags: SaveFlags) -> Result<Facts> {
    let SavedImage { state, config } = image::read(path)?;
    let paused = if flags.contains(SaveFlags::PAUSED) {
        Some(SuspendedDetail::Paused)
    } else if flags.contains(SaveFlags::RUNNING) {
        None
    } else {
        paused_by(state)
    };
    start_own(reporter, &config, StartedDetail::Restored, paused, None)
}
