import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import luhn

from reference.identifiers import (
    InvalidIdentifier,
    Siren,
    Siret,
    display,
    is_siren,
    is_siret,
    normalise_siren,
    normalise_siret,
    parse_identifier,
)

SEPARATORS = st.sampled_from(["", " ", ".", "\u00a0", "\u202f", "  ", "-"])


@st.composite
def sirens(draw):
    body = draw(st.text("0123456789", min_size=8, max_size=8))
    assume(body.strip("0"))
    return body + luhn.calc_check_digit(body)


@st.composite
def sirets(draw):
    siren = draw(sirens().filter(lambda siren: siren != "356000000"))
    nic = draw(st.text("0123456789", min_size=4, max_size=4))
    return siren + nic + luhn.calc_check_digit(siren + nic)


@given(sirets(), st.lists(SEPARATORS, min_size=13, max_size=13))
def test_a_siret_is_read_whatever_the_separators(siret, separators):
    typed = "".join(map("".join, zip(siret, [*separators, ""], strict=True)))
    read = parse_identifier(typed)
    assert isinstance(read, Siret)
    assert read == normalise_siret(typed) == siret
    assert read.siren == siret[:9]
    assert isinstance(read.siren, Siren)


@given(sirens())
def test_a_siren_is_read_and_no_other_check_digit_is(siren):
    assert normalise_siren(siren) == siren
    wrong = siren[:8] + str((int(siren[8]) + 1) % 10)
    assert parse_identifier(wrong) is None
    with pytest.raises(InvalidIdentifier, match="clé de contrôle"):
        normalise_siren(wrong)


@given(st.text())
def test_any_text_is_read_or_refused_without_another_error(text):
    read = parse_identifier(text)
    assert read is None or len(read) in (9, 14)


@pytest.mark.parametrize(
    "siret",
    [
        "35600000000048",  # the head office follows the ordinary rule
        "35600000049837",  # the others: digits that add up to a multiple of 5
    ],
)
def test_la_poste_has_its_own_rule(siret):
    assert normalise_siret(siret) == siret


def test_an_establishment_of_la_poste_with_wrong_digits_is_refused():
    assert not is_siret("35600000049838")


@pytest.mark.parametrize("text", ["000000000", "00000000000000", "000 000 000 00000"])
def test_zeros_name_nobody(text):
    assert parse_identifier(text) is None


def test_all_zeros_are_refused_in_words():
    with pytest.raises(InvalidIdentifier, match="que des zéros"):
        normalise_siret("0" * 14)


def test_a_siret_whose_siren_is_zeros_is_refused():
    assert not is_siret("00000000000018")


@pytest.mark.parametrize(
    "text", ["", "abc", "21130055", "2113005530001", "٢١١٣٠٠٥٥٣", "FR40303265045", "2113005 5E"]
)
def test_what_is_not_an_identifier_is_refused_with_its_length(text):
    assert parse_identifier(text) is None
    with pytest.raises(InvalidIdentifier, match="14 chiffres"):
        normalise_siret(text)
    with pytest.raises(InvalidIdentifier, match="9 chiffres"):
        normalise_siren(text)


def test_marseille_is_known_by_its_numbers():
    assert normalise_siren("211 300 553") == "211300553"
    assert is_siren("211300553")


def test_numbers_are_displayed_in_groups_that_do_not_break():
    assert display("73282932000074") == "732\u00a0829\u00a0320\u00a000074"
    assert display("732829320") == "732\u00a0829\u00a0320"


def test_a_siret_with_a_wrong_check_digit_is_refused_in_words():
    with pytest.raises(InvalidIdentifier, match="clé de contrôle"):
        normalise_siret("732 829 320 00075")
