"""Every address of the portal: who may, who may not, and for whom it does not exist."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time
from urllib.parse import unquote

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from analytics.runs.pictures import get_finding
from analytics.runs.selectors import get_overview
from integrations.ingestion.models import Submission
from integrations.ingestion.services import check_submission, receive_file
from partners.agreements.models import Category
from partners.audit.models import AuditEntry
from partners.engagement.models import FollowUp
from partners.engagement.services import Plan, open_follow_up
from partners.organisations.clients import make_client
from partners.organisations.models import ApiCredential
from partners.tenancy.actors import Scope
from partners.tenancy.context import acting_as
from partners.tenancy.models import new_public_id
from portal.api.v1.urls import urlpatterns as interface
from portal.reports.models import Schedule
from portal.reports.schedules import Timing, schedule_review
from tests.reports.conftest import written
from tests.ui.conftest import Browse, analyse, ref_of
from tests.world import World

HEADINGS = "invoice_number,invoice_date,account_id,sku,quantity"
FILE = f"{HEADINGS}\nI-1,2026-01-14,C1,RB-1,2\n".encode()


@dataclass(frozen=True)
class Route:
    """Who gets 200 (or is sent on, for `sends_on`), who 403, and for whom the object of `kind` does not exist."""

    allowed: tuple[str, ...]
    denied: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    kind: str = ""
    method: str = "get"
    sends_on: bool = False
    is_stream: bool = False
    in_query: bool = False
    data: Mapping[str, str] = field(default_factory=dict)


ADMINISTRATORS = ("northwest-admin", "southwest-admin", "adventure-admin", "contoso-admin")
RIVALS = ("sam", "otto", "contoso-admin", "southwest-admin")
ABOUT_A_FILE = {"denied": ("rita",), "foreign": (*RIVALS, "mia", "vic"), "kind": "submission"}
DECIDES = {**ABOUT_A_FILE, "allowed": ("ana", "uwe"), "method": "post", "sends_on": True}
ABOUT_AN_ACCOUNT = {
    "allowed": ("ana",),
    "denied": ("uwe", "vic"),
    "foreign": (*RIVALS, "mia", "rita"),
    "kind": "account",
}
ABOUT_A_FOLLOW_UP = {"denied": ("uwe", "vic"), "foreign": (*RIVALS, "mia", "rita"), "kind": "follow_up"}
WORKS = {**ABOUT_A_FOLLOW_UP, "allowed": (), "method": "post", "sends_on": True}
ABOUT_A_REPORT = {
    "denied": ("uwe", "vic"),
    "foreign": (*RIVALS, "rita", "northwest-admin", "mia"),
    "kind": "report",
}
ABOUT_A_SCHEDULE = {"denied": ("rita", "uwe", "vic"), "foreign": (*RIVALS, "mia"), "kind": "schedule"}
MANIFEST = {
    "home": Route(("ana", "rita", "sam", "otto", "mia", "max", "contoso-admin")),
    "accounts": Route(("ana", "rita", "sam", "otto", "mia", "max"), denied=("uwe", "vic")),
    "account": Route(("ana",), denied=("uwe", "vic"), foreign=(*RIVALS, "mia", "rita"), kind="account"),
    "account by handle": Route(
        ("mia", "ana"), denied=("vic",), foreign=(*RIVALS, "max", "rita"), kind="handle"
    ),
    "account_lines": Route(**ABOUT_AN_ACCOUNT),
    "account_picture": Route(**ABOUT_AN_ACCOUNT),
    "evidence": Route(**ABOUT_AN_ACCOUNT),
    "partnerships": Route(("ana", "sam", "mia", "max", "otto"), denied=("rita", "uwe", "vic")),
    "partnership": Route(
        ("ana", "mia"), denied=("rita", "uwe", "vic"), foreign=(*RIVALS, "max"), kind="partnership"
    ),
    "live": Route(("ana", "rita", "uwe", "mia", "sam"), is_stream=True),
    "follow_ups": Route(("ana", "rita", "mia", "max", "sam"), denied=("uwe", "vic")),
    "follow_up_new": Route(
        ("ana",), denied=("uwe", "vic"), foreign=(*RIVALS, "rita"), kind="account", in_query=True
    ),
    "follow_up": Route(("ana",), **ABOUT_A_FOLLOW_UP),
    "follow_up_plan": Route(**WORKS),
    "follow_up_comment": Route(**{**WORKS, "data": {"text": "Hello"}}),
    "follow_up_state": Route(**WORKS),
    "follow_up_share": Route(**WORKS),
    "submissions": Route(("ana", "uwe", "vic", "mia", "sam"), denied=("rita",)),
    "submission_new": Route(("ana", "uwe", "vic", "mia"), denied=("rita",)),
    "submission": Route(("ana", "uwe"), **ABOUT_A_FILE),
    "submission_progress": Route(("ana", "uwe"), **ABOUT_A_FILE),
    "submission_mapping": Route(**DECIDES, data={"column-0": "invoice_number"}),
    "submission_commit": Route(**DECIDES),
    "submission_discard": Route(**DECIDES),
    "submission_undo": Route(**DECIDES),
    "reports": Route(("ana", "rita", "mia", "sam"), denied=("uwe", "vic")),
    "report_new": Route(
        ("ana", "rita"),
        denied=("uwe", "vic"),
        method="post",
        sends_on=True,
        data={"language": "en", "partnership": ""},
    ),
    "report": Route(("ana",), **ABOUT_A_REPORT),
    "report_file": Route(("ana",), **ABOUT_A_REPORT),
    "report_mail": Route(("ana",), **ABOUT_A_REPORT, method="post", sends_on=True),
    "schedule_new": Route(("ana",), denied=("rita", "uwe", "vic"), sends_on=True),
    "schedule_end": Route(("ana",), **ABOUT_A_SCHEDULE, method="post", sends_on=True),
    "schedule_take_over": Route(("ana",), **ABOUT_A_SCHEDULE, method="post", sends_on=True),
    "finding": Route(
        ("ana",), denied=("uwe", "vic"), foreign=(*RIVALS, "mia", "rita"), kind="finding", sends_on=True
    ),
    "clients": Route(ADMINISTRATORS, denied=("ana", "rita", "uwe", "mia", "vic", "sam")),
    "client_end": Route(
        ("northwest-admin",),
        denied=("ana", "rita", "uwe", "mia", "vic", "sam"),
        foreign=("contoso-admin", "southwest-admin", "adventure-admin"),
        kind="client",
        method="post",
        sends_on=True,
    ),
    "definitions": Route(("ana", "rita", "uwe", "mia", "vic", "sam", "otto")),
    "seat": Route(("ana", "mia", "uwe"), method="get", sends_on=True),
}
OPEN = {"login", "logout", "language", "robots"}  # for everybody: tests of their own
OPEN |= {"health_live", "health_ready", "metrics"}  # in tests/operations
INTERFACE = {str(pattern.name) for pattern in interface}  # for partner systems: tests/api


def patterns(resolver: URLResolver) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            assert isinstance(entry, URLPattern)
            yield entry.name or str(entry.pattern)


def test_every_address_is_in_the_manifest() -> None:
    listed = {name.partition(" ")[0] for name in MANIFEST} | OPEN | INTERFACE
    assert sorted(set(patterns(get_resolver()))) == sorted(listed)
    assert len(list(patterns(get_resolver()))) == len(listed)


@pytest.fixture
def ids(channel: World) -> dict[str, str]:
    """The ids of things that belong to Northwest: its account, Adventure's handle of it, its file."""
    channel.share("adventure", "northwest", Category.VOLUME)
    analyse(channel, "northwest")
    partnership = channel.partnerships["adventure", "northwest"]
    with acting_as(channel.actor("ana")):
        file = receive_file(partnership, "march.csv", [FILE], source=Submission.Source.UPLOAD)
    check_submission(file.pk, file.distributor_id)
    return {
        "account": ref_of(channel, "ana", "adventure", "northwest"),
        "handle": ref_of(channel, "mia", "adventure", "northwest"),
        "submission": file.public_id,
        "partnership": partnership.public_id,
        "follow_up": opened(channel).public_id,
        "report": written(channel, "ana").public_id,
        "schedule": _scheduled(channel).public_id,
        "finding": late_finding(channel),
        "client": client_of(channel),
    }


