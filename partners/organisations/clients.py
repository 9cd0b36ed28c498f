"""Partner systems: how they come to be, prove themselves, and end."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext

from partners.audit.journal import note_taken_away
from partners.audit.models import TakenAway
from partners.audit.services import record
from partners.organisations.models import ApiClient, ApiCredential, Membership, User
from partners.organisations.roles import Permission, require
from partners.organisations.selectors import present_seats
from partners.tenancy.actors import Actor, ActorKind, Client, Reach, Role, Scope, Via
from partners.tenancy.context import current_organisation_id
from partners.tenancy.models import ALPHABET

LETTERS = 32  # of five random bits each
SHOWN_LETTERS = 4
LONGEST_NAME = 120
LONGEST_DAYS = 366
TOKEN_LIFE = timedelta(hours=1)
USED_EVERY = timedelta(minutes=1)  # how finely it is noted that a credential was used
BEGINNINGS = {
    ApiCredential.Kind.KEY: "tlk_",
    ApiCredential.Kind.SECRET: "tls_",
    ApiCredential.Kind.TOKEN: "tlt_",
}


class ClientError(ValueError):
    """A client that cannot be made as asked; the message says why and what to do."""


@dataclass(frozen=True)
class Identified:
    """A live credential with its client, as the gate reports it: who acts, and through what."""

    credential_id: int
    client_id: int
    actor: Actor
    time_zone: str


def make_client(
    name: str, owner: User, scopes: Collection[Scope], kind: ApiCredential.Kind, days: int
) -> tuple[ApiClient, str]:
    """A client of the acting organisation with one credential; returns the credential's words, told this once."""
    require(Permission.MANAGE_CLIENTS)
    if not name.strip() or len(name.strip()) > LONGEST_NAME:
        raise ClientError(
            gettext("Give the system a name of 1 to %(most)s characters.") % {"most": LONGEST_NAME}
        )
    if owner.pk not in {seat.user_id for seat in list_possible_owners()}:
        raise ClientError(gettext("Choose somebody of your organisation."))
    if not scopes:
        raise ClientError(gettext("Choose at least one thing that the system may do."))
    if not 1 <= days <= LONGEST_DAYS:
        raise ClientError(_lives())
    with transaction.atomic():
        client = ApiClient.objects.create(
            owner=owner, name=name.strip(), scopes=sorted(scope.value for scope in scopes)
        )
        words = draw_words(kind)
        keep_credential(client, kind, words, timedelta(days=days))
        record("client.made", client.public_id, owner=owner.public_id, scopes=client.scopes)
    return client, words


def draw_words(kind: ApiCredential.Kind) -> str:
    """The words of a new credential, with a beginning by which a leaked one is recognised."""
    return draw(BEGINNINGS[kind])


def draw(beginning: str) -> str:
    """Words that nobody can guess: 160 random bits after a beginning by which they are recognised."""
    return beginning + "".join(secrets.choice(ALPHABET) for _ in range(LETTERS))


def keep_credential(
    client: ApiClient,
    kind: ApiCredential.Kind,
    words: str,
    life: timedelta,
    scopes: Collection[str] | None = None,
) -> None:
    """Let these words open what the client may; kept as a digest. A client's expired tokens go with its next one.

    The wall lets an administrator write keys and secrets, and a client its own tokens.
    """
    now = timezone.now()
    if kind == ApiCredential.Kind.TOKEN:
        ApiCredential.objects.filter(client=client, kind=kind, expires_at__lt=now).delete()
    ApiCredential.objects.create(
        client=client,
        kind=kind,
        scopes=None if scopes is None else sorted(scopes),
        beginning=words[: len(BEGINNINGS[kind]) + SHOWN_LETTERS],
        digest=digest_of(words),
        expires_at=now + life,
    )


def end_client(public_id: str) -> None:
    """Nothing opens for it from its next call on."""
    require(Permission.MANAGE_CLIENTS)
    ended = ApiClient.objects.filter(
        public_id=public_id, organisation_id=current_organisation_id(), ended_at=None
    ).update(ended_at=timezone.now())
    if ended:
        record("client.ended", public_id)
        note_taken_away(TakenAway.Deed.CLIENT_ENDED, public_id)


