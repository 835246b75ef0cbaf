//! One HTTP request, as a browser's first.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Asks for `path` until somebody answers; panics after a minute. Answers the status line and the body.
pub fn get(port: u16, path: &str) -> (String, String) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        match try_get(port, path) {
            Ok(answer) => return answer,
            Err(error) => assert!(Instant::now() < deadline, "nobody answers on port {port}: {error}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Asks for `path` once.
pub fn try_get(port: u16, path: &str) -> std::io::Result<(String, String)> {
    try_within(Duration::from_secs(30), port, path)
}

/// The same, for an answer that comes within the limit.
pub fn try_within(limit: Duration, port: u16, path: &str) -> std::io::Result<(String, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(limit))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    Ok((head.lines().next().unwrap_or_default().to_owned(), body.to_owned()))
}

/// A port at which the first request gets `answer`, and then the connection is closed.
pub fn answer_once(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        stream.write_all(answer.as_bytes()).unwrap();
    });
    port
}
