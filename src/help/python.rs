//! What to do about Python that cannot be read.

use super::{Advice, Help};
use python::PythonError;

impl Help for PythonError {
    fn help(&self) -> Advice {
        match self {
            Self::Syntax { line, .. } => format!("correct line {line}: Python cannot load this file either").into(),
            Self::TooDeep { line } => format!("split the expression on line {line} into several statements").into(),
            Self::TooLong { .. } => "move the data in it to a file that it opens".into(),
            Self::Encoding { .. } => "save the file as UTF-8".into(),
        }
    }
}
