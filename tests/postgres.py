"""A PostgreSQL server of one's own for a test, from the system's package: no network, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


def find_server() -> Path | None:
    """The folder of initdb and pg_ctl, when the system has a PostgreSQL server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), reverse=True)
    on_path = shutil.which("pg_ctl")
    if found:
        return found[0].parent
    return Path(on_path).resolve().parent if on_path else None


@contextlib.contextmanager
def server(binaries: Path) -> Iterator[int]:
    """The port of a running server whose user `owner` (password `owner`) may do everything."""
    # The server refuses to run as root; its folder is then another user's.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    data, log, password = (folder / name for name in ("data", "log", "password"))
    password.write_text("owner\n", encoding="utf-8")
    for path in (folder, password) if user else ():
        os.chown(path, pwd.getpwnam(str(user)).pw_uid, -1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(name: str, *words: str | Path) -> None:
        # What a server inherits it keeps open, so its output goes to a file and never into a pipe.
        with tempfile.TemporaryFile("w+") as said:
            command = [str(binaries / name), *map(str, words)]
            done = subprocess.run(command, stdout=said, stderr=said, user=user, cwd=folder)
            said.seek(0)
            assert done.returncode == 0, said.read()

    try:
        run("initdb", "-D", data, "-A", "scram-sha-256", "-U", "owner", "--no-sync", "--pwfile", password)
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        run("pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start")
        try:
            yield port
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":  # for `make test`: which tests this machine can run
    print("(postgres or not postgres)" if find_server() else "not postgres")
