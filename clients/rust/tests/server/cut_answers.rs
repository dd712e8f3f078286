//! Answers that end before their status: proxies on the way do that. They are broken connections, and calls are
//! repeated.
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use asyncgate::{Backoff, Client, ErrorReason, RetryOptions};

/// The frames of HTTP/2 that are needed here: type, flags, stream, payload.
fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
    let len = u8::try_from(payload.len()).expect("it is short");
    [&[0, 0, len, kind, flags, 0, 0, 0, stream], payload].concat()
}

/// Answers every call with headers, and with an end that has no trailers.
fn answer_without_status(mut stream: TcpStream, calls: &AtomicU32) -> std::io::Result<()> {
    const SETTINGS: u8 = 4;
    const HEADERS: u8 = 1;
    const ACK: u8 = 1;
    const END_STREAM: u8 = 1;
    const END_HEADERS: u8 = 4;
    stream.write_all(&frame(SETTINGS, 0, 0, &[]))?;
    let mut preface = [0; 24];
    stream.read_exact(&mut preface)?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head)?;
        let len = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        stream.read_exact(&mut vec![0; len])?;
        let (kind, flags, id) = (head[3], head[4], head[8]);
        if kind == SETTINGS && flags & ACK == 0 {
            stream.write_all(&frame(SETTINGS, ACK, 0, &[]))?;
        }
        // The request ends: 0x88 is `:status: 200`, and the rest `content-type: application/grpc`.
        if kind == 0 && flags & END_STREAM != 0 {
            calls.fetch_add(1, Ordering::SeqCst);
            let headers = [&[0x88, 0x0f, 0x10, 16], b"application/grpc".as_slice()].concat();
            stream.write_all(&frame(HEADERS, END_HEADERS, id, &headers))?;
            stream.write_all(&frame(0, END_STREAM, id, &[]))?;
        }
    }
}

#[tokio::test]
async fn an_answer_that_ends_before_its_status_is_a_broken_connection_and_the_call_is_repeated() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // It ends with the client.
            let _ = answer_without_status(stream, &counted);
        }
    });
    let backoff = Backoff { initial: Duration::from_millis(1), multiplier: 1.0, max: Duration::from_millis(1) };
    let retry = RetryOptions { attempts_max: Some(3), backoff };
    let client = Client::builder(format!("http://{address}"), "key").retry(retry).build().unwrap();
    let error = client.get_task("x").await.unwrap_err();
    assert_eq!((error.reason(), error.is_retryable()), (ErrorReason::Unavailable, true));
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}
