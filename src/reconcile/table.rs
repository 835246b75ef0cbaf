//! What stands in the way of changing the version table, and the statement that removes it.
//!
//! Pure: from what the server says of the table, and what is to be done to it.

use std::collections::BTreeSet;
use std::fmt;

use super::list;
use super::plan::{Plan, Upgrade};
use crate::findings::Kind;
use crate::help::{Advice, Command, Help};
use history::{RevisionGraph, Step};
use version_table::{
    COLUMN, Column, Privilege, ReadOnly, Relation, RelationKind, RowChange, TableFacts, alter_width, joined, quoted,
};

/// What is to be done to the version table.
#[derive(Debug, Clone, Copy)]
pub struct Need<'a> {
    /// The rows that are there.
    pub rows: &'a [String],
    /// What levelhead is to change, or what the application's upgrade will.
    pub changes: &'a [RowChange],
    /// Whether it is the upgrade that changes them. It may make the schema that its version table is in.
    pub upgrade: bool,
    /// The characters of the longest id among the files.
    pub longest: usize,
}

/// Something that stands in the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableProblem {
    /// Which.
    pub kind: ProblemKind,
    message: String,
    help: Advice,
}

/// The kinds of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// A standby: nobody can write there.
    InRecovery,
    /// This connection may not write.
    ReadOnly,
    /// The role lacks a right, or there is no schema to make the table in.
    NoPrivilege,
    /// The name is something else's than a table's; or `version_num` is missing, or of a type that pads or refuses ids; or
    /// another column must be given in every new row.
    Unusable,
    /// The longest id does not fit.
    NarrowColumn {
        /// The characters that have to fit.
        width: u32,
        /// Whether this role may widen it.
        repairable: bool,
    },
    /// The same revision in several rows, which the upgrade stops at.
    DuplicateRows,
}

impl ProblemKind {
    /// Which finding it is.
    pub(super) fn finding(self) -> Kind {
        match self {
            Self::InRecovery => Kind::IN_RECOVERY,
            Self::ReadOnly => Kind::READ_ONLY,
            Self::NoPrivilege => Kind::NO_PRIVILEGE,
            Self::Unusable => Kind::UNUSABLE_VERSION_TABLE,
            Self::NarrowColumn { .. } => Kind::NARROW_VERSION_COLUMN,
            Self::DuplicateRows => Kind::DUPLICATE_ROWS,
        }
    }
}

impl TableProblem {
    /// Whether levelhead may remove it itself.
    #[must_use]
    pub fn is_repairable(&self) -> bool {
        matches!(self.kind, ProblemKind::NarrowColumn { repairable: true, .. })
    }
}

impl Help for TableProblem {
    fn help(&self) -> Advice {
        self.help.clone()
    }
}

impl fmt::Display for TableProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Everything that stands in the way of a plan for a table with these rows.
#[must_use]
pub fn table_problems(graph: &RevisionGraph, facts: &TableFacts, rows: &[String], plan: &Plan) -> Vec<TableProblem> {
    let upgraded = plan.upgrade.as_ref().and_then(|Upgrade { from, pending }| {
        let steps: Vec<Step> = pending.iter().cloned().map(Step::Upgrade).collect();
        graph.row_changes(from, &steps).ok()
    });
    let mut changes = plan.changes.clone();
    changes.extend(upgraded.map(|(changes, _)| changes).unwrap_or_default());
    let longest = graph.iter().map(|node| node.revision.id.chars().count()).max().unwrap_or(0);
    problems(facts, Need { rows, changes: &changes, upgrade: plan.changes.is_empty(), longest })
}

/// Everything that stands in the way; none where nothing is to be done. On a standby that alone: the primary has the same
/// table, and its own answer to the rest.
#[must_use]
pub fn problems(facts: &TableFacts, need: Need<'_>) -> Vec<TableProblem> {
    if need.changes.is_empty() {
        return Vec::new();
    }
    if facts.in_recovery {
        let message =
            format!("this server is a standby, which only repeats what its primary does ({})", facts.database);
        let help = "point DATABASE_URL at the primary".into();
        return vec![TableProblem { kind: ProblemKind::InRecovery, message, help }];
    }
    let table = match &facts.relation {
        None => missing_table(facts, need).into_iter().collect(),
        Some(relation) => existing_table(facts, relation, need),
    };
    facts.read_only.as_ref().map(|cause| read_only(facts, cause)).into_iter().chain(table).collect()
}

