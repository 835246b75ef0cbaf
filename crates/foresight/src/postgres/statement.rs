//! SQL, over PostgreSQL's own grammar: what each statement does.

use squawk_syntax::SourceFile;
use squawk_syntax::ast::{self, AstNode};

use super::alter::alter_table;
use super::build::{self, divided, done};
use super::rules::Form;
use crate::names::{last, relation};
use crate::{Deed, Ground, LockMode, Touch, Work};

/// What the statements of a text do, in order.
pub(crate) fn of_sql(text: &str, ground: &Ground) -> Vec<Deed> {
    /// The parser recurses, and nothing that is written by hand is as long.
    const LONGEST: usize = 128 << 10;
    let parsed = if text.len() > LONGEST { None } else { Some(SourceFile::parse(text)) };
    let Some(parsed) = parsed.filter(|parsed| parsed.errors().is_empty()) else {
        return vec![unknown(text)];
    };
    let deeds = parsed.tree().stmts().flat_map(|statement| of_statement(&statement, ground));
    deeds.map(|deed| divided(ground, deed)).collect()
}

fn unknown(text: &str) -> Deed {
    let words: Vec<&str> = text.split_whitespace().take(5).collect();
    Deed::unknown(format!("execute {} …", words.join(" ")), "which locks it takes, and what it does")
}

