"""What notices a broken guard: quick checks of the small channel, each a list of what is wrong with it.

They ask the questions of the other parts, of few people and things, so that one guard after another can be broken.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import Error, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics.runs.models import Finding, Standing
from analytics.runs.services import analyse_partnership
from integrations.ingestion.models import Submission, SubmissionPiece
from integrations.ingestion.services import receive_file
from partners.access.doors import list_cards
from partners.agreements.expansion import expand
from partners.agreements.models import Category, Grant, GrantedAccount, GrantedCell, Granularity, Partnership
from partners.agreements.services import grant_category, revoke_grant, suspend_partnership
from partners.audit.models import AccessEntry, AuditEntry
from partners.catalogue.models import UnitCost
from partners.ledger.models import Line
from partners.organisations.clients import end_client, list_clients
from partners.organisations.models import Membership, User
from partners.organisations.services import end_seat
from partners.tenancy.actors import Purpose, mirror
from partners.tenancy.context import NoActorError, acting_as
from partners.tenancy.models import WalledModel
from portal.reports.models import Report, ReportFile
from portal.reports.schedules import ask_for_review
from portal.reports.writing import write_report
from tests.api.conftest import Caller
from tests.isolation import oracle
from tests.isolation.channel.differences import (
    by_interface,
    by_orm,
    by_sql,
    compare,
    compare_accounts,
)
from tests.isolation.oracle import Viewer
from tests.isolation.small import FAMILIES, MONTHS, PAIRS, PURPOSES, Small, take_back

Check = Callable[[Small], list[str]]
PAIR = ("oak", "north")


def share(world: Small, pair: tuple[str, str], category: oracle.Category, **said: Any) -> Grant:
    """Through the service, and to the oracle in its own words."""
    words = dict(said)
    if "family" in words:
        words["family_id"] = world.families[pair[0], words.pop("family")]
    if "purposes" in words:
        words["purposes"] = Purpose(sum(PURPOSES[purpose] for purpose in said["purposes"]))
    if "granularity" in words:
        words["granularity"] = Granularity(words["granularity"])
    with acting_as(world.actor(f"{pair[1]}-admin")):
        grant = grant_category(world.partnerships[pair], Category(category), **words)
    world.known[pair].grants.append(oracle.Grant(category, **said, key=grant.pk))
    return grant


def settle(world: Small) -> None:
    """An agreement in which every kind of limit has something behind it that it hides."""
    alpha, few = FAMILIES["A-1"], frozenset({"planning"})
    for category in ("volume", "price", "identity", "contacts"):
        share(world, PAIR, category, from_month=MONTHS[0], to_month=MONTHS[2])
    share(world, PAIR, "volume", family=alpha)
    share(world, ("oak", "south"), "volume", granularity=oracle.MONTH)
    share(world, ("oak", "south"), "price")
    share(world, ("oak", "south"), "identity", family=alpha)
    share(world, ("elm", "north"), "price")  # and no volume, on which it rests
    share(world, ("elm", "north"), "identity")
    share(world, ("elm", "east"), "volume", purposes=few)


# --- rows ---


def rows(world: Small) -> list[str]:
    """Lines, prices, numbers, salespeople and accounts, as the database shows them to everybody."""
    wrong: list[str] = []
    for pair in PAIRS[:-1]:
        with acting_as(world.actor(f"{pair[1]}-admin")):
            expand(Partnership.objects.get(pk=world.partnerships[pair].pk))
    for person, viewer in world.viewers():
        if viewer.purpose in ("retention", "planning"):
            actor = world.actor(person).for_purpose(PURPOSES[viewer.purpose])
            wrong += compare(world, "sql", viewer, world.rows, by_sql(world, actor), reach=False)
            wrong += compare_accounts(world, "orm", viewer, actor)
    return wrong


def eyes(world: Small) -> list[str]:
    """The same in a mirror."""
    wrong: list[str] = []
    for maker, distributor in PAIRS[:2]:
        actor = mirror(world.orgs[maker].pk, world.orgs[distributor].pk)
        viewer = Viewer(maker, eyes_on=distributor)
        wrong += compare(world, "mirror", viewer, world.rows, by_orm(world, actor), reach=False)
    return wrong


def interface(world: Small) -> list[str]:
    """Lines as partner systems read them, of people of whole and of narrow reach; what is not shared has no key."""
    wrong: list[str] = []
    for person, viewer in (
        ("oak-manager", Viewer("oak")),
        ("elm-manager", Viewer("elm")),
        *world.narrow_viewers(),
    ):
        for pair in (PAIR, ("oak", "south"), ("elm", "north")):
            seen = {key: row for key, row in world.rows.items() if row.partnership == pair and row.lives}
            wrong += compare(world, "interface", viewer, seen, by_interface(world, person, pair), reach=True)
    caller = Caller(world.keys["oak-manager"])
    for line in caller.get("lines", partnership=world.partnerships[PAIR].public_id).json()["results"]:
        wrong += [f"{name} is null in a line" for name, value in line.items() if value is None]
    return wrong


OWNED: dict[type[WalledModel], tuple[str, ...]] = {
    Grant: ("manufacturer_id", "distributor_id"),
    GrantedCell: ("manufacturer_id", "distributor_id"),
    GrantedAccount: ("manufacturer_id", "distributor_id"),
    Partnership: ("manufacturer_id", "distributor_id"),
    AuditEntry: ("organisation_id",),
    AccessEntry: ("owner_id", "reader_id"),
    User: ("home_id",),
    Membership: ("organisation_id",),
    SubmissionPiece: ("distributor_id",),
    UnitCost: ("manufacturer_id",),
}


def registers(world: Small) -> list[str]:
    """Agreements, records, people, files: no row without one's own organisation in it."""
    record_of_reading(world)
    with acting_as(world.actor("north-manager")):
        receive_file(world.partnerships[PAIR], "march.csv", [b"x"], source=Submission.Source.UPLOAD)
    wrong = []
    for slug in ("south", "elm"):
        own = world.orgs[slug].pk
        with acting_as(world.actor(f"{slug}-manager")):
            for model, columns in OWNED.items():
                for ids in model._default_manager.values_list(*columns):
                    if own not in ids:
                        wrong.append(f"{slug} sees a row of {model.__name__} of others")
    return wrong


