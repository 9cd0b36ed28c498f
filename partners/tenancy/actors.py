"""Who acts. Every read and write happens under exactly one actor, for exactly one organisation and purpose."""

from dataclasses import dataclass, replace
from enum import Enum, IntFlag


class ActorKind(Enum):
    """The rows of the table 'Who acts' in the sharing rules."""

    PERSON = "person"
    WORKER = "worker"
    RELAY = "relay"
    FOUNDER = "founder"
    SWEEPER = "sweeper"
    ERASER = "eraser"
    MIRROR = "mirror"
    GUEST = "guest"
    VISITOR = "visitor"
    SUPPORT = "support"
    REPLAYER = "replayer"
    NOBODY = "nobody"


class Purpose(IntFlag):
    """Why data is read. A page or task declares one; a grant covers those that it names. Stored as a bit mask."""

    RETENTION = 1
    PLANNING = 2
    BENCHMARKING = 4
    CAMPAIGNS = 8
    REGISTRATION = 16


ALL_PURPOSES = Purpose(sum(Purpose))


class Via(Enum):
    """By what way somebody reads: what an owner's access log says of it."""

    PAGE = "page"
    SYSTEM = "system"
    REPORT = "report"
    MACHINE = "machine"
    SUPPORT = "support"


class Role(Enum):
    """What somebody may do inside an organisation; `partners.access` holds what each role permits."""

    ADMINISTRATOR = "administrator"
    SHARING_OFFICER = "sharing_officer"
    MANAGER = "manager"
    REPRESENTATIVE = "representative"
    FINANCE = "finance"
    OPERATIONS = "operations"
    MARKETING = "marketing"
    ANALYST = "analyst"
    UPLOADER = "uploader"
    VIEWER = "viewer"


class Reach(Enum):
    """On what somebody may do it. WHOLE is the organisation; the others are held as guardian permissions."""

    WHOLE = "whole"
    PARTNERSHIPS = "partnerships"
    ACCOUNTS = "accounts"


class Scope(Enum):
    """What a partner system may do in its owner's name; `partners.organisations.roles` holds what each permits."""

    ACCOUNTS_READ = "accounts:read"
    SALES_READ = "sales:read"
    SIGNALS_READ = "signals:read"
    FOLLOW_UPS_READ = "follow_ups:read"
    FOLLOW_UPS_WRITE = "follow_ups:write"
    SUBMISSIONS_READ = "submissions:read"
    SUBMISSIONS_WRITE = "submissions:write"


@dataclass(frozen=True, slots=True)
class Client:
    """The partner system through which a person acts: its public id, and what it was let to do."""

    public_id: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Actor:
    """One person or machine, in ONE organisation, for one purpose.

    `role` is None for machines: a worker reads for its whole organisation and writes only outcomes. `mirrored_id`
    is the distributor that looks through a manufacturer's eyes, and whose rows alone a mirror shows. `client` is the
    partner system that acts in the person's name: it can do what the person can, as far as its scopes go. `support`
    is the public id of the access under which the installation's keepers look at an organisation.
    """

    kind: ActorKind
    organisation_id: int | None
    user_id: int | None = None
    role: Role | None = None
    reach: Reach = Reach.WHOLE
    purpose: Purpose = Purpose.RETENTION
    mirrored_id: int | None = None
    client: Client | None = None
    via: Via = Via.PAGE
    support: str = ""

    def for_purpose(self, purpose: Purpose) -> "Actor":
        """The same actor, reading for another purpose."""
        return replace(self, purpose=purpose)

    def by_way_of(self, via: Via) -> "Actor":
        """The same actor, reading by another way."""
        return replace(self, via=via)


def worker(organisation_id: int, purpose: Purpose = Purpose.RETENTION) -> Actor:
    """A task that acts for a named organisation, never as 'system'."""
    return Actor(ActorKind.WORKER, organisation_id, purpose=purpose, via=Via.MACHINE)


def founder(organisation_id: int) -> Actor:
    """Set-up: writes the rows of an organisation that does not exist yet, under the id it is about to have."""
    return Actor(ActorKind.FOUNDER, organisation_id, role=Role.ADMINISTRATOR)


def sweeper(organisation_id: int) -> Actor:
    """Takes away outcomes that may no longer be seen, by anybody, so that new ones can take their place."""
    return Actor(ActorKind.SWEEPER, organisation_id)


def eraser(organisation_id: int) -> Actor:
    """Destroys this organisation's data, and what was made of it for anybody, once somebody with the right asked."""
    return Actor(ActorKind.ERASER, organisation_id)


def mirror(manufacturer_id: int, distributor_id: int) -> Actor:
    """What this manufacturer sees of this distributor, and nothing else: reads only, as nobody in particular."""
    return Actor(ActorKind.MIRROR, manufacturer_id, mirrored_id=distributor_id)


def guest(organisation_id: int, user_id: int | None = None) -> Actor:
    """Somebody who opened an invitation of this organisation: may take what it offers, in that transaction."""
    return Actor(ActorKind.GUEST, organisation_id, user_id)


def visitor(user_id: int) -> Actor:
    """Somebody whose name is known and who is not let in yet: sees their own login, and no organisation."""
    return Actor(ActorKind.VISITOR, None, user_id)


def supporter(organisation_id: int, access: str) -> Actor:
    """The installation's keepers, let into one organisation for an hour: look as a viewer does, and write nothing."""
    return Actor(ActorKind.SUPPORT, organisation_id, role=Role.VIEWER, via=Via.SUPPORT, support=access)


def replayer(organisation_id: int) -> Actor:
    """Takes away again what this organisation took away after the backup that was restored; nobody in particular."""
    return Actor(ActorKind.REPLAYER, organisation_id, role=Role.ADMINISTRATOR)


RELAY = Actor(ActorKind.RELAY, organisation_id=None)
