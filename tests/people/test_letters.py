"""The letter that invites: on its way with the change, with a link of its own, and nothing that a name could forge."""

import re

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from partners.access.invitations import invite_person, want_letter
from partners.access.models import Invitation
from partners.jobs.models import OutboxEvent
from partners.organisations.models import Organisation
from partners.organisations.services import end_seat, seat_new_user
from partners.tenancy.actors import Reach, Role, founder
from partners.tenancy.context import acting_as
from portal.mail import deliver
from portal.people.letters import give_up_mail, letter_for, note_mail
from tests.people.conftest import LENA, Desk, answer
from tests.world import World

Mail = Invitation.Mail
LINK = re.compile(r"http://localhost:8000(/invitations/[\w-]{43}/)")


def wanted(desk: Desk, email: str = LENA) -> Invitation:
    invitation = desk.invite(email)
    with acting_as(desk.world.actor(desk.admin)):
        want_letter(invitation)
    return desk.fresh(invitation)


def post(invitation: Invitation) -> Mail:
    """What the task does."""
    letter = letter_for(invitation.pk, invitation.organisation_id)
    outcome = Mail.NONE if letter is None else Mail.SENT if deliver(letter) else Mail.REFUSED
    note_mail(invitation.pk, invitation.organisation_id, outcome, lambda: None)
    return outcome


def test_it_leads_in_and_the_record_does_not_know_its_words(desk: Desk) -> None:
    invitation = wanted(desk)
    assert post(invitation) == Mail.SENT
    (letter,) = mail.outbox
    assert letter.to == [LENA]
    assert "Northwest invites you" in letter.body
    found = LINK.search(letter.body)
    assert found
    assert Client().post(found[1], answer()).status_code == 302
    kept = desk.fresh(invitation)
    assert (kept.mail, kept.digest, kept.accepted_at is not None) == (Mail.SENT, "", True)
    with acting_as(desk.world.actor("northwest-admin")):
        for event in OutboxEvent.objects.filter(kind="invitation.wanted"):
            assert event.payload == {"invitation_id": invitation.pk}


def test_a_later_letter_ends_the_link_of_the_one_before(desk: Desk) -> None:
    invitation = wanted(desk)
    post(invitation)
    with acting_as(desk.world.actor("northwest-admin")):
        want_letter(invitation)
        want_letter(invitation)  # a second click
        assert OutboxEvent.objects.filter(kind="invitation.wanted").count() == 2
    post(invitation)
    assert post(invitation) == Mail.NONE  # the task once more
    first, second = (LINK.search(letter.body)[1] for letter in mail.outbox)  # type: ignore[index]
    assert [Client().get(link).status_code for link in (first, second)] == [404, 200]
    assert len({letter.extra_headers["Message-ID"] for letter in mail.outbox}) == 2


def test_names_forge_no_header_and_are_written_as_they_are(desk: Desk) -> None:
    with acting_as(desk.world.actor("northwest-admin")):
        Organisation.objects.filter(pk=desk.world.orgs["northwest"].pk).update(
            name="<b>North</b>\r\nBcc: all@x.example"
        )
    post(wanted(desk))
    (letter,) = mail.outbox
    assert "<b>North</b>" in letter.body
    head = letter.message().as_string().partition("\n\n")[0]
    assert "Bcc" not in head
    assert letter.recipients() == [LENA]


def test_nobody_s_letter_goes_out_any_more(desk: Desk, world: World) -> None:
    invitation = wanted(desk)
    with acting_as(founder(world.orgs["northwest"].pk)):
        seat_new_user("second@northwest.example", "Second", None, Role.ADMINISTRATOR)
        end_seat(world.seats["northwest-admin"])
    assert post(invitation) == Mail.NONE
    assert mail.outbox == []


def test_a_server_that_is_not_there_costs_the_letter_and_is_said(desk: Desk, settings: Settings) -> None:
    invitation = wanted(desk)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", 1, False
    with pytest.raises(OSError, match="refused"):
        post(invitation)
    with acting_as(desk.world.worker("northwest")):
        give_up_mail(invitation.pk)
    assert desk.fresh(invitation).mail == Mail.FAILED


def test_it_is_written_in_the_language_of_who_asked(desk: Desk) -> None:
    from django.utils import translation

    with translation.override("de"), acting_as(desk.world.actor("northwest-admin")):
        assert invite_person(LENA, "Lena", Role.VIEWER, Reach.WHOLE).language == "de"
