"""What is asked of the directory is read whole, or refused whole with what to do."""

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from suppliers.forms import PARAMETERS, SupplierSearchForm

pytestmark = pytest.mark.django_db


def read(text: str) -> SupplierSearchForm:
    return SupplierSearchForm(QueryDict(text))


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("q=  toiture ", "q", "toiture"),
        ("commune=13055&commune=Aubagne", "commune", ("13055", "13005")),
        ("naf=4391b", "naf", ("43.91B",)),
        ("naf=F&naf=43", "naf", ("F", "43")),
        ("cpv=45261000-4", "cpv", ("45261",)),
        ("size=tpe&size=pme&size=tpe", "size", ("tpe", "pme")),
        ("ess=true", "ess", True),
        ("facets=size,naf&facets=label", "facets", ("size", "naf", "label")),
        ("department=2a", "department", ("2A",)),
        ("label=siae", "label", ("siae",)),
        ("q=&size=&near=", "size", ()),
    ],
)
def test_values_are_read(text: str, field: str, value: object) -> None:
    form = read(text)
    assert form.is_valid(), form.errors_list
    assert getattr(form.query, field) == value


def test_near_is_a_point_or_a_place() -> None:
    assert read("near=43.29,5.57").query.near[:2] == (43.29, 5.57)
    latitude, longitude, name = read("near=gardanne&radius_km=5").query.near
    assert (round(latitude, 1), round(longitude, 1), name) == (43.5, 5.5, "Gardanne")


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("sise=tpe", "sise", "size"),
        ("size=pm", "size", "pme"),
        ("commune=99999", "commune", "99999"),
        ("commune=aubange", "commune", "13005"),
        ("near=aubange", "near", "Aubagne"),
        ("near=43.2", "near", "43.2"),
        ("near=nan,5", "near", "nan,5"),
        ("near=91,5", "near", "91,5"),
        ("near=1,2,3", "near", "1,2,3"),
        ("near=Aubagne&radius_km=0", "radius_km", "200"),
        ("near=Aubagne&radius_km=201", "radius_km", "200"),
        ("near=Aubagne&radius_km=inf", "radius_km", "inf"),
        ("radius_km=5", "radius_km", "near"),
        ("ess=oui", "ess", "oui"),
        ("created_after=2024-13-01", "created_after", "2024-03-14"),
        ("naf=99.99Z", "naf", "99"),
        ("cpv=1", "cpv", "1"),
        ("page=0", "page", "0"),
        ("page=1.5", "page", "1.5"),
        ("per_page=101", "per_page", "100"),
        ("page=401", "page", "cursor"),
        ("cursor=abc", "cursor", "next"),
        ("facets=couleur", "facets", "couleur"),
        ("ordering=prix", "ordering", "prix"),
        ("ess=true&ess=false", "ess", "ess"),
        ("q=" + "a" * 301, "q", "300"),
    ],
)
def test_what_cannot_be_read_is_named_with_what_to_do(text: str, name: str, said: str) -> None:
    errors = dict(read(text).errors_list)
    assert list(errors) == [name]
    assert said in errors[name]


def test_every_error_is_told_at_once() -> None:
    errors = read("sise=tpe&ess=oui&near=xx,yy&page=0").errors_list
    assert [name for name, _ in errors] == ["sise", "ess", "near", "page"]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(PARAMETERS)), st.text(max_size=60), max_size=5))
def test_no_value_breaks_the_reading(values: dict[str, str]) -> None:
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.appendlist(name, value)
    form = SupplierSearchForm(data)
    assert form.is_valid() or all(message for _, message in form.errors_list)
