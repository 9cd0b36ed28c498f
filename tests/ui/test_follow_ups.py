"""A finding taken care of, as the people of both sides walk it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.runs.pictures import get_finding
from analytics.runs.services import analyse_partnership
from partners.access.doors import list_cards_of
from partners.access.reach import give_reach, take_reach
from partners.accounts.models import Account, AccountIdentity
from partners.agreements.models import Category, Grant
from partners.agreements.services import revoke_grant
from partners.engagement.models import FollowUp, FollowUpComment, FollowUpMatter, State
from partners.engagement.selectors import Status, Whose, list_follow_ups, list_of_accounts
from partners.ledger.merging import merge_accounts
from partners.organisations.services import end_seat
from partners.tenancy.context import acting_as
from partners.tenancy.models import new_public_id
from portal.telling.ladder import measured
from portal.ui.templatetags.follow_ups import spreads
from tests.stages import staged
from tests.ui.conftest import AS_OF, Browse, canary, ref_of, sell_everywhere
from tests.ui.test_markup import Markup
from tests.world import World

LIST, NEW = "/follow-ups/", "/follow-ups/new/"
KIND = "should_have_ordered"
PAIR = ("adventure", "northwest")
CONTOSO = ("contoso", "northwest")
STEP = "Ring them about the frames"
NAME = f"{canary('northwest')}1 Velodrome"
HIDDEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


def said(response: HttpResponse) -> str:
    """A page as one line of text with its markup."""
    line = " ".join(unescape(response.content.decode()).replace("\xa0", " ").split())
    return re.sub(r" ?(</?(?:h1|small)>) ?", r"\1", line)


def error_at(response: HttpResponse, field: str) -> str:
    """The sentence at a field."""
    found = re.search(rf'<p class="error" id="{field}_error">([^<]+)</p>', said(response))
    return found[1] if found else ""


class Desk:
    """Who does what with a browser, in one line of a test."""

    def __init__(self, world: World, browse: Browse) -> None:
        self.world, self.partnership = world, world.partnerships[PAIR]
        self._open, self._clients = browse, dict[str, Client]()

    def browse(self, person: str) -> Client:
        """One browser each, so that a message meets the page that it is for."""
        return self._clients.setdefault(person, self._open(person))

    def address(self, person: str, pair: tuple[str, str] = PAIR, kind: str = KIND) -> str:
        account = ref_of(self.world, person, *pair)
        return f"{NEW}?account={account}&kind={kind}&partnership={self.world.partnerships[pair].public_id}"

    @contextmanager
    def later(self, days: int) -> Iterator[None]:
        """So many days on, everybody logged in anew."""
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            self._clients.clear()
            yield

    def plan(self, owner: str, /, **changes: object) -> dict[str, object]:
        plan = {
            "owner": self.world.seats[owner].public_id,
            "next_step": STEP,
            "due_on": "",
            "review_on": (timezone.localdate() + timedelta(days=14)).isoformat(),
        }
        return plan | changes

    def open(self, person: str, pair: tuple[str, str] = PAIR, **changes: object) -> str:
        """The id of what this person opened."""
        owner = str(changes.pop("by", person))
        response = self.browse(person).post(self.address(person, pair), self.plan(owner, **changes))
        assert response.status_code == 302, said(response)
        return response.headers["Location"].rstrip("/").rpartition("/")[2]

    def page(self, person: str, public_id: str) -> HttpResponse:
        return self.browse(person).get(reverse("follow_up", args=[public_id]))

    def list(self, person: str, **asked: str) -> str:
        response = self.browse(person).get(LIST, asked)
        assert response.status_code == 200
        return said(response)

    def act(self, person: str, step: str, public_id: str, **data: object) -> HttpResponse:
        """POST to one of the page's forms, with the version that the page shows unless told."""
        with acting_as(self.world.actor(person)):
            found = FollowUp.objects.filter(public_id=public_id).first()
        given = {"version": found.version if found else 1} | data
        return self.browse(person).post(reverse(f"follow_up_{step}", args=[public_id]), given)

    def stored(self, public_id: str, person: str = "ana") -> FollowUp:
        with acting_as(self.world.actor(person)):
            return FollowUp.objects.get(public_id=public_id)

    def count(self, person: str = "ana") -> int:
        with acting_as(self.world.actor(person)):
            return FollowUp.objects.count()


