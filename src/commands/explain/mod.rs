//! `explain`: what a finding or an error text means, what may lie behind it, and which of that it is here.

mod creators;
mod here;
mod parents;

use std::io::{IsTerminal, Read, stdin};

use clap::Args;
use serde_json::{Value, json};

use super::output::{Format, in_json, print, print_json};
use super::session::Session;
use crate::error::Error;
use crate::explanation::{Cause, Explanation, Reason, Verdict};
use crate::findings::Kind;
use crate::help::{Advice, Command, Help};
use crate::logging::plain::without_passwords;
use crate::prose::{advice, of_markdown, paragraph};
use here::{Here, Mark};

/// How much of a log is read: its end is what counts, and no platform shows more.
const LONGEST: u64 = 8 << 20;

/// What `explain` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// A finding's code, or an error text; without it, what is piped in, a whole deploy log for example
    #[arg(value_name = "CODE|TEXT")]
    text: Vec<String>,
    /// Do not look at the database, the migration files and git
    #[arg(long)]
    offline: bool,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Prints what the code or the text means. Without either, prints the codes.
pub async fn explain(session: &Session, arguments: &Arguments) -> Result<(), Error> {
    let text = match arguments.text.join(" ") {
        none if none.is_empty() => piped()?,
        text => text,
    };
    let text = text.trim();
    if text.is_empty() {
        return list_codes(arguments.format);
    }
    if let Some(kind) = Kind::of_code(text) {
        return explain_code(kind, &Here::look(session, arguments.offline, None).await, arguments.format);
    }
    if is_code_like(text) {
        return Err(Error::UnknownCode { code: text.to_owned(), nearest: nearest(text) });
    }
    let explanation = match Verdict::of(text).ok_or(Error::NothingToExplain { exception: None })? {
        Verdict::Error(explanation) => *explanation,
        Verdict::Finding(kind) => {
            return explain_code(kind, &Here::look(session, arguments.offline, None).await, arguments.format);
        }
    };
    let explanation = if arguments.offline { explanation } else { parents::held_against(&session.config, explanation) };
    let here = Here::look(session, arguments.offline, Some(&explanation)).await;
    match arguments.format {
        Format::Text => print(&without_passwords(&in_words(&explanation, &here)))?,
        Format::Json => print(&without_passwords(&in_json(document(&explanation, &here))))?,
    }
    match explanation.cause == Cause::UNKNOWN {
        true => Err(Error::NothingToExplain { exception: Some(explanation.message) }),
        false => Ok(()),
    }
}

/// What is piped in; nothing where a person sits at the keyboard.
fn piped() -> Result<String, Error> {
    let mut bytes = Vec::new();
    if !stdin().is_terminal() {
        read_end(stdin().lock(), &mut bytes).map_err(Error::Input)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Reads all, and keeps the end.
fn read_end(mut input: impl Read, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    while input.by_ref().take(LONGEST).read_to_end(bytes)? > 0 {
        let surplus = bytes.len().saturating_sub(LONGEST as usize);
        bytes.drain(..surplus);
    }
    Ok(())
}

/// One word of small letters and hyphens is meant as a code.
fn is_code_like(text: &str) -> bool {
    text.contains('-') && text.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

fn nearest(text: &str) -> Option<&'static str> {
    let likeness = |code: &str| strsim::normalized_damerau_levenshtein(text, code);
    let codes = Kind::ALL.iter().map(|kind| kind.code);
    codes.max_by(|one, other| likeness(one).total_cmp(&likeness(other))).filter(|code| likeness(code) > 0.5)
}

fn list_codes(format: Format) -> Result<(), Error> {
    match format {
        Format::Json => print_json(json!({
            "codes": Kind::ALL.iter().map(|kind| json!({ "code": kind.code, "summary": kind.summary() })).collect::<Vec<_>>(),
        })),
        Format::Text => {
            let lines = Kind::ALL.iter().map(|kind| {
                let indent = " ".repeat(24);
                paragraph(&kind.summary(), &format!("{:<24}", kind.code), &indent)
            });
            print(&lines.collect::<String>())
        }
    }
}

fn explain_code(kind: Kind, here: &Here, format: Format) -> Result<(), Error> {
    match format {
        Format::Json => print_json(json!({ "code": kind.code, "page": kind.page, "here": here.document() })),
        Format::Text => print(&format!("{}{}", of_markdown(kind.page), here.in_words(Some(kind)))),
    }
}

fn in_words(explanation: &Explanation, here: &Here) -> String {
    let mut text = paragraph(&explanation.message, "", "");
    match (&explanation.revision, &explanation.place) {
        (Some(revision), Some(place)) => text += &format!("in revision {revision}, {place}\n"),
        (Some(revision), None) => text += &format!("in revision {revision}\n"),
        (None, Some(place)) => text += &format!("in {place}\n"),
        (None, None) => {}
    }
    match explanation.meaning() {
        "" => {}
        meaning => text += &format!("\nWhat it means\n\n{}", paragraph(&sentence(meaning), "  ", "  ")),
    }
    text += "\nLikely causes, most likely first\n";
    for (number, (reason, mark, next)) in reasons(explanation, here).into_iter().enumerate() {
        let what = format!("{}{mark}", explanation.fill(reason.what));
        text += "\n";
        text += &paragraph(&what, &format!("  {}. ", number + 1), "     ");
        text += &paragraph(&explanation.fill(reason.tell), "     How to tell: ", "     ");
        text += &advice(&next, "     ");
    }
    if !explanation.others.is_empty() {
        text += "\nAlso in this text\n\n";
        explanation.others.iter().for_each(|other| text += &paragraph(other, "  - ", "    "));
    }
    text += &here.in_words(None);
    if let Some(Kind { code, .. }) = explanation.cause.finding() {
        text += &format!("\nMore: {}\n", Command::levelhead("explain").with(code));
    }
    text
}

/// A clause as a sentence of its own.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// Each reason with whether it is so here, and its command: what is so here comes first, what is not so here last.
fn reasons(explanation: &Explanation, here: &Here) -> Vec<(Reason, Mark, Advice)> {
    let mut reasons: Vec<(Reason, Mark, Advice)> = explanation
        .reasons()
        .iter()
        .map(|reason| (*reason, here.mark(reason.told_by, explanation), explanation.step(reason)))
        .collect();
    // The first one's may depend on what the message says.
    reasons[0].2 = explanation.help();
    reasons.sort_by_key(|(_, mark, _)| mark.rank());
    reasons
}

fn document(explanation: &Explanation, here: &Here) -> Value {
    let reasons = reasons(explanation, here).into_iter().map(|(reason, mark, next)| {
        json!({
            "what": explanation.fill(reason.what),
            "tell": explanation.fill(reason.tell),
            "help": next,
            "is_so_here": mark.is_so(),
            "why": mark.why(),
        })
    });
    json!({
        "message": explanation.message,
        "meaning": explanation.meaning(),
        "revision": explanation.revision,
        "place": explanation.place,
        "finding": explanation.cause.finding().map(|kind| kind.code),
        "reasons": reasons.collect::<Vec<_>>(),
        "others": explanation.others,
        "here": here.document(),
    })
}
