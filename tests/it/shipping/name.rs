//! The name: nobody is sent to an index where it is not ours, and nothing is published under it there.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

use crate::support::postgres::free_port;

const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

/// What a page says before it sends anybody anywhere.
const UNPUBLISHED: &str = "levelhead is not published yet";

/// The files below `folder`, with their text.
fn texts(folder: &str, endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(Path::new(PROJECT).join(folder)).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name().into_string().unwrap());
        if path.is_dir() && folder != "." {
            found.extend(texts(&format!("{folder}/{name}"), endings));
        } else if path.is_file() && endings.iter().any(|ending| name.ends_with(ending)) {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// Whether a line takes the bare name from an index: PyPI, crates.io, or a registry of images.
fn takes_from_an_index(line: &str) -> bool {
    let words: Vec<_> = line.split([' ', '`', '\'', '"', '(', ')', ',', ';', '|']).collect();
    let has = |word: &str| words.contains(&word);
    let is_bare = words.iter().any(|word| {
        let version = word.strip_prefix("levelhead").map(|rest| rest.trim_end_matches([':', '.']));
        version.is_some_and(|rest| rest.is_empty() || rest.starts_with(['=', '<', '>', '~', '@', '[']))
    });
    let installs = [("pip", "install"), ("pipx", "install"), ("tool", "install"), ("cargo", "install"), ("uv", "add")];
    let installs = installs.iter().any(|(program, word)| has(program) && has(word)) || has("binstall") || has("uvx");
    let is_here = line.contains("git+http") || line.contains("--path") || line.contains("--git");
    let is_requirement = line.contains("requirements.txt") && !installs;
    let is_image = line.contains("COPY --from=levelhead") || (line.contains("ghcr.io/") && line.contains("levelhead"));
    (is_bare && !is_here && (installs || is_requirement)) || is_image
}

#[test]
fn a_line_that_takes_the_name_from_an_index_is_known() {
    for line in [
        "pip install levelhead",
        "| pip | `levelhead` in `requirements.txt`: a static program |",
        "RUN pip install --no-cache-dir 'levelhead==0.1.0' gunicorn",
        "install the newest levelhead: cargo install levelhead",
        "cargo binstall levelhead",
        "uv tool install levelhead",
        "COPY --from=levelhead /levelhead /usr/local/bin/levelhead",
        "docker pull ghcr.io/owner/levelhead",
    ] {
        assert!(takes_from_an_index(line), "{line}");
    }
    for line in [
        "cargo install --locked --path .",
        "`levelhead @ git+https://github.com/OWNER/levelhead` in `requirements.txt`",
        "pip install ./levelhead-*.whl",
        "levelhead run -- gunicorn 'app:create_app()'",
        "install from the repository, never by its name",
    ] {
        assert!(!takes_from_an_index(line), "{line}");
    }
}

#[test]
fn a_page_says_that_nothing_is_published_before_it_names_an_index() {
    let mut pages = texts(".", &[".md", ".yaml", ".toml", "Dockerfile"]);
    for folder in ["docs", "deploy"] {
        pages.extend(texts(folder, &[".md", ".yaml", ".service"]));
    }
    assert!(pages.len() > 20, "{pages:#?}");
    for (path, text) in &pages {
        // A local image of that name has been built above.
        let says = |line: &str| line.contains(UNPUBLISHED) || line.contains("docker build -t levelhead .");
        let mut said = false;
        for line in text.lines() {
            said |= says(line);
            assert!(said || !takes_from_an_index(line), "{}: {line}", path.display());
        }
    }
    for page in ["README.md", "docs/DEPLOYMENT_GUIDE.md", "docs/MIGRATING.md"] {
        let text = fs::read_to_string(Path::new(PROJECT).join(page)).unwrap();
        assert!(text.contains(UNPUBLISHED), "{page} does not say that {UNPUBLISHED}");
    }
}

#[test]
fn the_program_sends_nobody_to_an_index() {
    for (path, text) in texts("src", &[".rs"]) {
        for line in text.lines() {
            assert!(!takes_from_an_index(line), "{}: {line}", path.display());
        }
    }
}

/// An index that gives `answer`, once, to whoever asks for the project's page.
fn index(status: &str, body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut part = [0; 4096];
            let length = stream.read(&mut part).unwrap();
            assert_ne!(length, 0, "the request ends early");
            request.extend_from_slice(&part[..length]);
        }
        let is_the_page = request.starts_with(b"GET /pypi/levelhead/json HTTP/");
        let other = "HTTP/1.1 500 not the page\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(if is_the_page { &answer } else { other }.as_bytes()).unwrap();
    });
    address
}

