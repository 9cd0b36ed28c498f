"""What the interface remembers of its clients: how much they asked, and which calls they made once and for all."""

from django.db import models

from partners.tenancy.models import ActingOrganisation, WalledModel


class ClientUsage(WalledModel):
    """What a client has asked in the present minute, and how many rows it was given today (UTC)."""

    client_id = models.BigIntegerField(primary_key=True)
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    minute = models.DateTimeField()
    requests = models.PositiveIntegerField()
    day = models.DateField()
    rows = models.PositiveBigIntegerField()


class IdempotentCall(WalledModel):
    """A call that was made under an Idempotency-Key, written in the transaction of its effect.

    It keeps what was made, never the answer: a replay shows the thing as the client may see it then.
    """

    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    client_id = models.BigIntegerField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    made = models.CharField(max_length=40)
    at = models.DateTimeField(auto_now_add=True)

    class Meta(WalledModel.Meta):
        constraints = [models.UniqueConstraint(fields=["client_id", "key"], name="one_call_a_key")]
        indexes = [models.Index(fields=["client_id", "at"], name="calls_by_age")]
