from django.apps import AppConfig


class IngestionConfig(AppConfig):
    name = "integrations.ingestion"
    default_auto_field = "django.db.models.BigAutoField"
