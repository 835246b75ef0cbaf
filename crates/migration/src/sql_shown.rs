//! Which SQL statements do nothing but what facts of a schema show.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::sql_function::{calls, is_of_the_server};
use super::sql_name::names;

/// What a statement does, or may do, beyond what is read of it elsewhere.
pub(super) enum Beyond {
    Nothing,
    /// Something that no fact of a schema shows.
    Data,
    /// Something to the schema that is not followed.
    Schema,
    /// It takes back what a transaction did.
    TakesBack,
}

/// What a statement does beyond its effect on tables, types and the like, which is read elsewhere.
pub(super) fn beyond(statement: &ast::Stmt) -> Beyond {
    use ast::Stmt as S;
    let data = |more: bool| if more { Beyond::Data } else { Beyond::Nothing };
    let schema = |more: bool| if more { Beyond::Schema } else { Beyond::Nothing };
    match statement {
        S::Select(_) | S::CompoundSelect(_) | S::ParenSelect(_) | S::Values(_) | S::Table(_) => {
            query(statement.syntax())
        }
        S::AlterTable(node) => data(node.actions().any(|action| !is_shown(&action))),
        S::AlterIndex(node) => data(!matches!(node.action(), Some(ast::AlterIndexAction::IndexRenameTo(_)))),
        S::AlterView(node) => match node.action() {
            Some(ast::AlterViewAction::ViewRenameTo(_) | ast::AlterViewAction::SetSchema(_)) => Beyond::Nothing,
            other => data(other.is_some()),
        },
        S::AlterMaterializedView(node) => {
            data(node.action().any(|action| !matches!(action, ast::AlterMaterializedViewAction::ViewRenameTo(_))))
        }
        S::AlterSequence(node) => {
            data(node.actions().any(|action| !matches!(action, ast::AlterSequenceAction::SequenceRenameTo(_))))
        }
        S::AlterFunction(node) => data(!matches!(node.action(), Some(ast::AlterFunctionAction::FunctionRenameTo(_)))),
        S::AlterTrigger(node) => data(!matches!(node.action(), Some(ast::AlterTriggerAction::TriggerRenameTo(_)))),
        S::AlterType(node) => match node.action() {
            Some(
                ast::AlterTypeAction::TypeRenameTo(_)
                | ast::AlterTypeAction::AddValue(_)
                | ast::AlterTypeAction::RenameValue(_)
                | ast::AlterTypeAction::SetSchema(_),
            ) => Beyond::Nothing,
            other => data(other.is_some()),
        },
        S::CreateType(node) => data(!matches!(node.kind(), Some(ast::CreateTypeKind::EnumType(_)))),
        S::CreateSchema(node) => schema(node.schema_elements().next().is_some()),
        S::DropType(_) => Beyond::Nothing,
        // What stands in it may be new although its name is not.
        S::CreateView(node) => data(node.or_replace().is_some()),
        S::CreateFunction(node) => data(node.or_replace().is_some()),
        S::CreateProcedure(node) => data(node.or_replace().is_some()),
        S::CreateTrigger(node) => data(node.or_replace().is_some()),
        // The statements in it are asked one by one.
        S::Do(node) => data(calls(node.syntax()).is_some()),
        // Rows of the catalogue are the schema itself.
        S::Insert(node) => rows(node.relation_name_ref().as_ref()),
        S::Update(node) => rows(node.relation_name().as_ref()),
        S::Delete(node) => rows(node.relation_name().as_ref()),
        S::Merge(node) => rows(node.table_relation_name().as_ref()),
        S::Explain(node) => schema(node.syntax().text().to_string().to_lowercase().contains("analy")),
        // The rows that it makes are nobody's facts.
        S::SelectInto(_) => Beyond::Data,
        S::Rollback(_) => Beyond::TakesBack,
        S::CreateTable(_)
        | S::CreateTableAs(_)
        | S::CreateIndex(_)
        | S::CreateMaterializedView(_)
        | S::CreateSequence(_)
        | S::CreateExtension(_)
        | S::DropTable(_)
        | S::DropIndex(_)
        | S::DropView(_)
        | S::DropMaterializedView(_)
        | S::DropSequence(_)
        | S::DropExtension(_)
        | S::DropSchema(_)
        | S::DropFunction(_)
        | S::DropProcedure(_)
        | S::DropRoutine(_)
        | S::DropTrigger(_) => Beyond::Nothing,
        // They hold for the session, or are no more than a remark.
        S::Analyze(_)
        | S::Begin(_)
        | S::Checkpoint(_)
        | S::Close(_)
        | S::CommentOn(_)
        | S::Commit(_)
        | S::Deallocate(_)
        | S::Declare(_)
        | S::Discard(_)
        | S::EmptyStmt(_)
        | S::Fetch(_)
        | S::Listen(_)
        | S::Lock(_)
        | S::Move(_)
        | S::Prepare(_)
        | S::ReleaseSavepoint(_)
        | S::Reset(_)
        | S::ResetRole(_)
        | S::ResetSessionAuth(_)
        | S::SavepointCreate(_)
        | S::Set(_)
        | S::SetConstraints(_)
        | S::SetRole(_)
        | S::SetSessionAuth(_)
        | S::SetTransaction(_)
        | S::Show(_)
        | S::Unlisten(_) => Beyond::Nothing,
        S::AlterDomain(_)
        | S::AlterExtension(_)
        | S::AlterForeignTable(_)
        | S::AlterProcedure(_)
        | S::AlterRoutine(_)
        | S::AlterSchema(_)
        | S::Call(_)
        | S::CreateAggregate(_)
        | S::CreateForeignTable(_)
        | S::DropAggregate(_)
        | S::DropDomain(_)
        | S::DropForeignTable(_)
        | S::DropOwned(_)
        | S::Execute(_)
        | S::ImportForeignSchema(_)
        | S::Load(_)
        | S::PrepareTransaction(_) => Beyond::Schema,
        S::AlterAggregate(_)
        | S::AlterCollation(_)
        | S::AlterConversion(_)
        | S::AlterDatabase(_)
        | S::AlterDefaultPrivileges(_)
        | S::AlterEventTrigger(_)
        | S::AlterForeignDataWrapper(_)
        | S::AlterGroup(_)
        | S::AlterLanguage(_)
        | S::AlterLargeObject(_)
        | S::AlterOperator(_)
        | S::AlterOperatorClass(_)
        | S::AlterOperatorFamily(_)
        | S::AlterPolicy(_)
        | S::AlterPropertyGraph(_)
        | S::AlterPublication(_)
        | S::AlterRole(_)
        | S::AlterRule(_)
        | S::AlterServer(_)
        | S::AlterStatistics(_)
        | S::AlterSubscription(_)
        | S::AlterSystem(_)
        | S::AlterTablespace(_)
        | S::AlterTextSearchConfiguration(_)
        | S::AlterTextSearchDictionary(_)
        | S::AlterTextSearchParser(_)
        | S::AlterTextSearchTemplate(_)
        | S::AlterUser(_)
        | S::AlterUserMapping(_)
        | S::Cluster(_)
        | S::Copy(_)
        | S::CreateAccessMethod(_)
        | S::CreateCast(_)
        | S::CreateCollation(_)
        | S::CreateConversion(_)
        | S::CreateDatabase(_)
        | S::CreateDomain(_)
        | S::CreateEventTrigger(_)
        | S::CreateForeignDataWrapper(_)
        | S::CreateGroup(_)
        | S::CreateLanguage(_)
        | S::CreateOperator(_)
        | S::CreateOperatorClass(_)
        | S::CreateOperatorFamily(_)
        | S::CreatePolicy(_)
        | S::CreatePropertyGraph(_)
        | S::CreatePublication(_)
        | S::CreateRole(_)
        | S::CreateRule(_)
        | S::CreateServer(_)
        | S::CreateStatistics(_)
        | S::CreateSubscription(_)
        | S::CreateTablespace(_)
        | S::CreateTextSearchConfiguration(_)
        | S::CreateTextSearchDictionary(_)
        | S::CreateTextSearchParser(_)
        | S::CreateTextSearchTemplate(_)
        | S::CreateTransform(_)
        | S::CreateUser(_)
        | S::CreateUserMapping(_)
        | S::DropAccessMethod(_)
        | S::DropCast(_)
        | S::DropCollation(_)
        | S::DropConversion(_)
        | S::DropDatabase(_)
        | S::DropEventTrigger(_)
        | S::DropForeignDataWrapper(_)
        | S::DropGroup(_)
        | S::DropLanguage(_)
        | S::DropOperator(_)
        | S::DropOperatorClass(_)
        | S::DropOperatorFamily(_)
        | S::DropPolicy(_)
        | S::DropPropertyGraph(_)
        | S::DropPublication(_)
        | S::DropRole(_)
        | S::DropRule(_)
        | S::DropServer(_)
        | S::DropStatistics(_)
        | S::DropSubscription(_)
        | S::DropTablespace(_)
        | S::DropTextSearchConfig(_)
        | S::DropTextSearchDict(_)
        | S::DropTextSearchParser(_)
        | S::DropTextSearchTemplate(_)
        | S::DropTransform(_)
        | S::DropUser(_)
        | S::DropUserMapping(_)
        | S::Grant(_)
        | S::Notify(_)
        | S::Reassign(_)
        | S::Refresh(_)
        | S::Reindex(_)
        | S::Repack(_)
        | S::Revoke(_)
        | S::SecurityLabel(_)
        | S::Truncate(_)
        | S::Vacuum(_) => Beyond::Data,
    }
}

