"""Work in the administration: it is read, and what was given up can be tried again."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jobs import leases
from jobs.models import ImportRun, Job


class ReadOnly:
    """What only the product writes: a page of the administration, or a part of one."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, admin.ModelAdmin):
    show_full_result_count = False


class ReadOnlyInline(ReadOnly, admin.TabularInline):
    extra = 0


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["id", "key", "state", "done", "total", "attempts", "due", "created_at"]
    list_filter = ["state", "name"]
    search_fields = ["key"]
    actions = ["try_again"]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("jobs.change_job")

    @admin.action(description=_("Reprendre les travaux choisis"), permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Job]) -> None:
        count = sum(leases.retry(pk) for pk in queryset.values_list("pk", flat=True))
        message = ngettext("%(count)d travail repris.", "%(count)d travaux repris.", count)
        self.message_user(request, message % {"count": count})


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "kind", "status", "note", "finished_at"]
    list_filter = ["kind", "status"]
