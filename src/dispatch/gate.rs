#![forbid(unsafe_code)]
//! The gate before a callback: who may run it, and what ending it means (guarantee G8).

use crate::sync::{AtomicBool, Condvar, Mutex, Ordering};

/// Holds a job while nobody runs it. One thread runs it at a time; once it is closed nobody does.
#[derive(Debug)]
pub(super) struct Gate<J> {
    phase: Mutex<Phase<J>>,
    left: Condvar,
    closed: AtomicBool,
}

#[derive(Debug)]
enum Phase<J> {
    /// Nobody runs it.
    Idle(J),
    /// A thread runs it.
    Running,
    /// A thread runs it and is to drop it; nobody waits.
    Closing,
    /// A thread runs it; another waits to drop it.
    Awaited,
    /// The thread that ran it has left it to the one that waits.
    Left(J),
    Gone,
}

impl<J> Gate<J> {
    pub(super) fn new(job: J) -> Self {
        Self {
            phase: Mutex::new(Phase::Idle(job)),
            left: Condvar::new(),
            closed: AtomicBool::new(false),
        }
    }

    /// Takes the job to run it. `None` once the gate is closed, or while another thread runs it.
    pub(super) fn enter(&self) -> Option<J> {
        let mut phase = self.phase.lock();
        if self.is_closed() {
            return None;
        }
        match std::mem::replace(&mut *phase, Phase::Running) {
            Phase::Idle(job) => Some(job),
            other => {
                *phase = other;
                None
            }
        }
    }

    /// Whether a thread that is inside must not start the job again.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Brings the job back. When it is returned it is to be dropped, with no lock held.
    pub(super) fn leave(&self, job: J) -> Option<J> {
        let mut phase = self.phase.lock();
        match &*phase {
            Phase::Running => *phase = Phase::Idle(job),
            Phase::Awaited => {
                *phase = Phase::Left(job);
                self.left.notify_all();
            }
            _ => {
                *phase = Phase::Gone;
                return Some(job);
            }
        }
        None
    }

    /// Closes the gate, once. With `wait` it returns when no thread runs the job any more. When the
    /// job is returned it is to be dropped, with no lock held; otherwise the thread inside does it.
    pub(super) fn close(&self, wait: bool) -> Option<J> {
        self.closed.store(true, Ordering::Release);
        let mut phase = self.phase.lock();
        match std::mem::replace(&mut *phase, Phase::Gone) {
            Phase::Idle(job) => return Some(job),
            Phase::Running if wait => *phase = Phase::Awaited,
            Phase::Running => *phase = Phase::Closing,
            other => *phase = other,
        }
        while matches!(*phase, Phase::Awaited) {
            self.left.wait(&mut phase);
        }
        match std::mem::replace(&mut *phase, Phase::Gone) {
            Phase::Left(job) => Some(job),
            other => {
                *phase = other;
                None
            }
        }
    }
}

#[cfg(test)]
#[cfg(loom)]
mod model {
    use super::Gate;
    use loom::sync::Arc;
    use loom::sync::atomic::{AtomicUsize, Ordering};
    use loom::thread;

    /// Counts its drops and says whether it is inside a run.
    struct Job {
        runs: Arc<AtomicUsize>,
        drops: Arc<AtomicUsize>,
    }

    impl Drop for Job {
        fn drop(&mut self) {
            self.drops.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// G8: after a waiting close no run is under way and none starts; the job is dropped once.
    #[test]
    fn close_waits_for_the_run_and_drops_once() {
        loom::model(|| {
            let (runs, drops) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let job = Job { runs: Arc::clone(&runs), drops: Arc::clone(&drops) };
            let gate = Arc::new(Gate::new(job));
            let inside = Arc::clone(&gate);
            let dispatcher = thread::spawn(move || {
                for _ in 0..2 {
                    let Some(job) = inside.enter() else { return };
                    if !inside.is_closed() {
                        job.runs.fetch_add(1, Ordering::SeqCst);
                        thread::yield_now();
                        job.runs.fetch_sub(1, Ordering::SeqCst);
                    }
                    drop(inside.leave(job));
                }
            });
            drop(gate.close(true));
            assert_eq!(runs.load(Ordering::SeqCst), 0, "a run is under way after close");
            assert_eq!(drops.load(Ordering::SeqCst), 1, "the job is not dropped exactly once");
            assert!(gate.enter().is_none());
            dispatcher.join().unwrap();
            assert_eq!(drops.load(Ordering::SeqCst), 1);
        });
    }

    /// G8: a close that does not wait leaves the drop to the thread inside.
    #[test]
    fn close_without_waiting_drops_once() {
        loom::model(|| {
            let (runs, drops) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let job = Job { runs, drops: Arc::clone(&drops) };
            let gate = Arc::new(Gate::new(job));
            let inside = Arc::clone(&gate);
            let dispatcher = thread::spawn(move || {
                if let Some(job) = inside.enter() {
                    drop(inside.leave(job));
                }
            });
            drop(gate.close(false));
            dispatcher.join().unwrap();
            assert_eq!(drops.load(Ordering::SeqCst), 1);
            assert!(gate.enter().is_none());
        });
    }
}
