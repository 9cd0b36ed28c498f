"""What people fill in about a file: the file itself, and which heading is which field."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from integrations.ingestion.reading import FEEDS, Examination
from partners.agreements.models import Partnership
from portal.telling.accounts import other_side
from portal.telling.words import FEEDS as FEED_WORDS
from portal.telling.words import FIELDS

WHOLE, GOOD_ROWS = "whole", "good-rows"
PREFIX = "column-"


class UploadForm(forms.Form):
    """A file for one of the sender's own partnerships; of any size, since it is kept as it streams in."""

    partnership = forms.ChoiceField(label=_("Whose products are in it?"))
    feed = forms.ChoiceField(
        label=_("What does it say?"), choices=list(FEED_WORDS.items()), initial="sell_through"
    )
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # refused by the check, with the sentence that every other way in gives
        help_text=_("CSV, XLSX or XLS, as your system exports it. Headings in any usual language."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx,.xls"}),
    )
    restates = forms.BooleanField(
        label=_("It replaces what was sent for its months"),
        required=False,
        help_text=_(
            "Rows of these months that it does not have are taken back. You see the difference first."
        ),
    )
    faults = forms.ChoiceField(
        label=_("If some rows have faults"),
        choices=[
            (GOOD_ROWS, _("Take the good rows, keep the others in quarantine")),
            (WHOLE, _("All or nothing: refuse the file")),
        ],
        initial=GOOD_ROWS,
        widget=forms.RadioSelect,
    )

    def __init__(self, partnerships: Sequence[Partnership], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["partnership"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(partnership.public_id, other_side(partnership)) for partnership in partnerships]
        field.error_messages["invalid_choice"] = _("Choose one of your partnerships.")

    @property
    def all_or_nothing(self) -> bool:
        """Whether a single faulty row refuses the file."""
        return bool(self.cleaned_data["faults"] == WHOLE)


class MappingForm(forms.Form):
    """One select for each column of the file: the field that it holds, or none; and one for the sheet, of several."""

    def __init__(self, examination: Examination, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        choices = [("", gettext("not used"))]
        choices += [(field.key, str(FIELDS[field.key])) for field in FEEDS[examination.feed].fields]
        self.columns = examination.mapping.columns
        self.sheet = examination.layout.sheet
        if examination.layout.others:
            self.fields["sheet"] = forms.ChoiceField(
                label=_("Sheet to read"),
                choices=[(name, name) for name in _sheets(examination)],
                required=False,
                initial=self.sheet,
            )
        for column in self.columns:
            self.fields[f"{PREFIX}{column.position}"] = forms.ChoiceField(
                choices=choices, required=False, label=column.heading, initial=column.field or ""
            )

    def clean(self) -> dict[str, str]:
        """No field has two headings."""
        if self.other_sheet:
            return self.cleaned_data
        chosen = [value for name, value in self.cleaned_data.items() if value and name != "sheet"]
        twice = sorted({str(FIELDS[key]) for key in chosen if chosen.count(key) > 1})
        if twice:
            raise forms.ValidationError(
                _("Two columns are given the same field: %(fields)s. Choose one column for each field."),
                params={"fields": ", ".join(twice)},
            )
        return self.cleaned_data

    @property
    def other_sheet(self) -> str:
        """The sheet to read instead; '' where it stays the same."""
        chosen: str = self.cleaned_data.get("sheet", "")
        return "" if chosen == self.sheet else chosen

    @property
    def choices(self) -> dict[str, str | None]:
        """The chosen field by heading."""
        return {
            column.heading: self.cleaned_data[f"{PREFIX}{column.position}"] or None for column in self.columns
        }


def _sheets(examination: Examination) -> list[str]:
    """The sheet that is read, then the others."""
    return [examination.layout.sheet, *(other.name for other in examination.layout.others)]
