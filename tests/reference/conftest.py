import pytest

from reference.memory import forget_vocabularies


@pytest.fixture
def altered_vocabularies():
    """For a test that changes the vocabularies: what is remembered of them does not leak."""
    forget_vocabularies()
    yield
    forget_vocabularies()
