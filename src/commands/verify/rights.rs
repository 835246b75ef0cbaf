//! What the role of DATABASE_URL may do, with the statement for each right that is missing.

use super::state::State;
use crate::help::{Advice, Command, Help};
use crate::report::{Check, Outcome};
use database::{Database, Ownership};
use version_table::{Privilege, quoted};

/// None where the database knows no rights, as a file.
pub(super) async fn checks(state: &State, database: &Database) -> Vec<Check> {
    let facts = &state.facts;
    if facts.server_version.is_none() {
        return Vec::new();
    }
    let (role, name) = (quoted(&facts.role), quoted(&facts.database));
    // A right that only an upgrade needs is none that is missing while nothing is pending.
    let missing = if state.pending.is_empty() { Outcome::Warn } else { Outcome::Fail };
    let mut checks = vec![
        Check::pass("role", format!("{} in database {}", facts.role, facts.database)),
        Check::pass("connect", format!("{} may connect to {}", facts.role, facts.database)),
    ];
    match &facts.schema {
        None => checks.push(Check::fail(
            "usage",
            "the search path leads to no schema that is there and that this role may use",
            Advice::sql("the schema's owner", format!("GRANT USAGE, CREATE ON SCHEMA \"public\" TO {role}")),
        )),
        Some(schema) => {
            let shown = quoted(schema);
            let right = |check: &'static str, right: Privilege, word: &str, outcome: Outcome| {
                if facts.schema_rights.contains(&right) {
                    return Check::pass(check, format!("{} has {word} on schema {schema}", facts.role));
                }
                let text = format!("{} has no {word} on schema {schema}", facts.role);
                let grant = Advice::sql("its owner", format!("GRANT {word} ON SCHEMA {shown} TO {role}"));
                Check { outcome, ..Check::fail(check, text, grant) }
            };
            checks.push(right("usage", Privilege::Usage, "USAGE", Outcome::Fail));
            checks.push(right("create", Privilege::Create, "CREATE", missing));
        }
    }
    if facts.in_recovery {
        let text = format!("{name} is on a standby, which takes no writes");
        checks.push(Check { outcome: missing, ..Check::fail("writes", text, "point DATABASE_URL at the primary") });
    } else if facts.read_only.is_some() {
        let text = "default_transaction_read_only is on for this session".to_owned();
        let next = Command::levelhead("explain read-only");
        checks.push(Check { outcome: missing, ..Check::fail("writes", text, next) });
    } else {
        checks.push(Check::pass("writes", "the server takes writes from this session"));
    }
    checks.push(match database.owners().await {
        Ok(owners) => ownership(state, &owners, &role),
        Err(error) => Check::fail("ownership", error.to_string(), error.help()),
    });
    checks
}

/// Only a table's owner may alter it: of each that a pending migration alters.
fn ownership(state: &State, owners: &[Ownership], role: &str) -> Check {
    const NAME: &str = "ownership";
    if state.pending.is_empty() {
        return Check::pass(NAME, "no revision is pending, so that no table has to be altered");
    }
    let altered = || owners.iter().filter(|one| state.changed_tables.contains(&one.table));
    let foreign: Vec<&Ownership> = altered().filter(|one| !one.owned).collect();
    let Some(first) = foreign.first() else {
        let text = match altered().count() {
            0 => "pending revisions alter no table that is there".to_owned(),
            count => format!("pending revisions alter {count} of the tables, and this role may"),
        };
        return Check::pass(NAME, text);
    };
    let shown: Vec<String> = foreign.iter().map(|one| format!("{} (of {})", one.table, one.owner)).collect();
    let text = format!("pending revisions alter tables of other roles: {}", shown.join(", "));
    let statements: Vec<String> =
        foreign.iter().map(|one| format!("ALTER TABLE {} OWNER TO {role}", one.quoted)).collect();
    let next = Advice::sql("the owner", format!("ALTER TABLE {} OWNER TO {role}", first.quoted));
    let detail = if statements.len() > 1 { statements } else { Vec::new() };
    Check { detail, ..Check::fail(NAME, text, next) }
}
