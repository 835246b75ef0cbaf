//! `show --operations --sql`: a person asks the application's own Alembic.

use serde_json::{Value, json};

use crate::support::application::REVISIONS;
use crate::support::{Application, Backend};

fn shown(shop: &Application, arguments: &[&str]) -> Value {
    let arguments = [&["show", REVISIONS[0], "--operations", "--sql", "--format", "json"], arguments].concat();
    let said = shop.levelhead(&arguments).run().success().stdout.clone();
    let document: Value = serde_json::from_str(&said).unwrap();
    document["revisions"][0]["rendered"].clone()
}

#[test]
fn the_sql_of_a_revision_is_that_of_alembic_with_the_configuration_of_env_py() {
    let shop = Application::at(Backend::Sqlite, "base");
    let rendered = shown(&shop, &[]);
    assert_eq!((&rendered["configuration"], &rendered["whole"]), (&json!("env.py"), &json!(true)), "{rendered}");
    let sql = rendered["operations"][0]["sql"][0].as_str().unwrap();
    assert!(sql.starts_with("CREATE TABLE "), "{rendered}");
    let text = shop.levelhead(&["show", REVISIONS[0], "--operations", "--sql"]).run().success().stdout.clone();
    assert!(text.contains("rendered by Alembic ") && text.contains(sql.lines().next().unwrap()), "{text}");
}

#[test]
fn whoever_wants_no_python_started_is_told_so() {
    let shop = Application::at(Backend::Sqlite, "base");
    let rendered = shown(&shop, &["--render", "never"]);
    assert_eq!(rendered, json!({ "failure": "LEVELHEAD_RENDER is never", "whole": false }));
}
