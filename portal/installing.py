"""The site as an installable page: its manifest, its service worker, and the note it shows without a network.

The worker keeps styles, scripts, icons and the offline note, and nothing else: no page of anybody's is ever stored on a
device. With INSTALLABLE=0 its address serves a worker that removes itself and what it kept.
"""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.scripts import traditional, variants
from suggestions.public.caching import public_page

KEPT = (
    "css/tokens.css", "css/base.css", "css/components.css", "js/site.js", "js/draft.js", "img/favicon.svg", "img/favicon-32.png",
)  # fmt: skip
"""What the offline note needs; pages bring the rest with them."""
ICONS = (("img/app-192.png", "192x192", "any"), ("img/app-512.png", "512x512", "any"), ("img/app-maskable-512.png", "512x512", "maskable"))  # fmt: skip
LIGHT, DARK = "#ffffff", "#101819"
"""The paper of tokens.css, for the bar around an installed page."""
_WORKER = Path(__file__).parent / "worker.js"
_REMOVER = Path(__file__).parent / "worker-gone.js"


@require_safe
@public_page
def manifest(request: HttpRequest) -> HttpResponse:
    """`/manifest.webmanifest`: name, icons and colours; each variant opens in its own writing."""
    variant = variants.of(request)
    about = _("对公共事务有想法，写在这里：有编号，有单位办，有公开答复。")
    return JsonResponse(
        {
            "id": "/", "name": settings.SITE_NAME, "short_name": settings.SITE_NAME, "lang": variant.lang,
            "description": traditional.convert(about) if variant is variants.TRADITIONAL else about,
            "start_url": f"{variant.prefix}/", "scope": "/", "display": "standalone",
            "background_color": LIGHT, "theme_color": LIGHT,
            "icons": [
                {"src": static(src), "sizes": sizes, "type": "image/png", "purpose": purpose}
                for src, sizes, purpose in ICONS
            ],
        },
        content_type="application/manifest+json",
        json_dumps_params={"ensure_ascii": False},
    )  # fmt: skip


@require_safe
@public_page
def offline(request: HttpRequest) -> HttpResponse:
    """`/offline/`: what the worker shows where no page can be fetched."""
    return render(request, "portal/offline.html")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """`/sw.js`, at the root so that it may answer for the whole site. Asked for anew by the browser each time."""
    if settings.INSTALLABLE:
        notes = [f"{v.prefix}/offline/" for v in variants.ALL]
        facts = {"version": version(), "files": [static(f) for f in KEPT], "notes": notes}
        source = f"const SITE = {json.dumps(facts)};\n{_WORKER.read_text('utf-8')}"
    else:
        source = _REMOVER.read_text("utf-8")
    response = HttpResponse(source, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


@lru_cache(maxsize=1)
def version() -> str:
    """Changes whenever a kept file, the note or the worker does, and with it everything that devices keep."""
    digest = hashlib.sha256(_WORKER.read_bytes())
    digest.update((Path(__file__).parent / "templates" / "portal" / "offline.html").read_bytes())
    for name in KEPT:
        found = finders.find(name)
        digest.update(static(name).encode())
        if isinstance(found, str):
            digest.update(Path(found).read_bytes())
    return digest.hexdigest()[:16]
