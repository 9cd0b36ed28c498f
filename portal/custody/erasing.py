"""Erasing a customer, and destroying an ended partnership's data: asked for by a person, done in steps by a task.

Each step is a transaction that counts what it destroyed into the receipt, and finds only what is left: a task that was
killed goes on where it was.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import partial

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from analytics.runs.erasing import erase_outcomes
from integrations.ingestion.erasing import erase_file, erase_submissions, holds, list_kept_files
from integrations.ingestion.models import Submission
from partners.access.doors import NotFound, get_partnership, list_cards_of
from partners.accounts.erasing import (
    erase_identities,
    list_names,
    lock_own_partnerships,
    with_all_merged,
)
from partners.accounts.models import AccountHandle, AccountIdentity, PseudonymSalt
from partners.agreements.locks import lock_partnership
from partners.agreements.models import HeldCell, Partnership
from partners.agreements.services import lock_own
from partners.audit.journal import note_taken_away
from partners.audit.models import TakenAway
from partners.audit.services import record
from partners.engagement.erasing import erase_texts
from partners.jobs.services import emit
from partners.ledger.erasing import erase_documents, erase_numbers, erase_records, list_submissions_of
from partners.ledger.models import AccountMonth, AccountMonthMoney, AreaMonth, AreaMonthMoney
from partners.organisations.models import User
from partners.organisations.roles import Permission, can, require
from partners.tenancy.actors import Reach, eraser
from partners.tenancy.context import acting_as, current_actor, current_organisation_id
from portal.custody.archiving import erase_archives
from portal.custody.models import Reason, Receipt
from portal.reports.writing import erase_own_reports

Done = Callable[[], None]
Step = Callable[[], Counter[str]]
DOCUMENTS, SUBMISSIONS = 5_000, 20  # destroyed in one transaction
SUMS = (AccountMonth, AccountMonthMoney, AreaMonth, AreaMonthMoney)


class CustodyError(ValueError):
    """What is asked for cannot be done so; the message says why and what to do."""


def ask_to_erase(ref: str, reason: Reason) -> Receipt:
    """Have a customer of the acting distributor erased, and all that was merged into it. There is no way back.

    Asking again while it is being done returns the same receipt. Raises `NotFound` for what is no account in reach.
    """
    require(Permission.MANAGE_ACCOUNTS)
    partnership, card = list_cards_of(ref)[0]
    if partnership.distributor_id != current_organisation_id():
        raise PermissionDenied(gettext("Only the distributor whose customer it is can erase it."))
    lock_own_partnerships()
    account_ids = with_all_merged(card.account_id)
    asked = Receipt.objects.filter(account_ids__overlap=account_ids, state=Receipt.State.WAITING).first()
    if asked is not None:
        return asked
    known = list(AccountIdentity.objects.filter(account_id__in=account_ids).order_by("account_id"))
    if not known:
        raise CustodyError(gettext("This customer was erased before. Its receipt is in the list."))
    for identity in known:
        note_taken_away(TakenAway.Deed.ACCOUNT_ERASED, identity.public_id, reason.value)
    return _ask(Receipt(kind=Receipt.Kind.ACCOUNT, account_ids=account_ids, reason=reason))


def ask_to_delete(partnership_id: str, reason: Reason = Reason.PARTNERSHIP_ENDED) -> Receipt:
    """Have the data of a partnership that has ended destroyed; the agreement's history and the access log stay."""
    partnership = lock_own(get_partnership(partnership_id).pk)
    if partnership.state != Partnership.State.ENDED:
        raise CustodyError(
            gettext("This partnership has not ended. End it first, then have its data destroyed.")
        )
    asked = Receipt.objects.filter(partnership=partnership, state=Receipt.State.WAITING).first()
    if asked is not None:
        return asked
    note_taken_away(TakenAway.Deed.PARTNERSHIP_ERASED, partnership.public_id, reason.value)
    return _ask(Receipt(kind=Receipt.Kind.PARTNERSHIP, partnership=partnership, reason=reason))


def _ask(receipt: Receipt) -> Receipt:
    user_id = current_actor().user_id
    receipt.asked_by_name = "" if user_id is None else User.objects.get(pk=user_id).name
    receipt.save()
    record(f"{receipt.kind}.erasure_asked", receipt.public_id, reason=receipt.reason)
    emit("destruction.asked", receipt_id=receipt.pk)
    return receipt


def get_receipt(public_id: str) -> Receipt:
    """One of those that can be read; raises `NotFound`, or `PermissionDenied` for other roles."""
    receipt = _readable().filter(public_id=public_id).first()
    if receipt is None:
        raise NotFound(public_id)
    return receipt


def list_receipts() -> list[Receipt]:
    """Those that can be read, the newest first; `PermissionDenied` for other roles."""
    return list(_readable().order_by("-pk"))


def _readable() -> QuerySet[Receipt]:
    """The acting organisation's; of who reaches a part of it, what they asked for themselves."""
    if not can(Permission.SHARE):
        require(Permission.MANAGE_ACCOUNTS)
    found = Receipt.objects.select_related("partnership__manufacturer")
    actor = current_actor()
    return found if actor.reach is Reach.WHOLE else found.filter(asked_by_id=actor.user_id)