fn of_statement(statement: &ast::Stmt, ground: &Ground) -> Vec<Deed> {
    use ast::Stmt as S;
    let schema = &ground.schema.default_schema;
    let on = |form, relation: Option<String>| match relation {
        Some(relation) => vec![done(ground, form, Some(&relation), &[])],
        None => vec![unknown(&statement.syntax().text().to_string())],
    };
    match statement {
        S::AlterTable(node) => match relation(node.table_relation_name().as_ref(), schema) {
            Some(table) => node.actions().flat_map(|action| alter_table(ground, &table, &action)).collect(),
            None => vec![unknown(&statement.syntax().text().to_string())],
        },
        S::CreateTable(node) => vec![create_table(ground, node)],
        S::CreateIndex(node) => on_index(ground, node),
        S::DropTable(node) => {
            let cascades = text_has(node.drop_behavior(), "cascade");
            let tables = node.table_name_refs().filter_map(|name| relation(Some(&name), schema));
            let tables = tables.filter(|table| node.if_exists().is_none() || ground.table(table).is_some());
            tables.map(|table| build::drop_table(ground, &table, cascades)).collect()
        }
        S::DropIndex(node) => {
            let concurrently = node.concurrently_token().is_some();
            let names = node.index_refs().filter_map(|index| last(Some(&index)));
            names.map(|name| build::drop_index(ground, Some(&name), None, concurrently)).collect()
        }
        S::AlterIndex(node) => match node.action() {
            Some(ast::AlterIndexAction::IndexRenameTo(_)) => vec![done(ground, Form::RenameIndex, None, &[])],
            _ => vec![unknown(&statement.syntax().text().to_string())],
        },
        S::CreateTrigger(node) => {
            on(Form::CreateTrigger, relation(node.on_relation().and_then(|on| on.relation_name_ref()).as_ref(), schema))
        }
        S::DropTrigger(node) => {
            on(Form::DropTrigger, relation(node.on_relation().and_then(|on| on.relation_name_ref()).as_ref(), schema))
        }
        S::CreatePolicy(node) => on(Form::CreatePolicy, on_table(node.on_table().as_ref(), schema)),
        S::AlterPolicy(node) => on(Form::CreatePolicy, on_table(node.on_table().as_ref(), schema)),
        S::DropPolicy(node) => on(Form::CreatePolicy, on_table(node.on_table().as_ref(), schema)),
        S::CreateRule(node) => {
            on(Form::CreatePolicy, relation(node.rule_on().and_then(|on| on.relation_name_ref()).as_ref(), schema))
        }
        S::DropRule(node) => {
            on(Form::CreatePolicy, relation(node.on_relation().and_then(|on| on.relation_name_ref()).as_ref(), schema))
        }
        S::CreateView(node) => match relation(node.view().as_ref(), schema) {
            Some(view) if ground.schema.views.contains(&view) => on(Form::ReplaceView, Some(view)),
            _ => vec![done(ground, Form::CreateObject, None, &[])],
        },
        S::DropView(node) => drop_views(ground, node.view_refs(), node.if_exists().is_some()),
        S::DropMaterializedView(node) => drop_views(ground, node.view_refs(), node.if_exists().is_some()),
        S::Refresh(node) => {
            let form = if node.concurrently_token().is_some() { Form::RefreshConcurrently } else { Form::Refresh };
            on(form, relation(node.view_ref().as_ref(), schema))
        }
        S::Reindex(node) => match node.reindex_target() {
            Some(ast::ReindexTarget::ReindexTargetTable(target)) if node.reindex_option_list().is_none() => {
                let concurrently = target.concurrently_token().is_some();
                let form = if concurrently { Form::ReindexConcurrently } else { Form::Reindex };
                on(form, relation(target.table_name_ref().as_ref(), schema))
            }
            _ => vec![unknown(&statement.syntax().text().to_string())],
        },
        S::Cluster(node) => on(Form::Cluster, relation(node.table_name_ref().as_ref(), schema)),
        S::Vacuum(node) if node.full_token().is_some() => {
            let tables = node.table_and_columns_list();
            let table = tables.and_then(|list| list.table_and_columnss().next());
            on(Form::VacuumFull, relation(table.and_then(|table| table.table_relation_name()).as_ref(), schema))
        }
        S::Analyze(node) => {
            let listed = node.table_and_columns_list();
            let tables = listed.iter().flat_map(|list| list.table_and_columnss());
            let tables = tables.filter_map(|table| relation(table.table_relation_name().as_ref(), schema));
            tables.map(|table| done(ground, Form::Analyze, Some(&table), &[])).collect()
        }
        S::CommentOn(node) => match node.comment_object() {
            Some(ast::CommentObject::ObjectTable(object)) => {
                on(Form::CommentOn, relation(object.table_name_ref().as_ref(), schema))
            }
            Some(ast::CommentObject::ObjectColumn(object)) => {
                let mut parts = object.name().map(|name| crate::names::parts(name.syntax())).unwrap_or_default();
                parts.pop();
                let table = parts.pop();
                let place = parts.pop().filter(|place| place != schema);
                on(Form::CommentOn, table.map(|table| place.map(|place| format!("{place}.{table}")).unwrap_or(table)))
            }
            _ => vec![Deed::plain("comment")],
        },
        S::Insert(node) => on(Form::Insert, relation(node.relation_name_ref().as_ref(), schema)),
        S::Update(node) => written(
            ground,
            Form::Update,
            relation(node.relation_name().as_ref(), schema),
            node.where_clause_or_current_of().is_some(),
        ),
        S::Delete(node) => written(
            ground,
            Form::Delete,
            relation(node.relation_name().as_ref(), schema),
            node.where_clause_or_current_of().is_some(),
        ),
        S::Truncate(node) => truncate(ground, node),
        S::Lock(node) => lock(ground, node),
        S::Select(_) | S::CompoundSelect(_) | S::ParenSelect(_) | S::Values(_) | S::Table(_) => {
            query(ground, statement)
        }
        S::CreateTableAs(_) | S::SelectInto(_) | S::CreateMaterializedView(_) => {
            let what = "create a table with the rows of a query";
            vec![Deed { what: what.to_owned(), ..done(ground, Form::CreateTable, None, &[]) }]
        }
        other => of_others(other, ground),
    }
}

