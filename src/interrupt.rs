//! Control-C, and the signal to terminate: exit code 130, after the files that are being written and what is cleaned up.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether files are being written; then an interrupt waits.
static WRITING: AtomicBool = AtomicBool::new(false);
/// Whether an interrupt waits.
static ASKED: AtomicBool = AtomicBool::new(false);

/// The exit code of an interrupted run, as shells have it.
const INTERRUPTED: i32 = 130;

/// Ends the process at an interrupt, from now on.
pub(crate) fn watch() {
    // It fails only where somebody watches already; then the system's own way serves.
    let _ = ctrlc::set_handler(|| {
        if WRITING.load(Ordering::SeqCst) {
            ASKED.store(true, Ordering::SeqCst);
        } else {
            end();
        }
    });
}

/// Ends the process as interrupted.
pub(crate) fn end() -> ! {
    std::process::exit(INTERRUPTED)
}

/// Whether an interrupt waits for the work that is done first; that work may ask, and cut itself short.
pub(crate) fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}

/// Does `work`, which writes files or has to clean up; an interrupt waits until it is done.
pub(crate) fn finish_first<T>(work: impl FnOnce() -> T) -> T {
    WRITING.store(true, Ordering::SeqCst);
    let done = work();
    WRITING.store(false, Ordering::SeqCst);
    if ASKED.load(Ordering::SeqCst) {
        end();
    }
    done
}
