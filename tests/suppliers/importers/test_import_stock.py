import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.core.management.base import CommandError
from django.db.models import F
from django.utils import timezone

from jobs import leases
from jobs.models import ImportRun, Job
from jobs.services import enqueue
from reference.models import FormerCommune
from search.engines import get_engine
from search.indexing import get_type
from suppliers.importers.sirene import run
from suppliers.jobs import SIRENE
from suppliers.models import Company, Establishment
from suppliers.services import apply_sirene_batch
from tests.suppliers.factories import CompanyFactory, siren, siret
from tests.suppliers.importers.conftest import Sirene
from tests.suppliers.importers.files import (
    PLACE_COLUMNS,
    UNIT_COLUMNS,
    place,
    places,
    sole_trader,
    stock,
    unit,
    units,
)

pytestmark = pytest.mark.django_db

AIX, MARSEILLE_1, PARIS_1 = "13001", "13201", "75101"


def listed() -> list[str]:
    return list(Company.objects.in_directory().order_by("siren").values_list("siren", flat=True))


def test_keeps_what_is_active_in_the_territory(sirene: Sirene, tmp_path: Path) -> None:
    closed = {"etatAdministratifEtablissement": "F"}
    answer = sirene(
        stock(
            tmp_path,
            [unit(n) for n in (1, 2, 3, 4)] + [unit(5, etatAdministratifUniteLegale="C")],
            [
                place(1, commune=AIX),
                place(2, commune=MARSEILLE_1),
                place(3, commune=PARIS_1),
                place(4, **closed),
                place(5),
            ],
        )
    )
    assert listed() == [siren(1), siren(2)]
    assert Company.objects.count() == Establishment.objects.count() == 2
    assert answer.json == {
        "run": ImportRun.objects.get().pk,
        "read": 10,
        "kept": 2,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "closed": 0,
        "masked": 0,
        "rejected": 0,
        "anomalies": {},
    }


def test_stores_the_place_in_degrees(sirene: Sirene, tmp_path: Path) -> None:
    sirene(stock(tmp_path, [unit(1)], [place(1)]))
    found = Establishment.objects.get()
    assert (found.latitude, found.longitude) == pytest.approx((43.283, 5.574), abs=0.001)
    assert found.address == "12 RUE DE LA REPUBLIQUE"


def test_second_run_changes_nothing(sirene: Sirene, tmp_path: Path) -> None:
    files = stock(
        tmp_path,
        [unit(1), sole_trader(2), unit(3, statutDiffusionUniteLegale="P")],
        [
            place(1),
            place(1, 2, commune=AIX),
            place(2, enseigne1Etablissement="CHEZ MARIE"),
            place(3, statutDiffusionEtablissement="P"),
        ],
    )
    first = sirene(files)
    written = set(Company.objects.values_list("siren", "updated_at"))
    second = sirene(files)
    assert first.json["created"] == second.json["unchanged"] == second.json["kept"] == 3
    assert second.json["created"] == second.json["updated"] == second.json["masked"] == 0
    assert set(Company.objects.values_list("siren", "updated_at")) == written


def test_dry_run_says_the_same_and_writes_nothing(sirene: Sirene, tmp_path: Path) -> None:
    files = stock(tmp_path, [unit(1), unit(2, siren="123456789")], [place(1), place(9)])
    dry = sirene(files, dry_run=True)
    assert not Company.objects.exists()
    assert not ImportRun.objects.exists()
    assert "rien n’est écrit" in dry.stderr
    assert dry.json == {**sirene(files).json, "run": None}


def test_change_of_a_place_updates_its_company_only(sirene: Sirene, tmp_path: Path) -> None:
    sirene(stock(tmp_path, [unit(1), unit(2)], [place(1), place(2)]))
    before = dict(Company.objects.values_list("siren", "updated_at"))
    answer = sirene(
        stock(tmp_path, [unit(1), unit(2)], [place(1), place(2, numeroVoieEtablissement="99")])
    )
    assert (answer.json["updated"], answer.json["unchanged"]) == (1, 1)
    assert dict(Company.objects.values_list("siren", "updated_at")) == before
    assert Establishment.objects.get(company=siren(2)).address == "99 RUE DE LA REPUBLIQUE"


def test_closed_seat_with_an_open_establishment_stays(sirene: Sirene, tmp_path: Path) -> None:
    closed = {"etatAdministratifEtablissement": "F"}
    sirene(stock(tmp_path, [unit(1)], [place(1), place(1, 2)]))
    answer = sirene(stock(tmp_path, [unit(1)], [place(1, **closed), place(1, 2)]))
    assert listed() == [siren(1)]
    assert answer.json["closed"] == 0
    assert not Establishment.objects.get(siret=siret(siren(1), 1)).is_active


