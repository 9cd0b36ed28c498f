"""What the database itself refuses of reports, whoever acts and whatever SQL arrives there."""

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from partners.agreements.models import Category, Grant
from partners.agreements.services import revoke_grant
from partners.audit.models import AuditEntry
from partners.tenancy.actors import RELAY, Actor, founder, mirror, sweeper
from partners.tenancy.context import NOBODY, acting_as
from portal.reports.clock import order_report
from portal.reports.models import Basis, Report, ReportFile
from portal.reports.writing import withdraw_reports
from tests.reports.test_clock import at_once
from tests.world import World, build_world

PAIR = ("adventure", "northwest")
OTHERS = (
    "max", "vic", "adventure-admin", "ana", "sam", "worker", "rival", "relay", "founder", "sweeper", "mirror", "nobody",
)  # fmt: skip
FILE = "INSERT INTO reports_reportfile (report_id, reader_user_id, content) VALUES (%s, coalesce(app_user(), 0), 'x')"
BASIS = """
INSERT INTO reports_basis (report_id, partnership_id, distributor_id, epoch, grants) VALUES (%s, 1, 1, 1, '{}')
"""


def actor(world: World, name: str) -> Actor:
    maker, distributor = world.orgs["adventure"].pk, world.orgs["northwest"].pk
    machines = {
        "worker": world.worker("adventure"),
        "rival": world.worker("southwest"),
        "relay": RELAY,
        "founder": founder(maker),
        "sweeper": sweeper(maker),
        "mirror": mirror(maker, distributor),
        "nobody": NOBODY,
    }
    return machines.get(name) or world.actor(name)


def kept(world: World) -> Report:
    """A report of Mia's with a document that rests on what Northwest grants."""
    grants = world.share(*PAIR, Category.VOLUME)
    with acting_as(world.actor("mia")):
        report = order_report(world.seats["mia"], "en", None)
        Report.objects.filter(pk=report.pk).update(state=Report.State.READY, written_at=timezone.now())
        Basis.objects.create(
            report=report,
            partnership_id=world.partnerships[PAIR].pk,
            distributor_id=world.orgs["northwest"].pk,
            epoch=world.partnerships[PAIR].epoch,
            grants=[grant.pk for grant in grants],
        )
        ReportFile.objects.create(report=report, reader_user_id=report.reader_user_id, content=b"hers")
    return report


def run(sql: str, *values: Any) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def test_a_document_is_its_reader_s_alone(world: World) -> None:
    report = kept(world)
    with acting_as(world.actor("mia")):
        unwritten = order_report(world.seats["mia"], "en", None)
    for other in OTHERS:
        with acting_as(actor(world, other)):
            assert not ReportFile.objects.exists(), other
            assert run("DELETE FROM reports_reportfile") == 0, other
            for forged in (FILE, BASIS):
                with pytest.raises(ProgrammingError, match="row-level security"):
                    run(forged, unwritten.pk)
    with acting_as(world.actor("mia")):
        assert bytes(ReportFile.objects.get(report=report).content) == b"hers"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE reports_report SET reader_user_id = app_user()",
        "UPDATE reports_report SET partnership_id = NULL",
        "DELETE FROM reports_report",
        "UPDATE reports_reportfile SET content = 'x'",
        "UPDATE reports_basis SET epoch = 99",
        "UPDATE reports_basis SET grants = '{}'",
        "DELETE FROM reports_basis",
        "DELETE FROM reports_occurrence",
        "UPDATE reports_schedule SET partnership_id = NULL",
        "DELETE FROM reports_schedule",
        "UPDATE reports_recipient SET seat_id = 1",
        "DELETE FROM reports_recipient",
    ],
)
@pytest.mark.django_db
def test_nobody_makes_it_another_s_or_rest_on_less(sql: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(sql)


def test_several_workers_withdraw_it_once(committed_db: None) -> None:
    world = build_world()
    report = kept(world)
    with acting_as(world.actor("northwest-admin")):
        revoke_grant(Grant.objects.get(partnership=world.partnerships[PAIR]))

    def withdraw() -> int:
        withdraw_reports(report.organisation_id)
        return 1

    assert at_once(withdraw, 6) == [1] * 6
    with acting_as(world.actor("mia")):
        assert Report.objects.get(pk=report.pk).state == Report.State.WITHDRAWN
        assert AuditEntry.objects.filter(action="report.withdrawn").count() == 1
