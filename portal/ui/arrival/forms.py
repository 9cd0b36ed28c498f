"""What somebody says who was invited."""

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.access.invitations import Newcomer
from partners.organisations.services import LONGEST_NAME
from portal.ui.forms import Answered
from portal.ui.organisation.forms import ParticularsForm
from portal.ui.session.forms import LONGEST_PASSWORD


class SeatForm(Answered):
    """Name and password: one form, whether there is a login with the address or not."""

    person = forms.CharField(
        label=_("Your name"), max_length=LONGEST_NAME, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text=_("New here: choose one of at least 12 characters. If you log in here already: that one."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The password again"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """The same as above, so that no slip of a finger locks anybody out."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password", again):
            raise forms.ValidationError(_("This is not the password above."))
        return again

    @property
    def newcomer(self) -> Newcomer:
        """Who comes."""
        return Newcomer(self.cleaned_data["person"], self.cleaned_data["password"])


class FoundingForm(ParticularsForm, SeatForm):
    """The same, and the organisation that comes along."""
