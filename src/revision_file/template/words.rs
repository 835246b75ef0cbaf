//! The names that a template may use, and the Python that it may say with them.

use std::collections::HashMap;

use ruff_python_ast::{BoolOp, CmpOp, Expr, ExprCall, Number, Operator, Stmt, UnaryOp};

use super::TemplateError;
use super::value::Value;
use python;

/// Names and their values.
pub(in crate::revision_file) struct Words<'a> {
    values: HashMap<String, Value>,
    /// An option of the configuration by its name.
    option: &'a dyn Fn(&str) -> Option<String>,
    /// The names that Flask-SQLAlchemy's binds have in the files that are merged, the default one `""`.
    binds: &'a [String],
}

impl<'a> Words<'a> {
    pub(in crate::revision_file) fn new(option: &'a dyn Fn(&str) -> Option<String>, binds: &'a [String]) -> Self {
        Self { values: HashMap::new(), option, binds }
    }

    pub(in crate::revision_file) fn set(&mut self, name: &str, value: Value) {
        self.values.insert(name.to_owned(), value);
    }

    /// The value of an expression; `None` where it is more than what is known here.
    pub(super) fn value(&self, expression: &Expr) -> Option<Value> {
        let all = |items: &[Expr]| items.iter().map(|item| self.value(item)).collect::<Option<Vec<_>>>();
        Some(match expression {
            Expr::NoneLiteral(_) => Value::None,
            Expr::BooleanLiteral(literal) => Value::Bool(literal.value),
            Expr::StringLiteral(literal) => Value::Str(literal.value.to_str().to_owned()),
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(number) => Value::Int(number.as_i64()?),
                _ => return None,
            },
            Expr::Name(name) => {
                self.values.get(name.id.as_str()).cloned().unwrap_or_else(|| Value::Undefined(name.id.to_string()))
            }
            Expr::List(list) => Value::List(all(&list.elts)?),
            Expr::Tuple(tuple) => Value::Tuple(all(&tuple.elts)?),
            Expr::If(choice) => {
                self.value(if self.value(&choice.test)?.truth() { &choice.body } else { &choice.orelse })?
            }
            Expr::UnaryOp(operation) if operation.op == UnaryOp::Not => {
                Value::Bool(!self.value(&operation.operand)?.truth())
            }
            Expr::BoolOp(operation) => {
                let mut values = operation.values.iter();
                let mut value = self.value(values.next()?)?;
                for next in values {
                    if value.truth() == (operation.op == BoolOp::Or) {
                        break;
                    }
                    value = self.value(next)?;
                }
                value
            }
            Expr::Compare(comparison) => {
                let ([operator], [right]) = (&*comparison.ops, &*comparison.comparators) else { return None };
                let (left, right) = (self.value(&comparison.left)?, self.value(right)?);
                let order = match (&left, &right) {
                    (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
                    _ => None,
                };
                Value::Bool(match operator {
                    CmpOp::Lt => order?.is_lt(),
                    CmpOp::LtE => order?.is_le(),
                    CmpOp::Gt => order?.is_gt(),
                    CmpOp::GtE => order?.is_ge(),
                    CmpOp::Eq | CmpOp::Is => left == right,
                    CmpOp::NotEq | CmpOp::IsNot => left != right,
                    CmpOp::In => right.items()?.contains(&left),
                    CmpOp::NotIn => !right.items()?.contains(&left),
                })
            }
            Expr::BinOp(operation) => {
                let (left, right) = (self.value(&operation.left)?, self.value(&operation.right)?);
                match (operation.op, left, right) {
                    (Operator::Add, Value::Str(left), Value::Str(right)) => Value::Str(left + &right),
                    (Operator::Add, Value::List(left), Value::List(right)) => Value::List([left, right].concat()),
                    (Operator::Mod, Value::Str(format), Value::Tuple(values)) => percent(&format, &values)?,
                    (Operator::Mod, Value::Str(format), value) => percent(&format, &[value])?,
                    _ => return None,
                }
            }
            Expr::Call(call) => self.call(call)?,
            _ => return None,
        })
    }

