"""Residents' files: only what an office can open safely, and nothing in it the resident did not mean to send.

A photo is decoded and written again, which drops the place and device recorded in it and whatever hides
behind the picture. A document is kept as it is, or refused when it can run something by itself.
Source: process.md 3.4 (at most 5 files of 10 MB, type-checked, metadata stripped), 9.2 (EXIF/GPS).
"""

import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO, Protocol

import filetype
import pillow_heif
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from suggestions.upload_documents import Reason, UnsafeDocument, check_pdf, clean_office
from suggestions.virus_scan import ScannerUnavailable, scan

MAX_FILES = 5
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_SIDE = 2560

JPEG, PNG, PDF, TEXT = "image/jpeg", "image/png", "application/pdf", "text/plain"
_IMAGES = {"image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"}
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_IMAGE_NAMES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".gif", ".bmp", ".tif", ".tiff")
# A text file holds none of these; a program or an old .doc does within its first bytes.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")

pillow_heif.register_heif_opener()


class UploadRefused(Exception):
    """The file is not taken; `message_zh` says why and what to do, in words for the person."""

    def __init__(self, message_zh: str) -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh


class NamedFile(Protocol):
    """What we need of a Django UploadedFile, or of an open file."""

    name: str | None

    def read(self, n: int = ..., /) -> bytes: ...


@dataclass(frozen=True)
class CleanUpload:
    """A file fit to be stored: the bytes to keep, what they are, and their size in pixels if a picture."""

    content: bytes
    content_type: str
    extension: str
    sha256: str
    width: int | None = None
    height: int | None = None


def clean_upload(file: NamedFile | BinaryIO) -> CleanUpload:
    """The file as it may be kept. Raises UploadRefused with a message for the person; never anything else.

    Reads at most MAX_BYTES into memory. The type comes from the content, never from the name or from
    what the browser says.
    """
    name = str(getattr(file, "name", "") or "")
    content = _read(file, name)
    _check_virus(content)
    kind = _kind(content)
    if kind in _IMAGES:
        return _image(content, kind)
    if kind == PDF:
        return _pdf(content)
    if kind == "application/zip":
        return _office(content)
    if kind is None and (text := _plain_text(content)) is not None:
        return _kept(text.encode(), f"{TEXT}; charset=utf-8", "txt")
    raise UploadRefused(
        _(
            "这种文件收不了。可以传照片（JPG、PNG、HEIC、WebP）、PDF、Word（docx）、Excel（xlsx）或文本文件。"
        )
    )


def safe_original_name(name: str, extension: str | None = None) -> str:
    """A name fit to be shown and offered for download, at most 80 characters, never empty.

    Loses folders, control characters and the marks that turn text around (which make `gpj.exe` read
    `exe.jpg`). With `extension` (of the CleanUpload) the name ends in what the file now is.
    """
    plain = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    base = re.split(r"[/\\]", plain)[-1]
    base = "".join(
        c for c in base if unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
    )
    base = re.sub(r'[<>:"|?*]', "_", base)
    stem, dot, ending = base.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,5}", ending):
        stem, ending = base, ""
    ending = (extension if extension is not None else ending).lower()
    stem = re.sub(r"\s+", " ", stem).strip(" .")[:72].strip(" .") or _("附件")
    return f"{stem}.{ending}" if ending else stem


