"""A channel whose people read reports."""

from collections.abc import Callable
from io import BytesIO

import pytest
from pypdf import PdfReader

from partners.agreements.models import Category
from partners.tenancy.context import acting_as
from portal.reports.models import Report
from portal.reports.schedules import ask_for_review
from portal.reports.selectors import read_file
from portal.reports.writing import write_report
from tests.ui.conftest import analyse, browse, channel
from tests.world import World

__all__ = ["browse", "channel"]
Written = Callable[..., Report]


@pytest.fixture
def shared(channel: World) -> World:
    """Northwest shares volumes, prices and names with Adventure; analysed for everybody."""
    channel.share("adventure", "northwest", Category.VOLUME, Category.PRICE, Category.IDENTITY)
    analyse(channel, "northwest", "southwest")
    return channel


def asked(world: World, person: str) -> Report:
    """A report that this person has asked for, not written yet."""
    with acting_as(world.actor(person)):
        return ask_for_review("en")


def written(world: World, person: str) -> Report:
    """One that is written."""
    report = asked(world, person)
    write_report(report.pk, report.organisation_id)
    return fresh(world, person, report)


def fresh(world: World, person: str, report: Report) -> Report:
    with acting_as(world.actor(person)):
        return Report.objects.get(pk=report.pk)


def text_of(world: World, person: str, report: Report) -> str:
    """What the document says, as its reader gets it."""
    with acting_as(world.actor(person)):
        content = read_file(report.public_id)[1]
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
