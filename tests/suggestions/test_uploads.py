"""Files of residents: taken when useful, cleaned of what nobody meant to send, refused in helpful words."""

import hashlib
import io
import random
import socket
import struct
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from suggestions.uploads import (
    MAX_BYTES,
    CleanUpload,
    UploadRefused,
    clean_upload,
    safe_original_name,
)

GPS = 0x8825
MAKER = b"PhoneMaker"


def upload(content: bytes, name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def refusal(content: bytes, name: str = "a.jpg") -> str:
    with pytest.raises(UploadRefused) as caught:
        clean_upload(upload(content, name))
    return caught.value.message_zh


def photo(
    kind: str = "JPEG", size: tuple[int, int] = (60, 40), orientation: int = 1, mode: str = "RGB"
) -> bytes:
    """A picture, red on its left half and blue on its right, with a place, a maker and a comment in it."""
    image = Image.new(mode, size, "blue" if mode != "L" else 30)
    image.paste("red" if mode != "L" else 200, (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x010F] = MAKER.decode()
    exif[0x0112] = orientation
    exif.get_ifd(GPS).update({1: "N", 2: (30.0, 15.0, 1.0), 3: "E", 4: (120.0, 9.0, 3.0)})
    out = io.BytesIO()
    extra: dict[str, Any] = {"exif": exif.tobytes()}
    if kind == "JPEG":
        extra["comment"] = MAKER
    if kind == "PNG":
        text = PngInfo()
        text.add_text("Author", MAKER.decode())
        extra["pnginfo"] = text
    image.save(out, kind, **extra)
    return out.getvalue()


def opened(clean: CleanUpload) -> Image.Image:
    image = Image.open(io.BytesIO(clean.content))
    image.load()
    return image


@pytest.mark.parametrize(
    ("kind", "extension"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "jpg"), ("HEIF", "jpg")]
)
def test_a_photo_keeps_its_picture_and_loses_where_and_with_what_it_was_taken(
    kind: str, extension: str
) -> None:
    original = photo(kind)
    clean = clean_upload(upload(original + b"payload behind the picture"))
    image = opened(clean)
    assert clean.extension == extension
    assert (clean.width, clean.height) == image.size == (60, 40)
    assert dict(image.getexif()) == {}
    assert MAKER not in clean.content
    assert b"payload" not in clean.content
    red, _green, blue = image.convert("RGB").getpixel((5, 20))  # type: ignore[misc]
    assert red > 200
    assert blue < 60
    assert clean.sha256 == hashlib.sha256(clean.content).hexdigest()
    if kind in ("JPEG", "PNG"):
        assert MAKER in original


def test_a_photo_taken_upright_stays_upright_without_its_orientation_tag() -> None:
    clean = clean_upload(upload(photo(orientation=6)))
    assert (clean.width, clean.height) == (40, 60)
    red, _green, _blue = opened(clean).convert("RGB").getpixel((20, 5))  # type: ignore[misc]
    assert red > 200  # the left half of the sensor is the top of the picture


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGB"])
def test_unusual_colour_models_become_ordinary_photos(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (30, 30)).save(out, "JPEG")
    assert clean_upload(upload(out.getvalue())).content_type == "image/jpeg"


@pytest.mark.parametrize("mode", ["P", "LA", "RGBA", "1", "I;16"])
def test_every_kind_of_png_stays_a_png(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (30, 30)).save(out, "PNG")
    assert clean_upload(upload(out.getvalue())).content_type == "image/png"


def test_a_transparent_webp_keeps_its_transparency() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (30, 30), (255, 0, 0, 0)).save(out, "WEBP")
    clean = clean_upload(upload(out.getvalue()))
    assert clean.content_type == "image/png"
    assert opened(clean).mode == "RGBA"


def test_a_large_photo_is_made_small_enough_for_slow_lines() -> None:
    clean = clean_upload(upload(photo(size=(4000, 3000))))
    assert (clean.width, clean.height) == (2560, 1920)


