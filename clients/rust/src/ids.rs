//! Request ids, which are unique across processes: a random prefix and a counter.
use std::fmt::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

static PREFIX: OnceLock<String> = OnceLock::new();
static COUNT: AtomicU64 = AtomicU64::new(0);

pub(crate) fn next_request_id() -> String {
    let prefix = PREFIX.get_or_init(|| {
        let mut bytes = [0; 16];
        getrandom::getrandom(&mut bytes).expect("the operating system has a source of randomness");
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    });
    format!("{prefix}-{:x}", COUNT.fetch_add(1, Ordering::Relaxed))
}
