"""Which records are one contract, and what a later file changes."""

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.utils import timezone

from accounts.models import Buyer
from jobs.models import ImportRun, Job
from suppliers.models import Company, Establishment
from tenders.enums import Social
from tenders.models import Contract, ContractAnomaly
from tests.suppliers.factories import CompanyFactory, siren
from tests.tenders.importers.decp.conftest import Decp
from tests.tenders.importers.decp.files import (
    BUYER,
    NO_SOCIAL,
    concession,
    holder,
    marche,
    v1,
    write,
    write_flat,
    zipped,
)

pytestmark = pytest.mark.django_db


def keys() -> list[tuple[str, int]]:
    return list(
        Contract.objects.order_by("number", "discriminator").values_list("number", "discriminator")
    )


def sources(contract: Contract) -> list[str]:
    return list(contract.sources.order_by("name").values_list("name", flat=True))


def test_an_import_is_told_whole(decp: Decp, tmp_path: Path) -> None:
    file = write(tmp_path / "f.json", [marche(), marche("", objet="x"), 3], [concession()])
    answer = decp(file, note="essai")
    run = ImportRun.objects.get()
    assert answer.json == {
        "run": run.pk, "read": 4, "created": 2, "updated": 0, "unchanged": 0, "rejected": 2,
        "anomalies": {"NOT_AN_OBJECT": 1, "NO_ID": 1},
    }  # fmt: skip
    assert (run.kind, run.status, run.note, run.files[0]["name"]) == (
        "decp",
        "done",
        "essai",
        "f.json",
    )
    assert {"run": run.pk, **run.counts} == answer.json
    assert "f.json, contrat 2" in answer.stderr
    assert {c.run_id for c in Contract.objects.all()} == {run.pk}


def test_the_second_run_of_a_file_changes_nothing(decp: Decp, tmp_path: Path) -> None:
    file = write(
        tmp_path / "f.json",
        [
            marche(),
            marche(objet="Autre lot", holders=[holder(2), holder(3)]),
            marche("2025C03", modifications=[{"id": 1, "montant": 5_000.5}], origineUE=0.25),
            marche("2025C04", montant=None, dateNotification="2925-01-01", social=["Autre"]),
        ],
        [concession()],
    )
    assert decp(file).counts == (5, 0, 0, 0)
    before = list(Contract.objects.order_by("pk").values())
    anomalies = ContractAnomaly.objects.count()
    again = decp(file)
    assert again.counts == (0, 0, 5, 0)
    assert list(Contract.objects.order_by("pk").values()) == before
    assert ContractAnomaly.objects.count() == anomalies
    assert ImportRun.objects.filter(status="done").count() == 2
    assert not list((tmp_path / "var" / "imports").iterdir())


def test_a_dry_run_says_the_same_and_writes_nothing(decp: Decp, tmp_path: Path) -> None:
    file = write(tmp_path / "f.json", [marche(), marche(objet="Autre"), marche("", objet="")])
    dry = decp(file, dry_run=True)
    assert not Contract.objects.exists()
    assert not ImportRun.objects.exists()
    assert not Job.objects.exists()
    assert not Buyer.objects.exists()
    assert not list((tmp_path / "var" / "imports").iterdir())
    assert dry.json == {**decp(file).json, "run": None}


def test_records_that_agree_are_one_contract(decp: Decp, tmp_path: Path) -> None:
    later = marche(
        montant=100_000.00, datePublicationDonnees="2025-03-01", social=[NO_SOCIAL],
        dateNotification="2025-02-03T10:00:00+01:00", objet="Travaux  2025C01 ",
        modifications=[{"id": 1, "montant": 120_000}],
    )  # fmt: skip
    answer = decp(write(tmp_path / "f.json", [later, marche()]))
    contract = Contract.objects.get()
    assert answer.counts == (1, 0, 1, 0)
    # What changes with time comes from the record published last, wherever it stands.
    assert contract.social == Social.NONE
    assert contract.modifications.get().amount == 12_000_000


@pytest.mark.parametrize(
    "other",
    [
        {"objet": "Autre lot"},
        {"holders": [holder(2)]},
        {"montant": 99_999},
        {"dateNotification": "2025-02-04"},
    ],
)
def test_a_number_used_again_keeps_every_contract(decp: Decp, tmp_path: Path, other: Any) -> None:
    answer = decp(write(tmp_path / "f.json", [marche(), marche(**other)]))
    assert answer.counts == (2, 0, 0, 0)
    assert answer.json["anomalies"] == {"ID_REUSED": 1}
    assert keys() == [("2025C01", 0), ("2025C01", 1)]
    again = Contract.objects.get(discriminator=1)
    assert [anomaly.rule for anomaly in again.anomalies.all()] == ["ID_REUSED"]
    assert again.resembles is None


