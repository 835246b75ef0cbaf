//! Tracebacks that the library rich has drawn a box around, as typer, prefect and others show them.

/// Whether a box is there.
pub(super) fn is_it(text: &str) -> bool {
    text.contains("─ Traceback (most recent call last) ─")
}

/// The same as Python writes it: frames with file and line, the line of code, and each exception on one line.
pub(super) fn unboxed(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut is_words = false;
    for line in text.lines() {
        let inner = line.trim();
        if inner.starts_with('╭') && inner.contains("Traceback (most recent call last)") {
            plain += "Traceback (most recent call last):\n";
        } else if inner.starts_with('╰') {
            is_words = true;
            continue;
        } else if let Some(inner) = inner.strip_prefix('│') {
            plain += &boxed(inner.trim_end_matches('│').trim_end());
        } else if is_words && goes_on(line, &plain) {
            plain.pop();
            plain += &format!(" {}\n", line.trim());
            continue;
        } else {
            plain += &format!("{line}\n");
            is_words &= !line.trim().is_empty();
            continue;
        }
        is_words = false;
    }
    plain
}

/// Whether a line is what did not fit into the width of the one before.
fn goes_on(line: &str, before: &str) -> bool {
    const OWN: [&str; 8] = ["[SQL", "[parameters", "(Background", "LINE ", "DETAIL", "HINT", "CONTEXT", "The above"];
    let last = before.lines().next_back().unwrap_or_default();
    !line.trim().is_empty()
        && !last.trim().is_empty()
        && !last.starts_with("Traceback")
        && !last.starts_with(' ')
        && !line.starts_with(' ')
        && !OWN.iter().any(|own| line.starts_with(own))
        && last.len() > 40
}

/// A line within the box: `/srv/a.py:3 in f`, `❱ 3 code`, anything else.
fn boxed(line: &str) -> String {
    let inner = line.trim();
    if let Some((place, function)) = inner.rsplit_once(" in ")
        && let Some((file, number)) = place.rsplit_once(':')
        && number.parse::<u32>().is_ok()
    {
        return format!("  File \"{file}\", line {number}, in {function}\n");
    }
    match inner.strip_prefix('❱').map(|marked| marked.trim_start().trim_start_matches(|c: char| c.is_ascii_digit())) {
        Some(code) => format!("    {}\n", code.trim_start_matches([' ', '│'])),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::unboxed;

    #[test]
    fn a_box_becomes_a_traceback() {
        let text = "╭───── Traceback (most recent call last) ─────╮\n\
                    │ /srv/depot/settings.py:7 in <module>        │\n\
                    │                                             │\n\
                    │   6                                         │\n\
                    │ ❱ 7 SECRET = os.environ[\"SECRET\"]          │\n\
                    ╰─────────────────────────────────────────────╯\n\
                    ProgrammingError: (psycopg2.errors.UndefinedTable) relation\n\
                    \"parcels\" does not exist\n\
                    [SQL: SELECT 1]\n\nnext\n";
        assert_eq!(
            unboxed(text),
            "Traceback (most recent call last):\n  File \"/srv/depot/settings.py\", line 7, in <module>\n    \
             SECRET = os.environ[\"SECRET\"]\nProgrammingError: (psycopg2.errors.UndefinedTable) relation \"parcels\" does not \
             exist\n[SQL: SELECT 1]\n\nnext\n"
        );
    }
}