def analyse(world: World, *pairs: tuple[str, str]) -> None:
    """These partnerships, for both sides; the other three tell nothing here."""
    for pair in pairs:
        for slug in set(pair):
            with acting_as(world.worker(slug)):
                analyse_partnership(world.partnerships[pair].pk, as_of=AS_OF)


def share_volumes(world: World) -> None:
    world.share(*PAIR, Category.VOLUME)
    analyse(world, PAIR, CONTOSO)


sharing = staged(sell_everywhere, share_volumes)


@pytest.fixture
def desk(sharing: World, browse: Browse) -> Desk:
    return Desk(sharing, browse)


def test_a_finding_is_taken_up_from_its_account(desk: Desk) -> None:
    form = said(desk.browse("ana").get(desk.address("ana")))
    assert f"<h1>Take care of: Should have ordered at {NAME}</h1>" in form
    assert re.search(r"<b>\d+ days</b> against <b>14 days</b> as usual", form)
    assert form.index(">Ana</option>") < form.index(">Northwest-Admin</option>")  # oneself first
    assert "Mia" not in form
    opened = desk.open("ana")
    page = said(desk.page("ana", opened))
    assert f"<h1>{NAME}: {STEP}</h1>" in page
    assert "Ana takes care of it. It comes up again on" in page
    assert "14 days" in page
    assert "run_" in page
    assert "First seen on" in page
    assert STEP in desk.list("ana")
    assert STEP not in desk.list("northwest-admin")
    assert STEP in desk.list("northwest-admin", whose="team")
    assert "Nothing of yours waits for a review" in desk.list("ana")


def test_a_finding_under_way_is_not_taken_up_twice(desk: Desk) -> None:
    opened = desk.open("ana")
    for client in (desk.browse("northwest-admin"), desk.browse("ana")):
        page = said(client.get(desk.address("ana")))
        assert "Ana takes care of this" in page
        assert reverse("follow_up", args=[opened]) in page
        assert 'name="next_step"' not in page
    response = desk.browse("northwest-admin").post(desk.address("ana"), desk.plan("northwest-admin"))
    assert response.status_code == 400
    assert "Ana takes care of this already" in said(response)
    assert desk.count() == 1


NO_PLANS = (
    ("review_on", "2020-01-01", "The review date has passed already. Choose today or a later day."),
    ("review_on", "2026-02-31", "There is no such day. Write it as year-month-day, as in 2026-03-31."),
    ("review_on", "", "Choose the day on which you look at it again."),
    ("due_on", "2999-01-01", "The step is due after the review."),
    ("due_on", "soon", "There is no such day."),
    ("owner", "mem_nobody", "Choose an owner from your own organisation"),
    ("next_step", "   ", "Say what comes next, in a sentence."),
    ("next_step", "x" * 501, "The next step is longer than 500 characters"),
)


def test_what_cannot_be_a_plan_is_said_at_its_field(desk: Desk) -> None:
    for field, value, sentence in NO_PLANS:
        typed = desk.plan("ana", **{"next_step": "Write to them", field: value})
        response = desk.browse("ana").post(desk.address("ana"), typed)
        assert response.status_code == 400, (field, value)
        assert sentence in error_at(response, f"open-{field}")
        if field != "next_step":
            assert "Write to them</textarea>" in said(response)  # what was typed is still there
    assert desk.count() == 0
    opened = desk.open("ana")
    for field, value, sentence in NO_PLANS:
        response = desk.act("ana", "plan", opened, **desk.plan("ana", **{field: value}))
        assert response.status_code == 400, (field, value)
        assert sentence in error_at(response, f"plan-{field}")
    assert desk.stored(opened).version == 1


