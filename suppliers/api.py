"""The directory's API: the same search as the page, read by machines."""

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reference.identifiers import parse_identifier
from reference.naf import label as naf_label
from suppliers.enums import LABEL_CHOICES
from suppliers.forms import PARAMETERS, WINDOW, SupplierSearchForm
from suppliers.models import Company, Establishment
from suppliers.queries import SupplierHit, SupplierPage, get_supplier, search_suppliers


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the name interfaces fix


class CommuneSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


class WhySerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    text = serializers.CharField()


class FacetValueSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the name interfaces fix
    count = serializers.IntegerField()


class UnderstoodSerializer(serializers.Serializer[Any]):
    words = serializers.ListField(child=serializers.CharField())
    corrected = serializers.DictField(child=serializers.CharField())
    place = serializers.DictField(child=serializers.CharField(), allow_null=True)
    identifiers = serializers.ListField(child=serializers.CharField())
    filters = serializers.DictField(child=serializers.CharField())


class EstablishmentSerializer(serializers.Serializer[Any]):
    siret = serializers.CharField()
    is_seat = serializers.BooleanField()
    is_active = serializers.BooleanField()
    address = serializers.CharField()
    postcode = serializers.CharField()
    commune = CommuneSerializer(allow_null=True)


class CompanySerializer(serializers.Serializer[Any]):
    """A company, by itself."""

    siren = serializers.CharField()
    siret = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    trade_name = serializers.CharField()
    commune = CommuneSerializer(allow_null=True)
    naf = CodeSerializer()
    size = serializers.CharField()
    labels = CodeSerializer(many=True)
    url = serializers.URLField()


class SupplierSerializer(CompanySerializer):
    """A company as a search finds it."""

    distance_km = serializers.FloatField(allow_null=True)
    why = WhySerializer(many=True)


class SupplierDetailSerializer(CompanySerializer):
    """A company with its establishments and its own words."""

    created_on = serializers.DateField(allow_null=True)
    is_active = serializers.BooleanField()
    legal_category = serializers.CharField()
    offer = serializers.CharField()
    establishments = EstablishmentSerializer(many=True)


def _company(
    company: Company, place: Establishment | None, request: HttpRequest
) -> dict[str, Any]:
    code = company.naf or (place.naf if place else "")
    return {
        "siren": company.siren,
        "siret": place.siret if place else None,
        "name": company.name,
        "trade_name": place.trade_names.split("\n")[0] if place else "",
        "commune": _commune(place),
        "naf": {"code": code, "label": naf_label(code)},
        "size": company.size,
        "labels": [
            {"code": label.kind, "label": str(LABEL_CHOICES[label.kind])}
            for label in company.valid_labels()
        ],
        "url": request.build_absolute_uri(reverse("suppliers:detail", args=[company.siren])),
    }


def _commune(place: Establishment | None) -> dict[str, str] | None:
    if place is None or place.commune is None:
        return None
    return {"code": place.commune.code, "name": place.commune.name}


def _supplier(hit: SupplierHit, request: HttpRequest) -> dict[str, Any]:
    return {
        **_company(hit.company, hit.establishment, request),
        "distance_km": hit.distance_km,
        "why": [{"field": why.field, "text": why.text} for why in hit.why],
    }


def _detail(company: Company, request: HttpRequest) -> dict[str, Any]:
    places = list(company.establishments.all())
    active = [place for place in places if place.is_active]
    profile = getattr(company, "profile", None)
    return {
        **_company(company, next(iter([*active, *places]), None), request),
        "created_on": company.created_on,
        "is_active": company.is_active,
        "legal_category": company.legal_category,
        "offer": profile.offer if profile else "",
        "establishments": [
            {
                "siret": place.siret,
                "is_seat": place.is_seat,
                "is_active": place.is_active,
                "address": place.address,
                "postcode": place.postcode,
                "commune": _commune(place),
            }
            for place in places
        ],
    }


def _links(page: SupplierPage, request: Request) -> dict[str, str | None]:
    """Return the addresses of the pages before and after, by cursor beyond the window."""
    query = page.query

    def to(**changes: str) -> str:
        params = request.query_params.copy()
        params.pop("page", None)
        params.pop("cursor", None)
        params.update(changes)
        return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")

    following = None
    if page.next_cursor:
        in_window = not query.cursor and (query.page + 1) * query.per_page <= WINDOW
        following = to(page=str(query.page + 1)) if in_window else to(cursor=page.next_cursor)
    before = to(page=str(query.page - 1)) if query.page > 1 and not query.cursor else None
    return {"next": following, "previous": before}


_PAGE_SCHEMA = inline_serializer(
    "SupplierPage",
    {
        "count": serializers.IntegerField(),
        "count_relation": serializers.ChoiceField(["eq"]),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "facets": serializers.DictField(child=FacetValueSerializer(many=True)),
        "understood": UnderstoodSerializer(),
        "results": SupplierSerializer(many=True),
    },
)


class SupplierList(APIView):
    """Search the directory; a name or a value that is not known is refused, never ignored."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="suppliers_list",
        parameters=[
            OpenApiParameter(name, OpenApiTypes.STR, many=many)
            for name, (_, many) in PARAMETERS.items()
        ],
        responses=_PAGE_SCHEMA,
    )
    def get(self, request: Request) -> Response:
        form = SupplierSearchForm(request.query_params)
        if not form.is_valid():
            raise serializers.ValidationError(form.errors_by_name())
        page = search_suppliers(form.query)
        body = {
            "count": page.total,
            "count_relation": "eq",
            **_links(page, request),
            "facets": {
                name: FacetValueSerializer(values, many=True).data
                for name, values in page.facets.items()
            },
            "understood": UnderstoodSerializer(page.understood).data,
            "results": [_supplier(hit, request) for hit in page.hits],
        }
        return Response(body)


class SupplierDetail(APIView):
    """One company, by SIREN (a SIRET finds its company)."""

    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="suppliers_retrieve",
        parameters=[OpenApiParameter("siren", OpenApiTypes.STR, OpenApiParameter.PATH)],
        responses=SupplierDetailSerializer,
    )
    def get(self, request: Request, siren: str) -> Response:
        identifier = parse_identifier(siren)
        company = get_supplier(identifier[:9]) if identifier else None
        if company is None:
            raise Http404
        return Response(_detail(company, request))
