from django.apps import AppConfig


class TenancyConfig(AppConfig):
    name = "partners.tenancy"
    default_auto_field = "django.db.models.BigAutoField"
