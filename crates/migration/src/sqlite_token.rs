//! SQLite's tokens.

/// A token, and where it begins and ends.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// A word without quotes, as it is written.
    Word(String),
    /// A name in `"…"`, `` `…` `` or `[…]`.
    Quoted(String),
    /// `'…'`.
    Text(String),
    Number,
    /// A bracket, a comma or an operator's character.
    Sign(char),
}

/// The tokens of a text; `None` where a quote or a comment does not end, or a character is none of SQLite's.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        let rest = &text[start..];
        let length = match first {
            _ if first.is_whitespace() || first == '\u{feff}' => {
                start += first.len_utf8();
                continue;
            }
            '-' if rest.starts_with("--") => {
                start += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            '/' if rest.starts_with("/*") => {
                // The end of the text ends it, too.
                start += rest[2..].find("*/").map_or(rest.len(), |at| at + 4);
                continue;
            }
            '\'' | '"' | '`' => {
                let (inner, length) = quoted(rest, first)?;
                let kind = if first == '\'' { Kind::Text(inner) } else { Kind::Quoted(inner) };
                found.push(Token { kind, start, end: start + length });
                start += length;
                continue;
            }
            '[' => {
                let length = rest.find(']')? + 1;
                let kind = Kind::Quoted(rest[1..length - 1].to_owned());
                found.push(Token { kind, start, end: start + length });
                start += length;
                continue;
            }
            _ if is_letter(first) => rest.find(|c: char| !(is_letter(c) || c.is_ascii_digit() || c == '$')),
            _ if first.is_ascii_digit() => rest.find(|c: char| !(is_letter(c) || c.is_ascii_digit() || c == '.')),
            _ if first.is_ascii_punctuation() => Some(1),
            _ => return None,
        };
        let end = start + length.unwrap_or(rest.len());
        let kind = match first {
            _ if is_letter(first) => Kind::Word(text[start..end].to_owned()),
            _ if first.is_ascii_digit() => Kind::Number,
            sign => Kind::Sign(sign),
        };
        found.push(Token { kind, start, end });
        start = end;
    }
    Some(found)
}

/// Any character beyond ASCII may stand in a name.
fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphabetic() || letter == '_' || !letter.is_ascii()
}

/// What stands between two quotes at the beginning of a text, doubled ones made single, and how long it is with them.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut inner = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != quote {
            inner.push(letter);
        } else if letters.next_if(|(_, next)| *next == quote).is_some() {
            inner.push(quote);
        } else {
            return Some((inner, at + 1));
        }
    }
    None
}

impl Token {
    pub(super) fn is(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word(written) if written.eq_ignore_ascii_case(word))
    }

    pub(super) fn is_sign(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }

    /// The name that it stands for, as the catalogue keeps it. SQLite takes a text for one, too.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(name) | Kind::Quoted(name) | Kind::Text(name) => Some(name),
            Kind::Number | Kind::Sign(_) => None,
        }
    }
}

/// Tokens that are read one after the other; every method takes what it names, or nothing.
#[derive(Debug, Clone)]
pub(super) struct Tokens<'t> {
    pub(super) text: &'t str,
    rest: &'t [Token],
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str, tokens: &'t [Token]) -> Self {
        Self { text, rest: tokens }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<&'t Token> {
        self.rest.first()
    }

    pub(super) fn next(&mut self) -> Option<&'t Token> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    /// The next words, if they are these.
    pub(super) fn words(&mut self, words: &str) -> bool {
        let count = words.split(' ').count();
        let there = self.rest.len() >= count && words.split(' ').zip(self.rest).all(|(word, token)| token.is(word));
        if there {
            self.rest = &self.rest[count..];
        }
        there
    }

    /// One of these words.
    pub(super) fn one_of(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.words(word))
    }

    pub(super) fn sign(&mut self, sign: char) -> bool {
        let there = self.peek().is_some_and(|token| token.is_sign(sign));
        if there {
            self.rest = &self.rest[1..];
        }
        there
    }

    pub(super) fn name(&mut self) -> Option<String> {
        let name = self.peek()?.name()?.to_owned();
        self.next();
        Some(name)
    }

    /// What stands between brackets, which follow.
    pub(super) fn brackets(&mut self) -> Option<Tokens<'t>> {
        self.peek().filter(|token| token.is_sign('('))?;
        let mut depth = 0_usize;
        for (at, token) in self.rest.iter().enumerate() {
            depth += usize::from(token.is_sign('('));
            depth -= usize::from(token.is_sign(')'));
            if depth == 0 {
                let inner = Tokens::new(self.text, &self.rest[1..at]);
                self.rest = &self.rest[at + 1..];
                return Some(inner);
            }
        }
        None
    }

    /// The parts between commas that stand in no brackets.
    pub(super) fn parts(&self) -> Vec<Tokens<'t>> {
        let mut depth = 0_usize;
        self.rest
            .split(|token| {
                depth += usize::from(token.is_sign('('));
                depth = depth.saturating_sub(usize::from(token.is_sign(')')));
                depth == 0 && token.is_sign(',')
            })
            .map(|part| Tokens::new(self.text, part))
            .collect()
    }

    /// As it is written.
    pub(super) fn written(&self) -> &'t str {
        match (self.rest.first(), self.rest.last()) {
            (Some(first), Some(last)) => &self.text[first.start..last.end],
            (_, _) => "",
        }
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'t, Token> {
        self.rest.iter()
    }
}

/// The statements of a text: those of a trigger stand between BEGIN and END.
pub(super) fn statements<'t>(text: &'t str, tokens: &'t [Token]) -> Vec<Tokens<'t>> {
    let mut found = Vec::new();
    let mut rest = tokens;
    while !rest.is_empty() {
        let trigger = rest.iter().take(3).any(|token| token.is("TRIGGER")) && rest[0].is("CREATE");
        let ends = |at: &usize| rest[*at].is_sign(';') && (!trigger || (*at > 0 && rest[*at - 1].is("END")));
        let end = (0..rest.len()).find(ends).unwrap_or(rest.len());
        if end > 0 {
            found.push(Tokens::new(text, &rest[..end]));
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    found
}
