"""A channel whose partner systems call the interface.

It is made once a module, and every test takes back what it does to it.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from analytics.runs.models import Finding
from analytics.runs.pictures import get_finding
from analytics.runs.selectors import list_late_orders
from analytics.runs.services import analyse_partnership
from integrations.ingestion.models import Submission
from integrations.ingestion.services import check_submission, receive_file
from partners.agreements.models import Category, Grant, Partnership
from partners.agreements.services import revoke_grant
from partners.engagement.services import Plan, open_follow_up
from partners.organisations.clients import list_clients, make_client
from partners.organisations.models import ApiClient, ApiCredential
from partners.tenancy.actors import Scope
from partners.tenancy.context import acting_as
from portal.api.schema import document
from tests.stages import staged
from tests.ui.conftest import AS_OF, analyse, ref_of, sell_everywhere
from tests.world import World

KEY, SECRET = ApiCredential.Kind.KEY, ApiCredential.Kind.SECRET
PAIR = ("adventure", "northwest")
PUBLIC = "http://localhost:8000"
V1 = "/api/v1/"
FILE = b"invoice_number,invoice_date,account_id,sku,quantity\nI-1,2026-01-14,C1,XX,2\n"


class Caller:
    """A partner system with its key."""

    def __init__(self, words: str, *, raises: bool = True) -> None:
        self.words, self.client = words, Client(raise_request_exception=raises)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Any method, with a body of JSON unless its type is said; `path` is an address or what follows /api/v1/."""
        url = path if path.startswith(("/", "http")) else V1 + path
        given = {"Authorization": f"Bearer {self.words}", **headers}
        kind = given.pop("Content-Type", "application/octet-stream" if body is None else "application/json")
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        found: HttpResponse = self.client.generic(
            method.upper(), url.removeprefix(PUBLIC), sent, content_type=kind, headers=given
        )
        return found

    def get(self, path: str, **parameters: str | int) -> HttpResponse:
        query = f"?{urlencode(parameters)}" if parameters else ""
        return self.ask("get", path + query)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("post", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("patch", path, body, **headers)

    def send(self, fields: Mapping[str, Any], **headers: str) -> HttpResponse:
        """POST a file."""
        given = {"Authorization": f"Bearer {self.words}", **headers}
        found: HttpResponse = self.client.post(f"{V1}submissions", fields, headers=given)
        return found

    def rows(self, path: str, **parameters: str | int) -> list[Any]:
        """A list from its first page to its last."""
        return [row for page in self.pages(path, **parameters) for row in page]

    def pages(self, path: str, **parameters: str | int) -> Iterator[list[Any]]:
        """A list page by page, as `next` leads."""
        response = self.get(path, **parameters)
        while True:
            assert response.status_code == 200, response.content
            found = response.json()
            yield found["results"]
            if found["next"] is None:
                return
            response = self.get(found["next"])


Call = Callable[..., Caller]


def key_for(world: World, person: str, scopes: Iterable[Scope] = tuple(Scope), **more: Any) -> str:
    """A key that acts in this person's name, made by their administrator."""
    seat = world.seats[person]
    slug = next(slug for slug, one in world.orgs.items() if one.pk == seat.organisation_id)
    with acting_as(world.actor(f"{slug}-admin")):
        given = {"kind": KEY, "days": 30, **more}
        return make_client(f"{person}'s system", seat.user, list(scopes), **given)[1]


def client_of(world: World, person: str = "ana") -> ApiClient:
    """The system that acts in the name of this person of Northwest's."""
    with acting_as(world.actor("northwest-admin")):
        return next(one for one in list_clients() if one.owner_id == world.seats[person].user_id)


def settle(world: World) -> None:
    """Two years of trade in every partnership. Northwest shares volumes and prices with Adventure, without names."""
    sell_everywhere(world)
    world.share(*PAIR, Category.VOLUME, Category.PRICE)
    analyse(world, "northwest")


world = staged(settle)


@pytest.fixture
def call(world: World) -> Call:
    """The system of a person, with all scopes or some."""

    def caller(person: str, *scopes: Scope, raises: bool = True) -> Caller:
        return Caller(key_for(world, person, scopes or tuple(Scope)), raises=raises)

    return caller


def pair_of(world: World, maker: str = "adventure", distributor: str = "northwest") -> Partnership:
    return world.partnerships[maker, distributor]


def reshare(world: World, *categories: Category, **words: Any) -> None:
    """Northwest shares this with Adventure from now on, and nothing else; analysed anew for Adventure."""
    with acting_as(world.actor("northwest-admin")):
        for grant in Grant.objects.filter(partnership=pair_of(world), revoked_at=None):
            revoke_grant(grant)
    world.share(*PAIR, *categories, **words)
    with acting_as(world.worker("adventure")):
        analyse_partnership(pair_of(world).pk, as_of=AS_OF)


@pytest.fixture
def ids(world: World) -> dict[str, str]:
    """Things of Northwest's by what the interface calls them: the account is its own, late, and taken care of."""
    partnership = pair_of(world)
    with acting_as(world.actor("ana")):
        late = list_late_orders([partnership])[0]
        finding = get_finding(partnership, late.card, "should_have_ordered")
        assert finding is not None
        plan = Plan(world.seats["ana"].public_id, "Ring them", None, timezone.localdate())
        follow_up = open_follow_up(partnership, late.card, finding, plan)
        file = receive_file(partnership, "march.csv", [FILE], source=Submission.Source.API)
        signal = Finding.objects.get(public_id=late.finding_id)
    check_submission(file.pk, file.distributor_id)
    return {
        "account": ref_of(world, "ana", *PAIR),
        "follow_up": follow_up.public_id,
        "partnership": partnership.public_id,
        "signal": signal.public_id,
        "submission": file.public_id,
    }


def addresses(ids: Mapping[str, str], *, naming: bool = False) -> dict[str, str]:
    """Every GET of the schema with a key, by its operation: about these things; `naming`: in each filter as well."""
    found = {}
    for path, methods in document()["paths"].items():
        operation = methods.get("get")
        if operation is not None:
            names = [
                one["name"] for one in operation.get("parameters", []) if one["in"] == "query" and
                (one.get("required") or (naming and one["name"] in ids))
            ]  # fmt: skip
            query = urlencode({name: ids[name] for name in names})
            found[operation["operationId"]] = path.format(**ids) + (f"?{query}" if query else "")
    return found


def told(response: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer tells, in the shape that RFC 9457 and the schema ask for."""
    assert response.status_code == status, (response.status_code, response.content)
    assert response.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert problem.keys() - {"errors"} == {"type", "title", "status", "code", "detail", "request_id"}
    assert (problem["status"], problem["code"]) == (status, code), problem
    return problem


def places(problem: Mapping[str, Any]) -> list[str]:
    """Where the errors of a problem are."""
    return [error.get("pointer", error.get("parameter", "")) for error in problem.get("errors", [])]


def but_request_id(answer: HttpResponse) -> tuple[dict[str, Any], dict[str, str]]:
    """An answer without what differs between any two calls."""
    body = {name: value for name, value in answer.json().items() if name != "request_id"}
    changing = {"RateLimit", "X-Request-Id", "ETag"}  # of a problem, whose body holds its number
    return body, {name: value for name, value in answer.headers.items() if name not in changing}


def lists_of(ids: dict[str, str]) -> dict[str, str]:
    """Every list of the schema that has pages."""
    paged = {
        operation["operationId"]
        for methods in document()["paths"].values()
        for operation in methods.values()
        if any(one["name"] == "cursor" for one in operation.get("parameters", []))
    }
    return {name: url for name, url in addresses(ids).items() if name in paged}


def beside(url: str, **parameters: str | int) -> str:
    return (
        url + ("&" if "?" in url else "?") + "&".join(f"{name}={value}" for name, value in parameters.items())
    )