def _scheduled(world: World) -> Schedule:
    with acting_as(world.actor("ana")):
        return schedule_review(Timing(0, time(7)), [world.seats["ana"].public_id], "en")


def opened(world: World) -> FollowUp:
    """A follow-up of Ana's on the late account, which nobody else may see."""
    partnership = world.partnerships["adventure", "northwest"]
    with acting_as(world.actor("ana")):
        late = next(row for row in get_overview([partnership]).late)
        finding = get_finding(partnership, late.card, "should_have_ordered")
        assert finding is not None
        plan = Plan(world.seats["ana"].public_id, "Ring them", None, timezone.localdate())
        return open_follow_up(partnership, late.card, finding, plan)


def late_finding(world: World) -> str:
    """The id of Northwest's finding that its account should have ordered."""
    partnership = world.partnerships["adventure", "northwest"]
    with acting_as(world.actor("ana")):
        return get_overview([partnership]).late[0].finding_id


def client_of(world: World) -> str:
    """The id of a partner system of Ana's."""
    with acting_as(world.actor("northwest-admin")):
        owner, scopes = world.seats["ana"].user, [Scope.SALES_READ]
        return str(make_client("Nightly export", owner, scopes, ApiCredential.Kind.KEY, 30)[0].public_id)


PREFIXES = {
    "account": "acc", "handle": "cus", "submission": "sub", "partnership": "ptn", "follow_up": "fup",
    "finding": "fnd", "client": "cli", "report": "rpt", "schedule": "sch",
}  # fmt: skip