def renew_client(public_id: str, days: int) -> tuple[ApiClient, str]:
    """New words of the same kind for a live client, told this once; those before open nothing any more."""
    require(Permission.MANAGE_CLIENTS)
    if not 1 <= days <= LONGEST_DAYS:
        raise ClientError(_lives())
    with transaction.atomic():
        client = (
            ApiClient.objects.select_for_update()
            .filter(public_id=public_id, organisation_id=current_organisation_id(), ended_at=None)
            .first()
        )
        if client is None:
            raise ClientError(gettext("It has ended: make another."))
        lasting = client.credentials.exclude(kind=ApiCredential.Kind.TOKEN).order_by("pk")
        kind = ApiCredential.Kind(lasting.values_list("kind", flat=True)[0])
        client.credentials.filter(ended_at=None).update(ended_at=timezone.now())
        words = draw_words(kind)
        keep_credential(client, kind, words, timedelta(days=days))
        record("client.renewed", client.public_id)
        note_taken_away(TakenAway.Deed.WORDS_ENDED, client.public_id)
    return client, words


def hand_over_clients(owner_id: int, successor: Membership) -> int:
    """Somebody's live clients act in a colleague's name from now on: how many.

    Their words end, for who leaves may know them: an administrator draws new ones.
    """
    require(Permission.MANAGE_CLIENTS)
    found = ApiClient.objects.filter(
        organisation_id=current_organisation_id(), owner_id=owner_id, ended_at=None
    )
    clients = list(found.order_by("pk").select_for_update())
    ids = [client.pk for client in clients]
    ApiCredential.objects.filter(client__in=ids, ended_at=None).update(ended_at=timezone.now())
    ApiClient.objects.filter(pk__in=ids).update(owner_id=successor.user_id)
    for client in clients:
        record("client.handed_over", client.public_id, owner=successor.user.public_id)
        note_taken_away(TakenAway.Deed.WORDS_ENDED, client.public_id)
    return len(clients)


def count_clients_by_owner() -> dict[int, int]:
    """How many live clients act in each user's name, by user id."""
    found = ApiClient.objects.filter(organisation_id=current_organisation_id(), ended_at=None)
    return dict(found.values_list("owner_id").annotate(Count("pk")))


def list_possible_owners() -> list[Membership]:
    """The people of the acting organisation, in whose name a client could act."""
    require(Permission.MANAGE_CLIENTS)
    return list(present_seats())


def list_clients() -> list[ApiClient]:
    """The acting organisation's clients with their keys and secrets of today, live ones first."""
    require(Permission.MANAGE_CLIENTS)
    found = ApiClient.objects.filter(organisation_id=current_organisation_id())
    lasting = ApiCredential.objects.filter(ended_at=None).exclude(kind=ApiCredential.Kind.TOKEN)
    found = found.prefetch_related(Prefetch("credentials", lasting.order_by("pk")))
    return sorted(found, key=lambda one: (one.ended_at is not None, -one.pk))


def identify(words: str, *kinds: ApiCredential.Kind) -> Identified | None:
    """Who acts with this credential, if it is live and of one of these kinds; asked before anybody is known.

    Live: not ended or expired, nor its client, and the owner has a seat in the client's organisation.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM gate_credential(%s)", [digest_of(words)])
        row = cursor.fetchone()
    if row is None or row[1] not in kinds:
        return None
    credential_id, _, client_id, public_id, scopes, organisation_id, user_id, role, reach, time_zone = row
    actor = Actor(
        ActorKind.PERSON,
        organisation_id,
        user_id,
        Role(role),
        Reach(reach),
        client=Client(public_id, frozenset(Scope(scope) for scope in scopes)),
        via=Via.SYSTEM,
    )
    return Identified(credential_id, client_id, actor, time_zone)


def _lives() -> str:
    return gettext("A credential lives 1 to %(most)s days; then make a new one.") % {"most": LONGEST_DAYS}


def note_use(credential_id: int, now: datetime) -> None:
    """Remember, a minute finely, that a credential was used."""
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
    ApiCredential.objects.filter(stale, pk=credential_id).update(last_used_at=now)


def digest_of(words: str) -> str:
    """By what the words of a credential or link are kept and found."""
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()