/// Where the setting was made decides how it is unmade.
fn read_only(facts: &TableFacts, cause: &ReadOnly) -> TableProblem {
    let (role, database) = (quoted(&facts.role), quoted(&facts.database));
    let (message, help) = match cause {
        ReadOnly::Path(path) => {
            let path = path.display();
            (format!("{path} is not writable for this user"), Command::of("chmod", "u+w").with(&path).into())
        }
        ReadOnly::Setting(source) => {
            let setting = "default_transaction_read_only";
            let help = match source.as_str() {
                "database" => sql(format!("ALTER DATABASE {database} RESET {setting}")),
                "user" => sql(format!("ALTER ROLE {role} RESET {setting}")),
                "database user" => sql(format!("ALTER ROLE {role} IN DATABASE {database} RESET {setting}")),
                "configuration file" => sql(format!("ALTER SYSTEM SET {setting} = off; SELECT pg_reload_conf()")),
                "client" => format!("take {setting} out of the options in DATABASE_URL and PGOPTIONS").into(),
                _ => format!("find where the server is told {setting}, and turn it off").into(),
            };
            (format!("{setting} is on for {} in {} (by: {source})", facts.role, facts.database), help)
        }
    };
    TableProblem { kind: ProblemKind::ReadOnly, message, help }
}

fn missing_table(facts: &TableFacts, need: Need<'_>) -> Option<TableProblem> {
    facts.server_version?;
    let Some(schema) = &facts.schema else {
        let message = "the search path leads to no schema that is there and that this role may use".to_owned();
        let help = sql(format!("GRANT USAGE, CREATE ON SCHEMA \"public\" TO {}", quoted(&facts.role)));
        return Some(TableProblem { kind: ProblemKind::NoPrivilege, message, help });
    };
    if !facts.schema_exists {
        let message = format!("there is no schema {schema} to make {} in", facts.name);
        let help = sql(format!("CREATE SCHEMA {} AUTHORIZATION {}", quoted(schema), quoted(&facts.role)));
        return (!need.upgrade).then_some(TableProblem { kind: ProblemKind::NoPrivilege, message, help });
    }
    let wanted = BTreeSet::from([Privilege::Usage, Privilege::Create]);
    let missing: BTreeSet<Privilege> = wanted.difference(&facts.schema_rights).copied().collect();
    let message =
        format!("{} may not create {} ({} on the schema)", facts.role, facts.shown(), joined(missing.iter().copied()));
    (!missing.is_empty()).then(|| no_privilege(facts, &missing, message))
}

fn existing_table(facts: &TableFacts, relation: &Relation, need: Need<'_>) -> Vec<TableProblem> {
    if let Some(problem) = not_a_table(facts, relation) {
        return vec![problem];
    }
    let Some(column) = &relation.column else {
        let message = format!("{} has no column {COLUMN}", facts.shown());
        let help = sql(facts.set_aside(relation.kind));
        return vec![TableProblem { kind: ProblemKind::Unusable, message, help }];
    };
    let problems = [
        privileges(facts, relation, need),
        column_type(facts, relation, column, need),
        required(facts, relation, need),
        duplicates(facts, need),
    ];
    problems.into_iter().flatten().collect()
}

fn not_a_table(facts: &TableFacts, relation: &Relation) -> Option<TableProblem> {
    let usable = match relation.kind {
        RelationKind::Table | RelationKind::PartitionedTable => true,
        RelationKind::View => relation.writable,
        _ => false,
    };
    let message = format!("{} is {}, which cannot be written to", facts.shown(), relation.kind);
    let help = sql(facts.set_aside(relation.kind));
    (!usable).then_some(TableProblem { kind: ProblemKind::Unusable, message, help })
}

fn privileges(facts: &TableFacts, relation: &Relation, need: Need<'_>) -> Option<TableProblem> {
    // Who may change the rows of an SQLite file may change all of them.
    facts.server_version?;
    let mut wanted: BTreeSet<Privilege> = need.changes.iter().map(written).collect();
    wanted.insert(Privilege::Select);
    // The lock that levelhead takes on the table needs more than INSERT.
    let lock = [Privilege::Update, Privilege::Delete];
    if !need.upgrade && !lock.iter().any(|right| wanted.contains(right) || relation.rights.contains(right)) {
        wanted.insert(Privilege::Update);
    }
    let mut missing: BTreeSet<Privilege> = wanted.difference(&relation.rights).copied().collect();
    if !facts.schema_rights.contains(&Privilege::Usage) {
        missing.insert(Privilege::Usage);
    }
    if !missing.is_empty() {
        let (role, owner) = (&facts.role, &relation.owner);
        let message =
            format!("{role} lacks {} on {}, which belongs to {owner}", joined(missing.iter().copied()), facts.shown());
        return Some(no_privilege(facts, &missing, message));
    }
    relation.row_security.then(|| TableProblem {
        kind: ProblemKind::NoPrivilege,
        message: format!("row level security decides which rows of {} {} sees", facts.shown(), facts.role),
        help: sql(format!("ALTER TABLE {} DISABLE ROW LEVEL SECURITY", facts.quoted())),
    })
}

