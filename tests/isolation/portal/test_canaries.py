"""No word, number or id of somebody else in anything that comes out: each output of each viewer is searched."""

import json
import logging
import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from partners.engagement.services import comment
from partners.jobs.models import OutboxEvent
from partners.jobs.services import relay_waiting
from partners.tenancy.actors import RELAY
from partners.tenancy.context import acting_as
from portal.dispatch import DISPATCH
from portal.logs import JsonFormatter
from portal.reports.mailing import letter_for, mail_again, send
from tests.isolation.canaries import every_secret, forbidden, is_for, managers
from tests.isolation.figures import FIGURES
from tests.isolation.matrix import Asker, Cell, cells, outcome
from tests.isolation.outputs import cached, letters, of_response, outbox
from tests.isolation.search import hits, token_of, tokens
from tests.isolation.world import BOTHS, MAKER, STRANGER, Proof, word

LINK = re.compile(r'(?:href|src|hx-get)="([^"#]+)')
SAMPLE_PAGES, MOST_PAGES = 12, 70
ARCHIVE = f"{BOTHS}-administrator GET archive_file archive of ready in {MAKER}/{BOTHS}"
LISTS = ("partnerships", "accounts", "months", "signals", "late-orders", "follow-ups", "submissions")


@pytest.fixture
def asker(proof: Proof, settings: LazySettings) -> Asker:
    settings.API_REQUESTS_A_MINUTE = settings.API_ROWS_A_DAY = 1_000_000
    return Asker(proof)


def search(world: Proof, name: str, person: str, contents: Iterator[bytes]) -> list[str]:
    """What an output tells this person that it may not; counted."""
    found = [f"{name} for {person} tells the {hit}" for hit in hits(contents, forbidden(world, person))]
    FIGURES.saw("searched", [f"{name} for {person}"])
    FIGURES.saw("canary hits", found)
    return found


def walk(client: Client, most: int) -> Iterator[tuple[str, Any]]:
    """Every page that links lead to from the first one, as far as `most`; those of each kind before the next of one."""
    seen, waiting = {"/"}, ["/"]
    while waiting and most:
        kinds: dict[str, str] = {}
        for path in waiting:
            kinds.setdefault(re.sub(r"_[0-9a-z]{8,}", "_", path), path)
        path = random.choice(list(kinds.values()))
        waiting.remove(path)
        response = client.get(path)
        yield path, response
        most -= 1
        if response.get("Content-Type", "").startswith("text/html"):
            for link in LINK.findall(response.content.decode()):
                address = urljoin(path, link.replace("&amp;", "&"))
                parts = urlsplit(address)
                if (
                    not parts.netloc
                    and address not in seen
                    and not parts.path.startswith(("/static/", "/live/"))
                ):
                    seen.add(address)
                    waiting.append(address)


