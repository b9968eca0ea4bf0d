import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import naf
from reference.admin import FiliereNafForm
from reference.enums import Nomenclature
from reference.models import Filiere, FiliereNaf, NafCode
from reference.naf import InvalidNaf, normalise_naf

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4391b", "43.91B"),
        ("43.91B", "43.91B"),
        (" 43.91b ", "43.91B"),
        ("4391", "43.91"),
        ("439", "43.9"),
        ("43.9", "43.9"),
        ("43", "43"),
        ("f", "F"),
        ("0111Z", "01.11Z"),
    ],
)
def test_a_code_of_any_level_is_written_one_way(text, code):
    assert normalise_naf(text) == code
    assert normalise_naf(code) == code


@pytest.mark.parametrize(
    "text", ["", "4", "43.", "43.91BB", "43.9B", "ab", "43 91B", "٤٣", "00.00.0"]
)
def test_what_is_not_a_code_is_refused_in_words(text):
    with pytest.raises(InvalidNaf, match="code NAF"):
        normalise_naf(text)


@given(st.text(max_size=8))
def test_any_text_is_a_code_or_is_refused(text):
    try:
        code = normalise_naf(text)
    except InvalidNaf:
        return
    assert normalise_naf(code) == code


def test_ancestors_go_up_to_the_section():
    assert naf.ancestors("43.91B") == ("43.91", "43.9", "43", "F")
    assert naf.ancestors("F") == ()
    assert naf.ancestors("99.99Z") == ()


def test_labels_exist_at_every_level():
    assert naf.label("43.91B") == "Travaux de couverture par éléments"
    assert naf.label("F") == "Construction"
    assert naf.label("99.99Z") == ""


def test_a_level_covers_its_sub_classes():
    assert naf.matching_codes("43.91") == ("43.91A", "43.91B")
    assert naf.matching_codes("43.91B") == ("43.91B",)
    assert len(naf.matching_codes("F")) == 38
    assert set(naf.matching_codes("43")) < set(naf.matching_codes("F"))
    assert naf.matching_codes("99.99Z") == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("43.92B", "43.9"),
        ("4391Z", "43.91"),
        ("04", "03"),
        ("", "01"),
        ("W", "01"),
        ("43.91B", "43.91B"),
    ],
)
def test_the_nearest_code_is_proposed(text, code):
    assert naf.nearest(text) == code


def test_both_nomenclatures_live_side_by_side(altered_vocabularies):
    NafCode.objects.create(
        nomenclature=Nomenclature.NAF_2025, code="43.91B", level=5, label="Autre chose"
    )
    assert naf.label("43.91B", Nomenclature.NAF_2025) == "Autre chose"
    assert naf.label("43.91B") == "Travaux de couverture par éléments"


def test_activities_know_their_filieres():
    filieres = naf.filieres_by_code()
    assert filieres["62.01Z"] == ("numerique",)
    assert filieres["30.30Z"] == ("aeronautique-mecanique",)
    assert filieres["52.22Z"] == ("maritime-logistique",)
    assert filieres["50.10Z"] == ("maritime-logistique", "tourisme-art-de-vivre")
    assert "41.20A" not in filieres
    assert {code for codes in filieres.values() for code in codes} == set(
        Filiere.objects.values_list("code", flat=True)
    )


def test_an_edited_filiere_counts_at_once():
    assert "41.20A" not in naf.filieres_by_code()
    FiliereNaf.objects.create(filiere_id="sante", prefix="41.2")
    assert naf.filieres_by_code()["41.20A"] == ("sante",)


@pytest.mark.parametrize(("prefix", "kept"), [("4391b", "43.91B"), ("F", "F")])
def test_the_admin_writes_a_prefix_as_the_house_does(prefix, kept):
    form = FiliereNafForm({"nomenclature": "NAF_REV2", "prefix": prefix})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["prefix"] == kept


@pytest.mark.parametrize(
    ("prefix", "said"), [("?", "code NAF"), ("43.92", "plus proche est 43.9")]
)
def test_the_admin_refuses_a_prefix_that_covers_nothing(prefix, said):
    form = FiliereNafForm({"nomenclature": "NAF_REV2", "prefix": prefix})
    assert said in str(form.errors)
