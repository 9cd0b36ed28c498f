"""The matrix: every entry of the manifest x everybody x everything, and what must come of it.

What must come is worked out here from the manifest and the oracle, never from an answer.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote, urlencode

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from partners.tenancy.actors import Reach, Role
from partners.tenancy.models import new_public_id
from tests.api.conftest import Caller
from tests.isolation import oracle
from tests.isolation.manifest import MANIFEST, OK, Entry
from tests.isolation.oracle import Viewer
from tests.isolation.world import BOTHS, MAKER, Proof, Seat
from tests.sessions import freshen

FORBIDDEN, NOT_THERE, NOT_KNOWN, REFUSED = 403, 404, 401, 400
PREFIXES = {
    "account": "acc", "handle": "cus", "submission": "sub", "partnership": "ptn", "follow_up": "fup",
    "finding": "fnd", "client": "cli", "report": "rpt", "schedule": "sch", "between": "ptn", "giving": "ptn",
    "holding": "ptn", "archive": "arc", "receipt": "rcp",
    "grant": "grt", "proposal": "prp", "person": "mem", "invited": "inv", "access": "spt", "session": "ses",
}  # fmt: skip
# A kind of finding that a page of evidence exists for, whatever the account.
STEP = "breadth_narrows"
OF_LINES = (
    "evidence",
    "api_account",
    "account_picture",
)  # what shows outcomes, and nothing where there are none
# What is there of a receipt once that is done: of all that are in the world, these are.
OF_DONE, DONE = ("receipt_file", "receipt_print"), ("customer in ", "partnership in ")


TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')


@dataclass(frozen=True)
class Cell:
    """Somebody asks for something. `thing` '' where the entry is about nothing in particular."""

    person: str
    entry: Entry
    kind: str
    thing: str

    def __str__(self) -> str:
        of = f" {self.kind} of {self.thing}" if self.thing else ""
        return f"{self.person} {self.entry.key}{of}"


def cells(world: Proof) -> Iterator[Cell]:
    """All that this world gives: everybody x every page and call that asks for a seat x whose."""
    for person in world.people:
        for entry in MANIFEST.values():
            if entry.open_to:
                continue
            if not entry.of:
                yield Cell(person, entry, "", "")
            for kind in (entry.of, *entry.also):
                for at, thing in world.ids:
                    if at == kind and kind:
                        yield Cell(person, entry, kind, thing)


def chosen(world: Proof, share: int) -> list[Cell]:
    """A part of them, one in `share` of those that repeat a relation: every role on its own and on another's things,
    everything to somebody of each organisation."""
    return [cell for cell in cells(world) if _matters(world, cell) or _lot(cell, share)]


def _lot(cell: Cell, share: int) -> bool:
    return int.from_bytes(sha256(str(cell).encode()).digest()[:4], "big") % share == 0


def _matters(world: Proof, cell: Cell) -> bool:
    """Whatever has no object, and for a manager every reading of what is first of its kind at each owner."""
    if not cell.thing:
        return world.people[cell.person].organisation in (MAKER, BOTHS)
    seat = world.people[cell.person]
    is_first = cell.kind not in ("account", "handle") or cell.thing.endswith("-steady")
    looks = cell.entry.method == "GET" and seat.role is Role.MANAGER and seat.reach is Reach.WHOLE
    return looks and is_first and seat.organisation in (MAKER, BOTHS)


def outcome(world: Proof, cell: Cell) -> int:
    """The status that the rules ask for."""
    seat, entry = world.people[cell.person], cell.entry
    if seat.has_left:
        return NOT_KNOWN if entry.scope else FORBIDDEN
    if seat.role not in entry.who:
        return FORBIDDEN
    if cell.thing and not is_there(world, cell):
        return REFUSED if entry.scope and entry.in_query else NOT_THERE
    if entry.on_theirs and not cell.thing.startswith(f"{seat.organisation} in "):
        return entry.on_theirs
    if entry.name == "partnership_delete" and world.known[tuple(cell.thing.split("/"))].state == "ended":
        return OK if entry.method == "GET" else REFUSED
    return entry.answers_to.get(seat.role, entry.answers)


def is_hidden(world: Proof, cell: Cell) -> bool:
    """Whether an answer may not tell that the thing exists."""
    seat = world.people[cell.person]
    return seat.has_left or seat.role not in cell.entry.who or not is_there(world, cell)


def is_there(world: Proof, cell: Cell) -> bool:
    """Whether the thing exists for this person."""
    seat = world.people[cell.person]
    if cell.entry.name == "follow_up_new" and not _has_finding(world, seat, cell.thing):
        return False
    if cell.entry.name in OF_DONE and not cell.thing.startswith(DONE):
        return False
    if cell.entry.name in OF_LINES and cell.kind == "handle" and not _has_lines(world, seat, cell.thing):
        return False
    judge = {
        "account": _account, "handle": _handle, "partnership": _partnership, "follow_up": _follow_up,
        "submission": _submission, "finding": _finding, "report": _report, "client": _own, "schedule": _own,
        "between": _between, "giving": _giving, "grant": _giving,
        "holding": _holding, "archive": _archive, "receipt": _receipt, "proposal": _proposal,
        "person": _own, "invited": _own, "access": _own, "session": _own,
    }[cell.kind]  # fmt: skip
    return judge(world, seat, cell.thing)


def _reached(world: Proof, seat: Seat) -> set[tuple[str, str]]:
    """The partnerships in somebody's reach."""
    held = world.viewer(seat.person).partnerships
    return {pair for pair in world.known if seat.organisation in pair and (held is None or pair in held)}


