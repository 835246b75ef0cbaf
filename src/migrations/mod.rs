//! The migration files: where they are, what each says, and the graph they form. Reads files only, never a database.
