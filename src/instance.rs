#![forbid(unsafe_code)]
//! A registry with its driver: what connections to the same URI share.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use uuid::Uuid;

use crate::domain::Facts;
use crate::driver::{self, Driver, MigrateFlags, Operation, Parts, Reporter};
use crate::error::{Error, ErrorCode, ErrorDomain, Result};
use crate::registry::{Registry, Source};
use crate::sync::{Condvar, Mutex};
use crate::sys::{self, PerProcess, Thread};
use crate::waits;

/// The instances that connections opened later will share, by scheme, host and path.
#[derive(Default)]
struct Shared {
    places: Mutex<BTreeMap<String, Place>>,
    /// One that was being opened is open, or has failed.
    settled: Condvar,
}

enum Place {
    /// By this thread, which holds no lock meanwhile: it may take long.
    Opening(Thread),
    Open(Weak<Instance>),
}

static SHARED: PerProcess<Shared> = PerProcess::new();

/// A registry with its driver.
pub(crate) struct Instance {
    uri: String,
    /// Its place among those that are shared.
    key: Option<String>,
    registry: Arc<Registry>,
    reporter: Reporter,
    driver: Box<dyn Driver>,
    next_callback: AtomicI32,
    next_connection: AtomicU64,
}

impl Drop for Instance {
    fn drop(&mut self) {
        if let Some(key) = &self.key {
            SHARED.get().forget(key, self);
        }
    }
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instance").field("uri", &self.uri).finish_non_exhaustive()
    }
}

impl Shared {
    /// The instance under a key; or `None`, and the place is kept for the one that the caller will
    /// open.
    ///
    /// # Errors
    /// OPERATION_INVALID: this thread is already opening it, or who does waits for this thread.
    fn find(&self, key: &str) -> Result<Option<Arc<Instance>>> {
        let mut places = self.places.lock();
        loop {
            match places.get(key) {
                Some(Place::Opening(thread)) if *thread == sys::this_thread() => {
                    return Err(Error::not_valid(format!("'{key}' is being opened")));
                }
                Some(Place::Opening(thread)) => {
                    waits::begin(*thread, self.place())?;
                    self.settled.wait(&mut places);
                }
                Some(Place::Open(instance)) if let Some(instance) = instance.upgrade() => {
                    return Ok(Some(instance));
                }
                _ => {
                    places.insert(key.to_owned(), Place::Opening(sys::this_thread()));
                    return Ok(None);
                }
            }
        }
    }

    /// No longer shares an instance.
    fn forget(&self, key: &str, instance: &Instance) {
        let mut places = self.places.lock();
        if let Some(Place::Open(shared)) = places.get(key)
            && ptr::eq(shared.as_ptr(), instance)
        {
            places.remove(key);
        }
    }

    /// Ends what `find` began.
    fn settle(&self, key: &str, opened: Option<&Arc<Instance>>) {
        let mut places = self.places.lock();
        match opened {
            Some(instance) => {
                places.insert(key.to_owned(), Place::Open(Arc::downgrade(instance)));
            }
            None => drop(places.remove(key)),
        }
        waits::end(self.place());
        self.settled.notify_all();
    }

    fn place(&self) -> usize {
        ptr::from_ref(self).addr()
    }
}

impl Instance {
    /// The instance for a URI: one that exists where it is shared, else a new one.
    ///
    /// # Errors
    /// NO_CONNECT: it is none, or no driver takes it. ARGUMENT_UNSUPPORTED: the parameter `state`.
    /// What the driver refuses.
    pub(crate) fn open(uri: &str) -> Result<Arc<Self>> {
        let parts = take_apart(uri)?;
        if !driver::is_shared(parts.scheme, parts.path) {
            return Self::make(&parts, None);
        }
        let key = format!("{}://{}{}", parts.scheme, parts.host, parts.path);
        let shared = SHARED.get();
        while let Some(instance) = shared.find(&key)? {
            if instance.registry.source() != Source::Closed {
                return Ok(instance);
            }
            // Its driver was taken away; who has it keeps what it knew.
            shared.forget(&key, &instance);
        }
        let opened = catch_unwind(AssertUnwindSafe(|| Self::make(&parts, Some(key.clone()))));
        shared.settle(&key, opened.as_ref().ok().and_then(|opened| opened.as_ref().ok()));
        opened.unwrap_or_else(|panic| resume_unwind(panic))
    }

