"""The room that composes all others."""

from typing import Any

from django.apps import AppConfig, apps
from django.core.management import call_command
from django.db.models.signals import post_migrate


class MarketplaceConfig(AppConfig):
    name = "marketplace"

    def ready(self) -> None:
        # After `migrate` alone every page answers: the database cache needs its table. Django
        # tells of no room without models, such as this one.
        post_migrate.connect(create_cache_table, sender=apps.get_app_config("jobs"))


def create_cache_table(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Create the table of the database cache, unless it is there or the cache is elsewhere."""
    call_command("createcachetable", database=using, verbosity=0)
