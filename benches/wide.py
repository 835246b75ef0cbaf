"""Item 4: a database with a thousand tables and ten thousand columns. Its history is of the usual kind."""

import subprocess

import history
from measure import LEVELHEAD, WORK, Command, environment, hyperfine
from report import Table, ms

#: Revisions; the schema has a table for ten of them, and twelve columns in each.
SIZES = [100, 10_000]


def measure(server, quick):
    """The table: times, and how many statements the server was sent."""
    table = Table(["schema", "`infer`", "statements", "`check`", "statements"])
    for count in SIZES[:1] if quick else SIZES:
        folder = history.write(WORK / f"history-{count}", count)
        database = f"wide_{count}"
        made = list(history.statements(count))
        server.create(database, made)
        cells = []
        for word in ("infer", "check"):
            command = Command(word, [LEVELHEAD, word], folder, {"DATABASE_URL": server.socket(database)}, runs=5)
            cells += [ms(hyperfine([command])[0]), statements(server, command, database)]
        tables = (count + 9) // 10
        table.add(f"{tables:,} tables, {tables * 12:,} columns", *cells)
    return {"wide": table.markdown()}


def statements(server, command, database):
    """The statements of one run, by the server's own log."""
    server.sql("postgres", f"ALTER DATABASE {database} SET log_statement = 'all'")
    begin = server.log.seek(0, 2)
    subprocess.run(
        list(map(str, command.words)), cwd=command.folder, env=environment(command.environment), check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    server.sql("postgres", f"ALTER DATABASE {database} RESET log_statement")
    server.log.seek(begin)
    return sum(b"LOG:  statement: " in line and b"ALTER DATABASE" not in line for line in server.log)
