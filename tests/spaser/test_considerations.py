"""The tri-state rule, over every combination of flags."""

from hypothesis import given
from hypothesis import strategies as st

from spaser.considerations import ENVIRONMENTAL, SOCIAL, flags_meaning, judge
from spaser.enums import Answer
from tenders.enums import Environmental, Social

DIMENSIONS = st.sampled_from((SOCIAL, ENVIRONMENTAL))
FLAGS = st.integers(0, 31)


def test_one_positive_value_is_a_yes() -> None:
    for flag in (Social.CLAUSE, Social.CRITERION, Social.RESERVED):
        assert judge(flag, SOCIAL) == Answer.YES
        assert judge(flag | Social.OTHER, SOCIAL, strict=True) == Answer.YES
    for flag in (Environmental.CLAUSE, Environmental.CRITERION):
        assert judge(flag, ENVIRONMENTAL) == Answer.YES


def test_a_no_is_said_alone() -> None:
    assert judge(Social.NONE, SOCIAL) == Answer.NO
    assert judge(Social.NONE | Social.OTHER, SOCIAL) == Answer.ND
    assert judge(Social.OTHER, SOCIAL) == Answer.ND
    assert judge(0, SOCIAL) == Answer.ND


@given(FLAGS, DIMENSIONS)
def test_the_strict_reading_turns_some_yes_into_not_declared_and_nothing_else(
    flags, dimension
) -> None:
    lenient, strict = (judge(flags, dimension, strict=asked) for asked in (False, True))
    contradictory = dimension.contradicts_itself(flags)
    assert (strict == Answer.ND) if contradictory else (strict == lenient)
    assert lenient == Answer.YES or not contradictory


@given(DIMENSIONS, st.booleans())
def test_every_combination_has_one_answer(dimension, strict) -> None:
    found = [flag for answer in Answer for flag in flags_meaning(answer, dimension, strict=strict)]
    assert sorted(found) == list(range(32))
