"""The directory of suppliers; it declares its documents to the search when Django starts."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SuppliersConfig(AppConfig):
    name = "suppliers"
    verbose_name = _("Fournisseurs")

    def ready(self) -> None:
        # Models can be imported only now.
        from search.indexing import register
        from suppliers.documents import SupplierDocuments

        register(SupplierDocuments())
