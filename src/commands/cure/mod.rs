//! Cures: a revision that stopped halfway is finished or taken back, a schema that departs is put right.
//!
//! What is to be done is a [`Remedy`](carry_out::Remedy), found and shown first, then found once more under the lock and run in one
//! transaction with the rows. The statements of a revision are those that its own Alembic renders, or else what was read of it
//! where that is exact.

mod at_start;
mod carry_out;
mod exact;
mod revision;
mod schema_wide;
mod small;
mod statements;

pub(super) use at_start::finish_at_start;
pub(super) use carry_out::{Asked, cure};
pub(super) use revision::{Way, of_revision};
pub(super) use schema_wide::{Departure, Departures, of_schema};
pub(super) use small::{is_small, of_leftovers_and_indexes};
