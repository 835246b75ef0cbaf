//! Views, sequences, functions, triggers and what else has only a name.

use squawk_syntax::ast::{self, AstNode};

use super::Interpreter;
use super::sql_cascade::cascades;
use super::sql_name::{last_name, names};
use super::sql_table::is_temporary;
use schema::Subject;
use schema::operation::{OperationKind, Reach};

impl Interpreter<'_> {
    /// What of a statement is about something that has nothing but a name; the others are none of these.
    pub(super) fn object_of_sql(&mut self, statement: &ast::Stmt) {
        if let Some((subject, replaces)) = self.created(statement) {
            self.record_create(subject, replaces);
            return;
        }
        if let Some((from, to)) = self.renamed(statement) {
            self.record_drop(from);
            self.record_create(to, false);
            return;
        }
        let (dropped, lenient, along) = self.dropped(statement);
        for subject in dropped {
            self.drop_object(subject, lenient, along);
        }
    }

    /// What is made, and whether it may stand in the place of another.
    fn created(&mut self, statement: &ast::Stmt) -> Option<(Subject, bool)> {
        use ast::Stmt as S;
        match statement {
            S::CreateView(node) if is_temporary(node.persistence()) => {
                node.view().and_then(|view| last_name(&view)).iter().for_each(|name| self.note_temporary(name));
                None
            }
            S::CreateView(node) => {
                let view = self.new_relation(node.view().as_ref())?;
                self.note_view(&view, node.query().as_ref());
                Some((Subject::View(view), node.or_replace().is_some()))
            }
            S::CreateMaterializedView(node) => {
                let view = self.new_relation(node.view().as_ref())?;
                self.note_view(&view, node.query().as_ref());
                Some((Subject::View(view), false))
            }
            S::CreateSequence(node) if is_temporary(node.persistence()) => None,
            S::CreateSequence(node) => {
                let sequence = Subject::Sequence(self.new_relation(node.sequence().as_ref())?);
                if node.sequence_options().any(|option| owned(&option)) {
                    // It goes with the column that owns it.
                    self.perhaps(|interpreter| interpreter.record_create(sequence, false));
                    return None;
                }
                Some((sequence, false))
            }
            S::CreateExtension(node) => Some((Subject::Extension(last_name(&node.extension()?)?), false)),
            S::CreateSchema(node) => {
                let name = names(node.create_schema_target()?.syntax()).into_iter().next()?;
                Some((Subject::Namespace(name), false))
            }
            S::CreateFunction(node) => {
                let name = self.new_relation(node.name().as_ref())?;
                self.note_function(&name, node.param_list());
                Some((Subject::Function(name), node.or_replace().is_some()))
            }
            S::CreateProcedure(node) => {
                let name = self.new_relation(node.name().as_ref())?;
                self.note_function(&name, node.param_list());
                Some((Subject::Function(name), node.or_replace().is_some()))
            }
            S::CreateTrigger(node) => {
                let table = self.relation(node.on_relation()?.relation_name_ref().as_ref())?;
                Some((Subject::Trigger(table, last_name(&node.trigger()?)?), node.or_replace().is_some()))
            }
            _ => None,
        }
    }

    fn renamed(&mut self, statement: &ast::Stmt) -> Option<(Subject, Subject)> {
        use ast::Stmt as S;
        match statement {
            S::AlterView(node) => {
                let from = self.relation(node.view_ref().as_ref())?;
                let to = match node.action()? {
                    ast::AlterViewAction::ViewRenameTo(to) => beside(&from, &last_name(&to)?),
                    ast::AlterViewAction::SetSchema(to) => self.moved(&from, &last_name(&to)?),
                    ast::AlterViewAction::AlterViewColumn(_)
                    | ast::AlterViewAction::OwnerTo(_)
                    | ast::AlterViewAction::RenameColumn(_)
                    | ast::AlterViewAction::ResetOptions(_)
                    | ast::AlterViewAction::SetOptions(_) => return None,
                };
                Some((Subject::View(from), Subject::View(to)))
            }
            S::AlterMaterializedView(node) => {
                let from = self.relation(node.view_ref().as_ref())?;
                let to = node.action().find_map(|action| match action {
                    ast::AlterMaterializedViewAction::ViewRenameTo(to) => last_name(&to),
                    _ => None,
                })?;
                Some((Subject::View(from.clone()), Subject::View(beside(&from, &to))))
            }
            S::AlterSequence(node) => {
                let from = self.relation(node.sequence_ref().as_ref())?;
                for action in node.actions() {
                    match action {
                        ast::AlterSequenceAction::SequenceRenameTo(to) => {
                            let to = beside(&from, &last_name(&to.sequence()?)?);
                            return Some((Subject::Sequence(from), Subject::Sequence(to)));
                        }
                        ast::AlterSequenceAction::SequenceOption(option) if owned(&option) => {
                            let sequence = Subject::Sequence(from.clone());
                            self.perhaps(|interpreter| interpreter.record_drop(sequence));
                        }
                        ast::AlterSequenceAction::SetSchema(to) => {
                            let to = self.moved(&from, &last_name(&to)?);
                            return Some((Subject::Sequence(from), Subject::Sequence(to)));
                        }
                        ast::AlterSequenceAction::OwnerTo(_)
                        | ast::AlterSequenceAction::SetLogged(_)
                        | ast::AlterSequenceAction::SetUnlogged(_)
                        | ast::AlterSequenceAction::SequenceOption(_) => {}
                    }
                }
                None
            }
            S::AlterFunction(node) => {
                let from = self.relation(node.function_sig()?.function_name_ref().as_ref())?;
                let Some(ast::AlterFunctionAction::FunctionRenameTo(to)) = node.action() else { return None };
                let to = beside(&from, &last_name(&to)?);
                Some((Subject::Function(from), Subject::Function(to)))
            }
            S::AlterTrigger(node) => {
                let table = self.relation(node.on_relation()?.relation_name_ref().as_ref())?;
                let from = last_name(&node.trigger_ref()?)?;
                let Some(ast::AlterTriggerAction::TriggerRenameTo(to)) = node.action() else { return None };
                Some((Subject::Trigger(table.clone(), from), Subject::Trigger(table, last_name(&to)?)))
            }
            _ => None,
        }
    }

    /// What is dropped, whether it need not be there, and whether what needs it goes along.
    fn dropped(&mut self, statement: &ast::Stmt) -> (Vec<Subject>, bool, bool) {
        use ast::Stmt as S;
        let all = |names: Vec<Option<String>>, of: fn(String) -> Subject| names.into_iter().flatten().map(of).collect();
        match statement {
            S::DropView(node) => {
                let names = node.view_refs().map(|name| self.relation(Some(&name))).collect();
                (all(names, Subject::View), node.if_exists().is_some(), cascades(node.drop_behavior()))
            }
            S::DropMaterializedView(node) => {
                let names = node.view_refs().map(|name| self.relation(Some(&name))).collect();
                (all(names, Subject::View), node.if_exists().is_some(), cascades(node.drop_behavior()))
            }
            S::DropSequence(node) => {
                let names = node.sequence_refs().map(|name| self.relation(Some(&name))).collect();
                (all(names, Subject::Sequence), node.if_exists().is_some(), cascades(node.drop_behavior()))
            }
            S::DropExtension(node) => {
                let names = node.extension_refs().map(|name| last_name(&name)).collect();
                (all(names, Subject::Extension), node.if_exists().is_some(), cascades(node.drop_behavior()))
            }
            S::DropSchema(node) => {
                let names = node.schema_refs().map(|name| last_name(&name)).collect();
                (all(names, Subject::Namespace), node.if_exists().is_some(), cascades(node.drop_behavior()))
            }
            S::DropFunction(node) => {
                let list = node.function_sig_list();
                let functions = list.iter().flat_map(|list| list.function_sigs());
                let names = functions.map(|function| self.relation(function.function_name_ref().as_ref())).collect();
                (all(names, Subject::Function), node.if_exists().is_some(), cascades(node.drop_behavior()))
            }
            S::DropProcedure(_) | S::DropRoutine(_) => {
                self.record(OperationKind::Unread(Reach::Objects));
                (Vec::new(), true, false)
            }
            S::DropTrigger(node) => {
                let table = node.on_relation().and_then(|on| self.relation(on.relation_name_ref().as_ref()));
                let name = node.trigger_ref().and_then(|name| last_name(&name));
                let trigger = table.zip(name).map(|(table, name)| Subject::Trigger(table, name));
                (trigger.into_iter().collect(), node.if_exists().is_some(), false)
            }
            _ => (Vec::new(), false, false),
        }
    }

    fn drop_object(&mut self, subject: Subject, lenient: bool, along: bool) {
        let held = &self.recorder.simulation.schema;
        let there = match &subject {
            Subject::View(name) => held.views.contains(name) || self.hides(name),
            Subject::Sequence(name) => held.sequences.contains(name),
            Subject::Function(name) => held.functions.contains(name),
            Subject::Extension(name) => held.extensions.contains(name),
            Subject::Namespace(name) => held.namespaces.contains(name),
            Subject::Trigger(table, name) => held.triggers.contains(&(table.clone(), name.clone())),
            Subject::Table(..) | Subject::Enum(_) => false,
        };
        if along {
            match &subject {
                Subject::View(name) => self.cascade_to_views(name),
                Subject::Namespace(name) => self.cascade_to_schema(name),
                Subject::Function(_) => self.record(OperationKind::Unread(Reach::Objects)),
                Subject::Extension(_) => {
                    self.record(OperationKind::Unread(Reach::Objects));
                    self.unread(super::UnreadKind::Schema, "it drops an extension and all that needs it");
                }
                Subject::Sequence(_) | Subject::Trigger(..) | Subject::Table(..) | Subject::Enum(_) => {}
            }
        }
        if lenient && !there {
            return;
        }
        match &subject {
            // Another of the name may be left, or the one that is there have other parameters.
            Subject::Function(name) if lenient || self.functions.get(name).is_some_and(|held| held.len() > 1) => {
                self.perhaps(|interpreter| interpreter.record_drop(subject));
            }
            _ => self.record_drop(subject),
        }
    }

    /// Several functions may have one name.
    fn note_function(&mut self, name: &str, parameters: Option<ast::ParamList>) {
        let text = parameters.map(|list| list.syntax().text().to_string().to_lowercase()).unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.functions.entry(name.to_owned()).or_default().insert(text);
    }

    fn moved(&self, name: &str, schema: &str) -> String {
        self.recorder.simulation.qualify(name.rsplit('.').next().unwrap_or(name), Some(schema))
    }
}

/// Another name in the same schema.
pub(super) fn beside(name: &str, to: &str) -> String {
    name.rsplit_once('.').map_or_else(|| to.to_owned(), |(schema, _)| format!("{schema}.{to}"))
}

/// Whether a sequence gets an owner.
fn owned(option: &ast::SequenceOption) -> bool {
    matches!(option, ast::SequenceOption::OptionOwnedBy(node) if !node.syntax().text().to_string().to_lowercase().ends_with("none"))
}
