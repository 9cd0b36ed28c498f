"""The one world of the proof: a maker whose distributors each stand in another relation to it.

Every later feature adds its things here: what belongs to whom (`Proof.ids`), and the words that nobody else may meet
(`Proof.secrets`). All of it is written through the services, and told to the oracle in the same breath.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import time_machine
from django.utils import timezone

from analytics.runs.models import Finding
from analytics.runs.pictures import get_finding
from analytics.runs.services import analyse_partnership
from integrations.ingestion.models import Submission
from integrations.ingestion.services import (
    check_submission,
    commit_submission,
    confirm_submission,
    receive_file,
)
from partners.access.doors import list_cards
from partners.access.invitations import invite_person
from partners.access.reach import give_reach
from partners.accounts.models import Account, AccountHandle, AccountIdentity
from partners.accounts.services import AccountSeen
from partners.agreements.models import Category, Granularity, Partnership
from partners.agreements.services import (
    answer_invitation,
    end_partnership,
    offer_partnership,
    propose,
    revoke_grant,
    suspend_partnership,
)
from partners.agreements.terms import Offer
from partners.catalogue.models import ProductFamily
from partners.engagement.models import FollowUp
from partners.engagement.services import Plan, comment, open_follow_up, share
from partners.ledger.models import Line
from partners.organisations.clients import make_client
from partners.organisations.models import ApiCredential, OrganisationKind
from partners.organisations.services import end_seat, found_organisation, seat_new_user
from partners.organisations.support import grant_support
from partners.tenancy.actors import Purpose, Reach, Role, Scope, founder
from partners.tenancy.context import acting_as
from portal.custody.archiving import LIFE, ask_for_archive, give_up_archive, write_archive
from portal.custody.erasing import ask_to_delete, ask_to_erase, destroy, give_up
from portal.custody.models import Reason, Receipt
from portal.reports.schedules import Timing, ask_for_review, schedule_review
from portal.reports.writing import write_report
from tests.isolation import oracle
from tests.isolation.oracle import Row, Viewer
from tests.isolation.search import ID
from tests.world import PASSWORD, Sale, World

MAKER, OTHER_MAKER = "maker", "other-maker"
# The distributors of the maker, each named after what it shares; one of the other maker alone, and both makers' one.
RELATIONS = (
    "full", "families", "months", "categories", "monthly", "area", "expired", "for-planning", "revoked", "never",
    "suspended", "ended", "deleted", "invited",
)  # fmt: skip
QUICK = ("full", "families", "revoked", "never", "deleted")  # enough for the sample in `make test`
SHUT = ("expired", "for-planning", "revoked", "never", "suspended", "ended", "deleted", "invited")
STRANGER, BOTHS, DELETED = "stranger", "full", "deleted"
NOBODY = "nobody"  # whose words are that were destroyed
ERASING = (MAKER, BOTHS, STRANGER)  # each has one of its customers erased
REPORTED = (MAKER, BOTHS, "suspended", STRANGER)
AS_OF = date(2026, 3, 31)
FIRST = date(2024, 3, 4)
ROAD, HELMETS = "Road Bikes", "Helmets"
JANUARY = {"from_month": date(2026, 1, 1), "to_month": date(2026, 2, 1)}
LONG_AGO = {"from_month": date(2020, 1, 1), "to_month": date(2021, 1, 1)}
ALL = (Category.VOLUME, Category.PRICE, Category.IDENTITY, Category.CONTACTS)
COUNTRY = "US"


def word(*owner: object) -> str:
    """A word that nobody can guess and that stands nowhere else, the same in every run."""
    digest = hashlib.sha256("/".join(map(str, owner)).encode()).digest()
    return "Zq" + "".join("bcdfghjklmnpqrstvwxz"[byte % 20] for byte in digest[:10])


def price(*owner: object) -> Decimal:
    """An amount to the cent that stands nowhere else."""
    number = int.from_bytes(hashlib.sha256("/".join(map(str, owner)).encode()).digest()[:6], "big")
    return Decimal(1_000_000 + number % 8_000_000) / 100 + Decimal("0.07")


@dataclass(frozen=True)
class Secret:
    """A word or number of one organisation: of a category of a line, or else for its own people and `told` alone."""

    text: str
    owner: str
    what: str
    category: oracle.Category | None = None
    row: Row | None = None
    told: frozenset[str] = frozenset()
    at: int = oracle.LINE


@dataclass(frozen=True)
class Seat:
    """Somebody of the proof: where, as what, and on what they hold their hand."""

    person: str
    organisation: str
    role: Role
    reach: Reach = Reach.WHOLE
    has_left: bool = False


@dataclass(frozen=True)
class Sold(Sale):
    """A sale whose every word and number is its distributor's own."""

    seen: AccountSeen | None = None

    def account(self) -> AccountSeen:
        assert self.seen is not None
        return self.seen


