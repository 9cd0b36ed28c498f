"""The letter that invites: who asks, a link that works once, and nothing of anybody's data."""

from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from partners.access.invitations import draw_link, want_letter
from partners.access.models import Invitation
from partners.audit.services import record
from partners.jobs.services import announce
from partners.organisations.clients import digest_of
from partners.organisations.models import Organisation
from partners.organisations.selectors import present_seats
from partners.tenancy.actors import Role, worker
from partners.tenancy.context import acting_as, current_organisation_id
from portal.mail import has_server, letter

Mail = Invitation.Mail
NUMBER_LETTERS = 16  # of the digest: each link has a letter of its own


class HandedOut(NamedTuple):
    """An invitation on its way: by letter, or by the link that a command prints, this once."""

    invitation: str
    link: str

    def told(self) -> dict[str, str]:
        """What a command says of it."""
        return {"invitation": self.invitation} | (
            {"link": self.link} if self.link else {"letter": "on its way"}
        )


def hand_out(invitation: Invitation) -> HandedOut:
    """For commands: where no mail server is set, the link; else the letter goes out."""
    if has_server():
        want_letter(invitation)
        return HandedOut(invitation.public_id, "")
    return HandedOut(invitation.public_id, link_of(draw_link(invitation)))


def link_of(words: str) -> str:
    """Where an invitation with these words is opened."""
    return str(settings.PUBLIC_URL + reverse("invitation", args=[words]))


def letter_for(invitation_id: int, organisation_id: int) -> EmailMessage | None:
    """The letter as it may go out at this moment, with a new link; None where nobody invites any more."""
    with acting_as(worker(organisation_id)):
        invitation = Invitation.objects.get(pk=invitation_id)
        is_open = invitation.ended_at is None and invitation.accepted_at is None
        if not is_open or invitation.mail != Mail.WAITING or not _inviter_is_here(invitation):
            return None
        words = draw_link(invitation)
        organisation = Organisation.objects.get(pk=organisation_id)
    with translation.override(invitation.language):
        number = f"{invitation.public_id}.{digest_of(words)[:NUMBER_LETTERS]}"
        return letter(
            invitation.email,
            gettext("You are invited"),
            _body(invitation, organisation, words),
            number=number,
        )


def note_mail(invitation_id: int, organisation_id: int, outcome: Mail, done: Callable[[], None]) -> None:
    """Remember how the letter went."""
    with acting_as(worker(organisation_id)):
        waited = Invitation.objects.filter(
            pk=invitation_id, mail=Mail.WAITING, ended_at=None, accepted_at=None
        )
        invitation = waited.first()
        if invitation is not None and waited.update(mail=outcome):
            record(f"invitation.mail_{outcome.value}", invitation.public_id)
            announce("people", organisation_id)
        done()


def give_up_mail(invitation_id: int) -> None:
    """The mail server could not be had each time: the page says so."""
    Invitation.objects.filter(pk=invitation_id, mail=Mail.WAITING, ended_at=None, accepted_at=None).update(
        mail=Mail.FAILED
    )
    announce("people", current_organisation_id())


def _inviter_is_here(invitation: Invitation) -> bool:
    inviter = invitation.made_by_id
    seats = present_seats().filter(role=Role.ADMINISTRATOR.value)
    return inviter is None or seats.filter(user_id=inviter).exists()


def _body(invitation: Invitation, organisation: Organisation, words: str) -> str:
    asked = (
        gettext(
            "%(organisation)s invites you to join them on Throughline, and to bring your organisation in."
        )
        if invitation.founds
        else gettext("%(organisation)s invites you to work with them on Throughline.")
    )
    rest = gettext(
        "This link works once, within a week:\n\n%(link)s\n\nIf you expected nothing of the kind, do nothing."
    )
    return f"{asked % {'organisation': organisation.name}}\n\n{rest % {'link': link_of(words)}}\n"
