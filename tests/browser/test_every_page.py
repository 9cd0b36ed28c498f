"""Every page of both sides, both themes, wide and on a phone: axe finds nothing, nothing stands out, all can be hit."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Response, expect

from partners.access.invitations import draw_link, invite_partner, invite_person, want_letter
from partners.access.reach import give_reach
from partners.accounts.models import Account
from partners.agreements.models import Category, Grant
from partners.agreements.services import end_partnership, propose
from partners.agreements.terms import Offer
from partners.engagement.models import FollowUp
from partners.organisations.services import end_seat
from partners.organisations.support import grant_support
from partners.tenancy.actors import Reach, Role
from partners.tenancy.context import acting_as
from portal.api.v1.urls import urlpatterns as interface
from portal.custody.archiving import ask_for_archive
from portal.people.leaving import leave
from portal.ui.session.letters import seal_link
from tests.browser.conftest import Visit
from tests.browser.trade import FADING, FILE, LATE_ONE, PAIR, Channel, open_shared, order, write
from tests.browser.visitor import COLOURS, EVERYTHING, HEIGHT, PHONE, WIDE, Visitor
from tests.ingestion.conftest import Desk
from tests.reports.conftest import written
from tests.world import PASSWORD

# What no browser shows as a page of its own.
NOT_PAGES = {
    "logout", "seat", "language", "robots", "live", "account_picture", "submission_progress", "submission_mapping",
    "submission_commit", "submission_discard", "submission_undo", "follow_up_plan", "follow_up_comment",
    "follow_up_state", "follow_up_share", "report_new", "report_file", "report_mail", "schedule_new", "schedule_end",
    "schedule_take_over", "health_live", "health_ready", "metrics", "finding", "client_end", "client_renew",
    "person_place", "person_held", "person_end", "person_hand_over", "invited_held", "invited_send",
    "invited_take_back", "account_login", "sessions_end", "session_end", "support_leave", "support_end", "receipt_file",
    "receipt_print", "archive_file", "sharing_grant", "sharing_state", "sharing_answer", "partnership_offer",
    "partnership_answer", "submission_quarantine_file", "feed_template",
    *(str(pattern.name) for pattern in interface),
} - {"api_reference"}  # fmt: skip
ONES = ("account", "account_lines", "evidence", "follow_up_new", "follow_up", "partnership")
LISTS = ("home", "accounts", "partnerships", "follow_ups", "submissions", "reports", "definitions")
NORTHWEST = (
    *LISTS, *ONES, "submission_new", "feeds", "submission", "submission_quarantine", "report", "receipts",
)  # fmt: skip
ADVENTURE = (*LISTS, *ONES, "submission_new")
MIRRORED = ("home", "accounts", "account", "partnership", "follow_up")
IN_THE_OPEN = ("login", "forgotten", "api_reference")
OWN_LOGIN = (
    "your_login",
    "password",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_deactivate_totp",
)
ON_THE_WAY = (
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "new_password",
    "support_enter",
)
OPENED = ("invitation",)
ADMINISTRATION = ("clients", "people", "person", "invited", "organisation", "partner_new", "support")
CUSTODY = ("partnership_archive", "partnership_delete", "receipt", "account_erase")
SHARING = (
    "sharing",
    "sharing_readings",
    "sharing_change",
    "sharing_preview",
    "sharing_propose",
    "sharing_stop",
)
Pages = Mapping[str, str]
CODE = FADING.code
LIVE = re.compile("/live/")


def names(resolver: URLResolver) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry)
        else:
            assert isinstance(entry, URLPattern)
            yield entry.name or str(entry.pattern)


def test_no_page_is_missing_here() -> None:
    assert set(names(get_resolver())) == {
        *NORTHWEST,
        *ADVENTURE,
        *IN_THE_OPEN,
        *OPENED,
        *OWN_LOGIN,
        *ON_THE_WAY,
        *ADMINISTRATION,
        *CUSTODY,
        *SHARING,
        *NOT_PAGES,
    }


def address(
    name: str,
    channel: Channel,
    ref: str,
    follow_up: FollowUp | None = None,
    submission: str = "",
    report: str = "",
) -> str:
    """Where a page is; `ref` is what the reader calls the fading customer."""
    asked = f"?account={ref}&kind=quantity_shrinks&partnership={channel.partnership}"
    objects: dict[str, tuple[list[str], str]] = {
        "account": ([ref], ""),
        "account_lines": ([ref], ""),
        "evidence": ([ref, "quantity_shrinks"], ""),
        "account_erase": ([ref], ""),
        "partnership": ([channel.partnership], ""),
        "follow_up_new": ([], asked),
        "follow_up": ([follow_up.public_id if follow_up else ""], ""),
        "submission": ([submission], ""),
        "submission_quarantine": ([submission], ""),
        "report": ([report], ""),
    }
    args, query = objects.get(name, ([], ""))
    return reverse(name, args=args) + query


@pytest.fixture
def waiting_file(channel: Channel) -> str:
    """A file with a fault, checked, on which somebody has to decide."""
    rows = [
        row for customer in (FADING, LATE_ONE) for row in order(customer, channel.next_day, customer.skus)
    ]
    rows.append((*rows[0][:9], "RB-9", *rows[0][10:]))
    return Desk(channel.world, "ana", *PAIR).check(write(rows), "april.csv").public_id


def look(visitor: Visitor, pages: Pages) -> list[str]:
    """Each page by its name in each theme and width, with a picture; returns what is wrong."""
    found = []
    for width in (WIDE, PHONE):
        visitor.page.set_viewport_size({"width": width, "height": HEIGHT})
        for name, path in pages.items():
            visitor.go(path)
            if visitor.page.locator("figure[data-vega]").count():
                visitor.sees_charts()
            found += look_in_both_themes(visitor, f"{name}-{width}")
    return found


def look_in_both_themes(visitor: Visitor, name: str) -> list[str]:
    found = []
    for theme, rules in (("light", EVERYTHING), ("dark", COLOURS)):
        visitor.page.emulate_media(color_scheme=theme)
        visitor.snap(f"{name}-{theme}")
        found += [f"{name}-{theme}: {fault}" for fault in visitor.faults(rules)]
    return found


@contextmanager
def a_seat_ends_meanwhile(visit: Visit, channel: Channel) -> Iterator[None]:
    """Uwe's page stays open when his seat ends: its stream ends within a minute, which is spent on other pages."""
    uwe = visit()
    answers: list[tuple[float, Response]] = []
    uwe.page.on("response", lambda answer: LIVE.search(answer.url) and answers.append((monotonic(), answer)))
    with uwe.page.expect_response(LIVE):
        uwe.log_in("uwe@northwest.example", first="/submissions/")
    with acting_as(channel.world.actor("northwest-admin")):
        end_seat(channel.world.seats["uwe"])
    ended = monotonic()
    yield
    if len(answers) < 2:
        uwe.page.wait_for_event("response", lambda answer: LIVE.search(answer.url), timeout=60_000)
    (__, opened), (moment, refused) = answers
    assert (opened.status, refused.status) == (200, 403)
    assert moment - ended < 60
    uwe.page.get_by_role("navigation", name="Main").get_by_role("link", name="Feeds and files").click()
    expect(uwe.heading("You have no seat in any organisation")).to_be_visible()
    assert FILE not in uwe.page.content()
    uwe.notices("403")
    uwe.snap("next-click-without-a-seat")
    uwe.page.get_by_role("button", name="Log out").click()
    expect(uwe.heading("Log in")).to_be_visible()


