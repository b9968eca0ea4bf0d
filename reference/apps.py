"""The room of the shared vocabularies; `migrate` loads them."""

from typing import Any

from django.apps import AppConfig
from django.apps import apps as current_apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReferenceConfig(AppConfig):
    name = "reference"
    verbose_name = _("Vocabulaires")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # After `migrate` alone every page answers, so the vocabularies come with the tables.
        post_migrate.connect(load_after_migrate, sender=self)


def load_after_migrate(
    sender: AppConfig, using: str, apps: Any = current_apps, **kwargs: Any
) -> None:
    """Load what changed, unless the tables are those of another version of the models."""
    from reference.loading import load_reference  # its models exist only once apps are ready

    if _tables_are_current(sender, apps):
        load_reference(using=using)


def _tables_are_current(config: AppConfig, migrated: Any) -> bool:
    """False after `migrate reference zero` or a partial migration."""

    def columns(registry: Any) -> set[tuple[str, str]]:
        return {
            (model._meta.db_table, field.column)
            for model in registry.get_app_config(config.label).get_models()
            for field in model._meta.concrete_fields
        }

    try:
        return columns(migrated) == columns(current_apps)
    except LookupError:
        return False
