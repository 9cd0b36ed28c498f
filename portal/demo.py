"""The demonstration: a small simulated channel, sent in and analysed by the product's own commands.

Each step can be done again, so a start that was broken off is simply made once more.
"""

from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path
from typing import NamedTuple

from django.core.management import call_command
from django.utils import timezone

from analytics.runs.pictures import get_finding
from analytics.runs.reading import LATE
from analytics.runs.selectors import get_overview
from integrations.simulator.catalogue import MAKER
from integrations.simulator.channel import DIRECT, ROSTER, Distributor
from integrations.simulator.simulate import DEMO_DISTRIBUTORS, simulate
from partners.access.doors import list_partnerships
from partners.access.reach import give_reach
from partners.accounts.models import Account
from partners.engagement.colleagues import list_owners
from partners.engagement.services import Plan, comment, find_live, open_follow_up, share
from partners.organisations.login import find_organisation
from partners.organisations.models import OrganisationKind, User
from partners.organisations.services import found_organisation, seat_new_user
from partners.tenancy.actors import Actor, ActorKind, Reach, Role, founder
from partners.tenancy.context import acting_as
from portal.home import home, secret
from portal.reports.schedules import Timing, ask_for_review, colleagues, schedule_review
from portal.reports.selectors import list_archive, list_schedules
from portal.reports.writing import write_report

MAKER_SLUG = "aldenmark"
SHOWN_DISTRIBUTOR = "tannforst"
LINES, SEED = 12_000, 7
PASSWORD_LENGTH = 14
OWN_ACCOUNTS = 8  # that the representative holds

# What each distributor lets the maker see: the levels of an agreement, side by side.
SHARED = {
    "tannforst": ("volume", "price", "identity"),
    "valbrune": ("volume", "price"),
    "pennick": ("volume",),
    "wrzosek": ("volume", "price", "identity"),
    "lakeford": (),
}


class Login(NamedTuple):
    """Somebody to log in as."""

    name: str
    organisation: str
    role: Role
    reach: Reach = Reach.WHOLE

    @property
    def email(self) -> str:
        """An address nobody can own."""
        return f"{self.name.split()[0].lower()}@{self.organisation}.example"


LOGINS = (
    Login("Mara Linde", MAKER_SLUG, Role.MANAGER),
    Login("Felix Oort", MAKER_SLUG, Role.FINANCE),
    Login("Noor Jansen", MAKER_SLUG, Role.OPERATIONS),
    Login("Ines Aldenmark", MAKER_SLUG, Role.ADMINISTRATOR),
    Login("Edda Roos", MAKER_SLUG, Role.VIEWER),
    Login("Tom Brandt", SHOWN_DISTRIBUTOR, Role.MANAGER),
    Login("Rita Sommer", SHOWN_DISTRIBUTOR, Role.REPRESENTATIVE, Reach.ACCOUNTS),
    Login("Udo Kern", SHOWN_DISTRIBUTOR, Role.UPLOADER),
    Login("Anke Forst", SHOWN_DISTRIBUTOR, Role.ADMINISTRATOR),
    Login("Colin Pennick", "pennick", Role.MANAGER),
    Login("Zofia Wrzosek", "wrzosek", Role.MANAGER),
)


def demo_password() -> str:
    """The password of every login of the demonstration, drawn once for each installation."""
    return secret("demo_password")[:PASSWORD_LENGTH]


def build_demo(say: Callable[[str], None]) -> None:
    """Make the demonstration unless it is there; `say` is told of each step."""
    folder = home() / "demo"
    ready = folder / "ready"
    if ready.exists():
        return
    until = _last_day(folder)
    say(f"Simulating two years of a channel up to {until}")
    simulate(folder, lines=LINES, seed=SEED, until=until)
    say("Founding the organisations, their people and agreements")
    for distributor in ROSTER[:DEMO_DISTRIBUTORS]:
        _settle_organisation(distributor)
    call_command(
        "load_catalogue", folder / "products.csv", manufacturer=MAKER_SLUG, currency="EUR", stdout=_Silence()
    )
    for login in LOGINS:
        _settle_login(login)
    for distributor in ROSTER[:DEMO_DISTRIBUTORS]:
        say(f"Sending in the file of {distributor.name}")
        _send(distributor, folder)
    _give_own_accounts()
    say("Finding who should have ordered")
    call_command("analyse", manufacturer=MAKER_SLUG, stdout=_Silence())
    for work in WORK:
        _take_up(work)
    say("Writing a report for each of two readers")
    _schedule_reviews()
    for email in REPORTED:
        _write_review(_seated(email))
    ready.touch()


# Who finds a report of theirs in the archive already.
REPORTED = (LOGINS[0].email, LOGINS[5].email)