@pytest.mark.browser
def test_every_page_of_northwest(visit: Visit, channel: Channel, waiting_file: str) -> None:
    """Her own and, through the mirror, Adventure's."""
    follow_up, ref, handle = open_shared(channel, "Ring them"), channel.refs[CODE], channel.handles[CODE]
    report = written(channel.world, "ana").public_id
    mine = {name: address(name, channel, ref, follow_up, waiting_file, report) for name in NORTHWEST}
    theirs = {name: address(name, channel, handle, follow_up) for name in MIRRORED}
    seen = {f"mirror-{name}": f"/as/{channel.partnership}{path}" for name, path in theirs.items()}
    with a_seat_ends_meanwhile(visit, channel):
        found = look(visit(), {name: reverse(name) for name in IN_THE_OPEN})
        found += look(visit("ana@northwest.example"), {**mine, **seen})
    assert found == [], "\n".join(found)


@pytest.mark.browser
def test_every_page_of_adventure(visit: Visit, channel: Channel) -> None:
    follow_up = open_shared(channel, "Ring them")
    pages = {name: address(name, channel, channel.handles[CODE], follow_up) for name in ADVENTURE}
    found = look(visit("mia@adventure.example"), pages)
    assert found == [], "\n".join(found)


@pytest.mark.browser
def test_every_page_of_an_administrator(visit: Visit, channel: Channel) -> None:
    """With a partner system whose words are shown, and beside it one that has ended."""
    admin = visit("northwest-admin@northwest.example")
    admin.set_up_second_factor()
    for name in ("Nightly export", "Data warehouse"):
        admin.go(reverse("clients"))
        admin.page.get_by_label("What is it called?").fill(name)
        admin.page.get_by_role("button", name="Make it").click()
        expect(admin.card(re.compile(f"{name} is made"))).to_be_visible()
    found = look_in_both_themes(admin, "made")
    admin.page.get_by_role("button", name=re.compile("End it.*Nightly export")).click()
    expect(admin.page.get_by_text("nothing opens for it from its next call on")).to_be_visible()
    found += look(admin, administration(channel))
    _, words = grant_support(channel.world.orgs["northwest"].pk, "Kim Keeper", "A total that looks wrong")
    keeper = visit(width=PHONE)
    keeper.go(reverse("support_enter", args=[words]))
    found += look_in_both_themes(keeper, "support-enter")
    keeper.page.get_by_role("button", name="Go in").click()
    expect(keeper.page.get_by_text("Kim Keeper may look at Northwest until")).to_be_visible()
    found += look(keeper, {"support-accounts": "/accounts/"})
    admin.page.emulate_media(color_scheme="light")
    admin.go(reverse("support"))
    admin.page.get_by_role("button", name=re.compile("End it.*Kim Keeper")).click()
    found += look_in_both_themes(admin, "support-ended")
    keeper.go(reverse("support_enter", args=[words]))
    keeper.notices("410")
    found += look_in_both_themes(keeper, "support-over")
    assert found == [], "\n".join(found)


