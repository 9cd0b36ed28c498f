"""`serve`: the web, a worker and the relay together, on this machine, until Ctrl-C."""

import os
import socket
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.database import prepare_for_service
from portal.supervisor import Service, run

WORKERS = 2


class Command(BaseCommand):
    """Run everything that an installation on one machine needs; HOST and PORT say where the web listens."""

    help = "Runs the web, one worker and the relay until Ctrl-C. HOST and PORT come by environment."

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = os.environ.get("HOST") or "127.0.0.1", _port(os.environ.get("PORT") or "8000")
        _require_free(host, port)
        prepare_for_service()
        os.environ.setdefault("THROUGHLINE_PUBLIC_URL", f"http://localhost:{port}")
        self.stdout.write(f"Throughline starts on http://{host}:{port} (Ctrl-C stops it).")
        self.stdout.flush()
        run(_services(host, port))


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT is '{text}'. Give a number from 1 to 65535, or leave it out for 8000.")
    return int(text)


def _require_free(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise CommandError(
            f"Cannot listen on {host} port {port}: {error.strerror}. Stop the program that uses it, or choose"
            f" another port, for example PORT={port + 1}."
        ) from error


def _services(host: str, port: int) -> list[Service]:
    """In the order in which they stop: no new requests, no new intents, then the tasks at work."""
    python = [sys.executable, "-m"]
    web = ["uvicorn", "portal.asgi:application", f"--host={host}", f"--port={port}", "--no-access-log"]
    web += ["--log-level=warning", "--timeout-graceful-shutdown=5", "--lifespan=off"]
    worker = ["celery", "-q", "-A", "portal", "worker", f"--concurrency={WORKERS}", "--loglevel=WARNING"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    relay = [sys.executable, str(settings.BASE_DIR / "manage.py"), "relay"]
    clock = ["celery", "-q", "-A", "portal", "beat", "--loglevel=WARNING", "--pidfile="]
    return [
        Service("The web", [*python, *web]),
        Service("The clock", [*python, *clock]),
        Service("The relay", relay),
        Service("The worker", [*python, *worker], seconds_to_stop=30),
    ]