def test_a_later_file_pairs_what_is_nearest_first(decp: Decp, tmp_path: Path) -> None:
    lots = [marche(objet=f"Lot {n}", holders=[holder(n)], montant=n * 1_000) for n in (2, 3, 4)]
    decp(write(tmp_path / "a.json", lots))
    changed = [
        marche(objet="Lot 5", holders=[holder(9)]),  # what is left, in order
        marche(objet="Lot 4", holders=[holder(4)], montant=4_000),  # exactly
        marche(objet="Lot 2", holders=[holder(8)]),  # by objet
        marche(objet="Lot 6", holders=[holder(7)]),  # nothing is left
    ]
    answer = decp(write(tmp_path / "b.json", changed))
    assert answer.counts == (1, 2, 1, 0)
    found = Contract.objects.order_by("discriminator").values_list("objet", flat=True)
    assert list(found) == ["Lot 2", "Lot 5", "Lot 4", "Lot 6"]
    assert decp(tmp_path / "b.json").counts == (0, 0, 4, 0)


def test_another_source_that_agrees_is_one_more_source(decp: Decp, tmp_path: Path) -> None:
    decp(write(tmp_path / "a.json", [marche()]), source="profil")
    copy = marche(datePublicationDonnees="2025-01-01", ccag="Pas de CCAG")
    answer = decp(write(tmp_path / "b.json", [copy]), source="pes")
    contract = Contract.objects.get()
    assert answer.counts == (0, 1, 0, 0)
    assert sources(contract) == ["pes", "profil"]
    assert contract.ccag == "Travaux"  # of two sources, the one published last is right
    assert decp(tmp_path / "b.json", source="pes").counts == (0, 0, 1, 0)
    assert decp(tmp_path / "a.json", source="profil").counts == (0, 0, 1, 0)


def test_another_source_that_differs_is_for_a_person_to_decide(decp: Decp, tmp_path: Path) -> None:
    decp(write(tmp_path / "a.json", [marche()]), source="profil")
    file = write(tmp_path / "b.json", [marche(objet="Autre titre"), marche("2025C02")])
    answer = decp(file, source="pes")
    assert answer.counts == (2, 0, 0, 0)
    assert answer.json["anomalies"] == {"SOURCES_DIFFER": 1}
    first, second = Contract.objects.filter(number="2025C01").order_by("discriminator")
    assert (second.resembles, second.is_duplicate) == (first, False)
    second.is_duplicate = True
    second.save()
    assert decp(file, source="pes").counts == (0, 0, 2, 0)
    second.refresh_from_db()
    assert (second.resembles, second.is_duplicate) == (first, True)


def test_sources_of_one_file_are_those_of_its_records(decp: Decp, tmp_path: Path) -> None:
    file = write(tmp_path / "f.json", [marche(source="a"), marche(source="b"), marche("2025C02")])
    assert decp(file).counts == (2, 0, 1, 0)
    assert sources(Contract.objects.get(number="2025C01")) == ["a", "b"]
    assert sources(Contract.objects.get(number="2025C02")) == ["decp"]
    assert decp(file).counts == (0, 0, 3, 0)


def test_a_modification_number_is_taken_off_only_beside_a_sibling(
    decp: Decp, tmp_path: Path
) -> None:
    file = write_flat(
        tmp_path / "f.json",
        [
            v1("2018M00100"),
            v1(
                "2018M00101",
                datePublicationDonnees="2018-12-01",
                modifications=[{"montant": 9_000}],
            ),
            v1("2018J1227", objet="Lot 0"),
            v1("2018J1228", objet="Menuiserie"),
            v1("2018X00500"),
            marche("2018Y00500", objet="v2"),
            marche("2018Y00501", objet="v2"),
        ],
    )
    assert decp(file).counts == (6, 0, 1, 0)
    numbers = [number for number, _ in keys()]
    assert numbers == [
        "2018J1227",
        "2018J1228",
        "2018M001",
        "2018X00500",
        "2018Y00500",
        "2018Y00501",
    ]
    assert Contract.objects.get(number="2018M001").modifications.get().amount == 900_000
    assert decp(file).counts == (0, 0, 7, 0)


def test_a_sibling_may_have_come_before(decp: Decp, tmp_path: Path) -> None:
    decp(write_flat(tmp_path / "a.json", [v1("2018M00100")]))
    later = v1("2018M00101", modifications=[{"montant": 9_000}])
    assert decp(write_flat(tmp_path / "b.json", [later])).counts == (0, 1, 0, 0)
    assert keys() == [("2018M00100", 0)]
    assert decp(tmp_path / "b.json").counts == (0, 0, 1, 0)


