//! The TCP connections of a process and of all that it has started, as Linux lists them. Elsewhere there are none to see.

use std::collections::BTreeSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use nix::unistd::Pid;

/// So many processes of an upgrade are looked at.
const MOST: usize = 256;

/// This side's ends of the connections of everything below a process.
pub(super) fn below(top: Pid) -> Vec<SocketAddr> {
    let mut found = Vec::new();
    let mut processes = children(top.as_raw());
    let mut at = 0;
    while at < processes.len().min(MOST) {
        let process = processes[at];
        found.extend(of(process));
        processes.extend(children(process));
        at += 1;
    }
    found
}

/// Each of its threads may have children.
fn children(process: i32) -> Vec<i32> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let texts = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    texts.flat_map(|text| text.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

fn of(process: i32) -> Vec<SocketAddr> {
    let files = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    let inodes: BTreeSet<String> = files
        .filter_map(|file| {
            fs::read_link(file.path()).ok()?.to_str()?.strip_prefix("socket:[")?.strip_suffix(']').map(str::to_owned)
        })
        .collect();
    if inodes.is_empty() {
        return Vec::new();
    }
    let tables =
        ["tcp", "tcp6"].map(|table| fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default());
    let rows = tables.iter().flat_map(|table| table.lines().skip(1));
    rows.filter_map(|row| {
        let mut fields = row.split_whitespace();
        let end = fields.nth(1)?;
        fields.nth(7).filter(|inode| inodes.contains(*inode)).and_then(|_| address(end))
    })
    .collect()
}

/// `0100007F:1F90` is 127.0.0.1 and 8080: each 32 bits in this machine's order.
fn address(text: &str) -> Option<SocketAddr> {
    let (host, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let words = host.as_bytes().chunks(8).map(|word| {
        let word = u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok()?;
        Some(word.to_ne_bytes())
    });
    let bytes: Vec<u8> = words.collect::<Option<Vec<_>>>()?.concat();
    let host = match bytes.len() {
        4 => IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?)),
        _ => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)),
    };
    Some(SocketAddr::new(host, port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_connection_of_this_process_is_seen() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let found = of(nix::unistd::getpid().as_raw());
        assert!(found.contains(&stream.local_addr().unwrap()), "{found:?}");
    }
}
