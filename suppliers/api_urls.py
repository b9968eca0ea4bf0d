"""Addresses of the directory's API, under /api/v1/."""

from django.urls import path

from suppliers.api import SupplierDetail, SupplierList

urlpatterns = [
    path("suppliers/", SupplierList.as_view(), name="api-suppliers"),
    path("suppliers/<siren>/", SupplierDetail.as_view(), name="api-supplier"),
]
