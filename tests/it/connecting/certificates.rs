//! A PostgreSQL server with TLS whose certificate a test chooses, and the certificates to trust or to mistrust.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, MutexGuard};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

use crate::support::postgres::Server;

/// What is right or wrong with the server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Signed by ca.crt, for db.example and 127.0.0.1.
    Good,
    /// The same, and its time is over.
    Expired,
    /// A certificate authority of its own, for db.example.
    SelfSigned,
    /// The same, and its time is over.
    SelfSignedExpired,
    /// Signed by ca.crt; db.example stands in the subject only.
    CommonName,
    /// Signed by ca.crt, for *.shop.example.
    Star,
    /// Signed by ca.crt, X.509 version 1.
    Version1,
}

struct Shared {
    server: Server,
    /// Readable by the tests' account; the server has copies of its own.
    certificates: PathBuf,
    serving: Option<Kind>,
    authority: Issuer<'static, KeyPair>,
}

static SHARED: LazyLock<Mutex<Shared>> = LazyLock::new(|| Mutex::new(Shared::start()));

/// The server while it serves one kind of certificate; other tests wait.
pub(super) struct TlsServer(MutexGuard<'static, Shared>);

impl TlsServer {
    pub(super) fn with(kind: Kind) -> Self {
        let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if shared.serving != Some(kind) {
            shared.serve(kind);
        }
        Self(shared)
    }

    pub(super) fn port(&self) -> u16 {
        self.0.server.port
    }

    /// ca.crt and ca.key, other.crt (another authority), both.crt, client.crt and client.key, server.crt.
    pub(super) fn certificates(&self) -> &Path {
        &self.0.certificates
    }
}

fn authority(name: &str) -> (CertificateParams, KeyPair) {
    let mut params = CertificateParams::new([]).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    (params, KeyPair::generate().unwrap())
}

fn leaf(subject: &str, names: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    params.distinguished_name.push(DnType::CommonName, subject);
    params
}

impl Shared {
    fn start() -> Self {
        let server = Server::start(&[]);
        let certificates = server.folder.join("certificates");
        fs::create_dir(&certificates).unwrap();
        let (params, key) = authority("test authority");
        let root = params.self_signed(&key).unwrap().pem();
        fs::write(certificates.join("ca.crt"), &root).unwrap();
        fs::write(certificates.join("ca.key"), key.serialize_pem()).unwrap();
        let (other_params, other_key) = authority("another authority");
        let other = other_params.self_signed(&other_key).unwrap().pem();
        fs::write(certificates.join("other.crt"), &other).unwrap();
        fs::write(certificates.join("both.crt"), format!("{other}{root}")).unwrap();
        let authority = Issuer::new(params, key);
        let client_key = KeyPair::generate().unwrap();
        let client = leaf("bycertificate", &[]).signed_by(&client_key, &authority).unwrap();
        fs::write(certificates.join("client.crt"), client.pem()).unwrap();
        fs::write(certificates.join("client.key"), client_key.serialize_pem()).unwrap();
        for key in ["ca.key", "client.key"] {
            fs::set_permissions(certificates.join(key), fs::Permissions::from_mode(0o600)).unwrap();
        }
        for role in ["app", "tlsonly", "plainonly", "bycertificate"] {
            server.sql("postgres", &format!("CREATE ROLE {role} LOGIN PASSWORD 'secret'"));
        }
        let rules = server.folder.join("data/pg_hba.conf");
        let old = fs::read_to_string(&rules).unwrap();
        let new = "hostnossl all tlsonly 127.0.0.1/32 reject\nhostssl all plainonly 127.0.0.1/32 reject\n\
                   hostssl all bycertificate 127.0.0.1/32 cert\n";
        fs::write(&rules, format!("{new}{old}")).unwrap();
        let owner = fs::metadata(&server.folder).unwrap();
        chown(&certificates, Some(owner.uid()), Some(owner.gid())).unwrap();
        let shared = Self { server, certificates, serving: None, authority };
        shared.give("ca.crt", "root.crt");
        shared
    }

    /// Copies a file to where the server reads it, as the server's account.
    fn give(&self, name: &str, target: &str) {
        let owner = fs::metadata(&self.server.folder).unwrap();
        let target = self.server.folder.join("data").join(target);
        fs::copy(self.certificates.join(name), &target).unwrap();
        fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).unwrap();
        chown(&target, Some(owner.uid()), Some(owner.gid())).unwrap();
    }

    fn serve(&mut self, kind: Kind) {
        let key = KeyPair::generate().unwrap();
        fs::write(self.certificates.join("server.key"), key.serialize_pem()).unwrap();
        let good = leaf("server", &["db.example", "127.0.0.1"]);
        let expire = |params: &mut CertificateParams| {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        };
        let signed = |params: CertificateParams| params.signed_by(&key, &self.authority).unwrap().pem();
        let pem = match kind {
            Kind::Good => signed(good),
            Kind::Expired => {
                let mut params = good;
                expire(&mut params);
                signed(params)
            }
            Kind::SelfSigned | Kind::SelfSignedExpired => {
                let mut params = good;
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                if kind == Kind::SelfSignedExpired {
                    expire(&mut params);
                }
                params.self_signed(&key).unwrap().pem()
            }
            Kind::CommonName => signed(leaf("db.example", &[])),
            Kind::Star => signed(leaf("server", &["*.shop.example"])),
            Kind::Version1 => self.version_1(),
        };
        fs::write(self.certificates.join("server.crt"), pem).unwrap();
        self.give("server.crt", "server.crt");
        self.give("server.key", "server.key");
        for setting in ["ssl = on", "ssl_ca_file = 'root.crt'"] {
            self.server.sql("postgres", &format!("ALTER SYSTEM SET {setting}"));
        }
        // A new session inherits the time at which the server has read its settings last.
        let loaded = || self.server.sql("postgres", "SELECT pg_conf_load_time()");
        let before = loaded();
        self.server.sql("postgres", "SELECT pg_reload_conf()");
        while loaded() == before {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.serving = Some(kind);
    }

    fn version_1(&self) -> String {
        let run = |arguments: &str| {
            let output = Command::new("openssl")
                .args(arguments.split(' '))
                .current_dir(&self.certificates)
                .output()
                .expect("openssl is missing; install it: apt-get install -y openssl");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        run("req -new -key server.key -subj /CN=db.example -out server.csr");
        run("x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 9 -out server.crt");
        let text = fs::read_to_string(self.certificates.join("server.crt")).unwrap();
        text[text.find("-----BEGIN").unwrap()..].to_owned()
    }
}
