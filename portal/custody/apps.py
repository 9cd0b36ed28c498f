from django.apps import AppConfig


class CustodyConfig(AppConfig):
    name = "portal.custody"
    default_auto_field = "django.db.models.BigAutoField"
