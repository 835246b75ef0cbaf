//! Where the header of a migration file ends, found without a parser.

use super::header::ATTRIBUTES;
use super::scan::{line_at, line_starts};

/// What stands before the first function, where nothing but plain functions follows. `None` where that is not certain.
///
/// Every top-level statement begins in the first column of some line. So it is enough that each line from there on is
/// empty, a comment, indented, a closing bracket, or a whole signature without defaults and decorators.
pub(super) fn before_functions(source: &str) -> Option<&str> {
    let is_function = |text: &str| text.starts_with("def ") || text.starts_with("async def ");
    let mut starts = line_starts(source);
    let first = starts.find(|&start| is_function(&source[start..]))?;
    let is_harmless = |start: usize| match source.as_bytes().get(start) {
        None | Some(b' ' | b'\t' | b'#' | b')' | b']' | b'}' | b'\n') => true,
        Some(_) => is_function(&source[start..]) && is_plain_signature(line_at(source, start)),
    };
    std::iter::once(first).chain(starts).all(is_harmless).then_some(&source[..first])
}

/// A signature on one line that binds no attribute and evaluates nothing that could.
fn is_plain_signature(line: &str) -> bool {
    // What Alembic's templates write.
    if matches!(line, "def upgrade() -> None:" | "def downgrade() -> None:" | "def upgrade():" | "def downgrade():") {
        return true;
    }
    let name = line.trim_start_matches("async ").trim_start_matches("def ").split('(').next().unwrap_or_default();
    let count = |bracket: char| line.matches(bracket).count();
    line.trim_end().ends_with(':')
        && !line.contains(['=', '#', '[', '{', '"', '\'', '\\'])
        && (count('('), count(')')) == (1, 1)
        && !ATTRIBUTES.contains(&name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_only_cut_where_nothing_but_functions_follows() {
        let header = "revision = 'a'\n";
        let cut = [
            "def upgrade():\n    pass\n",
            "def upgrade() -> None:\n    x = 1\n\n\ndef downgrade() -> None:\n    op.f(\n)\n# end\n",
            "async def upgrade(engine: str) -> None:\n\tpass",
        ];
        for functions in cut {
            assert_eq!(before_functions(&format!("{header}{functions}")), Some(header), "{functions}");
        }
        let whole = [
            "",
            "x = 1\n",
            "def upgrade(): pass\n",
            "def upgrade(a=1):\n    pass\n",
            "def revision():\n    pass\n",
            "def upgrade(\n    a,\n):\n    pass\n",
            "def upgrade():\n    pass\nrevision = 'b'\n",
            "def upgrade():\n    pass\n\x0crevision = 'b'\n",
            "def upgrade():\n    pass\n@d\ndef downgrade():\n    pass\n",
            "def upgrade():\n    op.execute('''\nSELECT 1\n''')\n",
            "def upgrade():\n    pass\nif x:\n    revision = 'b'\n",
        ];
        for functions in whole {
            assert_eq!(before_functions(&format!("{header}{functions}")), None, "{functions}");
        }
    }
}
