//! What a watch that stands still keeps in memory (G5), counted by the allocator.
#![expect(unsafe_code, reason = "an allocator that counts")]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use virtwatch::{
    Connection, CreateFlags, DestroyFlags, Domain, UndefineFlags, Uuid, Watch, WatchOptions,
};

struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(at, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const DOMAINS: usize = 5_000;
const NAME: usize = 500;

fn define(conn: &Connection, number: usize) -> Domain {
    let uuid = Uuid::from_u128(0x4000_8000_0000_0000_0000 + number as u128);
    let xml = format!(
        "<domain type='test'><name>{number:0NAME$}</name><uuid>{uuid}</uuid><memory>1</memory>\
         <os><type>hvm</type></os></domain>"
    );
    conn.define_xml(&xml).unwrap()
}

/// A watch that knows every domain and then reads nothing.
fn stalled(conn: &Connection) -> Watch {
    let options = WatchOptions { snapshot: true, max_lag: 1, ..WatchOptions::default() };
    let mut watch = conn.watch(options).unwrap();
    while watch.next(Some(Duration::ZERO)).unwrap().is_some() {}
    watch
}

/// Enough events of one domain that all before them are evicted.
fn churn(domain: &Domain) {
    for _ in 0..80_000 {
        domain.start(CreateFlags::empty()).unwrap();
        domain.destroy(DestroyFlags::empty()).unwrap();
    }
}

fn told_by(watch: &Watch) -> usize {
    usize::try_from(watch.stats().memory).unwrap()
}

/// What is freed when a watch goes.
fn freed_by(watch: Watch) -> usize {
    let before = LIVE.load(Ordering::Relaxed);
    drop(watch);
    before - LIVE.load(Ordering::Relaxed)
}

/// G5: at most 64 bytes for each domain that changed, and the names of those that are gone, which
/// nobody else keeps; the figures of the watch say so. The second watch costs nothing more.
#[test]
fn a_stalled_watch_keeps_what_its_figures_say() {
    let conn = Connection::open("test:///empty").unwrap();
    let domains: Vec<_> = (0..DOMAINS).map(|number| define(&conn, number)).collect();
    let (one, other) = (stalled(&conn), stalled(&conn));
    for domain in &domains[1..] {
        domain.start(CreateFlags::empty()).unwrap();
    }
    churn(&domains[0]);
    let told = told_by(&one);
    assert!(told > 32 * DOMAINS && told <= 64 * DOMAINS, "{told}");

    let uuids: Vec<_> = domains[1..].iter().map(Domain::uuid).collect();
    let first = domains[0].clone();
    drop(domains);
    for uuid in uuids {
        let domain = conn.lookup_by_uuid(uuid).unwrap();
        domain.destroy(DestroyFlags::empty()).unwrap();
        domain.undefine(UndefineFlags::empty()).unwrap();
    }
    churn(&first);
    let told = told_by(&one);
    assert!(told > (32 + NAME) * DOMAINS && told <= (64 + 128 + NAME) * DOMAINS, "{told}");
    let alone = freed_by(one);
    assert!(alone < told / 10, "{alone} of {told} freed with the first of two");
    let freed = freed_by(other);
    assert!(freed > told * 9 / 10 && freed < told * 11 / 10, "{freed} freed, {told} told");
}
