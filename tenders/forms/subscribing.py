"""What a company types to receive forecasts."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenders import words
from tenders.forecast_enums import Horizon
from tenders.forms.fields import CommuneField, CpvPrefixField

_MOST_LINES = 30
_MOST_LETTERS = 100


class SubscriptionForm(forms.Form):
    """Valid data are the arguments of `services.subscriptions.subscribe`."""

    address = forms.EmailField(
        label=gettext_lazy("Votre adresse de courriel"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    words = forms.CharField(
        label=gettext_lazy("Vos métiers, avec vos mots"),
        help_text=gettext_lazy("Un métier par ligne\u00a0: couverture, taille d’arbres…"),
        required=False,
        max_length=3_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    cpv = CpvPrefixField(
        label=gettext_lazy("Ou leurs codes CPV"),
        help_text=gettext_lazy("Un code ou son début\u00a0: 45261 pour la couverture."),
        required=False,
        max_length=1_000,
    )
    communes = CommuneField(
        label=gettext_lazy("Communes où vous travaillez"),
        help_text=gettext_lazy("Séparées par des virgules. Vide\u00a0: tout le territoire."),
        required=False,
        max_length=3_000,
    )
    horizons = forms.MultipleChoiceField(
        label=gettext_lazy("Pour quel budget"),
        help_text=gettext_lazy("Aucun choix\u00a0: tous."),
        required=False,
        choices=Horizon.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_words(self) -> list[str]:
        """Return one expression a line, each of which says something of a trade."""
        text = self.cleaned_data["words"].replace(",", "\n").replace(";", "\n")
        lines = list(dict.fromkeys(line for raw in text.splitlines() if (line := raw.strip())))
        if len(lines) > _MOST_LINES:
            raise ValidationError(_("%(most)d métiers au plus.") % {"most": _MOST_LINES})
        if wrong := [message for line in lines if (message := _wrong(line))]:
            raise ValidationError(wrong)
        return lines


def _wrong(line: str) -> str:
    """What keeps a line from being followed ("" = nothing)."""
    if len(line) > _MOST_LETTERS:
        return _("«\u00a0%(line)s…\u00a0» est trop long\u00a0: gardez les mots utiles.") % {
            "line": line[:30]
        }
    asked, place = words.understood(line)
    if place:
        return _(
            "«\u00a0%(line)s\u00a0»\u00a0: écrivez le lieu (%(place)s) dans le champ des communes."
        ) % {"line": line, "place": place.name}
    if not asked:
        return _("«\u00a0%(line)s\u00a0» ne dit pas de métier.") % {"line": line}
    return ""
