from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "partners.audit"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from partners.audit.services import forget_reads, write_reads
        from partners.tenancy.context import after_leaving, before_leaving

        before_leaving.append(write_reads)
        after_leaving.append(forget_reads)