def destroy(receipt_id: int, organisation_id: int, done: Done = lambda: None) -> None:
    """Do what a receipt orders, step by step. `done` is called in the transaction that finishes it."""
    actor = eraser(organisation_id)
    with acting_as(actor):
        receipt = Receipt.objects.select_related("partnership").get(pk=receipt_id)
    if receipt.state == Receipt.State.WAITING:
        steps = _account_steps if receipt.kind == Receipt.Kind.ACCOUNT else _partnership_steps
        for step in steps(receipt, organisation_id):
            with acting_as(actor):
                _count(receipt, step())
    with acting_as(actor):
        _finish(receipt)
        done()


def give_up(receipt_id: int) -> None:
    """It failed each time: what was destroyed is counted, and it can be asked for again."""
    Receipt.objects.filter(pk=receipt_id, state=Receipt.State.WAITING).update(state=Receipt.State.FAILED)


def _account_steps(receipt: Receipt, organisation_id: int) -> Iterator[Step]:
    ids = receipt.account_ids
    with acting_as(eraser(organisation_id)):
        words = list_names(ids)
        recorded_from = list_submissions_of(ids)
        files = list_kept_files(organisation_id)
    for file in files:
        yield partial(_erase_if_held, file, recorded_from, words)
    yield lambda: erase_texts(Q(account__in=ids))
    yield lambda: erase_own_reports(organisation_id)
    yield lambda: _erase_who_it_is(receipt)


def _erase_if_held(file: Submission, recorded_from: set[int], words: list[str]) -> Counter[str]:
    is_held = file.pk in recorded_from or (bool(words) and holds(file, words))
    return erase_file(file) if is_held else Counter()


def _erase_who_it_is(receipt: Receipt) -> Counter[str]:
    """Numbers and identity together, under the locks of all partnerships: no file comes in between.

    One that was recorded since the files were searched goes now.
    """
    locked = lock_own_partnerships()
    recorded_from = list_submissions_of(receipt.account_ids)
    late = [file for file in list_kept_files(current_organisation_id()) if file.pk in recorded_from]
    gone = sum((erase_file(file) for file in late), erase_archives(_met_in(receipt.account_ids)))
    gone += erase_numbers(receipt.account_ids)
    return gone + erase_identities(receipt.account_ids, locked)


def _met_in(account_ids: Collection[int]) -> set[int]:
    """The partnerships in which these accounts are met."""
    handles = AccountHandle.objects.filter(account_id__in=account_ids)
    return set(handles.values_list("partnership_id", flat=True))


def _partnership_steps(receipt: Receipt, organisation_id: int) -> Iterator[Step]:
    partnership = receipt.partnership
    assert partnership is not None, "its wall lets none be asked for without one"
    yield lambda: erase_texts(Q(partnership=partnership))
    yield lambda: erase_own_reports(organisation_id)
    yield lambda: erase_outcomes(partnership)
    yield from _until_nothing_is_left(partial(erase_submissions, partnership, SUBMISSIONS))
    yield from _until_nothing_is_left(partial(erase_documents, partnership, DOCUMENTS))
    yield from _until_nothing_is_left(partial(erase_records, partnership, DOCUMENTS))
    yield lambda: _erase_meetings(partnership)


def _until_nothing_is_left(step: Step) -> Iterator[Step]:
    last: Counter[str] = Counter(begun=1)

    def chunk() -> Counter[str]:
        nonlocal last
        last = step()
        return last

    while any(last.values()):
        yield chunk


def _erase_meetings(partnership: Partnership) -> Counter[str]:
    """Archives, cells, sums, handles and salts; and who an account is that is met in no other partnership."""
    lock_partnership(partnership.pk)
    archived = erase_archives([partnership.pk])
    handles = AccountHandle.objects.filter(partnership=partnership)
    met = set(handles.values_list("account_id", flat=True))
    gone = Counter(
        {
            model._meta.db_table: model._default_manager.filter(partnership_id=partnership.pk).delete()[0]
            for model in (HeldCell, *SUMS, AccountHandle, PseudonymSalt)
        }
    )
    met -= set(AccountHandle.objects.filter(account_id__in=met).values_list("account_id", flat=True))
    return archived + gone + erase_identities(met, [])


def _count(receipt: Receipt, gone: Counter[str]) -> None:
    """Under the row's lock: two deliveries of one task count nothing twice."""
    held = _held(receipt)
    if held is None or not any(gone.values()):
        return
    held.destroyed = dict(Counter(held.destroyed) + gone)
    held.save(update_fields=["destroyed"])


def _held(receipt: Receipt) -> Receipt | None:
    """The receipt with its row locked; None once it is finished: then nothing changes it any more."""
    waiting = Receipt.objects.filter(pk=receipt.pk, state=Receipt.State.WAITING)
    return waiting.select_related("partnership").select_for_update(of=("self",)).first()


def _finish(receipt: Receipt) -> None:
    held = _held(receipt)
    if held is None:
        return
    held.state, held.finished_at = Receipt.State.DONE, timezone.now()
    held.digest = held.compute_digest()
    held.save(update_fields=["state", "finished_at", "digest"])
    record(f"{held.kind}.erased", held.public_id, digest=held.digest)
