"""Settings. Everything that differs between installations comes from the environment.

``BILLINGSYNC_ENV`` is development (the default), test or production. In production nothing has an
unsafe default: a missing variable keeps the program from starting (see ``environment``).

Commands that change the schema (``environment.OWNER_COMMANDS``) log in with ``MIGRATE_DATABASE_URL``
when it is set; everything else logs in with ``DATABASE_URL``, whose role owns nothing, so that row
security applies to it. Without these, the addresses of the embedded servers are used.
"""

from __future__ import annotations

import logging
import secrets
import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from billingsync.settings import environment, logs
from billingsync.version import read_version
from devservers.addresses import read_addresses
from devservers.keys import read_keys
from devservers.places import data_folder

VERSION = read_version()
BASE_DIR = Path(__file__).resolve().parents[2]
BILLINGSYNC_ENV = environment.environment_name()
PRODUCTION = BILLINGSYNC_ENV == "production"
DEVELOPMENT = BILLINGSYNC_ENV == "development"
environment.require_good_values(BILLINGSYNC_ENV)

env = environ.Env()
DATA_DIR = data_folder().root
_keys = None if PRODUCTION else read_keys(data_folder())
_servers = None if PRODUCTION else read_addresses(data_folder())

DEBUG = DEVELOPMENT and env.bool("DEBUG", default=True)

# Keys. Development keeps its own in the data folder; without them a passing key serves commands that store nothing.
SECRET_KEY = env.str("SECRET_KEY", default=_keys.secret_key if _keys else secrets.token_urlsafe(50))
FIELD_ENCRYPTION_KEYS: list[str] = env.list(
    "FIELD_ENCRYPTION_KEYS", default=_keys.field_encryption_keys.split(",") if _keys else []
)
if not all(environment.is_field_key(entry) for entry in FIELD_ENCRYPTION_KEYS):
    raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS: each entry is id:base64 of 32 bytes, separated by commas.")

# Web addresses
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
CSRF_FAILURE_VIEW = "portal.frame.errors.older_than_sign_in"
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])
ROOT_URLCONF = "billingsync.urls"
WSGI_APPLICATION = "billingsync.wsgi.application"

INSTALLED_APPS = [
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "django_tables2",
    "django_filters",
    "pgtrigger",
    "pghistory",
    "csp",
    "core",
    "portal",
    "accounts",
    "notifications",
    "connections",
    "programs",
    "products",
    "customers",
    "invoices",
    "syncs",
    "billingsync",
]

