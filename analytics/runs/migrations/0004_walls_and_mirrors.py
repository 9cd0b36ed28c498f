"""The new outcomes get their walls, and all of them their mirrors: not what rests on the maker's own cost."""

from importlib import import_module

from django.db import migrations

from partners.tenancy.walls import MIRRORED, BuildWall, HangMirror, own

first = import_module("analytics.runs.migrations.0002_walls")

NEW = ("costfact", "standingprofit", "rung", "seasonfactor", "movement")
SHOWN = (
    "analysisrun",
    "volumefact",
    "moneyfact",
    "standing",
    "standingmoney",
    "rung",
    "seasonfactor",
    "movement",
    "finding",
)
HIDDEN = ("costfact", "standingprofit")


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0003_ladder"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        *(
            BuildWall(
                f"runs_{table}",
                own("audience_id", select=first.CURRENT, insert=first.OWN_AUDIENCE, update=first.CURRENT),
            )
            for table in NEW
        ),
        *(HangMirror(f"runs_{table}", f"distributor_id = {MIRRORED}") for table in SHOWN),
        *(HangMirror(f"runs_{table}", "false") for table in HIDDEN),
    ]