def test_a_number_without_its_end_may_be_the_whole_number_of_another(
    decp: Decp, tmp_path: Path
) -> None:
    file = write_flat(
        tmp_path / "f.json",
        [v1("2018ABC0100"), v1("2018ABC0101"), v1("2018ABC01", objet="Tout autre chose")],
    )
    assert decp(file).counts == (2, 0, 1, 0)
    assert keys() == [("2018ABC01", 0), ("2018ABC01", 1)]
    assert decp(file).counts == (0, 0, 3, 0)


def test_files_of_one_command_follow_each_other(decp: Decp, tmp_path: Path) -> None:
    first = write(tmp_path / "a.json", [marche(), marche("2025C02")])
    second = write(tmp_path / "b.json", [marche(montant=120_000)])
    answer = decp(first, second)
    assert answer.counts == (2, 0, 1, 0)
    assert Contract.objects.get(number="2025C01").amount == 12_000_000
    assert decp(first, second).counts == (0, 0, 3, 0)


def test_members_of_an_archive_are_one_file(decp: Decp, tmp_path: Path) -> None:
    first = write(tmp_path / "a.json", [marche(), marche("2025C02")])
    second = write(tmp_path / "b.json", [marche(montant=120_000), marche("2025C02")])
    archive = zipped(tmp_path / "z.zip", first, second)
    answer = decp(archive)
    assert answer.counts == (3, 0, 1, 0)
    assert answer.json["anomalies"] == {"ID_REUSED": 1}
    assert decp(archive).counts == (0, 0, 4, 0)


def test_only_what_changed_is_written(decp: Decp, tmp_path: Path) -> None:
    decp(write(tmp_path / "a.json", [marche(), marche("2025C02"), marche("2025C03")]))
    first = ImportRun.objects.get().pk
    changed = marche("2025C02", ccag="Pas de CCAG", holders=[holder(1), holder(5)])
    answer = decp(write(tmp_path / "b.json", [marche(), changed]))
    assert answer.counts == (0, 1, 1, 0)
    runs = dict(Contract.objects.values_list("number", "run_id"))
    assert runs == {"2025C01": first, "2025C02": answer.json["run"], "2025C03": first}
    contract = Contract.objects.get(number="2025C02")
    assert [each.identifier for each in contract.holders.all()] == [holder(1), holder(5)]
    assert contract.sources.get().first_run_id == first


def test_holders_are_known_even_outside_the_territory(decp: Decp, tmp_path: Path) -> None:
    known = CompanyFactory(siren=siren(1), name="CONNUE")
    raw = v1()
    raw["titulaires"] += [
        {"id": holder(2), "typeIdentifiant": "SIRET", "denominationSociale": "DE LOIN"},
        {"id": "FR123", "typeIdentifiant": "TVA", "denominationSociale": "AUTRE"},
    ]
    decp(write_flat(tmp_path / "f.json", [raw]))
    far = Company.objects.get(siren=siren(2))
    assert (far.name, far.in_directory, far.size) == ("DE LOIN", False, "unknown")
    place = Establishment.objects.get(siret=holder(2))
    assert (place.company_id, place.is_active, place.commune_id) == (siren(2), False, None)
    known.refresh_from_db()
    assert known.name == "CONNUE"
    companies = [each.company_id for each in Contract.objects.get().holders.all()]
    assert companies == [siren(1), siren(2), None]


def test_unknown_buyers_are_created_unverified(decp: Decp, tmp_path: Path) -> None:
    nameless = marche(acheteur={"id": "21750001630040"})
    decp(write_flat(tmp_path / "f.json", [v1(), nameless]))
    assert list(Buyer.objects.order_by("siret").values_list("siret", "name", "is_verified")) == [
        (BUYER, "Métropole d’essai", False),
        ("21750001630040", "217\u00a0500\u00a0016\u00a030040", False),
    ]
    Buyer.objects.filter(siret=BUYER).update(name="Métropole", is_verified=True)
    decp(tmp_path / "f.json")
    assert Buyer.objects.get(siret=BUYER).name == "Métropole"


def test_days_are_read_as_they_are_written(decp: Decp, tmp_path: Path) -> None:
    """Vectors T08, T09: the day written, no zone; impossible = no year."""
    tomorrow = timezone.localdate().replace(year=timezone.localdate().year + 1).isoformat()
    contracts = [
        marche("A", dateNotification="2025-12-31T23:30:00-04:00"),
        marche("B", dateNotification="2924-04-04"),
        marche("C", dateNotification=tomorrow),
    ]
    answer = decp(write(tmp_path / "f.json", contracts))
    days = Contract.objects.order_by("number").values_list("notified_on", flat=True)
    assert list(days) == [date(2025, 12, 31), None, None]
    assert answer.json["anomalies"] == {"BAD_DATE": 2, "SPELLING": 1}


