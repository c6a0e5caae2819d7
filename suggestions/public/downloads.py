"""A stored file as a download: it never opens inside the site, whatever is in it."""

import structlog
from django.core.files.storage import storages
from django.http import FileResponse, Http404

from suggestions.services.attachments import STORAGE

log = structlog.get_logger(__name__)


def stored(storage_name: str, filename: str, content_type: str) -> FileResponse:
    """The file under the name that the reader keeps it by. Raises Http404 when the storage has lost it."""
    try:
        content = storages[STORAGE].open(storage_name)
    except OSError as error:
        log.warning("stored_file_missing", name=storage_name)
        raise Http404 from error
    response = FileResponse(
        content, as_attachment=True, filename=filename, content_type=content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