@dataclass
class Proof(World):
    """The world, what the oracle knows of it, whose the things in it are, and the words in it."""

    relations: tuple[str, ...] = ()
    people: dict[str, Seat] = field(default_factory=dict)
    known: oracle.Known = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    secrets: list[Secret] = field(default_factory=list)
    ids: dict[tuple[str, str], str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    now: datetime = datetime(2026, 4, 1, tzinfo=UTC)

    def viewer(self, person: str, purpose: str = "retention") -> Viewer:
        """What the oracle is told of somebody."""
        seat = self.people[person]
        partnerships = accounts = None
        if seat.reach is Reach.PARTNERSHIPS:
            partnerships = frozenset({(MAKER, BOTHS)})
        if seat.reach is Reach.ACCOUNTS:
            accounts = frozenset({f"{seat.organisation}-steady"} if seat.organisation == BOTHS else ())
        return Viewer(seat.organisation, purpose, partnerships, accounts)

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The partnerships that were accepted, the suspended and ended ones too."""
        return (pair for pair, one in self.known.items() if one.state != "invited")


def build_proof(relations: Collection[str] = RELATIONS) -> Proof:
    """All of it, or with some of the maker's distributors alone."""
    world = Proof(relations=tuple(relations))
    _found(world)
    _sell(world)
    _share(world)
    _have_customers_erased(world)
    _have_partnership_deleted(world)
    _close(world)
    _analyse(world)
    _work(world)
    _take_out(world)
    _ask_for_more_erasures(world)
    _give_keys(world)
    _leave(world)
    return world


# --- organisations and people ---


def _found(world: Proof) -> None:
    for slug in (MAKER, OTHER_MAKER, *world.relations, STRANGER):
        is_maker = slug in (MAKER, OTHER_MAKER)
        kind = OrganisationKind.MANUFACTURER if is_maker else OrganisationKind.DISTRIBUTOR
        name = word(slug, "organisation")
        world.orgs[slug] = found_organisation(f"proof-{slug}", kind, name)
        partners = frozenset({MAKER, OTHER_MAKER, *RELATIONS, STRANGER} if is_maker else _makers_of(slug))
        world.secrets.append(Secret(name, slug, "name of the organisation", told=partners - {slug}))
        roles = tuple(Role) if slug in (MAKER, OTHER_MAKER, BOTHS, "families", STRANGER) else ()
        for role in roles or (Role.ADMINISTRATOR, Role.MANAGER):
            _seat(world, Seat(f"{slug}-{role.value.replace('_', '-')}", slug, role))
        if slug in (MAKER, BOTHS, "families"):
            _seat(world, Seat(f"{slug}-partnership-manager", slug, Role.MANAGER, Reach.PARTNERSHIPS))
            _seat(world, Seat(f"{slug}-rep", slug, Role.REPRESENTATIVE, Reach.ACCOUNTS))
            _seat(world, Seat(f"{slug}-who-left", slug, Role.ADMINISTRATOR, has_left=True))
    for maker in (MAKER, OTHER_MAKER):
        _load_catalogue(world, maker)
    for maker, distributor in [(MAKER, MAKER), *((MAKER, one) for one in world.relations), (OTHER_MAKER, BOTHS),
                               (OTHER_MAKER, STRANGER)]:  # fmt: skip
        _join(world, maker, distributor)


def _makers_of(slug: str) -> frozenset[str]:
    of_maker = {MAKER} if slug in RELATIONS else set()
    return frozenset(of_maker | ({OTHER_MAKER} if slug in (BOTHS, STRANGER) else set()))


def _seat(world: Proof, seat: Seat) -> None:
    name = word(seat.person, "person")
    with acting_as(founder(world.orgs[seat.organisation].pk)):
        membership = seat_new_user(f"{seat.person}@proof.example", name, PASSWORD, seat.role, seat.reach)
    world.seats[seat.person], world.people[seat.person] = membership, seat
    # Who works on what is shared, and who read whose data, the other side may know by name.
    with_them = _makers_of(seat.organisation) or frozenset({*RELATIONS, STRANGER})
    world.secrets.append(Secret(name, seat.organisation, "name of a person", told=with_them))
    world.ids["seat", seat.person] = membership.public_id


def _load_catalogue(world: Proof, maker: str) -> None:
    from io import StringIO

    from partners.catalogue.services import load_catalogue

    lines = ["sku,product_name,family,category,product_line,list_price,unit_cost,launched_on,ended_on"]
    for sku, family in (("RB-1", ROAD), ("HE-1", HELMETS)):
        cost = price(maker, sku, "cost")
        name = word(maker, sku, "product")
        lines.append(f"{sku},{name},{family},Bikes,R,99999,{cost},2010-01-01,")
        world.secrets.append(Secret(f"{cost}", maker, "unit cost of the maker"))
        partners = frozenset({MAKER, OTHER_MAKER, *RELATIONS, STRANGER})
        told = frozenset(one for one in partners if maker in _makers_of(one))
        world.secrets.append(Secret(name, maker, "product of the maker", told=told))
    with acting_as(founder(world.orgs[maker].pk)):
        load_catalogue(StringIO("\n".join(lines)), "USD")


def _join(world: Proof, maker: str, distributor: str) -> None:
    with acting_as(world.actor(f"{maker}-administrator")):
        partnership = offer_partnership(f"proof-{distributor}")
    if distributor != "invited":
        with acting_as(world.actor(f"{distributor}-administrator")):
            partnership = answer_invitation(partnership.pk, accept=True)
    world.partnerships[maker, distributor] = partnership
    state = "invited" if distributor == "invited" else "active"
    world.known[maker, distributor] = oracle.Partnership(maker, distributor, state)
    world.ids["partnership", f"{maker}/{distributor}"] = partnership.public_id
    for kind in ("between", "giving", "holding"):
        world.ids[kind, f"{maker}/{distributor}"] = partnership.public_id
    told = frozenset({maker, distributor})
    world.secrets.append(Secret(partnership.public_id, distributor, "id of the partnership", told=told))


# --- what they sell ---

# Of each distributor: one that fell silent, one of helmets alone, one of the first half year alone.
ACCOUNTS = {"steady": ROAD, "helmets": HELMETS, "early": ROAD}
ERASED = "erased"  # one more where customers are erased, of the first half year too


def _sold_to(distributor: str) -> dict[str, str]:
    return {**ACCOUNTS, **({ERASED: ROAD} if distributor in ERASING else {})}


def _sell(world: Proof) -> None:
    for pair in world.pairs():
        maker, distributor = pair
        sales = [
            sale for kind in _sold_to(distributor) for sale in _sales_of(world, maker, distributor, kind)
        ]
        world.sell(maker, distributor, sales)
        _tell_rows(world, pair, sales)


def _sales_of(world: Proof, maker: str, distributor: str, kind: str) -> Iterator[Sold]:
    """An order every 14 days; the account that fell silent did so 24 days before the last day."""
    seen = AccountSeen(
        code=word(distributor, kind, "code"),
        name=word(distributor, kind, "name"),
        street=f"{word(distributor, kind, 'street')} 1",
        city=word(distributor, kind, "city"),
        postcode="98104",
        country=COUNTRY,
        account_type="Shop",
    )
    sku = "HE-1" if kind == "helmets" else "RB-1"
    last = AS_OF - timedelta(days=24 if kind == "steady" else 3)
    day, end = FIRST, FIRST + timedelta(days=180) if kind in ("early", ERASED) else last
    while day <= end:
        yield Sold(
            word(maker, distributor, kind, day, "invoice"),
            day,
            seen.code,
            sku,
            Decimal(2),
            price(maker, distributor, kind, day, "net"),
            salesperson=word(distributor, kind, "salesperson"),
            seen=seen,
        )
        day += timedelta(days=14)


def _tell_rows(world: Proof, pair: tuple[str, str], sales: list[Sold]) -> None:
    """Each line to the oracle, and what is secret of it. The only order of a month is that month's sum."""
    distributor = pair[1]
    recorded = datetime.now(UTC)
    families = _sold_to(distributor)
    kinds = {word(distributor, kind, "code"): kind for kind in families}
    for sale in sales:
        kind = kinds[sale.account_code]
        row = Row(
            sale.invoice, pair, f"{distributor}-{kind}", families[kind], sale.day.replace(day=1), recorded
        )
        world.rows.append(row)
        of_it = {"owner": distributor, "row": row}
        world.secrets += [
            Secret(sale.invoice, what="invoice number", category="identity", **of_it),
            Secret(f"{sale.net}", what="net amount", category="price", at=oracle.MONTH, **of_it),
            Secret(sale.salesperson, what="salesperson", category="contacts", **of_it),
        ]
        for what in ("name", "street", "city", "code"):
            text = word(distributor, kind, what)
            world.secrets.append(Secret(text, what=what, category="identity", at=oracle.MONTH, **of_it))


# --- what they share ---


def _share(world: Proof) -> None:
    road = {"family_id": _family(world, ROAD)}
    for distributor in ("full", "suspended", "ended", DELETED, "revoked"):
        _grant(world, distributor, *ALL)
    _grant(world, "families", *ALL, **road)
    _grant(world, "months", *ALL, **JANUARY)
    _grant(world, "categories", Category.VOLUME, Category.PRICE)
    _grant(world, "monthly", *ALL, granularity=Granularity.MONTH)
    _grant(world, "area", *ALL, granularity=Granularity.AREA)
    _grant(world, "expired", *ALL, **LONG_AGO)
    _grant(world, "for-planning", *ALL, purposes=Purpose.PLANNING)
    _grant(world, BOTHS, Category.VOLUME, maker=OTHER_MAKER)
    _grant(world, STRANGER, *ALL, maker=OTHER_MAKER)


def _family(world: Proof, name: str, maker: str = MAKER) -> int:
    with acting_as(world.worker(maker)):
        return ProductFamily.objects.get(name=name, manufacturer_id=world.orgs[maker].pk).pk


def _grant(
    world: Proof, distributor: str, *categories: Category, maker: str = MAKER, **words: object
) -> None:
    """Through the service, and to the oracle in its own words; for those that this world has."""
    if (maker, distributor) not in world.known:
        return
    from partners.agreements.services import grant_category

    with acting_as(world.actor(f"{distributor}-administrator")):
        for category in categories:
            grant = grant_category(world.partnerships[maker, distributor], category, **words)
    world.ids["grant", f"{maker}/{distributor}"] = grant.public_id
    told = frozenset({maker, distributor})
    world.secrets.append(Secret(grant.public_id, distributor, "id of a grant", told=told))
    said: dict[str, object] = {name: words[name] for name in ("from_month", "to_month") if name in words}
    if "family_id" in words:
        said["family"] = ROAD
    if "granularity" in words:
        said["granularity"] = int(words["granularity"])
    if "purposes" in words:
        said["purposes"] = frozenset({"planning"})
    world.known[maker, distributor].grants += [
        oracle.Grant(category.value, **said) for category in categories
    ]


def _close(world: Proof) -> None:
    """What was open once and is no longer: revoked, suspended, ended."""
    from partners.agreements.models import Grant

    for distributor in [one for one in ("revoked", "suspended", "ended") if one in world.relations]:
        partnership = world.partnerships[MAKER, distributor]
        with acting_as(world.worker(MAKER)):
            analyse_partnership(partnership.pk, as_of=AS_OF)  # so that there is something to hide
    with acting_as(world.actor("revoked-administrator")):
        for grant in Grant.objects.filter(revoked_at=None):
            revoke_grant(grant)
    del world.ids["grant", f"{MAKER}/revoked"]
    known = world.known[MAKER, "revoked"]
    known.grants = [replace(grant, revoked_at=datetime(2026, 1, 1, tzinfo=UTC)) for grant in known.grants]
    for distributor, close in (("suspended", suspend_partnership), ("ended", end_partnership)):
        if distributor not in world.relations:
            continue
        with acting_as(world.actor(f"{distributor}-administrator")):
            close(world.partnerships[MAKER, distributor])
        world.known[MAKER, distributor].state = distributor
        if distributor == "ended":
            del world.ids["grant", f"{MAKER}/ended"]


# --- what they have destroyed, and what they take out ---


def _have_customers_erased(world: Proof) -> None:
    """One of each of these: from then on nobody at all may meet what it was called."""
    for slug in [one for one in ERASING if one in world.orgs]:
        of_slug = {pair: one for pair, one in world.partnerships.items() if pair[1] == slug}
        for pair in of_slug:
            _take_out_one(world, pair, "erased")
        with acting_as(world.actor(f"{slug}-manager")):
            code = word(slug, ERASED, "code")
            identity = AccountIdentity.objects.get(code=code, organisation_id=world.orgs[slug].pk)
            handles = AccountHandle.objects.filter(account=identity.account_id)
            tokens = list(handles.values_list("token", flat=True))
        for told in (identity.public_id, *tokens):
            world.secrets.append(Secret(told, slug, "id of an erased customer"))
        receipt = _ask_to_erase(world, f"{slug}-manager", identity.public_id, "customer")
        destroy(receipt.pk, receipt.organisation_id)
        _forget(world, lambda one, slug=slug: _is_of_erased(one, slug))


def _is_of_erased(secret: Secret, slug: str) -> bool:
    of_lines = secret.category in ("identity", "contacts") and secret.row
    return bool(of_lines) and of_lines.account == f"{slug}-{ERASED}"


def _have_partnership_deleted(world: Proof) -> None:
    """One with files, findings on both sides and a follow-up ends, and its data is destroyed: nobody meets it again."""
    pair, before = (MAKER, DELETED), len(world.secrets)
    if pair not in world.known:
        return
    partnership, ids = world.partnerships[pair], dict(world.ids)
    for slug in pair:
        with acting_as(world.worker(slug)):
            analyse_partnership(partnership.pk, as_of=AS_OF)
    _name_accounts(world, pair)
    _send_files(world, MAKER, DELETED)
    _take_care(world, pair, DELETED)
    _take_out_one(world, pair, "erased")
    ids["archive", f"erased in {'/'.join(pair)}"] = world.ids["archive", f"erased in {'/'.join(pair)}"]
    made = world.secrets[before:]
    assert {one.what for one in made} >= {"id of a finding", "next step", "name of a recorded file"}
    with acting_as(world.actor(f"{DELETED}-administrator")):
        end_partnership(partnership)
        receipt = ask_to_delete(partnership.public_id)
    destroy(receipt.pk, receipt.organisation_id)
    _forget(world, lambda one: (one.row is not None and one.row.partnership == pair) or one in made)
    world.rows = [row for row in world.rows if row.partnership != pair]
    world.known[pair].state = "ended"
    del ids["grant", "/".join(pair)]
    world.ids = ids
    _keep_receipt(world, f"partnership in {DELETED}", receipt)


def _forget(world: Proof, is_gone: Callable[[Secret], bool]) -> None:
    """Words and amounts that were destroyed are nobody's from now on; ids stay on record with their owner."""
    world.secrets = [
        replace(
            one,
            owner=one.owner if ID.fullmatch(one.text) else NOBODY,
            row=None,
            category=None,
            told=frozenset(),
        )
        if is_gone(one)
        else one
        for one in world.secrets
    ]


def _ask_to_erase(world: Proof, person: str, ref: str, what: str) -> Receipt:
    slug = world.people[person].organisation
    with acting_as(world.actor(person)):
        receipt = ask_to_erase(ref, Reason.CUSTOMER_ASKED)
    _keep_receipt(world, f"{what} in {slug}", receipt)
    return receipt


def _keep_receipt(world: Proof, name: str, receipt: Receipt) -> None:
    world.ids["receipt", name] = receipt.public_id
    world.secrets.append(Secret(receipt.public_id, name.rpartition(" in ")[2], "id of a receipt"))


def _ask_for_more_erasures(world: Proof) -> None:
    """One that failed, one that is not done yet, and one that somebody asked for whose reach is narrow."""
    helmets, early = (world.ids["account", f"{BOTHS}-{kind}"] for kind in ("helmets", "early"))
    failed = _ask_to_erase(world, f"{BOTHS}-manager", helmets, "failed")
    with acting_as(world.worker(BOTHS)):
        give_up(failed.pk)
    _ask_to_erase(world, f"{BOTHS}-manager", early, "waiting")
    _ask_to_erase(world, f"{BOTHS}-partnership-manager", helmets, "narrow")


def _take_out(world: Proof) -> None:
    """An archive of each partnership, and of one those too that are not there any more or not yet."""
    for pair in world.known:
        _take_out_one(world, pair, "ready")
    with time_machine.travel(timezone.now() - LIFE):
        _take_out_one(world, (MAKER, BOTHS), "old")
    _take_out_one(world, (MAKER, BOTHS), "failed", give_up_archive)
    _take_out_one(world, (MAKER, BOTHS), "waiting", lambda archive_id: None)


def _take_out_one(
    world: Proof, pair: tuple[str, str], what: str, then: Callable[[int], None] | None = None
) -> None:
    """Asked for, and written unless something else comes then."""
    distributor = pair[1]
    with acting_as(world.actor(f"{distributor}-administrator")):
        archive = ask_for_archive(world.partnerships[pair].public_id)
    if then is None:
        write_archive(archive.pk, archive.organisation_id)
    else:
        with acting_as(world.worker(distributor)):
            then(archive.pk)
    world.ids["archive", f"{what} in {'/'.join(pair)}"] = archive.public_id
    world.secrets.append(Secret(archive.public_id, distributor, "id of an archive"))


# --- what they make of it ---


def _analyse(world: Proof) -> None:
    for maker, distributor in world.pairs():
        for slug in {maker, distributor}:
            # As of the last day in sight, as the tasks do: where nothing is, nothing is made.
            seen = slug == distributor or distributor not in SHUT
            with acting_as(world.worker(slug)):
                analyse_partnership(world.partnerships[maker, distributor].pk, as_of=AS_OF if seen else None)


def _work(world: Proof) -> None:
    """Follow-ups, files, reports, schedules and partner systems: one of each kind of each organisation."""
    for pair in world.pairs():
        if pair != (MAKER, DELETED):
            _name_accounts(world, pair)
    for slug in world.orgs:
        if slug != "invited":
            _own_things(world, slug)
    for slug in REPORTED:
        if slug in world.orgs:
            _report(world, slug)
    for slug in (MAKER, BOTHS, STRANGER):
        _invite(world, slug)
    for slug, pair in ((MAKER, (MAKER, BOTHS)), (MAKER, (MAKER, "never")), (BOTHS, (MAKER, BOTHS))):
        _ask_for_more(world, slug, pair)
    _hold(world)


def _invite(world: Proof, slug: str) -> None:
    """Somebody who has not come yet, a person of theirs to look at, and one hour of the installation's keepers."""
    name = word(slug, "invited")
    with acting_as(world.actor(f"{slug}-administrator")):
        invited = invite_person(f"{name}@proof.example", name, Role.VIEWER, Reach.WHOLE)
    access, words = grant_support(world.orgs[slug].pk, word(slug, "keeper"), word(slug, "reason of a keeper"))
    world.ids["invited", slug] = invited.public_id
    world.ids["access", slug] = access.public_id
    world.ids["person", slug] = world.seats[f"{slug}-manager"].public_id
    world.secrets += [
        Secret(name, slug, "name of somebody who is invited"),
        Secret(invited.public_id, slug, "id of an invitation"),
        Secret(access.public_id, slug, "id of a keeper's hour"),
        Secret(words, slug, "words of a keeper's link"),
        Secret(word(slug, "reason of a keeper"), slug, "reason of a keeper"),
    ]


def _ask_for_more(world: Proof, slug: str, pair: tuple[str, str]) -> None:
    """The maker asks, and the distributor's own people, whose question the maker does not see."""
    reason = word(slug, *pair, "reason")
    with acting_as(world.actor(f"{slug}-manager")):
        offer = Offer((Category.INVENTORY,))
        proposal = propose(world.partnerships[pair], offer, reason)
    told = frozenset(pair) if slug == MAKER else frozenset()
    world.ids["proposal", f"{slug} in {'/'.join(pair)}"] = proposal.public_id
    world.secrets += [
        Secret(reason, slug, "reason of a question", told=told),
        Secret(proposal.public_id, slug, "id of a question", told=told),
    ]


def _name_accounts(world: Proof, pair: tuple[str, str]) -> None:
    """By what each side calls the accounts, and what it found about them."""
    maker, distributor = pair
    partnership = world.partnerships[pair]
    with acting_as(world.worker(distributor)):
        for kind in ACCOUNTS:
            identity = AccountIdentity.objects.get(
                code=word(distributor, kind, "code"), organisation_id=world.orgs[distributor].pk
            )
            token = AccountHandle.objects.get(account=identity.account_id, partnership=partnership).token
            world.ids["account", f"{distributor}-{kind}"] = identity.public_id
            world.ids["handle", f"{maker}/{distributor}-{kind}"] = token
            world.secrets += [
                Secret(identity.public_id, distributor, "own id of an account"),
                Secret(token, distributor, "handle", "volume", _first(world, pair, kind), at=oracle.MONTH),
            ]
    for slug in {maker, distributor}:
        with acting_as(world.worker(slug)):
            for one in Finding.objects.filter(partnership_id=partnership.pk, kind="should_have_ordered"):
                world.ids["finding", f"{slug} in {maker}/{distributor}"] = one.public_id
                world.secrets.append(Secret(one.public_id, slug, "id of a finding"))


def _first(world: Proof, pair: tuple[str, str], kind: str) -> Row:
    """A row that is seen if any of the account is: the last one, in the months that are shared."""
    rows = [row for row in world.rows if row.partnership == pair and row.account == f"{pair[1]}-{kind}"]
    january = [row for row in rows if row.month == JANUARY["from_month"]]
    return (january or rows)[0]


def _own_things(world: Proof, slug: str) -> None:
    if slug not in (MAKER, OTHER_MAKER):
        for maker in (MAKER, OTHER_MAKER):
            if (maker, slug) in world.known and world.known[maker, slug].state != "ended":
                _send_files(world, maker, slug)
                _take_care(world, (maker, slug), slug)
    if slug == MAKER:
        _take_care(world, (MAKER, BOTHS), MAKER)
        _take_care(world, (MAKER, MAKER), MAKER)
    with acting_as(world.actor(f"{slug}-administrator")):
        owner = world.seats[f"{slug}-manager"].user
        name = word(slug, "partner system")
        client, words = make_client(name, owner, list(Scope), ApiCredential.Kind.KEY, 30)
        world.keys[f"{slug}-manager"] = words
        world.ids["client", slug] = client.public_id
        world.secrets += [
            Secret(name, slug, "name of a partner system"),
            Secret(client.public_id, slug, "id of a partner system"),
            Secret(words, slug, "words of a key"),
        ]
    with acting_as(world.actor(f"{slug}-manager")):
        seats = [world.seats[f"{slug}-manager"].public_id]
        schedule = schedule_review(Timing(0, time(7)), seats, "en")
        world.ids["schedule", slug] = schedule.public_id
        world.secrets.append(Secret(schedule.public_id, slug, "id of a schedule"))


def _send_files(world: Proof, maker: str, slug: str) -> None:
    """One that waits for a decision, with a fault, and one that is recorded."""
    partnership = world.partnerships[maker, slug]
    heading = "invoice_number,invoice_date,account_id,sku,quantity"
    for state in ("waiting", "recorded"):
        name = f"{word(maker, slug, state, 'file')}.csv"
        number = word(maker, slug, state, "row of a file")
        sku = "NO-SUCH" if state == "waiting" else "RB-1"
        account = word(slug, "steady", "code")
        body = f"{heading}\n{number},2026-03-07,{account},{sku},2\n".encode()
        with acting_as(world.actor(f"{slug}-manager")):
            file = receive_file(partnership, name, [body], source=Submission.Source.UPLOAD)
        check_submission(file.pk, file.distributor_id)
        if state == "recorded":
            with acting_as(world.actor(f"{slug}-manager")):
                confirm_submission(Submission.objects.get(pk=file.pk))
            commit_submission(file.pk, file.distributor_id)
            row = Row(number, (maker, slug), f"{slug}-steady", ROAD, date(2026, 3, 1), datetime.now(UTC))
            world.rows.append(row)
            world.secrets += [
                Secret(number, slug, "invoice number", "identity", row),
                Secret(name, slug, "name of a recorded file", told=_who_sees_files(world, (maker, slug))),
            ]
        else:
            world.secrets += [
                Secret(number, slug, "row of a file that waits"),
                Secret(name, slug, "name of a file that waits"),
            ]
        world.ids["submission" if state == "waiting" else "recorded", f"{maker}/{slug}"] = file.public_id
        world.secrets.append(
            Secret(file.public_id, slug, "id of a file", told=_who_sees_files(world, (maker, slug)))
        )


def _who_sees_files(world: Proof, pair: tuple[str, str]) -> frozenset[str]:
    maker = pair[0]
    return frozenset({maker} if oracle.sees_wholly(Viewer(maker), pair, "volume", world.known) else ())


def _take_care(world: Proof, pair: tuple[str, str], slug: str) -> None:
    """A follow-up for oneself and, where the other side may know of it, one for both."""
    maker, distributor = pair
    partnership = world.partnerships[pair]
    with acting_as(world.actor(f"{slug}-manager")):
        partnership = Partnership.objects.select_related("manufacturer", "distributor").get(pk=partnership.pk)
        cards = {card.token: card for card in list_cards([partnership]).values()}
        card = cards.get(world.ids["handle", f"{maker}/{distributor}-steady"])
        finding = card and get_finding(partnership, card, "should_have_ordered")
        if card is None or finding is None:
            return
        step = word(slug, *pair, "next step")
        seat = world.seats[f"{slug}-manager"].public_id
        plan = Plan(seat, step, None, timezone.localdate() + timedelta(days=3))
        follow_up = open_follow_up(partnership, card, finding, plan)
        said = word(slug, *pair, "for one's own side")
        comment(follow_up.public_id, said, is_shared=False)
        world.secrets.append(Secret(said, slug, "comment for one's own side"))
        told: frozenset[str] = frozenset()
        if pair == (MAKER, BOTHS):
            share(follow_up.public_id, FollowUp.objects.get(pk=follow_up.pk).version)
            told = frozenset(pair)
            both = word(slug, *pair, "for both sides")
            comment(follow_up.public_id, both, is_shared=True)
            world.secrets.append(Secret(both, slug, "comment for both sides", told=told))
    world.ids["follow_up", f"{slug} in {maker}/{distributor}"] = follow_up.public_id
    world.secrets += [
        Secret(step, slug, "next step", told=told),
        Secret(follow_up.public_id, slug, "id of a follow-up", told=told),
    ]


def _report(world: Proof, slug: str) -> None:
    with acting_as(world.actor(f"{slug}-manager")):
        report = ask_for_review("en")
    write_report(report.pk, report.organisation_id)
    world.ids["report", slug] = report.public_id
    world.secrets.append(Secret(report.public_id, slug, "id of a report"))


def _hold(world: Proof) -> None:
    """What those hold whose reach is narrow."""
    with acting_as(world.actor(f"{BOTHS}-administrator")):
        give_reach(world.seats[f"{BOTHS}-partnership-manager"].user, world.partnerships[MAKER, BOTHS])
        account = Account.objects.get(identity__public_id=world.ids["account", f"{BOTHS}-steady"])
        give_reach(world.seats[f"{BOTHS}-rep"].user, account)
    with acting_as(world.actor(f"{MAKER}-administrator")):
        give_reach(world.seats[f"{MAKER}-partnership-manager"].user, world.partnerships[MAKER, BOTHS])


def _give_keys(world: Proof) -> None:
    """Each person's partner system, with every scope."""
    for person, seat in world.people.items():
        if person not in world.keys:
            with acting_as(world.actor(f"{seat.organisation}-administrator")):
                owner = world.seats[person].user
                made = make_client(f"System of {person}", owner, list(Scope), ApiCredential.Kind.KEY, 30)
                world.keys[person] = made[1]


def _leave(world: Proof) -> None:
    for person, seat in world.people.items():
        if seat.has_left:
            with acting_as(world.actor(f"{seat.organisation}-administrator")):
                end_seat(world.seats[person])


def lines_of(world: Proof, rows: Iterable[Row]) -> dict[str, int]:
    """The ids of the ledger's lines by the oracle's keys (their invoice numbers)."""
    from partners.ledger.models import DocumentIdentity

    numbers = {row.key for row in rows}
    found: dict[str, int] = {}
    for slug in world.orgs:
        with acting_as(world.worker(slug)):
            named = DocumentIdentity.objects.filter(
                number__in=numbers, distributor_id=world.orgs[slug].pk
            ).values_list("document_id", "number")
            by_document = dict(named)
            for line_id, document_id in Line.objects.filter(document_id__in=by_document).values_list(
                "pk", "document_id"
            ):
                found[by_document[document_id]] = line_id
    return found