MIDDLEWARE = [
    "billingsync.health.answer_probes",  # before host, redirect and session
    "billingsync.access_log.log_requests",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "billingsync.no_store.keep_nowhere",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.session_age.end_old_sessions",
    "billingsync.body_limits.refuse_large_bodies",  # before the token against forgery is looked for in the body
    "billingsync.maintenance.refuse_changes",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.frame.errors.RedisAway",
    "billingsync.histories.RouteHistoryMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.frame.shell.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database. The address ends in a closed port until servers exist, so that commands without one still load.
_database_url = env.str(
    "DATABASE_URL", default=_servers.database if _servers else "postgres://billingsync_app@127.0.0.1:1/billingsync"
)
MIGRATE_DATABASE_URL = env.str(
    "MIGRATE_DATABASE_URL", default=_servers.database_as_owner if _servers and "DATABASE_URL" not in env.ENVIRON else ""
)
LOGIN_DATABASE_URL = _database_url  # of the role that owns nothing, whoever logs in below
if MIGRATE_DATABASE_URL and environment.is_owner_command(sys.argv):
    _database_url = MIGRATE_DATABASE_URL
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.db_url_config(_database_url),
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60 if PRODUCTION else 0),
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"]["OPTIONS"] = DATABASES["default"].get("OPTIONS", {}) | environment.SIGNS_OF_LIFE
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis: every key and queue carries the prefix, so that several installations or test workers can share a server.
REDIS_URL = env.str("REDIS_URL", default=_servers.redis if _servers else "redis://127.0.0.1:1/0")
REDIS_KEY_PREFIX = env.str("REDIS_KEY_PREFIX", default="billingsync:")
CACHES = {
    "default": {
        "BACKEND": "billingsync.cache.PrefixedRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{REDIS_KEY_PREFIX}cache",
        "OPTIONS": {"serializer": "billingsync.cache.JsonSerializer"},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # people stay signed in while Redis is away

# The product's own settings
WRITES = env.str("WRITES", default="on") != "off"  # off: nothing is written to a vendor, no mail leaves
INSTALLATION_ID = env.str("INSTALLATION_ID", default=_keys.installation_id if _keys else "")  # see core.installation
# What an installation says of a vendor; None: what the vendor's definition in connectors/ says.
PRISM_IDENTITY_URL = env.str("PRISM_IDENTITY_URL", default=None)
PRISM_API_URL = env.str("PRISM_API_URL", default=None)
CLOUDIQ_API_URL = env.str("CLOUDIQ_API_URL", default=None)
SYNCRO_BASE_URL = env.str("SYNCRO_BASE_URL", default=None)
SYNCRO_REQUESTS_PER_MINUTE = env.int("SYNCRO_REQUESTS_PER_MINUTE", default=None)  # per egress address; 0 = no limit
UNKNOWN_LIMIT_REQUESTS_PER_MINUTE = env.int("UNKNOWN_LIMIT_REQUESTS_PER_MINUTE", default=None)  # the same, of others
EGRESS_ID = env.str("EGRESS_ID", default="default")  # which egress address the workers share
WORKERS_PER_PARTNER = env.int("WORKERS_PER_PARTNER", default=2)  # at once; the others are left to other partners
SETTLE_SECONDS = env.int("SETTLE_SECONDS", default=60)  # until a call whose answer was lost may be judged
ALLOW_PRIVATE_API_HOSTS = env.bool("ALLOW_PRIVATE_API_HOSTS", default=False)
TARGETS_ENABLED_BY_DEFAULT = env.bool("TARGETS_ENABLED_BY_DEFAULT", default=False)
# Days that rows are kept once they are over, 0 = for ever; see billingsync.tasks.
KEEP_SESSIONS_DAYS = env.int("KEEP_SESSIONS_DAYS", default=30)
KEEP_MAILS_DAYS = env.int("KEEP_MAILS_DAYS", default=400)
KEEP_RUNS_DAYS = env.int("KEEP_RUNS_DAYS", default=400)
KEEP_AUDIT_DAYS = env.int("KEEP_AUDIT_DAYS", default=3650)
KEEP_HISTORY_DAYS = env.int("KEEP_HISTORY_DAYS", default=3650)
KEEP_RAW_ROWS_DAYS = env.int("KEEP_RAW_ROWS_DAYS", default=3650)
JANITOR_SECONDS = env.int("JANITOR_SECONDS", default=60)
# Below 1, pauses before another attempt are that much shorter: for tests that imitate long trouble in seconds.
WAIT_FACTOR = 1.0 if PRODUCTION else env.float("WAIT_FACTOR", default=1.0)
OPERATOR_EMAIL = env.str("OPERATOR_EMAIL", default="operator@example.com")

# Celery reads these through billingsync.celery.
CELERY_VISIBILITY_SECONDS = 30 * 60  # far above one slice, which takes well under a minute

# E-mail
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Billing Sync <billing-sync@example.com>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
if env.str("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"

# Sign-in
AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # addresses are unique without case, by a constraint on Lower("email")
AUTHENTICATION_BACKENDS = ["accounts.backends.ProvenAddressBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "portal.emails.adapters.LetterAccountAdapter"  # closes sign-up except by invitation
ACCOUNT_FORMS = {
    "login": "accounts.address_forms.SignInForm",
    "reset_password": "accounts.address_forms.ForgottenPasswordForm",
    "add_email": "accounts.address_forms.NewAddressForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"  # nobody gets as far with an address that is not proven: see accounts.identity
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 1
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Billing Sync"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# Transport and browser
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=PRODUCTION)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
if PRODUCTION:  # bound to this very host; browsers take such names over https alone
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=8 * 3600)
SESSION_LONGEST_SECONDS = env.int("SESSION_LONGEST_SECONDS", default=7 * 24 * 3600)
SESSION_COOKIE_AGE = SESSION_LONGEST_SECONDS
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # ends with the session, and so at sign-out
X_FRAME_OPTIONS = "DENY"
_proxy_header = env.str("PROXY_PROTO_HEADER", default="")  # e.g. X-Forwarded-Proto, only behind a proxy that sets it
if _proxy_header:
    SECURE_PROXY_SSL_HEADER = ("HTTP_" + _proxy_header.upper().replace("-", "_"), "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # data: carries the QR code of a new authenticator
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Static files
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION

# Language and time
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

logs.configure_structlog()
logging.captureWarnings(True)
LOGGING = logs.logging_config(as_json=PRODUCTION, level=env.str("LOG_LEVEL", default="INFO"))