/// Asks `index` for example/levelhead, in a folder whose pyproject.toml holds `urls`.
fn ask(index: &str, first_release: Option<&str>, urls: &str) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("pyproject.toml"), format!("[project]\nname = \"levelhead\"\n{urls}")).unwrap();
    let mut script = Command::new(Path::new(PROJECT).join(".ci/owns-the-name"));
    script.args(["levelhead", index]).current_dir(folder.path()).env_clear();
    script.env("PATH", std::env::var_os("PATH").unwrap()).env("GITHUB_REPOSITORY", "example/levelhead");
    if let Some(name) = first_release {
        script.env("FIRST_RELEASE", name);
    }
    let Output { status, stdout, stderr } = script.output().unwrap();
    let said = String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap();
    assert!(!said.contains("Traceback"), "{said}");
    (status.success(), said)
}

const URLS: &str = "[project.urls]\nRepository = \"https://github.com/example/levelhead\"\n";

#[track_caller]
fn passes(index: &str, first_release: Option<&str>) {
    let (passed, said) = ask(index, first_release, URLS);
    assert!(passed, "{said}");
}

/// Refuses, says `what`, and what to do.
#[track_caller]
fn refuses(index: &str, first_release: Option<&str>, what: &str) {
    let (passed, said) = ask(index, first_release, URLS);
    assert!(!passed && said.starts_with("error: ") && said.contains(what) && said.contains("\nhelp: "), "{said}");
}

fn project(home_page: &str, repository: &str) -> String {
    index("200 OK", &format!(r#"{{"info":{{"home_page":{home_page},"project_urls":{repository}}}}}"#))
}

#[test]
fn a_name_whose_project_names_this_repository_is_ours() {
    passes(&project("null", r#"{"Repository":"https://github.com/example/levelhead"}"#), None);
    passes(
        &project("null", r#"{"Docs":"https://levelhead.dev","Source":"https://GitHub.com/Example/levelhead.git/"}"#),
        None,
    );
    passes(&project(r#""https://github.com/example/levelhead""#, "null"), None);
    passes(&project("null", r#"{"Issues":"https://github.com/example/levelhead/issues"}"#), None);
}

#[test]
fn a_name_that_somebody_else_owns_is_refused_at_the_first_release_too() {
    for urls in [
        r#"{"Repository":"https://github.com/other/levelhead"}"#,
        r#"{"Repository":"https://github.com/example/levelhead-two"}"#,
        r#"{"Repository":"https://github.com.evil.example/example/levelhead"}"#,
        r#"{"Repository":"https://evil.example/?https://github.com/example/levelhead"}"#,
        r#"{"Repository":"http://[","Home":7}"#,
        "{}",
        "null",
    ] {
        refuses(&project("null", urls), Some("levelhead"), "is not ours");
    }
    refuses(&project("null", "{}"), None, "is not ours");
}

#[test]
fn a_name_that_nobody_owns_passes_only_as_the_first_release_that_is_asked_for() {
    let nobody = || index("404 Not Found", r#"{"message": "Not Found"}"#);
    for first in [None, Some(""), Some("true"), Some("levelheads")] {
        refuses(&nobody(), first, "nobody owns levelhead");
    }
    passes(&nobody(), Some("levelhead"));
    // The second release could not be recognised.
    let (passed, said) = ask(&nobody(), Some("levelhead"), "");
    assert!(!passed && said.contains("pyproject.toml does not name") && said.contains("\nhelp: add it"), "{said}");
}

#[test]
fn an_index_that_gives_no_answer_is_no_consent() {
    let first = Some("levelhead");
    for body in ["", "<html>", "[]", "null", r#"{"info":null}"#, r#"{"info":{"project_urls":["x"]}}"#] {
        refuses(&index("200 OK", body), first, "cannot be read");
    }
    refuses(&index("503 Service Unavailable", ""), first, "answers 503");
    refuses(&format!("http://127.0.0.1:{}", free_port()), first, "cannot be asked");
}

#[test]
fn the_release_asks_before_it_publishes() {
    let workflow = fs::read_to_string(Path::new(PROJECT).join(".github/workflows/release.yml")).unwrap();
    let jobs = workflow.split_once("\njobs:\n").unwrap().1;
    // A job begins with its name, two columns in.
    let starts =
        jobs.match_indices("\n  ").filter(|(at, _)| jobs[at + 3..].starts_with(|c: char| c.is_ascii_lowercase()));
    let mut starts: Vec<_> = starts.map(|(at, _)| at + 3).collect();
    starts.push(jobs.len());
    let job = |name: &str| {
        let found = starts.windows(2).map(|pair| &jobs[pair[0]..pair[1]]).find(|job| job.starts_with(name));
        found.unwrap_or_else(|| panic!("no job {name}"))
    };
    for name in ["binaries:", "image:"] {
        assert!(job(name).contains("\n    needs: name\n"), "{name} does not wait for the name");
    }
    let call = "- run: .ci/owns-the-name levelhead\n";
    assert!(job("name:").contains(call));
    let publish = job("publish:");
    let (asks, publishes) = (publish.find(call), publish.find("gh-action-pypi-publish"));
    assert!(asks.is_some() && asks < publishes, "{publish}");
}
