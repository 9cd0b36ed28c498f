from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "portal.ui"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from portal.ui.session.limits import begin

        user_logged_in.connect(begin)