    fn call(&self, call: &ExprCall) -> Option<Value> {
        if !call.arguments.keywords.is_empty() {
            return None;
        }
        if let (Expr::Name(name), [value, kinds]) = (&*call.func, &*call.arguments.args)
            && name.id == "isinstance"
        {
            return self.value(value)?.is_instance(kinds).map(Value::Bool);
        }
        let arguments: Vec<Value> =
            call.arguments.args.iter().map(|argument| self.value(argument)).collect::<Option<_>>()?;
        let (object, method) = match &*call.func {
            Expr::Name(name) => return function(&name.id, &arguments),
            Expr::Attribute(attribute) => (&*attribute.value, attribute.attr.as_str()),
            _ => return None,
        };
        if let Expr::Name(module) = object {
            match (module.id.as_str(), method, &arguments[..]) {
                ("context", "get", [Value::Str(name), otherwise @ ..]) => {
                    return self.values.get(name).or(otherwise.first()).cloned().or(Some(Value::None));
                }
                ("config", "get_main_option" | "get_alembic_option", [Value::Str(name), otherwise @ ..]) => {
                    let given = (self.option)(name).map(Value::Str);
                    return given.or(otherwise.first().cloned()).or(Some(Value::None));
                }
                ("re", "split", [Value::Str(pattern), Value::Str(text)]) => return split(pattern, text),
                _ => {}
            }
        }
        match (self.value(object)?, method, &arguments[..]) {
            (Value::Str(text), _, _) => text_method(&text, method, &arguments),
            (Value::Moment(moment, _), "strftime", [Value::Str(format)]) => {
                // What both libraries understand in the same way.
                let mut directives = format.split('%').skip(1);
                let is_shared = |rest: &str| rest.starts_with(['Y', 'y', 'm', 'd', 'H', 'M', 'S', 'b', 'B', 'a', 'A']);
                directives.all(is_shared).then(|| Value::Str(moment.strftime(format).to_string()))
            }
            _ => None,
        }
    }

    /// Runs a block of Python: imports and assignments, and Flask-Migrate's question for the names of the binds.
    pub(super) fn execute(&mut self, source: &str, line: usize) -> Result<(), TemplateError> {
        let beyond = |what: &str| TemplateError::new(line, what.to_owned());
        let module = python::parse(&dedented(source)).map_err(|_| beyond("this block of Python"))?;
        if asks_for_binds(&module.body) {
            if self.binds.is_empty() {
                return Err(beyond("asking the application for the names of its databases"));
            }
            self.set("db_names", Value::List(self.binds.iter().cloned().map(Value::Str).collect()));
            return Ok(());
        }
        for statement in &module.body {
            match statement {
                Stmt::Import(_) | Stmt::ImportFrom(_) => {}
                Stmt::Assign(assign) => match &assign.targets[..] {
                    [Expr::Name(name)] => {
                        let value = self.value(&assign.value);
                        self.set(&name.id, value.ok_or_else(|| beyond("this block of Python"))?);
                    }
                    _ => return Err(beyond("this block of Python")),
                },
                _ => return Err(beyond("this block of Python")),
            }
        }
        Ok(())
    }
}