def test_opening_and_sharing_are_one_step(desk: Desk) -> None:
    """Where sharing is refused nothing is opened, and the reason stands at its field."""
    refused = desk.plan("ana", next_step=f"Ring {NAME}", is_shared="on")
    response = desk.browse("ana").post(desk.address("ana"), refused)
    assert response.status_code == 400
    assert "customer names are not shared" in error_at(response, "open-next_step")
    assert desk.count() == 0
    opened = desk.open("ana", is_shared="on")
    assert desk.stored(opened).shared_at is not None
    response = desk.browse("ana").post(desk.address("ana", CONTOSO), desk.plan("ana", is_shared="on"))
    assert "you do not share its volumes" in error_at(response, "open-is_shared")
    assert desk.count() == 1


def test_own_sales_have_no_other_side(desk: Desk) -> None:
    own = ("adventure", "adventure")
    analyse(desk.world, own)
    assert "is_shared" not in said(desk.browse("mia").get(desk.address("mia", own)))
    opened = desk.open("mia", own)
    assert "Share with" not in said(desk.page("mia", opened))


def test_what_is_shared_is_read_without_the_name(desk: Desk) -> None:
    opened = desk.open("ana")
    assert desk.page("mia", opened).status_code == 404
    before = said(desk.page("ana", opened))
    assert "Only your own side reads it" in before
    pseudonym = re.search(r"the account as Customer ([0-9A-Z]{4}-[0-9A-Z]{2})", before)
    assert pseudonym
    desk.act("ana", "comment", opened, text="They owe us money", is_shared="own")
    assert desk.act("ana", "share", opened, shared="yes").status_code == 302
    desk.act("ana", "comment", opened, text="Could you send a sample?", is_shared="both")
    page = said(desk.page("mia", opened))
    assert f"<h1>Customer {pseudonym[1]}: {STEP}</h1>" in page
    assert canary("northwest") not in page
    assert "They owe us money" not in page
    assert "Could you send a sample?" in page
    assert "The other side's figures stay with it; these are yours." in page
    assert "14 days" in page  # what the maker's own analysis says today
    assert 'name="next_step"' not in page
    assert "History" not in page
    assert f"Customer {pseudonym[1]}" in desk.list("mia", whose="theirs")
    assert "shared by Northwest" in desk.list("mia", whose="theirs")
    desk.act("mia", "comment", opened, text="It is on its way", is_shared="own")
    page = said(desk.page("ana", opened))
    assert re.search(r"<b>Mia</b> · Adventure · [^<]+<span class=\"chip\">both sides</span>", page)
    assert re.search(r"<b>Ana</b> · Northwest · [^<]+<span class=\"chip\">only us</span>", page)
    desk.act("ana", "share", opened, shared="no")
    assert desk.page("mia", opened).status_code == 404
    assert "both sides, once it is shared again" in said(desk.page("ana", opened))


def test_with_names_shared_the_card_says_so(desk: Desk) -> None:
    desk.world.share(*PAIR, Category.IDENTITY)
    opened = desk.open("ana", next_step=f"Ring {NAME}", is_shared="on")
    assert f"the account as {NAME}" in said(desk.page("ana", opened))
    assert f"<h1>{NAME}: Ring {NAME}</h1>" in said(desk.page("mia", opened))


def test_a_comment_for_both_is_refused_where_it_would_name_the_customer(desk: Desk) -> None:
    opened = desk.open("ana", is_shared="on")
    text = f"{NAME} is moving"
    response = desk.act("ana", "comment", opened, text=text, is_shared="both")
    assert response.status_code == 400
    assert "customer names are not shared" in error_at(response, "comment-text")
    assert f"{text}</textarea>" in said(response)
    assert re.search(r'value="both"[^>]* checked', said(response))
    assert desk.act("ana", "comment", opened, text=text, is_shared="own").status_code == 302


