"""Settings common to every place. Whatever differs by place is read from the environment (portal/env.py)."""

from datetime import timedelta

from csp.constants import NONE, SELF

from portal import env

BASE_DIR = env.BASE_DIR
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "var")

DEBUG = False
DEMO = env.flag("DEMO")
DEMO_PAGES = "cms.demo"
SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")

# Contact data: the first key encrypts, all of them decrypt (see suggestions/crypto.py for rotation).
FIELD_KEYS = env.words("FIELD_KEYS")
# Equality of phones, receipt tokens and query codes is checked through keyed hashes; first key writes.
HASH_KEYS = env.words("HASH_KEYS")

SITE_NAME = "建言"
# Off: devices are told to forget what the service worker kept (portal/installing.py).
INSTALLABLE = env.flag("INSTALLABLE", default=True)
# The office that runs a deployment differs by place, so it is data (Jurisdiction), never text in code.
BASE_URL = env.text("BASE_URL", "http://localhost:8000").rstrip("/")
WAGTAIL_SITE_NAME = "建言"
WAGTAILADMIN_BASE_URL = BASE_URL

INSTALLED_APPS = [
    "portal",
    "portal.accounts",
    "portal.notices",
    "cms",
    "suggestions",
    "search",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "portal.accounts.people_app.PeopleConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "treebeard",
    "django_filters",
    "django_htmx",
    "ninja",
    "csp",
    "axes",
    "django.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "portal.middleware.request_id",
    # Before whatever reads the path: from here on a variant's prefix is the script name.
    "portal.scripts.middleware.variant",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.idle.idle",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Outside of the redirects, which look every unknown address up.
    "portal.middleware.addresses_are_text",
    "portal.scripts.redirects.Redirects",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.site",
            ],
            "builtins": ["portal.templatetags.jianyan"],
        },
    }
]

# Our widgets' templates live with the site's (components/options.html).
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# SQLite settings follow docs/adr/0003: WAL, short immediate transactions, a patient writer.
DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{DATA_DIR}/db.sqlite3")}
_db = DATABASES["default"]
if "sqlite" in str(_db["ENGINE"]):
    _db["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    _db["CONN_MAX_AGE"] = 600
    _db["CONN_HEALTH_CHECKS"] = True
    # A statement asked a third time on a connection is planned no more: every act of the desk sends the same ones.
    _db["OPTIONS"] = {
        "server_side_binding": True,
        "prepare_threshold": 3 if env.flag("PREPARED_STATEMENTS", default=True) else None,
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL")
CACHES = (
    {
        "default": {
            "BACKEND": "suggestions.guards.cache.PatientRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "jianyan",
            # A stopped Redis must not keep a resident waiting: give up fast (suggestions/guards/cache.py falls back).
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
        }
    }
    if REDIS_URL
    else {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
)

# Celery: an embedded file-system broker, or Redis by address alone.
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", REDIS_URL or "filesystem://localhost")
_broker_dir = DATA_DIR / "broker"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "data_folder_in": str(_broker_dir / "queue"),
        "data_folder_out": str(_broker_dir / "queue"),
        "processed_folder": str(_broker_dir / "processed"),
        "control_folder": str(_broker_dir / "control"),
        "store_processed": False,
    }
    if CELERY_BROKER_URL.startswith("filesystem")
    else {
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "visibility_timeout": 3600,
        # Without this a request that only wants to wake a worker tries again for six seconds while Redis is away.
        # A worker's own reconnecting does not read it.
        "max_retries": 0,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "intake"
CELERY_TASK_SOFT_TIME_LIMIT = 600
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule")
CELERY_TIMEZONE = "Asia/Shanghai"

# Processes of the web server; read here so that portal/checks.py can warn about what does not scale.
WEB_WORKERS = env.number("WEB_WORKERS", 1)

# Search: Elasticsearch when an address is given, else the database's own full text (search/engine.py).
ELASTICSEARCH_URL = env.words("ELASTICSEARCH_URL")
SEARCH_INDEX_PREFIX = env.text("SEARCH_INDEX_PREFIX", "jianyan")
SEARCH_SHARDS = env.number("SEARCH_SHARDS", 1)
SEARCH_REPLICAS = env.text("SEARCH_REPLICAS", "0-1")
SEARCH_SQLITE_PATH = str(DATA_DIR / "search.sqlite3")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "portal.accounts.passwords.KindsOfCharacters"},
]
LOGIN_URL = "wagtailadmin_login"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "portal/lockout.html"
AXES_VERBOSE = False
SESSION_COOKIE_AGE = 8 * 60 * 60  # one working day at the desk
# Minutes after which a browser that nobody touches is signed out (process.md 9.6); 0: only with the working day.
STAFF_IDLE_MINUTES = env.number("STAFF_IDLE_MINUTES", 30)

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.folder("STATIC_ROOT", DATA_DIR / "static")
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
# Residents' files are private: they live outside MEDIA_ROOT and are served by an access-checked view.
ATTACHMENT_ROOT = DATA_DIR / "attachments"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "attachments": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(ATTACHMENT_ROOT), "base_url": None},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# An upload may be as large as this before a view sees it; the form then answers in words (10 MB each, 5 files).
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
# Return visits (K14): percent of the items whose handling limit passed that are called; 100 calls all, 0 none.
VISIT_SHARE = env.number("VISIT_SHARE", 20)
# From so many cases rated by one phone or network address on, a person looks at the ratings (process.md 7.1).
RATING_FLAG_CASES = env.number("RATING_FLAG_CASES", 5)
# What "basically satisfied" counts in the published satisfaction, in percent (process.md 7.2: w, default 1).
STATS_BASICALLY_PERCENT = env.number("STATS_BASICALLY_PERCENT", 100)
# Weights of response, solve and satisfaction in the published composite score; they add up to 100 (7.2).
STATS_COMPOSITE_WEIGHTS = env.words("STATS_COMPOSITE_WEIGHTS", ("10", "50", "40"))
# Years an award's payment data are kept after payment: the accounting term (process.md 9.4).
AWARD_PAYMENT_YEARS = env.number("AWARD_PAYMENT_YEARS", 10)
# What waits for a valid impact assessment: publish, give_out, minors (PIPL 55; process.md 9.1); empty: the desk reminds only.
ASSESSMENTS_REQUIRED = env.words("ASSESSMENTS_REQUIRED")
# What this office answers itself besides suggestions: consultation (K7c), appeal_claim (K7d); empty: nothing (1; GD).
HANDLED_CATEGORIES = env.words("HANDLED_CATEGORIES")
# A ClamAV daemon (host:port or socket path); empty: files are checked by type and content only.
CLAMAV_ADDRESS = env.text("CLAMAV_ADDRESS")
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
FILE_UPLOAD_PERMISSIONS = 0o640

