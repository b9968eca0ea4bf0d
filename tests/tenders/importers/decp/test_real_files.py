"""Real and official files, of which the project carries none."""

from pathlib import Path

import pytest
from django.core.management.base import CommandError

from tests.tenders.importers.decp.conftest import Decp

FOLDER = Path(__file__).resolve().parents[5] / "shared" / "data" / "decp"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the real files (../shared) are not here"),
]
FILES = {
    "v1_aife_2019-04.json.zip": (4_278, 0, 219, 33),
    "v1_marches-publics.info_2019-03.json.zip": (4_507, 0, 2, 0),
    "v1_reduced_decp_2019.json": (15, 0, 0, 0),
    "v2_eclaireur_raw.json": (20, 0, 0, 0),
    "v2_exemple_Contrat-concession-modification.xml": (1, 0, 1, 0),
    "v2_exemple_Contrat-concession.xml": (1, 0, 1, 0),
    "v2_exemple_Marche.xml": (1, 0, 1, 0),
    "v2_exemple_concessions.json": (2, 0, 0, 0),
    "v2_exemple_concessions_avec_modifications.json": (2, 0, 0, 0),
    "v2_exemple_marches_avec_modifications.json": (2, 0, 0, 0),
    "v2_exemple_marches_concessions.json": (4, 0, 0, 0),
}


@pytest.mark.parametrize("name", FILES)
def test_every_file_comes_in_and_changes_nothing_again(decp: Decp, name: str) -> None:
    first = decp(FOLDER / name)
    assert first.counts == FILES[name]
    again = decp(FOLDER / name)
    assert again.counts == (0, 0, sum(FILES[name]) - FILES[name][3], FILES[name][3])
    assert again.json["anomalies"] == first.json["anomalies"]


def test_no_file_was_forgotten() -> None:
    assert {path.name for path in FOLDER.glob("v[12]_*")} == set(FILES)


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("schema_decp_v2.0.4.json", "pas de clé"),
        ("schema_decp_v2.0.2.xsd", "sa racine est <schema>"),
        ("tabulaire_2024S2_travaux_cpv4521.csv", "versions tabulaires"),
        ("rouages_dep13_2026.csv", "versions tabulaires"),
    ],
)
def test_files_of_another_kind_are_refused(decp: Decp, name: str, match: str) -> None:
    with pytest.raises(CommandError, match=match):
        decp(FOLDER / name)
