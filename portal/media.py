"""/media/: the pictures that editors put on pages, in the sizes that pages show. Asked of the storage, so a local folder and
S3-compatible storage do alike.

Only what was made for showing goes out. An original stays inside: a camera writes into it where it stood and when
(process.md 12); documents have an address of their own, which asks who may read them.
"""

import mimetypes
import re

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe
from wagtail.images import get_image_model

from suggestions.public.caching import public_file

_RENDITION = re.compile(r"images/[\w.-]{1,200}")
_PORTRAIT = re.compile(r"avatar_images/[\w.-]{1,200}")


@require_safe
def media(request: HttpRequest, name: str) -> HttpResponseBase:
    """A picture in one of its sizes; the small portrait of a member of staff, for those inside the back office alone."""
    if _RENDITION.fullmatch(name):
        # One query: a file that was left behind when its row was deleted is no longer published.
        renditions = get_image_model().get_rendition_model().objects
        pk = renditions.filter(file=name).values_list("pk", flat=True).first()
        if pk is None:
            raise Http404
        # A picture deleted and put up again may get the name of the old one; the row is another.
        return public_file(request, lambda: _picture(name), f"{name}-{pk}")
    if _PORTRAIT.fullmatch(name) and request.user.has_perm("wagtailadmin.access_admin"):
        response = _picture(name)
        response["Cache-Control"] = "private, no-cache"
        return response
    raise Http404


def _picture(name: str) -> FileResponse:
    try:
        content = default_storage.open(name)
    except OSError as error:
        raise Http404 from error
    kind = mimetypes.guess_type(name)[0] or ""
    # What is no picture is handed over as bytes that no browser opens.
    response = FileResponse(
        content, content_type=kind if kind.startswith("image/") else "application/octet-stream"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
