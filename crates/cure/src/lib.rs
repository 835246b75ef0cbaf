//! Statements that finish a half-applied revision, take it back, or put a schema right.
//!
//! A revision is a list of [`Statement`]s: as Alembic has rendered them, or [`written`] from what was read where that is known
//! exactly. Held against a live schema each is there, missing, or cannot be told; [`Work::finish`] names those that are missing,
//! [`Work::take_back`] takes back those that are there, and [`amend`] finds among the statements of a whole history those that bring a
//! schema back. Whatever comes out has been followed on the live schema and leads to what is expected, or it is refused.
//!
//! Pure: values in, statements out.

mod amend;
mod inverse;
mod piece;
mod revision;
mod statement;
mod take_back;
mod written;

pub use amend::{Amending, Amendment, Departed, amend};
pub use revision::{Data, Finish, Refused, Work};
pub use statement::{Statement, ends_the_transaction, is_apart, is_of_the_transaction};
pub use take_back::TakeBack;
pub use written::{Unwritable, written};
