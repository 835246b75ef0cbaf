//! The upgrade, watched over a connection of its own: who is in its way, what queues behind it, how far it is. The one that holds
//! the lock is in a transaction, and must take no snapshot there.

use std::collections::BTreeMap;
use std::future::pending;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};
use tracing::{debug, info, warn};

use super::super::session::Session;
use crate::error::{Blocked, Error};
use crate::help::{Advice, Message};
use crate::process::upgrade::Shown;
use crate::prose::counted;
use crate::saying::Say;
use database::lock::Guard;
use database::watch::{Mark, Party, Sight, Wait, Whose};
use database::{Database, DatabaseError};

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// For how long a wait has to be seen before it is one: most are over in a moment.
const A_WAIT: Duration = Duration::from_millis(1200);
/// How often the log is told that something goes on.
const REMINDER: Duration = Duration::from_secs(30);
/// How long it may take to end what an upgrade has left.
const CLEARING: Duration = Duration::from_secs(8);
/// After so many looks that failed no other one is taken.
const MOST_FAILURES: u32 = 3;

/// Watches an upgrade.
pub(super) struct Watcher {
    mark: Mark,
    /// How long a statement may wait, where there is a limit.
    limit: Option<Duration>,
    waits: BTreeMap<i64, Seen>,
    queue: Option<Seen>,
    /// Who is in the way at present.
    blocked: Option<Blocked>,
    /// Who was, when a statement was cancelled for having waited.
    cancelled: Option<Blocked>,
    reported: Duration,
    /// The connection over which it is looked at, once there is one.
    over: Option<Database>,
}

/// Something that is seen in one look after the other.
#[derive(Debug)]
struct Seen {
    since: Instant,
    /// What was said of it, and when.
    said: Option<(Instant, String)>,
}

impl Seen {
    fn now() -> Self {
        Self { since: Instant::now(), said: None }
    }

    /// Whether it is to be said: it is no moment's, and it is news, or old enough to be said again. Then it counts as said.
    fn is_due(&mut self, what: &str) -> bool {
        let is_new = self.said.as_ref().is_none_or(|(when, before)| before != what || when.elapsed() >= REMINDER);
        let is_due = self.since.elapsed() >= A_WAIT && is_new;
        if is_due {
            self.said = Some((Instant::now(), what.to_owned()));
        }
        is_due
    }
}

impl Watcher {
    /// One for an upgrade under this lock. Where the server does not say how sessions are to call themselves, only their
    /// connections tell.
    pub(super) async fn under(guard: &Guard, session: &Session) -> Self {
        let mark = guard.mark().await.unwrap_or_else(|error| {
            debug!("the upgrade's sessions have no name: {error}");
            Mark::default()
        });
        Self {
            mark,
            limit: session.config.blocked_timeout,
            waits: BTreeMap::new(),
            queue: None,
            blocked: None,
            cancelled: None,
            reported: Duration::ZERO,
            over: None,
        }
    }

    /// What the upgrade's sessions are to call themselves.
    pub(super) fn name(&self) -> Option<String> {
        Some(self.mark.name.clone()).filter(|name| !name.is_empty())
    }

    /// Watches until the lock is lost, and answers why it was.
    pub(super) async fn until_lost(&mut self, guard: &mut Guard, session: &Session, shown: &Shown) -> String {
        tokio::select! {
            reason = guard.lost() => reason,
            () = self.watch(session, shown) => pending().await,
        }
    }

    /// Looks for as long as the server answers. Where it gives no other connection, nothing is seen.
    async fn watch(&mut self, session: &Session, shown: &Shown) {
        self.reported = Duration::ZERO;
        let mut failures = 0;
        while failures < MOST_FAILURES {
            sleep(LOOK).await;
            if let Err(error) = self.look(session, shown).await {
                debug!("the upgrade cannot be looked at: {error}");
                self.over = None;
                failures += 1;
                sleep(REMINDER / 6).await;
            }
        }
    }

