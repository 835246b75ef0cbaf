//! Scripts by chance: a statement that SQLite refuses is left out again.

use rusqlite::Connection;

/// Numbers by chance, the same for the same seed.
struct Chance(u64);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn number(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % below
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.number(of.len())]
    }

    fn perhaps(&mut self, text: &str) -> String {
        if self.number(3) == 0 { text.to_owned() } else { String::new() }
    }
}

/// Statements that SQLite has carried out, and the database that they have led to.
pub(crate) fn script(seed: u64) -> (Vec<String>, Connection) {
    const ATTEMPTS: usize = 24;
    let mut chance = Chance::new(seed);
    let connection = Connection::open_in_memory().unwrap();
    let mut statements = Vec::new();
    for attempt in 0..ATTEMPTS {
        let statement = statement(&mut chance, attempt);
        connection.execute_batch("SAVEPOINT before").unwrap();
        if connection.execute_batch(&statement).is_ok() {
            statements.push(statement);
        } else {
            connection.execute_batch("ROLLBACK TO before").unwrap();
        }
        connection.execute_batch("RELEASE before").unwrap();
    }
    (statements, connection)
}

fn table(chance: &mut Chance) -> String {
    chance
        .one(&["a", "b", "users", "Users", "\"users\"", "[c d]", "`B`", "main.a", "orders", "new_users", "T"])
        .to_owned()
}

fn column(chance: &mut Chance) -> String {
    chance.one(&["id", "Id", "x", "y", "\"x\"", "\"Y\"", "[z w]", "`name`", "name", "NAME", "n1"]).to_owned()
}

fn kind(chance: &mut Chance) -> &'static str {
    chance.one(&[
        "INTEGER",
        "int",
        "TEXT",
        "VARCHAR(20)",
        "varchar ( 20 )",
        "DECIMAL(10, 2)",
        "unsigned big int",
        "",
        "REAL",
        "BOOLEAN",
        "DATETIME",
        "\"my type\"",
        "double precision",
    ])
}

fn default(chance: &mut Chance) -> &'static str {
    chance.one(&[
        "1",
        "-1",
        "+2.5",
        "'a, (b); c'",
        "NULL",
        "CURRENT_TIMESTAMP",
        "(1 + 2)",
        "(lower('X'))",
        "true",
        "x'00'",
        "\"text\"",
        ".5",
        "1e3",
    ])
}

fn reference(chance: &mut Chance) -> String {
    let mut text = format!("REFERENCES {}", chance.one(&["a", "users", "Users", "[c d]", "nothing"]));
    text += &chance.perhaps(" (id)");
    text += chance.one(&[
        "",
        " ON DELETE CASCADE",
        " ON DELETE SET NULL ON UPDATE CASCADE",
        " ON UPDATE NO ACTION ON DELETE RESTRICT",
        " MATCH FULL",
        " DEFERRABLE INITIALLY DEFERRED",
        " ON DELETE SET DEFAULT NOT DEFERRABLE",
    ]);
    text
}

fn definition(chance: &mut Chance, added: bool) -> String {
    let name = column(chance);
    let mut text = format!("{name} {}", kind(chance));
    if !added && chance.number(6) == 0 {
        text += chance.one(&[
            " PRIMARY KEY",
            " PRIMARY KEY AUTOINCREMENT",
            " primary key desc",
            " CONSTRAINT pk PRIMARY KEY ON CONFLICT REPLACE",
        ]);
    }
    for _ in 0..chance.number(3) {
        let value = default(chance);
        let key = reference(chance);
        let number = chance.number(3);
        text += &match chance.number(if added { 7 } else { 9 }) {
            0 => " NOT NULL".to_owned(),
            1 => format!(" DEFAULT {value}"),
            2 => format!(" {key}"),
            3 => " COLLATE NOCASE".to_owned(),
            4 => format!(" CONSTRAINT ck{number} CHECK ({name} > 0 AND ')' <> '(')"),
            5 => " /* a, b */ NULL".to_owned(),
            6 => " CHECK (1)".to_owned(),
            7 => " UNIQUE".to_owned(),
            _ => " CONSTRAINT uq UNIQUE ON CONFLICT IGNORE".to_owned(),
        };
    }
    text
}