@pytest.mark.browser
def test_every_page_of_sharing(visit: Visit, channel: Channel) -> None:
    """In force, asked for, previewed, about to be stopped, read; and as the maker sees it."""
    partnership = channel.world.partnerships[PAIR]
    with acting_as(channel.world.actor("mia")):
        propose(partnership, Offer((Category.PRICE,)), "You get late-order lists back")
    with acting_as(channel.world.actor("ana")):
        grant = Grant.objects.get(partnership=partnership, revoked_at=None).public_id
    more = {"sharing_stop": [grant]}
    pages = {name: reverse(name, args=[channel.partnership, *more.get(name, [])]) for name in SHARING}
    pages["sharing_preview"] += "?categories=volume&categories=identity&granularity=3&purposes=1"
    pages["sharing_mirrored"] = f"/as/{channel.partnership}{pages['sharing']}"
    found = look(visit("northwest-admin@northwest.example"), pages)
    theirs = {f"mia-{name}": pages[name] for name in ("sharing", "sharing_propose")}
    found += look(visit("mia@adventure.example"), theirs)
    assert found == [], "\n".join(found)


@pytest.mark.browser
def test_every_page_of_an_ended_partnership(visit: Visit, channel: Channel) -> None:
    """Its data taken out, and destroyed."""
    admin = visit("northwest-admin@northwest.example")
    admin.set_up_second_factor()
    found = look(admin, {"account_erase": reverse("account_erase", args=[channel.refs[CODE]])})
    with acting_as(channel.world.actor("northwest-admin")):
        end_partnership(channel.world.partnerships[PAIR])
        ask_for_archive(channel.partnership)
    pages = {name: reverse(name, args=[channel.partnership]) for name in CUSTODY[:2]}
    found += look(admin, pages)
    admin.go(pages["partnership_delete"])
    admin.page.get_by_label("The manufacturer's name").fill("Adventure")
    admin.page.get_by_role("button", name="Delete for good").click()
    expect(admin.heading("It is being destroyed")).to_be_visible()
    found += look_in_both_themes(admin, "receipt")
    assert found == [], "\n".join(found)


def administration(channel: Channel) -> dict[str, str]:
    """Pages of people with something on them: one who left a follow-up, one invited, an account held and one found."""
    world = channel.world
    open_shared(channel, "Ring them")
    with acting_as(world.actor("northwest-admin")):
        give_reach(world.seats["rita"].user, Account.objects.order_by("pk")[0])
        invited = invite_person("lena@northwest.example", "Lena Berg", Role.MANAGER, Reach.PARTNERSHIPS)
        want_letter(invited)
        want_letter(invite_partner("eva@eastside.example", "Eastside Bikes"))
        leave(world.seats["ana"].public_id)
    ids = {"person": world.seats["rita"].public_id, "invited": invited.public_id}
    pages = {name: reverse(name, args=[ids[name]] if name in ids else []) for name in ADMINISTRATION}
    pages["found"] = f"{pages['person']}?text=e"
    return {**pages, "left": reverse("person", args=[world.seats["ana"].public_id])}


