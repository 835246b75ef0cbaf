//! Reads revisions in the order in which they are applied.

use std::io;
use std::sync::{Mutex, PoisonError};

use schema::simulation::Simulation;
use schema::{Schema, Setting, Tape};

use super::{Checkout, Interpreter, Rendered, Script};

/// Reads revisions in upgrade order: the tape of each, given those before it.
///
/// # Errors
/// Where there is no memory for the thread that reads.
pub fn read<'s>(
    scripts: impl IntoIterator<Item = &'s Script> + Send,
    checkout: &dyn Checkout,
    setting: &Setting,
) -> io::Result<Vec<Tape>> {
    read_with(scripts.into_iter().map(|script| (script, None)).collect::<Vec<_>>(), checkout, setting)
}

/// As [`read`], each revision together with what Alembic has rendered of it.
///
/// # Errors
/// As [`read`].
pub fn read_with<'s>(
    scripts: impl IntoIterator<Item = (&'s Script, Option<&'s Rendered>)> + Send,
    checkout: &dyn Checkout,
    setting: &Setting,
) -> io::Result<Vec<Tape>> {
    with_interpreter(checkout, setting, |interpreter| {
        scripts.into_iter().map(|(script, rendered)| interpreter.revision_with(script, rendered)).collect()
    })
}

/// Reads revisions as they would be carried out on a database that holds `schema`, whatever led to it: what they ask an
/// inspector is answered from there.
///
/// # Errors
/// As [`read`].
pub fn read_on(
    schema: Schema,
    scripts: &[Script],
    checkout: &dyn Checkout,
    setting: &Setting,
) -> io::Result<Vec<Tape>> {
    with_interpreter(checkout, setting, |interpreter| {
        interpreter.recorder.simulation = Simulation::on(schema, setting.dialect, &setting.default_schema);
        scripts.iter().map(|script| interpreter.revision(script)).collect()
    })
}

/// The downgrade of the last of these revisions, read on the schema that they leave; an empty tape where there are none.
///
/// # Errors
/// As [`read`].
pub fn read_downgrade(scripts: &[Script], checkout: &dyn Checkout, setting: &Setting) -> io::Result<Tape> {
    with_interpreter(checkout, setting, |interpreter| {
        scripts.iter().for_each(|script| drop(interpreter.revision(script)));
        scripts.last().map(|last| interpreter.downgrade(last)).unwrap_or_default()
    })
}

/// Reads on a thread of its own. Where the address space is limited its stack is smaller, and less deep what is followed.
pub(super) fn with_interpreter<T: Send>(
    checkout: &dyn Checkout,
    setting: &Setting,
    work: impl FnOnce(&mut Interpreter<'_>) -> T + Send,
) -> io::Result<T> {
    // The tree may nest 1,000 deep and each level costs several frames.
    const STACK: usize = 256 << 20;
    let work = Mutex::new(Some(work));
    let read = |deepest| {
        let work = work.lock().unwrap_or_else(PoisonError::into_inner).take();
        work.map(|work| work(&mut Interpreter { deepest, ..Interpreter::new(checkout, setting) }))
    };
    std::thread::scope(|scope| {
        let spawn = |share: u32| {
            let builder = std::thread::Builder::new().stack_size(STACK / share as usize);
            builder.spawn_scoped(scope, move || read(super::DEPTH / share))
        };
        let thread = spawn(1).or_else(|_| spawn(2)).or_else(|_| spawn(4)).or_else(|_| spawn(8))?;
        let read = thread.join().unwrap_or_else(|stopped| std::panic::resume_unwind(stopped));
        Ok(read.expect("one thread reads"))
    })
}
