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
mod revision;
mod statement;
mod written;

pub use amend::{Amending, Amendment, Departed, amend};
pub use revision::{Data, Finish, Refused, TakeBack, Work};
pub use statement::{Statement, is_apart};
pub use written::{Unwritable, written};
