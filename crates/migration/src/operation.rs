//! `op.*` and `batch_op.*`, with the arguments as Alembic has them.
//!
//! `operation` is a table, one arm a method.

use super::construct::{column_list, column_name, naming};
use super::definition::may_be_there;
use super::index::index_of;
use super::namespace::Namespace;
use super::object::Batch;
use super::signature::Signature;
use super::spec::{Arguments, ConstraintKind, ConstraintSpec, Naming};
use super::value::Value;
use super::{Interpreter, UnreadKind};
use schema::Belief;
use schema::operation::{EnumChange, IndexSpec, Manner, OperationKind, Reach, TablePart};

/// Where an operation is made.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The table as facts name it.
    pub(super) table: String,
    /// With its schema where that is written: some names begin so.
    pub(super) spelled: String,
    /// It may be made anew, out of what of it is reflected.
    pub(super) anew: Option<u32>,
}

/// What is known of where an operation is made.
#[derive(Debug, Clone)]
pub(super) enum Placed {
    At(Place),
    /// A table of this name, in a schema that cannot be evaluated.
    Somewhere(String),
    Nowhere,
}

impl Interpreter<'_> {
    pub(super) fn operation(&mut self, batch: Option<&Batch>, name: &str, arguments: &Arguments) -> Value {
        match name {
            "f" => return arguments.get(0, "name").and_then(Value::text).map_or(Value::Unknown, Value::FinalName),
            "get_bind" => return Value::Connection,
            "get_context" => return Value::Context,
            "inline_literal" => return arguments.get(0, "value").cloned().unwrap_or(Value::Unknown),
            "execute" => {
                let statement = arguments.get(0, "sqltext").cloned().unwrap_or(Value::Unknown);
                self.execute(&statement);
                return Value::None;
            }
            "bulk_insert" => {
                self.data = true;
                self.record(OperationKind::Execute);
                return Value::None;
            }
            "run_async" => {
                let callee = arguments.get(0, "async_function").cloned().unwrap_or(Value::Unknown);
                let call = Arguments { positional: vec![Value::Connection], ..Arguments::default() };
                return self.call_value(&callee, call);
            }
            "sync_enum_values" => {
                self.sync_enum(arguments);
                return Value::None;
            }
            "create_table_comment" | "drop_table_comment" => return Value::None,
            _ => {}
        }
        let Some(signature) = Signature::of(name) else {
            self.record(OperationKind::Unread(Reach::Objects));
            self.data = true;
            self.unread(UnreadKind::Either, format!("it calls op.{name}, which is not known"));
            return Value::Unknown;
        };
        let arguments = signature.bind(batch.is_some(), arguments);
        let outer = std::mem::replace(&mut self.recorder.manner, manner_of(&arguments));
        let made = self.bound_operation(batch, name, &arguments);
        self.recorder.manner = outer;
        made
    }

    /// An operation of Alembic's own, each argument under its parameter's name.
    fn bound_operation(&mut self, batch: Option<&Batch>, name: &str, arguments: &Arguments) -> Value {
        match name {
            "batch_alter_table" => return self.batch(arguments),
            "drop_index" => {
                self.drop_index(batch, arguments);
                return Value::None;
            }
            _ => {}
        }
        let schema = if name == "create_foreign_key" { "source_schema" } else { "schema" };
        let placed = match batch {
            Some(batch) => batch.placed.clone(),
            None => {
                let parameter = ["table_name", "source_table", "old_table_name"];
                let parameter = parameter.into_iter().find(|parameter| arguments.keyword(parameter).is_some());
                self.placed(arguments, parameter.unwrap_or("table_name"), schema)
            }
        };
        let Placed::At(place) = placed else {
            self.lost(name, &placed);
            return if name == "create_table" { Value::Unknown } else { Value::None };
        };
        let batch = place.anew.filter(|_| makes_anew(name, arguments));
        if batch.is_some() {
            self.make_anew(&place.table);
        }
        let outer = std::mem::replace(&mut self.recorder.batch, batch);
        let made = self.operation_at(name, &place, arguments);
        self.recorder.batch = outer;
        if arguments.open {
            self.record_unread(&place.table, TablePart::Everything, false);
            self.unread_part(format!("op.{name} on {} has arguments that are not known", place.table));
        }
        made
    }

    /// An operation on a table that is known.
    fn operation_at(&mut self, name: &str, place: &Place, arguments: &Arguments) -> Value {
        let table = &place.table;
        match name {
            "create_table" => return self.create_table(place, arguments),
            "drop_table" => {
                let there = self.recorder.simulation.schema.tables.contains_key(table);
                self.if_exists(arguments, there, |this| {
                    this.drop_below(table, false);
                    this.record_drop_table(table);
                });
            }
            "rename_table" => match self.placed(arguments, "new_table_name", "schema") {
                Placed::At(to) => self.record_rename_table(table, to.table),
                placed @ (Placed::Somewhere(_) | Placed::Nowhere) => self.lost(name, &placed),
            },
            "add_column" => self.add_column(place, arguments),
            "drop_column" => match arguments.keyword("column_name").and_then(column_name) {
                Some(column) => {
                    let held = self.recorder.simulation.schema.tables.get(table);
                    let there = held.is_some_and(|held| held.column(&column).is_some());
                    self.if_exists(arguments, there, |this| this.record_drop_column(table, column));
                }
                None => self.unreadable(name, table),
            },
            "alter_column" => self.alter_column(place, arguments),
            "create_index" => self.create_index(place, arguments),
            "drop_constraint" => {
                let kind = arguments.keyword("type_").and_then(Value::text);
                let name =
                    self.name_to_drop(&place.spelled, kind.as_deref(), naming(arguments.keyword("constraint_name")));
                let (name, kind) = (name.name().map(str::to_owned), kind.map(|kind| kind.to_string()));
                let there = name.as_ref().is_none_or(|name| self.recorder.simulation.has_constraint_named(table, name));
                let dropped = OperationKind::DropConstraint { table: table.clone(), name, kind, cascade: false };
                self.if_exists(arguments, there, |this| this.record(dropped));
            }
            "create_foreign_key" => self.create_foreign_key(place, arguments),
            _ => self.create_constraint(name, place, arguments),
        }
        Value::None
    }

    fn create_constraint(&mut self, name: &str, place: &Place, arguments: &Arguments) {
        let columns = column_list(arguments.keyword("columns"));
        let kind = match name {
            "create_unique_constraint" => ConstraintKind::Unique,
            "create_primary_key" => ConstraintKind::PrimaryKey,
            "create_check_constraint" => {
                let condition = arguments.keyword("condition").and_then(Value::text);
                ConstraintKind::Check { condition: condition.map(|text| text.to_string()) }
            }
            "create_exclude_constraint" => ConstraintKind::Exclude,
            _ => return self.unreadable(name, &place.table),
        };
        let name = naming(arguments.keyword("constraint_name"));
        let mut constraint = ConstraintSpec { name, columns, kind };
        self.name_constraint(&place.spelled, &mut constraint);
        self.record_constraint(&place.table, constraint);
    }

    fn create_index(&mut self, place: &Place, arguments: &Arguments) {
        let parts = arguments.keyword("columns").and_then(Value::items).filter(|(_, partial)| !partial);
        let (columns, options) = index_of(arguments, parts.as_ref().map(|(parts, _)| parts.as_slice()));
        // What is no plain name may be lost on the way to the new table.
        let columns = columns.filter(|_| !(place.anew.is_some() && options.written));
        let name = naming(arguments.keyword("index_name"));
        let kind = ConstraintKind::Index(options.clone());
        let mut constraint = ConstraintSpec { name, columns: columns.clone(), kind };
        self.name_constraint(&place.spelled, &mut constraint);
        let table = place.table.clone();
        match constraint.name {
            Naming::Named(name) | Naming::Final(name) => self.record(OperationKind::CreateIndex {
                name,
                table,
                index: IndexSpec { columns, options },
                if_not_exists: may_be_there(arguments, "if_not_exists"),
            }),
            Naming::Unnamed | Naming::Derived(_) => self.record_constraint(&table, constraint),
            Naming::Unreadable => self.unreadable("create_index", &table),
        }
    }

    fn drop_index(&mut self, batch: Option<&Batch>, arguments: &Arguments) {
        let place =
            match batch.map_or_else(|| self.placed(arguments, "table_name", "schema"), |batch| batch.placed.clone()) {
                Placed::At(place) => Some(place),
                Placed::Nowhere => None,
                somewhere @ Placed::Somewhere(_) => return self.lost("drop_index", &somewhere),
            };
        let spelled = place.as_ref().map_or("no_table", |place| &place.spelled);
        let name = self.name_to_drop(spelled, Some("index"), naming(arguments.keyword("index_name")));
        let table = place.map(|place| place.table);
        if name.name().is_none() && table.is_none() {
            self.unread(UnreadKind::Schema, "it drops an index whose name cannot be evaluated");
        }
        let holder = |name: &str| self.recorder.simulation.index_holder(name, table.as_deref());
        let there = name.name().is_none_or(|name| holder(name).is_some());
        self.if_exists(arguments, there, |this| this.record_drop_index(name.name(), table));
    }

    /// Drops something, unless `if_exists=` leaves it open whether it was there.
    fn if_exists(&mut self, arguments: &Arguments, there: bool, drop: impl FnOnce(&mut Self)) {
        let guarded = u32::from(may_be_there(arguments, "if_exists") && !there);
        self.recorder.guarded += guarded;
        drop(self);
        self.recorder.guarded -= guarded;
    }

    /// Where an operation is made whose table and schema are given under these names.
    pub(super) fn placed(&self, arguments: &Arguments, table: &str, schema: &str) -> Placed {
        let Some(table) = arguments.keyword(table).and_then(Value::text) else { return Placed::Nowhere };
        let schema = self.namespace(arguments, schema);
        match self.in_namespace(&table, &schema) {
            Some(name) => {
                let spelled = schema.name().map_or_else(|| table.to_string(), |schema| format!("{schema}.{table}"));
                Placed::At(Place { table: name, spelled, anew: None })
            }
            None => Placed::Somewhere(table.to_string()),
        }
    }

    /// An operation on a table that cannot be told.
    pub(super) fn lost(&mut self, name: &str, placed: &Placed) {
        self.recorder.changes += 1;
        if let Placed::Somewhere(table) = placed {
            self.somewhere.insert(table.clone());
            let part = match name {
                "drop_column" => TablePart::DroppedColumns,
                "create_index" | "drop_index" => TablePart::Indexes,
                _ => TablePart::Everything,
            };
            self.record(OperationKind::Unread(Reach::TableInAnySchema { name: table.clone(), part }));
            if name == "alter_column" {
                let part = TablePart::Columns;
                self.record(OperationKind::Unread(Reach::TableInAnySchema { name: table.clone(), part }));
            }
            let what = format!("op.{name} on {table}, in a schema that cannot be evaluated");
            // What it takes away may be any table of that name.
            return match name {
                "drop_table" | "rename_table" | "drop_constraint" => self.unread(UnreadKind::Schema, what),
                _ => self.unread_part(what),
            };
        }
        let what = format!("op.{name} on a table whose name cannot be evaluated");
        match name {
            // What is made is nobody else's, and may have any name.
            "create_table" => {
                self.somewhere.insert(String::new());
                self.unread_part(what);
            }
            _ => self.unread(UnreadKind::Schema, what),
        }
    }

    /// An operation on a known table with arguments that cannot be read.
    pub(super) fn unreadable(&mut self, name: &str, table: &str) {
        match name {
            // Nothing new comes of these.
            "drop_column" => self.record_unread(table, TablePart::DroppedColumns, true),
            "alter_column" => self.record_unread(table, TablePart::Columns, true),
            "create_index" => self.record_unread(table, TablePart::Indexes, true),
            _ => self.record_unread(table, TablePart::Everything, true),
        }
        self.unread_part(format!("op.{name} on {table} with arguments that cannot be evaluated"));
    }

    /// `alembic_postgresql_enum`'s operation.
    fn sync_enum(&mut self, arguments: &Arguments) {
        let schema = arguments.get(0, "enum_schema").map_or(Namespace::Default, |value| self.namespace_of(value));
        let (Some(name), Some((labels, false))) = (
            arguments.get(1, "enum_name").and_then(Value::text),
            arguments.get(2, "new_values").and_then(Value::items),
        ) else {
            return self.unread(UnreadKind::Schema, "it sets the values of an enum that cannot be evaluated");
        };
        let Some(name) = self.in_namespace(&name, &schema) else {
            return self.unread(
                UnreadKind::Schema,
                format!("it sets the values of {name} in a schema that cannot be evaluated"),
            );
        };
        let labels: Option<Vec<String>> =
            labels.iter().map(|label| label.text().map(|text| text.to_string())).collect();
        if let Some(labels) = labels {
            self.record(OperationKind::AlterEnum { name, change: EnumChange::Set(labels) });
        }
    }
}

/// How an operation is to be carried out. Arguments that are not known may say anything.
fn manner_of(arguments: &Arguments) -> Manner {
    let given = |name: &str| arguments.keyword(name).filter(|value| !matches!(value, Value::None));
    let switch = |name: &str| match given(name) {
        Some(value) => value.truth().into(),
        None if arguments.open => Belief::Unknown,
        None => Belief::Known(false),
    };
    Manner {
        using: match given("postgresql_using") {
            Some(value) => value.text().map(|text| Some(text.to_string())).into(),
            None if arguments.open => Belief::Unknown,
            None => Belief::Known(None),
        },
        not_valid: switch("postgresql_not_valid"),
        concurrently: switch("postgresql_concurrently"),
        partitioned: switch("postgresql_partition_by"),
    }
}

/// Whether a batch makes its table anew for this operation, or may: SQLite adds plain columns and indexes without.
fn makes_anew(name: &str, arguments: &Arguments) -> bool {
    match name {
        "create_index" | "drop_index" => false,
        "add_column" => match arguments.keyword("column") {
            Some(Value::Column(column)) => {
                let column = column.borrow();
                column.default != Some(false) || column.unique || !column.constraints.is_empty()
            }
            _ => true,
        },
        _ => true,
    }
}