/// Whether a block is one of those that Flask-Migrate's templates have had: it takes `db_names` from `current_app`, which
/// only the running application knows, and sets nothing else that the template uses.
fn asks_for_binds(body: &[Stmt]) -> bool {
    fn is_part(statement: &Stmt) -> bool {
        match statement {
            Stmt::ImportFrom(import) => {
                import.module.as_ref().is_some_and(|module| module.as_str() == "flask")
                    && import.names.iter().all(|name| name.name.as_str() == "current_app")
            }
            Stmt::Assign(assign) => matches!(
                &assign.targets[..],
                [Expr::Name(name)] if ["db_names", "bind_names", "get_bind_names"].contains(&name.id.as_str())
            ),
            Stmt::If(choice) => {
                choice.body.iter().chain(choice.elif_else_clauses.iter().flat_map(|clause| &clause.body)).all(is_part)
            }
            _ => false,
        }
    }
    // `[''] + …`: the default database comes first.
    let is_default_first = |value: &Expr| match value {
        Expr::BinOp(sum) => match &*sum.left {
            Expr::List(list) => {
                sum.op == Operator::Add
                    && matches!(&list.elts[..], [Expr::StringLiteral(literal)] if literal.value.is_empty())
            }
            _ => false,
        },
        _ => false,
    };
    let names = |statement: &Stmt| match statement {
        Stmt::Assign(assign) => {
            matches!(&assign.targets[..], [Expr::Name(name)] if name.id == "db_names")
                && is_default_first(&assign.value)
        }
        _ => false,
    };
    matches!(body.first(), Some(Stmt::ImportFrom(_))) && body.iter().all(is_part) && body.last().is_some_and(names)
}

/// A block without the indentation that all its lines share.
fn dedented(source: &str) -> String {
    let lines = || source.lines().filter(|line| !line.trim().is_empty());
    let indent = lines().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    source.lines().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect()
}

fn function(name: &str, arguments: &[Value]) -> Option<Value> {
    match (name, arguments) {
        ("repr", [value]) => Some(Value::Str(value.repr()?)),
        ("str", [value]) => Some(Value::Str(value.text()?)),
        ("comma", [value]) => Some(Value::Str(value.with_commas()?)),
        ("list", [value]) => Some(Value::List(value.clone().items()?)),
        ("len", [value]) => Some(Value::Int(value.clone().items()?.len() as i64)),
        _ => None,
    }
}

fn text_method(text: &str, method: &str, arguments: &[Value]) -> Option<Value> {
    let capitalised = |text: &str| {
        let mut rest = text.chars();
        rest.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(rest.as_str().to_lowercase().chars()).collect()
        })
    };
    Some(match (method, arguments) {
        ("strip", []) => Value::Str(text.trim().to_owned()),
        ("upper", []) => Value::Str(text.to_uppercase()),
        ("lower", []) => Value::Str(text.to_lowercase()),
        ("capitalize", []) => Value::Str(capitalised(text)),
        ("replace", [Value::Str(from), Value::Str(to)]) => Value::Str(text.replace(from, to)),
        ("split", [Value::Str(separator)]) if !separator.is_empty() => {
            Value::List(text.split(separator).map(|item| Value::Str(item.to_owned())).collect())
        }
        ("join", [items]) => {
            let items = items.clone().items()?;
            let texts = items.iter().map(|item| if let Value::Str(text) = item { Some(text.as_str()) } else { None });
            Value::Str(texts.collect::<Option<Vec<_>>>()?.join(text))
        }
        _ => return None,
    })
}

/// `re.split` at commas, the way that the templates for several databases read their names.
fn split(pattern: &str, text: &str) -> Option<Value> {
    let (before, after) = match pattern {
        "," => (false, false),
        r",\s*" => (false, true),
        r"\s*,\s*" => (true, true),
        _ => return None,
    };
    let last = text.split(',').count() - 1;
    let item = |(at, item): (usize, &str)| {
        let item = if before && at < last { item.trim_end() } else { item };
        Value::Str(if after && at > 0 { item.trim_start() } else { item }.to_owned())
    };
    Some(Value::List(text.split(',').enumerate().map(item).collect()))
}

/// `format % values`, where the format holds `%s` and `%%` only.
fn percent(format: &str, values: &[Value]) -> Option<Value> {
    let mut text = String::new();
    let mut values = values.iter();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        text.push_str(&match after.chars().next()? {
            's' => values.next()?.text()?,
            'r' => values.next()?.repr()?,
            '%' => "%".to_owned(),
            _ => return None,
        });
        rest = &after[1..];
    }
    values.next().is_none().then(|| Value::Str(text + rest))
}
