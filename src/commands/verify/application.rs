//! The application: whether its start command can be executed, whether it imports, and which database it means.

use std::time::Duration;

use super::import::Facts;
use super::loading::Loading;
use super::{Arguments, listens, other_urls};
use crate::commands::files::Files;
use crate::config::Config;
use crate::database::url::DatabaseUrl;
use crate::process::program;
use crate::report::Check;

pub(super) async fn checks(
    config: &Config,
    arguments: &Arguments,
    files: Option<&Files>,
    url: Option<&DatabaseUrl>,
) -> Vec<Check> {
    let mut checks = Vec::new();
    let start = match arguments.command.as_slice() {
        [] => None,
        words => {
            let found = program::find(words, config.path.as_deref());
            match found.and_then(|program| program::check(&program, config.path.as_deref()).map(|()| program)) {
                Ok(program) => {
                    let detail = vec![program.file.display().to_string()];
                    checks.push(Check { detail, ..Check::pass("start-command", program.command_line()) });
                    Some(program)
                }
                Err(error) => {
                    checks.push(Check::fail("start-command", error.to_string(), error.next()));
                    None
                }
            }
        }
    };
    let mut facts = Facts::default();
    if let (false, Some(loading)) = (arguments.no_import, Loading::of(config, start.as_ref(), files)) {
        let limit = Duration::from_secs(arguments.import_timeout);
        let (check, said) = loading.check(config, url, limit).await;
        checks.push(check);
        facts = said;
        checks.extend(listens::check(config, &facts));
    }
    if let Some(url) = url {
        checks.extend(other_urls::alembic_ini(config, files, url));
        checks.extend(facts.url.as_deref().map(|text| other_urls::configured(config, text, url)));
    }
    checks
}