def test_a_comment_for_both_is_not_kept_from_one_by_accident(desk: Desk) -> None:
    """Sharing ended while somebody wrote for both: they are told, and nothing is written."""
    opened = desk.open("ana")
    response = desk.act("ana", "comment", opened, text="For you", is_shared="both")
    assert response.status_code == 400
    assert "This follow-up is not shared: share it first" in said(response)
    assert "For you</textarea>" in said(response)
    with acting_as(desk.world.actor("ana")):
        assert not FollowUpComment.objects.exists()


def test_two_people_edit_one_follow_up(desk: Desk) -> None:
    """The second sees who came first and what is stored beside what they typed; saving again takes it."""
    opened = desk.open("ana")
    first = desk.plan("ana", next_step="Visit them on Friday", version=1)
    assert desk.act("northwest-admin", "plan", opened, **first).status_code == 302
    later = (timezone.localdate() + timedelta(days=30)).isoformat()
    second = desk.plan("ana", next_step="Send a quote", review_on=later, version=1)
    response = desk.act("ana", "plan", opened, **second)
    assert response.status_code == 409
    page = said(response)
    assert "Northwest-Admin came first and changed the plan: next step." in page
    assert "Send a quote</textarea>" in page
    assert 'id="plan-next_step_helptext">Stored now: Visit them on Friday</p>' in page
    assert f'value="{later}"' in page
    assert 'id="plan-review_on_helptext">Stored now:' in page
    assert "plan-owner_helptext" not in page  # nobody changed that
    version = re.search(r'name="version" value="(\d+)" id="plan-version"', page)
    assert version
    assert version[1] == "2"
    assert desk.act("ana", "plan", opened, **second | {"version": version[1]}).status_code == 302
    assert f"{NAME}: Send a quote" in said(desk.page("ana", opened))


def test_a_mistyped_day_does_not_hide_what_somebody_else_changed(desk: Desk) -> None:
    """The page with the error keeps the version that was read: what was stored since is still not overwritten."""
    opened = desk.open("ana")
    desk.act("northwest-admin", "plan", opened, **desk.plan("ana", next_step="Visit them", version=1))
    response = desk.act("ana", "plan", opened, **desk.plan("ana", review_on="soon", version=1))
    assert response.status_code == 400
    assert 'name="version" value="1" id="plan-version"' in said(response)


@pytest.mark.parametrize("step", ["state", "share"])
def test_who_comes_too_late_is_told_who_came_first(desk: Desk, step: str) -> None:
    opened = desk.open("ana")
    desk.act("northwest-admin", "state", opened, state="won", reason="They ordered")
    data = {"state": "lost", "reason": "They are gone"} if step == "state" else {"shared": "yes"}
    response = desk.act("ana", step, opened, **data, version=1)
    assert response.status_code == 409
    assert "Northwest-Admin came first and said how it stands: won (before: open)." in said(response)
    assert desk.stored(opened).state == State.WON
    if step == "state":
        assert "You had written: They are gone" in said(response)
    response = desk.act("ana", "plan", opened, **desk.plan("ana", next_step="Send a quote", version=1))
    assert response.status_code == 409
    assert "Send a quote</textarea>" in said(response)


def test_every_end_has_its_reason_and_can_be_taken_back(desk: Desk) -> None:
    opened = desk.open("ana")
    response = desk.act("ana", "state", opened, state="won")
    assert response.status_code == 400
    assert "Say why, in a sentence" in error_at(response, "state-reason")
    assert "Choose how it stands." in said(desk.act("ana", "state", opened, reason="x"))
    desk.act("ana", "state", opened, state="confirmed")
    assert 'value="confirmed"' not in said(desk.page("ana", opened))
    desk.act("ana", "state", opened, state="false_alarm", reason="Closed for the holidays")
    page = said(desk.page("ana", opened))
    assert re.search(
        r'<span class="chip">false alarm</span> </p> <p class="words">Closed for the holidays', page
    )
    assert 'name="next_step"' not in page
    assert "One of your follow-ups has ended" in desk.list("ana", status="ended")
    assert STEP not in desk.list("ana")
    assert "It has ended. Take it up again" in said(desk.act("ana", "plan", opened, **desk.plan("ana")))
    desk.act("ana", "state", opened, state="open")
    assert 'name="next_step"' in said(desk.page("ana", opened))
    history = said(desk.page("ana", opened))
    assert "said how it stands: open (before: false alarm)" in history


