//! Naming conventions of `MetaData`: the names that SQLAlchemy gives to constraints and indexes, and makes of those given.

use schema::operation::ColumnSpec;

use super::Interpreter;
use super::spec::{ConstraintKind, ConstraintSpec, ForeignKeySpec, IndexOptions, Naming, TableSpec};
use super::value::Value;

/// A naming convention, as far as its templates are texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Convention {
    /// A kind of constraint (`ck`, `fk`, `ix`, `pk`, `uq`) and its template; `None` for one that cannot be read.
    templates: Vec<(String, Option<String>)>,
}

impl Default for Convention {
    /// SQLAlchemy's own, where nobody chooses one.
    fn default() -> Self {
        Self { templates: vec![("ix".to_owned(), Some("ix_%(column_0_label)s".to_owned()))] }
    }
}

/// What a template may ask about.
struct Subject<'a> {
    table: &'a str,
    given: Option<&'a str>,
    /// `None`: they are not known; `None` within: an expression.
    columns: Option<Vec<Option<String>>>,
    target: Option<&'a ForeignKeySpec>,
}

impl Convention {
    /// `naming_convention=`, which an empty one leaves as it is.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let Value::Dict(items) = value else { return matches!(value, Value::None).then(Self::default) };
        let items = items.borrow();
        if items.is_empty() {
            return Some(Self::default());
        }
        // A class may stand for its kind, or a function for a part of a name.
        let kind = |key: &Value| match key {
            Value::Outside(name) => match name.rsplit('.').next()? {
                "Index" => Some("ix".into()),
                "PrimaryKeyConstraint" => Some("pk".into()),
                "CheckConstraint" => Some("ck".into()),
                "UniqueConstraint" => Some("uq".into()),
                "ForeignKeyConstraint" => Some("fk".into()),
                _ => None,
            },
            other => other.text(),
        };
        let pair = |(key, value): &(Value, Value)| {
            Some((kind(key)?.to_string(), value.text().map(|template| template.to_string())))
        };
        Some(Self { templates: items.iter().map(pair).collect::<Option<_>>()? })
    }

    /// The name of a constraint on a table that has this name so far.
    fn name(&self, kind: &str, subject: &Subject<'_>) -> Naming {
        let held = self.templates.iter().find(|(held, _)| held == kind).map(|(_, template)| template);
        match (held, subject.given) {
            (None, None) => Naming::Unnamed,
            (None, Some(given)) => Naming::Final(given.to_owned()),
            (Some(None), _) => Naming::Unreadable,
            (Some(Some(template)), Some(given)) if !template.contains("constraint_name") => {
                Naming::Final(given.to_owned())
            }
            (Some(Some(template)), _) => self.filled(template, subject).map_or(Naming::Unreadable, Naming::Final),
        }
    }

    /// `template % {…}`, where nothing but `%(token)s` stands in it.
    fn filled(&self, template: &str, subject: &Subject<'_>) -> Option<String> {
        let mut name = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('%') {
            name.push_str(before);
            if let Some(after) = after.strip_prefix('%') {
                name.push('%');
                rest = after;
                continue;
            }
            let (token, after) = after.strip_prefix('(')?.split_once(")s")?;
            // A function of its own makes it.
            if self.templates.iter().any(|(held, _)| held == token) {
                return None;
            }
            name.push_str(&subject.token(token)?);
            rest = after;
        }
        name.push_str(rest);
        Some(name)
    }
}

impl Subject<'_> {
    fn token(&self, token: &str) -> Option<String> {
        match token {
            "table_name" => return Some(base(self.table).to_owned()),
            "constraint_name" => return self.given.map(str::to_owned),
            "referred_table_name" => return self.target?.target.as_deref().map(|target| base(target).to_owned()),
            _ => {}
        }
        let (referred, token) = match token.strip_prefix("referred_") {
            Some(rest) => (true, rest),
            None => (false, token),
        };
        let rest = token.strip_prefix("column_")?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = rest.split_at(digits);
        let (separator, part) = match rest {
            _ if rest.starts_with("_N_") => (Some("_"), &rest[3..]),
            _ if rest.starts_with("N_") => (Some(""), &rest[2..]),
            _ => (None, rest.strip_prefix('_')?),
        };
        let number: usize = number.parse().ok()?;
        let columns = if referred { self.target?.target_columns.as_ref() } else { self.columns.as_ref() };
        let columns: Vec<&str> = columns?.iter().map(Option::as_deref).collect::<Option<_>>()?;
        let shown = |column: &str| match (part, referred) {
            ("name", _) | ("key", false) => Some(column.to_owned()),
            ("label", false) => Some(format!("{}_{column}", self.table.replace('.', "_"))),
            _ => None,
        };
        match separator {
            Some(separator) if number == 0 => {
                Some(columns.into_iter().map(shown).collect::<Option<Vec<_>>>()?.join(separator))
            }
            Some(_) => None,
            None => columns.get(number).map_or(Some(String::new()), |column| shown(column)),
        }
    }
}

