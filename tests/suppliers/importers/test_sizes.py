import pytest

from suppliers.sizes import company_size


@pytest.mark.parametrize(
    ("category", "bracket", "size"),
    [
        ("PME", "00", "tpe"),
        ("PME", "03", "tpe"),
        ("PME", "11", "pme"),
        ("PME", "31", "pme"),
        ("PME", "NN", "unknown"),
        ("PME", "", "unknown"),
        ("ETI", "NN", "eti"),
        ("GE", "", "ge"),
        ("", "01", "unknown"),
        ("", "53", "unknown"),
    ],
)
def test_size_follows_category_and_declared_staff(category: str, bracket: str, size: str) -> None:
    assert company_size(category, bracket) == size