    /// Who was in the way at last, for whoever ends the upgrade.
    pub(super) fn blocked(&mut self) -> Option<Blocked> {
        self.cancelled.take().or_else(|| self.blocked.take())
    }

    /// Whether a statement of it was cancelled.
    pub(super) fn has_cancelled(&self) -> bool {
        self.cancelled.is_some()
    }

    async fn look(&mut self, session: &Session, shown: &Shown) -> Result<(), Error> {
        let database = match self.over.take() {
            Some(database) => database,
            None => session.open_at_once().await?,
        };
        shown.ends().into_iter().for_each(|end| self.mark.add(end));
        let sight = database.look(&self.mark).await?;
        self.see_waits(&sight);
        self.see_queue(&sight);
        self.cancel_waits(&database, &sight).await?;
        if shown.age() >= self.reported + REMINDER {
            self.reported = shown.age();
            self.report(&database, shown, &sight).await?;
        }
        self.over = Some(database);
        Ok(())
    }

    /// The upgrade's own waits. Where no session is known as its own, another one's may be it.
    fn see_waits(&mut self, sight: &Sight) {
        let is_known = !sight.own.is_empty();
        let own: Vec<&Wait> = sight.waits.iter().filter(|wait| !is_known || sight.own.contains(&wait.pid)).collect();
        self.waits.retain(|pid, seen| {
            let goes_on = own.iter().any(|wait| wait.pid == *pid);
            if !goes_on && seen.said.is_some() && is_known {
                info!("the upgrade goes on; it waited for {} s", seen.since.elapsed().as_secs());
            }
            goes_on
        });
        self.blocked = None;
        for wait in own {
            let seen = self.waits.entry(wait.pid).or_insert_with(Seen::now);
            let blocked = blocked(sight, wait, is_known);
            if seen.is_due(&blocked.by.join("\n")) {
                say(&blocked, seen.since.elapsed(), &sight.behind(wait.pid), sight);
            }
            self.blocked.get_or_insert(blocked);
        }
    }

    /// Whoever waits for an upgrade that is at work.
    fn see_queue(&mut self, sight: &Sight) {
        let of_own = |wait: &&Wait| {
            !sight.own.contains(&wait.pid)
                && wait.by.iter().any(|pid| sight.own.contains(pid) && !self.waits.contains_key(pid))
        };
        let queue: Vec<&Wait> = sight.waits.iter().filter(of_own).collect();
        let Some(first) = queue.first() else {
            self.queue = None;
            return;
        };
        if self.queue.get_or_insert_with(Seen::now).is_due("") {
            let what = format!("{} for a lock that the upgrade has", waiting(queue.len()));
            Message { facts: vec![words(sight, first.pid)], ..Message::new(what, Advice::default()) }.info();
        }
    }

    /// Cancels what has waited for as long as it may: what queues behind it waits no longer.
    async fn cancel_waits(&mut self, database: &Database, sight: &Sight) -> Result<(), DatabaseError> {
        let Some(limit) = self.limit else { return Ok(()) };
        // It may have begun to wait just after the look before.
        let is_over = |seen: &Seen| seen.since.elapsed() + LOOK * 2 >= limit;
        let over = self.waits.iter().filter(|(pid, seen)| sight.own.contains(pid) && is_over(seen));
        let over: Vec<i64> = over.map(|(pid, _)| *pid).collect();
        let Some(wait) = sight.waits.iter().find(|wait| over.contains(&wait.pid)) else { return Ok(()) };
        let blocked = blocked(sight, wait, true);
        let what = format!(
            "the upgrade has waited for {} as long as it may; its statement is cancelled (LEVELHEAD_BLOCKED_TIMEOUT)",
            blocked.what
        );
        Message { facts: blocked.facts(), ..Message::new(what, Advice::default()) }.warn();
        database.cancel(&over).await?;
        self.waits.retain(|pid, _| !over.contains(pid));
        self.cancelled = Some(blocked);
        Ok(())
    }