def _account(world: Proof, seat: Seat, thing: str) -> bool:
    owner = thing.rpartition("-")[0]
    accounts = world.viewer(seat.person).accounts
    met = any(pair[1] == owner for pair in _reached(world, seat))
    return owner == seat.organisation and met and (accounts is None or thing in accounts)


def _handle(world: Proof, seat: Seat, thing: str) -> bool:
    maker, _, account = thing.partition("/")
    pair, viewer = (maker, account.rpartition("-")[0]), world.viewer(seat.person)
    if pair not in _reached(world, seat) or (viewer.accounts is not None and account not in viewer.accounts):
        return False
    rows = [row for row in world.rows if row.partnership == pair]
    return pair[1] == seat.organisation or oracle.knows(
        viewer, account, "volume", world.now, world.known, rows
    )


def _has_finding(world: Proof, seat: Seat, thing: str) -> bool:
    """Whether their side found the late order that a follow-up is asked for."""
    pair, _, kind = thing.rpartition("-")
    return kind == "steady" and ("finding", f"{seat.organisation} in {pair}") in world.ids


def _has_lines(world: Proof, seat: Seat, thing: str) -> bool:
    """Whether any month of the account is in sight, so that something was computed of it."""
    maker, _, account = thing.partition("/")
    rows = [row for row in world.rows if row.account == account and row.partnership[0] == maker]
    viewer = Viewer(seat.organisation)
    return any(oracle.can_see(viewer, row, "volume", world.now, world.known, oracle.MONTH) for row in rows)


def _partnership(world: Proof, seat: Seat, thing: str) -> bool:
    maker, _, distributor = thing.partition("/")
    return (maker, distributor) in _reached(world, seat)


def _between(world: Proof, seat: Seat, thing: str) -> bool:
    maker, _, distributor = thing.partition("/")
    return maker != distributor and _partnership(world, seat, thing)


def _holding(world: Proof, seat: Seat, thing: str) -> bool:
    """Theirs to take out and to destroy: direct sales, too."""
    return _partnership(world, seat, thing) and thing.endswith(f"/{seat.organisation}")


def _archive(world: Proof, seat: Seat, thing: str) -> bool:
    """Theirs, while it can be downloaded: neither one that is not made, nor one that is old or erased."""
    state, _, pair = thing.partition(" in ")
    return state == "ready" and _holding(world, seat, pair)


def _receipt(world: Proof, seat: Seat, thing: str) -> bool:
    """Their organisation's; of who reaches a part of it, what they asked for themselves."""
    what, _, slug = thing.partition(" in ")
    asked = seat.person == f"{slug}-partnership-manager" and what == "narrow"
    return seat.organisation == slug and (asked or seat.reach is Reach.WHOLE)


def _giving(world: Proof, seat: Seat, thing: str) -> bool:
    """Theirs to share: for the maker it is not there."""
    return _between(world, seat, thing) and thing.endswith(f"/{seat.organisation}")


def _proposal(world: Proof, seat: Seat, thing: str) -> bool:
    slug, _, pair = thing.partition(" in ")
    is_asked_of_them = slug == MAKER and pair.endswith(f"/{seat.organisation}")
    return _between(world, seat, pair) and (slug == seat.organisation or is_asked_of_them)


