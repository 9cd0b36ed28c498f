"""Follow-ups as partner systems read and write them."""

from typing import Any

from rest_framework import serializers

from partners.engagement.models import State
from partners.engagement.selectors import FollowUpRow, Status, Whose
from partners.engagement.services import LONGEST_COMMENT, LONGEST_STEP
from portal.api.fields import AccountRefSerializer, Moment, Shown
from portal.api.inputs import Day, Flag, Given, Words
from portal.api.v1.accounts.serializers import PartnershipQuery
from portal.api.v1.signals.serializers import KINDS
from portal.api.views import PageQuery


class FollowUpsQuery(PageQuery):
    """Whose follow-ups, and which of them."""

    whose = serializers.ChoiceField(
        choices=[one.value for one in Whose],
        default=Whose.TEAM.value,
        help_text="The key owner's, the whole organisation's, or those that the other side shares.",
    )
    status = serializers.ChoiceField(choices=[one.value for one in Status], default=Status.LIVE.value)


class OwnersQuery(PartnershipQuery):
    """Of which account."""

    account = serializers.CharField(help_text="Who could take care of this account: `acc_…` or `cus_…`.")


class OwnerSerializer(Shown):
    """Somebody of your organisation who can own a follow-up."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class EvidenceSerializer(Shown):
    """The figures of the finding as they were when the follow-up was opened."""

    run = serializers.CharField()
    as_of = serializers.DateField()
    value = serializers.FloatField()
    baseline = serializers.FloatField()
    threshold = serializers.FloatField()
    deviation = serializers.FloatField()
    confidence = serializers.FloatField()


class FollowUpSerializer(Shown):
    """A follow-up. What it is about is absent where the account is no longer shared with you."""

    withheld = frozenset({"account", "kind", "first_seen_on", "next_step", "evidence"})

    id = serializers.CharField(source="row.follow_up.public_id")
    partnership = serializers.CharField(source="row.partnership.public_id")
    is_own = serializers.BooleanField(
        source="row.is_own", help_text="Opened by your side; the other side's is read and commented."
    )
    account = AccountRefSerializer(source="row.card", required=False)
    kind = serializers.ChoiceField(choices=KINDS, source="row.matter.kind", required=False)
    first_seen_on = serializers.DateField(source="row.matter.first_seen_on", required=False)
    next_step = serializers.CharField(source="row.matter.next_step", required=False)
    owner = serializers.CharField(source="row.follow_up.owner_name")
    due_on = serializers.DateField(source="row.follow_up.due_on", allow_null=True)
    review_on = serializers.DateField(source="row.follow_up.review_on")
    is_overdue = serializers.BooleanField(source="row.is_overdue")
    state = serializers.ChoiceField(choices=State.choices, source="row.follow_up.state")
    is_shared = serializers.SerializerMethodField()
    opened_at = Moment(source="row.follow_up.opened_at")
    closed_at = Moment(source="row.follow_up.closed_at", allow_null=True)
    version = serializers.IntegerField(source="row.follow_up.version")
    evidence = EvidenceSerializer(required=False)

    def get_is_shared(self, picture: Any) -> bool:
        row: FollowUpRow = picture["row"] if isinstance(picture, dict) else picture.row
        return row.follow_up.shared_at is not None


class PlanSerializer(Given):
    """Who does what until when."""

    owner = Words(
        required=False, help_text="A `mem_…` of `/owners`; the owner of your key where none is named."
    )
    next_step = Words(max_length=LONGEST_STEP)
    due_on = Day(required=False, allow_null=True)
    review_on = Day()


class NewFollowUpSerializer(PlanSerializer):
    """A finding to take care of."""

    account = Words()
    partnership = Words(
        required=False, default="", allow_blank=True, help_text="Needed where the account is met in several."
    )
    kind = serializers.ChoiceField(choices=KINDS)


class ChangedPlanSerializer(PlanSerializer):
    """What is to change of the plan; the rest stays."""

    next_step = Words(max_length=LONGEST_STEP, required=False)
    review_on = Day(required=False)


class ChangedStateSerializer(Given):
    """How it stands now. Every end has its reason, so that the next run can learn from it."""

    state = serializers.ChoiceField(choices=State.choices)
    reason = Words(max_length=LONGEST_COMMENT, required=False, allow_blank=True, default="")
    is_shared = Flag(required=False, default=False, help_text="Whether the other side reads the reason.")


class SharingSerializer(Given):
    """Whether the other side sees it."""

    is_shared = Flag()


class NewCommentSerializer(Given):
    """What is to be said, to your own side or to both."""

    text = Words(max_length=LONGEST_COMMENT)
    is_shared = Flag(required=False, default=False)


class CommentSerializer(Shown):
    """What somebody wrote."""

    id = serializers.CharField(source="public_id")
    author = serializers.CharField(source="author_name")
    written_at = Moment()
    text = serializers.CharField()
    is_shared = serializers.BooleanField()
    state = serializers.CharField(help_text="Where it is the reason of a state: which.")