@pytest.mark.parametrize(
    "left",
    [
        [place(1, etatAdministratifEtablissement="F")],
        [place(1, commune=PARIS_1)],
        [place(1, 2, commune=PARIS_1)],
    ],
)
def test_company_without_an_active_place_leaves_the_directory(
    sirene: Sirene, tmp_path: Path, left: list[dict[str, str]]
) -> None:
    others = range(2, 12)
    sirene(
        stock(
            tmp_path,
            [unit(1), *map(unit, others)],
            [place(1), *map(place, others)],
        )
    )
    answer = sirene(stock(tmp_path, [unit(1), *map(unit, others)], [*left, *map(place, others)]))
    assert answer.json["closed"] == answer.json["updated"] == 1
    assert siren(1) not in listed()
    assert Company.objects.filter(siren=siren(1), is_active=True).exists()


def test_ceased_unit_and_unit_gone_from_the_stock_leave(sirene: Sirene, tmp_path: Path) -> None:
    everyone = range(1, 21)
    sirene(stock(tmp_path, [unit(n) for n in everyone], [place(n) for n in everyone]))
    ceased = unit(1, etatAdministratifUniteLegale="C")
    answer = sirene(
        stock(tmp_path, [ceased, *map(unit, range(3, 21))], [place(n) for n in everyone])
    )
    assert answer.json["closed"] == 2
    assert answer.json["anomalies"] == {"UNIT_MISSING": 1}
    assert listed() == sorted(siren(n) for n in range(3, 21))
    assert not Company.objects.get(siren=siren(1)).is_active


def test_company_of_a_contract_elsewhere_is_kept_up_to_date(
    sirene: Sirene, tmp_path: Path
) -> None:
    CompanyFactory(siren=siren(1), in_directory=False, place=None, size="unknown")
    row = unit(1, categorieEntreprise="GE", denominationUniteLegale="GRANDE")
    sirene(stock(tmp_path, [row, unit(2)], [place(1, commune=PARIS_1), place(2)]))
    company = Company.objects.get(siren=siren(1))
    assert (company.size, company.name, company.in_directory) == ("ge", "GRANDE", False)


def test_partial_diffusion_hides_name_address_and_point(sirene: Sirene, tmp_path: Path) -> None:
    rows = [place(1, enseigne1Etablissement="CHEZ MARIE")]
    sirene(stock(tmp_path, [sole_trader(1)], rows))
    assert Company.objects.get().name == "CHEZ MARIE"
    hidden = sole_trader(1, statutDiffusionUniteLegale="P", nomUniteLegale="[ND]")
    answer = sirene(stock(tmp_path, [hidden], rows))  # the place still says too much
    company, found = Company.objects.get(), Establishment.objects.get()
    assert (answer.json["masked"], company.in_directory, company.diffusion) == (1, True, "P")
    assert (company.name, company.other_names, company.naf) == ("", "", "43.91B")
    assert (found.trade_names, found.address, found.postcode) == ("", "", "")
    assert (found.latitude, found.longitude, found.commune_id) == (None, None, "13005")


@pytest.mark.parametrize(
    "fields", [{"statutDiffusionUniteLegale": "N"}, {"unitePurgeeUniteLegale": "true"}]
)
def test_unit_withdrawn_from_sirene_is_removed_from_view(
    sirene: Sirene, tmp_path: Path, fields: dict[str, str]
) -> None:
    sirene(stock(tmp_path, [unit(1)], [place(1)]))
    sirene(stock(tmp_path, [unit(1, **fields)], [place(1)]), force=True)
    company, found = Company.objects.get(), Establishment.objects.get()
    assert (company.name, company.in_directory, found.address) == ("", False, "")
    places(tmp_path, [place(1)])
    sirene(tmp_path / "StockEtablissement_utf8.csv")  # alone, it cannot bring the unit back
    assert listed() == []


def test_sole_trader_has_the_trade_name_of_the_seat_else_a_name(
    sirene: Sirene, tmp_path: Path
) -> None:
    sirene(
        stock(
            tmp_path,
            [sole_trader(1), sole_trader(2)],
            [
                place(1, 2, enseigne1Etablissement="ANNEXE"),
                place(1, 1, denominationUsuelleEtablissement="BOUTIQUE"),
                place(2, enseigne1Etablissement="[ND]"),
            ],
        )
    )
    names = Company.objects.order_by("siren").values_list("name", flat=True)
    assert list(names) == ["BOUTIQUE", "DURAND MARIE"]


