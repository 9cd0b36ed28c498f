"""Receipts of what was destroyed, and archives that a distributor takes out."""

import hashlib

from django.contrib.postgres.fields import ArrayField
from django.db import models

from partners.agreements.models import Partnership
from partners.tenancy.models import ActingOrganisation, ActingUser, PublicIdField, WalledModel

NEW_CUSTOMER = "note: a later file that names the same number makes a new customer"


class Reason(models.TextChoices):
    """Why something is destroyed: words of a list, for what somebody writes freely may name the customer."""

    CUSTOMER_ASKED = "customer_asked"
    NO_LONGER_NEEDED = "no_longer_needed"
    RECORDED_WRONGLY = "recorded_wrongly"
    PARTNERSHIP_ENDED = "partnership_ended"


class Receipt(WalledModel):
    """An order to destroy, and when it is done the proof: ids and counts only. `destroyed` counts rows by table.

    Of an erased customer (`account_ids`) or of an ended partnership's data. `digest` is SHA-256 over all that it says.
    """

    class Kind(models.TextChoices):
        ACCOUNT = "account"
        PARTNERSHIP = "partnership"

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"

    public_id = PublicIdField(prefix="rcp")
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    kind = models.CharField(max_length=11, choices=Kind.choices)
    account_ids = ArrayField(models.BigIntegerField(), default=list)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=20, choices=Reason.choices)
    asked_by_id = models.BigIntegerField(null=True, db_default=ActingUser(), editable=False)
    asked_by_name = models.CharField(max_length=120)
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    destroyed = models.JSONField(default=dict)
    finished_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta(WalledModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "-id"], name="receipts_of_organisation")]

    @property
    def lines(self) -> list[str]:
        """What it says, a line each: what the digest is made of, word for word."""
        about = (
            f"accounts: {len(self.account_ids)}"
            if self.kind == self.Kind.ACCOUNT
            else f"partnership: {self.partnership.public_id if self.partnership else ''}"
        )
        return [
            f"receipt: {self.public_id}",
            f"kind: {self.kind}",
            about,
            f"reason: {self.reason}",
            f"asked by: {self.asked_by_name}",
            f"asked at: {self.asked_at.isoformat()}",
            f"finished at: {self.finished_at.isoformat() if self.finished_at else ''}",
            *(f"{table}: {rows}" for table, rows in sorted(self.destroyed.items())),
            *([NEW_CUSTOMER] if self.kind == self.Kind.ACCOUNT else []),
        ]

    def compute_digest(self) -> str:
        """SHA-256 over its lines, each ended by a line feed."""
        return hashlib.sha256("".join(f"{line}\n" for line in self.lines).encode()).hexdigest()


class Archive(WalledModel):
    """A partnership's data as its distributor takes it out: one ZIP file, there for seven days."""

    class State(models.TextChoices):
        WAITING = "waiting"
        READY = "ready"
        FAILED = "failed"

    public_id = PublicIdField(prefix="arc")
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    asked_by_id = models.BigIntegerField(null=True, db_default=ActingUser(), editable=False)
    asked_by_name = models.CharField(max_length=120)
    asked_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    rows = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    ready_at = models.DateTimeField(null=True)

    class Meta(WalledModel.Meta):
        indexes = [models.Index(fields=["partnership", "-id"], name="archives_of_partnership")]


class ArchivePiece(WalledModel):
    """A megabyte of an archive."""

    pk = models.CompositePrimaryKey("archive_id", "number")
    archive_id = models.BigIntegerField()
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()
