"""A file is its sender's; that one came in is metadata of volume."""

from django.db import migrations

from partners.agreements.models import Category
from partners.agreements.walls import OWN_LINES, granted_partnerships
from partners.tenancy.walls import ORG, BuildWall, Rules, own


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0001_initial"),
        ("agreements", "0002_walls"),
    ]
    operations = [
        BuildWall(
            "ingestion_submission",
            Rules(
                select=f"distributor_id = {ORG} OR (state = 'committed' AND {granted_partnerships(Category.VOLUME)})",
                insert=OWN_LINES,
                update=f"distributor_id = {ORG}",
            ),
        ),
        BuildWall("ingestion_submissioncheck", own("distributor_id", delete=None)),
        BuildWall("ingestion_submissionpiece", own("distributor_id", update=None)),
        BuildWall("ingestion_quarantinedrow", own("distributor_id", update=None)),
        BuildWall("ingestion_feedmapping", own("distributor_id", insert=OWN_LINES)),
    ]
