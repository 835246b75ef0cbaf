//! Which revision a live schema is at.
//!
//! Pure: effects and a live schema in, an [`Inference`] out. The position with the fewest contradicted facts wins, but
//! only if the positions that share the fewest are neighbours and nothing near them is contradicted either; in doubt
//! it abstains. It never reads a file or a connection, and never picks one of several that look alike.

mod claim;
mod compatibility;
mod edited;
mod forks;
mod half_read;
mod infer;
mod overlap;
mod passable;
mod progress;
mod standing;
mod step;
mod timeline;
mod wider;
mod words;

pub use claim::{Claim, most_telling_first};
pub use compatibility::{Forbidden, forbidden};
pub use edited::line_of;
pub use forks::{Forked, Weighed};
pub use infer::{Inference, Verdict, contradicted, holding, infer, unexplained_at};
pub use overlap::{Branch, Clash, Overlap, overlap};
pub use passable::is_passable;
pub use progress::{Expectation, Progress, progress};
pub use standing::{Standing, all_shown, lacking, standing};
pub use step::{StepFacts, step};
pub use words::name;
