"""Contracts in the administration: they are read, and a person decides which repeat another."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.guards import signed_in
from jobs.admin import ReadOnlyAdmin, ReadOnlyInline
from tenders.models import Contract, ContractAnomaly, ContractSource, Holder, Modification
from tenders.services.contracts import decide_duplicate


class HolderInline(ReadOnlyInline):
    model = Holder


class ModificationInline(ReadOnlyInline):
    model = Modification


class AnomalyInline(ReadOnlyInline):
    model = ContractAnomaly


class SourceInline(ReadOnlyInline):
    model = ContractSource


class RepetitionFilter(SimpleListFilter):
    title = _("doublon")
    parameter_name = "doublon"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("a-decider", _("à décider")), ("confirme", _("confirmé"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Contract]
    ) -> QuerySet[Contract] | None:
        if self.value() is None:
            return None
        confirmed = self.value() == "confirme"
        return queryset.filter(resembles__isnull=False, is_duplicate=confirmed)


@admin.register(Contract)
class ContractAdmin(ReadOnlyAdmin):
    list_display = ["uid", "buyer", "objet", "notified_on", "amount", "resembles", "is_duplicate"]
    list_select_related = ["buyer", "resembles__buyer"]
    list_filter = [RepetitionFilter, "kind"]
    search_fields = ["number", "objet", "=buyer__siret"]
    date_hierarchy = "notified_on"
    inlines = [HolderInline, ModificationInline, AnomalyInline, SourceInline]
    actions = ["confirm_duplicates", "refuse_duplicates"]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("tenders.change_contract")

    @admin.action(
        description=_("Confirmer\u00a0: ces marchés en répètent un autre"), permissions=["decide"]
    )
    def confirm_duplicates(self, request: HttpRequest, queryset: QuerySet[Contract]) -> None:
        self._decide(request, queryset, is_duplicate=True)

    @admin.action(
        description=_("Écarter\u00a0: ces marchés ne répètent rien"), permissions=["decide"]
    )
    def refuse_duplicates(self, request: HttpRequest, queryset: QuerySet[Contract]) -> None:
        self._decide(request, queryset, is_duplicate=False)

    def _decide(
        self, request: HttpRequest, queryset: QuerySet[Contract], *, is_duplicate: bool
    ) -> None:
        """Decide for those that an import suggested; leave the others as they are."""
        by = signed_in(request)
        suggested = queryset.filter(resembles__isnull=False)
        decided = "doublon confirmé" if is_duplicate else "doublon écarté"
        for contract in suggested:
            decide_duplicate(contract=contract, is_duplicate=is_duplicate, by=by)
            self.log_change(request, contract, decided)
        count = len(suggested)
        message = ngettext("%(count)d marché décidé.", "%(count)d marchés décidés.", count)
        self.message_user(request, message % {"count": count})
