"""A private PostgreSQL with SCRAM, a socket and TLS, in a folder of its own, gone with the bench."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PASSWORD = "bench"
SETTINGS = [
    "fsync=off", "max_connections=200", "ssl=on", "ssl_cert_file=server.pem", "ssl_key_file=server.key",
    "max_locks_per_transaction=4096", "autovacuum=off",
]


def binaries():
    """The newest server's folder; LEVELHEAD_TEST_POSTGRES names another."""
    named = os.environ.get("LEVELHEAD_TEST_POSTGRES")
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    return Path(named) if named else max(installed, key=lambda folder: int(folder.parent.name))


class Server:
    """Runs until `stop`."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="levelhead-bench-"))
        account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        self.identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        (self.folder / "password").write_text(PASSWORD)
        self.certificate = self.folder / "server.pem"
        if account:
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self.folder.chmod(0o755)
        authentication = ["-A", "scram-sha-256", "--auth-local=trust", "--pwfile=password"]
        self.run(binaries() / "initdb", "-D", "data", "-U", "postgres", *authentication, "--no-sync", "--locale=C", "-E", "UTF8")
        self.make_certificate()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        command = [binaries() / "postgres", "-D", "data", "-k", self.folder, "-p", str(self.port), "-h", "127.0.0.1"]
        for setting in SETTINGS:
            command += ["-c", setting]
        self.log = open(self.folder / "log", "w+b")
        streams = {"stdin": subprocess.DEVNULL, "stdout": self.log, "stderr": self.log}
        self.process = subprocess.Popen(command, cwd=self.folder, **streams, **self.identity)
        self.wait_until_ready()
        self.version = self.sql("postgres", "SHOW server_version")[0].split()[0]

    def run(self, *command):
        """Runs a program of the server's as its account, in its folder."""
        subprocess.run([str(word) for word in command], cwd=self.folder, check=True, capture_output=True, **self.identity)

    def make_certificate(self):
        """A certificate that signs itself: root and server in one, but for 127.0.0.1 alone."""
        names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        self.run(
            "openssl", "req", "-new", "-x509", "-days", "2", "-nodes", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:P-256", *names, "-addext", "basicConstraints=critical,CA:FALSE",
            "-keyout", "data/server.key", "-out", "data/server.pem",
        )  # fmt: skip
        self.run("cp", "data/server.pem", "server.pem")
        self.run("chmod", "600", "data/server.key")

    def wait_until_ready(self):
        """Waits for up to a minute."""
        for _ in range(1200):
            try:
                self.sql("postgres", "SELECT 1")
                return
            except subprocess.CalledProcessError:
                time.sleep(0.05)
        raise SystemExit("the server does not start: " + (self.folder / "log").read_text())

    def sql(self, database, text):
        """Runs statements as the superuser; answers the lines."""
        command = [binaries() / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p", str(self.port)]
        command += ["-U", "postgres", database]
        done = subprocess.run(command, input=text, text=True, check=True, capture_output=True)
        return done.stdout.splitlines()

    def create(self, database, statements, template="template0"):
        """A new database that `statements` fill."""
        self.sql("postgres", f"CREATE DATABASE {database} TEMPLATE {template}")
        if statements:
            # In parts: one transaction with thousands of tables would want too many locks.
            for begin in range(0, len(statements), 2000):
                self.sql(database, "BEGIN;" + ";\n".join(statements[begin : begin + 2000]) + ";COMMIT;")
            self.sql(database, "ANALYZE")

    def tcp(self, database, tls=False):
        """The URL over TCP, where a password is asked for."""
        query = f"?sslmode=verify-full&sslrootcert={self.certificate}" if tls else "?sslmode=disable"
        return f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/{database}{query}"

    def socket(self, database):
        """The URL over the socket."""
        folder = str(self.folder).replace("/", "%2F")
        return f"postgresql://postgres@/{database}?host={folder}&port={self.port}"

    def stop(self):
        """Stops it at once and removes the folder."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder)