def test_former_commune_belongs_to_the_territory(sirene: Sirene, tmp_path: Path) -> None:
    FormerCommune.objects.create(code="13998", commune_id="13005")
    sirene(stock(tmp_path, [unit(1)], [place(1, commune="13998")]))
    assert Establishment.objects.get().commune_id == "13005"


def test_another_territory(sirene: Sirene, tmp_path: Path, settings) -> None:
    settings.TERRITORY = "200046977"  # Métropole de Lyon
    sirene(stock(tmp_path, [unit(1), unit(2)], [place(1, commune="69381"), place(2)]))
    assert listed() == [siren(1)]


def test_anomalies_are_named_with_line_field_and_value(sirene: Sirene, tmp_path: Path) -> None:
    wrong = siret(siren(2))[:-1] + "9"
    answer = sirene(
        stock(
            tmp_path,
            [unit(1, dateCreationUniteLegale="2001-02-31"), unit(2)],
            [place(1), place(2, siret=wrong), place(3, commune="13997")],
        )
    )
    assert answer.json["rejected"] == 1
    assert answer.json["anomalies"] == {
        "BAD_DATE": 1,
        "SIRET_CHECK": 1,
        "UNKNOWN_COMMUNE": 1,
        "UNIT_MISSING": 1,
    }
    assert f"StockEtablissement_utf8.csv, ligne 3, siret = «\u00a0{wrong}\u00a0»" in answer.stderr
    assert "ligne 2, dateCreationUniteLegale = «\u00a02001-02-31\u00a0»" in answer.stderr


def test_missing_optional_columns_are_named_once_and_empty(sirene: Sirene, tmp_path: Path) -> None:
    units(tmp_path, [unit(1)], [name for name in UNIT_COLUMNS if "NAF25" not in name])
    places(tmp_path, [place(1)], [name for name in PLACE_COLUMNS if "Lambert" not in name])
    answer = sirene(tmp_path)
    assert answer.stderr.count("activitePrincipaleNAF25UniteLegale") == 1
    assert "coordonneeLambertAbscisseEtablissement" in answer.stderr
    assert Establishment.objects.get().latitude is None


def test_semicolons_byte_order_mark_and_line_ends_do_not_matter(
    sirene: Sirene, tmp_path: Path
) -> None:
    for path in stock(tmp_path, [unit(1)], [place(1)]):
        text = path.read_text("utf-8").replace(",", ";").replace("\n", "\r\n")
        path.write_text(text, "utf-8-sig", newline="")
    assert sirene(tmp_path).json["created"] == 1