def test_a_reason_for_both_names_no_customer(desk: Desk) -> None:
    opened = desk.open("ana", is_shared="on")
    data = {"state": "lost", "reason": f"{NAME} has closed", "is_shared": "on"}
    response = desk.act("ana", "state", opened, **data)
    assert "customer names are not shared" in error_at(response, "state-reason")
    assert desk.stored(opened).state == State.OPEN
    desk.act("ana", "state", opened, state="lost", reason="The shop has closed", is_shared="on")
    assert "The shop has closed" in said(desk.page("mia", opened))


def test_anothers_follow_up_reads_like_an_invented_one(desk: Desk) -> None:
    opened, invented = desk.open("ana"), new_public_id("fup")
    for person in ("mia", "sam", "otto", "contoso-admin", "rita"):
        client = desk.browse(person)
        for step in ("", "plan/", "comment/", "state/", "share/"):
            foreign, nothing = (f"{LIST}{one}/{step}" for one in (opened, invented))
            assert client.get(foreign).status_code == 404, (person, step)
            posted = [
                client.post(url, {"version": "1", "text": "x", "shared": "yes"}) for url in (foreign, nothing)
            ]
            assert {response.status_code for response in posted} == {404}, (person, step)
            assert posted[0].content == posted[1].content, (person, step)
    assert desk.stored(opened).version == 1


def test_anothers_account_cannot_be_taken_up(desk: Desk) -> None:
    theirs, partnership = ref_of(desk.world, "ana", *PAIR), desk.partnership.public_id
    sam = desk.browse("sam")
    own = ref_of(desk.world, "sam", "adventure", "southwest")
    analyse(desk.world, ("adventure", "southwest"))
    asked = [
        {"account": theirs, "kind": KIND},
        {"account": new_public_id("acc"), "kind": KIND},
        {"account": own, "kind": KIND, "partnership": partnership},
        {"account": own, "kind": "lapsed"},  # it has not lapsed
        {"account": own},
        {"kind": KIND},
        {},
    ]
    found = [sam.get(NEW, one) for one in asked]
    assert [response.status_code for response in found] == [404] * len(asked)
    assert len({HIDDEN.sub("", response.content.decode()) for response in found}) == 1
    assert sam.get(NEW, {"account": own, "kind": "invented"}).status_code == 400
    assert sam.get(NEW, {"account": own, "kind": KIND}).status_code == 200


def test_roles_that_do_not_work_follow_ups(desk: Desk) -> None:
    opened = desk.open("ana")
    uwe = desk.browse("uwe")
    for url in (LIST, f"{LIST}{opened}/", desk.address("ana"), f"{LIST}{opened}/plan/"):
        assert (uwe.get(url).status_code, uwe.post(url, {}).status_code) == (403, 403), url


def test_the_steps_are_posted(desk: Desk) -> None:
    opened = desk.open("ana")
    for step in ("plan", "comment", "state", "share"):
        response = desk.browse("ana").get(f"{LIST}{opened}/{step}/")
        assert (response.status_code, response.headers["Location"]) == (302, f"{LIST}{opened}/"), step


def test_what_the_list_does_not_offer_is_refused(desk: Desk) -> None:
    ana = desk.browse("ana")
    for asked in ({"whose": "yours"}, {"status": "open"}, {"page": "2"}, {"sort": "owner"}):
        assert ana.get(LIST, asked).status_code == 400, asked


