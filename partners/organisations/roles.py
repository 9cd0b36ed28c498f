"""What each role permits. One table; every page, command and service asks here."""

from enum import Enum

from django.core.exceptions import PermissionDenied

from partners.tenancy.actors import ActorKind, Role, Scope
from partners.tenancy.context import current_actor


class Permission(Enum):
    """One thing that somebody may do inside their own organisation."""

    VIEW_ACCOUNTS = "view_accounts"
    VIEW_PARTNERSHIPS = "view_partnerships"
    VIEW_SUBMISSIONS = "view_submissions"
    FOLLOW_UP = "follow_up"
    SUBMIT = "submit"
    SHARE = "share"
    PROPOSE_SHARING = "propose_sharing"
    MANAGE_CATALOGUE = "manage_catalogue"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_PARTNERSHIPS = "manage_partnerships"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_CLIENTS = "manage_clients"
    SCHEDULE_REPORTS = "schedule_reports"
    ANALYSE = "analyse"
    OVERSEE_SUPPORT = "oversee_support"


# What changes only after a fresh second factor: who sees what, who belongs here, and what opens it from outside.
STEP_UP = frozenset({Permission.SHARE, Permission.MANAGE_PEOPLE, Permission.MANAGE_CLIENTS})

_LOOK = frozenset({Permission.VIEW_ACCOUNTS, Permission.VIEW_PARTNERSHIPS})
_WORK = _LOOK | {Permission.FOLLOW_UP, Permission.PROPOSE_SHARING}
_HANDLE_FILES = frozenset({Permission.VIEW_SUBMISSIONS, Permission.SUBMIT})

PERMITS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.SHARING_OFFICER: _LOOK | {Permission.SHARE, Permission.PROPOSE_SHARING},
    Role.MANAGER: _WORK
    | _HANDLE_FILES
    | {Permission.ANALYSE, Permission.MANAGE_ACCOUNTS, Permission.SCHEDULE_REPORTS},
    Role.REPRESENTATIVE: frozenset({Permission.VIEW_ACCOUNTS, Permission.FOLLOW_UP}),
    Role.FINANCE: _WORK | {Permission.VIEW_SUBMISSIONS, Permission.SCHEDULE_REPORTS},
    Role.OPERATIONS: _WORK
    | _HANDLE_FILES
    | {Permission.MANAGE_CATALOGUE, Permission.MANAGE_ACCOUNTS, Permission.SCHEDULE_REPORTS},
    Role.MARKETING: _WORK,
    Role.ANALYST: _WORK | {Permission.ANALYSE},
    Role.UPLOADER: _HANDLE_FILES,
    Role.VIEWER: _LOOK,
}

# Whoever has no role. A worker reads for its organisation and writes outcomes; it never shares, and never manages
# people. A mirror looks.
WITHOUT_ROLE = {
    ActorKind.WORKER: _LOOK | _HANDLE_FILES | {Permission.ANALYSE, Permission.MANAGE_CATALOGUE},
    ActorKind.MIRROR: _LOOK | {Permission.VIEW_SUBMISSIONS},
}

# What a partner system may do in its owner's name. It never shares, and never manages people, clients or schedules.
SCOPE_PERMITS: dict[Scope, frozenset[Permission]] = {
    Scope.ACCOUNTS_READ: _LOOK,
    Scope.SALES_READ: _LOOK,
    Scope.SIGNALS_READ: _LOOK,
    Scope.FOLLOW_UPS_READ: _LOOK,
    Scope.FOLLOW_UPS_WRITE: _LOOK | {Permission.FOLLOW_UP},
    Scope.SUBMISSIONS_READ: frozenset({Permission.VIEW_SUBMISSIONS}),
    Scope.SUBMISSIONS_WRITE: _HANDLE_FILES,
}


def can(permission: Permission) -> bool:
    """Whether the active actor may do this."""
    actor = current_actor()
    if actor.kind in WITHOUT_ROLE:
        return permission in WITHOUT_ROLE[actor.kind]
    if actor.client and not any(permission in SCOPE_PERMITS[scope] for scope in actor.client.scopes):
        return False
    return actor.role is not None and permission in PERMITS[actor.role]


def require(permission: Permission) -> None:
    """Raise `PermissionDenied` (403) unless the active actor may do this."""
    if not can(permission):
        raise PermissionDenied(f"Your role does not include '{permission.value.replace('_', ' ')}'.")