fn rows(table: Option<&impl AstNode>) -> Beyond {
    let name = table.and_then(|table| names(table.syntax()).pop());
    if name.is_some_and(|name| name.starts_with("pg_")) { Beyond::Schema } else { Beyond::Data }
}

/// A query writes rows in its WITH clause, or by what it calls; what a function does that is not the server's own, nobody knows.
fn query(node: &SyntaxNode) -> Beyond {
    match calls(node) {
        Some(name) if !is_of_the_server(&name) => Beyond::Schema,
        Some(_) => Beyond::Data,
        None if changes_rows(node) => Beyond::Data,
        None => Beyond::Nothing,
    }
}

/// Whether rows are written, in a WITH clause for example.
fn changes_rows(node: &SyntaxNode) -> bool {
    node.descendants().any(|node| {
        let kind = node.kind();
        ast::Insert::can_cast(kind)
            || ast::Update::can_cast(kind)
            || ast::Delete::can_cast(kind)
            || ast::Merge::can_cast(kind)
            || ast::IntoClause::can_cast(kind)
    })
}

fn is_shown(action: &ast::AlterTableAction) -> bool {
    use ast::AlterTableAction as A;
    matches!(
        action,
        A::AddColumn(_)
            | A::AddConstraint(_)
            | A::AlterColumn(_)
            | A::DropColumn(_)
            | A::DropConstraint(_)
            | A::RenameColumn(_)
            | A::RenameConstraint(_)
            | A::TableRenameTo(_)
            | A::SetSchema(_)
            | A::ValidateConstraint(_)
    )
}
