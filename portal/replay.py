"""Taking away again, in a restored database, what was taken away after its backup: the journal, entry by entry.

Each deed is done by the service that did it first; this is the one place that joins the rooms where those lie. Nothing
is given back: a grant that was narrowed is revoked, and a suspension that has ended since stands again.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import Enum

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from partners.access.doors import NotFound
from partners.accounts.models import AccountIdentity
from partners.accounts.services import renew_pseudonyms
from partners.agreements.models import Grant, Partnership
from partners.agreements.services import (
    AgreementError,
    end_partnership,
    revoke_grant,
    suspend_partnership,
    withdraw_history,
)
from partners.audit.journal import Entry, note_replayed
from partners.audit.models import TakenAway
from partners.organisations.clients import ClientError, end_client, renew_client
from partners.organisations.models import ApiClient, Membership
from partners.organisations.services import PeopleError
from partners.tenancy.actors import replayer
from partners.tenancy.context import acting_as, current_organisation_id
from portal.custody.erasing import CustodyError, ask_to_delete, ask_to_erase, destroy
from portal.custody.models import Reason
from portal.people.leaving import leave

Deed = TakenAway.Deed
FAULTS = (AgreementError, PeopleError, ClientError, CustodyError, NotFound, PermissionDenied)


class Outcome(Enum):
    """What became of an entry."""

    TAKEN = "taken away again"
    ALREADY = "was away"
    ABSENT = "not there"  # made after the backup, or erased
    REFUSED = "refused"


def replay(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Outcome, str]]:
    """Each entry with its outcome, and the words of a refusal. A transaction each; who is broken off goes on there."""
    for entry in entries:
        try:
            with acting_as(replayer(entry.organisation_id)):
                outcome = _DEEDS[Deed(entry.deed)](entry)
                note_replayed(entry)
            yield entry, outcome, ""
        except (*FAULTS, ValueError) as fault:
            yield entry, Outcome.REFUSED, str(fault)


def _revoke(entry: Entry) -> Outcome:
    grant = Grant.objects.filter(public_id=entry.subject).first()
    if grant is None:
        return Outcome.ABSENT
    if grant.revoked_at is not None:
        return Outcome.ALREADY
    until = date.fromisoformat(entry.word) if entry.word else None
    revoke_grant(grant, until if until and until > timezone.localdate() else None)
    return Outcome.TAKEN


def _withdraw(entry: Entry) -> Outcome:
    grant = Grant.objects.filter(public_id=entry.subject).first()
    if grant is None:
        return Outcome.ABSENT
    if grant.keep_history_until is None:
        return Outcome.ALREADY
    withdraw_history(grant)
    return Outcome.TAKEN


def _suspend(entry: Entry) -> Outcome:
    partnership = _partnership(entry)
    if partnership is None:
        return Outcome.ABSENT
    if partnership.state != Partnership.State.ACTIVE:
        return Outcome.ALREADY
    suspend_partnership(partnership)
    return Outcome.TAKEN


def _end(entry: Entry) -> Outcome:
    partnership = _partnership(entry)
    if partnership is None:
        return Outcome.ABSENT
    if partnership.state not in Partnership.LIVE:
        return Outcome.ALREADY
    end_partnership(partnership)
    return Outcome.TAKEN


def _renew_pseudonyms(entry: Entry) -> Outcome:
    partnership = _partnership(entry)
    if partnership is None:
        return Outcome.ABSENT
    renew_pseudonyms(partnership)
    return Outcome.TAKEN


def _delete(entry: Entry) -> Outcome:
    if _partnership(entry) is None:
        return Outcome.ABSENT
    receipt = ask_to_delete(entry.subject, Reason(entry.word))
    destroy(receipt.pk, entry.organisation_id)
    return Outcome.TAKEN


def _erase(entry: Entry) -> Outcome:
    known = AccountIdentity.objects.filter(public_id=entry.subject, organisation_id=current_organisation_id())
    if not known.exists():
        return Outcome.ABSENT
    receipt = ask_to_erase(entry.subject, Reason(entry.word))
    destroy(receipt.pk, entry.organisation_id)
    return Outcome.TAKEN


def _end_seat(entry: Entry) -> Outcome:
    seat = Membership.objects.filter(
        public_id=entry.subject, organisation_id=current_organisation_id()
    ).first()
    if seat is None:
        return Outcome.ABSENT
    if seat.ended_at is not None:
        return Outcome.ALREADY
    leave(entry.subject, may_be_last=True)  # whoever came after them may not be there
    return Outcome.TAKEN


def _end_client(entry: Entry) -> Outcome:
    client = _client(entry)
    if client is None:
        return Outcome.ABSENT
    if client.ended_at is not None:
        return Outcome.ALREADY
    end_client(entry.subject)
    return Outcome.TAKEN


def _end_words(entry: Entry) -> Outcome:
    client = _client(entry)
    if client is None:
        return Outcome.ABSENT
    if client.ended_at is not None:
        return Outcome.ALREADY
    renew_client(entry.subject, days=1)  # to words that nobody is told: an administrator draws the next ones
    return Outcome.TAKEN


def _partnership(entry: Entry) -> Partnership | None:
    return Partnership.objects.filter(
        public_id=entry.subject, distributor_id=current_organisation_id()
    ).first()


def _client(entry: Entry) -> ApiClient | None:
    return ApiClient.objects.filter(
        public_id=entry.subject, organisation_id=current_organisation_id()
    ).first()


_DEEDS: dict[TakenAway.Deed, Callable[[Entry], Outcome]] = {
    Deed.GRANT_REVOKED: _revoke,
    Deed.HISTORY_WITHDRAWN: _withdraw,
    Deed.PARTNERSHIP_SUSPENDED: _suspend,
    Deed.PARTNERSHIP_ENDED: _end,
    Deed.SEAT_ENDED: _end_seat,
    Deed.CLIENT_ENDED: _end_client,
    Deed.WORDS_ENDED: _end_words,
    Deed.PSEUDONYMS_RENEWED: _renew_pseudonyms,
    Deed.ACCOUNT_ERASED: _erase,
    Deed.PARTNERSHIP_ERASED: _delete,
}
