//! What a setting is, and the macro that makes flag, variable and table row of each from its one declaration.

/// One row of the table of settings, as pages and messages read it.
#[derive(Debug)]
pub struct Setting {
    /// Under which heading the help and `docs/CONFIGURATION.md` show it.
    pub section: &'static str,
    /// Its field in [`Settings`](super::Settings), which is also the flag's id for clap and the key for envy.
    pub field: &'static str,
    /// The flag, without its dashes.
    pub flag: &'static str,
    /// The flag of one letter.
    pub short: Option<char>,
    /// What the flag's value is called.
    pub value: &'static str,
    /// The environment variable.
    pub variable: Option<&'static str>,
    /// What it is when nothing is given, in the words in which it would be.
    pub default: Option<&'static str>,
    /// What it is when nothing is given, where that is no fixed value.
    pub otherwise: Option<&'static str>,
    /// The commands that use it; empty where it is not only a few.
    pub commands: &'static [&'static str],
    /// What it is, as `--help` says it, in a sentence without its stop.
    pub help: &'static str,
    /// What `docs/CONFIGURATION.md` says beside that.
    pub note: Option<&'static str>,
}

/// Makes of the declarations the fields that clap and envy fill, the table [`SETTINGS`](super::SETTINGS), and what is left
/// when flag, variable and default have been weighed.
macro_rules! settings {
    ($($section:literal {$(
        $(#[$attribute:meta])*
        $field:ident: $type:ty {
            flag: $flag:literal $value:literal,
            $(short: $short:literal,)?
            $(variable: $variable:literal,)?
            $(default: $default:literal,)?
            $(otherwise: $otherwise:literal,)?
            $(commands: [$($command:literal),+],)?
            help: $help:literal,
            $(note: $note:literal,)?
        }
    )*})*) => {
        /// Every setting as it was given, by flag or by variable; nothing is resolved yet.
        #[derive(Debug, Default, clap::Args, serde::Deserialize)]
        #[serde(default)]
        pub struct Settings {$($(
            #[arg(long = $flag, value_name = $value, global = true, hide_short_help = true, help_heading = $section)]
            #[arg(help = concat!(
                $help $(, " [env: ", $variable, "]")? $(, " [default: ", $default, "]")? $(, " [default: ", $otherwise, "]")?
            ))]
            $(#[arg(short = $short)])?
            $(#[$attribute])*
            pub(super) $field: Option<$type>,
        )*)*}

        /// Every setting as it counts: one with a fixed default has a value.
        pub(super) struct Settled {$($(
            pub(super) $field: $crate::config::declaration::settled!(type $type $(, $default)?),
        )*)*}

        impl Settings {
            /// The flag wins over the variable, the variable over the default.
            pub(super) fn over(self, variables: Self) -> Settled {
                Settled {$($(
                    $field: $crate::config::declaration::settled!(self.$field.or(variables.$field) $(, $default)?),
                )*)*}
            }
        }

        /// Every setting, in the order in which the help shows them.
        pub static SETTINGS: &[$crate::config::declaration::Setting] = &[$($($crate::config::declaration::Setting {
            section: $section,
            field: stringify!($field),
            flag: $flag,
            short: $crate::config::declaration::optional!($($short)?),
            value: $value,
            variable: $crate::config::declaration::optional!($($variable)?),
            default: $crate::config::declaration::optional!($($default)?),
            otherwise: $crate::config::declaration::optional!($($otherwise)?),
            commands: &[$($($command),+)?],
            help: $help,
            note: $crate::config::declaration::optional!($($note)?),
        },)*)*];
    };
}

macro_rules! settled {
    (type $type:ty) => { Option<$type> };
    (type $type:ty, $default:literal) => { $type };
    ($given:expr) => { $given };
    ($given:expr, $default:literal) => {
        $given.unwrap_or_else(|| $default.parse().expect("a test has read each default"))
    };
}

macro_rules! optional {
    () => {
        None
    };
    ($value:expr) => {
        Some($value)
    };
}

pub(super) use {optional, settings, settled};
