"""From a file's typed rows to the ledger's staging table, and what could not go there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Self

import pandas as pd

from integrations.ingestion.checked import (
    BlocksGone,
    Summary,
    find_summary,
    forget_checked,
    keep_block,
    keep_summary,
    list_blocks,
    rests_on,
)
from integrations.ingestion.defects import list_refused, look_around, unknown_units
from integrations.ingestion.models import QuarantinedCells, QuarantinedRow, Submission
from integrations.ingestion.reading import FEEDS, Examination, Parsed, parse
from integrations.ingestion.reasons import LedgerReason, Said, to_say
from integrations.ingestion.recording import RECORDERS
from integrations.ingestion.recording.columns import records, text
from integrations.ingestion.recording.units import as_the_maker_calls_it, in_base_units
from partners.accounts.services import AccountSeen
from partners.agreements.models import Partnership
from partners.catalogue.selectors import ProductIndex, get_product_index
from partners.catalogue.services import learn_products
from partners.ledger.references import References
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as

BATCH = 5_000
MOST_NOTES = 50
# What the comparison says of rows that contradict the ledger, or each other.
CONFLICTS = {
    "differs": LedgerReason.DIFFERS,
    "other_account": LedgerReason.OTHER_ACCOUNT,
    "twice": LedgerReason.TWICE,
}

_ACCOUNT = {
    "code": "account_id",
    "name": "account_name",
    "street": "account_street",
    "city": "account_city",
    "region": "account_region",
    "postcode": "account_postal_code",
    "account_type": "account_type",
    "industry": "industry",
    "country": "account_country",
}


@dataclass
class Staged:
    """What a pass over the file found. Accounts by their code; counts of rows.

    Of the `read` rows, those without a fault, `filled` cells hold what is asked for by agreement.
    """

    accounts: dict[str, AccountSeen] = field(default_factory=dict)
    rows: int = 0
    quarantined: int = 0
    set_aside: int = 0
    notes: list[Said] = field(default_factory=list)
    read: int = 0
    filled: int = 0

    def to_json(self) -> dict[str, Any]:
        """As plain values that JSON can hold."""
        return {**vars(self), "accounts": {code: vars(account) for code, account in self.accounts.items()}}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Self:
        """The reverse of `to_json`."""
        accounts = {code: AccountSeen(**told) for code, told in saved["accounts"].items()}
        return cls(**{**saved, "accounts": accounts})


def stage_file(
    submission: Submission,
    partnership: Partnership,
    file: BinaryIO,
    examination: Examination,
    progress: Callable[[int], None],
) -> Staged:
    """Parse the whole file into the staging table; faulty rows go to quarantine, replacing what lay there.

    What was staged is kept for the commit. Opens its own transactions, a chunk at a time, acting for the distributor:
    progress can be seen meanwhile.
    """
    actor = worker(partnership.distributor_id)
    with acting_as(actor):
        QuarantinedRow.objects.filter(submission=submission).delete()
        QuarantinedCells.objects.filter(submission_id=submission.pk, corrected_in_id=None).delete()
        forget_checked(submission)
        products = get_product_index(partnership.manufacturer_id)
        around = look_around(partnership)
    staged, recorder = Staged(), RECORDERS[submission.feed]
    blocks: list[str] = []
    recorder.begin()
    for number, parsed in enumerate(parse(file, examination), 1):
        with acting_as(actor):
            products = _learn(partnership, products, around.references, parsed.rows)
            told, untold = in_base_units(
                as_the_maker_calls_it(parsed.rows, products, around.references), around.references
            )
            refused = [
                *list_refused(told, examination, products, around),
                (untold, unknown_units(untold, examination)),
            ]
            _quarantine(submission, parsed.faults)
            taken = told
            for rows, defects in refused:
                write_quarantine(submission, defects)
                taken = taken.drop(rows.index, errors="ignore")
            block = recorder.write(taken, products, examination.conventions.today.replace(day=1))
            recorder.stage(block)
            blocks.append(keep_block(submission, number, block))
        _collect_accounts(staged, taken)
        _count(staged, parsed, len(parsed.rows) - len(taken), asked_for(submission.feed))
        progress(staged.rows)
    with acting_as(actor):
        rested_on = rests_on(examination, products, around)
        keep_summary(submission, Summary(rests_on=rested_on, blocks=blocks, staged=staged.to_json()))
    return staged


def stage_checked(
    submission: Submission, partnership: Partnership, examination: Examination
) -> Staged | None:
    """Stage what the check kept, with the quarantine as it left it; None where that does not hold any more."""
    recorder = RECORDERS[submission.feed]
    with acting_as(worker(partnership.distributor_id)):
        found = find_summary(submission)
        products, around = get_product_index(partnership.manufacturer_id), look_around(partnership)
        if found is None or found["rests_on"] != rests_on(examination, products, around):
            return None
        conflicts = [reason.value for reason in CONFLICTS.values()]
        QuarantinedRow.objects.filter(submission=submission, reason__in=conflicts).delete()
        recorder.begin()
        try:
            for block in list_blocks(submission, found):
                recorder.stage(block)
        except BlocksGone:
            return None
    return Staged.from_json(found["staged"])


def _learn(
    partnership: Partnership, products: ProductIndex, references: References, rows: pd.DataFrame
) -> ProductIndex:
    """With no catalogue loaded, a file teaches its SKUs."""
    new = set(rows["sku"]) - products.products.keys() - references.skus.keys() if "sku" in rows else set()
    if products.is_catalogue or not new:
        return products
    learn_products(partnership.manufacturer_id, sorted(new))
    return get_product_index(partnership.manufacturer_id)


def _quarantine(submission: Submission, faults: pd.DataFrame) -> None:
    rows = [
        {
            "source_row": fault["row"],
            "column": fault["column"] or "",
            "reason": str(fault["code"]),
            "found": fault["found"] or "",
            "params": to_say(fault["code"], fault["params"] or {})["params"],
        }
        for fault in records(faults)
    ]
    write_quarantine(submission, rows)


def write_quarantine(submission: Submission, rows: Iterable[dict[str, Any]]) -> None:
    """Keep defects, each with the fields of `QuarantinedRow`."""
    QuarantinedRow.objects.bulk_create(
        [
            QuarantinedRow(submission=submission, distributor_id=submission.distributor_id, **row)
            for row in rows
        ],
        batch_size=BATCH,
    )


def _collect_accounts(staged: Staged, rows: pd.DataFrame) -> None:
    if "account_id" not in rows:
        return
    told = pd.DataFrame({name: text(rows, source) for name, source in _ACCOUNT.items()})
    told = told[told["code"] != ""].drop_duplicates(keep="last")
    # The last word on each attribute counts; an empty cell is no word.
    latest = told.where(told != "").groupby("code").last().fillna("").reset_index()
    for account in records(latest):
        seen = AccountSeen(**account)
        before = staged.accounts.get(seen.code, seen)
        staged.accounts[seen.code] = seen if seen == before else seen.over(before)


def asked_for(feed: str) -> list[str]:
    """The fields of a feed that are asked for by agreement."""
    return [field.key for field in FEEDS[feed].fields if field.requirement == "by_agreement"]


def _count(staged: Staged, parsed: Parsed, refused: int, asked: list[str]) -> None:
    staged.read += len(parsed.rows)
    staged.filled += int(parsed.rows[parsed.rows.columns.intersection(asked)].notna().sum().sum())
    aside = parsed.set_aside[parsed.set_aside["kind"] != "blank"]
    staged.rows += len(parsed.rows) + len(parsed.faulty) + len(aside)
    staged.quarantined += len(parsed.faulty) + refused
    staged.set_aside += len(aside)
    remarks = records(aside[aside["code"].notna()])
    staged.notes += [_noted(remark) for remark in remarks[: MOST_NOTES - len(staged.notes)]]


def _noted(remark: dict[str, Any]) -> Said:
    return to_say(
        remark["code"], {"row": remark["row"], "found": remark["found"], **(remark["params"] or {})}
    )
