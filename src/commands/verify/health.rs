//! Whether the running application's page answers; what it means where it does not.

use std::fmt::Display;
use std::time::Instant;

use super::page::{Answer, PATIENCE, Page, Silence};
use crate::help::{Advice, Command, Note};
use crate::report::Check;

const NAME: &str = "health";

pub(super) async fn check(url: &str) -> Check {
    let Some(page) = Page::parse(url) else {
        let text = "--url is no http:// or https:// address (http://HOST:PORT/PATH)";
        return Check::fail(NAME, text, "give it an address: levelhead verify --url http://HOST:PORT/PATH");
    };
    let clock = Instant::now();
    match page.ask().await {
        Ok(Answer { status: status @ 200..300, .. }) => {
            Check::pass(NAME, format!("{} answers {status} in {} ms", page.url(), clock.elapsed().as_millis()))
        }
        Ok(answer) => answered(&page, &answer),
        Err(silence) => unanswered(&page, &silence),
    }
}

/// An answer that is no page.
fn answered(page: &Page<'_>, answer: &Answer) -> Check {
    const LOG: &str = "read the application's log, or give it to levelhead: COMMAND 2>&1 | levelhead explain";
    let status = answer.status;
    let shown = format!("{} answers {status}", page.url());
    if let (300..400, Some(location)) = (status, &answer.location) {
        let leads = page.resolve(location);
        return Check::warn(NAME, format!("{shown}: it leads to {leads}"), verify(leads));
    }
    let (meaning, next) = match status {
        300..400 => ("it leads elsewhere, and does not say where", "name another page"),
        400 => ("what answers does not take the request, or not for this host's name", LOG),
        401 | 403 | 407 => ("it needs a login", "name a page that needs no login"),
        404 | 410 => (
            "something answers, but has no such page",
            "name a page that it has; where this should be one, see that it is this application that answers there",
        ),
        405 => ("the page is not one to look at", "name a page that answers GET"),
        429 => ("too many have asked", "ask later, or from inside"),
        502..=504 => (
            "what stands before the application does not reach it, or the application says that it is not ready",
            "see that the application has started and listens where its proxy looks: levelhead verify -- CMD",
        ),
        500.. => ("the application fails over this page", LOG),
        _ => ("that is no page", LOG),
    };
    Check::fail(NAME, format!("{shown}: {meaning}"), next)
}

/// The same check of another address.
fn verify(url: impl Display) -> Command {
    Command::levelhead("verify --url").with(url)
}

fn unanswered(page: &Page<'_>, silence: &Silence) -> Check {
    let (url, host, seconds) = (page.url(), page.host, PATIENCE.as_secs());
    let fail = |text: String, help: Advice| Check::fail(NAME, format!("{url}: {text}"), help);
    let handshake = || {
        let endpoint = shell_words::quote(&page.endpoint()).into_owned();
        Command::shell(format!(
            "openssl s_client -connect {endpoint} -servername {} </dev/null",
            shell_words::quote(host)
        ))
    };
    match silence {
        Silence::Name(error) => fail(
            format!("the name {host} leads nowhere: {error}"),
            Command::of("getent", "hosts").with(host).and("correct the host, or create its DNS record"),
        ),
        Silence::Refused => fail(
            "nothing listens there (Connection refused)".to_owned(),
            "start the application, or correct the port".into(),
        ),
        Silence::Unreachable => fail(
            format!("no connection within {seconds} s: the host is down, or a firewall drops what is sent there"),
            "correct the host, or let this machine through: security group, network policy, firewall".into(),
        ),
        Silence::Connection(error) => {
            fail(format!("no connection: {error}"), Command::of("ip", "route get").with(host).into())
        }
        Silence::NoTls => {
            fail("what answers there does not speak TLS".to_owned(), verify(page.with(false, "/")).into())
        }
        Silence::Certificate { has_roots: false, .. } => fail(
            "the certificate cannot be held against anything: this system has no roots".to_owned(),
            Command::of("apt-get", "install -y ca-certificates").into(),
        ),
        Silence::Certificate { fault, .. } => fail(format!("the certificate {fault}"), handshake().into()),
        Silence::Tls(error) => fail(format!("TLS fails: {error}"), handshake().into()),
        Silence::Slow => fail(
            format!("connected, but no answer within {seconds} s"),
            Command::levelhead("check")
                .and("this looks at the database")
                .and("to see what Python is busy with, use py-spy dump"),
        ),
        Silence::Closed => fail(
            "the connection was closed without an answer".to_owned(),
            match page.encrypted {
                true => "read the application's log: a worker may have died".into(),
                false => Advice::note("read the application's log")
                    .and(Note::way("if it speaks TLS", verify(page.with(true, "/")))),
            },
        ),
        Silence::NotHttp => fail("what answers there does not speak HTTP".to_owned(), "correct the port".into()),
    }
}
