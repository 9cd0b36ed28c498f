"""Break-glass: the installation's keepers look at one organisation for an hour, seen by everybody in it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from partners.audit.models import AuditEntry
from partners.audit.services import record
from partners.organisations.clients import digest_of, draw
from partners.organisations.login import Seat
from partners.organisations.models import OrganisationKind, SupportAccess
from partners.organisations.roles import Permission, require
from partners.tenancy.actors import Actor, Reach, Role, founder, supporter
from partners.tenancy.context import acting_as, current_organisation_id

LIFE = timedelta(hours=1)
LONGEST_NAME, LONGEST_REASON = 120, 300
READ = "support.read"


class SupportError(ValueError):
    """An access that cannot be given as asked; the message says why and what to do."""


@dataclass(frozen=True)
class Visit:
    """A live access as the gate reports it: through it somebody sits in a viewer's seat, and writes nothing."""

    public_id: str
    is_opened: bool
    seat: Seat

    @property
    def actor(self) -> Actor:
        """The keeper, in this one organisation."""
        return supporter(self.seat.organisation_id, self.public_id)


@dataclass(frozen=True)
class Looked:
    """An access with the pages that were looked at through it, and how often."""

    access: SupportAccess
    pages: dict[str, int] = field(default_factory=dict)

    @property
    def is_live(self) -> bool:
        """Whether it opens anything at this moment."""
        return self.access.ended_at is None and self.access.expires_at > timezone.now()


def grant_support(
    organisation_id: int, name: str, reason: str, life: timedelta = LIFE
) -> tuple[SupportAccess, str]:
    """Let somebody look, for an hour; returns the words of the link, told this once. For the owner's command alone."""
    name, reason = name.strip(), reason.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not 1 <= len(reason) <= LONGEST_REASON or "\0" in name + reason:
        raise SupportError(
            f"Say who looks, in 1 to {LONGEST_NAME} characters, and why, in 1 to {LONGEST_REASON}: the"
            " organisation reads both."
        )
    words = draw("tlv_")
    with acting_as(founder(organisation_id)):
        access = SupportAccess.objects.create(
            organisation_id=organisation_id,
            name=name,
            reason=reason,
            digest=digest_of(words),
            expires_at=timezone.now() + life,
        )
        record("support.granted", access.public_id)
    return access, words


def find_visit(digest: str) -> Visit | None:
    """The live access behind the digest of a link; None where there is none, or none any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM gate_support(%s)", [digest])
        row = cursor.fetchone()
    if row is None:
        return None
    public_id, is_opened, organisation_id, organisation_public_id, name, kind, currency, time_zone = row
    seat = Seat(
        0,
        organisation_id,
        organisation_public_id,
        name,
        OrganisationKind(kind),
        currency,
        time_zone,
        Role.VIEWER,
        Reach.WHOLE,
    )
    return Visit(public_id, is_opened, seat)


def open_visit(digest: str) -> Visit | None:
    """Use a link, of several who try the first; None for one that is used, over, or none."""
    visit = find_visit(digest)
    if visit is None:
        return None
    with acting_as(visit.actor):
        unused = SupportAccess.objects.filter(public_id=visit.public_id, opened_at=None)
        if not unused.update(opened_at=timezone.now()):
            return None
        record("support.opened", visit.public_id)
    return visit


def live_accesses() -> QuerySet[SupportAccess]:
    """The accesses to the acting organisation that open something at this moment."""
    return _own().filter(ended_at=None, expires_at__gt=timezone.now())


def list_accesses() -> list[Looked]:
    """Every access to the acting organisation, the latest first, with what was read."""
    require(Permission.OVERSEE_SUPPORT)
    accesses = list(_own().order_by("-made_at", "-pk"))
    pages = _pages([access.public_id for access in accesses])
    return [Looked(access, dict(pages.get(access.public_id, {}))) for access in accesses]


def end_access(public_id: str) -> bool:
    """End one of the acting organisation's: it opens nothing from the next click on. False where it was over."""
    require(Permission.OVERSEE_SUPPORT)
    return _end(live_accesses().filter(public_id=public_id))


def end_all(organisation_id: int) -> int:
    """End every live one of an organisation; returns how many. For the owner's command."""
    with acting_as(founder(organisation_id)):
        return sum(_end(live_accesses().filter(pk=access.pk)) for access in live_accesses())


def leave(visit: Visit) -> None:
    """The keeper is done before the hour is."""
    with acting_as(visit.actor):
        _end(live_accesses().filter(public_id=visit.public_id))


def _own() -> QuerySet[SupportAccess]:
    return SupportAccess.objects.filter(organisation_id=current_organisation_id())


def _end(accesses: QuerySet[SupportAccess]) -> bool:
    ending = list(accesses)
    for access in ending:
        SupportAccess.objects.filter(pk=access.pk).update(ended_at=timezone.now())
        record("support.ended", access.public_id)
    return bool(ending)


def _pages(public_ids: Iterable[str]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    entries = AuditEntry.objects.filter(action=READ, subject__in=list(public_ids)).order_by("pk")
    for subject, details in entries.values_list("subject", "details"):
        found.setdefault(subject, Counter())[details["page"]] += 1
    return found
