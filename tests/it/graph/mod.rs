//! The revision graph and the files, judged by the installed Alembic.

mod commands;
mod differential;
mod drawing;
mod fixtures;
mod imported;
mod oracle;
mod soundness;