    /// How far a long upgrade is.
    async fn report(&self, database: &Database, shown: &Shown, sight: &Sight) -> Result<(), DatabaseError> {
        let what = match shown.under_way() {
            Some((revision, age)) => format!("the upgrade is at {revision}, for {} s", age.as_secs()),
            None => format!("the upgrade has been running for {} s", shown.age().as_secs()),
        };
        let at_work = |party: &&Party| sight.own.contains(&party.pid) && party.state.as_deref() == Some("active");
        let mut facts: Vec<String> = sight.parties.iter().filter(at_work).map(Party::words).collect();
        facts.extend(database.progress(&self.mark).await?);
        Message { facts, ..Message::new(what, Advice::default()) }.info();
        Ok(())
    }

    /// Ends the sessions of an upgrade that has ended: a server does not notice that nobody waits for an answer.
    pub(super) async fn end_what_is_left(&mut self, session: &Session, shown: &Shown) {
        shown.ends().into_iter().for_each(|end| self.mark.add(end));
        let (over, whose) = (self.over.take(), Whose::Marked(&self.mark));
        let ended = async {
            // The connection may have been lost along with the lock's.
            if let Some(database) = over
                && let Ok(ended) = database.end(whose).await
            {
                database.close().await;
                return Ok(ended);
            }
            let database = session.open_at_once().await?;
            let ended = database.end(whose).await;
            database.close().await;
            Ok::<_, Error>(ended?)
        };
        match timeout(CLEARING, ended).await {
            Ok(Ok(ended)) => say_ended(&ended, "of this upgrade"),
            Ok(Err(error)) => debug!("whether a session of the upgrade is left is not known: {error}"),
            Err(_) => debug!("whether a session of the upgrade is left is not known: no answer"),
        }
    }
}

/// Ends what an upgrade before has left at work: whoever holds the lock is to be alone. It is the first question over a second
/// connection: where only the guard's answers, a pooler has no other one, and the upgrade would wait for it.
pub(super) async fn end_former(database: &Database, guard: &Guard) -> Result<(), DatabaseError> {
    match database.end(Whose::Former).await {
        Ok(ended) => say_ended(&ended, "of an upgrade whose levelhead has ended"),
        Err(error) if error.may_lack_room() && guard.is_held().await => return Err(DatabaseError::NoRoom),
        Err(error) => debug!("whether a session of a former upgrade is left is not known: {error}"),
    }
    Ok(())
}

fn say_ended(ended: &[Party], whose: &str) {
    for party in ended {
        warn!("ended a session {whose} that was still at work: {}", party.words());
    }
}

fn blocked(sight: &Sight, wait: &Wait, is_known: bool) -> Blocked {
    let pids = wait.by.iter().copied().filter(|pid| *pid != 0).collect();
    let waiter = (!is_known).then(|| words(sight, wait.pid));
    Blocked { what: wait.what(), by: sight.blockers(wait), pids, prepared: wait.prepared.clone(), waiter }
}

fn words(sight: &Sight, pid: i64) -> String {
    sight.party(pid).map_or_else(|| format!("pid {pid}"), Party::words)
}

fn waiting(number: usize) -> String {
    format!("{} {}", counted(number, "session"), if number == 1 { "waits" } else { "wait" })
}

fn say(blocked: &Blocked, age: Duration, behind: &[&Wait], sight: &Sight) {
    let who = if blocked.waiter.is_some() { "a session that may be the upgrade's" } else { "the upgrade" };
    let what = format!("{who} waits for {}, for {} s", blocked.what, age.as_secs().max(1));
    let mut facts = blocked.facts();
    if let Some(first) = behind.first() {
        facts.push(format!("behind it: {}, first {}", waiting(behind.len()), words(sight, first.pid)));
    }
    Message { facts, ..Message::new(what, Advice::default()) }.warn();
}
