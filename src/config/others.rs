//! The variables that are read and are no setting: the platform, the application or another program owns them.

use super::SETTINGS;

/// Variables that are read for one purpose.
#[derive(Debug)]
pub struct Other {
    /// The variables.
    pub names: &'static [&'static str],
    /// What they are read for, as `docs/CONFIGURATION.md` says it.
    pub purpose: &'static str,
}

/// Variables that platforms set in what they run.
pub(super) const PLATFORMS: &[&str] = &[
    "RENDER",
    "KUBERNETES_SERVICE_HOST",
    "FLY_APP_NAME",
    "DYNO",
    "RAILWAY_ENVIRONMENT",
    "RAILWAY_ENVIRONMENT_NAME",
    "K_SERVICE",
    "ECS_CONTAINER_METADATA_URI",
    "ECS_CONTAINER_METADATA_URI_V4",
    "WEBSITE_SITE_NAME",
    "GAE_ENV",
    "CONTAINER_APP_NAME",
    "AWS_LAMBDA_FUNCTION_NAME",
    "NOMAD_ALLOC_ID",
];
/// Variables in which people say what an environment is for.
pub(super) const PURPOSES: &[&str] =
    &["FLASK_ENV", "FLASK_CONFIG", "APP_ENV", "APP_SETTINGS", "ENV", "ENVIRONMENT", "PYTHON_ENV", "SENTRY_ENVIRONMENT"];
/// What platforms call the release that runs: Render, Fly.io, Heroku, Cloud Run, Railway.
pub(super) const IMAGES: &[&str] =
    &["RENDER_GIT_COMMIT", "FLY_IMAGE_REF", "HEROKU_BUILD_COMMIT", "K_REVISION", "RAILWAY_GIT_COMMIT_SHA"];

/// Every one but those of libpq, which have a page of their own.
pub static OTHERS: &[Other] = &[
    Other { names: &["NO_COLOR"], purpose: "turns colour off (<https://no-color.org>)" },
    Other { names: &["FORCE_COLOR", "CLICOLOR_FORCE"], purpose: "turn colour on, also where no terminal is" },
    Other { names: &["TERM"], purpose: "`dumb` turns colour and the spinner off" },
    Other { names: &["PATH"], purpose: "to find commands" },
    Other { names: &["PORT"], purpose: "for `LEVELHEAD_LIVENESS_PORT=PORT`, and for `verify`" },
    Other { names: &["VIRTUAL_ENV", "PYTHONPATH"], purpose: "where a layout names a package, and for `verify`" },
    Other { names: &["FLASK_APP", "PGOPTIONS"], purpose: "for `verify`" },
    Other {
        names: &["RELEASE_COMMAND"],
        purpose: "`1` in the machine that Fly starts for `release_command`; the deployment guide says more",
    },
    Other { names: &["LISTEN_FDS"], purpose: "systemd's sockets, which the upgrade does not get" },
    Other { names: IMAGES, purpose: "the release's name in the ledger, where `LEVELHEAD_IMAGE` is not set" },
    Other { names: PLATFORMS, purpose: "by them `reset` knows production, and refuses" },
    Other { names: PURPOSES, purpose: "likewise, where one says `production`, `prod` or `live`" },
];

/// Whether a variable is declared, here or as a setting's: one that is read must be.
pub(super) fn is_declared(name: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.variable == Some(name))
        || OTHERS.iter().any(|other| other.names.contains(&name))
}
