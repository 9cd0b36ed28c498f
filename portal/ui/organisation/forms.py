"""What an organisation says of itself."""

from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.organisations.models import Organisation
from partners.organisations.services import LONGEST_NAME, Particulars
from portal.ui.forms import Answered


class ParticularsForm(Answered):
    """Name, country, time zone and currency; what does not do is said by the service."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=LONGEST_NAME)
    country = forms.CharField(
        label=_("Country"), max_length=2, help_text=_("Its two letters, as in DE, GB or US.")
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
        initial="UTC",
        help_text=_("For dates, times and schedules."),
        error_messages={"invalid_choice": _("Choose a time zone of the list.")},
    )
    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        help_text=_("Three letters, as in EUR or USD; it stays once amounts are on record."),
    )

    @property
    def particulars(self) -> Particulars:
        """What was filled in."""
        given = self.cleaned_data
        return Particulars(
            given["name"], given["country"].upper(), given["time_zone"], given["currency"].upper()
        )


class OrganisationForm(ParticularsForm):
    """Those of the acting organisation; a currency that stays is no field."""

    def __init__(self, organisation: Organisation, *, may_change_currency: bool, data: object = None) -> None:
        names = ("name", "country", "time_zone", "currency")
        super().__init__(data, initial={name: getattr(organisation, name) for name in names})  # type: ignore[arg-type]
        self.fields["currency"].disabled = not may_change_currency
