"""The embedded PostgreSQL: its roles, and how it starts, is shared, survives and stops."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from portal import embedded, programs
from portal.embedded import addresses, ensure_running, release
from portal.home import CHECKOUT, HomeError

CLIENT = """
import sys
from pathlib import Path
from portal.embedded import ensure_running
ensure_running(Path(sys.argv[1]), durable=False)
print("up", flush=True)
sys.stdin.read()
"""


def server_process(home: Path) -> int | None:
    """The number of the home's server, if it lives."""
    with (embedded._ground(home) / "life.lock").open() as life:
        if embedded._taken(life.fileno()):
            return None
    return int((embedded._cluster(home) / "postmaster.pid").read_text().split()[0])


def ask(url: str, question: str) -> tuple[object, ...]:
    """The one row that answers `question`."""
    with psycopg.connect(url.replace("pgmq:", "postgresql:")) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for what another process does; fail when it does not come."""
    waiting = subprocess.Popen(["sleep", str(seconds)])
    try:
        while not condition():
            assert waiting.poll() is None, "waited in vain"
    finally:
        waiting.kill()
        waiting.wait()


def test_roles_can_do_their_part_and_no_more(own_home: Path) -> None:
    ensure_running(own_home, durable=False)
    to = addresses(own_home)
    with psycopg.connect(to.owner_url) as connection:
        rows = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolcanlogin"
            " FROM pg_roles WHERE starts_with(rolname, 'throughline_')"
        ).fetchall()
    assert {name.removeprefix("throughline_"): attributes for name, *attributes in rows} == {
        "owner": [False, True, True, False, False, True],
        "app": [False, False, False, False, False, True],
        "broker": [False, False, False, False, False, True],
        "backup": [False, True, False, False, False, True],
    }
    assert ask(to.app_url, "SELECT count(*) FROM pg_class WHERE relowner = 'throughline_app'::regrole") == (
        0,
    )
    assert ask(to.app_url, "SELECT has_schema_privilege('public', 'CREATE')") == (False,)
    assert ask(to.app_url, "SELECT has_database_privilege('throughline', 'TEMP')") == (True,)
    assert ask(to.app_url, "SELECT has_database_privilege('throughline_broker', 'CONNECT')") == (False,)
    assert ask(to.broker_url, "SELECT has_database_privilege('throughline', 'CONNECT')") == (False,)
    assert ask(to.broker_url, "SELECT count(*) FROM pgmq.list_queues()") == (0,)
    assert ask(to.backup_url, "SELECT pg_has_role('pg_read_all_data', 'USAGE')") == (True,)


def test_it_listens_on_a_private_socket_and_asks_for_the_password(made_home: Path) -> None:
    ensure_running(made_home, durable=False)
    to = addresses(made_home)
    assert ask(to.app_url, "SELECT current_setting('listen_addresses'), current_setting('fsync')") == (
        "",
        "off",
    )
    folder = embedded._socket_folder(made_home)
    assert folder.stat().st_mode & 0o077 == 0
    assert len(bytes(folder / ".s.PGSQL.5432")) < 107
    wrong = to.app_url.replace(to.app_url.split(":")[2].split("@")[0], "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_starting_twice_finds_the_same_server_and_the_last_to_leave_stops_it(made_home: Path) -> None:
    ensure_running(made_home)
    first = server_process(made_home)
    ensure_running(made_home)
    assert server_process(made_home) == first
    assert ask(addresses(made_home).app_url, "SELECT current_setting('fsync')") == ("on",)
    release(made_home)
    assert server_process(made_home) is None
    assert not embedded._socket_folder(made_home).exists()


def test_processes_share_it_and_a_killed_one_is_not_counted(own_home: Path) -> None:
    command = [sys.executable, "-c", CLIENT, str(own_home)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    clients = [subprocess.Popen(command, cwd=CHECKOUT, **pipes) for _ in range(3)]
    for client in clients:
        assert client.stdout is not None
        assert client.stdout.readline() == b"up\n"
    server = server_process(own_home)
    clients[0].kill()
    clients[1].communicate()
    assert server is not None
    assert server_process(own_home) == server
    clients[2].communicate()
    assert server_process(own_home) is None
    assert [client.wait() for client in clients] == [-signal.SIGKILL, 0, 0]


def test_a_killed_server_starts_again_with_what_was_committed(made_home: Path) -> None:
    ensure_running(made_home, durable=False)
    to = addresses(made_home)
    with psycopg.connect(to.owner_url) as connection:
        connection.execute("SET synchronous_commit = on")  # only what waits for the log counts as committed
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    killed = server_process(made_home)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    until(lambda: server_process(made_home) is None)
    ensure_running(made_home, durable=False)
    assert ask(to.owner_url, "SELECT n FROM kept") == (7,)


def test_another_process_with_the_old_number_is_not_taken_for_the_server(made_home: Path) -> None:
    ensure_running(made_home, durable=False)
    cluster, sockets = embedded._cluster(made_home), embedded._socket_folder(made_home)
    left = [(path, path.read_text()) for path in (cluster / "postmaster.pid", sockets / ".s.PGSQL.5432.lock")]
    server = str(server_process(made_home))
    release(made_home)
    embedded._made_socket_folder(made_home)
    # Of the same user, and no forebear of the server: PostgreSQL itself lets others pass.
    other = subprocess.Popen(["sleep", "60"], cwd="/", **programs._as_server_user())
    try:
        for path, text in left:
            path.write_text(text.replace(server, str(other.pid), 1))
        ensure_running(made_home, durable=False)
        assert server_process(made_home) not in (None, other.pid)
    finally:
        other.kill()
        other.wait()


def test_a_making_that_was_interrupted_is_begun_anew(own_home: Path) -> None:
    half = embedded._ground(own_home) / "cluster.unfinished"
    half.mkdir()
    (half / "PG_VERSION").write_text("18")
    half.with_suffix(".password").write_text("half")
    ensure_running(own_home, durable=False)
    assert ask(addresses(own_home).app_url, "SELECT current_user::text") == ("throughline_app",)


def test_roles_that_are_missing_after_an_interruption_are_made(made_home: Path) -> None:
    ensure_running(made_home, durable=False)
    passwords = [embedded._password(made_home, role) for role in ("backup", "superuser")]
    superuser = addresses(made_home).backup_url.replace("throughline_backup", "postgres").replace(*passwords)
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("DROP DATABASE throughline_broker")
        connection.execute("DROP ROLE throughline_broker")
    (embedded._cluster(made_home) / embedded.READY).unlink()
    ensure_running(made_home, durable=False)
    assert ask(addresses(made_home).broker_url, "SELECT count(*) FROM pgmq.list_queues()") == (0,)
    assert (embedded._cluster(made_home) / embedded.READY).exists()


def test_a_socket_folder_that_others_may_enter_is_refused(own_home: Path) -> None:
    folder = embedded._socket_folder(own_home)
    folder.mkdir(mode=0o755)
    try:
        with pytest.raises(HomeError, match=f"{folder} belongs to somebody else or is open"):
            ensure_running(own_home, durable=False)
    finally:
        shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_root_keeps_cluster_and_programs_where_the_server_can_reach_them(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = own_home / "elsewhere"
    monkeypatch.setattr(programs, "ROOTS_FOLDER", elsewhere)
    monkeypatch.setattr(programs, "reachable", lambda path: False)
    closed = own_home / "closed"
    closed.mkdir(mode=0o700)
    ensure_running(closed, durable=False)
    assert (closed / "server").resolve().parent == elsewhere
    running = Path(f"/proc/{server_process(closed)}/exe").readlink()
    assert running.is_relative_to(elsewhere)
    assert closed.stat().st_mode & 0o777 == 0o700
    assert ask(addresses(closed).app_url, "SELECT current_user::text") == ("throughline_app",)
    release(closed)
    shutil.rmtree(elsewhere)
    with pytest.raises(HomeError, match="files have gone"):
        ensure_running(closed, durable=False)
