"""The record of who saw and who changed what. It keeps ids, never values."""

from django.db import models
from django.utils import timezone

from partners.tenancy.actors import Via
from partners.tenancy.models import ActingOrganisation, ActingUser, PublicIdField, WalledModel


class AuditEntry(WalledModel):
    """Something that an organisation's person or worker did, written in the transaction that did it."""

    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    user_id = models.BigIntegerField(null=True, db_default=ActingUser(), editable=False)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=80)
    details = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta(WalledModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "subject"], name="audit_by_subject")]


class AccessEntry(WalledModel):
    """One organisation read another's data: the owner can see who, what, why and how many rows."""

    owner_id = models.BigIntegerField()
    reader_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    reader_user_id = models.BigIntegerField(null=True, db_default=ActingUser(), editable=False)
    reader_support = models.CharField(
        max_length=40, db_default="", blank=True
    )  # the keepers' access, if it was theirs
    partnership_id = models.BigIntegerField()
    what = models.CharField(max_length=60)
    subject = models.CharField(max_length=80, blank=True)
    rows = models.PositiveIntegerField()
    purpose = models.PositiveSmallIntegerField()
    via = models.CharField(
        max_length=8, choices=[(via.value, via.value) for via in Via], default=Via.PAGE.value
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta(WalledModel.Meta):
        indexes = [models.Index(fields=["owner_id", "at"], name="access_by_owner")]


class TakenAway(WalledModel):
    """Something that was taken away for good, written in the transaction that did it: what the journal outside the
    database is made of (`partners.audit.journal`), and by which a restored database is seen to be older than it.

    `subject` is a public id. `word` says until when history was left, or why something was destroyed.
    """

    class Deed(models.TextChoices):
        GRANT_REVOKED = "grant.revoked"
        HISTORY_WITHDRAWN = "history.withdrawn"
        PARTNERSHIP_SUSPENDED = "partnership.suspended"
        PARTNERSHIP_ENDED = "partnership.ended"
        SEAT_ENDED = "membership.ended"
        CLIENT_ENDED = "client.ended"
        WORDS_ENDED = "client.words_ended"
        PSEUDONYMS_RENEWED = "pseudonyms.renewed"
        ACCOUNT_ERASED = "account.erased"
        PARTNERSHIP_ERASED = "partnership.erased"

    public_id = PublicIdField(prefix="tkn")
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    deed = models.CharField(max_length=40, choices=Deed.choices)
    subject = models.CharField(max_length=40)
    word = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField(default=timezone.now)
    journalled_at = models.DateTimeField(null=True)

    class Meta(WalledModel.Meta):
        indexes = [
            models.Index(
                fields=["id"], name="taken_away_waiting", condition=models.Q(journalled_at__isnull=True)
            ),
            models.Index(fields=["-journalled_at", "-id"], name="taken_away_journalled"),
        ]