# --- what was open and is shut ---


def outcomes(world: Small) -> list[str]:
    """What was computed of sight that is gone, is gone: standings, findings, cursors, documents."""
    with acting_as(world.worker("oak")):
        analyse_partnership(world.partnerships[PAIR].pk)
    client = Client()
    client.force_login(world.seats["oak-manager"].user)
    with acting_as(world.actor("oak-manager")):
        asked = ask_for_review("en")
    write_report(asked.pk, asked.organisation_id)
    caller = Caller(world.keys["oak-manager"])
    lines = caller.get("lines", partnership=world.partnerships[PAIR].public_id, limit=1).json()["next"]
    file = reverse("report_file", args=[asked.public_id])
    before = (client.get(file).status_code, caller.get(lines).status_code)
    with acting_as(world.actor("north-admin")):
        price = Grant.objects.get(partnership=world.partnerships[PAIR], category="price", revoked_at=None)
        revoke_grant(price)
    wrong = [] if before == (200, 200) else [f"what is in force is answered {before}"]
    with acting_as(world.actor("oak-manager")):
        theirs = {"partnership_id": world.partnerships[PAIR].pk}
        wrong += ["a standing of before is shown"] if Standing.objects.filter(**theirs).exists() else []
        wrong += ["a finding of before is shown"] if Finding.objects.filter(**theirs).exists() else []
        wrong += ["a document of before is there"] if ReportFile.objects.exists() else []
    after = (client.get(file).status_code, caller.get(lines).status_code)
    return wrong + ([] if after == (410, 410) else [f"what was taken away is answered {after}"])


def documents(world: Small) -> list[str]:
    """A document is its reader's, and only with the role with which it was written."""
    with acting_as(world.actor("oak-manager")):
        report = ask_for_review("en")
    write_report(report.pk, report.organisation_id)
    wrong = []
    with acting_as(world.actor("oak-admin")):
        wrong += ["another reads a document"] if ReportFile.objects.filter(report=report).exists() else []
    other = Client()
    other.force_login(world.seats["oak-admin"].user)
    if other.get(reverse("report_file", args=[report.public_id])).status_code != 404:
        wrong.append("another is given a document")
    with acting_as(world.actor("oak-admin")):
        Membership.objects.filter(pk=world.seats["oak-manager"].pk).update(role="viewer")
    client = Client()
    client.force_login(world.seats["oak-manager"].user)
    if client.get(reverse("report_file", args=[report.public_id])).status_code != 410:
        wrong.append("a document is read with another role than it was written with")
    assert Report
    return wrong


def closed(world: Small) -> list[str]:
    """Revoked, suspended: nothing is left of it, history is as it was agreed."""
    south = ("oak", "south")
    with acting_as(world.actor("south-admin")):
        suspend_partnership(world.partnerships[south])
    world.known[south].state = "suspended"
    with acting_as(world.actor("north-admin")):
        for grant in Grant.objects.filter(partnership=world.partnerships[PAIR], revoked_at=None):
            kept = timezone.localdate() + timedelta(days=3) if grant.category == "volume" else None
            revoke_grant(grant, kept)
            world.known[PAIR].grants = [
                _ended(one, kept) if one.key == grant.pk else one for one in world.known[PAIR].grants
            ]
    world.sell_late(PAIR)
    return rows(world)


def _ended(grant: oracle.Grant, kept: Any) -> oracle.Grant:
    from dataclasses import replace

    return replace(grant, revoked_at=datetime.now(UTC), keep_history_until=kept)


def taken_back(world: Small) -> list[str]:
    """What its distributor took back is its own alone."""
    take_back(world, random.Random(1), PAIR)
    return rows(world)


def by_area(world: Small) -> list[str]:
    """By area alone nobody is known."""
    share(world, ("elm", "north"), "volume", granularity=oracle.AREA)
    return rows(world)


