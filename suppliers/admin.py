"""Companies in the administration: SIRENE's facts are read, labels and words are written."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from suppliers.models import Company, Establishment, Label, Profile


class EstablishmentInline(admin.TabularInline):
    model = Establishment
    fields = ["siret", "is_seat", "is_active", "address", "postcode", "naf"]
    readonly_fields = ["siret", "is_seat", "is_active", "address", "postcode", "naf"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LabelInline(admin.TabularInline):
    model = Label
    extra = 0


class ProfileInline(admin.StackedInline):
    model = Profile
    extra = 0


@admin.register(Company)
class CompanyAdmin(admin.ModelAdmin):
    list_display = ["siren", "name", "naf", "size", "in_directory"]
    search_fields = ["=siren", "name"]
    list_filter = ["size", "in_directory", "diffusion"]
    show_full_result_count = False
    inlines = [LabelInline, ProfileInline, EstablishmentInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [field.name for field in Company._meta.fields]