fn base(table: &str) -> &str {
    table.rsplit('.').next().unwrap_or(table)
}

/// What a convention calls the kind of a constraint.
fn kind_of(kind: &ConstraintKind) -> Option<&'static str> {
    Some(match kind {
        ConstraintKind::PrimaryKey => "pk",
        ConstraintKind::Unique => "uq",
        ConstraintKind::ForeignKey(_) => "fk",
        ConstraintKind::Check { .. } => "ck",
        ConstraintKind::Index(_) => "ix",
        ConstraintKind::Exclude => return None,
    })
}

impl Interpreter<'_> {
    /// The name that a constraint gets on this table, `schema.table` where its schema is written; as it is where nobody knows the convention.
    pub(super) fn name_constraint(&self, table: &str, spec: &mut ConstraintSpec) {
        let given = match &spec.name {
            Naming::Named(name) => Some(name.clone()),
            Naming::Unnamed | Naming::Derived(_) => None,
            Naming::Final(_) | Naming::Unreadable => return,
        };
        let Some(convention) = &self.convention else { return };
        let Some(kind) = kind_of(&spec.kind) else {
            spec.name = given.map_or(Naming::Unnamed, Naming::Final);
            return;
        };
        let columns = match &spec.kind {
            // A text names no column that SQLAlchemy would see.
            ConstraintKind::Check { condition: Some(_) } => spec.columns.clone().or_else(|| Some(Vec::new())),
            ConstraintKind::Index(IndexOptions { written: true, .. }) => None,
            _ => spec.columns.clone(),
        };
        let target = match &spec.kind {
            ConstraintKind::ForeignKey(key) => Some(key),
            _ => None,
        };
        spec.name = convention.name(kind, &Subject { table, given: given.as_deref(), columns, target });
    }

    /// A name that is given to an index or a constraint which is to be dropped: Alembic makes another one of that kind, without
    /// columns, to drop it.
    pub(super) fn name_to_drop(&self, table: &str, kind: Option<&str>, name: Naming) -> Naming {
        let (Naming::Named(given), Some(convention)) = (&name, &self.convention) else { return name };
        let kind = match kind {
            Some("foreignkey") => "fk",
            Some("primary") => "pk",
            Some("unique") => "uq",
            Some("check") => "ck",
            Some("index") => "ix",
            _ => return name,
        };
        convention.name(kind, &Subject { table, given: Some(given), columns: Some(Vec::new()), target: None })
    }

    /// The names of all keys and indexes that a column brings along.
    pub(super) fn name_keys_of_column(&self, table: &str, column: &mut ColumnSpec) {
        for constraint in &mut column.constraints {
            self.name_constraint(table, constraint);
        }
        let Some(name) = column.name.clone() else { return };
        if !(column.index || column.unique) {
            return;
        }
        let kind = match column.index {
            true => ConstraintKind::Index(IndexOptions { unique: Some(column.unique), ..IndexOptions::default() }),
            false => ConstraintKind::Unique,
        };
        let usual = format!("ix_{}_{name}", table.replace('.', "_"));
        let given = if column.index { Naming::Derived(usual) } else { Naming::Unnamed };
        let mut key = ConstraintSpec { name: given, columns: Some(vec![Some(name)]), kind };
        self.name_constraint(table, &mut key);
        column.constraints.push(key);
        (column.index, column.unique) = (false, false);
    }

    /// The same of a table.
    pub(super) fn name_keys_of_table(&self, name: &str, table: &mut TableSpec) {
        table.columns.iter_mut().for_each(|column| self.name_keys_of_column(name, column));
        table.constraints.iter_mut().for_each(|constraint| self.name_constraint(name, constraint));
        let keys: Option<Vec<Option<String>>> =
            table.columns.iter().filter(|column| column.primary_key).map(|column| Some(column.name.clone())).collect();
        let has_key = |key: &ConstraintSpec| key.kind == ConstraintKind::PrimaryKey;
        if keys.as_ref().is_some_and(|keys| !keys.is_empty()) && !table.constraints.iter().any(has_key) {
            let mut key = ConstraintSpec { name: Naming::Unnamed, columns: keys, kind: ConstraintKind::PrimaryKey };
            self.name_constraint(name, &mut key);
            key.columns = Some(Vec::new());
            table.constraints.extend(Some(key).filter(|key| key.name != Naming::Unnamed));
        }
    }
}
