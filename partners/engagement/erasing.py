"""Destroying what follow-ups of either side tell of accounts; owner, dates and state stay."""

from collections import Counter

from django.db.models import Q

from partners.engagement.models import FollowUp, FollowUpComment, FollowUpEvidence, FollowUpMatter


def erase_texts(which: Q) -> Counter[str]:
    """Destroy matter, evidence and comments of the follow-ups that satisfy `which`, whoever opened them."""
    follow_ups = list(FollowUp.objects.filter(which).values_list("pk", flat=True))
    return Counter(
        {
            "engagement_followupcomment": FollowUpComment.objects.filter(follow_up__in=follow_ups).delete()[
                0
            ],
            "engagement_followupevidence": FollowUpEvidence.objects.filter(follow_up__in=follow_ups).delete()[
                0
            ],
            "engagement_followupmatter": FollowUpMatter.objects.filter(follow_up__in=follow_ups).delete()[0],
        }
    )