def test_an_image_bomb_is_refused_before_its_pixels_are_decoded() -> None:
    side = 50_000
    header = struct.pack("!IIBBBBB", side, side, 1, 0, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))
        )

    rows = zlib.compress(bytes((side // 8 + 1) * 2000), 9)
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )
    began = time.monotonic()
    assert "最多4000万" in refusal(bomb, "b.png")
    assert time.monotonic() - began < 1


def test_forty_one_megapixels_are_too_many_and_the_message_says_the_limit() -> None:
    out = io.BytesIO()
    Image.new("1", (8200, 5001)).save(out, "PNG")
    assert "像素太多（最多4000万）" in refusal(out.getvalue(), "b.png")


def test_a_file_that_is_too_large_is_refused_with_its_size_and_the_way_on() -> None:
    message = refusal(b"\xff\xd8\xff" + bytes(20 * 1024 * 1024 - 3), "a.jpg")
    assert message == "这张照片有20MB，每个文件最多10MB。请压缩后再传，已填的内容都在。"
    assert "10.1MB" in refusal(bytes(MAX_BYTES + 1), "报告.pdf")


def test_a_plain_open_file_is_read_only_up_to_the_limit() -> None:
    source = io.BytesIO(bytes(MAX_BYTES * 3))
    with pytest.raises(UploadRefused):
        clean_upload(source)
    assert source.tell() == MAX_BYTES + 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "是空的"),
        (photo()[:300], "打不开"),
        (photo("PNG")[:60], "打不开"),
        (b"\xff\xd8\xff\xe0 no picture at all", "打不开"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(60), "打不开"),
        (b"MZ" + bytes(200), "收不了"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "收不了"),
        (b"GIF89a" + bytes(30), "收不了"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>\x00", "收不了"),
    ],
)
def test_what_is_empty_broken_or_of_another_kind_is_refused_in_words(
    content: bytes, words: str
) -> None:
    assert words in refusal(content)


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"\xff\xd8\xff", b"%PDF-1.7\n", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n"]),
)
def test_no_bytes_whatever_end_in_anything_but_a_file_or_a_refusal(
    noise: bytes, magic: bytes
) -> None:
    message = ""
    try:
        message = clean_upload(upload(magic + noise)).sha256
    except UploadRefused as refused:
        message = refused.message_zh
    assert message.endswith("。") or len(message) == 64


def test_the_name_does_not_decide_what_a_file_is() -> None:
    assert clean_upload(upload(photo("PNG"), "report.pdf")).extension == "png"
    assert "收不了" in refusal(b"MZ" + bytes(64), "harmless.jpg")


def pdf(body: bytes = b"") -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog "
        + body
        + b" >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
    )


def test_an_ordinary_pdf_is_kept_byte_for_byte() -> None:
    content = pdf(b"/OpenAction [3 0 R /Fit] /JSFont 4 0 R")
    clean = clean_upload(upload(content, "a.pdf"))
    assert (clean.content, clean.content_type, clean.extension) == (
        content,
        "application/pdf",
        "pdf",
    )


def test_a_name_of_danger_inside_a_picture_of_a_pdf_is_noise() -> None:
    content = pdf() + b"5 0 obj << /Length 9 >>\nstream\n..../JS x/Encrypt endstream\nendobj\n"
    assert clean_upload(upload(content)).extension == "pdf"


@pytest.mark.parametrize(
    "body",
    [b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>", b"/Names << /EmbeddedFiles 2 0 R >>",
     b"/AA << /S/Launch >>", b"/S /J#61vaScript", b"/RichMedia 3 0 R", b"/AcroForm << /XFA 3 0 R >>"],
)  # fmt: skip
def test_a_pdf_that_can_act_by_itself_is_refused(body: bytes) -> None:
    assert "自动运行" in refusal(pdf(body), "a.pdf")


def test_a_script_hidden_in_a_compressed_object_stream_is_found() -> None:
    packed = zlib.compress(b"<< /S /JavaScript /JS (x) >>")
    content = (
        pdf()
        + b"7 0 obj << /Type /ObjStm /Filter /FlateDecode >>\nstream\n"
        + packed
        + b"\nendstream\nendobj\n"
    )
    assert "自动运行" in refusal(content, "a.pdf")


def test_a_locked_pdf_is_sent_back_with_advice() -> None:
    assert "去掉密码" in refusal(pdf() + b"trailer << /Encrypt 8 0 R >>", "a.pdf")


CORE = (
    "<cp:coreProperties><dc:creator>林玉珍</dc:creator><cp:lastModifiedBy>某人</cp:lastModifiedBy>"
    "<dc:title>建议</dc:title></cp:coreProperties>"
)


def office(kind: str = "word/document.xml", **extra: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", extra.pop("types", "<Types/>"))
        archive.writestr(kind, "<body>正文</body>")
        archive.writestr("docProps/core.xml", CORE)
        for name, data in extra.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "extension"), [("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx")]
)
def test_office_files_keep_their_text_and_lose_their_authors_names(
    kind: str, extension: str
) -> None:
    clean = clean_upload(upload(office(kind), "x"))
    assert clean.extension == extension
    with zipfile.ZipFile(io.BytesIO(clean.content)) as archive:
        assert archive.read(kind).decode() == "<body>正文</body>"
        properties = archive.read("docProps/core.xml").decode()
    assert "林玉珍" not in properties
    assert "某人" not in properties
    assert "<dc:title>建议</dc:title>" in properties


