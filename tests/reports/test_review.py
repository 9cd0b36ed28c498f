"""What a review says to whom: each recipient reads what their pages show, and not a word more."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from analytics.runs.reading import Money, Stake
from analytics.runs.selectors import Overview, get_overview
from integrations.ingestion.models import Submission
from integrations.ingestion.services import (
    check_submission,
    commit_submission,
    confirm_submission,
    receive_file,
)
from partners.access.doors import list_partnerships
from partners.access.reach import give_reach
from partners.accounts.models import AccountIdentity
from partners.agreements.models import Category, Granularity, Partnership
from partners.agreements.services import revoke_grant
from partners.audit.selectors import list_readings
from partners.engagement.services import share
from partners.organisations.models import User
from partners.tenancy.context import acting_as
from portal.reports.quality import notes_on
from portal.reports.review import Reader, Review, gather_review
from portal.telling.headline import headline
from portal.telling.levels import WHOLLY
from portal.telling.wording import day, days, money
from tests.reports.conftest import take_care
from tests.reports.paper import WRITTEN_AT, bookmarks_of, links_of, pages_of, text_of, unbroken, write
from tests.stages import staged
from tests.ui.conftest import AS_OF, NamedSale, amount, analyse, canary, channel, sell_steadily
from tests.ui.test_masking import MONEY, figures
from tests.ui.test_submissions import MIXED
from tests.world import World

__all__ = ["channel"]  # a fixture

NORTHWEST = ("adventure", "northwest")


def settle_northwest(world: World) -> None:
    """Two years of trade of one pair."""
    sell_steadily(world, *NORTHWEST)


northwest = staged(settle_northwest)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def gather(world: World, person: str, *asked: Partnership) -> Review:
    """The review of this person, over all their partnerships unless some are named."""
    reader = Reader(person.title(), "Their organisation", "rpt_7f3k9m2qxw4t8n5v1c6b")
    with acting_as(world.actor(person)):
        return gather_review(reader, asked or list_partnerships(), WRITTEN_AT)


def printed(world: World, person: str, *asked: Partnership) -> str:
    return text_of(write(gather(world, person, *asked)))


def overview_of(world: World, person: str) -> Overview:
    with acting_as(world.actor(person)):
        return get_overview(list_partnerships())


def named(distributor: str, number: int = 1) -> str:
    return f"{canary(distributor)}{number} Velodrome"


def hold(world: World, person: str, code: str) -> None:
    """Give this representative one account."""
    with acting_as(world.actor("northwest-admin")):
        identity = AccountIdentity.objects.get(code=code)
        give_reach(User.objects.get(pk=world.seats[person].user_id), identity.account)


# --- the distributor ---


def test_a_manager_reads_the_figures_of_the_pages(channel: World) -> None:
    analyse(channel)
    overview, review = overview_of(channel, "ana"), gather(channel, "ana")
    assert review.title == headline(overview).title == "Two accounts should have ordered by now"
    assert len(review.late) == len(overview.late) == 2
    for line, order in zip(review.late, overview.late, strict=True):
        assert order.stake is not None
        assert (line.name, line.usual_gap, line.late, line.stake, line.last_order) == (
            order.card.name,
            days(order.usual_gap),
            days(order.days_late),
            money(order.stake.money),
            day(order.last_order_on),
        )
        assert line.reference.code == order.finding_id[:12]
        assert line.reference.url == f"http://localhost:8000/findings/{order.finding_id}/"
        assert f"/accounts/{order.card.ref}/?partnership={order.partnership.public_id}" in line.page
    pdf = write(review)
    text, links = text_of(pdf), links_of(pdf)
    for line in review.late:
        assert line.name in text
        assert unbroken(line.stake) in unbroken(text)
        assert {line.page, line.reference.url} <= set(links)
    for partnership in list(overview.summaries):
        assert f"http://localhost:8000/partnerships/{partnership.partnership.public_id}/" in links
    assert f"Data as of {day(AS_OF)} · 2 of 2 partnerships have data" in " ".join(
        [review.freshness, "·", *review.sources]
    )


def test_an_account_in_full_has_its_ladder_its_chart_and_its_year(northwest: World) -> None:
    analyse(northwest, "northwest")
    fall = gather(northwest, "ana", northwest.partnerships[NORTHWEST]).falls[0]
    assert fall.name == named("northwest")
    assert fall.title == f"{fall.name} should have ordered {days(15)} ago"
    assert [step.number for step in fall.steps] == [1, 2, 3, 4, 5, 6]
    assert "not measured yet" in fall.steps[3].remarks
    assert fall.chart is not None
    assert [label for label, _ in fall.figures] == ["Units, 12 months", "Net, 12 months"]
    assert fall.reference.url.startswith("http://localhost:8000/findings/fnd_")


def test_a_representative_reads_the_accounts_held_and_no_others(channel: World) -> None:
    analyse(channel)
    before = gather(channel, "rita")
    assert (before.title, before.late, before.falls) == ("Nothing to judge yet", [], [])
    hold(channel, "rita", f"{canary('northwest')}1")
    review = gather(channel, "rita")
    pdf = write(review)
    text = text_of(pdf)
    assert {line.name for line in review.late} == {named("northwest")}
    assert named("northwest", 2) not in text
    assert not [link for link in links_of(pdf) if "/partnerships/" in link]  # her role does not open them
    assert "Files recorded" not in text
    assert "What they see" not in text
    assert "Not judged" not in text


def test_files_that_lost_rows_are_named_to_who_sees_files(world: World) -> None:
    partnership = world.partnerships[NORTHWEST]
    with acting_as(world.actor("ana")):
        file = receive_file(partnership, "march.csv", [MIXED.encode()], source=Submission.Source.UPLOAD)
    check_submission(file.pk, file.distributor_id)
    with acting_as(world.actor("ana")):
        confirm_submission(file)
    commit_submission(file.pk, file.distributor_id)
    assert "Not taken march.csv: 2 rows" in printed(world, "ana", partnership)
    world.share(*NORTHWEST, Category.VOLUME)
    analyse(world, "northwest")
    assert "march.csv" not in printed(world, "mia", partnership)
    hold(world, "rita", "C1")
    assert "march.csv" not in printed(world, "rita", partnership)


def test_who_takes_care_of_it_is_told_to_who_sees_it(northwest: World) -> None:
    northwest.share(*NORTHWEST, *Category)
    analyse(northwest, "northwest")
    partnership = northwest.partnerships[NORTHWEST]
    opened = take_care(northwest, "ana", NORTHWEST, "Ring them about <b>frames</b>")
    review = gather(northwest, "ana", partnership)
    assert [line.owner for line in review.late] == [opened.owner_name]
    assert review.late[0].follow_up == f"http://localhost:8000/follow-ups/{opened.public_id}/"
    assert "Ring them about <b>frames</b>" in text_of(write(review))
    assert "Ring them" not in printed(northwest, "mia", partnership)
    with acting_as(northwest.actor("ana")):
        share(opened.public_id, opened.version)
    theirs = gather(northwest, "mia", partnership)
    assert [line.owner for line in theirs.late] == [""]  # not one of their own
    assert "Ring them" not in text_of(write(theirs))  # what is shared by choice can be taken back


# --- the maker ---


def test_a_maker_with_names_reads_names_and_no_salesperson(northwest: World) -> None:
    northwest.share(*NORTHWEST, Category.VOLUME, Category.PRICE, Category.IDENTITY)
    analyse(northwest, "northwest")
    text = printed(northwest, "mia", northwest.partnerships[NORTHWEST])
    assert named("northwest") in text
    assert "of gross profit is waiting" in text
    assert f"Mx {canary('northwest')}" not in text
    assert "What you see Volumes: You see units line by line for all families; granted on" in text
    assert "What is missing" not in text


def test_a_maker_without_names_reads_pseudonyms(northwest: World) -> None:
    northwest.share(*NORTHWEST, Category.VOLUME, Category.PRICE)
    analyse(northwest, "northwest")
    text = printed(northwest, "mia", northwest.partnerships[NORTHWEST])
    assert canary("northwest") not in text
    assert re.search(r"Customer [0-9A-Z]{4}-[0-9A-Z]{2}", text)
    assert "What is missing Without customer names: a pseudonym stands for each." in text


def test_a_maker_with_volumes_alone_reads_no_money_and_no_column_for_it(northwest: World) -> None:
    northwest.share(*NORTHWEST, Category.VOLUME)
    analyse(northwest, "northwest")
    review = gather(northwest, "mia", northwest.partnerships[NORTHWEST])
    text = text_of(write(review))
    for told in (
        "Without prices: no amounts, and the last step of the ladder is not measured.",
        "Revenue drops prices are not shared",
    ):
        assert told in text, told
        text = text.replace(told, "")
    assert not MONEY.findall(text)
    assert not [figure for figure in figures([amount("northwest")]) if figure in text]
    assert review.stake_label == "Units at stake"
    assert "Net revenue" not in [meaning.label for meaning in review.meanings]


@pytest.mark.parametrize("granularity", [Granularity.MONTH, Granularity.AREA])
def test_a_maker_without_single_lines_is_told_what_cannot_be_known(
    northwest: World, granularity: Granularity
) -> None:
    northwest.share(*NORTHWEST, Category.VOLUME, granularity=granularity)
    analyse(northwest, "northwest")
    text = text_of(write(gather(northwest, "mia", northwest.partnerships[NORTHWEST])))
    assert "Not to be known Who is late shows in single lines alone." in text
    title = {Granularity.MONTH: "No account is", Granularity.AREA: "No postcode area is"}[granularity]
    assert f"{title} down the ladder" in text
    lost = str(WHOLLY[granularity])
    assert text.count(lost) == 2  # beside the finding, and under the quality of its data
    assert "Should have ordered The present gap" not in text


def test_a_maker_of_whom_nothing_is_shared_reads_one_page_that_says_so(northwest: World) -> None:
    analyse(northwest)
    review = gather(northwest, "mia", northwest.partnerships[NORTHWEST])
    (page,) = pages_of(write(review))
    assert "Nothing to judge yet" in page
    assert "Nothing of any partnership is in sight." in page
    assert "nothing in sight yet" in page


def test_a_revoked_grant_takes_it_all_back(northwest: World) -> None:
    (volume,) = northwest.share(*NORTHWEST, Category.VOLUME)
    analyse(northwest, "northwest")
    partnership = northwest.partnerships[NORTHWEST]
    assert gather(northwest, "mia", partnership).late
    with acting_as(northwest.actor("northwest-admin")):
        revoke_grant(volume)
    review = gather(northwest, "mia", partnership)
    assert (review.late, review.falls, review.meanings) == ([], [], [])


# --- strangers, roles and reach ---


STRANGERS = {
    "ana": ("southwest", "outpost", "adventure"),
    "sam": ("northwest", "outpost", "adventure"),
    "otto": ("northwest", "southwest", "adventure"),
    "mia": ("outpost",),
    "contoso-admin": ("southwest", "adventure"),
}


def test_nobody_reads_a_word_of_a_stranger(channel: World) -> None:
    for maker, distributor in channel.partnerships:
        if maker != distributor:
            channel.share(maker, distributor, *Category)
    analyse(channel)
    for person, strangers in STRANGERS.items():
        pdf = write(gather(channel, person, *channel.partnerships.values()))  # asked for more than theirs
        titles = "".join(title for _, title in bookmarks_of(pdf))
        text = unbroken(text_of(pdf) + titles) + "".join(links_of(pdf))
        assert "finch" in text
        for stranger in strangers:
            assert canary(stranger) not in text, (person, stranger)
            assert not [figure for figure in figures([amount(stranger)]) if figure in text], (
                person,
                stranger,
            )


def test_a_partnership_out_of_reach_is_left_out(channel: World) -> None:
    channel.share("adventure", "northwest", *Category)
    channel.share("adventure", "southwest", *Category)
    analyse(channel)
    with acting_as(channel.actor("adventure-admin")):
        held = Partnership.objects.get(pk=channel.partnerships[NORTHWEST].pk)
        give_reach(User.objects.get(pk=channel.seats["max"].user_id), held)
    review = gather(channel, "max", *channel.partnerships.values())
    assert [quality.name for quality in review.quality] == ["Northwest"]
    assert {line.name for line in review.late} == {named("northwest")}


def test_a_partnership_that_is_not_asked_for_is_left_out(channel: World) -> None:
    analyse(channel, "northwest")
    review = gather(channel, "ana", channel.partnerships[NORTHWEST])
    assert [quality.name for quality in review.quality] == ["Adventure"]
    assert len(review.late) == 1


def test_without_any_partnership_there_is_one_calm_page(world: World) -> None:
    review = gather(world, "max")
    (page,) = pages_of(write(review))
    assert "Nothing to judge yet" in page
    assert "No partnership is in sight" in page
    assert "Data quality" not in page


def test_a_role_without_accounts_gets_no_review(northwest: World) -> None:
    with pytest.raises(PermissionDenied):
        gather(northwest, "uwe")


def test_nobody_late_is_good_news(world: World) -> None:
    day_of = AS_OF.replace(day=28)
    rows = [NamedSale(f"I-{month}", day_of.replace(month=month), "C1", "RB-1") for month in (1, 2, 3)]
    world.sell(*NORTHWEST, rows)
    analyse(world, "northwest")
    (text,) = pages_of(write(gather(world, "ana", world.partnerships[NORTHWEST])))
    assert "Every account is within its own rhythm" in text
    assert "Nobody is late" in text
    assert "Not judged 1 of 1 accounts: too few orders or too short a history" in text


def test_amounts_of_several_currencies_or_bases_are_said_to_be(channel: World) -> None:
    analyse(channel, "northwest")
    overview = overview_of(channel, "ana")
    assert notes_on(overview) == []
    foreign = Stake(Money(Decimal(100), "PLN"), "net_revenue")
    mixed = replace(overview, late=[overview.late[0], replace(overview.late[1], stake=foreign)])
    assert notes_on(mixed) == [
        "Where the margin is not known, net revenue stands in for gross profit.",
        "Amounts are in several currencies (PLN, USD): each stands as it is, none are added.",
    ]


def test_what_a_review_read_is_on_the_owner_s_record(northwest: World) -> None:
    northwest.share(*NORTHWEST, Category.VOLUME)
    analyse(northwest, "northwest")
    with acting_as(northwest.actor("ana")):
        before = list_readings(WRITTEN_AT.replace(year=2020))
    gather(northwest, "mia")
    with acting_as(northwest.actor("ana")):
        after = list_readings(WRITTEN_AT.replace(year=2020))
    assert {reading.what for reading in after} - {reading.what for reading in before} >= {
        "accounts",
        "families",
    }


def test_a_review_is_told_in_the_reader_s_language(northwest: World) -> None:
    analyse(northwest, "northwest")
    with translation.override("de"):
        text = printed(northwest, "ana", northwest.partnerships[NORTHWEST])
    assert "Ein Kunde hätte schon bestellen müssen" in text
    assert "Datenqualität" in text
    assert "should" not in text
