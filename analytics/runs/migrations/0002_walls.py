"""Outcomes are seen by their audience, and a maker's only while nothing was taken away since."""

from django.db import migrations

from partners.tenancy.walls import ORG, PURPOSE, BuildWall, own

# Computed under the present epoch, or from one's own data; a sweeper sees the rest, to take it away.
CURRENT = (
    f"audience_id = {ORG} AND purpose = {PURPOSE} AND (distributor_id = {ORG} OR (SELECT app_kind()) = 'sweeper'"
    " OR (partnership_id, epoch) IN (SELECT p.id, p.epoch FROM agreements_partnership p WHERE p.state = 'active'))"
)

OWN_AUDIENCE = (
    f"audience_id = {ORG} AND purpose = {PURPOSE} AND (partnership_id, distributor_id) IN"
    " (SELECT p.id, p.distributor_id FROM agreements_partnership p)"
)


class Migration(migrations.Migration):
    dependencies = [
        ("runs", "0001_initial"),
        ("agreements", "0002_walls"),
    ]
    operations = [
        BuildWall(f"runs_{table}", own("audience_id", select=CURRENT, insert=OWN_AUDIENCE, update=CURRENT))
        for table in ("analysisrun", "volumefact", "moneyfact", "standing", "standingmoney", "finding")
    ]
