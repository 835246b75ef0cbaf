//! Bodies that were once read wrongly, and what few of a kind stand for.

use super::runs::Reading::{self, Doubted, Exact};

/// A body of `upgrade()` (or all of the file, where it defines that itself), and how it is read.
pub(crate) const CASES: &[(&str, Reading)] =
    &[("op.create_table('a')", Exact), ("if draw():\n    op.create_table('a')", Doubted)];

/// The migration with this body.
pub(crate) fn program(body: &str) -> String {
    const HEAD: &str = "import contextlib\nimport enum\nimport functools\nimport os\n\nimport sqlalchemy as sa\nfrom alembic import op\n\
                        from outside import Context, call, decorate, draw, draw_list, draw_text, maybe_raise, touch\n\n";
    if body.contains("def upgrade") {
        return format!("{HEAD}{body}\n");
    }
    format!("{HEAD}def upgrade():\n    {}\n", body.replace('\n', "\n    "))
}
