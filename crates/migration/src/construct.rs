//! What lies outside the checkout and is known by name: SQLAlchemy's constructors above all.
//!
//! `construct` is a table, one line a name, and as long as there are names.

use std::rc::Rc;

use super::apart::is_of_strangers;
use super::column::table_spec;
use super::convention::Convention;
use super::import::KNOWN_PACKAGES;
use super::index::index_of;
use super::namespace::Namespace;
use super::object::Nature;
use super::session::{session, sessionmaker};
use super::spec::{Arguments, ConstraintKind, ConstraintSpec, EnumType, ForeignKeySpec, Naming, SqlType, TableSpec};
use super::value::Value;
use super::{Interpreter, packages, sqltype, text};
use schema::Dialect;

/// A constraint's name as an argument gives it.
pub(super) fn naming(value: Option<&Value>) -> Naming {
    match value {
        None | Some(Value::None) => Naming::Unnamed,
        Some(Value::FinalName(name)) => Naming::Final(name.to_string()),
        Some(value) => value.text().map_or(Naming::Unreadable, |name| Naming::Named(name.to_string())),
    }
}

/// A column's name out of a string, a column or an expression; `None` for anything else.
pub(super) fn column_name(value: &Value) -> Option<String> {
    match value {
        Value::Column(column) => column.borrow().name.clone(),
        Value::ColumnName(name) => Some(name.to_string()),
        Value::Sql(inner) => inner.text().filter(|text| is_word(text)).map(|text| text.to_string()),
        other => other.text().map(|text| text.to_string()),
    }
}

/// `column` out of `schema.table.column`.
fn last_part(text: &str) -> String {
    text.rsplit('.').next().unwrap_or(text).to_owned()
}

pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

pub(super) fn column_names(values: &[Value]) -> Vec<Option<String>> {
    values.iter().map(column_name).collect()
}

/// A list of columns given as one argument.
pub(super) fn column_list(value: Option<&Value>) -> Option<Vec<Option<String>>> {
    match value?.items()? {
        (items, false) if !matches!(value, Some(Value::Str(_))) => Some(column_names(&items)),
        _ => None,
    }
}

/// `ondelete` as `confdeltype` has it.
pub(super) fn on_delete(value: Option<&Value>) -> Option<char> {
    match value {
        None | Some(Value::None) => Some('a'),
        Some(value) => match value.text()?.to_uppercase().as_str() {
            "CASCADE" => Some('c'),
            "SET NULL" => Some('n'),
            "RESTRICT" => Some('r'),
            "NO ACTION" => Some('a'),
            "SET DEFAULT" => Some('d'),
            _ => None,
        },
    }
}

