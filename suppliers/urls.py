"""Addresses of the directory's pages."""

from django.urls import path, re_path

from suppliers import views

app_name = "suppliers"
urlpatterns = [
    path("", views.supplier_list, name="list"),
    path("classement/", views.ranking, name="ranking"),
    re_path(r"^(?P<siren>[0-9]{9})/$", views.supplier_detail, name="detail"),
    re_path(r"^(?P<siret>[0-9]{14})/$", views.supplier_of_siret, name="of-siret"),
]
