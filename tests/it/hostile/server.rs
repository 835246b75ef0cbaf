//! Whatever listens on a port may answer anything: bytes at random, rows without end, a message of two gigabytes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::application::HEAD;
use crate::support::postgres::server;
use crate::support::{Application, Backend, Outcome};

/// What is sent once the connection is up and a question has been asked, again and again where it is `endless`.
#[derive(Clone)]
struct Answer {
    bytes: Vec<u8>,
    endless: bool,
    /// Sent before anything is agreed on.
    at_once: bool,
}

impl Answer {
    fn once(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), endless: false, at_once: false }
    }
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = i32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[kind][..], &length, body].concat()
}

fn columns(count: i16) -> Vec<u8> {
    let column = [&b"version_num\0"[..], &[0; 6], &25_i32.to_be_bytes(), &[0xff; 6], &[0; 2]].concat();
    message(b'T', &[&count.to_be_bytes()[..], &column.repeat(count.try_into().unwrap())].concat())
}

fn row(values: &[&[u8]]) -> Vec<u8> {
    let count = i16::try_from(values.len()).unwrap().to_be_bytes().to_vec();
    let body = values
        .iter()
        .fold(count, |body, value| [&body[..], &i32::try_from(value.len()).unwrap().to_be_bytes(), value].concat());
    message(b'D', &body)
}

fn done() -> Vec<u8> {
    [message(b'C', b"SELECT 1\0"), message(b'Z', b"I")].concat()
}

/// A server that takes everybody in, answers the first question, and closes the connection.
fn listen(answer: Answer) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let answer = answer.clone();
            thread::spawn(move || serve(client, &answer));
        }
    });
    port
}

/// The same, for the first few connections; later ones are led to the real server.
fn listen_at_first(answer: Answer, few: usize, server: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for (number, client) in listener.incoming().flatten().enumerate() {
            let answer = answer.clone();
            thread::spawn(move || {
                if number < few {
                    return serve(client, &answer);
                }
                let server = TcpStream::connect(("127.0.0.1", server)).ok()?;
                let (mut from, mut to) = (client.try_clone().ok()?, server.try_clone().ok()?);
                thread::spawn(move || std::io::copy(&mut from, &mut to));
                let (mut from, mut to) = (server, client);
                std::io::copy(&mut from, &mut to).map(drop).ok()
            });
        }
    });
    port
}

/// Ends where the client has gone.
fn serve(mut client: TcpStream, answer: &Answer) -> Option<()> {
    let mut word = [0; 4];
    let mut length = |client: &mut TcpStream| {
        client.read_exact(&mut word).ok()?;
        let mut body = vec![0; usize::try_from(i32::from_be_bytes(word)).ok()?.checked_sub(4)?];
        client.read_exact(&mut body).ok()
    };
    if answer.at_once {
        return client.write_all(&answer.bytes).ok();
    }
    // The question for TLS, and the startup message.
    length(&mut client)?;
    client.write_all(b"N").ok()?;
    length(&mut client)?;
    let up = [message(b'R', &[0; 4]), message(b'S', b"server_version\x0015.1\0"), message(b'Z', b"I")].concat();
    client.write_all(&up).ok()?;
    client.read_exact(&mut [0; 1]).ok()?;
    length(&mut client)?;
    client.write_all(&answer.bytes).ok()?;
    if answer.endless {
        loop {
            client.write_all(&answer.bytes).ok()?;
        }
    }
    Some(())
}

fn ask(shop: &Application, answer: Answer, arguments: &[&str]) -> Outcome {
    let url = format!("postgresql://u:p@127.0.0.1:{}/d", listen(answer));
    let outcome = shop.levelhead(arguments).env("DATABASE_URL", url).env("LEVELHEAD_WAIT_TIMEOUT", "1s").run();
    outcome.says_nothing_of("panicked").says_nothing_of("\u{1b}");
    outcome
}

