"""The questions a campaign asks of its own: a step of the submit flow, kept on error, shown to triage, exported."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from cms.setup import add_page, ensure_groups, ensure_pages
from suggestions.campaign_form import FieldKind, FieldSpec, read
from suggestions.models import ExportJob, Suggestion
from suggestions.services import exports
from tests.suggestions.desk.cast import item_url, main_text, sign_in
from tests.suggestions.public import walk
from tests.world import World

FIELDS: list[dict[str, Any]] = [
    {"label": "您家附近有几处积水？", "kind": "number", "required": True, "least": 0, "most": 50},
    {"label": "最深的一次是哪天？", "kind": "date"},
    {"label": "水到哪里？", "kind": "choice", "options": "鞋面\n小腿\n膝盖", "required": True},
    {"label": "影响了谁？", "kind": "choices", "options": "老人\n孩子\n商户"},
    {"label": "愿意带我们去看吗？", "kind": "yes_no"},
    {"label": "附近的路口", "kind": "line"},
    {"label": "还有什么", "kind": "lines"},
]
RIGHT = {
    "asked_form": "1", "asked-0": "3", "asked-1": "2026-07-08", "asked-2": "小腿", "asked-3": ["老人", "商户"],
    "asked-4": "是", "asked-5": "云埠老街口", "asked-6": "夜里更深。",
}  # fmt: skip
EMPTY = {"label": "", "kind": "line", "help": "", "required": False, "options": "", "least": None, "most": None}  # fmt: skip


@pytest.fixture
def campaign(city: World) -> Callable[..., Any]:
    from cms.models import CampaignPage

    ensure_groups()
    site = ensure_pages(title="测试市人民建议征集")

    def make(fields: list[dict[str, Any]] = FIELDS, *, closes: int = 5) -> Any:
        now = timezone.now()
        page = CampaignPage(
            title="老街雨天积水点怎么改", host_unit=city.water, opens_at=now - timedelta(days=5),
            closes_at=now + timedelta(days=closes), form_fields=[("field", {**EMPTY, **f}) for f in fields],
        )  # fmt: skip
        return add_page(site.campaigns, page)

    return make


def begin(browser: Client, page: Any) -> None:
    walk.send(browser, "start", {"campaign": str(page.pk)})
    for step in ("topic", "text", "place"):
        response = walk.send(browser, step, walk.GOOD[step])
        if step == "topic" and walk.step_of(response) == "similar":
            walk.send(browser, "similar", {"action": "none"})


def send_with(browser: Client, page: Any, **changes: Any) -> Suggestion:
    begin(browser, page)
    assert walk.step_of(walk.send(browser, "asked", {**RIGHT, **changes})) == "contact"
    walk.send(browser, "contact", walk.GOOD["contact"])
    walk.submit(browser)
    return Suggestion.objects.get()


def test_a_campaigns_questions_are_asked_between_the_place_and_the_contact(
    browser: Client, campaign: Callable[..., Any]
) -> None:
    begin(browser, campaign())
    page = walk.show(browser, "asked")
    assert all(f["label"] in page.text for f in FIELDS)
    assert walk.step_of(walk.send(browser, "asked", RIGHT)) == "contact"
    item_page = walk.show(browser, "contact")
    assert "/submit/?step=asked" in item_page.html


def test_the_answers_are_kept_with_the_item_in_the_words_they_were_asked(
    browser: Client, campaign: Callable[..., Any]
) -> None:
    item = send_with(browser, campaign())
    held = [(a.label, a.value) for a in item.campaign_answers.all()]
    assert held == [
        ("您家附近有几处积水？", "3"), ("最深的一次是哪天？", "2026年7月8日"), ("水到哪里？", "小腿"), ("影响了谁？", "老人、商户"),
        ("愿意带我们去看吗？", "是"), ("附近的路口", "云埠老街口"), ("还有什么", "夜里更深。"),
    ]  # fmt: skip


def test_a_wrong_answer_is_said_in_plain_words_and_everything_typed_stays(
    browser: Client, campaign: Callable[..., Any]
) -> None:
    begin(browser, campaign())
    wrong = {**RIGHT, "asked-0": "三十多", "asked-1": "昨天", "asked-2": "没过头顶"}
    response = walk.send(browser, "asked", wrong)
    assert response.status_code == 422
    page = walk.read(response)
    assert "“您家附近有几处积水？”请填数字" in page.text
    assert "“最深的一次是哪天？”请填日期" in page.text
    assert "“水到哪里？”请从列出的里面选一项" in page.text
    assert page.fields["asked-0"] == "三十多"
    assert page.fields["asked-5"] == "云埠老街口"
    assert 'value="商户" checked' in page.html


def test_a_question_that_must_be_answered_holds_the_draft_back(
    browser: Client, campaign: Callable[..., Any]
) -> None:
    begin(browser, campaign())
    response = walk.send(browser, "asked", {"asked_form": "1", "asked-2": "小腿"})
    assert "请填写：您家附近有几处积水？" in walk.read(response).text
    assert walk.step_of(browser.get("/submit/?step=check")) == "asked"


def test_unticking_every_box_unticks_them(browser: Client, campaign: Callable[..., Any]) -> None:
    begin(browser, campaign())
    walk.send(browser, "asked", RIGHT)
    walk.send(browser, "asked", {k: v for k, v in RIGHT.items() if k != "asked-3"})
    assert (
        "checked"
        not in walk.show(browser, "asked").html.split("影响了谁")[1].split("</fieldset>")[0]
    )


def test_who_writes_to_no_campaign_is_asked_nothing(browser: Client, city: World) -> None:
    walk.fill(browser)
    assert walk.step_of(browser.get("/submit/?step=asked")) == "check"
    assert "征集的问题" not in walk.show(browser, "contact").text
    walk.submit(browser)
    assert Suggestion.objects.get().campaign_answers.count() == 0


def test_forged_answers_to_a_campaign_without_questions_are_not_stored(
    browser: Client, campaign: Callable[..., Any]
) -> None:
    begin(browser, campaign([]))
    assert walk.step_of(walk.send(browser, "asked", RIGHT)) == "contact"
    walk.send(browser, "contact", walk.GOOD["contact"])
    walk.submit(browser)
    assert Suggestion.objects.get().campaign_answers.count() == 0


def test_triage_reads_the_answers_on_the_items_screen(
    browser: Client, city: World, campaign: Callable[..., Any]
) -> None:
    item = send_with(browser, campaign())
    text = main_text(sign_in(city, "triage_officer").get(item_url(item)))
    assert "应征“老街雨天积水点怎么改”" in text
    assert "水到哪里？ 小腿" in text


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_list_of_a_campaign_is_exported_with_its_answers(
    browser: Client, city: World, campaign: Callable[..., Any], format: str
) -> None:
    page = campaign()
    item = send_with(browser, page, **{"asked-6": "=1+1，电话13912345678"})
    officer, now = city.users["triage_officer"], timezone.now()
    job = exports.ask(user=officer, query=f"campaign={page.pk}", format=format, at=now)
    exports.write(job, at=now)
    job = ExportJob.objects.get()
    with exports.fetch(job=job, actor=city.actor("triage_officer"), at=now) as file:
        raw = file.read()
    if format == "csv":
        heads, row = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(raw)).active
        heads, row = ([c or "" for c in r] for r in sheet.iter_rows(values_only=True))
    said = dict(zip(heads, row, strict=True))
    assert said["编号"] == item.case_no
    assert said["您家附近有几处积水？"] == "3"
    assert "13912345678" not in said["还有什么"]
    assert said["还有什么"].startswith("'=")


def test_other_lists_are_exported_without_a_campaigns_columns(city: World) -> None:
    job = ExportJob(query="status=registered")
    assert exports.columns(job) == list(exports.COLUMNS)


@pytest.mark.parametrize(
    ("spec", "said", "value", "wrong"),
    [
        (FieldSpec("几处", "number", least=Decimal(1)), ["0"], "", "不能小于1"),
        (FieldSpec("几处", "number", most=Decimal(9)), ["12"], "", "不能大于9"),
        (FieldSpec("几处", "number"), ["１２"], "12", ""),
        (FieldSpec("几处", "number"), ["1e400"], "", "请填数字"),
        (FieldSpec("几处", "number"), ["NaN"], "", "请填数字"),
        (FieldSpec("哪天", "date"), ["2026年2月30日"], "", "请填日期"),
        (FieldSpec("哪天", "date"), ["2026/2/3"], "2026年2月3日", ""),
        (FieldSpec("愿意吗", "yes_no", required=True), [""], "", "请选择：愿意吗"),
        (FieldSpec("愿意吗", "yes_no"), ["也许"], "", "请选“是”或“否”"),
        (FieldSpec("谁", "choices", options=("甲", "乙")), ["乙", "丙"], "", "请从列出的里面选"),
        (FieldSpec("谁", "choices", options=("甲", "乙")), ["乙", "甲"], "甲、乙", ""),
        (FieldSpec("哪里", "line"), ["长" * 121], "", "请删去1个字"),
        (FieldSpec("哪里", "line"), [], "", ""),
    ],
)
def test_each_type_of_answer_is_read_or_refused(
    spec: FieldSpec, said: list[str], value: str, wrong: str
) -> None:
    found, error = read(spec, said)
    assert found == value
    assert wrong in error
    assert bool(error) == bool(wrong)


def test_every_type_of_answer_has_a_control(browser: Client, campaign: Callable[..., Any]) -> None:
    assert {f["kind"] for f in FIELDS} == set(FieldKind.values)
