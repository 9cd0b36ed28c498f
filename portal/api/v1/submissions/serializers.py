"""Files as partner systems send and follow them."""

from rest_framework import serializers

from integrations.ingestion.models import Submission
from integrations.ingestion.reading import FEEDS
from portal.api.fields import Moment, Shown
from portal.api.inputs import Flag, Given, Number, Words
from portal.api.v1.accounts.serializers import PartnershipQuery
from portal.api.views import PageQuery


class SubmissionsQuery(PageQuery, PartnershipQuery):
    """Whose files."""


class CheckSerializer(Shown):
    """What the check found. `questions` are to be answered before the file is recorded."""

    rows_total = serializers.IntegerField()
    rows_done = serializers.IntegerField()
    quarantined = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    set_aside = serializers.IntegerField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    totals = serializers.DictField()
    questions = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())
    refusal = serializers.CharField(help_text="Why nothing of it was taken; '' where it was not refused.")


class SubmissionSerializer(Shown):
    """A file on its way. `check` is there for the distributor who sent it alone."""

    withheld = frozenset({"check", "committed_at"})

    id = serializers.CharField(source="submission.public_id")
    partnership = serializers.CharField(source="partnership.public_id")
    feed = serializers.CharField(source="submission.feed")
    file_name = serializers.CharField(source="submission.file_name")
    state = serializers.ChoiceField(choices=Submission.State.choices, source="submission.state")
    received_at = Moment(source="submission.received_at")
    committed_at = Moment(source="submission.committed_at", required=False)
    accepted = serializers.IntegerField(source="submission.accepted", help_text="Lines that were recorded.")
    check = CheckSerializer(source="detail", required=False)


class NewSubmissionSerializer(Given):
    """A file to send, as multipart/form-data."""

    partnership = Words()
    file = serializers.FileField(allow_empty_file=True)
    feed = serializers.ChoiceField(
        choices=list(FEEDS), required=False, default="sell_through", help_text="What kind of file it is."
    )
    sheet = Words(
        required=False,
        allow_blank=True,
        default="",
        max_length=100,
        help_text="The sheet of a workbook that is to be read; '' for the one that fits best.",
    )
    all_or_nothing = Flag(required=False, default=False, help_text="Refuse the file if any row is bad.")
    restates = Flag(
        required=False, default=False, help_text="It replaces what is recorded in the months that it spans."
    )
    record_when_clear = Flag(
        required=False, default=False, help_text="Record it without another call if the check asks nothing."
    )


class AnswersSerializer(Given):
    """The numbers of the questions that you answer with yes, from 0; all of them, or the file is not recorded."""

    confirmed = serializers.ListField(child=Number(min_value=0), required=False, default=list)


class NothingSerializer(Given):
    """Nothing is to be said."""


class RowErrorSerializer(Shown):
    """A defect of a row that was not taken."""

    row = serializers.IntegerField(source="source_row", help_text="The row of the file, the first is 1.")
    column = serializers.CharField()
    reason = serializers.CharField()
    found = serializers.CharField()
    detail = serializers.CharField(source="sentence")
