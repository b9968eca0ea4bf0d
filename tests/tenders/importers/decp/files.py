"""Invented contracts as DECP writes them, and files of them."""

import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.suppliers.factories import siren, siret

BUYER = "20005480700017"
SOCIAL = "Clause sociale"
NO_SOCIAL = "Pas de considération sociale"
ENVIRONMENTAL = "Clause environnementale"
NO_ENVIRONMENTAL = "Pas de considération environnementale"

Raw = dict[str, Any]


def holder(number: int) -> str:
    """Return the SIRET of the company `number`."""
    return siret(siren(number))


def titulaires(*sirets: str) -> list[Raw]:
    return [{"titulaire": {"id": s, "typeIdentifiant": "SIRET"}} for s in sirets]


def marche(number: str = "2025C01", **values: Any) -> Raw:
    """Return a contract of version 2.0.3; `titulaires` are SIRETs, other values as in DECP."""
    social = values.pop("social", [SOCIAL])
    environmental = values.pop("environmental", [ENVIRONMENTAL])
    holders = values.pop("holders", [holder(1)])
    return {
        "id": number,
        "acheteur": {"id": BUYER},
        "nature": "Marché",
        "objet": f"Travaux {number}",
        "codeCPV": "45000000-7",
        "techniques": {"technique": ["Sans objet"]},
        "modalitesExecution": {"modaliteExecution": ["Sans objet"]},
        "marcheInnovant": False,
        "ccag": "Travaux",
        "offresRecues": 4,
        "attributionAvance": True,
        "tauxAvance": 0.1,
        "typeGroupementOperateurs": "Pas de groupement",
        "sousTraitanceDeclaree": False,
        "procedure": "Procédure adaptée",
        "lieuExecution": {"code": "13055", "typeCode": "Code commune"},
        "dureeMois": 12,
        "dateNotification": "2025-02-03",
        "datePublicationDonnees": "2025-02-10",
        "montant": 100_000,
        "typesPrix": {"typePrix": ["Définitif ferme"]},
        "formePrix": "Forfaitaire",
        "titulaires": titulaires(*holders),
        "considerationsSociales": {"considerationSociale": social},
        "considerationsEnvironnementales": {"considerationEnvironnementale": environmental},
        **values,
    }


def concession(number: str = "2025K01", **values: Any) -> Raw:
    """Return a concession of version 2.0.3."""
    return {
        "id": number,
        "autoriteConcedante": {"id": BUYER},
        "nature": "Concession de service public",
        "objet": f"Exploitation {number}",
        "procedure": "Procédure négociée ouverte",
        "dureeMois": 120,
        "dateSignature": "2025-12-01",
        "datePublicationDonnees": "2025-12-10",
        "dateDebutExecution": "2030-01-01",
        "valeurGlobale": 2_000_000,
        "montantSubventionPublique": 0,
        "concessionnaires": [
            {"concessionnaire": {"id": holder(2), "typeIdentifiant": "SIRET"}},
        ],
        "considerationsSociales": {"considerationSociale": ["Concession réservée"]},
        "considerationsEnvironnementales": {"considerationEnvironnementale": [NO_ENVIRONMENTAL]},
        **values,
    }


def v1(number: str = "2018M00100", **values: Any) -> Raw:
    """Return a contract of version 1.5."""
    return {
        "id": number,
        "_type": "Marché",
        "acheteur": {"id": BUYER, "nom": "Métropole d’essai"},
        "nature": "Accord-cadre",
        "objet": "Entretien des espaces verts",
        "codeCPV": "77310000",
        "procedure": "Appel d'offres ouvert",
        "lieuExecution": {"code": "13", "typeCode": "Code département", "nom": "13"},
        "dureeMois": 12,
        "dateNotification": "2018-07-28",
        "datePublicationDonnees": "2018-08-14",
        "montant": 60_000,
        "formePrix": "Révisable",
        "titulaires": [
            {"id": holder(1), "typeIdentifiant": "SIRET", "denominationSociale": "DURAND"}
        ],
        "modifications": [],
        **values,
    }


def write(path: Path, marches: Iterable[Any] = (), concessions: Iterable[Any] = ()) -> Path:
    """Write a file of version 2."""
    lists = {"marche": list(marches), "contrat-concession": list(concessions)}
    path.write_text(json.dumps({"marches": lists}, ensure_ascii=False), "utf-8")
    return path


def write_flat(path: Path, contracts: Iterable[Any]) -> Path:
    """Write a file of version 1."""
    path.write_text(json.dumps({"marches": list(contracts)}, ensure_ascii=False), "utf-8")
    return path


def zipped(path: Path, *members: Path) -> Path:
    """Put files in an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            archive.write(member, member.name)
    return path
