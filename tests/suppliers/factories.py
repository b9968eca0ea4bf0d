"""Rows of suppliers for tests: `CompanyFactory(name="DURAND", place__commune_id="13005")`."""

import factory
from stdnum import luhn

from suppliers.enums import Size
from suppliers.models import Company, Establishment, Label, Profile


def siren(number: int) -> str:
    """Return the SIREN of rank `number`, its check digit right."""
    root = f"{10_000_000 + number:08d}"
    return root + luhn.calc_check_digit(root)


def siret(company_siren: str, nic: int = 1) -> str:
    """Return a SIRET of a company, its check digit right."""
    root = f"{company_siren}{nic:04d}"
    return root + luhn.calc_check_digit(root)


class EstablishmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Establishment

    company = factory.SubFactory("tests.suppliers.factories.CompanyFactory", place=None)
    siret = factory.LazyAttributeSequence(lambda row, n: siret(row.company.siren, n % 9_000))
    is_seat = True
    postcode = "13400"
    commune_id = "13005"
    naf = factory.SelfAttribute("company.naf")


class CompanyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Company
        skip_postgeneration_save = True

    siren = factory.Sequence(siren)
    name = factory.Sequence(lambda n: f"ENTREPRISE {n}")
    naf = "43.91B"
    naf_nomenclature = "NAF_REV2"
    legal_category = "5499"
    size = Size.TPE
    place = factory.RelatedFactory(EstablishmentFactory, factory_related_name="company")


class LabelFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Label

    company = factory.SubFactory(CompanyFactory)
    kind = "rge"
    source = "essai"


class ProfileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Profile

    company = factory.SubFactory(CompanyFactory)
