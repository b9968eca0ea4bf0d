"""Addresses of the figures' pages and files."""

from django.urls import path

from spaser import views

app_name = "spaser"
urlpatterns = [
    path("", views.report, name="report"),
    path("contrats/", views.contracts, name="contracts"),
    path("methode/", views.method, name="method"),
    path("rapport.json", views.download, {"format": "json"}, name="json"),
    path("rapport.pdf", views.download, {"format": "pdf"}, name="pdf"),
]
