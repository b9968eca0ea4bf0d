"""Rows of contracts for tests: `ContractFactory(social_clause=True, no_environment=True)`."""

from datetime import date

import factory
from django.utils import timezone

from accounts.models import Buyer
from jobs.models import ImportRun
from tenders.enums import ContractKind, Environmental, Social
from tenders.models import Contract, ContractAnomaly, Holder, Modification
from tests.suppliers.factories import siren, siret


class BuyerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Buyer
        django_get_or_create = ["siret"]

    siret = factory.Sequence(lambda n: siret(siren(500_000 + n)))
    name = factory.Sequence(lambda n: f"Ville de l’Essai {n}")
    is_verified = True


class ImportRunFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ImportRun

    kind = "decp"
    status = "done"
    finished_at = factory.LazyFunction(timezone.now)


class ContractFactory(factory.django.DjangoModelFactory):
    """A contract of 100 000 euros notified on 3 February 2025 that declares nothing.

    `euros=None` makes an unusable amount.
    """

    class Meta:
        model = Contract

    class Params:
        euros = 100_000
        social_clause = factory.Trait(social=Social.CLAUSE)
        social_criterion = factory.Trait(social=Social.CRITERION)
        reserved = factory.Trait(social=Social.RESERVED)
        no_social = factory.Trait(social=Social.NONE)
        environmental_clause = factory.Trait(environmental=Environmental.CLAUSE)
        environmental_criterion = factory.Trait(environmental=Environmental.CRITERION)
        no_environmental = factory.Trait(environmental=Environmental.NONE)
        framework = factory.Trait(techniques=["Accord-cadre"], is_framework=True)
        concession = factory.Trait(kind=ContractKind.CONCESSION)

    kind = ContractKind.MARCHE
    buyer = factory.SubFactory(BuyerFactory)
    number = factory.Sequence(lambda n: f"2025-{n:05d}")
    objet = factory.LazyAttribute(lambda row: f"Travaux {row.number}")
    nature = "Marché"
    notified_on = date(2025, 2, 3)
    amount = factory.LazyAttribute(lambda row: None if row.euros is None else row.euros * 100)
    run = factory.SubFactory(ImportRunFactory)


class ModificationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Modification

    contract = factory.SubFactory(ContractFactory)
    position = factory.Sequence(lambda n: n % 30_000)


class HolderFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Holder

    contract = factory.SubFactory(ContractFactory)
    position = factory.Sequence(lambda n: n % 30_000)
    id_type = "SIRET"
    identifier = factory.Sequence(lambda n: siret(siren(n)))


class AnomalyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ContractAnomaly

    contract = factory.SubFactory(ContractFactory)
    rule = "ID_REUSED"
    field = "id"
