//! A report of checks: what was looked at, how it is, and what to do; as text for a person, as Markdown for an issue or a
//! summary page, as JSON for scripts. Knows nothing of what is checked.

use serde_json::{Value, json};

use crate::help::Advice;
use crate::logging::plain::plain;
use crate::prose::{advice, paragraph};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// As it should be.
    Pass,
    /// Worth knowing; it stands in nobody's way.
    Warn,
    /// It has to be put right.
    Fail,
}

impl Outcome {
    /// The word that every format uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }

    /// The colour's number in a terminal's escape sequence.
    fn colour(self) -> &'static str {
        match self {
            Self::Pass => "32",
            Self::Warn => "33",
            Self::Fail => "31",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its stable name, in kebab case.
    pub name: &'static str,
    /// How it came out.
    pub outcome: Outcome,
    /// What was found, in one sentence without an end.
    pub text: String,
    /// Further lines, as another program has written them.
    pub detail: Vec<String>,
    /// The one thing to do next, where there is one.
    pub help: Option<Advice>,
}

impl Check {
    /// As it should be.
    pub fn pass(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Pass, text: plain(&text.into()), detail: Vec::new(), help: None }
    }

    /// Worth knowing.
    pub fn warn(name: &'static str, text: impl Into<String>, help: impl Into<Advice>) -> Self {
        Self { outcome: Outcome::Warn, help: Some(help.into()), ..Self::pass(name, text) }
    }

    /// To be put right.
    pub fn fail(name: &'static str, text: impl Into<String>, help: impl Into<Advice>) -> Self {
        Self { outcome: Outcome::Fail, help: Some(help.into()), ..Self::pass(name, text) }
    }
}

/// Checks of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What they are about.
    pub title: &'static str,
    /// In the order in which they were made.
    pub checks: Vec<Check>,
}

/// Everything that was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// By what the checks are about.
    pub groups: Vec<Group>,
    /// What was not looked at, and how to have it looked at.
    pub left_out: Vec<String>,
}

impl Report {
    /// Every check.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        self.groups.iter().flat_map(|group| &group.checks)
    }

    /// How many came out so.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.checks().filter(|check| check.outcome == outcome).count()
    }

    /// The last line: how many checks, and how they came out.
    pub fn summary(&self) -> String {
        let (warned, failed) = (self.count(Outcome::Warn), self.count(Outcome::Fail));
        format!("{} checks: {} pass, {warned} warn, {failed} fail", self.checks().count(), self.count(Outcome::Pass))
    }

    /// For a person, 80 columns wide. `coloured`: on a terminal that may be shown colour.
    pub fn text(&self, coloured: bool) -> String {
        const NAME: usize = 18;
        let indent = " ".repeat(NAME + 8);
        let mut text = String::new();
        for group in &self.groups {
            text += &format!("{}\n", group.title);
            for check in &group.checks {
                let word = check.outcome.word();
                // A longer name pushes its own line only.
                let first = format!("  {word}  {:<width$} ", check.name, width = NAME - 1);
                let mut lines = paragraph(&check.text, &first, &indent);
                if coloured {
                    let painted = format!("\u{1b}[{}m{word}\u{1b}[0m", check.outcome.colour());
                    lines = lines.replacen(word, &painted, 1);
                }
                text += &lines;
                check.detail.iter().for_each(|line| text += &format!("        {line}\n"));
                if let Some(help) = &check.help {
                    text += &advice(help, "        ");
                }
            }
            text.push('\n');
        }
        self.left_out.iter().for_each(|line| text += &paragraph(&format!("not checked: {line}"), "", "  "));
        text + &self.summary() + "\n"
    }

    /// For an issue or a summary page.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        for group in &self.groups {
            text += &format!("### {}\n\n| | Check | Found |\n|---|---|---|\n", group.title);
            for check in &group.checks {
                let help: String = check.help.iter().map(in_cell).collect();
                let detail: String = check.detail.iter().map(|line| format!("<br>{}", code(line))).collect();
                let found = cell(&check.text);
                text += &format!("| {} | `{}` | {found}{detail}{help} |\n", check.outcome.word(), check.name);
            }
            text.push('\n');
        }
        self.left_out.iter().for_each(|line| text += &format!("Not checked: {line}\n\n"));
        text + "**" + &self.summary() + "**\n"
    }

    /// For scripts: the fields beside the version.
    pub fn document(&self) -> Value {
        let check = |group: &Group, check: &Check| {
            json!({
                "group": group.title,
                "name": check.name,
                "outcome": check.outcome.word(),
                "text": check.text,
                "detail": check.detail,
                "help": check.help,
            })
        };
        let checks = self.groups.iter().flat_map(|group| group.checks.iter().map(move |one| check(group, one)));
        json!({
            "checks": checks.collect::<Vec<_>>(),
            "left_out": self.left_out,
            "pass": self.count(Outcome::Pass),
            "warn": self.count(Outcome::Warn),
            "fail": self.count(Outcome::Fail),
        })
    }
}

/// Text inside a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}

/// What to do, inside a cell.
fn in_cell(help: &Advice) -> String {
    let command = help.command.iter().map(|command| format!("<br>Help: {}", code(&command.to_string())));
    command.chain(help.notes.iter().map(|note| format!("<br>Note: {}", cell(&note.to_string())))).collect()
}

/// Code inside a cell; a backtick in it ends it otherwise.
fn code(text: &str) -> String {
    let fence = if text.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", text.replace('|', "\\|").replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use super::{Check, Group, Report};
    use crate::help::Command;

    fn report() -> Report {
        let mut failed = Check::fail("schema", "a | b is not there", Command::shell("echo `a`").and("a | b"));
        failed.detail = vec!["Traceback".to_owned()];
        let groups = vec![
            Group { title: "URL", checks: vec![Check::pass("url", "w ".repeat(50).trim())] },
            Group { title: "State", checks: vec![failed, Check::warn("heads", "two", Command::levelhead("merge"))] },
        ];
        Report { groups, left_out: vec!["the start command".to_owned()] }
    }

    #[test]
    fn text_is_a_line_a_check_and_wrapped() {
        let w = |count: usize| "w ".repeat(count).trim_end().to_owned();
        let expected = format!(
            "URL\n  pass  url               {}\n                          {}\n\n\
             State\n  fail  schema            a | b is not there\n        Traceback\n        help: echo `a`\n        note: a | b\n\
             \x20 warn  heads             two\n        help: levelhead merge\n\n\
             not checked: the start command\n3 checks: 1 pass, 1 warn, 1 fail\n",
            w(27),
            w(23)
        );
        assert_eq!(report().text(false), expected);
        assert!(report().text(true).contains("  \u{1b}[31mfail\u{1b}[0m  schema  "));
    }

    #[test]
    fn markdown_is_a_table_that_nothing_in_it_breaks() {
        let shown = report().markdown();
        let row = "| fail | `schema` | a \\| b is not there<br>`Traceback`<br>Help: ``echo `a```<br>Note: a \\| b |";
        assert!(shown.contains(row), "{shown}");
        assert!(shown.ends_with("**3 checks: 1 pass, 1 warn, 1 fail**\n"), "{shown}");
    }

    #[test]
    fn a_document_counts_and_lists() {
        let document = report().document();
        assert_eq!((document["fail"].as_u64(), document["checks"].as_array().map(Vec::len)), (Some(1), Some(3)));
        assert_eq!(document["checks"][1]["group"], "State");
    }
}
