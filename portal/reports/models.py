"""Reports: when they are due and for whom, and the archive of what was written, each reader's own."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from partners.agreements.models import Partnership
from partners.organisations.models import Membership
from partners.tenancy.models import ActingOrganisation, ActingUser, PublicIdField, WalledModel


class Schedule(WalledModel):
    """An account review once a week, on a day and at a time of the organisation's own clock.

    `next_at` is the moment of the occurrence to come. A schedule rests when its owner has left, until somebody takes
    it over.
    """

    class State(models.TextChoices):
        ACTIVE = "active"
        RESTING = "resting"
        ENDED = "ended"

    public_id = PublicIdField(prefix="sch")
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    owner = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, null=True, related_name="+")
    weekday = models.PositiveSmallIntegerField()  # Monday is 0
    at = models.TimeField()
    language = models.CharField(max_length=5)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    next_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(WalledModel.Meta):
        indexes = [
            models.Index(fields=["next_at"], name="schedules_due", condition=models.Q(state="active")),
        ]


class Recipient(WalledModel):
    """Somebody who gets a schedule's report, written with their own rights."""

    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="recipients")
    seat = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta(WalledModel.Meta):
        constraints = [models.UniqueConstraint(fields=["schedule", "seat"], name="each_recipient_once")]


class Occurrence(WalledModel):
    """One moment at which a schedule was due: taken once, whoever noticed it, or skipped and said why."""

    class Skipped(models.TextChoices):
        CLOCK_STOOD = "clock_stood"
        OWNER_LEFT = "owner_left"

    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="occurrences")
    due_at = models.DateTimeField()
    taken_at = models.DateTimeField(auto_now_add=True)
    skipped = models.CharField(max_length=12, choices=Skipped.choices, blank=True)

    class Meta(WalledModel.Meta):
        constraints = [models.UniqueConstraint(fields=["schedule", "due_at"], name="each_occurrence_once")]


class Report(WalledModel):
    """A report for one reader, in the archive. What it says lies in its file; this row tells nothing of it.

    `rights` is a digest of the role and reach with which it was written: with others it is not read any more.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        READY = "ready"
        WITHHELD = "withheld"
        WITHDRAWN = "withdrawn"
        FAILED = "failed"

    class Mail(models.TextChoices):
        NONE = "none"
        WAITING = "waiting"
        SENT = "sent"
        REFUSED = "refused"
        FAILED = "failed"

    public_id = PublicIdField(prefix="rpt")
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    reader = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    reader_user_id = models.BigIntegerField()
    reader_name = models.CharField(max_length=120)
    asked_by_id = models.BigIntegerField(null=True, db_default=ActingUser(), editable=False)
    occurrence = models.ForeignKey(Occurrence, on_delete=models.PROTECT, null=True, related_name="reports")
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, null=True, related_name="+")
    language = models.CharField(max_length=5)
    state = models.CharField(max_length=9, choices=State.choices, default=State.QUEUED)
    mail = models.CharField(max_length=8, choices=Mail.choices, default=Mail.NONE)
    created_at = models.DateTimeField(auto_now_add=True)
    written_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    pages = models.PositiveIntegerField(null=True)
    size = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    rights = models.CharField(max_length=64, blank=True)

    class Meta(WalledModel.Meta):
        indexes = [
            models.Index(fields=["organisation_id", "reader_user_id", "-id"], name="reports_of_reader")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["occurrence", "reader"],
                condition=models.Q(occurrence__isnull=False),
                name="one_report_a_reader",
            )
        ]


class Basis(WalledModel):
    """Another's data in a report, and the sight in which it was read: its epoch, and the grants in force.

    A grant can end without a new epoch, where others open the same rows. What people wrote freely is withdrawn with it
    all the same, and so is what tells of a whole file.
    """

    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="bases")
    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    epoch = models.PositiveBigIntegerField()
    grants = ArrayField(models.BigIntegerField())


class ReportFile(WalledModel):
    """The document. Its wall shows it to its reader alone, and only while every sight that it rests on is in force."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, primary_key=True, related_name="file")
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    reader_user_id = models.BigIntegerField()
    content = models.BinaryField()
