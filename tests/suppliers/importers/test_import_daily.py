from pathlib import Path

import pytest
from django.core.management.base import CommandError

from suppliers.models import Company, Establishment
from tests.suppliers.factories import siren
from tests.suppliers.importers.conftest import Sirene
from tests.suppliers.importers.files import daily, event, place, stock, unit

pytestmark = pytest.mark.django_db

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "sirene"
LATER = {"DATEMAJ": "2017-01-20T18:00:00"}


def listed() -> list[str]:
    return list(Company.objects.in_directory().order_by("siren").values_list("siren", flat=True))


def test_keeps_the_territory_and_reads_latin_1(sirene: Sirene, tmp_path: Path) -> None:
    answer = sirene(daily(tmp_path / "jour.csv", [event(1), event(2, insee="13004")]))
    assert listed() == [siren(1)]  # 13004 is Arles
    assert Company.objects.get().name == "SOCIETE D'ÉTÉ 1"
    assert (answer.json["read"], answer.json["kept"], answer.json["created"]) == (2, 1, 1)


def test_events_apply_in_the_order_of_their_dates(sirene: Sirene, tmp_path: Path) -> None:
    rows = [
        event(1, "F", NOMEN_LONG="NOUVEAU NOM", **LATER),
        event(1, "I", NOMEN_LONG="ANCIEN NOM", **LATER),
        event(1, "C", NOMEN_LONG="PREMIER NOM"),
        event(2, "C"),
        event(2, "E", **LATER),
    ]
    sirene(daily(tmp_path / "sirc_a.csv", rows[:2]), daily(tmp_path / "sirc_b.csv", rows[2:]))
    assert list(Company.objects.values_list("name", flat=True)) == ["NOUVEAU NOM"]


def test_move_keeps_the_company(sirene: Sirene, tmp_path: Path) -> None:
    sirene(daily(tmp_path / "a.csv", [event(1, nic=1)]))
    answer = sirene(
        daily(tmp_path / "b.csv", [event(1, "E", nic=1, EVE="STS"), event(1, "C", nic=2)])
    )
    assert listed() == [siren(1)]
    assert (answer.json["updated"], answer.json["closed"]) == (1, 0)
    states = Establishment.objects.order_by("siret").values_list("is_active", flat=True)
    assert list(states) == [False, True]


def test_end_of_the_only_establishment_closes(sirene: Sirene, tmp_path: Path) -> None:
    sirene(daily(tmp_path / "a.csv", [event(1)]))
    answer = sirene(daily(tmp_path / "b.csv", [event(1, "E", EVE="SU")]))
    assert answer.json["closed"] == 1
    assert not Company.objects.get().is_active


def test_exit_from_diffusion_masks(sirene: Sirene, tmp_path: Path) -> None:
    sirene(daily(tmp_path / "a.csv", [event(1)]))
    answer = sirene(daily(tmp_path / "b.csv", [event(1, "O")]))
    assert (answer.json["masked"], answer.json["closed"]) == (1, 1)
    assert Company.objects.get().name == Establishment.objects.get().address == ""


def test_silence_of_a_daily_file_closes_nobody(sirene: Sirene, tmp_path: Path) -> None:
    sirene(stock(tmp_path / "stock", [unit(1)], [place(1)]))
    sirene(daily(tmp_path / "a.csv", [event(2)]))
    assert listed() == [siren(1), siren(2)]


def test_stock_and_daily_files_do_not_mix(sirene: Sirene, tmp_path: Path) -> None:
    stock(tmp_path, [unit(1)], [place(1)])
    daily(tmp_path / "sirc.csv", [event(1)])
    with pytest.raises(CommandError, match="d’abord le stock"):
        sirene(tmp_path)


def test_line_cut_short_is_refused(sirene: Sirene, tmp_path: Path) -> None:
    path = daily(tmp_path / "sirc.csv", [event(1), event(2)])
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(CommandError, match=r"La ligne 3 de « sirc\.csv »"):
        sirene(path)
    assert not Company.objects.exists()


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files of ../shared are not here")
def test_real_files_of_2017(sirene: Sirene) -> None:
    files = sorted(REAL.glob("sirc_2017*.csv"))
    first = sirene(files)
    assert (first.json["read"], first.json["kept"], first.json["rejected"]) == (890, 444, 0)
    garage = Company.objects.get(siren="057818791")
    assert garage.name == "FERRARA CIE FOURNITURES AUTOS"
    assert garage.establishments.get().commune.name == "Gréasque"
    second = sirene(REAL)  # the folder: its other file is told and left alone
    assert (second.json["created"], second.json["updated"]) == (0, 0)
    assert "etablissements_titulaires_2022.csv" in second.stderr