@contextmanager
def logs() -> Iterator[StringIO]:
    """Everything that is logged meanwhile, down to DEBUG, as the server writes it."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def walk_and_search(world: Proof, asker: Asker, person: str, most: int) -> list[str]:
    wrong = []
    with logs() as logged:
        for path, response in walk(asker.browser(person), most):
            wrong += search(world, f"page {path}", person, of_response(response))
        for path in LISTS:
            wrong += read_and_search(world, asker, person, path)
    told = [
        f"the log of {person}'s visit tells the {hit}"
        for hit in hits([logged.getvalue()], every_secret(world))
    ]
    assert logged.getvalue().count("\n") >= most // 2
    FIGURES.saw("searched", [f"log of {person}'s visit"])
    FIGURES.saw("canary hits", told)
    return wrong + told


def read_and_search(world: Proof, asker: Asker, person: str, path: str) -> list[str]:
    """A list of the interface from its first page to its last, and the lines of each partnership."""
    wrong, caller = [], asker.system(person)
    ways: list[dict[str, str | int]] = [{}]
    if path == "partnerships":
        ways += [{"partnership": one.public_id, "limit": 100} for one in world.partnerships.values()]
    for number, parameters in enumerate(ways):
        name = "lines" if number else path
        following = None
        while True:
            answer = caller.get(following) if following else caller.get(name, **parameters)
            at = f"call {name} {number} {following is not None}"
            wrong += search(world, at, person, of_response(answer))
            following = answer.json().get("next")
            if not following:
                break
    return wrong


def test_a_sample_of_visits_meets_nothing_of_others(proof: Proof, asker: Asker) -> None:
    for person in (f"{MAKER}-manager", random.choice(list(managers(proof)))):
        wrong = walk_and_search(proof, asker, person, SAMPLE_PAGES)
        assert not wrong, "\n".join(wrong[:20])


@pytest.mark.isolation
@pytest.mark.parametrize("part", range(6))
def test_visits_meet_nothing_of_others(proof: Proof, asker: Asker, part: int) -> None:
    wrong = []
    for person in list(managers(proof))[part::6]:
        wrong += walk_and_search(proof, asker, person, MOST_PAGES)
    assert not wrong, "\n".join(wrong[:30])


def test_secrets_are_met_by_whom_they_are_for(proof: Proof, asker: Asker) -> None:
    """Or the search would find nothing because there is nothing."""
    person = f"{BOTHS}-manager"
    met: set[str] = set()
    for _, response in walk(asker.browser(person), 40):
        for content in of_response(response):
            met |= tokens(content)
    met |= {one for answer in asker.system(person).rows("lines", partnership=proof.ids["partnership", "maker/full"])
            for one in tokens(json.dumps(answer))}  # fmt: skip
    kinds = {one.what for one in proof.secrets if one.owner == BOTHS and one.text in met | {f"{one.text}"}}
    assert kinds >= {
        "name",
        "city",
        "invoice number",
        "next step",
        "name of a file that waits",
        "id of a report",
    }


def test_a_document_tells_its_reader_nothing_of_others(proof: Proof, asker: Asker) -> None:
    for kind, slug in [at for at in proof.ids if at[0] == "report"]:
        person = f"{slug}-manager"
        response = asker.browser(person).get(reverse("report_file", args=[proof.ids[kind, slug]]))
        if response.status_code == 200:
            assert response.content.startswith(b"%PDF")
            assert not search(proof, "document", person, of_response(response))


def test_a_letter_tells_nothing_but_where_the_report_is(proof: Proof, mailoutbox: list[Any]) -> None:
    from portal.reports.models import Report

    for kind, slug in [at for at in proof.ids if at[0] == "report"]:
        with acting_as(proof.actor(f"{slug}-manager")):
            mail_again(proof.ids[kind, slug])
            report = Report.objects.get(public_id=proof.ids[kind, slug])
        letter = letter_for(report.pk, report.organisation_id)
        assert letter is not None
        send(letter)
        own = {proof.ids[kind, slug]}
        nobodys = {one: what for one, what in every_secret(proof).items() if one not in own}
        found = hits(letters(mail.outbox[-1:]), nobodys)
        FIGURES.saw("searched", [f"letter to {slug}"])
        FIGURES.saw("canary hits", found)
        assert not found


def test_what_waits_for_the_workers_is_ids_alone(proof: Proof) -> None:
    with acting_as(RELAY):
        events = list(OutboxEvent.objects.all())
    sent: list[str] = []
    with transaction.atomic():
        relay_waiting(DISPATCH, lambda task, given: sent.append(json.dumps([task, given])))
        transaction.set_rollback(True)
    assert len(events) > 50
    assert sent
    found = hits([*outbox(events), *sent], every_secret(proof))
    FIGURES.saw("searched", [f"event {event.pk}" for event in events])
    FIGURES.saw("canary hits", found)
    assert not found


def test_figures_for_the_keepers_tell_nothing(proof: Proof, client: Client, settings: LazySettings) -> None:
    settings.METRICS_TOKEN = "of the keepers"
    response = client.get(reverse("metrics"), headers={"Authorization": "Bearer of the keepers"})
    assert response.status_code == 200
    found = hits(of_response(response), every_secret(proof))
    FIGURES.saw("searched", ["metrics"])
    FIGURES.saw("canary hits", found)
    assert not found


def test_caches_hold_nothing_of_anybody(proof: Proof, asker: Asker) -> None:
    for person in (f"{MAKER}-manager", f"{BOTHS}-manager"):
        list(walk(asker.browser(person), 8))
    cache.set("something", "1")
    contents = list(cached())
    assert contents
    found = hits(contents, every_secret(proof))
    FIGURES.saw("searched", ["caches"])
    FIGURES.saw("canary hits", found)
    assert not found


def test_what_open_pages_hear_is_a_topic_alone(proof: Proof) -> None:
    heard: list[str] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "pg_notify" in sql:
            heard.append(repr(params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen), acting_as(proof.actor(f"{BOTHS}-manager")):
        comment(proof.ids["follow_up", f"{BOTHS} in {MAKER}/{BOTHS}"], "Rang them", is_shared=True)
    assert heard
    found = hits(heard, every_secret(proof))
    FIGURES.saw("searched", ["live events"])
    FIGURES.saw("canary hits", found)
    assert not found


def test_a_fault_tells_nothing(proof: Proof, asker: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception quotes what failed: the page and the log do not."""
    quoted = next(one for one in proof.secrets if one.what == "name" and one.owner == "never")

    def fail(*_: object, **__: object) -> None:
        raise ValueError(f"no such account: {quoted.text}")

    monkeypatch.setattr("portal.ui.accounts.views.list_accounts", fail)
    monkeypatch.setattr("portal.api.v1.accounts.views.page_accounts", fail)
    with logs() as logged:
        page = asker.browser(f"{MAKER}-manager").get(reverse("accounts"))
        call = asker.system(f"{MAKER}-manager").get("accounts")
    assert (page.status_code, call.status_code) == (500, 500)
    found = hits([*of_response(page), *of_response(call), logged.getvalue()], every_secret(proof))
    FIGURES.saw("searched", ["page of a fault", "call of a fault", "log of a fault"])
    FIGURES.saw("canary hits", found)
    assert not found


