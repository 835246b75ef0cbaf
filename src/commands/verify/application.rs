//! The application: whether its start command can be executed, whether it imports, and which database it means.

use std::time::Duration;

use super::import::Facts;
use super::loading::Loading;
use super::start_command::{self, Start};
use super::{Arguments, listens, other_urls};
use crate::commands::files::Files;
use crate::config::Config;
use crate::report::Check;
use database::url::DatabaseUrl;

/// The checks, and what was left out.
pub(super) async fn checks(
    config: &Config,
    arguments: &Arguments,
    files: Option<&Files>,
    url: Option<&DatabaseUrl>,
) -> (Vec<Check>, Option<String>) {
    let mut checks = Vec::new();
    let mut start = None;
    if !arguments.command.is_empty() {
        let (check, found) = start_command::check(config, &arguments.command);
        checks.push(check);
        start = found;
    }
    let (loading, left_out) = match arguments.no_import {
        true => (None, None),
        false => loading(config, start.as_ref(), files),
    };
    let mut facts = Facts::default();
    if let Some(loading) = loading {
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
    (checks, left_out)
}

/// How the application is loaded, where that is known; and what cannot be told of the start command, in words.
fn loading(config: &Config, start: Option<&Start>, files: Option<&Files>) -> (Option<Loading>, Option<String>) {
    let of_flask = || Loading::of_flask(config, files);
    let Some(Start { shown, server }) = start else { return (of_flask(), None) };
    let reason = match server.as_ref().map(Loading::of_server) {
        Ok(Some(loading)) => return (Some(loading), None),
        Ok(None) => "it names no MODULE:NAME",
        Err(reason) => reason,
    };
    let loading = of_flask();
    let left_out = match &loading {
        Some(loading) => format!("what {shown} imports: {reason}; {} was imported instead", loading.what),
        None => format!(
            "whether the application of {shown} can be imported: {reason}; set FLASK_APP, \
             or name its server: levelhead verify -- gunicorn MODULE:NAME"
        ),
    };
    (loading, Some(left_out))
}
