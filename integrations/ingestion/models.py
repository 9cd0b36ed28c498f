"""A file that came in, its way through, and what could not go on."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from integrations.ingestion.reasons import word
from partners.tenancy.models import ActingUser, PublicIdField, WalledModel


class Submission(WalledModel):
    """A received file. This row is metadata of volume: a maker with volume may read it once it is committed.

    `corrects_id`: it holds corrected rows of that one.
    """

    class State(models.TextChoices):
        RECEIVED = "received"
        CHECKING = "checking"
        CHECKED = "checked"
        COMMITTING = "committing"
        COMMITTED = "committed"
        REFUSED = "refused"
        UNDONE = "undone"

    class Source(models.TextChoices):
        COMMAND = "command"
        UPLOAD = "upload"
        API = "api"
        FOLDER = "folder"

    public_id = PublicIdField(prefix="sub")
    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    feed = models.CharField(max_length=20, default="sell_through")
    source = models.CharField(max_length=10, choices=Source.choices)
    file_name = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    received_at = models.DateTimeField(auto_now_add=True)
    committed_at = models.DateTimeField(null=True)
    accepted = models.PositiveIntegerField(default=0)
    corrects_id = models.BigIntegerField(null=True)

    class Meta(WalledModel.Meta):
        indexes = [models.Index(fields=["partnership_id", "-id"], name="submissions_of_partnership")]


class SubmissionCheck(WalledModel):
    """What only the distributor knows of its file: how it was read, its totals, and its progress.

    `sheet` is the one of a workbook that a person chose, `examination` what was found and proposed (format, mapping,
    conventions), `totals` what it adds up to;
    `restates`: it replaces what is recorded in its months, which are known from its check on.
    `asked`, `noted` and `refused` are codes with parameters (`reasons.Said`), worded by the properties.
    """

    submission = models.OneToOneField(
        Submission, on_delete=models.CASCADE, primary_key=True, related_name="check_result"
    )
    distributor_id = models.BigIntegerField()
    uploaded_by_id = models.BigIntegerField(null=True, db_default=ActingUser())
    all_or_nothing = models.BooleanField(default=False)
    trusted = models.BooleanField(default=False)
    sheet = models.CharField(max_length=100, db_default="")
    restates = models.BooleanField(default=False)
    restates_from = models.DateField(null=True)
    restates_to = models.DateField(null=True)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    examination = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)
    asked = models.JSONField(default=list)
    noted = models.JSONField(default=list)
    refused = models.JSONField(null=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    duplicates = models.PositiveIntegerField(default=0)
    set_aside = models.PositiveIntegerField(default=0)

    class Meta(WalledModel.Meta):
        indexes = [models.Index(fields=["distributor_id", "sha256"], name="check_by_hash")]

    @property
    def questions(self) -> list[str]:
        """What a person must confirm, as sentences."""
        return [word(said) for said in self.asked]

    @property
    def notes(self) -> list[str]:
        """What is remarkable and needs no correction, as sentences."""
        return [word(said) for said in self.noted]

    @property
    def refusal(self) -> str:
        """Why nothing was taken, as a sentence; empty if it was not refused."""
        return word(self.refused) if self.refused else ""


class SubmissionPiece(WalledModel):
    """A megabyte of the original file (category identity and price), packed, behind the same walls as all else."""

    pk = models.CompositePrimaryKey("submission_id", "number")
    submission_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    content = models.BinaryField()


class CheckedBlock(WalledModel):
    """Rows of a checked file as they were staged (category identity and price), packed, until it is decided."""

    pk = models.CompositePrimaryKey("submission_id", "number")
    submission_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    content = models.BinaryField()


class QuarantinedRow(WalledModel):
    """A defect of a row that was not taken, with its reason. One row of the file may have several."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="quarantined_rows")
    distributor_id = models.BigIntegerField()
    source_row = models.PositiveIntegerField()
    column = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=40)
    found = models.CharField(max_length=120, blank=True)
    params = models.JSONField(default=dict)

    class Meta(WalledModel.Meta):
        indexes = [models.Index(fields=["submission", "source_row"], name="quarantine_by_row")]

    @property
    def sentence(self) -> str:
        """What was found, where, and what to do."""
        told = {"row": self.source_row, "column": self.column, "found": self.found, **self.params}
        return word({"code": self.reason, "params": told})


class QuarantinedCells(WalledModel):
    """A row that was not taken, as it stands in the file, so that it can be corrected here and sent again by itself.

    `corrected_in_id` is the submission in which it was.
    """

    pk = models.CompositePrimaryKey("submission_id", "source_row")
    submission_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    source_row = models.PositiveIntegerField()
    cells = ArrayField(models.TextField())
    corrected_in_id = models.BigIntegerField(null=True)


class QuarantineCount(WalledModel):
    """How many rows a reason kept out: what a maker with volumes may know of a recorded file's defects."""

    pk = models.CompositePrimaryKey("submission_id", "reason")
    submission_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    reason = models.CharField(max_length=40)
    rows = models.PositiveIntegerField()


class FeedMapping(WalledModel):
    """How a distributor's file was last accepted: its mapping and conventions, from which the next one starts."""

    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    feed = models.CharField(max_length=20)
    examination = models.JSONField()
    confirmed_at = models.DateTimeField(auto_now=True)

    class Meta(WalledModel.Meta):
        constraints = [models.UniqueConstraint(fields=["partnership_id", "feed"], name="one_mapping_a_feed")]
