"""PDF and Office files looked at from outside, without running anything inside them.

Cheap on purpose: no renderer and no conversion. A document that can act by itself (scripts, macros,
embedded programs, content fetched from elsewhere), that is locked, or that unpacks without end is refused.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Literal

Reason = Literal["active", "macro", "external", "encrypted", "bomb", "broken", "archive"]

MAX_UNPACKED = 100 * 1024 * 1024
MAX_ENTRIES = 3000
MAX_RATIO = 200

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# A name in PDF ends at whitespace or a delimiter, so /JS must not fire on /JSFoo.
_ACTIVE = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)(?![^\s()<>\[\]{}/%])"
)
_ENCRYPT = re.compile(rb"/Encrypt(?![^\s()<>\[\]{}/%])")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_HEX_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")


class UnsafeDocument(Exception):
    """The document cannot be taken; `reason` is one of Reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def check_pdf(content: bytes) -> None:
    """Raise UnsafeDocument when the PDF is locked, scripted, or carries other files."""
    for text in _pdf_structure(content):
        # Names may be written /J#61vaScript.
        names = _HEX_NAME.sub(lambda m: bytes([int(m[1], 16)]), text)
        if _ENCRYPT.search(names):
            raise UnsafeDocument("encrypted")
        if _ACTIVE.search(names):
            raise UnsafeDocument("active")


def _pdf_structure(content: bytes) -> Iterator[bytes]:
    """The PDF without its streams (pictures are noise that can look like a name), then its object streams."""
    yield _STREAM.sub(b" ", content)
    budget = MAX_UNPACKED
    for found in _STREAM.finditer(content):
        header = content[max(0, found.start() - 400) : found.start()]
        if b"/ObjStm" not in header.rsplit(b"obj", 1)[-1]:
            continue
        try:
            plain = zlib.decompressobj().decompress(found[1], 4 * 1024 * 1024)
        except zlib.error:
            continue  # another filter: nothing a viewer would run without its own checks
        budget -= len(plain)
        if budget < 0:
            raise UnsafeDocument("active")
        yield plain


def clean_office(content: bytes) -> tuple[bytes, str, str]:
    """(content, content type, extension) of a docx or xlsx, written again without its authors' names.

    Raises UnsafeDocument for anything else in a zip, and for what can run, call out or explode.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _checked_office(archive)
    except UnsafeDocument:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError,
            RuntimeError, KeyError):  # fmt: skip
        raise UnsafeDocument("broken") from None


def _checked_office(archive: zipfile.ZipFile) -> tuple[bytes, str, str]:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if "EncryptedPackage" in names or any(entry.flag_bits & 1 for entry in entries):
        raise UnsafeDocument("encrypted")
    if "[Content_Types].xml" not in names:
        raise UnsafeDocument("archive")
    unpacked = sum(entry.file_size for entry in entries)
    large = [entry for entry in entries if entry.file_size > 1024 * 1024]
    worst = max((entry.file_size / max(entry.compress_size, 1) for entry in large), default=0)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or worst > MAX_RATIO:
        raise UnsafeDocument("bomb")
    if "word/document.xml" in names:
        kind = (_DOCX, "docx")
    elif "xl/workbook.xml" in names:
        kind = (_XLSX, "xlsx")
    else:
        raise UnsafeDocument("archive")
    types = archive.read("[Content_Types].xml")
    lowered = [name.lower() for name in names]
    if b"macroEnabled" in types or any(
        name.endswith(("vbaproject.bin", ".exe", ".js", ".vbs"))
        or "/activex/" in name
        or "/embeddings/" in name
        for name in lowered
    ):
        raise UnsafeDocument("macro")
    for name in names:
        if name.endswith(".rels") and _calls_out(archive.read(name)):
            raise UnsafeDocument("external")
    return _rewritten(archive, entries), *kind


def _calls_out(relations: bytes) -> bool:
    """True when something but a plain link is loaded from outside (a remote template runs its macros)."""
    return any(
        b"External" in element and b"/hyperlink" not in element
        for element in re.findall(rb"<(?:\w+:)?Relationship\b[^>]*>", relations)
    )


def _rewritten(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as clean:
        for entry in entries:
            if entry.is_dir():
                continue
            data = archive.read(entry)
            if entry.filename in ("docProps/core.xml", "docProps/app.xml"):
                data = re.sub(
                    rb"(<(dc:creator|cp:lastModifiedBy|Manager|Company)>).*?(</\2>)",
                    rb"\1\3",
                    data,
                    flags=re.DOTALL,
                )
            clean.writestr(
                zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED
            )
    return out.getvalue()
