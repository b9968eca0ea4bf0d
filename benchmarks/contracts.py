"""An invented DECP file of any size: version 2.0.3, as a buyer's profile publishes it."""

import json
import random
from pathlib import Path
from typing import Any

from stdnum import luhn

from tenders.importers.decp import vocabulary

_WORDS = (
    "travaux", "entretien", "fourniture", "rénovation", "maintenance", "école", "voirie",
    "éclairage", "public", "espaces", "verts", "maîtrise", "d'œuvre", "assainissement", "réseau",
    "lot", "gros", "œuvre", "menuiserie", "peinture", "nettoyage", "locaux", "transport",
    "collecte", "déchets", "étude", "conseil", "logiciel", "mobilier", "restauration",
)  # fmt: skip


def write(path: Path, count: int, seed: int = 1) -> None:
    """Write `count` contracts of some 400 buyers and 20 000 companies."""
    rng = random.Random(seed)
    buyers = [_siret(rng) for _ in range(max(1, count // 125))]
    companies = [_siret(rng) for _ in range(max(1, count * 2 // 5))]
    with path.open("w", encoding="utf-8") as file:
        file.write('{"marches": {"marche": [')
        for rank in range(count):
            file.write(",\n" if rank else "\n")
            record = _contract(rng, rank, rng.choice(buyers), companies)
            json.dump(record, file, ensure_ascii=False, indent=1)
        file.write("]}}")


def _siret(rng: random.Random) -> str:
    siren = f"{rng.randrange(20_000_000, 90_000_000)}"
    root = f"{siren}{luhn.calc_check_digit(siren)}{rng.randrange(1, 90):04d}"
    return root + luhn.calc_check_digit(root)


def _contract(rng: random.Random, rank: int, buyer: str, companies: list[str]) -> dict[str, Any]:
    amount = round(rng.lognormvariate(11.5, 1.2), 2)
    holders = rng.sample(companies, rng.choice((1, 1, 1, 1, 1, 1, 1, 2, 3)))
    # Some thirty values of a thousand are wrong, as in real files.
    wrong = rng.random() < 0.2
    return {
        "id": f"2024-{rank:06d}"[:16],
        "acheteur": {"id": buyer},
        "nature": "Marché",
        "objet": " ".join(rng.choices(_WORDS, k=rng.randrange(6, 25))),
        "codeCPV": f"{rng.randrange(3_000_000, 99_000_000):08d}",
        "techniques": {"technique": [rng.choice(vocabulary.TECHNIQUES.official)]},
        "modalitesExecution": {"modaliteExecution": [rng.choice(vocabulary.MODALITES.official)]},
        "marcheInnovant": False,
        "ccag": rng.choice(vocabulary.CCAG.official),
        "offresRecues": 0 if wrong else rng.randrange(1, 12),
        "attributionAvance": rng.random() < 0.4,
        "tauxAvance": 0.1,
        "typeGroupementOperateurs": rng.choice(vocabulary.GROUPINGS.official),
        "sousTraitanceDeclaree": False,
        "procedure": rng.choice(vocabulary.PROCEDURES.official),
        "lieuExecution": {"code": f"13{rng.randrange(1, 120):03d}", "typeCode": "Code commune"},
        "dureeMois": rng.randrange(1, 49),
        "dateNotification": f"{rng.choice((2024, 2025))}-{rng.randrange(1, 13):02d}-15",
        "datePublicationDonnees": f"2025-{rng.randrange(1, 13):02d}-20",
        "montant": amount,
        "typesPrix": {"typePrix": [rng.choice(vocabulary.TYPES_PRIX.official)]},
        "formePrix": rng.choice(vocabulary.FORMES_PRIX.official),
        "titulaires": [{"titulaire": {"id": h, "typeIdentifiant": "SIRET"}} for h in holders],
        "considerationsSociales": {
            "considerationSociale": [rng.choice(vocabulary.SOCIAL.official)]
        },
        "considerationsEnvironnementales": {
            "considerationEnvironnementale": [rng.choice(vocabulary.ENVIRONMENTAL.official)]
        },
        "modifications": [_modification(rng, amount)] if rng.random() < 0.15 else [],
    }


def _modification(rng: random.Random, amount: float) -> dict[str, Any]:
    return {
        "modification": {
            "id": 1,
            "dateNotificationModification": f"2025-{rng.randrange(1, 13):02d}-28",
            "datePublicationDonneesModification": f"2025-{rng.randrange(1, 13):02d}-28",
            "montant": round(amount * 1.1, 2),
        }
    }
