"""The record of work: who takes care of a finding, what comes next, when it is looked at again, and how it ended.

A follow-up belongs to the organisation that opened it. The other side of the partnership sees it by choice, and as
far as the grants allow at that moment: what it is about lies in tables of its own, whose rows a maker loses
with its sight of the account, while the shell (owner, dates, state) stays with whoever made it.
"""

from django.db import models

from partners.accounts.models import Account
from partners.agreements.models import Partnership
from partners.tenancy.models import ActingOrganisation, ActingUser, PublicIdField, WalledModel


class State(models.TextChoices):
    """How a follow-up stands. All but the first two are ends, each given with its reason."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    WON = "won"
    LOST = "lost"
    FALSE_ALARM = "false_alarm"
    PROJECT_FINISHED = "project_finished"


LIVE = (State.OPEN, State.CONFIRMED)


class FollowUp(WalledModel):
    """Somebody of the acting organisation takes care of an account. `account` None: of the partnership as a whole.

    `needs_price`: what it is about was found in prices. `version` grows with every change, so that nobody overwrites
    what they have not read.
    """

    public_id = PublicIdField(prefix="fup")
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    manufacturer_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    needs_price = models.BooleanField(default=False)
    owner_id = models.BigIntegerField()
    owner_name = models.CharField(max_length=120)
    due_on = models.DateField(null=True)
    review_on = models.DateField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.OPEN)
    shared_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    opened_by_id = models.BigIntegerField(null=True, db_default=ActingUser(), editable=False)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)

    class Meta(WalledModel.Meta):
        indexes = [
            models.Index(
                fields=["organisation_id", "review_on"],
                name="follow_ups_to_review",
                condition=models.Q(closed_at=None),
            ),
            models.Index(fields=["partnership", "account"], name="follow_ups_of_account"),
        ]

    @property
    def is_live(self) -> bool:
        """Whether there is still something to do."""
        return self.state in LIVE


class Text(WalledModel):
    """What somebody wrote freely: it may tell whatever a maker could see of the account at that moment.

    So a maker reads it as long as nothing that was granted at `written_at` has been revoked since.
    """

    written_at = models.DateTimeField(auto_now_add=True)

    class Meta(WalledModel.Meta):
        abstract = True


class FollowUpMatter(Text):
    """What it is about: the finding (its kind and first day, the key that both sides know it by) and the next step."""

    follow_up = models.OneToOneField(
        FollowUp, on_delete=models.CASCADE, primary_key=True, related_name="matter"
    )
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    kind = models.CharField(max_length=40)
    first_seen_on = models.DateField()
    next_step = models.CharField(max_length=500)


class FollowUpEvidence(WalledModel):
    """The figures of the finding as they were when the follow-up was opened, as its own side saw them.

    Computed from what was granted then: a maker loses them with the epoch, as every outcome.
    """

    follow_up = models.OneToOneField(
        FollowUp, on_delete=models.CASCADE, primary_key=True, related_name="evidence"
    )
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    partnership_id = models.BigIntegerField()
    distributor_id = models.BigIntegerField()
    epoch = models.PositiveBigIntegerField()
    run = models.CharField(max_length=40)
    as_of = models.DateField()
    value = models.FloatField()
    baseline = models.FloatField()
    threshold = models.FloatField()
    deviation = models.FloatField()
    confidence = models.FloatField()


class FollowUpComment(Text):
    """What somebody wrote, for their own side or for both. Never changed; `state` where it is the reason of one."""

    public_id = PublicIdField(prefix="cmt")
    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="comments")
    organisation_id = models.BigIntegerField(db_default=ActingOrganisation(), editable=False)
    author_id = models.BigIntegerField(db_default=ActingUser(), editable=False)
    author_name = models.CharField(max_length=120)
    text = models.CharField(max_length=2000)
    is_shared = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=State.choices, blank=True)

    class Meta(Text.Meta):
        indexes = [models.Index(fields=["follow_up", "id"], name="comments_of_follow_up")]
