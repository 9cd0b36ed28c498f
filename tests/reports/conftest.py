"""A channel whose people read reports."""

from io import BytesIO

from django.utils import timezone
from pypdf import PdfReader

from analytics.runs.pictures import get_finding
from analytics.runs.reading import LATE
from analytics.runs.services import analyse_partnership
from partners.access.doors import list_cards
from partners.agreements.models import Category
from partners.engagement.colleagues import list_owners
from partners.engagement.models import FollowUp
from partners.engagement.services import Plan, open_follow_up
from partners.tenancy.context import acting_as
from portal.reports.models import Report
from portal.reports.schedules import ask_for_review
from portal.reports.selectors import read_file
from portal.reports.writing import write_report
from tests.stages import staged
from tests.ui.conftest import AS_OF, browse, channel, sell_everywhere
from tests.world import World

__all__ = ["browse", "channel"]
# For whom what is analysed: what the readers of these tests can read.
READ = (
    ("northwest", ("adventure", "northwest")),
    ("adventure", ("adventure", "northwest")),
    ("southwest", ("adventure", "southwest")),
)


def settle_shared(world: World) -> None:
    """Northwest shares volumes, prices and names with Adventure; analysed for both, and Southwest for itself."""
    world.share("adventure", "northwest", Category.VOLUME, Category.PRICE, Category.IDENTITY)
    for slug, pair in READ:
        with acting_as(world.worker(slug)):
            analyse_partnership(world.partnerships[pair].pk, as_of=AS_OF)


shared = staged(sell_everywhere, settle_shared)


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


def take_care(world: World, person: str, pair: tuple[str, str], next_step: str) -> FollowUp:
    """This person opens a follow-up of the first account's late order, for today."""
    partnership = world.partnerships[pair]
    with acting_as(world.actor(person)):
        card = min(list_cards([partnership]).items())[1]
        finding, owner = get_finding(partnership, card, LATE), list_owners(partnership.pk, card.account_id)[0]
        assert finding is not None
        plan = Plan(owner.public_id, next_step, None, timezone.localdate())
        return open_follow_up(partnership, card, finding, plan)


def text_of(world: World, person: str, report: Report) -> str:
    """What the document says, as its reader gets it."""
    with acting_as(world.actor(person)):
        content = read_file(report.public_id)[1]
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
