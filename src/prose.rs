//! Text for people on a terminal of 80 columns, in a log, or in a web shell: wrapped, and without markup. Writes nothing.

use std::fmt::Display;

use textwrap::{Options, WordSplitter, fill};

use crate::help::Advice;

/// What every terminal has.
pub const WIDTH: usize = 80;

/// A number with its noun, which is of several where the number is not one.
pub fn counted<Number: PartialEq + From<u8> + Display>(count: Number, noun: &str) -> String {
    format!("{count} {noun}{}", if count == Number::from(1) { "" } else { "s" })
}

/// One paragraph, its first line after `first`, the others after `rest`. A word that is too long stays whole, so that it can
/// be copied.
pub fn paragraph(text: &str, first: &str, rest: &str) -> String {
    let options = Options::new(WIDTH).initial_indent(first).subsequent_indent(rest);
    fill(text, options.break_words(false).word_splitter(WordSplitter::NoHyphenation)) + "\n"
}

/// What to do: the command on a line of its own that is never wrapped, since it is to be copied; then the notes.
pub fn advice(advice: &Advice, indent: &str) -> String {
    let command = advice.command.iter().map(|command| format!("{indent}help: {command}\n"));
    let notes = advice.notes.iter().map(|note| match note.has_command() {
        true => format!("{indent}note: {note}\n"),
        false => paragraph(&note.to_string(), &format!("{indent}note: "), &format!("{indent}      ")),
    });
    command.chain(notes).collect()
}

/// The light Markdown of the pages as plain text: headings without `#`, paragraphs and lists wrapped, code as it is, words of
/// code still in backticks, without which a sentence about `run` is hard to read.
pub fn of_markdown(page: &str) -> String {
    let mut text = String::new();
    for block in page.split("\n\n").filter(|block| !block.trim().is_empty()) {
        if !text.is_empty() {
            text.push('\n');
        }
        text += &match block.trim_end() {
            code if code.starts_with("    ") => format!("{code}\n"),
            heading if heading.starts_with('#') => format!("{}\n", heading.trim_start_matches('#').trim_start()),
            list if list.starts_with("- ") => {
                let items = list.strip_prefix("- ").unwrap_or(list).split("\n- ");
                items.map(|item| paragraph(&one_line(item), "- ", "  ")).collect()
            }
            other => paragraph(&one_line(other), "", ""),
        };
    }
    text
}

/// The words of a text, on one line.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{of_markdown, paragraph};

    #[test]
    fn markup_goes_and_code_stays() {
        let page = "# a `b`\n\nOne `two`\nthree.\n\n    code  `x`\n\n- first\n  goes on\n- second\n";
        assert_eq!(of_markdown(page), "a `b`\n\nOne `two` three.\n\n    code  `x`\n\n- first goes on\n- second\n");
    }

    #[test]
    fn a_paragraph_is_wrapped_and_a_command_in_it_stays_whole() {
        let long = "x-".repeat(60);
        assert_eq!(paragraph(&format!("a {long} b"), "1. ", "   "), format!("1. a\n   {long}\n   b\n"));
    }
}
