//! `man` and `completions`: what the command line says about itself, for other programs to read.

use clap::{Command, ValueEnum};
use clap_complete::Shell;
use clap_mangen::Man;

use super::output::print;
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
    for command in program.get_subcommands() {
        page.extend(format!(".SH \"LEVELHEAD {}\"\n", command.get_name().to_uppercase()).into_bytes());
        let section = Man::new(command.clone());
        let mut text = Vec::new();
        section.render_synopsis_section(&mut text)?;
        section.render_description_section(&mut text)?;
        section.render_options_section(&mut text)?;
        page.extend(String::from_utf8_lossy(&text).replace(".SH ", ".SS ").into_bytes());
    }
    whole.render_extra_section(&mut page)?;
    print(&String::from_utf8_lossy(&page).replace(".SH EXTRA", ".SH \"EXIT STATUS\""))
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