def address(name: str, ids: Mapping[str, str], *, invented: bool = False) -> str:
    route, view = MANIFEST[name], name.partition(" ")[0]
    if not route.kind:
        return reverse(view)
    ref = new_public_id(PREFIXES[route.kind]) if invented else ids[route.kind]
    if route.in_query:
        return f"{reverse(view)}?account={ref}&kind=should_have_ordered"
    return reverse(view, args=[ref, "breadth_narrows"] if view == "evidence" else [ref])


def ask(client: Client, route: Route, url: str) -> HttpResponse:
    found: HttpResponse = getattr(client, route.method)(
        url, dict(route.data) if route.method == "post" else None
    )
    return found


def said(response: HttpResponse) -> dict[str, str]:
    """The headers, but for the number that each request has."""
    return {name: value for name, value in response.headers.items() if name != "X-Request-Id"}


def test_nobody_in_particular_is_sent_to_the_login(ids: dict[str, str], client: Client) -> None:
    for name, route in MANIFEST.items():
        url = address(name, ids)
        for response in (ask(client, route, url), client.get(url), client.post(url)):
            sent_to = unquote(response.headers["Location"])
            assert (response.status_code, sent_to) == (302, f"/login/?next={url}"), name


def test_whoever_may_gets_the_page(ids: dict[str, str], browse: Browse) -> None:
    for name, route in MANIFEST.items():
        for person in route.allowed:
            response = ask(browse(person), route, address(name, ids))
            assert response.status_code == (302 if route.sends_on else 200), (name, person)


def test_ones_own_role_may_not_include_it(ids: dict[str, str], browse: Browse) -> None:
    for name, route in MANIFEST.items():
        for person in route.denied:
            response = ask(browse(person), route, address(name, ids))
            assert response.status_code == 403, (name, person)
            assert "Your role does not include this page" in response.content.decode()


def test_what_is_anothers_reads_like_what_never_was(ids: dict[str, str], browse: Browse) -> None:
    for name, route in MANIFEST.items():
        for person in route.foreign:
            client = browse(person)
            foreign = ask(client, route, address(name, ids))
            invented = ask(client, route, address(name, ids, invented=True))
            assert (foreign.status_code, invented.status_code) == (404, 404), (name, person)
            assert foreign.content == invented.content, (name, person)
            assert said(foreign) == said(invented), (name, person)
            assert client.get(address(name, ids)).status_code == 404, (name, person)


def test_a_refused_step_changes_nothing(ids: dict[str, str], channel: World, browse: Browse) -> None:
    for person in ("sam", "mia", "rita", "contoso-admin"):
        for name in ("submission_commit", "submission_discard", "submission_undo", "submission_mapping"):
            browse(person).post(reverse(name, args=[ids["submission"]]), {"column-0": ""})
    with acting_as(channel.actor("ana")):
        assert Submission.objects.get(public_id=ids["submission"]).state == Submission.State.CHECKED


def test_a_denial_is_on_record_in_the_organisation_that_was_denied(
    ids: dict[str, str], channel: World, browse: Browse
) -> None:
    browse("sam").get(reverse("account", args=[ids["account"]]))
    with acting_as(channel.actor("sam")):
        assert AuditEntry.objects.filter(action="access.denied", subject="account").count() == 1
    with acting_as(channel.actor("ana")):
        assert not AuditEntry.objects.filter(action="access.denied").exists()


def test_a_manager_of_some_partnerships_sees_no_other(ids: dict[str, str], browse: Browse) -> None:
    assert "Northwest" not in browse("max").get(reverse("partnerships")).content.decode()
    assert "Northwest" in browse("mia").get(reverse("partnerships")).content.decode()


def test_who_sees_no_account_starts_with_the_files(world: World, browse: Browse) -> None:
    assert browse("uwe").get("/").headers["Location"] == reverse("submissions")


def test_an_unknown_address_is_a_calm_404(world: World, browse: Browse, client: Client) -> None:
    for someone in (client, browse("ana")):
        response = someone.get("/nothing/of/this/kind/")
        assert response.status_code == 404
        assert "There is nothing at this address" in response.content.decode()
        assert "of/this/kind" not in response.content.decode()


def test_search_engines_are_asked_to_stay_away(client: Client, db: None) -> None:
    assert client.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


def test_a_form_without_its_token_is_told_what_to_do(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.seats["ana"].user)
    response = client.post(reverse("seat"), {"seat": "x"})
    assert response.status_code == 403
    assert "This form is too old" in response.content.decode()
