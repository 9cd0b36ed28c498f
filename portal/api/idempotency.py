"""A call that is made twice under one Idempotency-Key takes effect once (draft-ietf-httpapi-idempotency-key-header).

One transaction holds the effect and the note of it, behind a lock by client and key: a crash leaves neither, a second
call meanwhile is told to wait, a later one gets what was made, as the client may see it then. A key is remembered for a
day.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from partners.organisations.clients import Identified
from portal.api.models import IdempotentCall
from portal.api.problems import Problem

HEADER = "Idempotency-Key"
LONGEST = 255
LIFE = timedelta(days=1)
PIECE = 1 << 20


@dataclass(frozen=True)
class Made:
    """What a call made: its public id and the status of the answer."""

    public_id: str
    status: int


def once(
    request: Request, identified: Identified, act: Callable[[], Made], show: Callable[[Made], Response]
) -> Response:
    """Do `act` unless the same call has been done under its key, and `show` what was made.

    Raises
    ------
    Problem
        409 while the first call is at work, 422 where the key was used for another call, 400 for an unusable key.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return show(act())
    if not 1 <= len(key) <= LONGEST or not key.isprintable():
        raise Problem(400, "bad_idempotency_key", f"An {HEADER} has 1 to {LONGEST} printable characters.")
    _lock(identified.client_id, key)
    fingerprint = _fingerprint(request)
    live = IdempotentCall.objects.filter(client_id=identified.client_id, at__gte=timezone.now() - LIFE)
    before = live.filter(key=key).first()
    if before is None:
        made = act()
        _remember(identified.client_id, key, fingerprint, made)
        return show(made)
    if before.fingerprint != fingerprint:
        raise Problem(
            422, "idempotency_key_reused", f"This {HEADER} was used for another call: draw a new one."
        )
    response = show(Made(before.made, before.status))
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _remember(client_id: int, key: str, fingerprint: str, made: Made) -> None:
    """Note the call, at its end: other calls wait no longer than a moment for the old notes that go with it."""
    calls = IdempotentCall.objects.filter(client_id=client_id)
    calls.filter(at__lt=timezone.now() - LIFE).delete()
    calls.create(
        client_id=client_id, key=key, fingerprint=fingerprint, status=made.status, made=made.public_id
    )


def _lock(client_id: int, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('call ' || %s || ' ' || %s, 0))",
            [client_id, key],
        )
        if not cursor.fetchone()[0]:
            raise Problem(
                409,
                "call_under_way",
                f"A call with this {HEADER} is at work: ask again.",
                headers={"Retry-After": "1"},
            )


def _fingerprint(request: Request) -> str:
    """Method, address and everything that was sent."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\0".encode())
    said = {name: value for name, value in dict(request.data).items() if name not in request.FILES}
    digest.update(json.dumps(said, sort_keys=True, default=str).encode())
    for name, file in sorted(request.FILES.items()):
        digest.update(f"{name}\0{file.name}\0".encode())
        for piece in file.chunks(PIECE):
            digest.update(piece)
        file.seek(0)
    return digest.hexdigest()
