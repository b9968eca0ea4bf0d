"""The committed files, and what they become in the database (`migrate` loaded them)."""

import csv
import json
import shutil
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import Count

from reference.apps import load_after_migrate
from reference.loading import DATA, LOADERS, DamagedReference, load_reference
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

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "data"

pytestmark = pytest.mark.django_db

TABLES = [
    *(Region, Department, Epci, Commune, FormerCommune, PostalCode, CpvCode, NafCode),
    *(LegalCategory, StaffBracket, Filiere, FiliereNaf, NutsRegion),
]


def contents():
    return {
        table: set(table.objects.values_list(*[f.attname for f in table._meta.concrete_fields]))
        for table in TABLES
    }


def load_again(name):
    ReferenceLoad.objects.filter(file=name).update(sha256="another version")
    assert list(load_reference().loaded) == [name]


def shared_rows(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is not here: the comparison with it was not run")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_migrate_loaded_every_file():
    assert set(ReferenceLoad.objects.values_list("file", flat=True)) == set(LOADERS)


@pytest.mark.parametrize(
    ("table", "count"),
    [
        (Region, 26),
        (Department, 109),
        (Epci, 1_255),
        (Commune, 34_969 + 45),
        (CpvCode, 9_454),
        (NafCode, 21 + 88 + 272 + 615 + 732),
        (StaffBracket, 16),
        (NutsRegion, 146),
        (LegalCategory, 10 + 39 + 260),
        (Filiere, 6),
    ],
)
def test_counts_are_those_of_the_publishers(table, count):
    assert table.objects.count() == count


def test_naf_has_its_five_levels():
    by_level = NafCode.objects.values_list("level").annotate(Count("pk")).order_by("level")
    assert list(by_level) == [(1, 21), (2, 88), (3, 272), (4, 615), (5, 732)]
    assert not NafCode.objects.filter(level__gt=1, parent=None).exists()


def test_arrondissements_belong_to_three_communes():
    parents = Commune.objects.arrondissements().values_list("parent__name").annotate(Count("pk"))
    assert dict(parents) == {"Marseille": 16, "Lyon": 9, "Paris": 20}


def test_coordinates_are_missing_only_where_the_sources_have_none():
    missing = Commune.objects.filter(latitude=None)
    in_a_region = missing.filter(department__region__code__regex=r"^\d\d$")
    assert in_a_region.count() == 12
    assert missing.count() == 12 + 94  # the sources leave out the overseas collectivities
    assert not Commune.objects.in_epci("200054807").filter(latitude=None).exists()
    assert not Commune.objects.arrondissements().filter(latitude=None).exists()


def test_every_commune_of_the_territory_has_a_postcode():
    assert not Commune.objects.in_epci("200054807").filter(postal_codes=None).exists()


def test_a_former_code_leads_to_a_commune_of_today():
    assert FormerCommune.objects.count() == 4_240
    assert FormerCommune.objects.get(code="01018").commune.name == "Valserhône"
    assert not FormerCommune.objects.filter(code__in=Commune.objects.values("code")).exists()


def test_staff_brackets_have_their_bounds():
    bounds = dict(StaffBracket.objects.values_list("code", "minimum"))
    assert bounds["NN"] is None
    assert bounds["00"] == 0
    assert StaffBracket.objects.get(code="53").maximum is None


def test_legal_categories_form_a_tree():
    sas = LegalCategory.objects.get(code="5710")
    assert (sas.parent_id, sas.parent.parent_id) == ("57", "5")
    assert LegalCategory.objects.filter(parent=None).count() == 10


def test_a_second_load_changes_nothing():
    before = contents()
    report = load_reference()
    assert report.loaded == {}
    assert set(report.unchanged) == set(LOADERS)
    assert load_reference(only_changed=False).loaded["communes.csv.gz"] == 35_014
    assert {table: rows for table, rows in contents().items() if table is not PostalCode} == {
        table: rows for table, rows in before.items() if table is not PostalCode
    }
    pairs = {(code, commune) for _pk, code, commune in before[PostalCode]}
    assert set(PostalCode.objects.values_list("code", "commune_id")) == pairs


def test_an_altered_row_is_repaired(altered_vocabularies):
    Commune.objects.filter(code="13055").update(name="?", folded_name="?")
    load_again("communes.csv.gz")
    assert Commune.objects.get(code="13055").folded_name == "marseille"


def test_filieres_edited_by_a_person_are_kept(altered_vocabularies):
    Filiere.objects.filter(code="sante").update(label="Santé et soin")
    FiliereNaf.objects.filter(filiere="sante").exclude(prefix="86").delete()
    FiliereNaf.objects.filter(filiere="numerique").delete()
    load_again("filieres.csv")
    assert Filiere.objects.get(code="sante").label == "Santé et soin"
    assert list(FiliereNaf.objects.filter(filiere="sante").values_list("prefix")) == [("86",)]
    assert FiliereNaf.objects.filter(filiere="numerique", prefix="62").exists()


def test_a_commune_that_merged_away_stays_outside_its_epci(altered_vocabularies):
    Commune.objects.create(code="13999", name="Ancienne", department_id="13", epci_id="200054807")
    load_again("communes.csv.gz")
    assert Commune.objects.get(code="13999").epci is None


def test_each_filiere_prefix_covers_an_activity():
    known = set(NafCode.objects.values_list("code", flat=True))
    assert set(FiliereNaf.objects.values_list("prefix", flat=True)) <= known


@pytest.mark.parametrize("damage", ["edit", "remove"])
def test_a_damaged_file_is_refused_before_anything_is_written(tmp_path, damage):
    data = shutil.copytree(DATA, tmp_path / "data")
    if damage == "edit":
        (data / "filieres.csv").write_text("code\n")
    else:
        (data / "filieres.csv").unlink()
    ReferenceLoad.objects.all().delete()
    with pytest.raises(DamagedReference, match=r"filieres\.csv"):
        load_reference(data=data)
    assert not ReferenceLoad.objects.exists()


def test_without_its_list_of_sources_nothing_is_loaded(tmp_path):
    with pytest.raises(DamagedReference, match=r"SOURCES\.json"):
        load_reference(data=tmp_path)


def test_the_command_says_when_there_is_nothing_to_do():
    said = StringIO()
    call_command("load_reference", stderr=said)
    assert "déjà à jour" in said.getvalue()


def test_the_command_names_each_file_it_loads():
    ReferenceLoad.objects.filter(file="nuts_france.csv").delete()
    said = StringIO()
    call_command("load_reference", stderr=said)
    assert said.getvalue() == "nuts_france.csv\u00a0: 146 lignes\n"


def test_the_command_fails_in_words(monkeypatch, tmp_path):
    monkeypatch.setitem(load_reference.__kwdefaults__, "data", tmp_path)
    with pytest.raises(CommandError, match=r"SOURCES\.json"):
        call_command("load_reference")


def test_nothing_is_loaded_into_the_tables_of_another_version(monkeypatch):
    class NoApps:
        def get_app_config(self, label):
            raise LookupError(label)

    ReferenceLoad.objects.all().delete()
    load_after_migrate(apps.get_app_config("reference"), using="default", apps=NoApps())
    assert not ReferenceLoad.objects.exists()
    load_after_migrate(apps.get_app_config("reference"), using="default")
    assert ReferenceLoad.objects.count() == len(LOADERS)


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_is_filled_again():
    call_command("flush", interactive=False, verbosity=0)
    assert Commune.objects.in_epci("200054807").communes_only().count() == 92


def test_the_committed_files_are_those_that_were_signed():
    script = ROOT / "scripts" / "build_reference.py"
    checked = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_each_source_names_its_package_version_and_licence():
    entries = json.loads((DATA / "SOURCES.json").read_text())
    assert {entry["file"] for entry in entries} | {"SOURCES.json"} == {
        path.name for path in DATA.iterdir()
    }
    wanted = {"file", "package", "version", "licence", "date", "rows", "sha256"}
    assert all(wanted == set(entry) and all(entry.values()) for entry in entries)


# --- against the figures given to the developers -------------------------------------------
def test_communes_agree_with_the_official_list():
    columns = ("code", "name", "department", "epci", "population", "siren")
    expected = {
        (
            *(row["code_insee"], row["nom"], row["departement"], row["epci_siren"] or None),
            *(int(row["population"]) if row["population"] else None, row["siren"]),
        )
        for row in shared_rows("geo/communes_france.csv")
    }
    assert set(Commune.objects.communes_only().values_list(*columns)) == expected


def test_coordinates_agree_with_the_official_list():
    rows = shared_rows("geo/communes_france.csv")
    expected = {(r["code_insee"], float(r["lat"]), float(r["lon"])) for r in rows if r["lat"]}
    placed = Commune.objects.communes_only().exclude(latitude=None)
    ours = set(placed.values_list("code", "latitude", "longitude"))
    assert ours <= expected
    assert {code[:3] for code, _lat, _lon in expected - ours} == {"975", "977", "978"}


def test_epci_agree_with_the_official_list():
    rows = shared_rows("geo/epci_france.csv")
    expected = {(row["siren"], row["nom"], int(row["population_municipale"])) for row in rows}
    assert set(Epci.objects.values_list("siren", "name", "population")) == expected


def test_postcodes_cover_those_of_the_territory():
    rows = shared_rows("geo/codes_postaux_amp.csv")
    expected = {(row["code_postal"], row["code_commune"]) for row in rows}
    assert expected <= set(PostalCode.objects.values_list("code", "commune_id"))


def test_cpv_agrees_with_the_official_list():
    expected = {
        (row["code"], row["parent"] or None, row["libelle_fr"], row["libelle_en"])
        for row in shared_rows("codes/cpv_2008_fr.csv")
    }
    assert set(CpvCode.objects.values_list("code", "parent", "label_fr", "label_en")) == expected


def test_naf_agrees_with_the_official_list():
    expected = {(row["code"], row["libelle"]) for row in shared_rows("codes/naf_rev2.csv")}
    ours = NafCode.objects.filter(nomenclature="NAF_REV2", level__gt=1)
    assert set(ours.values_list("code", "label")) == expected


@pytest.mark.parametrize(
    ("name", "table", "length"),
    [("categories_juridiques", LegalCategory, 4), ("tranches_effectifs", StaffBracket, 2)],
)
def test_typed_tables_have_the_official_codes(name, table, length):
    expected = {row["code"] for row in shared_rows(f"codes/{name}.csv")}
    ours = table.objects.values_list("code", flat=True)
    assert {code for code in ours if len(code) == length} == expected


def test_nuts_agrees_with_the_official_list():
    expected = {row["code"] for row in shared_rows("codes/nuts3_france.csv")}
    assert set(NutsRegion.objects.filter(level=3).values_list("code", flat=True)) == expected
