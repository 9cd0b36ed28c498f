"""What people say of reports: one now, or one each week."""

from collections.abc import Iterable, Sequence

from django import forms
from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partners.agreements.models import Partnership
from partners.organisations.models import Membership
from portal.reports.schedules import Timing
from portal.telling.accounts import other_side


class ReviewForm(forms.Form):
    """Of what, and in which language."""

    use_required_attribute = False
    partnership = forms.ChoiceField(label=_("Of which partnership?"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, partnerships: Sequence[Partnership], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["partnership"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", gettext("all that the reader works"))]
        field.choices += [(one.public_id, other_side(one)) for one in partnerships]
        for choice in self.fields.values():
            choice.error_messages["invalid_choice"] = gettext("Choose one of the list.")
        self.by_id = {one.public_id: one for one in partnerships}

    @property
    def chosen(self) -> Partnership | None:
        """The partnership, or None for all."""
        return self.by_id.get(self.cleaned_data["partnership"])


class ScheduleForm(ReviewForm):
    """When, and for whom."""

    weekday = forms.TypedChoiceField(label=_("Each"), choices=list(WEEKDAYS.items()), coerce=int, initial=0)
    at = forms.TimeField(
        label=_("At"), initial="07:00", widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )
    readers = forms.MultipleChoiceField(
        label=_("For whom?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each gets their own: written with their rights at that moment."),
    )

    def __init__(
        self,
        seats: Iterable[Membership],
        partnerships: Sequence[Partnership],
        *args: object,
        **kwargs: object,
    ) -> None:
        super().__init__(partnerships, *args, **kwargs)
        field = self.fields["readers"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(seat.public_id, seat.user.name) for seat in seats]
        field.error_messages["required"] = _("Choose at least one reader.")

    @property
    def timing(self) -> Timing:
        """The day of the week and the time."""
        return Timing(self.cleaned_data["weekday"], self.cleaned_data["at"])
