"""What a member of the staff types of a forecast, in the administration."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenders.checks import Errors, draft_errors, publication_errors
from tenders.forecast_enums import (
    BRACKETS,
    Bracket,
    PlannedEnvironmental,
    PlannedSocial,
)
from tenders.forms.fields import CommuneField, CpvField
from tenders.models import Notice
from tenders.services.forecasts import DRAFT_FIELDS

_PUBLISH = "_publish"


class NoticeForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for mypy only
    """Reads a draft; `fields_to_save` are those of `services.forecasts.save_draft`.

    Whoever presses « Enregistrer et publier » is told everything that is missing, at once.
    """

    cpv = CpvField(
        label=_("Code CPV principal"),
        help_text=_("Huit chiffres, par exemple 45261000."),
        required=False,
    )
    cpv_additional = CpvField(label=_("Autres codes CPV"), required=False)
    planned_quarter = forms.TypedChoiceField(
        label=_("Trimestre de lancement"),
        choices=[("", "---------"), *((n, f"T{n}") for n in (1, 2, 3, 4))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    bracket = forms.ChoiceField(
        label=_("Montant hors taxes"),
        choices=[("", "---------"), *Bracket.choices],
        required=False,
    )
    communes = CommuneField(
        label=_("Communes"),
        help_text=_(
            "Codes INSEE ou noms, séparés par des virgules. Vide\u00a0: tout le territoire."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    social = forms.MultipleChoiceField(
        label=_("Considérations sociales envisagées"),
        choices=PlannedSocial.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    environmental = forms.MultipleChoiceField(
        label=_("Considérations environnementales envisagées"),
        choices=PlannedEnvironmental.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Notice
        fields = (
            "buyer", "title", "description", "category", "cpv", "cpv_additional", "planned_year",
            "planned_quarter", "communes", "budget_year", "social", "environmental",
            "reserved", "contact_service", "contact_email",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("bracket", _bracket_of(self.instance))

    def clean_cpv(self) -> str:
        """Return the one main code, "" when there is none yet."""
        codes = self.cleaned_data["cpv"]
        if len(codes) > 1:
            raise forms.ValidationError(
                _("Un seul code principal\u00a0: mettez les autres à côté.")
            )
        return next(iter(codes), "")

    def full_clean(self) -> None:
        """Check what is written as the services do, on top of each field by itself."""
        super().full_clean()
        if self.is_bound:
            for name, value in _amounts(self.data.get("bracket", ""), self.instance).items():
                setattr(self.instance, name, value)
            if _PUBLISH in self.data:
                self._tell(publication_errors(self.instance, today=timezone.localdate()))
            else:
                self._tell(draft_errors(self.instance))

    def fields_to_save(self) -> dict[str, Any]:
        """Return what `save_draft` writes."""
        return {name: getattr(self.instance, name) for name in DRAFT_FIELDS}

    def _tell(self, errors: Errors) -> None:
        shown = {"value_min": "bracket", "value_max": "bracket"}
        for field, messages in errors.items():
            name = shown.get(field, field)
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, list(messages))


def _bracket_of(notice: Notice) -> str:
    """The bracket of the amounts of a notice; "" when not yet said, or of no bracket."""
    if notice.is_value_undisclosed:
        return Bracket.UNDISCLOSED
    amounts = (notice.value_min, notice.value_max)
    return next(
        (bracket for bracket, ends in BRACKETS.items() if ends == amounts and any(ends)), ""
    )


def _amounts(bracket: str, notice: Notice) -> Mapping[str, Any]:
    if bracket not in Bracket.values and not _bracket_of(notice):
        return {}  # amounts that are of no bracket stay as they are
    low, high = BRACKETS[Bracket(bracket)] if bracket in Bracket.values else (None, None)
    undisclosed = bracket == Bracket.UNDISCLOSED
    return {"value_min": low, "value_max": high, "is_value_undisclosed": undisclosed}
