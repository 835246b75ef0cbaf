//! A TCP proxy before the server that goes silent, as a firewall does that drops packets: nothing is forwarded any more, and
//! nothing is closed.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Its connections are closed when it is dropped; until then a server knows nothing of a client that has gone.
pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Each connection's switch, and its end at the server.
    connections: Mutex<Vec<(Arc<AtomicBool>, TcpStream)>>,
    /// What, where a client sends it, silences its connection before it is forwarded; once.
    trigger: Mutex<Option<String>>,
}

impl Proxy {
    /// Forwards to a port of this machine.
    pub fn start(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let proxy = Self { port, shared: Arc::clone(&shared) };
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(("127.0.0.1", server)).unwrap());
                let silent = Arc::new(AtomicBool::new(false));
                let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                shared.connections.lock().unwrap().push((Arc::clone(&silent), server.try_clone().unwrap()));
                let (both, up) = (Arc::clone(&silent), Arc::clone(&shared));
                thread::spawn(move || forward(from, to, &both, Some(&up)));
                thread::spawn(move || forward(server, client, &silent, None));
            }
        });
        proxy
    }

    /// Silences the connections that there are; later ones are forwarded.
    pub fn silence(&self) {
        let connections = self.shared.connections.lock().unwrap();
        connections.iter().for_each(|(silent, _)| silent.store(true, Ordering::SeqCst));
    }

    /// Silences the connection on which a client first sends `text`, without TLS.
    pub fn silence_at(&self, text: &str) {
        *self.shared.trigger.lock().unwrap() = Some(text.to_owned());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        for (_, server) in self.shared.connections.lock().unwrap().iter() {
            let _ = server.shutdown(Shutdown::Both);
        }
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, silent: &AtomicBool, client: Option<&Shared>) {
    let mut bytes = [0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if let Some(shared) = client {
            let mut trigger = shared.trigger.lock().unwrap();
            let said = String::from_utf8_lossy(&bytes[..count]);
            if trigger.as_ref().is_some_and(|text| said.contains(text.as_str())) {
                *trigger = None;
                silent.store(true, Ordering::SeqCst);
            }
        }
        if !silent.load(Ordering::SeqCst) && to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    if !silent.load(Ordering::SeqCst) {
        let _ = to.shutdown(Shutdown::Both);
    }
}
