"""Mails in the administration: all is read, and what was refused can be tried again."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jobs.admin import ReadOnlyAdmin
from mailing import services
from mailing.enums import DeliveryState
from mailing.models import Consent, Delivery, Issue, Suppression


@admin.register(Issue)
class IssueAdmin(ReadOnlyAdmin):
    list_display = ["key", "kind", "created_at", "finished_at", "counts"]
    list_filter = ["kind"]
    search_fields = ["key"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Issue]:
        counts = {
            f"count_{state}": Count("deliveries", filter=Q(deliveries__state=state))
            for state in DeliveryState.values
        }
        issues: QuerySet[Issue] = super().get_queryset(request)
        return issues.annotate(**counts)

    @admin.display(description=_("courriers, par état"))
    def counts(self, issue: Any) -> str:
        found = [(state.label, getattr(issue, f"count_{state}")) for state in DeliveryState]
        return ", ".join(f"{label}\u00a0: {count}" for label, count in found if count)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["id", "issue", "address", "state", "attempts", "possible_duplicate", "sent_at"]
    list_filter = ["state", "possible_duplicate", "issue__kind"]
    list_select_related = ["issue"]
    search_fields = ["=address", "=message_id", "issue__key"]
    actions = ["try_again"]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("mailing.change_delivery")

    @admin.action(description=_("Renvoyer les courriers refusés"), permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        count = services.retry_failed(deliveries=queryset)
        message = ngettext(
            "%(count)d courrier sera renvoyé.", "%(count)d courriers seront renvoyés.", count
        )
        self.message_user(request, message % {"count": count})


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ["id", "address", "purpose", "asked_at", "confirmed_at", "withdrawn_at"]
    list_filter = ["purpose"]
    search_fields = ["=address"]


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin):
    list_display = ["digest", "reason", "created_at"]
    list_filter = ["reason"]
