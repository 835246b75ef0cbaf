//! What the parts of statements do, whether SQL or an operation asks for them: the deeds that both readings share.

use super::default::DefaultValue;
use super::rules::{Form, Rule};
use super::types::{Spelled, TypeChange, change, is_plain_cast, is_serial};
use crate::question::Question;
use crate::{Deed, Ground, LockMode, Loss, LossKind, Touch, Work};
use schema::{Belief, ForeignKey};

/// Types of usual extensions, none of them a domain.
const OF_EXTENSIONS: [&str; 10] =
    ["citext", "geography", "geometry", "halfvec", "hstore", "ltree", "oid", "tsquery", "vector", "int4range"];

/// By the rule of a form: the lock on the relation, and that on others.
pub(super) fn done(ground: &Ground, form: Form, relation: Option<&str>, others: &[String]) -> Deed {
    let Some(rule) = Rule::on(form, ground.version) else {
        return Deed::unknown(form.words(), format!("PostgreSQL {} has no such statement", ground.version));
    };
    let mut deed = Deed::of_rule(rule, relation);
    let touch = |relation: &str, mode| Touch {
        relation: relation.to_owned(),
        mode: Some(mode),
        made_here: ground.made.contains(relation),
    };
    deed.touches.extend(relation.zip(rule.mode).map(|(relation, mode)| touch(relation, mode)));
    if let Some(mode) = rule.other {
        deed.touches
            .extend(others.iter().filter(|other| Some(other.as_str()) != relation).map(|other| touch(other, mode)));
    }
    deed
}

/// What is done to a table among partitions, or among those that inherit from each other, may be done to others of them, or be
/// refused: what a rule says holds for a plain table.
pub(super) fn divided(ground: &Ground, deed: Deed) -> Deed {
    let is_of_a_table = |mode: Option<LockMode>| mode > Some(LockMode::RowExclusive);
    let mut others = deed.touches.iter().filter(|touch| !touch.made_here && is_of_a_table(touch.mode));
    let Some(touch) = others.find(|touch| ground.divided.contains(&touch.relation)) else { return deed };
    // Partitions come and go by rules of their own.
    let is_about_partitions = matches!(
        deed.form,
        Some(Form::AttachPartition | Form::DetachPartition | Form::DetachPartitionConcurrently | Form::CreatePartition)
    );
    if is_about_partitions || deed.unknown.is_some() {
        return deed;
    }
    let unknown = format!(
        "which partitions or inherited tables it reaches from {}; at worst all of them, under the same lock",
        touch.relation
    );
    Deed { unknown: Some(unknown), ..deed }
}

/// A column that is added, as far as its cost depends on it.
#[derive(Debug, Default)]
pub(super) struct NewColumn {
    pub(super) name: String,
    pub(super) kind: Option<String>,
    pub(super) not_null: Option<bool>,
    pub(super) default: Option<DefaultValue>,
    /// An identity, or computed and stored.
    pub(super) filled: bool,
    pub(super) references: Vec<String>,
    /// Carries a unique or a primary key.
    pub(super) key: bool,
    pub(super) check: bool,
}

pub(super) fn add_column(ground: &Ground, table: &str, column: &NewColumn) -> Vec<Deed> {
    let serial = column.kind.as_deref().is_some_and(is_serial);
    let is_filled = column.filled || serial || column.default == Some(DefaultValue::Volatile);
    let is_bare = matches!(column.default, Some(DefaultValue::Absent));
    let form = match column.not_null {
        _ if is_filled => Form::AddColumnFilled,
        Some(true) if is_bare => Form::AddColumnNotNull,
        _ => Form::AddColumn,
    };
    let mut deed = done(ground, form, Some(table), &column.references);
    if form != Form::AddColumn && !column.references.is_empty() {
        deed.touches.extend(done(ground, Form::AddColumn, None, &column.references).touches);
    }
    if form == Form::AddColumnNotNull {
        deed.question = Some(Question::any(table));
    }
    if form == Form::AddColumn {
        let spelled = column.kind.as_deref().map(Spelled::of);
        let is_plain = |kind: &Spelled| {
            kind.is_built_in() || ground.is_enum(&kind.base) || OF_EXTENSIONS.contains(&kind.base.as_str())
        };
        let unknown = match (&column.default, &spelled) {
            (None | Some(DefaultValue::Unknown), _) => Some("whether its default rewrites the table".to_owned()),
            (_, None) => Some("its type".to_owned()),
            (_, Some(kind)) if !is_plain(kind) => {
                Some(format!("whether {} is a domain with a constraint, which rewrites the table", kind.base))
            }
            _ => None,
        };
        if unknown.is_some() {
            deed = Deed { unknown, work: Work::Unknown, ..deed };
        }
    }
    let mut deeds = vec![deed];
    if !column.references.is_empty() && !is_bare {
        deeds.push(Deed { better: None, ..done(ground, Form::AddForeignKey, Some(table), &column.references) });
    }
    if column.key {
        deeds.push(Deed { better: None, ..done(ground, Form::AddKey, Some(table), &[]) });
    }
    if column.check {
        deeds.push(Deed { better: None, ..done(ground, Form::AddCheck, Some(table), &[]) });
    }
    deeds
}

