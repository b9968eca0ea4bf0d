"""Forecasts in the administration: written and published by the services, never edited after."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.guards import signed_in
from jobs.admin import ReadOnlyAdmin, ReadOnlyInline
from tenders import wording
from tenders.forms.notice import NoticeForm
from tenders.models import Match, Notice, NoticeVersion, Subscription
from tenders.queries.forecasts import place_names, places_named_in
from tenders.services import forecasts
from tenders.services.forecasts import NotPossible


class VersionInline(ReadOnlyInline):
    model = NoticeVersion
    fields = ["number", "kind", "published_at", "horizon"]
    show_change_link = True


class MatchInline(ReadOnlyInline):
    model = Match
    fields = ["subscription", "reasons", "created_at"]
    readonly_fields = ["reasons"]

    @admin.display(description=gettext_lazy("raisons"))
    def reasons(self, match: Match) -> str:
        asked = [why["value"] for why in match.why if why["kind"] == "commune"]
        return wording.reason(match.why, place_names(asked))


class NoticeActionForm(ActionForm):
    """The address a consultation is launched at, beside the action that asks for it."""

    url = forms.URLField(
        label=gettext_lazy("Adresse de la consultation (pour un lancement)"),
        required=False,
        assume_scheme="https",
    )


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin):
    form = NoticeForm
    action_form = NoticeActionForm
    actions = ["publish", "withdraw", "launch"]
    list_display = ["reference", "title", "buyer", "state", "planned_year", "planned_quarter"]
    list_filter = ["state", "category", "budget_year"]
    list_select_related = ["buyer"]
    search_fields = ["=reference", "title", "buyer__name"]
    autocomplete_fields = ["buyer"]
    inlines = [VersionInline]
    readonly_fields = ["reference", "state", "launched_url"]
    fields = [
        "reference", "state", "launched_url", "buyer", "title", "description", "category", "cpv",
        "cpv_additional", "planned_year", "planned_quarter", "bracket", "communes", "budget_year",
        "social", "environmental", "reserved", "contact_service", "contact_email",
    ]  # fmt: skip

    def has_change_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or forecasts.can_be_edited(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        """A draft may go; what was published may only be withdrawn."""
        draft = obj is not None and obj.current_id is None
        return draft and super().has_delete_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Notice | None = None) -> list[str]:
        return [*self.readonly_fields, *(["buyer"] if obj and obj.current_id else [])]

    def save_model(self, request: HttpRequest, obj: Notice, form: Any, change: bool) -> None:
        saved = forecasts.save_draft(
            notice=obj if change else None,
            buyer=obj.buyer,
            fields=form.fields_to_save(),
            by=signed_in(request),
        )
        obj.pk, obj.reference = saved.pk, saved.reference

    def response_add(self, request: HttpRequest, obj: Notice, *args: Any) -> HttpResponse:
        self._publish_if_asked(request, obj)
        return super().response_add(request, obj, *args)

    def response_change(self, request: HttpRequest, obj: Notice) -> HttpResponse:
        self._publish_if_asked(request, obj)
        return super().response_change(request, obj)

    def _publish_if_asked(self, request: HttpRequest, notice: Notice) -> None:
        if "_publish" in request.POST:
            self.publish(request, Notice.objects.filter(pk=notice.pk))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        context["can_publish"] = self.has_change_permission(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.action(description=gettext_lazy("Publier la prévision"), permissions=["change"])
    def publish(self, request: HttpRequest, chosen: "QuerySet[Notice]") -> None:
        def act(notice: Notice) -> str:
            done = forecasts.publish_notice(notice=notice, by=signed_in(request))
            if not done.is_new:
                return _("déjà publiée ainsi, rien à faire")
            far = _("publiée, sur un budget au-delà de N-2\u00a0: vérifiez l’année")
            return far if done.version.is_far else _("publiée")

        self._act(request, chosen, act)

    @admin.action(description=gettext_lazy("Retirer la prévision"), permissions=["change"])
    def withdraw(self, request: HttpRequest, chosen: "QuerySet[Notice]") -> None:
        def act(notice: Notice) -> str:
            done = forecasts.withdraw_notice(notice=notice, by=signed_in(request))
            return _("retirée") if done.is_new else _("déjà retirée, rien à faire")

        self._act(request, chosen, act)

    @admin.action(
        description=gettext_lazy("Signaler la consultation lancée"), permissions=["change"]
    )
    def launch(self, request: HttpRequest, chosen: "QuerySet[Notice]") -> None:
        url = request.POST.get("url", "").strip()

        def act(notice: Notice) -> str:
            forecasts.mark_launched(notice=notice, url=url, by=signed_in(request))
            return _("consultation lancée")

        self._act(request, chosen, act)

    def _act(
        self, request: HttpRequest, chosen: "QuerySet[Notice]", act: Callable[[Notice], str]
    ) -> None:
        """Do one thing to each, and say of each what was done or why it was not."""
        for notice in chosen:
            try:
                level, said = messages.SUCCESS, [act(notice)]
            except NotPossible as error:
                level, said = messages.ERROR, [str(error)]
            except ValidationError as error:
                level, said = messages.ERROR, error.messages
            text = _("%(notice)s\u00a0: %(said)s")
            self.message_user(request, text % {"notice": notice, "said": " ".join(said)}, level)


@admin.register(NoticeVersion)
class NoticeVersionAdmin(ReadOnlyAdmin):
    list_display = ["notice", "number", "kind", "published_at"]
    list_select_related = ["notice"]
    fields = [
        "notice",
        "number",
        "kind",
        "published_at",
        "by",
        "horizon",
        "differences",
        "content",
    ]
    readonly_fields = ["differences"]
    inlines = [MatchInline]

    @admin.display(description=gettext_lazy("différences"))
    def differences(self, version: NoticeVersion) -> str:
        names = place_names(places_named_in(version))
        return "\n".join(wording.change(change, names) for change in version.changes)


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ["pk", "words", "cpv", "communes", "created_at"]
