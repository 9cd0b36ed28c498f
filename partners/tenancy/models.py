"""The base of every organisation-owned table: a manager that raises, and ids that tell nothing."""

import secrets
from typing import Any, ClassVar, Self, TypeVar

from django.db import models
from django.db.models import Func

from partners.tenancy.context import current_actor

ModelT = TypeVar("ModelT", bound=models.Model)
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: nothing that reads as something else


class ScopedManager(models.Manager[ModelT]):
    """Raises `NoActorError` unless somebody is acting; what they see is decided by the table's wall."""

    def get_queryset(self) -> models.QuerySet[ModelT]:
        current_actor()
        return super().get_queryset()


class WalledModel(models.Model):
    """A table behind a wall (`partners.tenancy.walls`)."""

    objects: ClassVar[ScopedManager[Self]] = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"
        default_permissions = ()  # rights come from roles and reach, not from model permissions


def new_public_id(prefix: str) -> str:
    """An opaque id such as `acc_7f3k…`: 100 random bits, so that it says nothing about how many there are."""
    return f"{prefix}_" + "".join(secrets.choice(ALPHABET) for _ in range(20))


class PublicIdField(models.CharField):  # type: ignore[type-arg]  # not subscriptable at run time
    """The id that pages, links and clients see; the row's integer id is never shown."""

    def __init__(self, *args: Any, prefix: str, **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs.update(max_length=40, unique=True, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        for given in ("max_length", "unique", "editable"):
            kwargs.pop(given, None)
        return name, path, args, {**kwargs, "prefix": self.prefix}

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        if not getattr(instance, self.attname):
            setattr(instance, self.attname, new_public_id(self.prefix))
        return getattr(instance, self.attname)


class ActingOrganisation(Func):
    """The database's own idea of who is acting, as a column default."""

    function = "app_org"
    output_field = models.BigIntegerField()
    arity = 0


class ActingPurpose(Func):
    """The purpose for which the database is being read, as a column default."""

    function = "app_purpose"
    output_field = models.PositiveSmallIntegerField()
    arity = 0


class ActingUser(Func):
    """The database's own idea of which person is acting, as a column default."""

    function = "app_user"
    output_field = models.BigIntegerField()
    arity = 0
