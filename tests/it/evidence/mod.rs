//! Which revision is a schema at: the histories of tests/histories, upgraded by the installed Alembic on real databases.

mod alembic;
mod answer;
mod catalogue;
mod compose;
mod coverage;
mod doubt;
mod drift;
mod explain;
mod forks;
mod half_read;
mod history;
mod hostile;
mod judge;
mod keywords;
mod language;
mod missing_files;
mod replay;
mod small;
mod sql;
mod verdicts;
