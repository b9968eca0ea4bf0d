import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from reference.models import Commune, Epci
from reference.territory import (
    communes_with_postcode,
    display_name,
    distance_km,
    expand_commune,
    find_commune,
    get_territory,
    nearest_communes,
    place_key,
)

pytestmark = pytest.mark.django_db

AMP, LYON = "200054807", "200046977"
MARSEILLE = {f"132{rank:02}" for rank in range(1, 17)}


def test_the_default_territory_is_aix_marseille_provence():
    territory = get_territory()
    assert (territory.siren, territory.name) == (AMP, "Aix-Marseille-Provence")
    assert territory.commune_count == 92
    assert len(territory.commune_codes) == 92 + 16
    assert territory.commune_codes >= MARSEILLE | {"13055"}
    assert territory.department_codes == ("13", "83", "84")
    outside = {code for code in territory.commune_codes if not code.startswith("13")}
    assert outside == {"84089", "83120"}
    assert distance_km(*territory.centre, 43.3, 5.4) < 15


def test_any_epci_may_be_the_territory(settings):
    settings.TERRITORY = LYON
    territory = get_territory()
    assert (territory.name, territory.official_name) == ("Lyon", "Métropole de Lyon")
    assert territory.commune_count == 58
    assert {code for code in territory.commune_codes if code.startswith("6938")} == {
        f"6938{rank}" for rank in range(1, 10)
    }
    assert territory.department_codes == ("69",)


def test_a_territory_is_read_once(django_assert_num_queries):
    get_territory()
    with django_assert_num_queries(0):
        get_territory()


def test_a_wrong_territory_is_refused_in_words():
    with pytest.raises(ImproperlyConfigured, match="«\u00a0123456789\u00a0», qui n’est le SIREN"):
        get_territory("123456789")


def test_a_territory_before_any_load_says_what_to_run(altered_vocabularies):
    Commune.objects.update(epci=None)
    Epci.objects.all().delete()
    with pytest.raises(ImproperlyConfigured, match="load_reference"):
        get_territory()


@pytest.mark.parametrize(
    ("official", "shown"),
    [
        ("Métropole d'Aix-Marseille-Provence", "Aix-Marseille-Provence"),
        ("Métropole du Grand Nancy", "Grand Nancy"),
        ("Métropole Européenne de Lille", "Métropole Européenne de Lille"),
        ("Bordeaux Métropole", "Bordeaux Métropole"),
        ("CC de l'Ile d'Oléron", "Ile d'Oléron"),
        ("CU Caen la Mer", "Caen la Mer"),
        ("CA de La Rochelle", "La Rochelle"),
        ("CC des Pays du Sel et du Vermois", "Pays du Sel et du Vermois"),
    ],
)
def test_the_name_is_shown_without_the_administration(official, shown):
    assert display_name(official) == shown


def test_members_of_an_epci_include_the_arrondissements():
    codes = set(Commune.objects.in_epci(AMP).values_list("code", flat=True))
    assert codes == get_territory().commune_codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("marseille", "13055"),
        ("MARSEILLE CEDEX 08", "13055"),
        ("aix en provence", "13001"),
        ("Aix-en-Provence", "13001"),
        ("les pennes-mirabeau", "13071"),
        ("St Victoret", "13102"),
        ("Pertuis", "84089"),
        ("Sainte-Colombe", "69189"),  # eleven more: the most peopled
        ("Saint-Denis", "97411"),
        ("marseille 8e", "13208"),
        ("marseille 8", "13208"),
        ("Marseille 08", "13208"),
        ("Marseille 8ème arrondissement", "13208"),
        ("marseille 1er", "13201"),
        ("lyon 3e arr", "69383"),
        ("Paris 16", "75116"),
        ("13208", "13208"),
        ("13055", "13055"),
        ("13001", "13001"),  # an INSEE code first: Aix
        ("13290", "13001"),  # no INSEE code: a postcode of Aix
        ("2a004", "2A004"),
        ("01018", "01033"),  # a former commune
    ],
)
def test_a_commune_is_found_by_code_name_arrondissement_or_postcode(text, code):
    assert find_commune(text).code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("13008", "13208"), ("13001", "13201"), ("13100", "13001"), ("13055", "13055")],
)
def test_a_number_typed_by_a_person_is_a_postcode_first(text, code):
    assert find_commune(text, postcode_first=True).code == code


@pytest.mark.parametrize(
    "text", ["", "?", "marsielle", "marseille 17", "00000", "9" * 5, "é" * 300]
)
def test_what_names_no_commune_finds_none(text):
    assert find_commune(text) is None


def test_between_homonyms_the_territory_wins(settings):
    assert find_commune("Vitrolles").code == "13117"
    settings.TERRITORY = "200067825"  # CC Serre-Ponçon Val d'Avance, with Vitrolles (05)
    assert find_commune("Vitrolles").code == "05184"


@given(st.text(max_size=40))
def test_a_place_key_is_its_own_key(text):
    assert place_key(place_key(text)) == place_key(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [("marsielle", "Marseille"), ("aix en provance", "Aix-en-Provence"), ("gardane", "Gardanne")],
)
def test_the_nearest_commune_is_proposed(text, name):
    assert nearest_communes(text)[0].name == name


def test_as_many_communes_are_proposed_as_asked():
    assert len(nearest_communes("xyz")) == 3
    assert len(nearest_communes("", limit=5)) == 5


def test_a_postcode_gives_its_communes_the_likeliest_first():
    codes = [commune.code for commune in communes_with_postcode("13012")]
    assert codes[0] == "13212"
    assert "13055" in codes
    assert communes_with_postcode("99999") == []


def test_marseille_includes_its_arrondissements():
    assert expand_commune("13055") == MARSEILLE | {"13055"}
    assert expand_commune("13208") == {"13208"}
    assert expand_commune("00000") == {"00000"}


def test_distances_are_great_circles():
    assert distance_km(43.2965, 5.3698, 43.5297, 5.4474) == pytest.approx(26.68, abs=0.01)
    assert distance_km(0, 0, 0, 180) == pytest.approx(20_015.1, abs=0.1)


point = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(point, point)
def test_a_distance_is_symmetric_and_bounded(here, there):
    assert distance_km(*here, *there) == pytest.approx(distance_km(*there, *here), abs=1e-6)
    assert 0 <= distance_km(*here, *there) <= 20_016
    assert distance_km(*here, *here) == 0