def test_a_mirror_shows_what_is_shared_and_nothing_to_fill_in(desk: Desk) -> None:
    shared = desk.open("ana", is_shared="on")
    kept = desk.open("ana", CONTOSO, next_step="Visit the rival's shop")
    internal = desk.open("mia", next_step="Offer their rival a better price")
    front, ana = f"/as/{desk.partnership.public_id}", desk.browse("ana")
    desk.act("ana", "comment", shared, text="Kept to us", is_shared="own")
    desk.act("ana", "comment", shared, text="For both", is_shared="both")
    listed = said(ana.get(front + LIST))
    assert "One follow-up is shared with you" in listed
    assert STEP in listed
    assert "rival" not in listed
    assert "Mine" not in listed
    assert ana.get(front + LIST, {"whose": "mine"}).status_code == 400
    page = said(ana.get(f"{front}{LIST}{shared}/"))
    assert "For both" in page
    assert "Kept to us" not in page
    assert canary("northwest") not in page
    main = page[page.index("<main") :]
    assert "<form" not in main
    assert "<button" not in main
    assert ana.get(f"{front}{LIST}{kept}/").status_code == 404
    assert ana.post(f"{front}{LIST}{shared}/comment/", {"text": "x"}).status_code == 404
    assert ana.get(f"{front}{desk.address('ana')}").status_code == 404
    assert ana.get(f"{front}{LIST}{internal}/").status_code == 404


def test_whose_owner_has_left_comes_first_and_gets_another(desk: Desk) -> None:
    admin = "northwest-admin"
    stays = desk.open(admin, review_on=timezone.localdate().isoformat())
    opened = desk.open(admin, CONTOSO, by="ana")
    listed = desk.list(admin, whose="team")
    assert listed.index(stays) < listed.index(opened)
    with acting_as(desk.world.actor(admin)):
        end_seat(desk.world.seats["ana"])
    listed = desk.list(admin, whose="team")
    assert listed.index(opened) < listed.index(stays)
    assert 'Ana <span class="chip warn">has left</span>' in listed
    page = said(desk.page(admin, opened))
    assert "Give it a new owner" in page
    assert '<option value="" selected>choose an owner</option>' in page
    response = desk.act(admin, "plan", opened, **desk.plan("ana"))
    assert "Choose an owner" in error_at(response, "plan-owner")
    desk.act(admin, "plan", opened, **desk.plan(admin))
    assert "has left" not in desk.list(admin, whose="team")


def test_the_grant_under_it_is_revoked(desk: Desk) -> None:
    """The maker keeps the shell, reads why, and can end it; nothing of the account is left on any page."""
    opened = desk.open("mia")
    pseudonym = re.search(r"Customer [0-9A-Z]{4}-[0-9A-Z]{2}", said(desk.page("mia", opened)))
    assert pseudonym
    with acting_as(desk.world.actor("northwest-admin")):
        revoke_grant(Grant.objects.get(partnership=desk.partnership, revoked_at=None))
    listed, page = desk.list("mia"), said(desk.page("mia", opened))
    assert "No longer shared with you" in listed
    assert "What it is about is no longer shared with you" in listed
    assert "The owner of the data has withdrawn this account from your sight." in page
    for text in (listed, page):
        assert pseudonym[0] not in text
        assert STEP not in text
        assert "Should have ordered" not in text
    assert 'name="next_step"' not in page
    assert 'name="text"' not in page.partition("<main")[2]
    assert "Share with" not in page
    assert desk.act("mia", "state", opened, state="lost").status_code == 302
    assert desk.stored(opened, "mia").state == State.LOST
    for step, data in (("plan", desk.plan("mia")), ("share", {"shared": "yes"}), ("comment", {"text": "x"})):
        response = desk.act("mia", step, opened, **data)
        assert response.status_code in (400, 404), step
    with acting_as(desk.world.actor("mia")):
        assert not FollowUpMatter.objects.exists()


def test_figures_found_under_another_agreement_are_not_shown(desk: Desk) -> None:
    opened = desk.open("mia")
    assert "When it was opened" in said(desk.page("mia", opened))
    (price,) = desk.world.share(*PAIR, Category.PRICE)
    with acting_as(desk.world.actor("northwest-admin")):
        revoke_grant(price)
    sentence = "The figures frozen at opening were found under an agreement that has changed since."
    page = said(desk.page("mia", opened))
    assert sentence in page
    assert "There are no figures to show today." in page
    analyse(desk.world, PAIR)
    page = said(desk.page("mia", opened))
    assert sentence in page
    assert "When it was opened" not in page
    assert page.count('data-label="Today"') == 3


