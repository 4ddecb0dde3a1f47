"""The settings, from the environment or from ``.env`` beside manage.py.

This is the only reader of the environment. README.md describes every name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.module_loading import import_string

from config.made_once import made_once
from connectors import registry

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env_file = BASE_DIR / env.str("ENV_FILE", ".env")
if env_file.is_file():
    env.read_env(env_file)

DEBUG = env.bool("DEBUG", False)

# --- The one directory that is written to --------------------------------------------------
VAR_DIR = BASE_DIR / env.str("VAR_DIR", "var")
VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)

# --- Keys: what is missing or too short is an error of ``manage.py check`` (connections.checks) --
SECRET_KEY = env.str("SECRET_KEY", "")
# The first encrypts the accounts' credentials, all of them decrypt (connections.vault).
CREDENTIALS_KEYS = env.list("CREDENTIALS_KEYS", default=[])
if DEBUG:
    SECRET_KEY = SECRET_KEY or made_once(VAR_DIR / "secret_key", get_random_secret_key)
    CREDENTIALS_KEYS = CREDENTIALS_KEYS or [
        made_once(VAR_DIR / "credentials_key", lambda: Fernet.generate_key().decode())
    ]
# What ${NAME} in a configuration file stands for. The name makes Django hide it in reports.
SECRETS_IN_ENVIRONMENT = env.ENVIRON

# --- Where it is reached ---------------------------------------------------------------------
PUBLIC_URL = env.str("PUBLIC_URL", "").rstrip("/")
_public = urlsplit(PUBLIC_URL)
_hosts = ["localhost", "127.0.0.1", "[::1]"] if DEBUG else []
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[*_hosts, *([_public.hostname] if _public.hostname else [])]
)
CSRF_TRUSTED_ORIGINS = env.list(
    "CSRF_TRUSTED_ORIGINS",
    default=[f"{_public.scheme}://{_public.netloc}"] if PUBLIC_URL else [],
)
# Only a PUBLIC_URL with http:// (a first look, a home network) does without encryption.
_https = _public.scheme == "https" or (not DEBUG and not PUBLIC_URL)
SECURE_SSL_REDIRECT = _https
# Probes come from inside, past the proxy that has the certificate.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
# Preloading binds the whole domain for years: that is its owner's decision, not ours.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
# Believed only when said so: without a proxy in front, anybody could send these headers.
ALLAUTH_TRUSTED_PROXY_COUNT = 0
if env.bool("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # whose address in X-Forwarded-For the limits are for
X_FRAME_OPTIONS = "DENY"
# May accounts point at private or loopback addresses, such as an address book at home?
ALLOW_PRIVATE_ADDRESSES = env.bool("ALLOW_PRIVATE_ADDRESSES", DEBUG)

# --- What a page may load and run (Content-Security-Policy) -----------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Scripts are files of ours, or carry the nonce of the page. The eval is that of Alpine,
        # which Unfold's templates give their expressions to; nothing of ours needs it, and it goes
        # as soon as Unfold comes with Alpine's build for policies (alpinejs.dev/advanced/csp).
        "script-src": [SELF, NONCE, UNSAFE_EVAL],
        "script-src-attr": [NONE],
        "style-src": [SELF, NONCE],
        # Alpine writes the style attributes that Unfold binds, such as the width of a list's bar.
        "style-src-attr": [UNSAFE_INLINE],
        "img-src": [SELF, "data:"],  # the code of an authenticator app is no file
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        # Browsers apply it to what a form is redirected to as well: see connections.leaving.
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- What it is made of ----------------------------------------------------------------------
INSTALLED_APPS = [
    "connections",  # before Unfold and allauth: it replaces templates of both
    "unfold",  # before django.contrib.admin: it replaces templates of it
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "csp",
    "django_q",
    "rules",
    "sync",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "connections.staff.zone.InTheZoneOfThePerson",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "connections.staff.enforcement.RequireSecondFactor",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "connections.staff.looks.of_the_desk",
                "connections.staff.zone.named",
            ]
        },
    }
]
STATIC_URL = "static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# A rule with many conditions is many form fields; Django's limit of 1,000 is a 400 on saving.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000


def _page(title: str, icon: str, name: str, right: str = "") -> dict[str, Any]:
    """A line of the sidebar, for those who may see the page. ``right``: of one that is no list."""
    if name.endswith("_changelist"):
        app, _, model = name.removesuffix("_changelist").partition("_")
        right = f"{app}.view_{model}"
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{name}"),
        "permission": lambda request: not right or request.user.has_perm(right),
    }


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Accord",
    "SITE_HEADER": "Accord",
    "SITE_SUBHEADER": "Contacts, kept equal",
    "SITE_SYMBOL": "sync_alt",
    "SITE_URL": None,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "sync.desk.dashboard.first_page",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("sync/icon.svg")}
    ],
    "STYLES": [
        lambda request: static("sync/unfold.css"),
        lambda request: static("sync/desk.css"),
    ],
    "SCRIPTS": [lambda request: static("connections/zone.js")],
    "COMMAND": {"search_callback": "sync.desk.people_search.in_palette"},
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "items": [
                    _page("Overview", "home", "index"),
                    _page("People", "person_search", "people", "connections.view_connection"),
                ]
            },
            {
                "title": "Sync",
                "items": [
                    _page("Connections", "sync_alt", "connections_connection_changelist"),
                    _page("Accounts", "key", "connections_account_changelist"),
                    _page(
                        "Apps to come",
                        "how_to_vote",
                        "connections_coming",
                        "connections.view_account",
                    ),
                    _page("Containers", "contacts", "connections_container_changelist"),
                ],
            },
            {
                "title": "What happened",
                "items": [
                    _page("Sync records", "group", "sync_syncrecord_changelist"),
                    _page("Runs", "play_circle", "sync_run_changelist"),
                    _page("Audit log", "receipt_long", "sync_step_changelist"),
                    _page("Exports", "download", "sync_export_changelist"),
                    _page("Erasures", "person_off", "sync_erasure_changelist"),
                ],
            },
            {
                "title": "Notifications",
                "items": [
                    _page(
                        "My notifications",
                        "notifications",
                        "notifications",
                        "connections.view_connection",
                    ),
                    _page("Channels", "campaign", "connections_channel_changelist"),
                ],
            },
            {
                "title": "Staff",
                "items": [
                    _page("Users", "person", "auth_user_changelist"),
                    _page("Groups", "groups", "auth_group_changelist"),
                ],
            },
        ],
    },
}

# --- Database --------------------------------------------------------------------------------
SQLITE_OPTIONS = {
    # A transaction takes the write lock at its start and waits for it. Deferred ones fail at
    # once when two that have read want to write.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
POSTGRESQL_OPTIONS = {
    # A machine that lost its power, or its way to the server, says no goodbye. Within a minute
    # both ends know, so that it holds nobody up: what it had locked is free again.
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "options": "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 "
    "-c tcp_keepalives_count=3 -c tcp_user_timeout=60000 "
    # No transaction of ours waits for anything but the database.
    "-c idle_in_transaction_session_timeout=120000",
}
_USUAL = {"sqlite3": SQLITE_OPTIONS, "postgresql": POSTGRESQL_OPTIONS}


def _database(found: dict[str, Any]) -> dict[str, Any]:
    if "ENGINE" not in found:
        raise ImproperlyConfigured(
            "DATABASE_URL or NEW_DATABASE_URL is no address of a database. Write it as "
            "postgres://user:password@host/name."
        )
    kind = found["ENGINE"].rpartition(".")[2]
    found["OPTIONS"] = {**_USUAL.get(kind, {}), **found.get("OPTIONS", {})}
    # The queue looks for work every second; without this each look would be a new connection.
    found.setdefault("CONN_MAX_AGE", 600)
    found.setdefault("CONN_HEALTH_CHECKS", True)
    return found


DATABASES = {
    "default": _database(
        env.db_url("DATABASE_URL")
        if env.str("DATABASE_URL", "")
        else {"ENGINE": "django.db.backends.sqlite3", "NAME": str(VAR_DIR / "accord.sqlite3")}
    )
}
# Only ``manage.py movedatabase`` knows of it.
if env.str("NEW_DATABASE_URL", ""):
    DATABASES["new"] = _database(env.db_url("NEW_DATABASE_URL"))

# --- Queue and cache -------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", "")
# Runs are rows of ours and the queue is only a bell, so a lost or doubled ring does no harm.
Q_CLUSTER: dict[str, Any] = {
    "name": "accord",
    "label": "Background work",
    "workers": 2,
    "timeout": 240,
    "retry": 600,  # far longer than the timeout, else a task that waits is given out twice
    "max_attempts": 1,
    "ack_failures": True,
    "queue_limit": 2,
    "recycle": 200,
    "save_limit": 100,
    "catch_up": False,
    "poll": 1,
    "guard_cycle": 5,
} | ({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"})
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "connections.staff.cache.SharedFiles",
        "LOCATION": str(VAR_DIR / "cache"),
        # When it is full, entries are dropped at random, those that limit sign-in among them.
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# --- People ----------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
CSRF_FAILURE_VIEW = "connections.staff.pages.outdated_form"
ACCOUNT_ADAPTER = "connections.staff.account.StaffAccounts"
ACCOUNT_FORMS = {"login": "connections.staff.forms.SignInForm"}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# Addresses are entered by administrators, who need not prove that they are somebody's.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Accord] "

# A second factor: an app, or a passkey, which is also a way in by itself.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", False)
MFA_ADAPTER = "connections.staff.second_factor.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Accord"

# Single sign-on (connections.staff.sso), on when it has a server.
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", "").rstrip("/")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", "")
OIDC_NAME = env.str("OIDC_NAME", "single sign-on")
SOCIALACCOUNT_ADAPTER = "connections.staff.social.StaffIdentities"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}
SOCIALACCOUNT_STORE_TOKENS = False  # they would be stored as plain text
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True  # to link an identity is to add a way in

UNFOLD["ACCOUNT"] = {
    "navigation": [
        {"title": title, "link": reverse_lazy(name)}
        for title, name in (
            ("Change password", "account_change_password"),
            ("Second factor and passkeys", "mfa_index"),
            *([("Single sign-on", "socialaccount_connections")] if OIDC_SERVER_URL else []),
        )
    ]
}

# --- Language, time, mail --------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "UTC")
DEFAULT_REGION = env.str("DEFAULT_REGION", "").upper()
globals().update(env.email_url("EMAIL_URL", "consolemail://" if DEBUG else "smtp://localhost:25"))

EMAIL_TIMEOUT = 20  # seconds; without it a server that is silent keeps a worker for ever
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "Accord <accord@localhost>")
# Who is told: after so many failed runs in a row, and once a day from this hour on (TIME_ZONE).
NOTIFY_AFTER_FAILURES = env.int("NOTIFY_AFTER_FAILURES", 3)
DIGEST_HOUR = env.int("DIGEST_HOUR", 7)

# --- The apps: where they are and what they allow, as each connector says (registry.settings) ----
CONNECTORS = {item.name: env.str(item.name, item.default) for item in registry.settings()}
for _setting in registry.settings():
    if _setting.is_number and not CONNECTORS[_setting.name].isdigit():
        raise ImproperlyConfigured(f"{_setting.name} is not a whole number. {_setting.help}")

# --- Marks: what a contact is tagged with whose counterpart was deleted, or unsubscribed ------
TRASH_MARK = env.str("TRASH_MARK", "PieSync Trash")
UNSUBSCRIBES_MARK = env.str("UNSUBSCRIBES_MARK", "PieSync Unsubscribes")

# --- Whoever has it may read the numbers at /metrics (sync.watch.probes); "" is nobody -----------
METRICS_TOKEN = env.str("METRICS_TOKEN", "")

# --- Webhooks: seconds from a run to the next that an app's word may call for (sync.watch.due) ---
WEBHOOK_PAUSE = env.int("WEBHOOK_PAUSE", 30)

# --- How long the audit log is kept, and contacts that are gone; 0 is for ever (sync.watch) ---
RETENTION_DAYS = env.int("RETENTION_DAYS", 365)

# --- Log and error pages ---------------------------------------------------------------------
if SENTRY_DSN := env.str("SENTRY_DSN", ""):
    try:
        import_string("config.sentry.begin")(SENTRY_DSN)
    except ImportError:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set and sentry-sdk is not there: pip install -e '.[sentry]'."
        ) from None
LOG_FORMAT = env.str("LOG_FORMAT", "lines" if DEBUG else "json")
if LOG_FORMAT not in ("json", "lines"):
    raise ImproperlyConfigured("LOG_FORMAT is json or lines.")
DEFAULT_EXCEPTION_REPORTER = "config.reports.Report"
DEFAULT_EXCEPTION_REPORTER_FILTER = "config.reports.NoSecrets"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.logs.formatter", "form": LOG_FORMAT}},
    "filters": {"without_secrets": {"()": "config.reports.WithoutSecrets"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Django's own handlers would print a second time, or mail request data to admins.
        "django": {"handlers": [], "level": "INFO"},
        # Of answers that refuse, with the path.
        "django.request": {"filters": ["without_secrets"], "propagate": True},
        # The lines of runserver.
        "django.server": {"filters": ["without_secrets"], "propagate": True},
        # It tells of every ring of the bell; what came of it our own log and the runs say.
        "django-q": {"level": "WARNING"},
        # Its lines hold addresses of channels, which are secrets.
        "apprise": {"handlers": ["nowhere"], "propagate": False},
        **{name: {"level": "INFO"} for name in ("connections", "connectors", "rules", "sync")},
    },
}
