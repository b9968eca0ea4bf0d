"""The admin: *filières* can be edited; the other vocabularies come from their files."""

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from reference.models import Filiere, FiliereNaf, ReferenceLoad
from reference.naf import InvalidNaf, matching_codes, nearest, normalise_naf


class FiliereNafForm(forms.ModelForm):
    class Meta:
        model = FiliereNaf
        fields = ("nomenclature", "prefix")

    def clean(self) -> dict[str, object]:
        """Write the code as the house does; refuse one that covers no activity."""
        cleaned = super().clean() or self.cleaned_data
        prefix, nomenclature = cleaned.get("prefix", ""), cleaned.get("nomenclature", "")
        try:
            cleaned["prefix"] = normalise_naf(prefix)
        except InvalidNaf as error:
            self.add_error("prefix", str(error))
            return cleaned
        if not matching_codes(cleaned["prefix"], nomenclature):
            unknown = _("Le code %(code)s n’existe pas. Le plus proche est %(nearest)s.")
            names = {"code": prefix, "nearest": nearest(prefix, nomenclature)}
            self.add_error("prefix", unknown % names)
        return cleaned


class FiliereNafInline(admin.TabularInline):
    model = FiliereNaf
    form = FiliereNafForm
    extra = 1


@admin.register(Filiere)
class FiliereAdmin(admin.ModelAdmin):
    list_display = ("label", "code")
    inlines = (FiliereNafInline,)


@admin.register(ReferenceLoad)
class ReferenceLoadAdmin(admin.ModelAdmin):
    list_display = ("file", "version", "licence", "rows", "loaded_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