def test_pages_that_refuse_tell_nothing(proof: Proof, asker: Asker) -> None:
    """What was asked for is not repeated, so that a guess is not confirmed."""
    foreign = next(one.text for one in proof.secrets if one.what == "name" and one.owner == "never")
    person = f"{MAKER}-manager"
    assert not any(is_for(proof, person, one) for one in proof.secrets if one.text == foreign)
    for address in (
        f"/accounts/{foreign}/",
        f"/accounts/?partnership={foreign}",
        f"/{foreign}/",
    ):
        response = asker.browser(person).get(address)
        assert response.status_code in (400, 404), address
        assert not search(proof, f"refusal of {address}", person, of_response(response))


OPENED = ("receipt", "receipt_file", "receipt_print", "archive_file")


def open_and_search(world: Proof, asker: Asker, wanted: list[Cell]) -> list[str]:
    """Receipts and archives, each opened by who may and refused to who may not; at least some of each are opened."""
    opened, wrong = Counter[str](), []
    for cell in wanted:
        answer = asker.ask(cell)
        assert answer.status_code == outcome(world, cell), f"{cell} -> {answer.status_code}"
        if answer.status_code == 200:
            opened[cell.entry.name] += 1
            wrong += search(world, str(cell), cell.person, of_response(answer))
        else:
            assert answer.status_code in (403, 404, 410)
    assert min(opened[name] for name in OPENED) > 3, opened
    return wrong


def openings(world: Proof) -> list[Cell]:
    """Everybody x every archive and receipt, in whatever state."""
    return [cell for cell in cells(world) if cell.entry.name in OPENED and cell.entry.method == "GET"]


def test_what_was_taken_out_and_destroyed_tells_nothing_of_others(proof: Proof, asker: Asker) -> None:
    """Whoever may open them does, and a few of all who may not."""
    may = [
        one for one in openings(proof) if one.person.endswith("administrator") and outcome(proof, one) == 200
    ]
    may_not = [one for one in openings(proof) if outcome(proof, one) != 200]
    wrong = open_and_search(proof, asker, [*may, *random.sample(may_not, 60)])
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.isolation
def test_nobody_meets_others_in_archives_and_receipts(proof: Proof, asker: Asker) -> None:
    wrong = open_and_search(proof, asker, openings(proof))
    assert not wrong, "\n".join(wrong[:20])


def test_an_archive_holds_what_is_its_owner_s(proof: Proof, asker: Asker) -> None:
    """Or the search in it would find nothing because there is nothing."""
    (cell,) = (one for one in openings(proof) if str(one) == ARCHIVE)
    met = {one for content in of_response(asker.ask(cell)) for one in tokens(content)}
    kinds = {one.what for one in proof.secrets if one.owner == BOTHS and token_of(one.text) in met}
    assert kinds >= {
        "name",
        "city",
        "invoice number",
        "net amount",
        "salesperson",
        "next step",
        "id of a grant",
    }


def test_the_receipt_of_a_command_tells_nothing(proof: Proof) -> None:
    said = StringIO()
    code = word(STRANGER, "early", "code")
    call_command(
        "erase_account",
        code,
        distributor=f"proof-{STRANGER}",
        reason="customer_asked",
        stdout=said,
        stderr=said,
    )
    assert "destroyed" in said.getvalue()
    found = hits([said.getvalue()], every_secret(proof))
    FIGURES.saw("searched", ["receipt of a command"])
    FIGURES.saw("canary hits", found)
    assert not found
