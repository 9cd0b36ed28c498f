"""The record of who saw and who changed what. It keeps ids, never values."""

from django.db import models

from partners.tenancy.actors import Via
from partners.tenancy.models import ActingOrganisation, ActingUser, WalledModel


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
