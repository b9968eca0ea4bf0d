import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import cpv
from reference.cpv import InvalidCpv, parse_cpv, prefix_of
from reference.models import CpvCode

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "text",
    ["45261000", "45261000-4", " 45261000 - 4 ", "452610004", "45261000–4".replace("–", "-")],
)
def test_the_check_digit_is_accepted_and_dropped(text):
    assert parse_cpv(text) == "45261000"


@pytest.mark.parametrize(
    "text", ["", "4526100", "45261000-", "45261000-42", "abcdefgh", "٤٥٢٦١٠٠٠"]
)
def test_what_is_not_a_code_is_refused_in_words(text):
    with pytest.raises(InvalidCpv, match="huit chiffres"):
        parse_cpv(text)


@pytest.mark.parametrize(
    ("text", "prefix"),
    [
        ("45261000-4", "45261"),
        ("45000000", "45"),
        ("30000000", "30"),
        ("03000000", "03"),
        ("45261999", "45261999"),
        ("45", "45"),
        ("4526", "4526"),
        ("4520", "452"),
        ("45 ", "45"),
    ],
)
def test_trailing_zeros_widen_a_prefix(text, prefix):
    assert prefix_of(text) == prefix


@pytest.mark.parametrize("text", ["", "4", "4a", "-4"])
def test_one_digit_is_not_a_prefix(text):
    with pytest.raises(InvalidCpv):
        prefix_of(text)


@given(st.text("0123456789", min_size=8, max_size=8), st.sampled_from("0123456789"))
def test_a_code_is_inside_its_own_prefix(code, key):
    prefix = prefix_of(f"{code}-{key}")
    assert len(prefix) >= 2
    assert prefix.ljust(8, "0") == code
    assert prefix_of(prefix) == prefix


@given(st.text())
def test_any_text_is_a_code_or_is_refused(text):
    try:
        assert len(parse_cpv(text)) == 8
    except InvalidCpv:
        assert True


def test_labels_come_in_two_languages():
    assert cpv.label("45000000") == "Travaux de construction"
    assert cpv.label("45000000", "en-gb") == "Construction work"
    assert cpv.label("99999999") == ""


def test_ancestors_go_up_to_the_division():
    assert cpv.ancestors("45261000") == ("45260000", "45200000", "45000000")
    assert cpv.ancestors("45000000") == ()
    assert cpv.ancestors("99999999") == ()


def test_a_prefix_covers_its_codes():
    roofs = cpv.matching_codes("45261")
    assert roofs[0] == "45261000"
    assert len(roofs) == CpvCode.objects.filter(code__startswith="45261").count() > 10
    assert cpv.matching_codes("99") == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("45261999", "45261900"),
        ("45261000-4", "45261000"),
        ("02000000", "03000000"),
        ("99999999", "98910000"),
        ("?", "03000000"),
    ],
)
def test_the_nearest_code_is_proposed(text, code):
    assert cpv.nearest(text) == code


def test_every_parent_is_a_shorter_prefix():
    for code, level, parent in CpvCode.objects.exclude(parent=None).values_list(
        "code", "level", "parent"
    ):
        assert code.startswith(prefix_of(parent))
        assert level == len(prefix_of(code)) > len(prefix_of(parent))


def test_the_vocabulary_is_read_once(django_assert_num_queries):
    cpv.label("45000000")
    with django_assert_num_queries(0):
        cpv.ancestors("45261000")