/// What is no table, and what only holds for the session.
fn of_others(statement: &ast::Stmt, ground: &Ground) -> Vec<Deed> {
    use ast::Stmt as S;
    let text = statement.syntax().text().to_string();
    let words: Vec<&str> = text.split_whitespace().take(3).collect();
    let what = words.join(" ").to_lowercase();
    match statement {
        S::Set(_)
        | S::Reset(_)
        | S::Show(_)
        | S::Begin(_)
        | S::Commit(_)
        | S::EmptyStmt(_)
        | S::SetConstraints(_)
        | S::SetRole(_)
        | S::SetTransaction(_)
        | S::SavepointCreate(_)
        | S::ReleaseSavepoint(_)
        | S::Notify(_) => Vec::new(),
        S::DropType(_) | S::DropSequence(_) | S::DropFunction(_) | S::DropSchema(_) | S::DropExtension(_)
            if text.to_lowercase().contains("cascade") =>
        {
            vec![Deed::unknown(what, "what goes along with it")]
        }
        S::AlterFunction(_)
        | S::AlterSequence(_)
        | S::AlterType(_)
        | S::CreateCollation(_)
        | S::CreateDomain(_)
        | S::CreateExtension(_)
        | S::CreateFunction(_)
        | S::CreateProcedure(_)
        | S::CreateRole(_)
        | S::CreateSchema(_)
        | S::CreateSequence(_)
        | S::CreateType(_)
        | S::DropFunction(_)
        | S::DropProcedure(_)
        | S::DropSchema(_)
        | S::DropSequence(_)
        | S::DropType(_)
        | S::Grant(_)
        | S::Revoke(_) => vec![Deed { what, ..done(ground, Form::CreateObject, None, &[]) }],
        _ => vec![unknown(&text)],
    }
}

fn text_has(node: Option<impl AstNode>, word: &str) -> bool {
    node.is_some_and(|node| node.syntax().text().to_string().to_lowercase().contains(word))
}

fn on_table(node: Option<&ast::OnTable>, schema: &str) -> Option<String> {
    let mut parts = crate::names::parts(node?.syntax());
    let name = parts.pop()?;
    match parts.pop() {
        Some(place) if place != "on" && place != schema => Some(format!("{place}.{name}")),
        _ => Some(name),
    }
}

fn drop_views(ground: &Ground, views: impl Iterator<Item = ast::ViewRef>, if_exists: bool) -> Vec<Deed> {
    let names = views.filter_map(|view| relation(Some(&view), &ground.schema.default_schema));
    let there = names.filter(|view| !if_exists || ground.schema.views.contains(view));
    there.map(|view| done(ground, Form::DropView, Some(&view), &[])).collect()
}

fn create_table(ground: &Ground, node: &ast::CreateTable) -> Deed {
    let schema = &ground.schema.default_schema;
    let name = relation(node.table_name().as_ref(), schema);
    if let Some(parent) = node.partition_of() {
        let parent = relation(parent.table_name_ref().as_ref(), schema);
        let others: Vec<String> = parent.into_iter().collect();
        return Deed { relation: name, ..done(ground, Form::CreatePartition, None, &others) };
    }
    let references = node.syntax().descendants().filter_map(|inner| {
        match (ast::ForeignKeyConstraint::cast(inner.clone()), ast::ReferencesConstraint::cast(inner)) {
            (Some(key), _) => relation(key.table_name_ref().as_ref(), schema),
            (_, Some(key)) => relation(key.table().as_ref(), schema),
            _ => None,
        }
    });
    let mut others: Vec<String> = references.filter(|target| Some(target) != name.as_ref()).collect();
    others.sort();
    others.dedup();
    if node.if_not_exists().is_some() && name.as_ref().is_some_and(|name| ground.table(name).is_some()) {
        others.clear();
    }
    let mut deed = Deed { relation: name, ..done(ground, Form::CreateTable, None, &others) };
    let parents = node.inherits();
    for parent in parents.iter().flat_map(|inherits| inherits.table_name_refs()) {
        if let Some(relation) = relation(Some(&parent), schema) {
            let made_here = ground.made.contains(&relation);
            deed.touches.push(Touch { relation, mode: Some(LockMode::ShareUpdateExclusive), made_here });
        }
    }
    deed
}

fn on_index(ground: &Ground, node: &ast::CreateIndex) -> Vec<Deed> {
    let Some(table) = relation(node.table_relation_name().as_ref(), &ground.schema.default_schema) else {
        return vec![unknown(&node.syntax().text().to_string())];
    };
    let name = last(node.index().as_ref());
    let is_there =
        || name.is_some_and(|name| ground.schema.tables.values().any(|held| held.indexes.contains_key(&name)));
    if node.if_not_exists().is_some() && is_there() {
        return Vec::new();
    }
    let items = node.partition_item_list();
    let columns = items.iter().flat_map(|items| items.partition_items()).map(|item| match item.expr() {
        Some(expression @ ast::Expr::NameRef(_)) => last(Some(&expression)),
        _ => None,
    });
    let columns: Option<Vec<String>> = columns.collect();
    let only = node.where_clause().and_then(|clause| clause.expr()).map(|expr| expr.syntax().text().to_string());
    let unique = node.unique_token().is_some().then_some(columns.as_deref());
    vec![build::create_index(ground, &table, unique, node.concurrently_token().is_some(), only.as_deref())]
}

