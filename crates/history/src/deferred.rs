//! Code that does not run where it stands: what it may do to a module's names, and which statements may run it.

use std::collections::HashSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Alias, Expr, ModModule, Stmt, StmtFunctionDef};

use super::bindings::visit_signature;

/// Names through which any name of the module can be set without being named, by whatever alias.
const REFLECTION: [&str; 4] = ["exec", "eval", "globals", "__builtins__"];

/// As [`REFLECTION`], where a function has its own names behind them.
const LOCAL_REFLECTION: [&str; 2] = ["locals", "vars"];

/// As [`REFLECTION`], where they are imported: other names are often called so.
const REFLECTING_IMPORTS: [&str; 2] = ["builtins", "modules"];

/// As [`REFLECTION`], after a dot.
const REFLECTING_ATTRIBUTES: [&str; 5] = ["modules", "__globals__", "__builtins__", "f_globals", "f_locals"];

/// As many names as are told apart.
const MOST_NAMES: usize = 100;

/// What the functions, lambdas and generators so far may do once something runs them.
#[derive(Debug, Default)]
pub(super) struct Deferred<'a> {
    /// The names that they may bind.
    pub(super) bound: HashSet<&'a str>,
    /// The names that they mention: what these hold may be changed in place.
    mentioned: HashSet<&'a str>,
    /// Whether any name may be bound, by them or by what was reached at the top level.
    pub(super) anything: bool,
    functions: u32,
    generators: u32,
}

impl<'a> Deferred<'a> {
    /// Looks into one more statement.
    pub(super) fn add(&mut self, statement: &'a Stmt) {
        self.visit_stmt(statement);
    }

    /// What a whole module defers.
    pub(super) fn of(module: &'a ModModule) -> Self {
        let mut deferred = Self::default();
        deferred.visit_body(&module.body);
        deferred
    }

    /// Whether running it may bind a name.
    pub(super) fn binds(&self) -> bool {
        self.anything || !self.bound.is_empty()
    }

    /// Whether running it changes nothing.
    pub(super) fn is_harmless(&self) -> bool {
        !self.binds() && self.mentioned.is_empty()
    }

    /// Whether it may get hold of what one of these names holds.
    pub(super) fn reaches(&self, names: &HashSet<&'a str>) -> bool {
        if names.len() > MOST_NAMES { !self.mentioned.is_empty() } else { !self.mentioned.is_disjoint(names) }
    }

    fn bind(&mut self, name: &'a str) {
        self.bound.insert(name);
        self.anything |= self.bound.len() > MOST_NAMES;
    }
}

impl<'a> Visitor<'a> for Deferred<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                visit_signature(self, function);
                self.functions += 1;
                self.visit_body(&function.body);
                self.functions -= 1;
            }
            // That of a class, too: its body runs where the class does.
            Stmt::Global(global) => global.names.iter().for_each(|name| self.bind(name)),
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Lambda(lambda) => {
                lambda.parameters.iter().for_each(|parameters| self.visit_parameters(parameters));
                self.functions += 1;
                self.visit_expr(&lambda.body);
                self.functions -= 1;
                return;
            }
            Expr::Generator(generator) => {
                // The first is evaluated at once.
                generator.generators.iter().take(1).for_each(|first| self.visit_expr(&first.iter));
                self.generators += 1;
                self.functions += 1;
                walk_expr(self, expression);
                self.functions -= 1;
                self.generators -= 1;
                return;
            }
            Expr::Name(name) => {
                let (name, inside) = (name.id.as_str(), self.functions > 0);
                self.anything |= REFLECTION.contains(&name) || !inside && LOCAL_REFLECTION.contains(&name);
                if inside {
                    self.mentioned.insert(name);
                }
            }
            Expr::Attribute(attribute) => self.anything |= REFLECTING_ATTRIBUTES.contains(&attribute.attr.as_str()),
            Expr::Named(named) if self.generators > 0 => {
                named.target.as_name_expr().into_iter().for_each(|target| self.bind(&target.id));
            }
            _ => {}
        }
        walk_expr(self, expression);
    }

    fn visit_alias(&mut self, alias: &'a Alias) {
        let name = alias.name.as_str();
        self.anything |= REFLECTION.contains(&name) || REFLECTING_IMPORTS.contains(&name);
    }
}

/// Whether a statement runs no code but its own, and none that is not followed statement by statement. Letting go of what a
/// name held may still run some.
pub(super) fn is_inactive(statement: &Stmt) -> bool {
    match statement {
        Stmt::Assign(assign) => assign.targets.iter().all(Expr::is_name_expr) && is_inert(&assign.value),
        Stmt::AnnAssign(assign) => {
            assign.target.is_name_expr() && is_inert(&assign.annotation) && assign.value.as_deref().is_none_or(is_inert)
        }
        Stmt::Expr(expression) => is_inert(&expression.value),
        Stmt::FunctionDef(function) => has_inert_signature(function),
        Stmt::Delete(delete) => delete.targets.iter().all(Expr::is_name_expr),
        Stmt::Pass(_) | Stmt::Global(_) | Stmt::Nonlocal(_) => true,
        _ => false,
    }
}

