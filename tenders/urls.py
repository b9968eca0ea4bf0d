"""Addresses of the pages of forecasts and of the letters that bring them."""

from django.urls import path, re_path

from tenders import views

app_name = "tenders"
urlpatterns = [
    path("previsions/", views.forecast_list, name="forecasts"),
    re_path(
        r"^previsions/(?P<reference>[0-9]{4}-[A-Z]+-[0-9]+)/$",
        views.forecast_detail,
        name="forecast",
    ),
    path("lettres/", views.letters, name="letters"),
    path("lettres/envoyee/", views.letters_sent, name="letters-sent"),
    path("lettres/preferences/<token>/", views.preferences, name="preferences"),
]