# The admin's own search boxes; a backend with our Chinese analysis (search/admin_backend.py).
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.admin_backend"}}
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAILADMIN_COMMENTS_ENABLED = True
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp", "gif"]
WAGTAIL_USAGE_COUNT_ENABLED = False
WAGTAIL_I18N_ENABLED = False
WAGTAILADMIN_USER_LOGIN_FORM = "portal.accounts.forms.StaffLoginForm"
WAGTAIL_USER_TIME_ZONES = ["Asia/Shanghai"]  # one clock for all: deadlines end at midnight there
WAGTAILEMBEDS_FINDERS: list[dict[str, object]] = []
TAGGIT_CASE_INSENSITIVE = True

EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "jianyan@localhost")
# SMS: console, file (DATA_DIR/log/sms.log) or http (a generic gateway); see docs/operations.md.
SMS_BACKEND = env.text("SMS_BACKEND", "file")
SMS_GATEWAY_URL = env.text("SMS_GATEWAY_URL")
SMS_GATEWAY_TOKEN = env.text("SMS_GATEWAY_TOKEN")

# Proof-of-work captcha of our own host: PBKDF2 rounds per tried key, about 256 keys (suggestions/guards/captcha.py).
ALTCHA_COST = env.number("ALTCHA_COST", 5_000)

RATE_LIMITS = {
    "submit": env.text("RATE_SUBMIT", "20/hour"),
    "draft": env.text("RATE_DRAFT", "120/hour"),
    "track": env.text("RATE_TRACK", "10/10minutes"),
    "api": env.text("RATE_API", "120/minute"),
    "search": env.text("RATE_SEARCH", "120/minute"),
    "upload": env.text("RATE_UPLOAD", "60/hour"),
    # Residents signing in: by network address, and messages to one phone.
    "sign_in": env.text("RATE_SIGN_IN", "30/hour"),
    "sign_in_phone": env.text("RATE_SIGN_IN_PHONE", "5/hour"),
}
# How many proxies in front of us set X-Forwarded-For; 0 trusts none (portal/middleware.py).
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
METRICS_ALLOWED = env.words("METRICS_ALLOWED", ("127.0.0.1", "::1"))

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/admin/",),  # Wagtail's own admin has inline scripts
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
    },
}

TAGGIT_STRIP_UNICODE_WHEN_SLUGIFYING = False
SILENCED_SYSTEM_CHECKS: list[str] = []

LOG_LEVEL = env.text("LOG_LEVEL", "INFO")
LOGGING_CONFIG = "portal.logs.configure"
LOGGING = {"level": LOG_LEVEL}