fn has_inert_signature(function: &StmtFunctionDef) -> bool {
    let mut parameters = function.parameters.iter();
    function.decorator_list.is_empty()
        && function.type_params.is_none()
        && function.returns.as_deref().is_none_or(is_inert)
        && parameters.all(|one| one.default().is_none_or(is_inert) && one.annotation().is_none_or(is_inert))
}

/// Whether evaluating an expression runs no code of any object.
fn is_inert(expression: &Expr) -> bool {
    match expression {
        Expr::Name(_) => true,
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_inert),
        Expr::List(list) => list.elts.iter().all(is_inert),
        // What is put into these is asked for its hash.
        Expr::Set(set) => set.elts.iter().all(Expr::is_literal_expr),
        Expr::Dict(dict) => {
            dict.items.iter().all(|item| item.key.as_ref().is_some_and(Expr::is_literal_expr) && is_inert(&item.value))
        }
        Expr::Lambda(lambda) => lambda
            .parameters
            .iter()
            .flat_map(|parameters| parameters.iter())
            .all(|one| one.default().is_none_or(is_inert)),
        Expr::FString(string) => string.value.elements().all(|element| element.is_literal()),
        literal => literal.is_literal_expr(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::header::{read, read_header};
    use super::super::{Problem, Revision};

    /// What a module holds after the attributes are set; none of the cases below may leave them decided otherwise.
    const ATTRIBUTES: &str = "revision = 'a'\ndown_revision = None\n";

    const NAMES_IT: &str = "def f(*_):\n  global revision\n  revision = 'z'\n";

    const REFLECTS: &str = "def f(*_): globals()['revision'] = 'z'\n";

    /// The id and the parents, where they are decided.
    fn decided(source: &str) -> Option<(String, Vec<String>)> {
        let how =
            |read: fn(&[u8], &Path) -> Result<Revision, Problem>| read(source.as_bytes(), Path::new("/v/x_y.py")).ok();
        let revision = how(read_header).or_else(|| how(read))?;
        Some((revision.id, revision.down_revision))
    }

    #[test]
    fn whatever_may_run_a_function_that_binds_an_attribute_puts_it_in_doubt() {
        let statements = [
            "for g in [f]: g()",
            "while True:\n  g = f\n  g()\n  break",
            "match f:\n  case g: g()",
            "try:\n  g = f\n  g()\n  raise ValueError\nexcept ValueError: pass",
            "try:\n  f()\n  raise ValueError\nexcept ValueError: down_revision = revision",
            "try: raise ValueError\nexcept f(): pass\nexcept ValueError: pass",
            "[g() for g in [f]]",
            "@f\ndef upgrade(): pass",
            "def u(x=f()): pass",
            "def u(x: f()): pass",
            "x: f() = 1",
            "class C:\n  g = f\n  g()",
            "class C(f()): pass",
            "@f\nclass C: pass",
            "if u:\n  g = f\n  g()",
            "x = f() if u else 1",
            "with f(): pass",
            "down_revision = ((revision := 'b'), f(), revision)[2]\nrevision = 'z'",
            "down_revision = (f(), revision)[1]\nrevision = 'z'",
            "if f(): down_revision = revision\nelse: down_revision = revision\nrevision = 'z'",
            "{x: 1}",
            "import x",
            "assert f()",
        ];
        for function in [NAMES_IT, REFLECTS] {
            for statement in statements {
                for source in
                    [format!("{ATTRIBUTES}{function}{statement}"), format!("{function}{ATTRIBUTES}{statement}")]
                {
                    assert_eq!(decided(&source), None, "{source}");
                }
            }
        }
    }

    #[test]
    fn so_does_whatever_may_run_a_method_or_a_generator_made_before() {
        let objects = [
            "def g():\n  global revision\n  yield 1\n  revision = 'z'\nx = g()\n",
            "class K:\n  def __str__(self):\n    global revision\n    revision = 'z'\n    return ''\nx = K()\n",
            "x = type('K', (), {'__len__': lambda self: globals().update(revision='z') or 1})()\n",
            "x = (revision := y for y in 'z')\n",
        ];
        let statements = [
            "list(x)",
            "next(x)",
            "for _ in x: pass",
            "y, = x",
            "[*x]",
            "f'{x}'",
            "x + 1",
            "-x",
            "x.p",
            "x.p = 1",
            "x[0]",
            "del x[0]",
            "x == 1",
            "x += 1",
            "not x",
            "if x: pass",
            "y = x or 1",
            // The last reference to it.
            "x = None",
            "del x",
            "def x(): pass",
            "def x():\n  pass",
        ];
        for object in objects {
            for statement in statements {
                let source = format!("{object}{ATTRIBUTES}{statement}");
                assert_eq!(decided(&source), None, "{source}");
            }
        }
    }

    #[test]
    fn so_do_the_ways_to_set_a_name_without_naming_it() {
        let sources = [
            "e = exec\nATTRIBUTES\ne(\"revision = 'z'\")",
            "ATTRIBUTES\nlist(map(exec, ['revision = 1']))",
            "G = globals\nATTRIBUTES\nG()['revision'] = 'z'",
            "g = globals()\nATTRIBUTES\ng['revision'] = 'z'",
            "import sys\nATTRIBUTES\nsys.modules[__name__].__dict__.update(revision='z')",
            "import sys\nATTRIBUTES\nsetattr(sys.modules[__name__], 'revision', 'z')",
            "import sys\nm = sys.modules[__name__]\nATTRIBUTES\nm.revision = 'z'",
            "from sys import modules as m\nATTRIBUTES\nm[__name__].revision = 'z'",
            "import builtins as b\nATTRIBUTES\nb.exec(\"revision = 'z'\")",
            "def f(): pass\nATTRIBUTES\nf.__globals__['revision'] = 'z'",
            "ATTRIBUTES\nlocals()['revision'] = 'z'",
            "ATTRIBUTES\ndef f(x=vars().update(revision='z')): pass",
            "ATTRIBUTES\nx = (y for y in vars().update(revision='z') or ())",
            "for n in 'x':\n  class C:\n    global revision\n    revision = n\nATTRIBUTES\nx.y",
            "ATTRIBUTES\nfor n in 'x':\n  class C:\n    global revision\n    revision = n",
            "ATTRIBUTES\ndef u(x=(down_revision := 'b')): pass",
            "ATTRIBUTES\nfor n in 'x':\n  def u(x=(down_revision := 'b')): pass",
            "@contextmanager\ndef cm():\n  global revision\n  yield\n  revision = 'z'\nwith cm():\n  ATTRIBUTES",
        ];
        for source in sources {
            let source = source.replace("ATTRIBUTES", ATTRIBUTES.trim_end().replace('\n', "; ").as_str());
            assert_eq!(decided(&source), None, "{source}");
        }
        let many: String = (0..=super::MOST_NAMES).map(|index| format!("  global x{index}\n")).collect();
        assert_eq!(decided(&format!("def f():\n{many}{ATTRIBUTES}f()")), None);
    }

    #[test]
    fn a_list_that_something_may_have_changed_is_in_doubt() {
        let statements = [
            "class C: down_revision += ['c']",
            "class C: down_revision[0] = 'c'",
            "def f(): down_revision.append('c')\nx.y",
            "x = down_revision\ndef f(): x.append('c')\nf()",
            "x = (down_revision,)\ndef f(): x[0].append('c')\nf()",
            "def f(x=down_revision): x.append('c')\nf()",
            "x = {**y, 'k': down_revision}\nx['k'].append('c')",
            "x = y if y else down_revision\nx.append('c')",
            "if y: x = down_revision\nelse: x = None\nx.append('c')",
            "x = down_revision\nfor x in y: pass\nx.append('c')",
            "x = down_revision\ndown_revision += ['c']\nx.append('d')",
            "y + down_revision",
            "y.p = x = down_revision\ny.p.append('c')",
            "y.p = down_revision = ['b']\ny.p.append('c')",
            "down_revision = [down_revision, down_revision.append('c')][0]",
            "down_revision = down_revision[(-1, down_revision.append('c'))[0]]",
            "def f(): x.append('c')\ndown_revision = [(y := ['b']), (x := y), f()][0]",
            "with y as down_revision[0]: pass",
            "x: down_revision.append('c') = 1",
        ];
        for statement in statements {
            let source = format!("revision = 'a'\ndown_revision = ['b']\n{statement}");
            assert_eq!(decided(&source), None, "{source}");
        }
    }

    #[test]
    fn what_real_files_do_leaves_the_attributes_decided() {
        let list = "revision = 'a'\ndown_revision = ['b']\n";
        let cases = [
            (ATTRIBUTES, "def log(): return logging.getLogger(__name__)\n", "T = sa.table('x')"),
            (ATTRIBUTES, "class C:\n  def up(self, **k): setattr(self, 'a', k)\n", "sa.Column('x')"),
            (ATTRIBUTES, "def upgrade(): '..'.format(**locals())\n", "T = sa.table('x')"),
            (ATTRIBUTES, "def upgrade(): op.execute(modules.insert())\n", "modules = sa.table('modules')"),
            (ATTRIBUTES, "def f():\n  global cache\n  cache = 1\n", "T = sa.table('x')\nclass C(T): pass"),
            (ATTRIBUTES, NAMES_IT, "x = None\ndef upgrade(x=None) -> None: f()\ndel x"),
            (ATTRIBUTES, "def upgrade(): exec('')\n", "NAMES = ['a', 'b']"),
            (list, "", "sa.Enum(C, values_callable=lambda o: [e.value for e in o])"),
            (list, "def upgrade():\n  for t in TABLES: op.drop_table(t)\n", "class C(sa.Enum): A = 'a'"),
        ];
        for (attributes, function, statement) in cases {
            let expected = decided(attributes);
            assert!(expected.is_some());
            for source in [format!("{attributes}{function}{statement}"), format!("{function}{attributes}{statement}")] {
                assert_eq!(decided(&source), expected, "{source}");
            }
        }
    }
}
