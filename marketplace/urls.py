"""Every address of the site."""

from csp.decorators import csp_update
from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from marketplace import health, views

#: Swagger UI carries its pictures in its style sheet; nothing else is loosened.
swagger = csp_update({"img-src": ["data:"]})(
    SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="api_docs.html")
)

urlpatterns = [
    path("", views.home, name="home"),
    path("fournisseurs/", include("suppliers.urls")),
    path("travaux/", include("jobs.urls")),
    path("", include("tenders.urls")),
    path("lettres/", include("mailing.urls")),
    path("courriers/", include("mailing.letterbox_urls")),
    path("spaser/", include("spaser.urls")),
    path("donnees/", views.data, name="data"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("mentions-legales/", views.legal, name="legal"),
    path("api/v1/", include("suppliers.api_urls")),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("api/v1/docs/", swagger, name="api-docs"),
    path("langue/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]

handler400 = "marketplace.errors.bad_request"
handler403 = "marketplace.errors.permission_denied"
handler404 = "marketplace.errors.page_not_found"