fn create_table(chance: &mut Chance) -> String {
    let count = 1 + chance.number(4);
    let mut parts: Vec<String> = (0..count).map(|_| definition(chance, false)).collect();
    if chance.number(8) == 0 {
        parts.push(format!(
            "g {} {}AS (1 + 1) {}",
            kind(chance),
            chance.perhaps("GENERATED ALWAYS "),
            chance.one(&["", "STORED", "VIRTUAL"])
        ));
    }
    for _ in 0..chance.number(3) {
        let (first, second) = (column(chance), column(chance));
        let key = reference(chance);
        let number = chance.number(5);
        parts.push(match chance.number(6) {
            0 => format!("PRIMARY KEY ({first})"),
            1 => format!("UNIQUE ({first}, {second})"),
            2 => format!("CONSTRAINT uq UNIQUE ({first})"),
            3 => format!("CONSTRAINT fk FOREIGN KEY ({first}) {key}"),
            4 => format!("CONSTRAINT ck{number}t CHECK ({first} <> 1)"),
            _ => format!("CONSTRAINT pk PRIMARY KEY ({first} DESC, {second})"),
        });
    }
    let head = chance.one(&[
        "CREATE TABLE",
        "create table",
        "CREATE TABLE IF NOT EXISTS",
        "CREATE TABLE",
        "CREATE\n TABLE -- x\n",
    ]);
    let tail = chance.one(&["", "", "", "", "WITHOUT ROWID", "STRICT"]);
    format!("{head} {} ({}) {tail}", table(chance), parts.join(chance.one(&[", ", ",\n  "])))
}

fn statement(chance: &mut Chance, attempt: usize) -> String {
    let name = table(chance);
    let (first, second) = (column(chance), column(chance));
    if attempt < 6 {
        return create_table(chance);
    }
    match chance.number(20) {
        0 | 1 => create_table(chance),
        2 => format!("DROP TABLE {}{name}", chance.perhaps("IF EXISTS ")),
        3 => format!("ALTER TABLE {name} RENAME TO {}", table(chance).replace("main.", "")),
        4 | 5 => format!("ALTER TABLE {name} RENAME {}{first} TO {second}", chance.perhaps("COLUMN ")),
        6 | 7 => format!("ALTER TABLE {name} ADD {}{}", chance.perhaps("COLUMN "), definition(chance, true)),
        8 => format!("ALTER TABLE {name} DROP {}{first}", chance.perhaps("COLUMN ")),
        9 | 10 => {
            let unique = chance.perhaps("UNIQUE ");
            let index = chance.one(&["ix1", "IX1", "\"ix 2\"", "main.ix3", "ix4"]);
            let part = chance.one(&["", " DESC", " COLLATE NOCASE ASC", ", lower('x')", ", y + 1"]);
            let tail = chance.one(&["", "", " WHERE 1 > 0", " WHERE x IS NOT NULL"]);
            format!(
                "CREATE {unique}INDEX {}{index} ON {} ({first}{part}){tail}",
                chance.perhaps("IF NOT EXISTS "),
                name.replace("main.", "")
            )
        }
        11 => format!(
            "DROP INDEX {}{}",
            chance.perhaps("IF EXISTS "),
            chance.one(&["ix1", "IX1", "\"IX 2\"", "ix3", "ix4"])
        ),
        12 => format!(
            "CREATE {}VIEW {}{} AS SELECT * FROM {name}",
            chance.perhaps("TEMP "),
            chance.perhaps("IF NOT EXISTS "),
            chance.one(&["v", "V2", "\"v 3\""])
        ),
        13 => format!("DROP VIEW {}{}", chance.perhaps("IF EXISTS "), chance.one(&["V", "v2", "\"v 3\""])),
        14 => format!(
            "CREATE TRIGGER {} {} ON {} BEGIN DELETE FROM a; SELECT CASE WHEN 1 THEN 2 END; END",
            chance.one(&["tr", "TR2", "\"t;r\""]),
            chance.one(&["AFTER INSERT", "BEFORE DELETE", "AFTER UPDATE OF x"]),
            name.replace("main.", "")
        ),
        15 => format!("DROP TRIGGER {}{}", chance.perhaps("IF EXISTS "), chance.one(&["TR", "tr2", "\"t;r\""])),
        16 => format!(
            "CREATE {}TABLE {} AS SELECT * FROM {name}",
            chance.perhaps("TEMP "),
            chance.one(&["made", "Made2", "tmp"])
        ),
        17 => format!("INSERT INTO {name} DEFAULT VALUES"),
        18 => chance
            .one(&[
                "PRAGMA foreign_keys = ON",
                "PRAGMA foreign_keys=off",
                "SELECT count(*) FROM sqlite_master",
                "DROP TABLE IF EXISTS tmp",
                "ANALYZE",
                "DELETE FROM users",
            ])
            .to_owned(),
        _ => {
            let kept = chance.one(&["users", "a", "orders"]);
            format!(
                "CREATE TABLE _alembic_tmp (id INTEGER PRIMARY KEY, y TEXT DEFAULT 'b'); INSERT INTO _alembic_tmp (id) SELECT 1 FROM {kept}; DROP TABLE {kept}; ALTER TABLE _alembic_tmp RENAME TO {kept}"
            )
        }
    }
}