def _follow_up(world: Proof, seat: Seat, thing: str) -> bool:
    slug, _, pair_name = thing.partition(" in ")
    maker, _, distributor = pair_name.partition("/")
    accounts = world.viewer(seat.person).accounts
    if (maker, distributor) not in _reached(world, seat):
        return False
    if accounts is not None and f"{distributor}-steady" not in accounts:
        return False
    is_shared = (maker, distributor) == (MAKER, BOTHS)
    return slug == seat.organisation or is_shared


def _submission(world: Proof, seat: Seat, thing: str) -> bool:
    maker, _, distributor = thing.partition("/")
    return distributor == seat.organisation and (maker, distributor) in _reached(world, seat)


def _finding(world: Proof, seat: Seat, thing: str) -> bool:
    slug, _, pair_name = thing.partition(" in ")
    return slug == seat.organisation and _handle(world, seat, f"{pair_name}-steady")


def _report(world: Proof, seat: Seat, thing: str) -> bool:
    return seat.person == f"{thing}-manager"


def _own(world: Proof, seat: Seat, thing: str) -> bool:
    return seat.organisation == thing


# --- asking ---


def address(cell: Cell, ids: Mapping[tuple[str, str], str], *, invented: bool = False) -> str:
    """Where it is; `invented`: where something of that kind would be that nobody ever made."""
    entry = cell.entry
    ref = (
        new_public_id(PREFIXES[cell.kind])
        if invented and cell.thing
        else ids.get((cell.kind, cell.thing), "")
    )
    if not cell.thing:
        return reverse(entry.name)
    if entry.in_query:
        pair = cell.thing.rpartition("-")[0]
        named = {"follow_up_new": {"account": ref, "kind": "should_have_ordered"},
                 "api_owners": {"account": ref},
                 "api_lines": {"partnership": ref}}[entry.name]  # fmt: skip
        if entry.name == "follow_up_new":
            named["partnership"] = ids["partnership", pair]
        return f"{reverse(entry.name)}?{urlencode(named)}"
    if entry.name == "evidence":
        return reverse(entry.name, args=[ref, STEP])
    if cell.kind in ("grant", "proposal", "archive"):
        pair = cell.thing.rpartition(" in ")[2]
        return reverse(entry.name, args=[ids["partnership", pair], ref])
    return reverse(entry.name, args=[ref])


class Asker:
    """Everybody's browser and everybody's partner system."""

    def __init__(self, world: Proof) -> None:
        self.world = world
        self._browsers: dict[str, Client] = {}
        self._systems: dict[str, Caller] = {}
        self._invented: dict[tuple[str, str, str], HttpResponse] = {}

    def comes(self, person: str) -> None:
        """They log in, before anything that is taken back."""
        self.browser(person)

    def browser(self, person: str) -> Client:
        """A browser in which they are logged in; of who left, with the cookie from before."""
        if person not in self._browsers:
            client = Client(raise_request_exception=False)
            user = self.world.seats[person].user
            client.force_login(user)
            freshen(client, user)
            self._browsers[person] = client
        return self._browsers[person]

    def system(self, person: str) -> Caller:
        """A partner system that acts in their name."""
        if person not in self._systems:
            self._systems[person] = Caller(self.world.keys[person], raises=False)
        return self._systems[person]

    def ask(self, cell: Cell, *, invented: bool = False, method: str = "") -> HttpResponse:
        """The answer to a cell."""
        url, verb = address(cell, self.world.ids, invented=invented), method or cell.entry.method
        if cell.entry.scope:
            body = dict(cell.entry.data) if verb in ("POST", "PATCH") and cell.entry.data else None
            return self.system(cell.person).ask(verb, url, body, **{"If-Match": "*"})
        if verb == "POST":
            return self.browser(cell.person).post(url, dict(cell.entry.data))
        return self.browser(cell.person).generic(verb, url)

    def ask_invented(self, cell: Cell) -> HttpResponse:
        """The answer where nothing ever was."""
        at = cell.person, cell.entry.key, cell.kind
        if at not in self._invented:
            self._invented[at] = self.ask(cell, invented=True)
        return self._invented[at]


def told(response: HttpResponse) -> tuple[object, dict[str, str]]:
    """Body and headers, without the number that each request has (a problem tells it, and its ETag covers it), what is
    left of the budget, and the token against forged forms."""
    body: object = TOKEN.sub(b"", response.content)
    if response.headers.get("Content-Type") == "application/problem+json":
        body = {key: value for key, value in json.loads(response.content).items() if key != "request_id"}
    changing = {"X-Request-Id", "RateLimit"}
    if body != response.content:  # and so is what is computed of it
        changing.add("ETag")
    return body, {name: unquote(value) for name, value in response.headers.items() if name not in changing}