LINK = '<Relationships><Relationship Type="http://x/{}" Target="http://evil.example/" TargetMode="External"/></Relationships>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (office(**{"word/vbaProject.bin": b"x"}), "宏"),
        (office(types="<Types><Override ContentType='x.macroEnabled.main+xml'/></Types>"), "宏"),
        (office(**{"word/embeddings/oleObject1.bin": b"x"}), "宏"),
        (office(**{"word/_rels/settings.xml.rels": LINK.format("attachedTemplate")}), "外面的网址"),
        (office(**{"word/media/a.bin": bytes(30 * 1024 * 1024)}), "展开后太大"),
        (office("readme.txt"), "压缩包收不了"),
        (office()[:200], "打不开"),
    ],
)
def test_office_files_that_run_call_out_or_explode_are_refused(content: bytes, words: str) -> None:
    assert words in refusal(content, "a.docx")


def test_a_document_with_an_ordinary_web_link_is_welcome() -> None:
    content = office(**{"word/_rels/document.xml.rels": LINK.format("hyperlink")})
    assert clean_upload(upload(content)).extension == "docx"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_text_file_in_any_chinese_encoding_becomes_utf8(encoding: str) -> None:
    clean = clean_upload(upload("建议增设公交站。\r\n谢谢".encode(encoding), "a.txt"))
    assert clean.content.decode() == "建议增设公交站。\r\n谢谢"
    assert clean.content_type == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("路口照片.JPG", "路口照片.jpg"),
        (r"C:\Users\lin\桌面\路口.png", "路口.png"),
        ("../../etc/passwd", "passwd"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("x\x00\r\nSet-Cookie: a.pdf", "xSet-Cookie_ a.pdf"),
        ("  .. ", "附件"),
        ("", "附件"),
        (".htaccess", "htaccess"),
        ("没有点的名字", "没有点的名字"),
        ("长" * 300 + ".pdf", "长" * 72 + ".pdf"),
    ],
)
def test_names_of_files_are_shown_without_folders_tricks_or_excess(name: str, shown: str) -> None:
    assert safe_original_name(name) == shown


def test_the_shown_name_ends_in_what_the_file_has_become() -> None:
    assert safe_original_name("IMG_1.HEIC", "jpg") == "IMG_1.jpg"


@given(st.text())
def test_any_name_at_all_becomes_a_usable_one(name: str) -> None:
    shown = safe_original_name(name)
    assert 0 < len(shown) <= 80
    assert not set(shown) & set("/\\\r\n\0")


class FakeClamd(threading.Thread):
    """Speaks INSTREAM on a loopback port: the border we test against, not our own code."""

    def __init__(self, answer: bytes | None) -> None:
        super().__init__(daemon=True)
        self.answer = answer
        self.received = b""
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.server.getsockname()[1]}"

    def run(self) -> None:
        link, _ = self.server.accept()
        with link, link.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while length := struct.unpack("!I", stream.read(4))[0]:
                self.received += stream.read(length)
            if self.answer is not None:
                link.sendall(self.answer)


@pytest.fixture
def clamd(settings: Any) -> Iterator[Any]:
    started: list[FakeClamd] = []

    def start(answer: bytes | None) -> FakeClamd:
        fake = FakeClamd(answer)
        fake.start()
        started.append(fake)
        settings.CLAMAV_ADDRESS = fake.address
        return fake

    yield start
    for fake in started:
        fake.join(5)
        fake.server.close()


def test_the_scanner_sees_the_whole_file_before_anything_else_does(clamd: Any) -> None:
    fake = clamd(b"stream: OK\0")
    content = random.Random(1).randbytes(200_000)
    refusal(content)  # not a kind we take, but scanned first
    fake.join(5)
    assert fake.received == content


def test_a_clean_file_passes_the_scanner(clamd: Any) -> None:
    clamd(b"stream: OK\0")
    assert clean_upload(upload(photo())).extension == "jpg"


def test_a_virus_is_named_as_the_reason(clamd: Any) -> None:
    clamd(b"stream: Eicar-Signature FOUND\0")
    assert "病毒" in refusal(photo())


@pytest.mark.parametrize("answer", [None, b"INSTREAM size limit exceeded. ERROR\0"])
def test_a_scanner_without_an_answer_stops_the_file_but_not_the_suggestion(
    clamd: Any, answer: bytes | None
) -> None:
    clamd(answer)
    assert "先不带附件提交" in refusal(photo())


def test_a_scanner_that_is_down_stops_the_file_but_not_the_suggestion(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CLAMAV_ADDRESS = f"127.0.0.1:{server.getsockname()[1]}"
    assert "先不带附件提交" in refusal(photo())