def _read(file: NamedFile | BinaryIO, name: str) -> bytes:
    size = getattr(file, "size", None)
    noun = _("这张照片") if name.lower().endswith(_IMAGE_NAMES) else _("这个文件")
    try:
        content = b"" if isinstance(size, int) and size > MAX_BYTES else file.read(MAX_BYTES + 1)
    except OSError:
        raise UploadRefused(_("这个文件没有传完整。请再选一次，已填的内容都在。")) from None
    if len(content) > MAX_BYTES or (isinstance(size, int) and size > MAX_BYTES):
        length = size if isinstance(size, int) else len(content)
        raise UploadRefused(
            _("%(noun)s有%(size)sMB，每个文件最多%(limit)dMB。请压缩后再传，已填的内容都在。")
            % {"noun": noun, "size": _megabytes(length), "limit": MAX_BYTES // 1024 // 1024}
        )
    if not content:
        raise UploadRefused(
            _("%(noun)s是空的。请检查后再选一次，已填的内容都在。") % {"noun": noun}
        )
    return content


def _megabytes(size: int) -> str:
    # Rounded up to a tenth: a file just over the limit must not read "10MB, at most 10MB".
    tenths = -(-size * 10 // (1024 * 1024))
    return f"{tenths // 10}.{tenths % 10}".removesuffix(".0")


def _check_virus(content: bytes) -> None:
    try:
        clean = scan(content)
    except ScannerUnavailable:
        raise UploadRefused(
            _("现在不能检查文件是否安全。请过几分钟再传，也可以先不带附件提交，以后再补充。")
        ) from None
    if not clean:
        raise UploadRefused(
            _("安全检查发现这个文件带有病毒，没有保存。请换一个文件，已填的内容都在。")
        )


def _kind(content: bytes) -> str | None:
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return "image/heic"
    if content[:64].lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"PK\x03\x04"):
        return "application/zip"
    guess = filetype.guess_mime(content[:8192])
    return str(guess) if guess else None


def _image(content: bytes, kind: str) -> CleanUpload:
    try:
        # Opening reads the header only; the pixels are decoded after their number is known.
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP", "HEIF")) as source:
            if source.width * source.height > MAX_PIXELS:
                raise _too_many_pixels()
            keep_png = source.format == "PNG" or _has_alpha(source)
            picture: Image.Image = source
            if source.mode not in ("L", "RGB", "RGBA"):
                picture = source.convert("RGBA" if _has_alpha(source) else "RGB")
            picture.thumbnail((MAX_SIDE, MAX_SIDE))
            picture = ImageOps.exif_transpose(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except UploadRefused:
        raise
    except Exception:
        # Decoders of four formats fail in many ways on a broken file; the answer is the same for all.
        raise UploadRefused(
            _("这张照片打不开，可能没有传完整。请重新拍一张，或换一个文件，已填的内容都在。")
        ) from None
    picture.info.clear()  # comments and colour profiles travel in here, and the encoders write them
    out = io.BytesIO()
    if keep_png:
        picture.save(out, "PNG", optimize=True)
    else:
        picture.convert("RGB").save(out, "JPEG", quality=85, optimize=True, progressive=True)
    ending = ("image/png", "png") if keep_png else ("image/jpeg", "jpg")
    return _kept(out.getvalue(), *ending, picture.width, picture.height)


def _has_alpha(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info


def _too_many_pixels() -> UploadRefused:
    return UploadRefused(
        _("这张图片的像素太多（最多%(limit)d万）。请缩小后再传，已填的内容都在。")
        % {"limit": MAX_PIXELS // 10_000}
    )


def _pdf(content: bytes) -> CleanUpload:
    try:
        check_pdf(content)
    except UnsafeDocument as unsafe:
        raise UploadRefused(_unsafe_message(unsafe, "PDF")) from None
    return _kept(content, PDF, "pdf")


def _office(content: bytes) -> CleanUpload:
    try:
        return _kept(*clean_office(content))
    except UnsafeDocument as unsafe:
        raise UploadRefused(_unsafe_message(unsafe, _("文件"))) from None


def _unsafe_message(unsafe: UnsafeDocument, noun: str) -> str:
    messages: dict[Reason, str] = {
        "active": _(
            "这个PDF里有会自动运行的内容或夹带的文件，不能收。请把它“打印”成新的PDF，或截图上传，已填的内容都在。"
        ),
        "macro": _(
            "这个文件带有宏或夹带的程序，不能收。请另存为不带宏的docx或xlsx后再传，已填的内容都在。"
        ),
        "external": _(
            "这个文件会从外面的网址载入内容，不能收。请另存为PDF后再传，已填的内容都在。"
        ),
        "encrypted": _("这个%(noun)s设了密码，工作人员打不开。请去掉密码后再传，已填的内容都在。")
        % {"noun": noun},
        "bomb": _(
            "这个文件展开后太大，不能收。请拆成几个小文件，或另存为PDF后再传，已填的内容都在。"
        ),
        "broken": _("这个文件打不开，可能没有传完整。请检查后再传，已填的内容都在。"),
        "archive": _("压缩包收不了。请解开后把里面的照片或文档一个一个上传，已填的内容都在。"),
    }
    return messages[unsafe.reason]


def _plain_text(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _CONTROLS.search(text) else text
    return None


def _kept(content: bytes, content_type: str, extension: str, width: int | None = None,
          height: int | None = None) -> CleanUpload:  # fmt: skip
    if len(content) > MAX_BYTES:
        raise UploadRefused(_("这个文件处理后仍超过10MB。请缩小后再传，已填的内容都在。"))
    digest = hashlib.sha256(content).hexdigest()
    return CleanUpload(content, content_type, extension, digest, width, height)
