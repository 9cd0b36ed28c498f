"""The embedded PostgreSQL 18: made, started, shared by processes and stopped, on a unix socket alone.

The server lives as long as somebody uses it. Each process that uses it holds a shared lock on
`clients.lock` until it ends, however it ends; whoever, on leaving, can take that lock alone stops the
server. `server.lock` keeps starts and stops apart.
"""

import atexit
import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg.pq import PGconn, Ping

from portal.home import CHECKOUT, HomeError, locked, secret
from portal.programs import give_to_server_user, programs, reachable, roots_folder, run, server_user_id

# Fixed, not the environment's TMPDIR: every process of one home must find the same socket, its path must
# stay below 107 bytes, and addresses are read in lower case.
SOCKETS = Path("/tmp")  # noqa: S108  (each folder in it is made 0700 and its owner checked)
READY = "throughline.ready"
PATIENCE_SECONDS = 60

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "jit": "off",
    "timezone": "UTC",
    # Small containers have a /dev/shm too small for a parallel query.
    "dynamic_shared_memory_type": "mmap",
    # Statements, and the details of violations, hold customers' data: neither enters the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
# A test builds a world of many imports in one transaction, which holds the locks of all their temporary tables.
FLEETING = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_locks_per_transaction": "512",
}
ROLES = ("owner", "app", "broker", "backup")

_held: dict[Path, int] = {}


@dataclass(frozen=True)
class Addresses:
    """Where each role finds its database."""

    app_url: str
    owner_url: str
    broker_url: str
    backup_url: str


def addresses(home: Path) -> Addresses:
    """The addresses that the server of `home` has or will have; nothing is started."""
    host = quote(str(_socket_folder(home)), safe="")

    def url(scheme: str, role: str, database: str = "throughline") -> str:
        return f"{scheme}://throughline_{role}:{_password(home, role)}@{host}/{database}"

    return Addresses(
        app_url=url("postgresql", "app"),
        owner_url=url("postgresql", "owner"),
        broker_url=url("pgmq", "broker", "throughline_broker"),
        backup_url=url("postgresql", "backup"),
    )


def ensure_running(home: Path, durable: bool = True) -> None:
    """Have the server of `home` running, made first if need be, until this process ends.

    Parameters
    ----------
    home
        The folder from `portal.home.home()`.
    durable
        False trades what a power cut would lose for speed; only tests ask for it. A server that already
        runs stays as it was started.

    Raises
    ------
    HomeError
        When the server cannot be made or started; the message holds its last words.
    """
    with locked(home / "server.lock"):
        _hold(home)
        if _ping(home) is not Ping.OK:
            _start(home, durable)
        if not (_cluster(home) / READY).exists():
            _furnish(home)


def release(home: Path) -> None:
    """Give up this process's use of the server; the last to do so stops it. Called at exit by itself."""
    descriptor = _held.pop(home, None)
    if descriptor is None or not home.exists():
        return
    with locked(home / "server.lock"):
        os.close(descriptor)
        alone = os.open(home / "clients.lock", os.O_RDWR | os.O_CLOEXEC)
        try:
            if _taken(alone):
                _stop(home)
        finally:
            os.close(alone)


