#![forbid(unsafe_code)]
//! A registry with its driver: what connections to the same URI share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Weak};

use crate::domain::Facts;
use crate::driver::{self, Driver, Operation, Reporter};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::event::{EventSupport, EventType};
use crate::registry::Registry;
use crate::sync::Mutex;
use crate::sys::PerProcess;

/// The instances that connections opened later will share, by scheme, host and path.
type Shared = Mutex<BTreeMap<String, Weak<Instance>>>;
static SHARED: PerProcess<Shared> = PerProcess::new();

/// A registry with its driver.
pub(crate) struct Instance {
    uri: String,
    registry: Arc<Registry>,
    driver: Box<dyn Driver>,
    next_callback: AtomicI32,
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instance").field("uri", &self.uri).finish_non_exhaustive()
    }
}

impl Instance {
    /// The instance for a URI: one that exists where it is shared, else a new one.
    ///
    /// # Errors
    /// NO_CONNECT: it is none, or no driver takes it. ARGUMENT_UNSUPPORTED: the parameter `state`.
    /// What the driver refuses.
    pub(crate) fn open(uri: &str) -> Result<Arc<Self>> {
        let parts = Parts::of(uri)?;
        let key = format!("{}://{}{}", parts.scheme, parts.host, parts.path);
        let known = || SHARED.get().lock().get(&key).and_then(Weak::upgrade);
        if let Some(instance) = known() {
            return Ok(instance);
        }
        // Opening may take long, so that the lock is not held.
        let opened = driver::open(uri, parts.scheme, parts.host, parts.path)?;
        let instance = Arc::new(Self {
            uri: uri.to_owned(),
            registry: Arc::new(Registry::new(opened.base, None)?),
            driver: opened.driver,
            next_callback: AtomicI32::new(0),
        });
        if opened.shared {
            let mut shared = SHARED.get().lock();
            if let Some(faster) = shared.get(&key).and_then(Weak::upgrade) {
                return Ok(faster);
            }
            shared.insert(key, Arc::downgrade(&instance));
        }
        Ok(instance)
    }

    pub(crate) fn uri(&self) -> &str {
        &self.uri
    }

    pub(crate) fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    pub(crate) fn type_name(&self) -> &'static str {
        self.driver.type_name()
    }

    pub(crate) fn support(&self, event_type: EventType) -> EventSupport {
        self.driver.support(event_type)
    }

    pub(crate) fn operate(&self, operation: Operation<'_>) -> Result<Facts> {
        self.driver.operate(&Reporter::new(&self.registry), operation)
    }

    /// A new id for a callback: from 0 on, never used twice.
    pub(crate) fn next_callback(&self) -> i32 {
        self.next_callback.fetch_add(1, Ordering::Relaxed)
    }
}

/// The parts of a URI that say which instance it is.
struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    path: &'a str,
}

impl<'a> Parts<'a> {
    fn of(uri: &'a str) -> Result<Self> {
        let no_connect = |info: String| Error::new(ErrorCode::NoConnect, ErrorDomain::None, info);
        let (scheme, rest) = uri
            .split_once(':')
            .ok_or_else(|| no_connect(format!("URI '{uri}' does not include a driver name")))?;
        let (rest, _fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        if query.split('&').any(|parameter| parameter.starts_with("state=")) {
            let info = "URI parameter 'state': durable registries are not supported";
            return Err(Error::new(ErrorCode::ArgumentUnsupported, ErrorDomain::None, info));
        }
        let (host, path) = match rest.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            None => ("", rest),
        };
        Ok(Self { scheme, host, path })
    }
}
