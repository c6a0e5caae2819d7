"""PostgreSQL with one database and a superuser of ours, so that tests can create databases.

The character type is C.UTF-8: with plain C, Chinese letters are no letters to the server.
The cluster's password is random: other users of the machine cannot read a test's database.
"""

import os
import secrets
import signal
import subprocess
from pathlib import Path

from tests.services.process import (
    Failed,
    Server,
    find_program,
    free_port,
    launch,
    wait_until,
    with_retries,
)

NAME = "postgres"
PACKAGE = "postgresql"
OWNER = "jianyan"
# Nothing here outlives the run. `--durable` of the runner leaves the server's own (honest) settings on.
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


def start(folder: Path) -> Server:
    # Debian keeps the server's programs off the PATH, one folder per major version; newest first.
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -float(p.parent.name))
    initdb = find_program("initdb", PACKAGE, folders=folders)
    # The server refuses to run as root; Debian's package brings this user.
    user = "postgres" if os.geteuid() == 0 else None
    data, log = folder / "data", folder / "postgres.log"
    if user:
        # The postgres user has to reach its folder through ours.
        folder.parent.chmod(0o711)
        subprocess.run(["chown", user, folder], check=True)
    password = secrets.token_urlsafe(16)
    password_file = folder / "password"
    password_file.write_text(password)
    password_file.chmod(0o644)
    made = subprocess.run(
        [initdb, "-D", data, "-U", OWNER, f"--pwfile={password_file}", "--no-sync"]
        + ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"],
        user=user,
        group=user,
        extra_groups=[] if user else None,
        capture_output=True,
        cwd=folder,
        check=False,
    )
    password_file.unlink()
    if made.returncode:
        raise Failed("initdb failed:\n" + made.stderr.decode(errors="replace"))
    options = [] if os.environ.get("SERVICES_DURABLE") else FAST

    def once() -> Server:
        port = free_port()
        command = [initdb.with_name("postgres"), "-D", data, "-p", str(port)]
        for option in ["listen_addresses=127.0.0.1", "unix_socket_directories=", *options]:
            command += ["-c", option]
        command += ["-c", "max_connections=100"]
        process = launch(command, log=log, user=user)
        address = f"postgres://{OWNER}:{password}@127.0.0.1:{port}/{OWNER}"
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
        server = Server(NAME, "DATABASE_URL", address, process, stop_signal=signal.SIGINT)
        env = {**os.environ, "PGPASSWORD": password}
        psql = [initdb.with_name("psql"), "-h", "127.0.0.1", "-p", str(port), "-U", OWNER]

        def run(*arguments: str, database: str) -> bool:
            done = subprocess.run(
                [*psql, "-d", database, *arguments], env=env, capture_output=True, check=False
            )
            return done.returncode == 0

        wait_until(lambda: run("-c", "select 1", database="postgres"), server, log=log, seconds=30)
        if not run("-c", f"create database {OWNER}", database="postgres") and not run(
            "-c", "select 1", database=OWNER
        ):
            server.stop()
            raise Failed("postgres started, but its database could not be created")
        return server

    return with_retries(once)
