"""What is to be done, written with the change that asks for it; and what was done, so that it is done once."""

from django.db import models

from partners.tenancy.models import ActingOrganisation, WalledModel


class OutboxEvent(WalledModel):
    """Something that happened, to be handed to the workers after its transaction. The payload holds ids only."""

    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    kind = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    relayed_at = models.DateTimeField(null=True)

    class Meta(WalledModel.Meta):
        indexes = [
            models.Index(fields=["id"], name="outbox_waiting", condition=models.Q(relayed_at__isnull=True)),
        ]


class Job(WalledModel):
    """One task for one event. Its row remembers tries and the end; its lease is an advisory lock (see `lease`)."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    pk = models.CompositePrimaryKey("organisation_id", "key")
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    key = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    tries = models.PositiveSmallIntegerField(default=1)
    error = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(WalledModel.Meta):
        indexes = [models.Index(fields=["organisation_id", "state"], name="job_by_state")]