def test_zip_of_both_files(sirene: Sirene, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "sirene.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("LISEZMOI.txt", "Sirene")
        for path in stock(tmp_path / "csv", [unit(1)], [place(1)]):
            archive.write(path, path.name)
    assert sirene(tmp_path / "sirene.zip").json["created"] == 1
    assert ImportRun.objects.get().files[0]["name"] == "sirene.zip/StockUniteLegale_utf8.csv"


def test_parquet_gets_its_leading_zeros_back(sirene: Sirene, tmp_path: Path) -> None:
    first = {"siren": "005880034", "siret": siret("005880034", 12)}
    small = {"trancheEffectifsUniteLegale": "01", "categorieEntreprise": "PME"}
    stock(
        tmp_path,
        [unit(1, siren=first["siren"], **small)],
        [place(1, **first, codePostalEtablissement="04860", codeCommuneEtablissement="84089")],
    )
    for name, types in {
        "StockUniteLegale_utf8": {
            "siren": "DOUBLE",
            "trancheEffectifsUniteLegale": "INTEGER",
            "dateCreationUniteLegale": "DATE",
        },
        "StockEtablissement_utf8": {
            "siren": "BIGINT",
            "siret": "DOUBLE",
            "codePostalEtablissement": "INTEGER",
            "etablissementSiege": "BOOLEAN",
        },
    }.items():
        path = tmp_path / f"{name}.csv"
        casts = ", ".join(f'"{number}"::{kind} AS "{number}"' for number, kind in types.items())
        duckdb.sql(
            f"COPY (SELECT * REPLACE ({casts}) FROM read_csv('{path}', all_varchar = true)) "
            f"TO '{tmp_path}/{name}.parquet'"
        )
        path.unlink()
    sirene(tmp_path)
    company, found = Company.objects.get(), Establishment.objects.get()
    assert (company.siren, company.staff_bracket, company.size) == ("005880034", "01", "tpe")
    assert company.created_on == date(2001, 2, 3)
    assert (found.siret, found.postcode, found.is_seat) == (first["siret"], "04860", True)


def test_shrunken_stock_is_refused_without_force(sirene: Sirene, tmp_path: Path) -> None:
    everyone = range(1, 11)
    sirene(stock(tmp_path, [unit(n) for n in everyone], [place(n) for n in everyone]))
    fewer = range(1, 8)
    files = stock(tmp_path, [unit(n) for n in fewer], [place(n) for n in fewer])
    with pytest.raises(CommandError, match="que 7 des 10 entreprises"):
        sirene(files)
    assert len(listed()) == 10
    assert sirene(files, force=True).json["closed"] == 3


def test_stock_replaces_the_demonstration(sirene: Sirene, tmp_path: Path) -> None:
    ImportRun.objects.create(kind="demo", status="done")
    CompanyFactory.create_batch(10)
    real = 70_000_000  # far from the numbers of the factory
    answer = sirene(stock(tmp_path, [unit(real)], [place(real)]))
    assert listed() == [siren(real)]
    assert answer.json["closed"] == 10
    assert "inventées" in answer.stderr


def test_units_alone_update_the_companies_known(sirene: Sirene, tmp_path: Path) -> None:
    sirene(stock(tmp_path, [unit(1)], [place(1)]))
    answer = sirene(units(tmp_path, [unit(1, denominationUniteLegale="NEUVE"), unit(2)]))
    assert list(Company.objects.values_list("name", flat=True)) == ["NEUVE"]
    assert (answer.json["updated"], answer.json["closed"]) == (1, 0)
    assert "Sans StockEtablissement" in answer.stderr


def test_establishments_alone_update_the_companies_known(sirene: Sirene, tmp_path: Path) -> None:
    sirene(stock(tmp_path, [unit(1)], [place(1)]))
    answer = sirene(places(tmp_path, [place(1), place(1, 2), place(2)]))
    assert listed() == [siren(1)]
    assert Establishment.objects.count() == 2
    assert "Sans StockUniteLegale" in answer.stderr


def test_result_is_searchable_at_once(sirene: Sirene, tmp_path: Path) -> None:
    sirene(stock(tmp_path, [unit(1)], [place(1)]))
    assert get_engine().count(get_type("suppliers")) == 1


def test_run_is_told(sirene: Sirene, tmp_path: Path) -> None:
    answer = sirene(stock(tmp_path, [unit(1)], [place(1)]))
    run = ImportRun.objects.get()
    assert (run.kind, run.status, run.counts) == ("sirene", "done", answer.json)
    assert run.finished_at is not None


def test_import_cut_short_goes_on_at_the_next_run(
    sirene: Sirene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone = range(1, 101)
    files = stock(tmp_path, [unit(n) for n in everyone], [place(n) for n in everyone])

    def once(**batch: Any) -> None:
        if Company.objects.exists():
            raise KeyboardInterrupt
        apply_sirene_batch(**batch)

    monkeypatch.setattr(run, "apply_sirene_batch", once)
    with pytest.raises(KeyboardInterrupt):
        sirene(files)
    monkeypatch.undo()
    first = ImportRun.objects.get()
    written = Company.objects.count()
    assert (first.status, first.counts) == ("failed", {"written": written})
    answer = sirene(files)
    assert (answer.json["unchanged"], answer.json["created"]) == (written, 100 - written)
    assert len(listed()) == 100


def test_two_imports_at_once_are_refused(sirene: Sirene, tmp_path: Path) -> None:
    files = stock(tmp_path, [unit(1)], [place(1)])
    job = enqueue(SIRENE, key=f"{SIRENE}:after:0")
    assert leases.begin(job.pk, leased=False, owner="elsewhere:12")
    with pytest.raises(CommandError, match=r"déjà en cours.*elsewhere:12"):
        sirene(files)
    assert not Company.objects.exists()
    Job.objects.update(due=timezone.now())  # its process is gone
    assert sirene(files).json["created"] == 1


def test_an_import_that_another_took_over_writes_no_more(
    sirene: Sirene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone = range(1, 101)
    files = stock(tmp_path, [unit(n) for n in everyone], [place(n) for n in everyone])

    def robbed(**batch: Any) -> None:
        apply_sirene_batch(**batch)
        if Company.objects.count() > 50:
            Job.objects.update(fence=F("fence") + 1, owner="elsewhere:12")

    monkeypatch.setattr(run, "apply_sirene_batch", robbed)
    with pytest.raises(CommandError, match="déjà en cours"):
        sirene(files)
    assert Company.objects.count() == 50
    assert ImportRun.objects.get().status == "failed"


def test_a_dry_run_needs_no_job(sirene: Sirene, tmp_path: Path) -> None:
    answer = sirene(stock(tmp_path, [unit(1)], [place(1)]), dry_run=True)
    assert (answer.json["run"], answer.json["created"]) == (None, 1)
    assert not Job.objects.exists()
