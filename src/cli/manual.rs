//! `man` and `completions`: what the command line says about itself, for other programs to read.

use clap::{Command, ValueEnum};
use clap_complete::Shell;
use clap_mangen::Man;

use super::EXIT_CODES;
use super::pages;
use crate::commands::output::print;

use crate::config::{OTHERS, SETTINGS};
use crate::error::Error;

/// The shells that `completions` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompletedShell {
    /// `levelhead completions bash >/etc/bash_completion.d/levelhead`
    Bash,
    /// `levelhead completions fish >~/.config/fish/completions/levelhead.fish`
    Fish,
    /// `levelhead completions zsh >"${fpath[1]}/_levelhead"`
    Zsh,
}

/// Prints the manual page, in roff: the whole program's, with a section for each command.
pub fn man(program: &Command) -> Result<(), Error> {
    let mut page = Vec::new();
    let whole = Man::new(program.clone());
    whole.render_title(&mut page)?;
    whole.render_name_section(&mut page)?;
    whole.render_synopsis_section(&mut page)?;
    whole.render_description_section(&mut page)?;
    whole.render_options_section(&mut page)?;
    page.extend(examples(".SH", "levelhead").into_bytes());
    for command in program.get_subcommands() {
        page.extend(format!(".SH \"LEVELHEAD {}\"\n", command.get_name().to_uppercase()).into_bytes());
        let section = Man::new(command.clone());
        let mut text = Vec::new();
        section.render_synopsis_section(&mut text)?;
        section.render_description_section(&mut text)?;
        section.render_options_section(&mut text)?;
        page.extend(String::from_utf8_lossy(&text).replace(".SH ", ".SS ").into_bytes());
        page.extend(examples(".SS", command.get_name()).into_bytes());
    }
    page.extend(environment().into_bytes());
    page.extend(format!(".SH \"EXIT STATUS\"\n{}\n", roff(EXIT_CODES)).into_bytes());
    print(&String::from_utf8_lossy(&page))
}

/// The lines to type, as a section of the page.
fn examples(heading: &str, command: &str) -> String {
    let lines = pages::examples(command);
    let lines = lines.iter().map(|(line, what)| format!(".TP\n\\fB{}\\fR\n{}\n", roff(line), roff(what)));
    if pages::examples(command).is_empty() {
        String::new()
    } else {
        format!("{heading} EXAMPLES\n{}", lines.collect::<String>())
    }
}

/// Every variable that is read.
fn environment() -> String {
    let entry = |name: &str, text: &str| format!(".TP\n\\fB{}\\fR\n{}\n", roff(name), roff(text));
    let settings = SETTINGS.iter().filter_map(|setting| {
        Some(entry(setting.variable?, &format!("{}; the flag is --{}.", setting.help, setting.flag)))
    });
    let others = OTHERS.iter().map(|other| entry(&other.names.join(", "), &format!("{}.", other.purpose)));
    format!(".SH ENVIRONMENT\n{}", settings.chain(others).collect::<String>())
}

/// Text as roff takes it: no line of it is a request.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('`', "");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

/// Prints a shell's completion script for the program.
pub fn completions(mut program: Command, shell: CompletedShell) -> Result<(), Error> {
    let shell = match shell {
        CompletedShell::Bash => Shell::Bash,
        CompletedShell::Fish => Shell::Fish,
        CompletedShell::Zsh => Shell::Zsh,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut program, "levelhead", &mut script);
    print(&String::from_utf8_lossy(&script))
}