pub(super) fn alter_type(ground: &Ground, table: &str, column: &str, to: Option<&str>, using: Option<&str>) -> Deed {
    let from = ground.type_of(table, column);
    let holds = |key: &ForeignKey| key.columns.known().is_none_or(|columns| columns.iter().any(|held| held == column));
    let mut others = ground.related(table, holds);
    if is_keyed(ground, table, column) {
        others.extend(ground.referring(table).map(|(name, _)| name.clone()));
    }
    let (Some(from), Some(to)) = (from, to) else {
        let deed = done(ground, Form::AlterTypeRewrite, Some(table), &others);
        let what = if to.is_none() { "its new type" } else { "its type before" };
        return Deed {
            unknown: Some(format!("whether it rewrites the table: {what} is not known")),
            work: Work::Unknown,
            ..deed
        };
    };
    let plain = using.is_none_or(|using| is_plain_cast(using, column, to));
    let kind = if plain { change(from, to, |name| ground.is_enum(name)) } else { TypeChange::Rewrite };
    let mut deed = match kind {
        TypeChange::Free => done(ground, Form::AlterTypeFree, Some(table), &others),
        TypeChange::Rewrite => done(ground, Form::AlterTypeRewrite, Some(table), &others),
        TypeChange::Unknown => {
            let deed = done(ground, Form::AlterTypeRewrite, Some(table), &others);
            let why = format!("whether a change from {from} to {to} rewrites the table");
            Deed { unknown: Some(why), work: Work::Unknown, ..deed }
        }
    };
    if plain {
        fit(ground, table, column, (from, to), using.is_some(), &mut deed);
    }
    let reading = readers(ground, table, Some(column));
    if !reading.is_empty() {
        deed.fails = Some(format!("{} reads the column", reading.join(", ")));
    }
    deed
}

/// What of the rows does not fit a new type: it fails, or an explicit cast cuts it.
fn fit(ground: &Ground, table: &str, column: &str, types: (&str, &str), casts: bool, deed: &mut Deed) {
    let (from, to) = (Spelled::of(types.0), Spelled::of(types.1));
    let quoted = crate::names::quoted(column);
    if let Some(length) = to.length().filter(|length| from.length().is_none_or(|held| held > *length))
        && from.holds_text()
    {
        if casts {
            deed.loss = Some(Loss {
                kind: LossKind::Cut,
                table: table.to_owned(),
                column: Some(column.to_owned()),
                dependants: vec![],
            });
        }
        let condition = format!("char_length(rtrim({quoted})) > {length}");
        deed.question = Some(Question::fit(table, column, types.1, &condition));
    } else if let (Some(held), Some(wanted)) = (from.range(), to.range())
        && held.1 > wanted.1
    {
        let condition = format!("{quoted} NOT BETWEEN {} AND {}", wanted.0, wanted.1);
        deed.question = Some(Question::fit(table, column, types.1, &condition));
    } else if from.base == "numeric"
        && let [precision, scale @ ..] = to.numbers.as_slice()
        && to.base == "numeric"
    {
        let scale = scale.first().copied().unwrap_or(0);
        let digits = precision.saturating_sub(scale);
        let condition = format!("abs(round({quoted}, {scale})) >= 10::numeric ^ {digits}");
        deed.question = Some(Question::fit(table, column, types.1, &condition));
    } else if from.holds_text() || ground.is_enum(&from.base) {
        deed.question = cast_from_text(ground, table, column, &to, types.1);
    }
}

