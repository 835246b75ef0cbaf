//! Statements of people's own schema, run in the transaction that changes the rows.

use schema::Schema;

use crate::DatabaseError;

/// What is to be run, and what has to be so before and afterwards.
pub struct Cure<'a> {
    /// The statements, in order. Each can run in a transaction.
    pub statements: &'a [String],
    /// The schema that they were made for: unless it is still this, nothing is changed.
    pub seen: &'a Schema,
    /// Why the schema is not what they have to lead to; `None` where it is.
    pub departs: &'a dyn Fn(&Schema) -> Option<String>,
}

impl Cure<'_> {
    /// Whether the schema is still what was seen.
    pub(crate) fn expect_before(&self, schema: &Schema) -> Result<(), DatabaseError> {
        if schema == self.seen { Ok(()) } else { Err(DatabaseError::SchemaMoved) }
    }

    /// Whether the schema has become what it has to be.
    pub(crate) fn expect_after(&self, schema: &Schema) -> Result<(), DatabaseError> {
        match (self.departs)(schema) {
            None => Ok(()),
            Some(what) => Err(DatabaseError::NotCured { what }),
        }
    }
}
