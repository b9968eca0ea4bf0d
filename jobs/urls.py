"""Addresses of the pages of the work."""

from django.urls import path

from jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("imports/", views.run_list, name="runs"),
    path("<int:pk>/", views.job_detail, name="detail"),
    path("<int:pk>/relancer/", views.job_retry, name="retry"),
]
