//! What of a traceback is shown: its last lines, without what is Python's own.

use crate::process::program::without_password;

/// Lines that are shown.
const SHOWN: usize = 6;
/// What faulthandler says above the frames that it is asked for.
const STACK: &str = "Stack (most recent call first):";
/// How that ends: its frames are printed the other way round.
const REVERSED: &str = "(most recent call first):";
/// How a frame begins.
const FRAME: &str = "  File \"";

/// The last lines of a traceback, without frames of packages, blank lines and marks, and without a password.
pub(super) fn last_lines(stderr: &str, password: Option<&str>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut of_package = false;
    for line in in_order(stderr) {
        match line.trim_start().strip_prefix("File \"") {
            Some(frame) => {
                of_package = frame.contains("-packages/") || frame.contains("/lib/python3") || frame.starts_with('<')
            }
            // The line of code below a frame, and the marks below that.
            None if line.starts_with("    ") => {}
            None => of_package = false,
        }
        if !of_package && !line.trim().trim_matches(['^', '~']).is_empty() {
            lines.push(line);
        }
    }
    let hidden = |line: &String| {
        let line: String = line.chars().filter(|c| !c.is_control() || *c == '\t').take(300).collect();
        let line = without_password(&line);
        password.iter().filter(|password| password.len() > 2).fold(line, |line, password| line.replace(password, "***"))
    };
    lines[lines.len().saturating_sub(SHOWN)..].iter().map(hidden).collect()
}

/// Where a program was when it was asked: by the traceback of KeyboardInterrupt, unless that was caught.
pub(super) fn standstill(stderr: &str, password: Option<&str>) -> Vec<String> {
    let Some(start) = stderr.rfind(STACK) else { return last_lines(stderr, password) };
    let frames = stderr[start..].lines().skip(1).take_while(|line| line.starts_with(FRAME));
    let length = STACK.len() + 1 + frames.map(|frame| frame.len() + 1).sum::<usize>();
    let (stack, after) = stderr[start..].split_at_checked(length).unwrap_or((&stderr[start..], ""));
    match after.trim_end().ends_with("KeyboardInterrupt") {
        true => last_lines(after, password),
        false => last_lines(stack, password),
    }
}

/// The lines, with faulthandler's frames as those of every other traceback: the innermost last.
fn in_order(stderr: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = stderr.lines().peekable();
    while let Some(line) = rest.next() {
        if !line.ends_with(REVERSED) {
            lines.push(line.to_owned());
            continue;
        }
        lines.push("Traceback (most recent call last):".to_owned());
        let start = lines.len();
        while let Some(frame) = rest.next_if(|line| line.starts_with(FRAME)) {
            lines.push(frame.to_owned());
        }
        lines[start..].reverse();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{last_lines, standstill};

    #[test]
    fn frames_of_packages_and_marks_are_left_out() {
        let said = "Traceback (most recent call last):\n  File \"<string>\", line 17, in <module>\n  \
                    File \"/opt/venv/lib/python3.12/site-packages/gunicorn/util.py\", line 5, in load\n    __import__(x)\n    \
                    ~~~~~~~~~~^^^\n  File \"/srv/shop.py\", line 2, in <module>\n    connect('a://u:p@h')\n    ^^^^^\n\nE: hunter2\n";
        let shown = [
            "Traceback (most recent call last):",
            "  File \"/srv/shop.py\", line 2, in <module>",
            "    connect('a://u:***@h')",
            "E: ***",
        ];
        assert_eq!(last_lines(said, Some("hunter2")), shown);
    }

    #[test]
    fn the_frames_of_faulthandler_are_turned_round() {
        let said = "Fatal Python error: Segmentation fault\n\nCurrent thread 0x00007f6d (most recent call first):\n  \
                    File \"/srv/inner.py\", line 3 in f\n  File \"/srv/outer.py\", line 5 in <module>\n  \
                    File \"<frozen importlib._bootstrap>\", line 241 in _call\n";
        let shown = [
            "Fatal Python error: Segmentation fault",
            "Traceback (most recent call last):",
            "  File \"/srv/outer.py\", line 5 in <module>",
            "  File \"/srv/inner.py\", line 3 in f",
        ];
        assert_eq!(last_lines(said, None), shown);
    }

    #[test]
    fn an_interrupt_that_was_caught_is_not_taken_for_the_place() {
        let stack = "warm-up\nStack (most recent call first):\n  File \"/srv/shop.py\", line 3 in f\n";
        let first = "Traceback (most recent call last):";
        let raised = format!("{stack}{first}\n  File \"/srv/shop.py\", line 3, in f\n    wait()\nKeyboardInterrupt\n");
        let shown = [first, "  File \"/srv/shop.py\", line 3, in f", "    wait()", "KeyboardInterrupt"];
        assert_eq!(standstill(&raised, None), shown);
        let stood = [first, "  File \"/srv/shop.py\", line 3 in f"];
        assert_eq!(standstill(&format!("{stack}TypeError: no application\n"), None), stood);
        assert_eq!(standstill(stack, None), stood);
        assert_eq!(standstill(stack.trim_end(), None), stood);
    }
}
