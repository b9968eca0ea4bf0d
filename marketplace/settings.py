"""Settings by environment: each variable changes its own setting only.

With no variable set the `local` profile runs on SQLite in `var/`, loopback only.
`PROFILE=production` refuses to start without a secret key, hosts, a mailer and its own address.
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from marketplace.secret_key import local_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()

PROFILE = env.str("PROFILE", default="local")
if PROFILE not in {"local", "production"}:
    raise ImproperlyConfigured(f"PROFILE is “{PROFILE}”: write “local” or “production”.")
PRODUCTION = PROFILE == "production"

if PRODUCTION:
    missing = [
        name
        for name in ("SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_URL", "SITE_URL")
        if not env.str(name, "")
    ]
    if missing:
        raise ImproperlyConfigured(
            f"PROFILE=production needs {', '.join(missing)}: set each of them and start again."
        )

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or local_secret_key(VAR_DIR)
#: Former keys, so that the stop links of mails already sent outlive a new one.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
#: Where people find the site, for the links of mails.
SITE_URL = (env.str("SITE_URL", default="") or "http://127.0.0.1:8000").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or ""
if not SITE_HOST or (PRODUCTION and not SITE_URL.startswith("https://")):
    raise ImproperlyConfigured(
        f"SITE_URL is “{SITE_URL}”: write an address such as https://place.example.fr."
    )

# --- the territory -------------------------------------------------------------------------
TERRITORY = env.str("TERRITORY", default="200054807")  # SIREN of an EPCI
OCDS_PREFIX = env.str("OCDS_PREFIX", default="ocds-xxxxxx")
SITE_NAME = "La Place locale"

# --- the rooms, lowest first ---------------------------------------------------------------
INSTALLED_APPS = [
    "reference",
    "jobs",
    "mailing",
    "search",
    "accounts",
    "suppliers",
    "tenders",
    "spaser",
    "marketplace",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
AUTH_USER_MODEL = "accounts.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "accounts.audit.origins.OriginMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "marketplace.errors.when_disk_is_full",
]
ROOT_URLCONF = "marketplace.urls"
WSGI_APPLICATION = "marketplace.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "marketplace.context_processors.site",
            ],
        },
    },
]

# --- the database --------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'place.sqlite3'}")}
ATOMIC_REQUESTS = False  # with IMMEDIATE, every page would take SQLite's write lock
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Deferred transactions fail at once when they upgrade to a write (docs/adr/0002).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
        "PRAGMA mmap_size=268435456; PRAGMA cache_size=-16000;",
    }
else:
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 0, "max_size": 8}}

CACHES = {
    "default": env.cache("CACHE_URL")
    if env.str("CACHE_URL", "")
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entries"}
}

# --- the audit trail -----------------------------------------------------------------------
AUDIT_YEARS = env.int("AUDIT_YEARS", default=5)
AUDIT_HEADS = env.str("AUDIT_HEADS", default=str(VAR_DIR / "audit" / "heads.jsonl"))

# --- search, work and mail -----------------------------------------------------------------
SEARCH_URL = env.str("SEARCH_URL", default="")  # empty: the embedded engine
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or "memory://"
if PRODUCTION or env.str("EMAIL_URL", ""):
    EMAIL_CONFIG = env.email("EMAIL_URL")
    vars().update(EMAIL_CONFIG)
    if "smtp" in EMAIL_CONFIG["EMAIL_BACKEND"]:
        EMAIL_BACKEND = "mailing.smtp.EmailBackend"
else:
    EMAIL_BACKEND = "mailing.letterbox.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mails"
EMAIL_TIMEOUT = 60  # seconds; without one a relay that hangs would hang the worker
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="") or (
    f"{SITE_NAME} <ne-pas-repondre@{SITE_HOST}>"
)
#: Mails a second, all workers together; 0 = as fast as the relay takes them.
MAIL_RATE = env.float("MAIL_RATE", default=0.0) if env.str("MAIL_RATE", "") else 0.0
#: Keys the hashes of addresses never to write to; kept when SECRET_KEY is changed.
SUPPRESSION_KEY = env.str("SUPPRESSION_KEY", default="") or SECRET_KEY

# --- the API -------------------------------------------------------------------------------
API_RATE_ANON = env.str("API_RATE_ANON", default="60/min" if PRODUCTION else "")
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.DjangoModelPermissionsOrAnonReadOnly"
    ],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": API_RATE_ANON or None},
    "EXCEPTION_HANDLER": "marketplace.problems.problem_response",
    # `format` belongs to our own parameters, checked with the others.
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "La Place locale",
    "DESCRIPTION": "Suppliers, forecasts and contracts of a territory's public buyers.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- words and time ------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True

# --- files ---------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static" if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION  # local pages need no collectstatic
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = VAR_DIR / "media"

# --- protection ----------------------------------------------------------------------------
LOGIN_URL = "admin:login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "script-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"tokens": {"()": "mailing.logs.HideTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["tokens"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