/// A statement that only the owner or an administrator may run.
fn sql(statement: String) -> Advice {
    Advice::sql("the owner", statement)
}

fn written(change: &RowChange) -> Privilege {
    match change {
        RowChange::Insert(_) => Privilege::Insert,
        RowChange::Delete(_) => Privilege::Delete,
        RowChange::Update { .. } => Privilege::Update,
    }
}

fn no_privilege(facts: &TableFacts, missing: &BTreeSet<Privilege>, message: String) -> TableProblem {
    TableProblem { kind: ProblemKind::NoPrivilege, message, help: sql(facts.grant(missing)) }
}

fn column_type(facts: &TableFacts, relation: &Relation, column: &Column, need: Need<'_>) -> Option<TableProblem> {
    facts.server_version?;
    let width = u32::try_from(need.longest.max(32)).ok()?;
    let (shown, widened) = (facts.shown(), sql(alter_width(&facts.quoted(), width)));
    if !matches!(column.kind.as_str(), "character varying" | "text") {
        // char(n) answers with blanks that no file's id has; anything else takes no text.
        let message = format!("{shown}.{COLUMN} is of type {}, not varchar", column.kind);
        return Some(TableProblem { kind: ProblemKind::Unusable, message, help: widened });
    }
    let length = column.length.filter(|length| (*length as usize) < need.longest)?;
    let repairable = relation.owned && relation.kind != RelationKind::View;
    let owner = if repairable { String::new() } else { format!("; {} may widen it", relation.owner) };
    let message =
        format!("{shown}.{COLUMN} takes {length} characters, and the longest revision id has {}{owner}", need.longest);
    let help = if repairable { Command::levelhead("run").into() } else { widened };
    Some(TableProblem { kind: ProblemKind::NarrowColumn { width, repairable }, message, help })
}

fn required(facts: &TableFacts, relation: &Relation, need: Need<'_>) -> Option<TableProblem> {
    let adds = need.changes.iter().any(|change| matches!(change, RowChange::Insert(_)));
    if !adds || relation.required.is_empty() {
        return None;
    }
    let columns = list(&relation.required);
    let message =
        format!("{} has NOT NULL columns without a default ({columns}), so that no row can be added", facts.shown());
    let relaxed = relation.required.iter().map(|column| format!("ALTER COLUMN {} DROP NOT NULL", quoted(column)));
    let help = sql(match facts.server_version {
        Some(_) => format!("ALTER TABLE {} {}", facts.quoted(), relaxed.collect::<Vec<_>>().join(", ")),
        None => format!("ALTER TABLE {} DROP COLUMN {}", facts.quoted(), quoted(&relation.required[0])),
    });
    Some(TableProblem { kind: ProblemKind::Unusable, message, help })
}

/// Alembic replaces one row by another, and stops where it meets two.
fn duplicates(facts: &TableFacts, need: Need<'_>) -> Option<TableProblem> {
    let met = |row: &&String| {
        need.changes.iter().any(|change| match change {
            RowChange::Update { from, .. } => from == *row,
            RowChange::Delete(id) => need.upgrade && id == *row,
            RowChange::Insert(_) => false,
        })
    };
    let mut rows: Vec<&String> = need.rows.iter().collect();
    rows.sort_unstable();
    let repeated = rows.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
    let repeated: BTreeSet<String> = repeated.filter(met).cloned().collect();
    if repeated.is_empty() {
        return None;
    }
    let once: BTreeSet<&str> = need.rows.iter().map(String::as_str).collect();
    let message = format!("{} holds {} more than once", facts.shown(), list(&Vec::from_iter(repeated)));
    let help = Command::levelhead("stamp --purge").with_all(once).into();
    Some(TableProblem { kind: ProblemKind::DuplicateRows, message, help })
}
