"""The search finds what is planted, in each kind of output and however it is written: or its silence means nothing."""

import base64
import gzip
import json
import logging
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO, StringIO
from urllib.parse import quote

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.utils.html import escape
from reportlab.pdfgen.canvas import Canvas

from partners.jobs.models import OutboxEvent
from partners.jobs.services import emit
from partners.tenancy.context import acting_as
from portal.logs import JsonFormatter
from tests.isolation.outputs import cached, letters, of_response, outbox
from tests.isolation.search import hits, tokens
from tests.isolation.world import Proof, price, word

PLANTED = word("planted")
AMOUNT = price("planted")
KEY = "tlk_0123456789abcdefghjkmnpqrstvwxyz"


def pdf(*, compressed: bool) -> bytes:
    content = BytesIO()
    canvas = Canvas(content, pageCompression=int(compressed))
    canvas.drawString(72, 720, f"Net revenue of {PLANTED}: {AMOUNT:,.2f}")
    canvas.save()
    return content.getvalue()


def zipped(said: bytes) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("lines.csv", said)
    return content.getvalue()


WAYS: dict[str, Callable[[], bytes]] = {
    "as it is": lambda: f"<p>{PLANTED}</p>".encode(),
    "escaped for HTML": lambda: escape(f"<{PLANTED}>").encode(),
    "letter by letter as entities": lambda: "".join(f"&#{ord(letter)};" for letter in PLANTED).encode(),
    "percent-encoded": lambda: "".join(f"%{ord(letter):02x}" for letter in PLANTED).encode(),
    "percent-encoded in an address": lambda: f"/login/?next={quote(f'/accounts/?text=ü {PLANTED}')}".encode(),
    "JSON with escapes": lambda: "".join(f"\\u{ord(letter):04x}" for letter in PLANTED).encode(),
    "base64": lambda: base64.b64encode(f"it is {PLANTED}, is it not".encode()),
    "base64 in an attribute": lambda: (
        b'src="data:text/plain;base64,' + base64.b64encode(f"x{PLANTED}".encode()) + b'"'
    ),
    "base64 for addresses": lambda: base64.urlsafe_b64encode(f"xy{PLANTED}???>>>".encode()),
    "gzip": lambda: gzip.compress(PLANTED.encode()),
    "a ZIP file": lambda: zipped(PLANTED.encode()),
    "zlib": lambda: zlib.compress(PLANTED.encode()),
    "a PDF": lambda: pdf(compressed=False),
    "a PDF whose pages are packed": lambda: pdf(compressed=True),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_word_is_found(way: str) -> None:
    assert hits([WAYS[way]()], {PLANTED: "planted"}) == ["planted"]


@pytest.mark.parametrize(
    "written",
    [f"{AMOUNT}", f"{AMOUNT:,.2f}", f"{AMOUNT:.4f}", f"{AMOUNT:,.2f}".replace(",", " ").replace(".", ","),
     f"{AMOUNT * 100:.0f}", f"${AMOUNT:,.2f} a year", f"{AMOUNT * 10000:.0f}", f'"{AMOUNT:.4f}"',
     f"2,{AMOUNT},0.5,{AMOUNT * 2}"],
)  # fmt: skip
def test_an_amount_is_found_however_it_is_written(written: str) -> None:
    assert f"{AMOUNT * 100:.0f}" in tokens(f"<td>{written}</td>")


def test_an_amount_is_found_in_a_document() -> None:
    assert f"{AMOUNT * 100:.0f}" in tokens(pdf(compressed=True))


def test_what_is_not_there_is_not_found() -> None:
    assert not hits(
        [f"<p>{word('another')} {AMOUNT + 1}</p>"], {PLANTED: "planted", f"{AMOUNT * 100:.0f}": "amount"}
    )


def test_a_key_is_found() -> None:
    assert KEY in tokens(f"Authorization: Bearer {KEY}")


def test_a_word_is_found_in_headers_and_cookies() -> None:
    response = HttpResponse(headers={"Content-Disposition": f'attachment; filename="{PLANTED}.pdf"'})
    response.set_cookie("seen", PLANTED)
    assert hits(of_response(response), {PLANTED: "planted"})
    with_cookie = HttpResponse()
    with_cookie.set_cookie("seen", PLANTED)
    assert hits(of_response(with_cookie), {PLANTED: "planted"})


def test_a_word_is_found_in_letters() -> None:
    letter = EmailMessage("Your review", "It is there.", to=["a@proof.example"])
    letter.attach("review.pdf", pdf(compressed=True), "application/pdf")
    letter.send()
    assert hits(letters(mail.outbox), {PLANTED: "planted"})


def test_a_word_is_found_in_logs() -> None:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    record = logging.LogRecord("x", logging.DEBUG, __file__, 1, f"read {PLANTED}", (), None)
    handler.emit(record)
    assert json.loads(stream.getvalue())
    assert hits([stream.getvalue()], {PLANTED: "planted"})


def test_a_word_is_found_in_the_outbox_and_in_what_tasks_are_given(proof: Proof) -> None:
    with acting_as(proof.worker("full")):
        emit("submission.received", submission_id=PLANTED)
        planted = OutboxEvent.objects.latest("pk")
    assert hits(outbox([planted]), {PLANTED: "planted"})


def test_a_word_is_found_in_the_cache(proof: Proof) -> None:
    cache.set("planted", {"of": [PLANTED]})
    assert hits(cached(), {PLANTED: "planted"})
    cache.clear()