@pytest.mark.browser
def test_every_page_of_somebody_who_is_invited(visit: Visit, channel: Channel) -> None:
    """A seat, an organisation, what is missing, and a link that is over; on a phone and wide."""
    with acting_as(channel.world.actor("northwest-admin")):
        seat = draw_link(invite_person("lena@northwest.example", "Lena Berg", Role.MANAGER, Reach.WHOLE))
        founding = draw_link(invite_partner("eva@eastside.example", "Eastside Works"))
    lena, words = visit(), {"seat": seat, "founding": founding, "over": "x"}
    found = look(lena, {name: reverse("invitation", args=[word]) for name, word in words.items()})
    lena.notices("404")
    lena.go(reverse("invitation", args=[seat]))
    lena.page.get_by_label("Password", exact=True).fill("short")
    lena.page.get_by_label("The password again").fill("short")
    lena.page.get_by_role("button", name="Come in").click()
    expect(lena.page.get_by_role("alert")).to_contain_text("Nothing is made yet.")
    lena.notices("400")
    found += look_in_both_themes(lena, "too-short")
    for label in ("Password", "The password again"):
        lena.page.get_by_label(label, exact=True).fill(PASSWORD)
    lena.page.get_by_role("button", name="Come in").click()
    expect(lena.page.get_by_text("You are in")).to_be_visible()
    lena.log_in("lena@northwest.example")
    assert found == [], "\n".join(found)


@pytest.mark.browser
def test_every_page_of_a_login(visit: Visit, channel: Channel) -> None:
    """Setting up a second factor, coming back with it, and all that belongs to it."""
    rita, found = visit("rita@northwest.example"), []
    for name in ("account_reauthenticate", "mfa_activate_totp"):
        rita.go(reverse("mfa_activate_totp"))
        found += look_in_both_themes(rita, name)
        if name == "account_reauthenticate":
            rita.page.get_by_label("Password").fill(PASSWORD)
            rita.page.get_by_role("button", name="Go on").click()
    rita.set_up_second_factor(asked=False)
    found += look_in_both_themes(rita, "codes")
    found += look(rita, {name: reverse(name) for name in (*OWN_LOGIN, "mfa_reauthenticate")})
    back = visit(width=PHONE)
    back.give_password("rita@northwest.example")
    expect(back.heading("Second step")).to_be_visible()
    back.page.get_by_label("Code").fill("000000")
    back.page.get_by_role("button", name="Log in").click()
    found += look_in_both_themes(back, "wrong-code")
    back.go(reverse("new_password", args=[seal_link(channel.world.seats["uwe"].user)]))
    found += look_in_both_themes(back, "new-password")
    assert found == [], "\n".join(found)


@pytest.mark.browser
def test_what_nobody_hopes_to_see(visit: Visit, channel: Channel) -> None:
    """Refusals, forms that lack something, and the pages of somebody who has nothing yet, on a phone."""
    nobody = visit(width=PHONE)
    nobody.go("/login/")
    nobody.page.get_by_label("E-mail").fill("ana@northwest.example")
    nobody.page.get_by_label("Password").fill("wrong")
    nobody.page.get_by_role("button", name="Log in").click()
    expect(nobody.page.get_by_role("alert")).to_contain_text("do not belong together")
    found = look_in_both_themes(nobody, "wrong-password")

    ana = visit("ana@northwest.example", width=PHONE)
    for name, path in (("not-there", "/accounts/acc_0/"), ("does-not-fit", "/accounts/?colour=red")):
        ana.go(path)
        found += look_in_both_themes(ana, name)
    ana.notices("404")
    ana.notices("400")
    uwe = visit(width=PHONE)
    uwe.log_in("uwe@northwest.example", first="/submissions/")
    uwe.go("/accounts/")
    expect(uwe.heading("Not part of your role")).to_be_visible()
    uwe.notices("403")
    found += look_in_both_themes(uwe, "not-part-of-your-role")

    ana.go(address("follow_up_new", channel, channel.refs[CODE]))
    ana.page.get_by_label("Next step").fill(" ")
    ana.page.get_by_role("button", name="Follow up").click()
    expect(ana.page.get_by_role("alert")).to_contain_text("Nothing is opened yet.")
    ana.notices("400")
    found += look_in_both_themes(ana, "no-next-step")

    sam = visit("sam@southwest.example", width=PHONE)
    for name in LISTS:
        sam.go(reverse(name))
        found += look_in_both_themes(sam, f"nothing-yet-{name}")
    assert found == [], "\n".join(found)
