"""Two aliases for one database: `default` is the application's role, `owner` the one that migrates."""

from typing import Any

OWNER = "owner"


class OwnerMigrates:
    """Tables are made through `owner` alone; rows read through either belong together."""

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Only the owner's alias."""
        return db == OWNER

    def allow_relation(self, obj1: Any, obj2: Any, **hints: Any) -> bool:
        """Always: both aliases lead to the same database."""
        return True
