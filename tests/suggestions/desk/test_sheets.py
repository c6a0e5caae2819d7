"""Paper items from a sheet: looked at first, confirmed, taken in once each; what cannot come in says why."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook

from suggestions import outbox
from suggestions.clock import local_date
from suggestions.models import Sheet, SheetRow, Suggestion
from suggestions.services import chain, sheets
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import World

SHEETS = "/admin/desk/entry/sheets/"
HEADINGS = ["编号", "标题", "内容", "收到日期", "姓名", "手机号"]


def rows() -> list[list[Any]]:
    day = local_date(timezone.now()) - timedelta(days=4)
    return [
        ["信1", "修一修河边的路灯", "河边三盏灯坏了。", day, "周先生", "19900001111"],
        ["信2", "加一趟早班公交", "第一班车太晚。", f"{day:%Y年%m月%d日}", "", ""],
        ["信3", "", "没有标题的一封。", day, "", ""],
        ["信4", "日子写错的一封", "日期在后头。", day + timedelta(days=30), "", ""],
        ["信1", "同一个编号又来", "重了。", day, "", "123"],
    ]


def xlsx(lines: list[list[Any]], headings: list[str] = HEADINGS) -> SimpleUploadedFile:
    book = Workbook()
    book.active.append(headings)
    for line in lines:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("来信.xlsx", out.getvalue())


def upload(client: Client, file: SimpleUploadedFile) -> Any:
    return client.post(SHEETS, {"file": file})


def columns(client: Client, address: str) -> dict[str, str]:
    page = parsed(client.get(address))
    found = {}
    for select in page.select("form.desk-form select"):
        chosen = select.select_one("option[selected]")
        found[str(select["name"])] = str(chosen["value"]) if chosen else ""
    return found


def run_outbox() -> None:
    for _ in range(3):
        outbox.deliver(now=timezone.now() + timedelta(seconds=5))


def test_nothing_is_registered_before_the_clerk_has_looked_and_said_yes(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    response = upload(client, xlsx(rows()))
    assert response.status_code == 302
    text = main_text(client.get(response["Location"]))
    assert "2行可以登记，3行有问题" in text
    for why in ("请写一句话", "收到日期不能晚于今天", "出现了两次", "手机号"):
        assert why in text, why
    run_outbox()
    assert not Suggestion.objects.exists()


def test_confirmed_rows_come_in_with_their_true_dates_and_the_rest_can_be_fetched(
    city: World,
) -> None:
    client = sign_in(city, "intake_clerk")
    address = upload(client, xlsx(rows()))["Location"]
    sent = {**columns(client, address), "action": "confirm"}
    assert client.post(address, sent).status_code == 302
    client.post(address, sent)
    run_outbox()
    assert {i.external_no for i in Suggestion.objects.all()} == {"信1", "信2"}
    for item in Suggestion.objects.all():
        assert local_date(item.received_at) == local_date(timezone.now()) - timedelta(days=4)
        assert (item.channel, item.entered_by) == ("letter", city.users["intake_clerk"])
    text = main_text(client.get(address))
    assert "登记2件，没有收3行" in text
    errors = client.get(f"{address}errors/").content.decode("utf-8-sig")
    assert "没有标题的一封" in errors
    assert "周先生" not in errors
    assert list(chain.verify()) == []


def test_a_worker_that_dies_half_way_doubles_nothing(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    address = upload(client, xlsx(rows()))["Location"]
    sheet = Sheet.objects.get()
    sheets.confirm(sheet=sheet, at=timezone.now())
    run_outbox()
    # As if we had died after the first item came in and before its row said so.
    Sheet.objects.update(finished_at=None)
    SheetRow.objects.filter(number=3).update(done_at=None)
    SheetRow.objects.filter(suggestion__isnull=False).update(done_at=None, suggestion=None)
    sheets.run({"sheet": sheet.pk})
    assert Suggestion.objects.count() == 2
    assert sheets.progress(sheet).came_in == 2
    assert "登记2件" in main_text(client.get(address))


def test_an_office_csv_in_the_old_chinese_encoding_is_read(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    content = "标题,内容,收到日期\n修一修路灯,灯坏了,2026-10-12\n".encode("gb18030")
    response = upload(client, SimpleUploadedFile("意见箱.csv", content))
    assert response.status_code == 302
    assert "1行可以登记，0行有问题" in main_text(client.get(response["Location"]))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"PK\x03\x04 broken"), ("a.xls", b"\xd0\xcf\x11\xe0 old"), ("a.csv", b"\x00\xff\xfe\x00"),
        ("a.csv", b""), ("a.csv", "标题\n".encode()), ("a.csv", b'"open quote\n'), ("a.png", b"\x89PNG\r\n\x1a\n\x00"),
        ("a.csv", b"x\n" * 2100),
    ],
)  # fmt: skip
def test_a_file_that_is_no_sheet_is_refused_in_words(
    city: World, name: str, content: bytes
) -> None:
    client = sign_in(city, "intake_clerk")
    response = upload(client, SimpleUploadedFile(name, content))
    assert response.status_code in (302, 422)
    if response.status_code == 422:
        assert parsed(response).select_one(".desk-errors") is not None
        assert not Sheet.objects.exists()


def test_a_column_used_twice_or_a_missing_title_is_named(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    address = upload(client, xlsx(rows()))["Location"]
    response = client.post(address, {"title": "", "problem": "2", "place": "2", "action": "look"})
    assert response.status_code == 422
    text = main_text(response)
    assert "请选哪一列是“标题”" in text
    assert "同一列不能用两次" in text


def test_a_sheet_belongs_to_the_clerk_who_brought_it(city: World) -> None:
    address = upload(sign_in(city, "intake_clerk"), xlsx(rows()))["Location"]
    Sheet.objects.update(user=city.users["supervisor"])
    assert sign_in(city, "intake_clerk").get(address).status_code == 404
    assert sign_in(city, "triage_officer").get(SHEETS).status_code == 403


def test_a_cell_that_looks_like_a_formula_leaves_as_text(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    line = ["信9", "", '=HYPERLINK("x")', "", "", ""]
    address = upload(client, xlsx([line], HEADINGS))["Location"]
    SheetRow.objects.update(cells='["=1+1"]', errors=["没有标题"], done_at=timezone.now())
    assert "'=1+1" in client.get(f"{address}errors/").content.decode()