/// Rows that are updated or deleted: those that a condition meets, or all.
fn written(ground: &Ground, form: Form, table: Option<String>, has_condition: bool) -> Vec<Deed> {
    let Some(table) = table else { return vec![Deed::unknown(form.words(), "of which table")] };
    let mut deed = done(ground, form, Some(&table), &[]);
    if !has_condition {
        deed.what = format!("{} without WHERE: all of them", form.words());
        deed.loss = (form == Form::Delete).then(|| build::delete_all(&table));
    }
    vec![deed]
}

fn truncate(ground: &Ground, node: &ast::Truncate) -> Vec<Deed> {
    let cascades = text_has(node.drop_behavior(), "cascade");
    let listed = node.table_list();
    let names = listed.iter().flat_map(|list| list.table_relation_names());
    let tables: Vec<String> = names.filter_map(|name| relation(Some(&name), &ground.schema.default_schema)).collect();
    let each = tables.iter().map(|table| {
        let referring: Vec<String> =
            ground.all_referring(table, cascades).into_iter().filter(|name| !tables.contains(name)).collect();
        let others = if cascades { referring.clone() } else { Vec::new() };
        let mut deed = done(ground, Form::Truncate, Some(table), &others);
        deed.loss = Some(build::delete_all(table));
        if !cascades && !referring.is_empty() {
            deed.fails = Some(format!("{} refers to the table", referring.join(", ")));
        } else if cascades && !referring.is_empty() {
            deed.remark = Some(format!("it empties {}, too", referring.join(", ")));
        }
        deed
    });
    each.collect()
}

fn lock(ground: &Ground, node: &ast::Lock) -> Vec<Deed> {
    let mode = node.lock_mode_clause().and_then(|clause| clause.lock_mode());
    let mode = match &mode {
        None => Some(LockMode::AccessExclusive),
        Some(mode) => LockMode::named(&mode.syntax().text().to_string()),
    };
    let listed = node.relation_list();
    let names = listed.iter().flat_map(|list| list.relation_names());
    let names = names.filter_map(|name| relation(Some(&name), &ground.schema.default_schema));
    let each = names.map(|name| {
        let mut deed = done(ground, Form::LockTable, Some(&name), &[]);
        deed.touches.iter_mut().for_each(|touch| touch.mode = mode);
        deed
    });
    each.collect()
}

/// Functions of the server's own that change nothing but what they are given.
const HARMLESS: [&str; 16] = [
    "coalesce",
    "count",
    "current_database",
    "current_schema",
    "current_setting",
    "exists",
    "format",
    "lower",
    "max",
    "min",
    "now",
    "set_config",
    "setval",
    "sum",
    "to_regclass",
    "upper",
];

/// A query writes rows in its WITH clause, or by what it calls.
fn query(ground: &Ground, statement: &ast::Stmt) -> Vec<Deed> {
    let node = statement.syntax();
    let writes = node.descendants().any(|inner| {
        let kind = inner.kind();
        ast::Insert::can_cast(kind) || ast::Update::can_cast(kind) || ast::Delete::can_cast(kind)
    });
    let mut calls = node.descendants().filter_map(ast::CallExpr::cast).filter_map(|call| last_before(&call));
    let stranger = calls.find(|name| !HARMLESS.contains(&name.as_str()));
    match (writes, stranger) {
        (true, _) => vec![Deed::unknown("a query that writes", "which rows it writes")],
        (_, Some(name)) => vec![Deed::unknown(format!("call {name}()"), "what the function does")],
        _ => vec![Deed { work: Work::Nothing, ..done(ground, Form::Query, None, &[]) }],
    }
}

/// The name of what is called.
fn last_before(call: &ast::CallExpr) -> Option<String> {
    let text = call.syntax().text().to_string();
    let before = text.split('(').next()?.trim().to_lowercase();
    before.rsplit('.').next().map(|name| name.trim_matches('"').to_owned())
}
