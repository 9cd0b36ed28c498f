"""The gate: exact-match look-ups before anybody is known, through narrow functions of the database's owner.

Each function answers one question about one key and returns no more than the next step needs.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection
from django.http import HttpRequest

from partners.organisations.models import OrganisationKind, User
from partners.tenancy.actors import Actor, ActorKind, Purpose, Reach, Role


@dataclass(frozen=True)
class Seat:
    """A live membership with its organisation, as the gate reports it."""

    membership_id: int
    organisation_id: int
    organisation_public_id: str
    organisation_name: str
    kind: OrganisationKind
    currency: str
    time_zone: str
    role: Role
    reach: Reach

    def actor(self, user_id: int, purpose: Purpose = Purpose.RETENTION) -> Actor:
        """The person in this seat."""
        return Actor(ActorKind.PERSON, self.organisation_id, user_id, self.role, self.reach, purpose)


@dataclass(frozen=True)
class Known:
    """An organisation found by its slug."""

    id: int
    kind: OrganisationKind
    name: str


class GateBackend(BaseBackend):
    """Password login through the gate. Knows no permissions: those belong to seats, not to users."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        email: str | None = None,
        **_: Any,
    ) -> User | None:
        """The user with this e-mail and password, or None; an unknown e-mail takes as long as a wrong password."""
        login = username or email
        if not login or not password:
            return None
        user = find_login(login)
        if user is None:
            make_password(password)
            return None
        return user if check_password(password, user.password) else None

    def get_user(self, user_id: int) -> User | None:
        """The active user with this id, or None."""
        row = _one("SELECT * FROM gate_user(%s)", user_id)
        return None if row is None else _user(row)


def find_login(email: str) -> User | None:
    """The active login with exactly this address. Who asks must not let anybody tell from it whether there is one."""
    row = _one("SELECT * FROM gate_login(%s)", email)
    return None if row is None else _user(row)


def list_seats(user_id: int) -> list[Seat]:
    """The live memberships of a user, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM gate_seats(%s)", [user_id])
        return [
            Seat(
                seat,
                organisation,
                public_id,
                name,
                OrganisationKind(kind),
                currency,
                time_zone,
                Role(role),
                Reach(reach),
            )
            for seat, organisation, public_id, name, kind, currency, time_zone, role, reach in cursor.fetchall()
        ]


def find_organisation(slug: str) -> Known | None:
    """The organisation with exactly this slug: for commands, which name the organisation that they act for."""
    row = _one("SELECT * FROM gate_organisation(%s)", slug)
    return None if row is None else Known(row[0], OrganisationKind(row[1]), row[2])


def _one(query: str, key: str | int) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(query, [key])
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def _user(row: tuple[Any, ...]) -> User:
    user = User(id=row[0], public_id=row[1], email=row[2], name=row[3], password=row[4], is_active=True)
    user._state.adding = False
    return user
