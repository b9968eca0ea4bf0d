"""Addresses of the links of mails."""

from django.urls import path

from mailing import views

app_name = "mailing"
urlpatterns = [
    path("confirmer/<token>/", views.confirm, name="confirm"),
    path("arret/<token>/", views.stop, name="stop"),
]