#[test]
fn an_answer_without_end_is_not_waited_for_and_not_kept() {
    let shop = Application::at(Backend::Sqlite, HEAD);
    let clock = Instant::now();
    let rows = Answer { bytes: row(&[&b"x".repeat(1000)]).repeat(100), endless: true, at_once: false };
    let rows = Answer { bytes: [columns(1), rows.bytes].concat(), ..rows };
    let whole = [&columns(1)[..], b"D\x7f\xff\xff\xf0\0\x01\x7f\xff\xff\0"].concat();
    let notices = message(b'N', b"SNOTICE\0MHello\0\0").repeat(1000);
    for bytes in [rows.bytes, [whole, vec![b'x'; 1 << 16]].concat(), notices] {
        let answer = Answer { bytes, endless: true, at_once: false };
        for arguments in [&["current"][..], &["run", "--", "true"]] {
            let outcome = ask(&shop, answer.clone(), arguments);
            assert_eq!(outcome.status.code(), Some(125), "{outcome:#?}");
        }
    }
    assert!(clock.elapsed() < Duration::from_secs(60), "{:?}", clock.elapsed());
}

#[test]
fn nonsense_ends_with_words() {
    let shop = Application::at(Backend::Sqlite, HEAD);
    let none: &[&[u8]] = &[];
    for bytes in [
        [columns(1), row(&[b"\xff\xfe\0"]), done()].concat(),
        [columns(2), row(&[b"\xff", b"\xfe"]), done()].concat(),
        [columns(0), row(none), done()].concat(),
        [columns(2), row(&[b"a"]), done()].concat(),
        [row(&[b"a"]), done()].concat(),
        [columns(1), message(b'D', b"\0\x01\0\0\x7f\xffab"), done()].concat(),
        b"D\xff\xff\xff\xff".to_vec(),
        b"D\0\0\0\x30ab".to_vec(),
        message(b'E', b"SERROR\0"),
        message(b'G', &[0; 3]),
        Vec::new(),
    ] {
        for arguments in [&["current"][..], &["check"]] {
            let outcome = ask(&shop, Answer::once(bytes.clone()), arguments);
            assert!(matches!(outcome.status.code(), Some(0 | 124 | 125)), "{bytes:?} {outcome:#?}");
            if outcome.status.code() != Some(0) {
                outcome.says("levelhead: error: ");
            }
        }
    }
}

/// The same bytes in every run.
#[test]
fn bytes_at_random_end_with_words() {
    let shop = Application::at(Backend::Sqlite, HEAD);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for round in 0..40 {
        let length = 1 + next() % 400;
        let mut bytes: Vec<u8> = (0..length).map(|_| next().to_le_bytes()[3]).collect();
        if round % 2 == 0 {
            let kinds = b"TDCZENSRKIGHWtsnA123";
            bytes = [message(kinds[round % kinds.len()], &bytes), columns(1)].concat();
        }
        let answer = Answer { bytes, endless: false, at_once: round % 5 == 0 };
        let outcome = ask(&shop, answer, &["current"]);
        assert!(matches!(outcome.status.code(), Some(0 | 124 | 125)), "{round} {outcome:#?}");
    }
}

/// It lets everybody in, and says only to the first question that its server is away, as PgBouncer does.
#[test]
fn a_pooler_whose_server_is_away_is_waited_for() {
    let shop = Application::at(Backend::Postgres, HEAD);
    let real = shop.database.url();
    for said in ["server conn crashed?", "server login has been failing, try again later (server_login_retry)"] {
        for (arguments, code) in [(&["current"][..], 0), (&["check"], 0), (&["run", "--", "echo", "started"], 0)] {
            let crashed = message(b'E', format!("SFATAL\0C08P01\0M{said}\0\0").as_bytes());
            let port = listen_at_first(Answer::once(crashed.clone()), 2, server().port);
            let url = real.replace(&format!(":{}/", server().port), &format!(":{port}/"));
            let outcome = shop.levelhead(arguments).env("DATABASE_URL", url).env("LEVELHEAD_WAIT_TIMEOUT", "30s").run();
            outcome.code(code).says("waiting for the database (").says(said);
        }
        let crashed = message(b'E', format!("SFATAL\0C08P01\0M{said}\0\0").as_bytes());
        let outcome = ask(&shop, Answer::once(crashed), &["current"]);
        outcome.code(124).says(said).says("check that the pooler reaches its database");
    }
}