fn cast_from_text(ground: &Ground, table: &str, column: &str, to: &Spelled, written: &str) -> Option<Question> {
    let quoted = crate::names::quoted(column);
    if let Some(Belief::Known(labels)) = ground.schema.enums.get(&to.base) {
        let labels: Vec<String> = labels.iter().map(|label| format!("'{}'", label.replace('\'', "''"))).collect();
        let condition = format!("{quoted}::text NOT IN ({})", labels.join(", "));
        return (!labels.is_empty()).then(|| Question::fit(table, column, &to.base, &condition));
    }
    if to.holds_text() || !to.is_built_in() || ground.version < 16 {
        return None;
    }
    let condition = format!("NOT pg_input_is_valid({quoted}::text, '{written}')");
    Some(Question::fit(table, column, written, &condition))
}

/// Whether a column is part of a key that others may refer to.
fn is_keyed(ground: &Ground, table: &str, column: &str) -> bool {
    let Some(held) = ground.table(table) else { return true };
    let holds = |columns: &Belief<Vec<String>>| columns.known().is_none_or(|all| all.iter().any(|one| one == column));
    held.primary_key.iter().any(holds) || held.uniques.iter().any(|unique| holds(&unique.columns))
}

/// Views and rules that read a table, or one column of it.
fn readers(ground: &Ground, table: &str, column: Option<&str>) -> Vec<String> {
    let reads = |columns: &Vec<String>| column.is_none_or(|column| columns.iter().any(|read| read == column));
    let views = ground.views.get(table).into_iter().flatten();
    views.filter(|(_, columns)| reads(columns)).map(|(view, _)| view.clone()).collect()
}

pub(super) fn set_not_null(ground: &Ground, table: &str, column: &str) -> Deed {
    let held = ground.table(table).and_then(|held| held.column(column));
    let is_set = held.is_some_and(|held| held.nullable == Belief::Known(false));
    let form = if is_set || is_proven(ground, table, column) { Form::SetNotNullProven } else { Form::SetNotNull };
    let deed = done(ground, form, Some(table), &[]);
    match form {
        Form::SetNotNull => Deed { question: Some(Question::null(table, column)), ..deed },
        _ => deed,
    }
}

/// Whether a valid check says that the column is not NULL.
fn is_proven(ground: &Ground, table: &str, column: &str) -> bool {
    let plain = format!("({column} IS NOT NULL)");
    let quoted = format!("({} IS NOT NULL)", crate::names::quoted(column));
    let says = |check: &String| {
        (check.contains(&plain) || check.contains(&quoted)) && !check.contains(" OR ") && !check.contains("NOT VALID")
    };
    ground.checks.get(table).is_some_and(|checks| checks.iter().any(says))
}

/// A constraint that is added.
#[derive(Debug)]
pub(super) enum NewConstraint {
    Key { columns: Option<Vec<String>>, primary: bool, using_index: bool },
    ForeignKey { columns: Option<Vec<String>>, target: Option<String>, keys: Option<Vec<String>>, valid: bool },
    Check { condition: Option<String>, valid: bool },
    Exclude,
}

pub(super) fn add_constraint(ground: &Ground, table: &str, constraint: &NewConstraint) -> Vec<Deed> {
    match constraint {
        NewConstraint::Key { columns, primary, using_index } => {
            let form = if *using_index { Form::AddKeyUsingIndex } else { Form::AddKey };
            let mut deed = done(ground, form, Some(table), &[]);
            if let (Some(columns), false) = (columns, using_index) {
                deed.question = Some(Question::duplicate(table, columns, None));
            }
            let mut deeds = vec![deed];
            for column in columns.iter().flatten().filter(|_| *primary) {
                let not_null = set_not_null(ground, table, column);
                deeds.extend((not_null.work == Work::Scan).then_some(Deed { better: None, ..not_null }));
            }
            deeds
        }
        NewConstraint::ForeignKey { columns, target, keys, valid } => {
            let form = if *valid { Form::AddForeignKey } else { Form::AddForeignKeyNotValid };
            let others: Vec<String> = target.iter().cloned().collect();
            let mut deed = done(ground, form, Some(table), &others);
            let keys =
                keys.clone().or_else(|| ground.table(target.as_deref()?)?.primary_key.as_ref()?.known().cloned());
            if let (Some(columns), Some(target), Some(keys), true) = (columns, target, keys, valid)
                && columns.len() == keys.len()
            {
                deed.question = Some(Question::orphan(table, columns, target, &keys));
            }
            if target.is_none() {
                deed.unknown = Some("which table it refers to".to_owned());
            }
            vec![deed]
        }
        NewConstraint::Check { condition, valid } => {
            let form = if *valid { Form::AddCheck } else { Form::AddCheckNotValid };
            let question = condition.as_ref().filter(|_| *valid).map(|condition| Question::check(table, condition));
            vec![Deed { question, ..done(ground, form, Some(table), &[]) }]
        }
        NewConstraint::Exclude => vec![done(ground, Form::AddExclude, Some(table), &[])],
    }
}

