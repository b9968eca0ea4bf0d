"""People are known by their mail address; buyers by their SIRET."""

from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import Role
from accounts.models import Buyer, Membership, Person

pytestmark = pytest.mark.django_db
SIRET = "20005480700017"


def test_people_sign_in_whatever_the_case_of_their_address() -> None:
    Person.objects.create_user("Anne@Exemple.fr", "un long mot de passe")
    assert authenticate(username="anne@exemple.fr", password="un long mot de passe")
    assert authenticate(username="anne@exemple.fr", password="autre") is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create_user("ANNE@exemple.fr")


def test_a_person_needs_an_address_and_shows_a_name_when_there_is_one() -> None:
    with pytest.raises(ValueError, match="mail"):
        Person.objects.create_user("")
    person = Person.objects.create_superuser("chef@exemple.fr", "x", full_name="Anne Durand")
    assert (str(person), person.is_staff, person.is_superuser) == ("Anne Durand", True, True)
    assert str(Person(email="b@exemple.fr")) == "b@exemple.fr"


def test_a_buyer_has_a_valid_siret_once() -> None:
    with pytest.raises(ValidationError, match="SIRET"):
        Buyer(siret="20005480700018", name="Fausse clé").full_clean()
    Buyer.objects.create(siret=SIRET, name="Métropole", is_verified=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Buyer.objects.create(siret=SIRET, name="Encore")
    assert str(Buyer.objects.verified().get()) == "Métropole"


def test_a_membership_is_one_a_buyer_and_may_end() -> None:
    person = Person.objects.create_user("anne@exemple.fr")
    buyer = Buyer.objects.create(siret=SIRET, name="Métropole")
    yesterday = timezone.localdate() - timedelta(days=1)
    membership = Membership.objects.create(person=person, buyer=buyer, role=Role.PUBLISHER)
    assert "Publication" in str(membership)
    assert Membership.objects.current().count() == 1
    Membership.objects.update(ends_on=yesterday)
    assert Membership.objects.current().count() == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(person=person, buyer=buyer)
