"""Inviting people, and organisations that are not here yet; taking what an invitation offers.

An administrator invites; the letter's words are drawn when it goes out, and their digest is kept. Whoever opens the
link acts as a guest, which the walls let write what the invitation offers and nothing else. Whether an address has a
login already is told to nobody: one form asks for a password, the one that there is or the one that shall be.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.postgres.functions import TransactionNow
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, gettext

from partners.access.doors import NotFound
from partners.access.models import Invitation
from partners.access.reach import begin_reach
from partners.accounts.models import Account
from partners.agreements.models import Partnership
from partners.agreements.services import offer_partnership
from partners.audit.services import record
from partners.jobs.services import emit
from partners.organisations.clients import digest_of
from partners.organisations.login import find_login, find_organisation, list_seats
from partners.organisations.models import Membership, Organisation, OrganisationKind, User
from partners.organisations.roles import Permission, require
from partners.organisations.selectors import present_seats
from partners.organisations.services import (
    Particulars,
    PeopleError,
    check_particulars,
    found_organisation,
    lock_people,
    require_name,
    require_suitable,
)
from partners.tenancy.actors import Reach, Role, founder, guest
from partners.tenancy.context import acting_as, current_actor, current_organisation_id

GOOD_FOR = timedelta(days=7)
MOST_OPEN = 200  # letters that an organisation can have out at once
LONGEST_EMAIL = 254
LETTERS = 32  # random bytes of a link
TAIL = 3  # random bytes that tell two organisations of one name apart
LONGEST_SLUG = 50


@dataclass(frozen=True)
class Invited:
    """A live invitation as the gate reports it to whoever has its words."""

    invitation_id: int
    organisation_id: int
    organisation: str
    made_by_id: int | None
    email: str
    name: str
    role: Role
    founds: OrganisationKind | None


@dataclass(frozen=True)
class Newcomer:
    """What somebody says who takes an invitation: the password of their login, or of the one that shall be made."""

    name: str
    password: str


def invite_person(email: str, name: str, role: Role, reach: Reach) -> Invitation:
    """Ask somebody to take a seat in the acting organisation."""
    lock_people()
    require_suitable(role, reach)
    if present_seats().filter(user__email__iexact=email).exists():
        raise PeopleError(gettext("Somebody with this address has a seat here already."), "email")
    return _invite(email, name, role=role.value, reach=reach.value)


def invite_partner(email: str, name: str) -> Invitation:
    """Ask somebody to found the organisation of the other kind that is not here yet, and to meet the acting one."""
    lock_people()
    require(Permission.MANAGE_PARTNERSHIPS)
    own = Organisation.objects.get(pk=current_organisation_id())
    makes = own.kind == OrganisationKind.MANUFACTURER
    founds = OrganisationKind.DISTRIBUTOR if makes else OrganisationKind.MANUFACTURER
    return _invite(email, name, role=Role.ADMINISTRATOR.value, reach=Reach.WHOLE.value, founds=founds.value)


def open_invitations() -> QuerySet[Invitation]:
    """The acting organisation's invitations that nobody has taken, the latest first; those whose time is over too."""
    require(Permission.MANAGE_PEOPLE)
    found = Invitation.objects.filter(
        organisation_id=current_organisation_id(), accepted_at=None, ended_at=None
    )
    return found.order_by("-pk")


def get_invitation(public_id: str) -> Invitation:
    """One of them; raises `NotFound`."""
    found = open_invitations().filter(public_id=public_id).first()
    if found is None:
        raise NotFound(public_id)
    return found


def want_letter(invitation: Invitation) -> None:
    """Have its letter sent, in one's own name from now on; the link of an earlier one ends when it goes out."""
    idle = open_invitations().filter(pk=invitation.pk).exclude(mail=Invitation.Mail.WAITING)
    if idle.update(
        mail=Invitation.Mail.WAITING, made_by_id=current_actor().user_id
    ):  # of two clicks at once the first
        emit("invitation.wanted", invitation_id=invitation.pk)
        record("invitation.letter_wanted", invitation.public_id)