def test_duplicates_and_lots(decp: Decp, tmp_path: Path) -> None:
    """Vector T11: C11 repeats C02 from another source, C12 is another lot under C01's number."""
    second = {"montant": 200_000, "source": "a", "modifications": [{"id": 1, "montant": 260_000}]}
    contracts = [
        marche("C01", source="a"),
        marche("C02", **second),
        marche("C02", **second | {"source": "b", "datePublicationDonnees": "2025-05-01"}),
        marche("C01", source="a", objet="Autre lot", holders=[holder(7)], montant=45_000),
    ]
    file = write(tmp_path / "f.json", contracts)
    assert decp(file).counts == (3, 0, 1, 0)
    assert sources(Contract.objects.get(number="C02")) == ["a", "b"]
    assert Contract.objects.get(number="C01", discriminator=1).amount == 4_500_000
    assert decp(file).counts == (0, 0, 4, 0)
    assert Contract.objects.count() == 3


def test_modifications_stay_in_the_order_of_the_file(decp: Decp, tmp_path: Path) -> None:
    """Vector T12: who reads them orders by day."""
    days = "2025-06-01", "2025-03-01", "2025-05-01"
    modifications = [
        {"id": rank, "dateNotificationModification": day, "montant": amount, "dureeMois": months}
        for rank, day, amount, months in zip(
            (2, 1, 3), days, (130_000, None, 120_000), (None, 24, None), strict=True
        )
    ]
    decp(write(tmp_path / "f.json", [marche(modifications=modifications)]))
    found = Contract.objects.get().modifications.values_list("position", "number", "amount")
    assert list(found) == [(0, 2, 13_000_000), (1, 1, None), (2, 3, 12_000_000)]


def test_every_anomaly_in_a_file_without_formulas(decp: Decp, tmp_path: Path) -> None:
    file = write(tmp_path / "f.json", [marche(ccag="=CMD()"), marche("@x", objet=""), marche("")])
    out = tmp_path / "anomalies.csv"
    answer = decp(file, dry_run=True, anomalies_out=out)
    with out.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [(line["rang"], line["regle"], line["valeur"]) for line in lines] == [
        ("1", "UNKNOWN_VALUE", "'=CMD()"), ("2", "NO_OBJET", ""), ("3", "NO_ID", ""),
    ]  # fmt: skip
    assert sum(answer.json["anomalies"].values()) == len(lines)
    with pytest.raises(CommandError, match="ne peut pas être écrit"):
        decp(file, dry_run=True, anomalies_out=tmp_path / "nulle" / "part.csv")


def test_xml_and_json_are_one_contract(decp: Decp, tmp_path: Path) -> None:
    xml = tmp_path / "f.xml"
    xml.write_text(
        f"""<marches><marche>
        <id>2025C01</id><acheteur><id>{BUYER}</id></acheteur><nature>Marché</nature>
        <objet>Travaux 2025C01</objet><codeCPV>45000000-7</codeCPV>
        <techniques><technique>Sans objet</technique></techniques>
        <modalitesExecution><modaliteExecution>Sans objet</modaliteExecution></modalitesExecution>
        <marcheInnovant>non</marcheInnovant><ccag>Travaux</ccag><offresRecues>4</offresRecues>
        <attributionAvance>oui</attributionAvance><tauxAvance>0.1</tauxAvance>
        <typeGroupementOperateurs>Pas de groupement</typeGroupementOperateurs>
        <sousTraitanceDeclaree>0</sousTraitanceDeclaree><procedure>Procédure adaptée</procedure>
        <lieuExecution><code>13055</code><typeCode>Code commune</typeCode></lieuExecution>
        <dureeMois>12</dureeMois><dateNotification>2025-02-03</dateNotification>
        <datePublicationDonnees>2025-02-10</datePublicationDonnees><montant>100000</montant>
        <typesPrix><typePrix>Définitif ferme</typePrix></typesPrix>
        <formePrix>Forfaitaire</formePrix><origineUE/>
        <titulaires><titulaire><id>{holder(1)}</id><typeIdentifiant>SIRET</typeIdentifiant>
        </titulaire></titulaires>
        <considerationsSociales><considerationSociale>Clause sociale</considerationSociale>
        </considerationsSociales><considerationsEnvironnementales>
        <considerationEnvironnementale>Clause environnementale</considerationEnvironnementale>
        </considerationsEnvironnementales></marche></marches>""",
        "utf-8",
    )
    assert decp(xml).json["anomalies"] == {}
    assert decp(write(tmp_path / "f.json", [marche()])).counts == (0, 0, 1, 0)
