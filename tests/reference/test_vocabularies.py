"""What every vocabulary has in common: how it is remembered, named and administered."""

import pytest
from django.contrib import admin

from reference.memory import forget_vocabularies, remembered
from reference.models import (
    Commune,
    CpvCode,
    Department,
    Epci,
    Filiere,
    FiliereNaf,
    FormerCommune,
    LegalCategory,
    NafCode,
    NutsRegion,
    PostalCode,
    ReferenceLoad,
    Region,
    StaffBracket,
)


def test_what_was_found_is_kept_until_it_is_forgotten():
    asked = []

    @remembered
    def look_up(code):
        asked.append(code)
        return "" if code == "empty" else code

    assert [look_up("a"), look_up("a"), look_up("b")] == ["a", "a", "b"]
    assert asked == ["a", "b"]
    forget_vocabularies()
    assert look_up("a") == "a"
    assert asked == ["a", "b", "a"]
    assert [look_up("empty"), look_up("empty")] == ["", ""]
    assert asked[3:] == ["empty", "empty"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "key", "shown"),
    [
        (Region, {"code": "93"}, "Provence-Alpes-Côte d'Azur"),
        (Department, {"code": "13"}, "Bouches-du-Rhône"),
        (Epci, {"siren": "200054807"}, "Métropole d'Aix-Marseille-Provence"),
        (Commune, {"code": "13001"}, "Aix-en-Provence"),
        (FormerCommune, {"code": "02285"}, "Escaufourt"),
        (FormerCommune, {"code": "01018"}, "01018"),
        (PostalCode, {"code": "13290", "commune": "13001"}, "13290"),
        (CpvCode, {"code": "45000000"}, "45000000 Travaux de construction"),
        (NafCode, {"code": "F"}, "F Construction"),
        (LegalCategory, {"code": "7344"}, "Métropole"),
        (StaffBracket, {"code": "11"}, "10 à 19 salariés"),
        (Filiere, {"code": "sante"}, "Santé"),
        (FiliereNaf, {"filiere": "sante", "prefix": "86"}, "86"),
        (NutsRegion, {"code": "FRL04"}, "Bouches-du-Rhône"),
        (ReferenceLoad, {"file": "communes.csv.gz"}, "communes.csv.gz"),
    ],
)
def test_each_row_is_named_as_people_name_it(table, key, shown):
    assert str(table.objects.get(**key)) == shown


def test_the_record_of_loads_is_only_read(rf):
    records, request = admin.site.get_model_admin(ReferenceLoad), rf.get("/")
    assert not records.has_add_permission(request)
    assert not records.has_change_permission(request)
    assert not records.has_delete_permission(request)
