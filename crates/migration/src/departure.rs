//! What may have run: a branch, and all that follows a `return`, `break` or `continue` that nobody can say is reached.
//!
//! After `if unknown: return` the rest of the function stands under a guard, exactly as if it were the body of an `if`,
//! and so it does to the end of the loop after a `break`, and of the round after a `continue`.

use ruff_python_ast::visitor::Visitor;
use ruff_python_ast::{Expr, Stmt};

use super::leaving::Leaving;
use super::reach::may_operate_in;
use super::recorder::Attempted;
use super::statement::{Flow, Frame};
use super::{Interpreter, UnreadKind};

/// How often the function that is followed may have been left so far, by what; each is one guard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Departures {
    pub(super) returns: u32,
    pub(super) breaks: u32,
    pub(super) continues: u32,
}

impl Departures {
    fn guards(self) -> u32 {
        self.returns + self.breaks + self.continues
    }

    fn since(self, before: Self) -> Self {
        Self {
            returns: self.returns - before.returns,
            breaks: self.breaks - before.breaks,
            continues: self.continues - before.continues,
        }
    }
}

impl Interpreter<'_> {
    /// The body of a function: how it ends, and whether it may have returned before.
    pub(super) fn body(&mut self, body: &[Stmt], frame: &Frame) -> (Flow, bool) {
        let outer = self.departures;
        let flow = self.block(body, frame);
        let returned = self.departures.returns > outer.returns;
        let flow = self.settle(flow, returned);
        self.return_to(outer);
        (flow, returned)
    }

    /// A branch that may not have run ends so: what it leaves is not left for certain.
    pub(super) fn depart(&mut self, flow: Flow) {
        self.leave(match flow {
            Flow::Return(_) => Departures { returns: 1, ..Departures::default() },
            Flow::Break => Departures { breaks: 1, ..Departures::default() },
            Flow::Continue => Departures { continues: 1, ..Departures::default() },
            Flow::Next | Flow::Stop => Departures::default(),
        });
    }

    /// As [`Self::tried`]; what it leaves is left to the caller.
    pub(super) fn apart(&mut self, run: impl FnOnce(&mut Self) -> Flow) -> (Attempted, Departures) {
        let before = self.departures;
        let outcome = self.tried(run);
        let more = self.departures.since(before);
        self.return_to(before);
        (outcome, more)
    }

    pub(super) fn leave(&mut self, more: Departures) {
        if more != Departures::default() {
            self.guard_at.get_or_insert(self.at);
            self.recorder.guard = Some(self.line());
        }
        self.recorder.guarded += more.guards();
        self.departures.returns += more.returns;
        self.departures.breaks += more.breaks;
        self.departures.continues += more.continues;
    }

    pub(super) fn return_to(&mut self, before: Departures) {
        let gone = self.departures.guards().saturating_sub(before.guards());
        self.recorder.guarded = self.recorder.guarded.saturating_sub(gone);
        self.departures = before;
    }

    /// How something ends that may have been left before its end: an exception there was not met by what has been
    /// applied.
    pub(super) fn settle(&mut self, flow: Flow, left: bool) -> Flow {
        if left && self.raised {
            self.raised = false;
            return Flow::Next;
        }
        flow
    }

    /// Something that may have run.
    pub(super) fn possibly(&mut self, run: impl FnOnce(&mut Self) -> Flow) {
        let at = self.at;
        self.guard_at.get_or_insert(at);
        let outer = self.recorder.guard.replace(self.lines.at(at));
        self.recorder.guarded += 1;
        self.begin();
        let before = self.recorder.changes;
        let flow = run(self);
        (self.at, self.recorder.guard) = (at, outer);
        self.recorder.simulation.undecided |= self.recorder.changes > before;
        if std::mem::take(&mut self.raised) {
            let outcome = self.recorder.roll_back();
            self.recorder.accept_with_doubt(outcome);
        } else {
            self.recorder.keep();
        }
        self.recorder.guarded = self.recorder.guarded.saturating_sub(1);
        self.depart(flow);
    }

    /// What is kept to take it back has its size.
    fn begin(&mut self) {
        let size = self.recorder.begin();
        self.spend(size);
    }

    /// A body that may run or not, or once out of many times.
    pub(super) fn maybe(&mut self, body: &[Stmt], frame: &Frame) {
        if self.may_operate(body, frame) {
            self.possibly(|interpreter| interpreter.block(body, frame));
            self.forget(body, frame);
        } else {
            self.pass_by(body, frame);
        }
    }

    /// An expression that may have been evaluated, and is not.
    pub(super) fn pass_over(&mut self, expression: &Expr, frame: &Frame) {
        let mut leaving = Leaving::default();
        leaving.visit_expr(expression);
        self.acted |= leaving.calls;
        self.data |= leaving.acts;
        self.forget_expression(expression, frame);
        if may_operate_in(expression) || self.effects_of(expression, frame).operates {
            self.unread(UnreadKind::Either, "it may change the schema inside an expression that cannot be evaluated");
        }
    }

    /// A body that may have run and changes nothing.
    pub(super) fn pass_by(&mut self, body: &[Stmt], frame: &Frame) {
        self.forget(body, frame);
        let mut leaving = Leaving::default();
        leaving.visit_body(body);
        self.acted |= leaving.calls;
        self.data |= leaving.acts;
        self.leave(leaving.found);
    }

    /// What came of it, for its caller to accept.
    pub(super) fn tried(&mut self, run: impl FnOnce(&mut Self) -> Flow) -> Attempted {
        self.begin();
        let (at, before) = (self.at, self.recorder.changes);
        self.guard_at.get_or_insert(at);
        let flow = run(self);
        self.taken_back(flow, at, before)
    }

    /// As [`Self::tried`]. `None`: it has gone through, and is kept; that it may do where nobody but the server can fail.
    pub(super) fn tried_unless(&mut self, run: impl FnOnce(&mut Self) -> Flow, server: bool) -> Option<Attempted> {
        self.begin();
        let (at, guard_at, before) = (self.at, self.guard_at, self.recorder.changes);
        self.guard_at.get_or_insert(at);
        let (flow, through) = self.goes_through(run);
        if server && through {
            (self.at, self.guard_at) = (at, guard_at);
            self.recorder.keep();
            return None;
        }
        Some(self.taken_back(flow, at, before))
    }

    fn taken_back(&mut self, flow: Flow, at: u32, before: u32) -> Attempted {
        self.at = at;
        self.recorder.simulation.undecided |= self.recorder.changes > before;
        self.raised = false;
        self.depart(flow);
        self.recorder.roll_back()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{facts_of, said};
    use schema::{Belief, State, Subject, TableSubject};

    /// What is said of a column that starts out as NOT NULL and is altered in the course of this.
    fn altered(body: &str) -> Option<Belief<State>> {
        let table = "op.create_table('t', sa.Column('a', sa.Integer, nullable=False))\n    ";
        let facts = facts_of(&format!("{table}{body}"));
        said(&facts, &Subject::Table("t".to_owned(), TableSubject::Nullable("a".to_owned())))
    }

    #[test]
    fn what_may_not_have_run_is_no_proof() {
        const ALTER: &str = "op.alter_column('t', 'a', nullable=True)";
        let changed = Some(Belief::Known(State::Flag(true)));
        let unchanged = Some(Belief::Known(State::Flag(false)));
        let unknown = Some(Belief::Unknown);
        let cases = [
            ("X", &changed),
            ("if ask():\n        X", &unknown),
            ("if ask():\n        return\n    X", &unknown),
            ("if ask():\n        print(1)\n    X", &changed),
            ("if ask():\n        for b in c():\n            return\n    X", &unknown),
            ("if ask():\n        for b in c():\n            break\n    X", &changed),
            ("if ask():\n        op.drop_table('u')\n        return\n    X", &unknown),
            ("if ask():\n        return\n    else:\n        return\n    X", &unchanged),
            ("if ask():\n        raise ValueError\n    X", &changed),
            ("if ask():\n        raise ValueError\n    else:\n        X", &changed),
            ("if ask():\n        X\n    else:\n        raise ValueError", &changed),
            ("if ask():\n        op.drop_table('u')\n        raise ValueError\n    X", &changed),
            ("if ask():\n        return\n    raise ValueError\n    X", &unchanged),
            ("for b in [1, 2]:\n        if ask():\n            continue\n        X", &unknown),
            ("for b in [1, 2]:\n        if ask():\n            continue\n    X", &changed),
            ("for b in [1, 2]:\n        if ask():\n            break\n    else:\n        X", &unknown),
            ("for b in [1, 2]:\n        if ask():\n            break\n    X", &changed),
            ("for b in [1, 2]:\n        if ask():\n            return\n    X", &unknown),
            ("for b in [1, 2]:\n        if ask():\n            break\n        return\n    X", &unknown),
            ("for b in [1, 2]:\n        return\n    X", &unchanged),
            ("for b in ask():\n        return\n    X", &unknown),
            ("while ask():\n        return\n    X", &unknown),
            ("try:\n        X\n    except ValueError:\n        pass", &unknown),
            ("try:\n        X\n    except ValueError:\n        raise", &changed),
            ("try:\n        ask()\n    except ValueError:\n        X", &unknown),
            ("try:\n        ask()\n    except ValueError:\n        return\n    X", &unknown),
            ("try:\n        ask()\n    except ValueError:\n        raise\n    else:\n        X", &changed),
            ("try:\n        ask()\n    except ValueError:\n        return\n    else:\n        X", &unknown),
            ("try:\n        ask()\n    except ValueError:\n        pass\n    finally:\n        X", &changed),
            ("try:\n        return\n    finally:\n        X", &changed),
            ("def f():\n        if ask():\n            return\n        print(1)\n    f()\n    X", &changed),
            ("def f():\n        if ask():\n            return\n        X\n    f()", &unknown),
            ("def f():\n        if ask():\n            return 1\n    if f():\n        X", &unknown),
            (
                "def f():\n        try:\n            return False\n        except ValueError:\n            return True\n    if f():\n        X",
                &unchanged,
            ),
            (
                "try:\n        X\n    except ValueError as e:\n        if 'x' in str(e):\n            return\n        raise",
                &unknown,
            ),
            ("try:\n        return F.a\n    except ValueError:\n        pass\n    X", &unknown),
            (
                "b = False\n    try:\n        op.drop_table('u')\n    except ValueError:\n        op.drop_table('v')\n        b = True\n    \
                 if b:\n        return\n    X",
                &unknown,
            ),
            (
                "b = 0\n    if ask():\n        op.drop_table('u')\n        b = 1\n    if b:\n        return\n    X",
                &unknown,
            ),
            (
                "try:\n        try:\n            raise ValueError\n        finally:\n            X\n    except ValueError:\n        pass",
                &unknown,
            ),
            ("if ask():\n        X\n        return\n    else:\n        X", &changed),
            ("for b in F.items:\n        pass\n    else:\n        X", &changed),
            (
                "for b in [1]:\n        for c in F.items:\n            pass\n        else:\n            break\n        X",
                &unchanged,
            ),
            (
                "for b in [1]:\n        for c in F.items:\n            break\n        else:\n            break\n        X",
                &unknown,
            ),
            ("F.flag and X", &unknown),
            ("X if F.flag else None", &unchanged),
            (
                "b = 't'\n    match ask():\n        case [b, _]:\n            pass\n    op.alter_column(b, 'a', nullable=True)",
                &unchanged,
            ),
            ("match op.get_bind().dialect.name:\n        case 'sqlite':\n            return\n    X", &changed),
            (
                "match op.get_bind().dialect.name:\n        case 'sqlite' | 'postgresql':\n            return\n    X",
                &unchanged,
            ),
            (
                "match op.get_bind().dialect.name:\n        case 'sqlite':\n            pass\n        case _:\n            X",
                &changed,
            ),
            ("match ask():\n        case 1:\n            return\n    X", &unknown),
            ("match ask():\n        case 1:\n            X\n        case other:\n            pass", &unknown),
        ];
        for (body, expected) in cases {
            assert_eq!(altered(&body.replace('X', ALTER)).as_ref(), expected.as_ref(), "{body}");
        }
    }

    #[test]
    fn a_guarded_default_is_unknown() {
        let default = Subject::Table("t".to_owned(), TableSubject::Default("a".to_owned()));
        let table = "op.create_table('t', sa.Column('a', sa.Integer))\n    ";
        let body = format!("{table}if ask():\n        op.alter_column('t', 'a', server_default='1')");
        assert_eq!(said(&facts_of(&body), &default), Some(Belief::Unknown));
    }

    #[test]
    fn what_a_guard_that_nobody_can_evaluate_makes_is_unknown() {
        let column = Subject::Table("t".to_owned(), TableSubject::Column("b".to_owned()));
        let table = "op.create_table('t', sa.Column('a', sa.Integer))\n    ";
        let body = format!("{table}if ask():\n        return\n    op.add_column('t', sa.Column('b', sa.Integer))");
        assert_eq!(said(&facts_of(&body), &column), Some(Belief::Unknown));
        let (made, itself) = ("op.create_table('u', sa.Column('a', sa.Integer))", table_itself("u"));
        let (dropped, old) = ("op.drop_table('t')", table_itself("t"));
        let moved = "op.rename_table('t', 'u')";
        for guard in ["if ask():\n        ", "if ask():\n        return\n    ", "for a in ask():\n        "] {
            assert_eq!(said(&facts_of(&format!("{table}{guard}{made}")), &itself), Some(Belief::Unknown), "{guard}");
            assert_eq!(said(&facts_of(&format!("{table}{guard}{dropped}")), &old), Some(Belief::Unknown), "{guard}");
            let renamed = facts_of(&format!("{table}{guard}{moved}"));
            assert_eq!(said(&renamed, &old), Some(Belief::Unknown), "{guard}");
            assert_eq!(said(&renamed, &itself), Some(Belief::Unknown), "{guard}");
        }
        // What the statement itself ensures is there, and so is what the simulated schema answers for.
        let ensured = "op.execute('CREATE TABLE IF NOT EXISTS u (a int)')";
        assert_eq!(said(&facts_of(ensured), &itself), Some(Belief::Known(State::Present)));
        let asked = format!("if not sa.inspect(op.get_bind()).has_table('u'):\n        {made}");
        assert_eq!(said(&facts_of(&asked), &itself), Some(Belief::Known(State::Present)));
    }

    fn table_itself(name: &str) -> Subject {
        Subject::Table(name.to_owned(), TableSubject::Itself)
    }
}
