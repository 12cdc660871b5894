"""Settings, from the environment or `.env` (see `.env.example` for every name)."""

import sys
from datetime import time
from pathlib import Path

import environ

from config import navigation
from config.public_url import public_url
from config.retention import retention
from config.secret_key import kept_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)

env = environ.Env()
env.read_env(BASE_DIR / ".env")

SECRET_KEY = env.str("SECRET_KEY", "") or kept_secret_key(VAR_DIR)
SALT_KEY = "pushdesk.encrypted-fields"
DEBUG = env.bool("DEBUG", False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
PUBLIC_URL = public_url(env)
PUSH_HOSTS = env.list("PUSH_HOSTS", default=[])
LINK_CHECK_HOSTS = env.list("LINK_CHECK_HOSTS", default=[])
DEMO_PORT = env.int("DEMO_PORT", 8000)
DEMO_PASSWORD = env.str("DEMO_PASSWORD", "")

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "polymorphic",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_q",
    # From here each app may import from those above it, never from those below.
    "apps.accounts",
    "apps.devices",
    "apps.segments",
    "apps.assets",
    "apps.delivery",
    "apps.journeys",
    "config.apps.ProjectConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
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
            ]
        },
    }
]
# Widgets are drawn with our templates too; "django.forms" above brings Django's own.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": env.db("DATABASE_URL", f"sqlite:///{VAR_DIR / 'pushdesk.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that will write waits for its turn at its start; one that reads
    # first and then writes would fail at once when another process writes in between.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }

REDIS_URL = env.str("REDIS_URL", "")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # One entry per visitor's address: fewer, and the throttle would forget who it slows.
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}

# An index that PostgreSQL may answer from alone is an ordinary one on SQLite, as it should be.
SILENCED_SYSTEM_CHECKS = ["models.W040"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
FORMAT_MODULE_PATH = "config.formats"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# Served straight from the packages: nothing has to be collected before the first start.
WHITENOISE_USE_FINDERS = True

# "private" holds what must never be served: files on their way in.
# Each database has its own: files that no import of it knows of are removed.
PRIVATE_DIR = VAR_DIR / "private" / Path(DATABASES["default"]["NAME"]).name
PRIVATE_MODES = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
# Uploaded images. On this disk the desk serves them itself; each database has its own, as above.
MEDIA_ROOT = VAR_DIR / "media" / PRIVATE_DIR.name
MEDIA_URL = "/media/"
STORAGES = {
    "default": {
        "BACKEND": env.str("MEDIA_STORAGE", "") or "django.core.files.storage.FileSystemStorage",
        "OPTIONS": env.json("MEDIA_STORAGE_OPTIONS", default={}),
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_DIR, **PRIVATE_MODES},
    },
}

# Uploads wait on the disk of the private files, so that a large one is moved and not copied.
FILE_UPLOAD_TEMP_DIR = VAR_DIR / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_MB", 2000) * 1_000_000

# Only a proxy may say that a request came over TLS: without one in front anybody could.
if env.bool("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
# Each REST interface has its own bound below this one (apps.accounts.api.base).
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

# Pages call the client API from their own origins. Any page may read the answer, because for one
# that the site does not allow (apps.accounts.origins) it is a refusal that says what to do, and
# no cookie is ever sent.
CORS_URLS_REGEX = r"^/api/client/"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_HEADERS = ["authorization", "content-type", "x-pushdesk-page", "x-pushdesk-site"]
CORS_PREFLIGHT_MAX_AGE = 86400

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {"client": "600/min", "new_device": "60/min", "server": "600/min"},
    # Whose address the throttle counts: with a proxy in front the last one it was told.
    "NUM_PROXIES": int(env.bool("BEHIND_PROXY", False)),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Pushdesk",
    "DESCRIPTION": "The REST interfaces of Pushdesk, a marketing back office for browser push.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "TAGS": [
        {"name": "contacts", "description": "Server API: who the site's people are."},
        {"name": "events", "description": "Server API: what they did."},
        {"name": "journeys", "description": "Server API: who is in which campaign, and how far."},
        {"name": "client", "description": "What the script and the worker in a browser call."},
    ],
    "ENUM_NAME_OVERRIDES": {"JourneyStatusEnum": "apps.journeys.models.Journey.Status"},
    "PATH_CONVERTER_OVERRIDES": {"external_id": str},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# A task is only a wake-up that drains what is due, so it may be lost or doubled; the retry
# clock starts when a task is fetched, so retry exceeds what one queue of tasks can take.
Q_CLUSTER = {
    "name": "pushdesk",
    "orm": "default",
    "workers": 2,
    "queue_limit": 2,
    "bulk": 1,
    "poll": 0.2,
    "timeout": 60,
    "retry": 300,
    "ack_failures": True,
    "max_attempts": 1,
    "catch_up": False,
    "save_limit": 250,
    "recycle": 200,
}

# What is made with every new site, in this order; each takes the site.
SITE_SETUP = [
    "apps.accounts.house_events.create_for_site",
    "apps.devices.keys.create_for_site",
    "apps.journeys.templates.create_for_site",
]

# Says for a site's systems who gets no push, and keeps "reachable" true.
SET_PLATFORM_OPT_OUT = "apps.devices.consent.set_platform_opt_out"

# What is held first when a person is erased, in this order: the one in which log-ins, merges,
# journeys and the worker take these rows, so that none of them and an erasure wait for each other.
HELD_TO_ERASE = [
    "devices.Device",
    "accounts.Contact",
    "journeys.PendingEvent",
    "journeys.Enrolment",
]

RETENTION = retention(env)
# A file that was uploaded and not brought in to its end; 0: for ever.
UPLOADS_KEPT_DAYS = env.int("RETENTION_UPLOADS_DAYS", 7)

# The net under the wake-ups: name of the schedule, task, minutes between runs or the time of day
# (UTC) at which it runs.
PERIODIC_TASKS = [
    ("Run imports", "apps.accounts.tasks.run_imports", 1),
    ("Move journeys", "apps.journeys.tasks.advance", 1),
    ("Call webhooks", "apps.journeys.tasks.call_webhooks", 1),
    ("Sum up the numbers of journeys", "apps.journeys.tasks.roll_up", 5),
    ("Try drafts", "apps.journeys.tasks.dry_run", 1),
    ("Decide which pushes win", "apps.journeys.tasks.decide_winners", 5),
    ("Send pushes", "apps.delivery.tasks.send", 1),
    ("Take back what was withdrawn", "apps.delivery.tasks.take_back", 1),
    ("Expire popups", "apps.delivery.tasks.expire", 5),
    ("Check addresses in assets", "apps.assets.tasks.check_addresses", 5),
    ("Remove asset files that nobody imported", "apps.assets.tasks.sweep_files", time(3, 40)),
    ("End subscriptions of retired keys", "apps.devices.tasks.end_retired", 1),
    ("Remove what is too old", "apps.accounts.tasks.clean", time(3, 30)),
]

UNFOLD = navigation.UNFOLD

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # A line for every wake-up would bury what matters.
    "loggers": {"django-q": {"level": "WARNING"}},
}

if "pytest" in sys.modules:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # A static file is looked for when it is asked for; every test client would list them all.
    WHITENOISE_AUTOREFRESH = True
