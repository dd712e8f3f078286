//! A TCP proxy that breaks what goes through it, when a test says so.
use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Between a worker and the server. It runs in threads, so that a runtime that is blocked does not stop it.
pub struct Proxy {
    pub url: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    is_frozen: AtomicBool,
    loses_answers: AtomicBool,
    is_stalled: AtomicBool,
    streams: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    pub fn open(server_url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let target = server_url.trim_start_matches("http://").to_owned();
        let shared = Arc::new(Shared::default());
        let of_threads = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A server that is gone breaks the connection.
                let _ = serve(&of_threads, stream, &target);
            }
        });
        Self { url, shared }
    }

    /// Nothing passes any more in either direction.
    pub fn freeze(&self) {
        self.shared.is_frozen.store(true, Ordering::SeqCst);
    }

    /// Nothing is read any more, so that nothing can be sent when the buffers on the way are full.
    pub fn stall(&self) {
        self.shared.is_stalled.store(true, Ordering::SeqCst);
    }

    /// What the server sends is lost, until the connections are cut.
    pub fn lose_answers(&self) {
        self.shared.loses_answers.store(true, Ordering::SeqCst);
    }

    /// Ends all connections at once. New ones pass everything.
    pub fn cut(&self) {
        let streams = std::mem::take(&mut *self.shared.streams.lock().unwrap());
        for stream in streams {
            // It may have ended by itself.
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.shared.is_frozen.store(false, Ordering::SeqCst);
        self.shared.is_stalled.store(false, Ordering::SeqCst);
        self.shared.loses_answers.store(false, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
    }
}

fn serve(shared: &Arc<Shared>, near: TcpStream, target: &str) -> io::Result<()> {
    let far = TcpStream::connect(target)?;
    shared.streams.lock().unwrap().extend([near.try_clone()?, far.try_clone()?]);
    for (is_answer, from, to) in [(false, near.try_clone()?, far.try_clone()?), (true, far, near)] {
        let shared = Arc::clone(shared);
        thread::spawn(move || forward(&shared, is_answer, from, to));
    }
    Ok(())
}

fn forward(shared: &Shared, is_answer: bool, mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 65_536];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        while shared.is_stalled.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(10));
        }
        let is_lost = is_answer && shared.loses_answers.load(Ordering::SeqCst);
        if is_lost || shared.is_frozen.load(Ordering::SeqCst) {
            continue;
        }
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
