//! A PostgreSQL URL as libpq's environment variables: for a client of PostgreSQL's own, which must not find the password
//! among its arguments, where everybody could read it.

use super::{Endpoint, PostgresUrl, RootCertificates};

impl PostgresUrl {
    /// Variables that lead `pg_dump` to the same database. What is not in it, it finds as levelhead has.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let list = |of: &dyn Fn(&Endpoint) -> String| self.endpoints.iter().map(of).collect::<Vec<_>>().join(",");
        let host = |endpoint: &Endpoint| match endpoint {
            Endpoint::Tcp { host, .. } => host.clone(),
            Endpoint::Socket { folder, .. } => folder.display().to_string(),
        };
        let address = |endpoint: &Endpoint| match endpoint {
            Endpoint::Tcp { address: Some(address), .. } => address.to_string(),
            _ => String::new(),
        };
        let mut variables = vec![
            ("PGHOST", list(&host)),
            ("PGPORT", list(&|endpoint| endpoint.port().to_string())),
            ("PGUSER", self.user.clone()),
            ("PGDATABASE", self.database.clone()),
            ("PGSSLMODE", self.tls.mode.word().to_owned()),
            ("PGAPPNAME", "levelhead reset".to_owned()),
        ];
        let addresses = list(&address);
        let is_given = addresses.contains(|c| c != ',');
        let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let given = [
            ("PGHOSTADDR", is_given.then_some(addresses)),
            ("PGPASSWORD", self.password.as_ref().map(|password| password.expose().to_owned())),
            ("PGPASSFILE", path(&self.password_file)),
            ("PGOPTIONS", self.options.clone()),
            ("PGSSLCERT", path(&self.tls.certificate)),
            ("PGSSLKEY", path(&self.tls.key)),
            (
                "PGSSLROOTCERT",
                match &self.tls.roots {
                    RootCertificates::File(file) => Some(file.display().to_string()),
                    RootCertificates::System => Some("system".to_owned()),
                    RootCertificates::None => None,
                },
            ),
        ];
        variables.extend(given.into_iter().filter_map(|(name, value)| Some((name, value?))));
        variables
    }
}