def test_a_representative_who_lost_the_account_is_told_so(desk: Desk) -> None:
    with acting_as(desk.world.actor("northwest-admin")):
        account = Account.objects.get(identity__code=f"{canary('northwest')}1")
        give_reach(desk.world.seats["rita"].user, account)
    opened = desk.open("rita")
    assert NAME in said(desk.page("rita", opened))
    with acting_as(desk.world.actor("northwest-admin")):
        take_reach(desk.world.seats["rita"].user, account)
    page = said(desk.page("rita", opened))
    assert "The account is no longer within your reach." in page
    assert NAME not in page
    assert "No longer within your reach" in desk.list("rita")


def test_an_account_that_was_merged_away_says_so(desk: Desk) -> None:
    opened = desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        gone, kept = (
            AccountIdentity.objects.get(code=f"{canary('northwest')}{number}").account for number in (1, 2)
        )
        merge_accounts(gone, kept)
    page = said(desk.page("ana", opened))
    assert f"has become {canary('northwest')}2 Velodrome: two records of one customer." in page


def test_both_sides_work_the_same_finding(desk: Desk) -> None:
    own, theirs = desk.open("mia"), desk.open("ana", is_shared="on")
    page = said(desk.page("mia", own))
    assert "The same finding elsewhere" in page
    assert reverse("follow_up", args=[theirs]) in page
    assert "Ana, Northwest" in page
    assert "The same finding elsewhere" not in said(desk.page("ana", theirs))  # what Mia keeps is not there


def test_the_list_says_what_waits(desk: Desk) -> None:
    desk.open("ana")
    for days, headline, chip in (
        (13, "Nothing of yours waits for a review", None),
        (14, "One of your follow-ups is due today", '<span class="chip warn">today</span>'),
        (15, "One of your follow-ups is overdue", '<span class="chip bad">overdue</span>'),
    ):
        with desk.later(days):
            listed = desk.list("ana")
            assert f"<h1>{headline}</h1>" in listed
            assert re.findall(r'<span class="chip (?:warn|bad)">\w+</span>', listed) == (
                [chip] if chip else []
            )
            assert ("Nothing is overdue" in desk.list("ana", status="overdue")) == (days < 15)


def test_several_that_wait_are_counted(desk: Desk) -> None:
    today = timezone.localdate()
    desk.open("ana", review_on=today.isoformat())
    desk.open("ana", CONTOSO, review_on=(today + timedelta(days=1)).isoformat())
    assert "<h1>One of your follow-ups is due today</h1>" in desk.list("ana")
    with desk.later(1):
        listed = desk.list("ana")
        assert "<h1>One of your follow-ups is due today</h1>" in listed
        assert "<b>1</b> more is overdue." in listed


def test_the_card_of_the_home_page(desk: Desk) -> None:
    desk.open("ana", review_on=timezone.localdate().isoformat())
    desk.open("ana", CONTOSO)
    with acting_as(desk.world.actor("ana")):
        card = render_to_string(
            "components/follow_up_review.html", {"reviews": list_follow_ups(Whose.MINE, Status.LIVE)}
        )
    assert card.count("<li>") == 1
    assert "today</span>" in card
    with acting_as(desk.world.actor("ana")):
        assert "Nothing waits." in render_to_string("components/follow_up_review.html", {"reviews": []})


def test_the_button_beside_a_finding(desk: Desk) -> None:
    ref = ref_of(desk.world, "ana", *PAIR)

    def button(person: str = "ana", **more: object) -> str:
        with acting_as(desk.world.actor(person)):
            card = next(card for found, card in list_cards_of(ref) if found == desk.partnership)
            context: Mapping[str, object] = {
                "card": card,
                "partnership": desk.partnership,
                "kind": KIND,
                **more,
            }
            return render_to_string("components/follow_up_button.html", context)

    link = re.search(r'class="button go" href="([^"]+)"', button(is_urgent=True))
    assert link
    assert desk.browse("ana").get(unescape(link[1])).status_code == 200
    assert "button go" not in button()
    desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        (taken,) = list_of_accounts([desk.partnership])
    assert "Ana" in button(taken=taken)
    assert "button" not in button(taken=taken)
    assert "<a" not in button("uwe")