# --- who comes in ---


def doors(world: Small) -> list[str]:
    """Roles, other organisations, mirrors: 403 and 404 where they belong."""
    maker, rep, rival = Client(), Client(), Client()
    maker.force_login(world.seats["oak-manager"].user)
    rep.force_login(world.seats["north-rep"].user)
    rival.force_login(world.seats["south-manager"].user)
    pair, elms = world.partnerships[PAIR].public_id, world.partnerships["elm", "north"].public_id
    with acting_as(world.actor("north-manager")):
        ref = min(list_cards([world.partnerships[PAIR]]).items())[1].ref
    foreign = world.orgs["north"].public_id
    asked = {
        "a representative, partnerships": (rep.get(reverse("partnerships")), 403),
        "a manager, partner systems": (maker.get(reverse("clients")), 403),
        "a rival, an account": (rival.get(reverse("account", args=[ref])), 404),
        "a rival, a partnership": (rival.get(reverse("partnership", args=[pair])), 404),
        "a rival, another's mirror": (rival.get(f"/as/{pair}/"), 404),
        "a maker, a mirror": (maker.get(f"/as/{pair}/"), 404),
        "another maker's partnership": (maker.get(reverse("partnership", args=[elms])), 404),
        "a rival, another's seat": (rival.post(reverse("seat"), {"seat": foreign}), 404),
        "a rival by header": (rival.get(reverse("account", args=[ref]), headers={"X-Org": foreign}), 404),
        "somebody without a login": (Client().get(reverse("accounts")), 302),
        "a call without a key": (Client().get("/api/v1/accounts"), 401),
    }
    wrong = [
        f"{name} -> {answer.status_code}"
        for name, (answer, status) in asked.items()
        if answer.status_code != status
    ]
    owner = Client()
    owner.force_login(world.seats["north-manager"].user)
    if owner.post(f"/as/{pair}/follow-ups/new/").status_code != 404:
        wrong.append("something is written in a mirror")
    return wrong


def leavers(world: Small) -> list[str]:
    """Who left, and what was ended, opens nothing from the next question on."""
    client, caller, ended = Client(), Caller(world.keys["oak-manager"]), Caller(world.keys["north-manager"])
    client.force_login(world.seats["oak-manager"].user)
    before = (client.get("/").status_code, caller.get("me").status_code, ended.get("me").status_code)
    with acting_as(world.actor("oak-admin")):
        end_seat(world.seats["oak-manager"])
    with acting_as(world.actor("north-admin")):
        end_client(next(one.public_id for one in list_clients() if one.name == "north-manager"))
    after = (client.get("/").status_code, caller.get("me").status_code, ended.get("me").status_code)
    return [] if (before, after) == ((200, 200, 200), (403, 401, 401)) else [f"{before} and then {after}"]


def record_of_reading(world: Small) -> list[str]:
    """Whoever reads another's rows is in the owner's access log."""
    Caller(world.keys["oak-manager"]).get("lines", partnership=world.partnerships[PAIR].public_id)
    with acting_as(world.actor("north-admin")):
        read = AccessEntry.objects.filter(what="lines", reader_user_id=world.seats["oak-manager"].user_id)
        return [] if read.exists() else ["nobody knows that lines were read"]


def nobody(world: Small) -> list[str]:
    """Where nobody acts, nothing is read."""
    try:
        found = Line.objects.count()
    except NoActorError:
        return []
    return [f"{found} lines were counted while nobody was acting"]


def writing(world: Small) -> list[str]:
    """What no service writes, the database refuses: grants by others, rows in another's name."""
    partnership = world.partnerships[PAIR]
    words = {
        "partnership": partnership, "manufacturer_id": partnership.manufacturer_id, "category": "service",
        "distributor_id": partnership.distributor_id, "granularity": 3, "purposes": 31,
    }  # fmt: skip
    attempts: dict[str, tuple[str, Callable[[], Any]]] = {
        "a maker grants itself": ("oak-admin", lambda: Grant.objects.create(**words)),
        "a manager grants": ("north-manager", lambda: Grant.objects.create(**words)),
        "a rival supersedes lines": (
            "south-admin",
            lambda: (
                Line.objects.exclude(distributor_id=world.orgs["south"].pk).update(
                    superseded_at=timezone.now()
                )
                or _refused()
            ),
        ),
        "a maker seats itself elsewhere": (
            "oak-admin",
            lambda: _seat_elsewhere(world),
        ),
    }
    wrong = []
    for name, (person, attempt) in attempts.items():
        with suppress(Error, PermissionError), acting_as(world.actor(person)), transaction.atomic():
            attempt()
            wrong.append(name)
    return wrong


def _seat_elsewhere(world: Small) -> None:
    """Without asking for the row back, which another wall would refuse."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO organisations_membership (public_id, organisation_id, user_id, role, reach,"
            " accepted, started_at)"
            " VALUES ('mem_forged', %s, %s, 'administrator', 'whole', false, now())",
            [world.orgs["north"].pk, world.seats["oak-admin"].user_id],
        )


def _refused() -> None:
    raise PermissionError
