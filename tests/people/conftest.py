"""Somebody is invited, and opens the letter."""

from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from partners.access.invitations import draw_link, invite_person
from partners.access.models import Invitation
from partners.organisations.models import Membership
from partners.tenancy.actors import Reach, Role
from partners.tenancy.context import acting_as
from tests.world import World

NEW = "a longer sentence of my own"
LENA = "lena@northwest.example"


@dataclass
class Desk:
    """An administrator's, and what lies on it."""

    world: World
    admin: str = "northwest-admin"

    def invite(
        self, email: str = LENA, role: Role = Role.VIEWER, reach: Reach = Reach.WHOLE, name: str = "Lena"
    ) -> Invitation:
        with acting_as(self.world.actor(self.admin)):
            return invite_person(email, name, role, reach)

    def link(self, invitation: Invitation) -> str:
        """Where its letter leads."""
        with acting_as(self.world.actor(self.admin)):
            return reverse("invitation", args=[draw_link(invitation)])

    def seats(self, email: str = LENA) -> list[Membership]:
        """Those with this address here, live and ended."""
        with acting_as(self.world.actor(self.admin)):
            found = Membership.objects.filter(user__email=email).select_related("user")
            return list(found.filter(organisation_id=self.world.orgs[self.slug].pk).order_by("pk"))

    def fresh(self, invitation: Invitation) -> Invitation:
        with acting_as(self.world.actor(self.admin)):
            return Invitation.objects.get(pk=invitation.pk)

    @property
    def slug(self) -> str:
        return self.admin.removesuffix("-admin")


def answer(name: str = "Lena Berg", password: str = NEW, **more: str) -> dict[str, str]:
    """What the form sends."""
    return {"person": name, "password": password, "again": password, **more}


def log_in(email: str, password: str) -> Client | None:
    client = Client()
    return client if client.login(username=email, password=password) else None


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)
