"""An upload that ends early, before the interface as it is served: it is no file, and the next one is."""

import socket
from contextlib import closing

import pytest

from integrations.ingestion.models import Submission
from partners.tenancy.context import acting_as
from tests.api.conftest import key_for, pair_of
from tests.api.test_quick_start import answers, portal
from tests.ingestion.files import HEADINGS
from tests.jobs.test_workers import until
from tests.world import World, build_world

__all__ = ["portal"]
CONTENT = HEADINGS + "\n" + "I-1,1,2026-01-14,C1,Cyclery One,RB-1,2,2000.00,USD\n" * 60_000


def request_of(world: World, words: str, host: str) -> tuple[bytes, bytes]:
    """Head and body of a POST that sends the file."""
    named = (
        f'--cut\r\nContent-Disposition: form-data; name="partnership"\r\n\r\n{pair_of(world).public_id}\r\n'
    )
    file = '--cut\r\nContent-Disposition: form-data; name="file"; filename="may.csv"\r\n\r\n'
    body = f"{named}{file}{CONTENT}\r\n--cut--\r\n".encode()
    head = (
        f"POST /api/v1/submissions HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {words}\r\n"
        f"Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode(), body


@pytest.mark.whole
def test_a_connection_that_is_lost_on_the_way_leaves_no_file(portal: str) -> None:
    world = build_world()  # while the web starts
    words = key_for(world, "ana")
    host, _, port = portal.removeprefix("http://").partition(":")
    until(lambda: answers(portal))
    head, body = request_of(world, words, f"{host}:{port}")
    for share in (0.01, 0.5, 0.99):
        with closing(socket.create_connection((host, int(port)))) as connection:
            connection.sendall(head + body[: int(len(body) * share)])
    with closing(socket.create_connection((host, int(port)))) as connection:
        connection.sendall(head + body)
        assert connection.makefile("rb").readline().split()[1] == b"202"
    with acting_as(world.actor("ana")):
        (file,) = Submission.objects.select_related("check_result")
        assert file.check_result.size == len(CONTENT)