def test_the_pages_hold_to_the_markup(desk: Desk) -> None:
    opened = desk.open("ana", is_shared="on")
    desk.act("ana", "comment", opened, text="A & <b>B</b>", is_shared="both")
    stale = desk.act("ana", "plan", opened, **desk.plan("ana", next_step="Other", version=1))
    refused = desk.browse("ana").post(desk.address("ana", CONTOSO), {"review_on": "x"})
    responses = [stale, refused, desk.page("ana", opened), desk.page("mia", opened)]
    responses += [desk.browse("ana").get(LIST, {"whose": whose}) for whose in ("mine", "team", "theirs")]
    for response in responses:
        body = response.content.decode()
        markup = Markup(body)
        ids = [attributes["id"] for _, attributes in markup.tags if attributes.get("id")]
        assert len(ids) == len(set(ids))
        assert len(list(markup.each("h1"))) == 1
        labelled = {attributes.get("for") for attributes in markup.each("label")}
        for attributes in markup.each("input", "select", "textarea"):
            assert attributes.get("type") == "hidden" or attributes.get("id") in labelled, attributes
        for tag, attributes in markup.tags:
            assert "style" not in attributes, tag
            assert not [key for key in attributes if key.startswith("on")], tag
            for reference in ("aria-describedby", "aria-labelledby"):
                assert set((attributes.get(reference) or "").split()) <= set(ids), (tag, attributes)
            if "data-live-part" in attributes:
                assert attributes.get("id"), tag
        for table in re.findall(r'<table class="stack">.*?</table>', body, re.DOTALL):
            assert all(attributes.get("data-label") for attributes in Markup(table).each("td"))
        assert "<b>B</b>" not in body


def test_no_live_part_holds_a_form(desk: Desk) -> None:
    """A part is swapped while somebody reads: what is typed lies outside of it."""
    opened = desk.open("ana", is_shared="on")
    body = desk.page("ana", opened).content.decode()
    for part in re.findall(r"<(\w+)[^>]* data-live-part>(.*?)</\1>", body, re.DOTALL):
        assert "<form" not in part[1]
    assert body.count("data-live-part") >= 3


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (31.0, "should_have_ordered", "31 days"),
        (1.0, "interval_lengthens", "1 day"),
        (27.64, "quantity_shrinks", "27.6 units an order"),
        (1.0, "quantity_shrinks", "1 unit an order"),
        (7.0, "breadth_narrows", "7 families"),
        (1.0, "breadth_narrows", "1 family"),
        (9800.4, "revenue_drops", "9,800 a month"),
        (None, "revenue_drops", ""),
    ],
)
def test_a_value_has_the_unit_of_its_kind(value: float | None, kind: str, text: str) -> None:
    assert measured(value, kind).replace("\xa0", " ") == text


def test_a_deviation_is_counted_in_spreads() -> None:
    assert (spreads(2.649), spreads(1.04)) == ("2.6 spreads from usual", "1 spread from usual")


def test_a_finding_of_the_latest_run_stands_beside_the_frozen_one(desk: Desk) -> None:
    opened = desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        partnership, card = list_cards_of(ref_of(desk.world, "ana", *PAIR))[0]
        finding = get_finding(partnership, card, KIND)
        assert finding is not None
        assert finding.as_of == date(2026, 3, 31)
    page = said(desk.page("ana", opened))
    assert page.count('data-label="When it was opened"') == 3
    assert page.count('data-label="Today"') == 3
    assert "<small>should have ordered</small>" in page


def test_a_longer_list_makes_no_more_queries(desk: Desk) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.list("ana")
        return len(queries)

    desk.open("ana")
    count()  # names of models are looked up once a process, and a message is read once
    few = count()
    desk.open("ana", CONTOSO)
    desk.list("ana")
    assert count() == few