    fn make(parts: &Parts<'_>, key: Option<String>) -> Result<Arc<Self>> {
        let registry = Arc::new(Registry::new(None));
        let reporter = Reporter::new(Arc::clone(&registry));
        let opened = driver::open(parts, &reporter)?;
        registry.begin(opened.base)?;
        Ok(Arc::new(Self {
            uri: parts.uri.to_owned(),
            key,
            registry,
            reporter,
            driver: opened.driver,
            next_callback: AtomicI32::new(0),
            next_connection: AtomicU64::new(0),
        }))
    }

    pub(crate) fn uri(&self) -> &str {
        &self.uri
    }

    pub(crate) fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    pub(crate) fn driver(&self) -> &dyn Driver {
        &*self.driver
    }

    pub(crate) fn operate(&self, operation: Operation<'_>) -> Result<Facts> {
        let done = self.driver.operate(&self.reporter, operation);
        done.map_err(|error| error.of_driver(self.driver.error_domain()))
    }

    /// Checks the registry against its own journal, and what it knows against the source.
    pub(crate) fn audit(&self) -> Result<u64> {
        Ok(self.registry.audit() + self.driver.audit()?)
    }

    /// Moves a domain to another instance. Returns what is known of it there.
    ///
    /// # Errors
    /// INTERNAL_ERROR: it is the same instance. NO_SUPPORT: one of the drivers cannot do it. See
    /// [`driver::migrate`].
    pub(crate) fn migrate(
        &self,
        uuid: Uuid,
        destination: &Self,
        flags: MigrateFlags,
        name: Option<&str>,
    ) -> Result<Facts> {
        if ptr::eq(self, destination) {
            let info = "Attempt to migrate guest to the same host";
            return Err(Error::new(ErrorCode::InternalError, ErrorDomain::Dom, info));
        }
        if !(self.driver.is_movable() && destination.driver.is_movable()) {
            let function = "virDomainMigrate";
            return Err(Error::new(ErrorCode::NoSupport, ErrorDomain::Dom, function));
        }
        driver::migrate(&self.reporter, &destination.reporter, uuid, flags, name)
    }

    /// A new number for a connection.
    pub(crate) fn next_connection(&self) -> u64 {
        self.next_connection.fetch_add(1, Ordering::Relaxed)
    }

    /// A new id for a callback: from 0 on, never used twice.
    pub(crate) fn next_callback(&self) -> i32 {
        self.next_callback.fetch_add(1, Ordering::Relaxed)
    }
}

/// Takes a URI apart.
///
/// # Errors
/// NO_CONNECT: it has no scheme. ARGUMENT_UNSUPPORTED: the parameter `state`.
fn take_apart(uri: &str) -> Result<Parts<'_>> {
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
    Ok(Parts { uri, scheme, host, path, query })
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::driver::{Answer, Host, Hypervisor, Request, register_driver, unregister_driver};
    use crate::event::EventTypes;

    struct Any;

    impl Hypervisor for Any {
        fn native(&self) -> EventTypes {
            EventTypes::LIBVIRT
        }

        fn open(&self, _: &Host, _: &str) -> Result<()> {
            Ok(())
        }

        fn operate(&self, _: &Host, _: &Request<'_>) -> Result<Answer> {
            Ok(Answer::Done)
        }
    }

    /// A program may open ever new URIs.
    #[test]
    fn the_place_of_an_instance_goes_with_it() {
        register_driver("forgotten", Any).unwrap();
        let is_placed = || SHARED.get().places.lock().contains_key("forgotten:///x");
        let instance = Instance::open("forgotten:///x").unwrap();
        assert!(is_placed());
        drop(instance);
        assert!(!is_placed());
        unregister_driver("forgotten").unwrap();
    }
}