def _hold(home: Path) -> None:
    if home in _held:
        return
    descriptor = os.open(home / "clients.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    _held[home] = descriptor
    atexit.register(_release_if_still, os.getpid(), home)


def _release_if_still(process: int, home: Path) -> None:
    # A forked child inherits the lock, and so keeps the server; only the process that took it gives it up.
    if os.getpid() == process:
        release(home)


def _password(home: Path, role: str) -> str:
    return secret(f"database_{role}", home)


def _socket_folder(home: Path) -> Path:
    return SOCKETS / f"throughline-{hashlib.sha256(bytes(home.resolve())).hexdigest()[:16]}"


def _ping(home: Path) -> Ping:
    return Ping(PGconn.ping(f"host={_socket_folder(home)} port=5432 dbname=postgres".encode()))


# --- making the cluster ---------------------------------------------------------------------------------


def _cluster(home: Path) -> Path:
    """The data folder. It bears this name only when it is whole."""
    return _ground(home) / "cluster"


def _ground(home: Path) -> Path:
    """Where the server's files lie: `home/server`, a link if the server's user cannot get into the home."""
    ground = home / "server"
    if ground.exists():
        return ground.resolve()
    if ground.is_symlink():
        raise HomeError(
            f"The embedded database's files have gone: {ground} leads to {ground.readlink()}. Bring them"
            " back, or remove that link to begin with an empty database."
        )
    made = ground if reachable(home) else Path(tempfile.mkdtemp(dir=roots_folder()))
    made.mkdir(exist_ok=True)
    made.chmod(0o711)
    if made != ground:
        ground.symlink_to(made)
    return made


def _make_cluster(home: Path, life: int, durable: bool) -> None:
    unfinished = _cluster(home).with_suffix(".unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    unfinished.mkdir(mode=0o700)
    give_to_server_user(unfinished)
    _initialise(home, unfinished, life, durable)
    unfinished.rename(_cluster(home))


def _initialise(home: Path, folder: Path, life: int, durable: bool) -> None:
    password = folder.with_suffix(".password")
    password.touch(mode=0o600)
    give_to_server_user(password)
    password.write_text(_password(home, "superuser"))
    options = ["-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8"]
    options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options += [] if durable else ["--no-sync"]
    try:
        run(["initdb", "-D", str(folder), *options], "make the embedded database", handed_on=[life])
    finally:
        password.unlink()


def _furnish(home: Path) -> None:
    """Roles, databases and the queues' tables; safe to repeat after an interruption."""
    environment = {f"THROUGHLINE_{role.upper()}_PASSWORD": _password(home, role) for role in ROLES}
    environment |= {"PGHOST": str(_socket_folder(home)), "PGPORT": "5432", "PGUSER": "postgres"}
    environment |= {"PGPASSWORD": _password(home, "superuser"), "LC_ALL": "C"}
    script = CHECKOUT / "docker" / "create-roles.sql"
    psql = [str(programs() / "psql"), "-X", "-d", "postgres", "-f", str(script)]
    done = subprocess.run(psql, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise HomeError(f"The embedded database's roles could not be made: {done.stderr.strip()}")
    load_queues(addresses(home).broker_url)
    (_cluster(home) / READY).touch()


def load_queues(broker_url: str) -> None:
    """Load the queues' tables and functions where `broker_url` (`pgmq://…`) points, unless they are there."""
    from pgmq.install import get_embedded_install_sql  # slow to import, needed once in a home's life

    with psycopg.connect(broker_url.replace("pgmq://", "postgresql://", 1)) as connection:
        found = connection.execute("SELECT to_regclass('pgmq.meta')").fetchone()
        if found == (None,):
            connection.execute(get_embedded_install_sql().encode())


# --- starting and stopping ------------------------------------------------------------------------------


def _start(home: Path, durable: bool) -> None:
    # The server inherits this lock, as do all its processes and whatever makes its files: while one lives, no
    # other starts on these files, be it from another container, where numbers of processes say nothing.
    life = os.open(_ground(home) / "life.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _answers_while_waiting(home, life):
            if not _cluster(home).exists():
                _make_cluster(home, life, durable)
            _launch(home, life, durable)
    finally:
        os.close(life)


def _answers_while_waiting(home: Path, life: int) -> bool:
    """Wait for a server that starts or stops: True once it answers, False once its life's lock is ours."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _taken(life):
        if _ping(home) is Ping.OK:
            return True
        if time.monotonic() > deadline:
            raise HomeError(
                f"A database server uses {_cluster(home)} and did not answer here in {PATIENCE_SECONDS} s. If"
                " it is another container's, give each a THROUGHLINE_HOME of its own, or one DATABASE_URL to"
                " both; if not, end it and try again."
            )
        time.sleep(0.02)
    return False


def _taken(descriptor: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _launch(home: Path, life: int, durable: bool) -> None:
    cluster, sockets = _cluster(home), _made_socket_folder(home)
    # Left by a killed server; PostgreSQL would take whoever has its old number now for the server.
    for left in (cluster / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
        left.unlink(missing_ok=True)
    settings = SETTINGS | {"unix_socket_directories": str(sockets)} | ({} if durable else FLEETING)
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    log = cluster / "server.log"
    log.unlink(missing_ok=True)
    command = ["pg_ctl", "start", "-D", str(cluster), "-l", str(log), "-w", "-t", str(PATIENCE_SECONDS)]
    try:
        run([*command, "-o", options], "start the embedded database", handed_on=[life])
    except HomeError as error:
        words = log.read_text(errors="replace").strip() if log.exists() else ""
        raise HomeError(f"{error} {words[-2000:]}") from error


def _stop(home: Path) -> None:
    if _ping(home) is Ping.NO_RESPONSE:
        return
    command = ["pg_ctl", "stop", "-D", str(_cluster(home)), "-m", "fast", "-w", "-t", str(PATIENCE_SECONDS)]
    run(command, "stop the embedded database")
    with suppress(OSError):
        _socket_folder(home).rmdir()


def _made_socket_folder(home: Path) -> Path:
    folder = _socket_folder(home)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not _is_ours(folder):
            raise HomeError(
                f"{folder} belongs to somebody else or is open to others, so the embedded database will not"
                " listen there. Remove it, or set THROUGHLINE_HOME to another folder."
            ) from None
    give_to_server_user(folder)
    return folder


def _is_ours(folder: Path) -> bool:
    found = folder.lstat()
    private = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    return private and found.st_uid in (os.geteuid(), server_user_id())
