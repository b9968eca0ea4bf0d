"""Addresses of the pages that show the mails kept."""

from django.urls import path

from mailing import letterbox_views

app_name = "letterbox"
urlpatterns = [
    path("", letterbox_views.kept_list, name="list"),
    path("<slug:name>/", letterbox_views.kept_detail, name="detail"),
    path("<slug:name>/html/", letterbox_views.kept_html, name="html"),
]
