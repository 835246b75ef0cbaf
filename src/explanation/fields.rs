//! What log collectors and structured loggers write as JSON or logfmt.

use serde_json::{Map, Value};

/// The fields that tell what a program has said, in the order in which it says it.
const SAID: [&str; 10] = ["message", "msg", "log", "text", "textpayload", "event", "body", "line", "data", "@message"];
/// Those that tell of an exception.
const RAISED: [&str; 13] = [
    "error",
    "err",
    "exc",
    "exc_text",
    "exc_info",
    "exc_value",
    "exception",
    "detail",
    "reason",
    "stack",
    "stack_trace",
    "stacktrace",
    "traceback",
];

/// What a line of fields says: the message, and last the traceback, as it is written without fields.
pub(super) fn said(line: &str) -> Option<String> {
    let fields = of_json(line.trim()).or_else(|| of_logfmt(line.trim_end()).map(Value::Object))?;
    let mut texts = Texts::default();
    texts.take(&fields);
    let all: Vec<String> = texts.said.into_iter().chain(texts.raised).collect();
    (!all.is_empty()).then(|| all.join("\n"))
}

/// The texts of fields, at whatever depth.
#[derive(Default)]
struct Texts {
    said: Vec<String>,
    raised: Vec<String>,
}

impl Texts {
    fn take(&mut self, value: &Value) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.take(value)),
            Value::Object(fields) => {
                let exception = exception(fields);
                for name in SAID {
                    self.said.extend(get(fields, name).and_then(text).filter(|_| exception.is_none()));
                }
                for name in RAISED {
                    self.raised.extend(get(fields, name).and_then(text).filter(|_| exception.is_none()));
                }
                fields.values().for_each(|value| self.take(value));
                self.raised.extend(exception);
            }
            _ => {}
        }
    }
}

/// `{"exc_type": "KeyError", "exc_value": "'X'"}` as Python writes it.
fn exception(fields: &Map<String, Value>) -> Option<String> {
    let any = |names: &[&str]| names.iter().find_map(|name| get(fields, name)?.as_str());
    let class =
        any(&["exc_type", "type", "kind", "class", "exception_class"]).filter(|class| is_an_exception(class))?;
    let words = any(&["exc_value", "value", "message", "msg"])?;
    let above = any(&["stack", "stacktrace", "stack_trace", "traceback"]).map(|above| format!("{above}\n"));
    let is_told = words.starts_with(class) || above.as_ref().is_some_and(|above| above.contains(class));
    let words = if is_told { words.to_owned() } else { format!("{class}: {words}") };
    Some(above.unwrap_or_default() + &words)
}

/// Whether a name is that of an exception's class; drivers have some that do not end so.
fn is_an_exception(class: &str) -> bool {
    let in_module = ["errors.", "exc.", "exceptions."].iter().any(|module| class.contains(module));
    class.ends_with("Error") || class.ends_with("Exception") || in_module
}

/// Whatever letters the name is in.
fn get<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    fields
        .iter()
        .find(|(field, _)| field.eq_ignore_ascii_case(name) || field.ends_with(&format!(".{name}")))
        .map(|(_, value)| value)
}

/// A text; journald writes one with control characters as the numbers of its bytes, others as a list of lines.
fn text(value: &Value) -> Option<String> {
    let of_bytes = |values: &Vec<Value>| {
        let bytes: Option<Vec<u8>> = values.iter().map(|byte| u8::try_from(byte.as_u64()?).ok()).collect();
        bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let of_lines = |values: &Vec<Value>| {
        let lines: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
        lines.map(|lines| lines.join("\n"))
    };
    let said = match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => of_bytes(values).or_else(|| of_lines(values)),
        _ => None,
    };
    said.filter(|text| !text.trim().is_empty())
}

/// The object that the line is, or that it ends with after a prefix that is none of its own.
fn of_json(line: &str) -> Option<Value> {
    if !line.ends_with('}') {
        return None;
    }
    let at = line.find("{\"")?;
    serde_json::from_str::<Value>(&line[at..]).ok().filter(Value::is_object)
}

/// `level=error msg="…"`: nothing but pairs, more than one, and not indented, or it may be anything.
fn of_logfmt(line: &str) -> Option<Map<String, Value>> {
    let mut fields = Map::new();
    let mut rest = line;
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || "_-.@".contains(c)) {
            return None;
        }
        let length = match after.strip_prefix('"') {
            Some(quoted) => closing_quote(quoted)? + 2,
            None => after.find(' ').unwrap_or(after.len()),
        };
        let (value, after) = after.split_at(length);
        // The escapes are those of JSON; a value that has others is kept as it is written.
        let bare = || Some(Value::from(value.trim_matches('"')));
        fields.insert(name.to_owned(), serde_json::from_str(value).ok().filter(Value::is_string).or_else(bare)?);
        rest = match after.trim_start() {
            next if next.len() < after.len() || next.is_empty() => next,
            _ => return None,
        };
    }
    (fields.len() > 1).then_some(fields)
}

/// Where a quoted value ends, after its opening quote.
fn closing_quote(quoted: &str) -> Option<usize> {
    let mut escaped = false;
    quoted.find(|c| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })
}