pub(super) fn drop_constraint(ground: &Ground, table: &str, name: Option<&str>) -> Deed {
    let held = ground.table(table);
    let is_named = |key: &ForeignKey| match (&key.name, name) {
        (Some(held), Some(name)) => held.name == name,
        _ => true,
    };
    let mut others = ground.related(table, |key| name.is_some() && is_named(key));
    let is_key = held.is_none_or(|held| {
        let primary = held.primary_key_name.as_ref();
        let mut uniques = held.uniques.iter().filter_map(|unique| unique.name.as_ref());
        primary.into_iter().chain(&mut uniques).any(|held| Some(held.name.as_str()) == name)
    });
    if is_key {
        others.extend(ground.referring(table).map(|(other, _)| other.clone()));
    }
    let deed = done(ground, Form::DropConstraint, Some(table), &others);
    match name {
        Some(_) => deed,
        None => Deed { unknown: Some("which constraint it drops".to_owned()), ..deed },
    }
}

pub(super) fn drop_column(ground: &Ground, table: &str, column: &str, cascades: bool) -> Deed {
    let holds = |key: &ForeignKey| key.columns.known().is_none_or(|columns| columns.iter().any(|held| held == column));
    let mut deed = done(ground, Form::DropColumn, Some(table), &ground.related(table, holds));
    let dependants = readers(ground, table, Some(column));
    if !cascades && !dependants.is_empty() {
        deed.fails = Some(format!("{} reads the column", dependants.join(", ")));
    }
    deed.loss =
        Some(Loss { kind: LossKind::Column, table: table.to_owned(), column: Some(column.to_owned()), dependants });
    deed.remark = Some("the release that runs meanwhile may still use the column".to_owned());
    deed
}

pub(super) fn drop_table(ground: &Ground, table: &str, cascades: bool) -> Deed {
    let mut others = ground.related(table, |_| true);
    let mut dependants = readers(ground, table, None);
    for (other, key) in ground.referring(table) {
        let name = key.name.as_ref().map(|name| format!(" {}", name.name)).unwrap_or_default();
        dependants.push(format!("foreign key{name} of {other}"));
        others.extend(cascades.then(|| other.clone()));
    }
    let mut deed = done(ground, Form::DropTable, Some(table), &others);
    if !cascades && !dependants.is_empty() {
        deed.fails = Some(format!("{} depends on the table", dependants.join(", ")));
    }
    deed.loss = Some(Loss { kind: LossKind::Table, table: table.to_owned(), column: None, dependants });
    deed.remark = Some("the release that runs meanwhile may still use the table".to_owned());
    deed
}

/// A new name: the release that runs meanwhile knows the old one.
pub(super) fn rename(ground: &Ground, form: Form, table: &str) -> Deed {
    let remark = "the release that runs meanwhile still uses the old name";
    Deed { remark: Some(remark.to_owned()), ..done(ground, form, Some(table), &[]) }
}

pub(super) fn create_index(
    ground: &Ground,
    table: &str,
    unique: Option<Option<&[String]>>,
    concurrently: bool,
    only: Option<&str>,
) -> Deed {
    let form = if concurrently { Form::CreateIndexConcurrently } else { Form::CreateIndex };
    let deed = done(ground, form, Some(table), &[]);
    let question = unique.flatten().map(|columns| Question::duplicate(table, columns, only));
    Deed { question, ..deed }
}

pub(super) fn drop_index(ground: &Ground, name: Option<&str>, table: Option<&str>, concurrently: bool) -> Deed {
    let form = if concurrently { Form::DropIndexConcurrently } else { Form::DropIndex };
    let holder = |name: &str| {
        ground.schema.tables.iter().find(|(_, held)| held.indexes.contains_key(name)).map(|(table, _)| table.clone())
    };
    let found = name.and_then(holder).or_else(|| table.map(str::to_owned));
    let deed = done(ground, form, found.as_deref(), &[]);
    match found {
        Some(_) => deed,
        None => Deed { unknown: Some("which table the index is on".to_owned()), ..deed },
    }
}

pub(super) fn delete_all(table: &str) -> Loss {
    Loss { kind: LossKind::Rows, table: table.to_owned(), column: None, dependants: Vec::new() }
}