impl Interpreter<'_> {
    /// A call of something outside the checkout, by its dotted name.
    pub(super) fn construct(&mut self, name: &str, arguments: &Arguments) -> Value {
        self.spend(64);
        let (root, last) = (name.split('.').next().unwrap_or_default(), name.rsplit('.').next().unwrap_or_default());
        let first = arguments.positional.first();
        self.release_metadata(last, arguments);
        match (name, first) {
            ("functools.partial", Some(callee)) => {
                let mut rest = arguments.clone();
                let callee = callee.clone();
                rest.positional.remove(0);
                return Value::Partial(Rc::new((callee, rest)));
            }
            ("textwrap.dedent" | "inspect.cleandoc", Some(text)) => return text::unindented(last, text, arguments),
            ("contextlib.suppress", _) => return Value::Outside("contextlib.suppress()".into()),
            // Nobody knows whether a variable is set where it runs.
            ("os.getenv" | "os.environ.get", _) => return Value::Unknown,
            ("importlib.import_module", Some(module)) => {
                let found = module.text().and_then(|module| self.find(&module, None));
                return found.map_or(Value::Unknown, Value::Module);
            }
            _ => {}
        }
        if let Some(found) = self.find_shipped(name, arguments) {
            return found;
        }
        if root == "alembic" {
            return match (name.strip_prefix("alembic.op."), last) {
                (Some(operation), _) => self.operation(None, operation, arguments),
                (None, "Operations") => Value::Op(None),
                _ => Value::Unknown,
            };
        }
        if !KNOWN_PACKAGES.contains(&root) {
            // A type of a package that is not known by name is a type all the same.
            if name == "flask_sqlalchemy.SQLAlchemy" || name == "flask_sqlalchemy_lite.SQLAlchemy" {
                return self.database_of_flask(arguments);
            }
            // What knows nothing of a database makes no type.
            let looks_like_type = last.starts_with(char::is_uppercase) && is_of_strangers(name);
            return if looks_like_type { Value::Type(Rc::default()) } else { Value::Unknown };
        }
        if let Some(kind) = packages::constructed(root, last, arguments, self.dialect()) {
            return Value::Type(Rc::new(kind));
        }
        match last {
            "Column" | "mapped_column" => self.column(arguments),
            "ForeignKey" => self.foreign_key(arguments),
            "ForeignKeyConstraint" => self.foreign_key_constraint(arguments),
            "PrimaryKeyConstraint" | "UniqueConstraint" => {
                let kind = if last == "UniqueConstraint" { ConstraintKind::Unique } else { ConstraintKind::PrimaryKey };
                let columns = (!arguments.open).then(|| column_names(&arguments.positional));
                let name = naming(arguments.keyword("name"));
                Value::Constraint(Rc::new(ConstraintSpec { name, columns, kind }))
            }
            "CheckConstraint" => {
                let condition = arguments.get(0, "sqltext").and_then(Value::text).map(|text| text.to_string());
                let name = naming(arguments.get(1, "name"));
                let kind = ConstraintKind::Check { condition };
                Value::Constraint(Rc::new(ConstraintSpec { name, columns: None, kind }))
            }
            "ExcludeConstraint" => {
                let name = naming(arguments.keyword("name"));
                Value::Constraint(Rc::new(ConstraintSpec { name, columns: None, kind: ConstraintKind::Exclude }))
            }
            "Index" => {
                let skip = usize::from(arguments.keyword("name").is_none());
                let parts = arguments.positional.get(skip..).filter(|_| !arguments.open);
                let (columns, options) = index_of(arguments, parts);
                let name = naming(arguments.get(0, "name"));
                Value::Constraint(Rc::new(ConstraintSpec { name, columns, kind: ConstraintKind::Index(options) }))
            }
            "text" | "TextClause" | "literal_column" | "DDL" => {
                Value::Sql(Box::new(first.cloned().unwrap_or(Value::Unknown)))
            }
            "null" => Value::Sql(Box::new(Value::str("NULL"))),
            "nextval" | "next_value" => Value::Sql(Box::new(Value::str("nextval()"))),
            "FetchedValue" => Value::Ddl("FETCHED", Box::new(Value::None)),
            "DefaultClause" => match first {
                Some(Value::Str(_) | Value::Sql(_) | Value::Expression) => first.cloned().unwrap_or(Value::Unknown),
                _ => Value::Unknown,
            },
            "Identity" => Value::Ddl("IDENTITY", Box::new(Value::None)),
            "Computed" => Value::Ddl("COMPUTED", Box::new(Value::None)),
            "Sequence" => first.and_then(Value::text).map_or(Value::Expression, Value::Sequence),
            "CreateSequence" => Value::Ddl("CREATE SEQUENCE", Box::new(first.cloned().unwrap_or(Value::Unknown))),
            "DropSequence" => Value::Ddl("DROP SEQUENCE", Box::new(first.cloned().unwrap_or(Value::Unknown))),
            "CreateSchema" => Value::Ddl("CREATE SCHEMA", Box::new(first.cloned().unwrap_or(Value::Unknown))),
            "DropSchema" => Value::Ddl("DROP SCHEMA", Box::new(first.cloned().unwrap_or(Value::Unknown))),
            "CreateTable" => Value::Ddl("CREATE TABLE", Box::new(first.cloned().unwrap_or(Value::Unknown))),
            "DropTable" => Value::Ddl("DROP TABLE", Box::new(first.cloned().unwrap_or(Value::Unknown))),
            "MetaData" => {
                let convention =
                    arguments.get(4, "naming_convention").map_or_else(|| Some(Convention::default()), Convention::of);
                self.hold_metadata(Value::MetaData(convention.filter(|_| !arguments.open).map(Rc::new)))
            }
            "declarative_base" | "automap_base" | "registry" => {
                let default = self.hold_metadata(Value::MetaData(Some(Rc::default())));
                let metadata = arguments.keyword("metadata").filter(|value| !matches!(value, Value::None));
                match metadata.cloned().unwrap_or(default) {
                    _ if arguments.open => Value::MetaData(None),
                    metadata @ Value::MetaData(_) => metadata,
                    _ => Value::MetaData(None),
                }
            }
            "Session" => session(arguments),
            "sessionmaker" => sessionmaker(arguments),
            "scoped_session" => self.scoped_session(arguments),
            "inspect" | "Inspector" | "from_engine" | "get_inspector" => Value::Inspector(Rc::default()),
            "Table" => self.table(arguments),
            "table" => Value::Table(Rc::new(TableSpec {
                name: None,
                columns: Vec::new(),
                constraints: Vec::new(),
                open: true,
            })),
            "column" => first.and_then(Value::text).map_or(Value::Expression, Value::ColumnName),
            "quoted_name" => first.cloned().unwrap_or(Value::Unknown),
            "conv" => first.and_then(Value::text).map_or(Value::Unknown, Value::FinalName),
            "desc" | "asc" | "nulls_first" | "nulls_last" => match first {
                Some(Value::Str(name)) => Value::ColumnName(name.clone()),
                other => other.cloned().unwrap_or(Value::Unknown),
            },
            "ARRAY" => {
                let item = arguments.get(0, "item_type").cloned().unwrap_or(Value::Unknown);
                let item = self.sql_type(&item);
                let text = item.text.map(|text| format!("{text}[]"));
                // Whether CREATE TABLE creates the enum of an array depends on the version of SQLAlchemy.
                let unsure = |kind: std::sync::Arc<EnumType>| {
                    let kind = EnumType { labels: None, check: None, ..(*kind).clone() };
                    std::sync::Arc::new(kind)
                };
                Value::Type(Rc::new(SqlType { text, enumeration: item.enumeration.map(unsure) }))
            }
            "as_mutable" => {
                let kind = first.cloned().unwrap_or(Value::Unknown);
                self.as_type(&kind)
            }
            "Enum" | "ENUM" => self.enumeration(arguments),
            "Boolean" if self.dialect() == Dialect::Sqlite => Value::Type(Rc::new(boolean(arguments))),
            _ => match sqltype::constructed(last, arguments, self.dialect()) {
                Some(text) => Value::Type(Rc::new(SqlType { text, enumeration: None })),
                None if last.starts_with(char::is_uppercase) => Value::Type(Rc::default()),
                None => Value::Expression,
            },
        }
    }

    /// Flask-SQLAlchemy's object, which has its metadata from its argument or from the base of its models.
    fn database_of_flask(&mut self, arguments: &Arguments) -> Value {
        let given = |name: &str| arguments.keyword(name).filter(|value| !matches!(value, Value::None));
        let metadata = match (given("metadata"), given("model_class")) {
            _ if arguments.open => None,
            (None, Some(Value::Class(base))) => {
                base.attribute("metadata").or(Some(Value::MetaData(Some(Rc::default()))))
            }
            (None, Some(_)) => None,
            (metadata, _) => metadata.cloned().or(Some(Value::MetaData(Some(Rc::default())))),
        };
        match metadata {
            Some(metadata @ Value::MetaData(_)) => metadata,
            _ => Value::MetaData(None),
        }
    }

    /// `table`, and the columns, out of `schema.table.column`.
    fn reference(&self, text: &str) -> Option<String> {
        let mut parts = text.rsplit('.').skip(1);
        let table = parts.next()?;
        self.qualified(table, parts.next())
    }

    /// The columns are filled in by the column that holds it.
    fn foreign_key(&mut self, arguments: &Arguments) -> Value {
        let text = arguments.get(0, "column").and_then(Value::text);
        let target = text.as_ref().and_then(|text| self.reference(text));
        let there = text.filter(|text| text.contains('.')).map(|text| vec![Some(last_part(&text))]);
        self.foreign(None, target, there, arguments, usize::MAX)
    }

    fn foreign_key_constraint(&mut self, arguments: &Arguments) -> Value {
        let columns = column_list(arguments.get(0, "columns"));
        let references = column_list(arguments.get(1, "refcolumns"));
        let first = references.as_ref().and_then(|columns| columns.first().cloned().flatten());
        let target = first.and_then(|text| self.reference(&text));
        let there = references.map(|columns| columns.iter().map(|column| column.as_deref().map(last_part)).collect());
        self.foreign(columns, target, there, arguments, 2)
    }

    fn foreign(
        &mut self,
        columns: Option<Vec<Option<String>>>,
        target: Option<String>,
        target_columns: Option<Vec<Option<String>>>,
        arguments: &Arguments,
        name_at: usize,
    ) -> Value {
        let name = naming(arguments.get(name_at, "name"));
        let use_alter = arguments.keyword("use_alter").and_then(Value::truth) == Some(true);
        let on_delete = on_delete(arguments.keyword("ondelete"));
        let kind = ConstraintKind::ForeignKey(ForeignKeySpec { target, target_columns, on_delete, use_alter });
        Value::Constraint(Rc::new(ConstraintSpec { name, columns, kind }))
    }

    fn table(&mut self, arguments: &Arguments) -> Value {
        let name = arguments.get(0, "name").and_then(Value::text);
        let name = name.and_then(|name| match self.namespace(arguments, "schema") {
            Namespace::Default => Some(name.to_string()),
            schema => self.in_namespace(&name, &schema),
        });
        let parts = arguments.positional.get(2..).unwrap_or_default();
        let table = Value::Table(Rc::new(table_spec(name, parts, arguments.open)));
        self.add_to_metadata(arguments.get(1, "metadata"), &table);
        table
    }

    fn enumeration(&mut self, arguments: &Arguments) -> Value {
        let mut name = arguments.keyword("name").and_then(Value::text).map(|name| name.to_string());
        let mut labels: Option<Vec<String>> = (!arguments.open).then(Vec::new);
        for value in &arguments.positional {
            let more = match value {
                Value::Class(class) if class.nature == Nature::Enum => {
                    name = name.or_else(|| Some(class.name.to_lowercase()));
                    let members = class.members();
                    match arguments.keyword("values_callable") {
                        None | Some(Value::None) => members
                            .iter()
                            .map(|member| match member {
                                Value::Member(member) => Some(member.name.to_string()),
                                _ => None,
                            })
                            .collect(),
                        Some(callable) => {
                            let call = Arguments { positional: vec![value.clone()], ..Arguments::default() };
                            match self.call_value(&callable.clone(), call).items() {
                                Some((items, false)) => {
                                    items.iter().map(|item| item.text().map(|text| text.to_string())).collect()
                                }
                                _ => None,
                            }
                        }
                    }
                }
                Value::Member(member) => {
                    Some(vec![value.text().map_or(member.name.to_string(), |text| text.to_string())])
                }
                other => other.text().map(|text| vec![text.to_string()]),
            };
            labels = labels.zip(more).map(|(mut labels, more)| {
                labels.extend(more);
                labels
            });
        }
        let truth = |name: &str| arguments.keyword(name).map_or(Some(true), Value::truth);
        let check = match arguments.keyword("create_constraint").map_or(Some(false), Value::truth) {
            Some(false) => None,
            Some(true) => Some(naming(arguments.keyword("name"))),
            None => Some(Naming::Unreadable),
        };
        let native = truth("native_enum").unwrap_or(true) && self.dialect() == Dialect::PostgreSql;
        if !native {
            let length = match arguments.keyword("length") {
                Some(value) => value.integer(),
                None => labels.as_ref().and_then(|all| all.iter().map(|label| label.chars().count() as i64).max()),
            };
            let base = if self.dialect() == Dialect::PostgreSql { "character varying" } else { "varchar" };
            let text = length.map(|length| format!("{base}({length})"));
            let enumeration = EnumType { name, labels, native: false, create: false, check };
            return Value::Type(Rc::new(SqlType { text, enumeration: Some(std::sync::Arc::new(enumeration)) }));
        }
        let schema = self.namespace(arguments, "schema");
        let name = name.and_then(|name| self.in_namespace(&name, &schema));
        let text = name.as_ref().map(|name| name.to_lowercase());
        let create = truth("create_type") == Some(true);
        let enumeration = Some(std::sync::Arc::new(EnumType { name, labels, native: true, create, check: None }));
        Value::Type(Rc::new(SqlType { text, enumeration }))
    }
}

/// SQLite's boolean, which may bring a check along.
fn boolean(arguments: &Arguments) -> SqlType {
    let check = match arguments.get(0, "create_constraint").map_or(Some(false), Value::truth) {
        Some(false) => None,
        Some(true) => Some(naming(arguments.get(1, "name"))),
        None => Some(Naming::Unreadable),
    };
    let enumeration = check.map(|check| {
        let labels = None;
        std::sync::Arc::new(EnumType { name: None, labels, native: false, create: false, check: Some(check) })
    });
    SqlType { text: Some("boolean".to_owned()), enumeration }
}