def take_back(invitation: Invitation) -> None:
    """Its link leads nowhere any more."""
    if open_invitations().filter(pk=invitation.pk).update(ended_at=timezone.now(), digest=""):
        record("invitation.taken_back", invitation.public_id)


def offer(invitation: Invitation, held: Partnership | Account) -> None:
    """Let a partnership or account come with the seat."""
    _hold(invitation, sorted({*invitation.held, held.pk}))


def withhold(invitation: Invitation, held: Partnership | Account) -> None:
    """Let it not come along after all."""
    _hold(invitation, [one for one in invitation.held if one != held.pk])


def draw_link(invitation: Invitation) -> str:
    """The words of its link, told this once; good for a week from now, and those before end."""
    words = secrets.token_urlsafe(LETTERS)
    drawn = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, ended_at=None)
    drawn.update(digest=digest_of(words), expires_at=timezone.now() + GOOD_FOR, tries=0)
    return words


def find_invited(words: str) -> Invited:
    """The live invitation with these words; raises `NotFound` for any other, whatever became of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM gate_invitation(%s)", [digest_of(words)])
        row = cursor.fetchone()
    if row is None:
        raise NotFound("invitation")
    invitation_id, organisation_id, organisation, made_by_id, email, name, role, founds = row
    return Invited(
        invitation_id=invitation_id,
        organisation_id=organisation_id,
        organisation=organisation,
        made_by_id=made_by_id,
        email=email,
        name=name,
        role=Role(role),
        founds=OrganisationKind(founds) if founds else None,
    )


def take_seat(words: str, newcomer: Newcomer) -> None:
    """Take the seat that is offered, with the login that there is or with a new one.

    Raises
    ------
    NotFound
        Where nothing is offered (any more).
    PeopleError
        For a name or password that does not do; ten of these end the link.
    """
    invited = find_invited(words)
    known = _require_login(invited, newcomer)
    with acting_as(guest(invited.organisation_id)):
        invitation = _lock_open(invited)
        _sit(invitation, known or _make_login(invited, newcomer))


def found_and_take(words: str, newcomer: Newcomer, particulars: Particulars) -> Organisation:
    """Found the organisation that the invitation asks for, become its administrator, and meet who invited.

    Raises as `take_seat`; its short name is made of the name, with a tail of chance where somebody has it, so that
    nobody learns by trying who is here.
    """
    invited = find_invited(words)
    particulars = check_particulars(particulars)
    known = _require_login(invited, newcomer)
    with acting_as(guest(invited.organisation_id)):
        invitation = _lock_open(invited)
        founded = _found(invited, particulars)
        with acting_as(founder(founded.pk)):
            user = known or _make_login(invited, newcomer)
            first = _invite(user.email, user.name, role=Role.ADMINISTRATOR.value, reach=Reach.WHOLE.value)
        _sit(first, user)
        with acting_as(guest(invited.organisation_id, user.pk)):
            _mark_taken(invitation, user)
            record("invitation.accepted", invitation.public_id, founded=founded.public_id)
        _meet(invited, founded)
    return founded


def _invite(email: str, name: str, *, role: str, reach: str, founds: str = "") -> Invitation:
    email, name = email.strip(), require_name(name)
    try:
        validate_email(email)
    except ValidationError as error:
        raise PeopleError(gettext("This is no e-mail address."), "email") from error
    if len(email) > LONGEST_EMAIL:
        raise PeopleError(gettext("This is no e-mail address."), "email")
    is_open = Invitation.objects.filter(
        organisation_id=current_organisation_id(), accepted_at=None, ended_at=None
    )
    if is_open.filter(email__iexact=email, founds=founds).exists():
        raise PeopleError(gettext("This address is invited already: send that letter again."), "email")
    if is_open.count() >= MOST_OPEN:
        raise PeopleError(
            gettext("%(most)s invitations are open: take some back first.") % {"most": MOST_OPEN}
        )
    invitation = Invitation.objects.create(
        email=email, name=name, role=role, reach=reach, founds=founds, language=get_language() or "en"
    )
    record("invitation.made", invitation.public_id, role=role, reach=reach, founds=founds)
    return invitation


def _hold(invitation: Invitation, held: list[int]) -> None:
    lock_people()
    if open_invitations().filter(pk=invitation.pk).update(held=held):
        record("invitation.changed", invitation.public_id, reach=invitation.reach, held=len(held))


def _require_login(invited: Invited, newcomer: Newcomer) -> User | None:
    """The login with the address, if there is one and the password is its own; None where one can be made."""
    require_name(newcomer.name, "person")
    known = find_login(invited.email)
    if known is None:
        try:
            validate_password(newcomer.password, User(email=invited.email, name=newcomer.name))
        except ValidationError as weak:
            raise PeopleError(" ".join(weak.messages), "password") from weak
    elif not check_password(newcomer.password, known.password):
        with acting_as(guest(invited.organisation_id)):
            Invitation.objects.filter(pk=invited.invitation_id).update(tries=F("tries") + 1)
        raise PeopleError(_does_not_fit(), "password")
    return known


def _make_login(invited: Invited, newcomer: Newcomer) -> User:
    user = User(
        email=invited.email, name=require_name(newcomer.name, "person"), home_id=current_organisation_id()
    )
    user.set_password(newcomer.password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as taken:  # meanwhile, or by somebody whose login is switched off
        raise PeopleError(_does_not_fit(), "password") from taken
    return user


def _does_not_fit() -> str:
    return gettext("This password does not fit the address. If you log in here already, enter that password.")


def _lock_open(invited: Invited) -> Invitation:
    """Of two who use a link at once, the second finds nothing."""
    found = Invitation.objects.select_for_update().filter(
        pk=invited.invitation_id, accepted_at=None, ended_at=None
    )
    invitation = found.first()
    if invitation is None:
        raise NotFound("invitation")
    return invitation


def _sit(invitation: Invitation, user: User) -> None:
    """The seat that is offered; whoever has one already keeps that."""
    with acting_as(guest(invitation.organisation_id, user.pk)):
        _mark_taken(invitation, user)
        place = {"organisation_id": invitation.organisation_id, "user_id": user.pk}
        if Membership.objects.filter(**place, ended_at=None).exists():
            return
        seat = Membership.objects.create(**place, role=invitation.role, reach=invitation.reach, accepted=True)
        begin_reach(user, Reach(invitation.reach), invitation.held)
        record(
            "membership.started",
            seat.public_id,
            user=user.public_id,
            role=seat.role,
            invitation=invitation.public_id,
        )


def _mark_taken(invitation: Invitation, user: User) -> None:
    """In the moment at which the transaction began: by it the walls know what belongs to this acceptance."""
    Invitation.objects.filter(pk=invitation.pk).update(
        accepted_at=TransactionNow(), accepted_by_id=user.pk, digest=""
    )


def _found(invited: Invited, particulars: Particulars) -> Organisation:
    assert invited.founds is not None, "asked only of one that founds"
    return found_organisation(
        _free_slug(particulars.name),
        invited.founds,
        particulars.name,
        country=particulars.country,
        time_zone=particulars.time_zone,
        currency=particulars.currency,
    )


def _free_slug(name: str) -> str:
    base = slugify(name)[:LONGEST_SLUG].strip("-") or "organisation"
    slug = base
    while find_organisation(slug) is not None:
        slug = f"{base}-{secrets.token_hex(TAIL)}"
    return slug


def _meet(invited: Invited, founded: Organisation) -> None:
    """The partnership for which they were invited: the inviter offers it, the newcomer answers."""
    seats = list_seats(invited.made_by_id) if invited.made_by_id is not None else []
    seat = next((one for one in seats if one.organisation_id == invited.organisation_id), None)
    if seat is None or invited.made_by_id is None:
        raise NotFound("invitation")  # whoever invited has left in this moment
    inviter = seat.actor(invited.made_by_id)
    with acting_as(inviter):
        offer_partnership(founded.slug)