def _schedule_reviews() -> None:
    """Every Monday morning for everybody who works accounts at the distributor that is shown."""
    with acting_as(_seated(LOGINS[5].email)):
        if not list_schedules():
            readers = [seat.public_id for seat in colleagues() if seat.role != Role.UPLOADER.value]
            schedule_review(Timing(weekday=0, at=time(7)), readers, "en")


def _write_review(actor: Actor) -> None:
    with acting_as(actor):
        if list_archive():
            return
        asked = ask_for_review("en")
    write_report(asked.pk, asked.organisation_id)


class Work(NamedTuple):
    """A follow-up that somebody has opened: on the account at this place among the late ones of the partnership."""

    email: str
    place: int
    next_step: str
    review_in: int
    comment: str
    is_shared: bool


WORK = (
    Work(LOGINS[5].email, 0, "Ring them: was the last delivery late?", 0, "", is_shared=False),
    Work(
        LOGINS[5].email,
        1,
        "Offer the drills as a set",
        6,
        "Could you send us samples of the new inserts?",
        is_shared=True,
    ),
    Work(
        LOGINS[0].email,
        2,
        "Ask whether a project has ended",
        12,
        "We see fewer families since autumn. Do you know why?",
        is_shared=True,
    ),
)


def _take_up(work: Work) -> None:
    actor = _seated(work.email)
    with acting_as(actor):
        sold_by = find_organisation(SHOWN_DISTRIBUTOR)
        pairs = [one for one in list_partnerships() if sold_by and one.distributor_id == sold_by.id]
        late = get_overview(pairs).late
        if work.place >= len(late):
            return
        row = late[work.place]
        finding = get_finding(row.partnership, row.card, LATE)
        if finding is None or find_live(row.partnership, row.card.account_id, LATE) is not None:
            return
        owner = next(
            one
            for one in list_owners(row.partnership.pk, row.card.account_id)
            if one.user_id == actor.user_id
        )
        review_on = timezone.localdate() + timedelta(days=work.review_in)
        opened = open_follow_up(
            row.partnership, row.card, finding, Plan(owner.public_id, work.next_step, None, review_on)
        )
        if work.is_shared:
            share(opened.public_id, opened.version)
            comment(opened.public_id, work.comment, is_shared=True)


def _seated(email: str) -> Actor:
    login = next(login for login in LOGINS if login.email == email)
    organisation = find_organisation(login.organisation)
    assert organisation is not None
    with acting_as(founder(organisation.id)):
        user = User.objects.get(email=email)
    return Actor(ActorKind.PERSON, organisation.id, user.pk, login.role, login.reach)


class _Silence:
    """Where the commands' own reports go."""

    def write(self, text: str) -> int:
        return len(text)


def _slug(distributor: Distributor) -> str:
    return MAKER_SLUG if distributor.slug == DIRECT else distributor.slug


def _last_day(folder: Path) -> date:
    """Yesterday, when the demonstration was begun."""
    folder.mkdir(exist_ok=True)
    note = folder / "until"
    if not note.exists():
        note.write_text((timezone.localdate() - timedelta(days=1)).isoformat())
    return date.fromisoformat(note.read_text())


def _settle_organisation(distributor: Distributor) -> None:
    slug = _slug(distributor)
    if find_organisation(slug) is None:
        is_maker = slug == MAKER_SLUG
        found_organisation(
            slug,
            OrganisationKind.MANUFACTURER if is_maker else OrganisationKind.DISTRIBUTOR,
            MAKER if is_maker else distributor.name,
            country=distributor.country,
            time_zone=distributor.time_zone,
            currency=distributor.currency,
        )


def _settle_login(login: Login) -> None:
    organisation = find_organisation(login.organisation)
    assert organisation is not None
    with acting_as(founder(organisation.id)):
        if not User.objects.filter(email=login.email).exists():
            seat_new_user(login.email, login.name, demo_password(), login.role, login.reach)


def _send(distributor: Distributor, folder: Path) -> None:
    slug = _slug(distributor)
    pair = {"manufacturer": MAKER_SLUG, "distributor": slug}
    call_command("create_partnership", **pair, share=list(SHARED.get(slug, ())), stdout=_Silence())
    (file,) = (folder / "sell_through").glob(f"{distributor.slug}.*")
    call_command("submit", file, **pair, yes=True, stdout=_Silence())


def _give_own_accounts() -> None:
    organisation = find_organisation(SHOWN_DISTRIBUTOR)
    assert organisation is not None
    with acting_as(founder(organisation.id)):
        rep = User.objects.get(email=next(login.email for login in LOGINS if login.reach is Reach.ACCOUNTS))
        for account in Account.objects.filter(organisation_id=organisation.id).order_by("id")[:OWN_ACCOUNTS]:
            give_reach(rep, account)
