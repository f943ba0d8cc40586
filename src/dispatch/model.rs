#![forbid(unsafe_code)]
//! A dispatcher in a program's loop, under every interleaving of its threads.

use std::os::fd::BorrowedFd;
use std::sync::Arc;

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

use super::event_loop::{EventLoop, Ready};
use super::turn::Deliver;
use super::{Dispatcher, Seat};
use crate::registry::model::{RESUME, SUSPEND, registry, turn};
use crate::registry::{Reader, Registry, WatchOptions};
use crate::sync::Mutex;

/// A loop that calls what it has, one after the other, when it is told to.
#[derive(Default)]
struct Loop {
    handles: Mutex<Vec<(i32, Ready)>>,
    last: AtomicUsize,
}

impl EventLoop for Loop {
    fn add(&self, _: BorrowedFd<'_>, ready: Ready) -> Option<i32> {
        let watch = i32::try_from(self.last.fetch_add(1, Ordering::SeqCst)).unwrap();
        self.handles.lock().push((watch, ready));
        Some(watch)
    }

    fn remove(&self, watch: i32) {
        self.handles.lock().retain(|(other, _)| *other != watch);
    }
}

impl Loop {
    fn run(&self) {
        let handles = self.handles.lock().clone();
        handles.iter().for_each(|(_, ready)| ready());
    }
}

struct Stage {
    registry: Arc<Registry>,
    event_loop: Arc<Loop>,
    dispatcher: Dispatcher,
    calls: Arc<AtomicUsize>,
    drops: Arc<AtomicUsize>,
}

struct Counts(Arc<AtomicUsize>);

impl Drop for Counts {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Stage {
    fn new() -> Arc<Self> {
        let registry = registry();
        let event_loop = Arc::new(Loop::default());
        let shared: Arc<dyn EventLoop> = Arc::clone(&event_loop) as Arc<dyn EventLoop>;
        let dispatcher = Dispatcher::new(Arc::clone(&registry), Some(shared));
        let (calls, drops) = (Arc::default(), Arc::default());
        Arc::new(Self { registry, event_loop, dispatcher, calls, drops })
    }

    fn register(&self, id: i32) {
        self.dispatcher.reserve().unwrap();
        let reader = Reader::new(Arc::clone(&self.registry), WatchOptions::default());
        let (calls, counts) = (Arc::clone(&self.calls), Counts(Arc::clone(&self.drops)));
        let callback = move |_: &_| {
            let _ = &counts;
            calls.fetch_add(1, Ordering::SeqCst);
        };
        self.dispatcher.register(id, reader, Deliver::Each(Box::new(callback)));
    }

    /// Whether the loop, if it polled now, would call the dispatcher.
    fn is_called(&self) -> bool {
        let seat = self.dispatcher.shared.board.lock().seat.as_ref().map(Seat::signal);
        seat.is_some_and(|signal| signal.is_set())
    }

    /// The place outlives the registrations, and not the dispatcher.
    fn ends(self: Arc<Self>) {
        let event_loop = Arc::clone(&self.event_loop);
        assert_eq!(event_loop.handles.lock().len(), 1);
        assert!(Arc::into_inner(self).is_some(), "the stage is still used");
        assert!(event_loop.handles.lock().is_empty(), "a place without a dispatcher");
    }
}

fn model(run: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(run);
}

/// No event stays behind: when nobody is at it any more, either all is delivered or the loop is
/// called again.
#[test]
fn the_loop_is_called_while_there_is_something_to_deliver() {
    model(|| {
        let stage = Stage::new();
        stage.register(0);
        let [writer, runner] = [Arc::clone(&stage), Arc::clone(&stage)];
        let writes = thread::spawn(move || {
            turn(&writer.registry, SUSPEND);
            turn(&writer.registry, RESUME);
        });
        let runs = thread::spawn(move || runner.event_loop.run());
        stage.event_loop.run();
        writes.join().unwrap();
        runs.join().unwrap();
        while stage.is_called() {
            stage.event_loop.run();
        }
        assert_eq!(stage.calls.load(Ordering::SeqCst), 2);
    });
}

/// G8: a registration that ends while the loop is at it is not called any more, and is dropped
/// once.
#[test]
fn a_registration_ends_while_the_loop_runs() {
    model(|| {
        let stage = Stage::new();
        stage.register(0);
        turn(&stage.registry, SUSPEND);
        let runner = Arc::clone(&stage);
        let runs = thread::spawn(move || runner.event_loop.run());
        stage.dispatcher.deregister(0, true).unwrap();
        let calls = stage.calls.load(Ordering::SeqCst);
        assert_eq!(stage.drops.load(Ordering::SeqCst), 1);
        runs.join().unwrap();
        assert_eq!(stage.calls.load(Ordering::SeqCst), calls, "called after its end");
        stage.ends();
    });
}

/// Registrations that begin while others end share one place in the loop, and hear everything.
fn begin_while_another_ends(beginners: &'static [i32]) {
    model(move || {
        let stage = Stage::new();
        stage.register(0);
        let (&first, others) = beginners.split_first().unwrap();
        let beginner = Arc::clone(&stage);
        let begins = thread::spawn(move || beginner.register(first));
        stage.dispatcher.deregister(0, true).unwrap();
        others.iter().for_each(|&id| stage.register(id));
        begins.join().unwrap();
        assert_eq!(stage.event_loop.handles.lock().len(), 1, "one place for all registrations");
        while stage.is_called() {
            stage.event_loop.run();
        }
        turn(&stage.registry, SUSPEND);
        turn(&stage.registry, RESUME);
        assert!(stage.is_called());
        stage.event_loop.run();
        assert_eq!(stage.calls.load(Ordering::SeqCst), 2 * beginners.len());
        beginners.iter().for_each(|&id| stage.dispatcher.deregister(id, true).unwrap());
        stage.ends();
    });
}

#[test]
fn a_registration_begins_while_another_ends() {
    begin_while_another_ends(&[1]);
}

#[test]
fn two_registrations_begin_while_another_ends() {
    begin_while_another_ends(&[1, 2]);
}
