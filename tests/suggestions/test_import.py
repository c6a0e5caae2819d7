"""Messages of another system come in through the real intake; what cannot is listed and stops nobody."""

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from search import indexing
from search.analysis import normalise
from search.engine import Query, get_engine
from suggestions.clock import SHANGHAI, local_date
from suggestions.imports import running
from suggestions.models import Clock, DispatchRule, ImportedLine, Outbox, Reply, Suggestion
from suggestions.services import chain
from tests import world as w
from tests.world import World

pytestmark = pytest.mark.django_db

GOOD: list[dict[str, Any]] = [
    {
        "id": "g1", "title": "建设路公交站没有遮雨棚", "time": "2019/4/24 16:03:40", "label": "bus",
        "body": "建设路公交站没有遮雨棚，下雨天大家只能站在店铺门口等车。电话19900001234，希望加装。",
        "reply": "网友您好！经现场查看，建设路公交站确无遮雨棚，我局已列入改造计划，年内完成加装。感谢您的关心。",
        "reply_time": "2019-05-09 09:30:00",
    },
    {
        "id": "g2", "title": "沿河路下雨就积水", "time": "2019-06-01 08:00:00", "label": "供水排涝",
        "body": "沿河路低洼处一下雨就积水，行人走不过去，请清一清雨水口。",
    },
    {"id": "g3", "title": "夜班公交能不能多开一班", "time": "2018年7月3日", "body": "公交末班车太早，下夜班的人赶不上。"},
    {"id": "g4", "title": "公交卡充值点太少", "body": "城东只有一个公交卡充值点，老人要走很远。", "label": "bus"},
]  # fmt: skip

BAD: list[tuple[str | dict[str, Any], str]] = [
    ("{not json", "不是正确的 JSON"),
    ("[1, 2]", "不是一个 JSON 对象"),
    ({"id": "b3", "time": "昨天下午"}, "看不懂"),
    ({"id": "b4", "time": "2019-02-30 10:00:00"}, "看不懂"),
    ({"id": "b5", "time": "2099-01-01"}, "收到时间在今天以后"),
    ({"id": "b6", "time": "1234-01-01"}, "年份1234不对"),
    ({"id": "b7", "reply": "已处理，感谢您的建议和关心。", "reply_time": "2019-04-01"}, "答复时间早于收到时间"),
    ({"id": "b8", "label": "星际航行"}, "主题“星际航行”不认识"),
    ({"id": ""}, "没有外部编号"),
    ({"id": "b10" * 40}, "外部编号超过80个字"),
    ({"id": "b11", "title": "长" * 121}, "最多120个字，现在是121个字"),
    ({"id": "b12", "body": "长" * 50_001}, "最多50000个字"),
    ({"id": "b13", "body": "\u0000\u200b  "}, "请写下现在的情况"),
    ({"id": "b14", "title": "！！！"}, "请写一句话"),
    ({"id": "b15", "unit": "外星联络处", "reply": "已处理，感谢您的建议和关心。"}, "承办单位“外星联络处”不认识"),
    ({"id": "b16", "district": "火星区"}, "区划“火星区”不认识"),
    ({"id": "b17", "channel": "pigeon"}, "渠道“pigeon”不认识"),
    ({"id": "b18", "outcome": "planned", "reply": "已处理，感谢您的建议和关心。"}, "不能用于没有日期的旧答复"),
]  # fmt: skip
BASE = {
    "title": "公交站少一张长椅",
    "body": "公交站等车没有地方坐。",
    "time": "2019-04-24",
    "label": "bus",
}


@pytest.fixture
def city() -> World:
    city = w.make_world()
    city.topic.keywords = "公交 公交车 公交站 末班车"
    city.topic.save()
    DispatchRule.objects.create(
        jurisdiction=city.jurisdiction, topic=city.topic, unit=city.bus, basis="派单目录第12项"
    )
    return city


Command = Callable[..., "Run"]


@dataclass
class Run:
    """What one run of the command said."""

    code: int
    words: str
    report: list[dict[str, str]] = field(default_factory=list)

    def refused(self) -> dict[int, str]:
        return {int(row["行号"]): row["原因"] for row in self.report if row["结果"] == "拒收"}


@pytest.fixture(autouse=True)
def _empty_index(db: None, own_index: None) -> None:
    indexing.rebuild()


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Run]:
    def go(file: Path, **options: Any) -> Run:
        report = tmp_path / "report.csv"
        out = StringIO()
        given = {"report": report, "verbosity": 0, "stdout": out, "no_color": True, **options}
        try:
            call_command("import_messages", str(file), **given)
            code, words = 0, out.getvalue()
        except CommandError as error:
            code, words = error.returncode, str(error)
        rows = []
        if report.exists():
            with report.open(encoding="utf-8-sig", newline="") as lines:
                rows = list(csv.DictReader(lines))
        return Run(code, words, rows)

    return go


def jsonl(path: Path, rows: list[str | dict[str, Any]]) -> Path:
    lines = [r if isinstance(r, str) else json.dumps(r, ensure_ascii=False) for r in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def bad_rows() -> list[str | dict[str, Any]]:
    return [row if isinstance(row, str) else {**BASE, **row} for row, _ in BAD]


def item(number: str) -> Suggestion:
    return ImportedLine.objects.get(external_no=number).suggestion


def test_good_lines_come_in_with_their_true_dates_and_the_reply_as_a_signed_version(
    city: World, run: Command, tmp_path: Path
) -> None:
    result = run(jsonl(tmp_path / "old.jsonl", [*GOOD]), unanswered="dispatch")
    assert (result.code, Suggestion.objects.count()) == (0, 4)
    assert "读了4行：导入4件（其中有答复1件" in result.words
    answered = item("g1")
    assert answered.received_at.astimezone(SHANGHAI).isoformat() == "2019-04-24T16:03:40+08:00"
    reply = Reply.objects.get(suggestion=answered)
    assert (reply.number, reply.unit, reply.outcome) == (1, city.bus, "for_reference")
    assert reply.signed_by is None, "who signed is not known, so nobody is claimed to have"
    assert reply.body == GOOD[0]["reply"]
    assert reply.signed_at.astimezone(SHANGHAI).isoformat() == "2019-05-09T09:30:00+08:00"
    assert answered.status in ("answered", "closed", "archived")
    assert item("g2").topic == city.other_topic
    assert local_date(item("g3").received_at).isoformat() == "2018-07-03"
    assert item("g3").topic == city.topic, "guessed from the words"
    assert item("g2").status == item("g3").status == "dispatched"
    # A line without a date is taken in, and the report says which date it was given.
    assert [(r["外部编号"], r["原因"]) for r in result.report] == [
        ("g4", "没有收到日期，用导入时间")
    ]
    assert list(chain.verify()) == []


def test_clocks_of_an_old_message_run_from_the_day_it_arrived(
    city: World, run: Command, tmp_path: Path
) -> None:
    run(jsonl(tmp_path / "old.jsonl", [GOOD[1]]))
    clock = Clock.objects.get(suggestion=item("g2"), kind="K2")
    assert clock.due_on.isoformat() == "2019-06-16"
    assert item("g2").status == "registered"


def test_nobody_is_sent_a_notice_about_an_old_message(
    city: World, run: Command, tmp_path: Path
) -> None:
    run(jsonl(tmp_path / "old.jsonl", [*GOOD]))
    assert not Outbox.objects.filter(kind__in=["author_notice", "staff_notice"]).exists()


def test_each_bad_line_is_listed_with_its_number_and_reason_and_stops_no_other(
    city: World, run: Command, tmp_path: Path
) -> None:
    rows: list[str | dict[str, Any]] = [GOOD[0], *bad_rows(), "", GOOD[1]]
    result = run(jsonl(tmp_path / "mixed.jsonl", rows))
    assert result.code == 1
    refused = result.refused()
    assert sorted(refused) == list(range(2, 2 + len(BAD)))
    for number, (_, reason) in enumerate(BAD, 2):
        assert reason in refused[number], number
    assert set(ImportedLine.objects.values_list("external_no", flat=True)) == {"g1", "g2"}
    assert Suggestion.objects.count() == 2, "a refused line leaves nothing behind"
    assert f"导入2件（其中有答复1件，已公开0件），已有0件，拒收{len(BAD)}行" in result.words


def test_a_csv_file_with_chinese_headers_comes_in_and_its_bad_lines_are_listed(
    city: World, run: Command, tmp_path: Path
) -> None:
    path = tmp_path / "信箱.csv"
    path.write_text(
        "\ufeff留言编号,留言主题,留言详情,留言时间,分类,答复意见,答复时间\n"
        'c1,公交站牌看不清,"站牌褪色了，\n晚上看不清。",2020/1/5 9:00,公交地铁,"您好，站牌已更换，谢谢您的提醒和建议。",2020/1/20 10:00\n'
        "c2,公交站牌太高,坐轮椅的人看不到站牌。,2020-13-05,公交地铁,,\n"
        "c3,公交站牌太矮,被自行车挡住。,2020-01-06,公交地铁,,,多出一列\n"
        "c4,公交站没有灯,夜里等车很暗，司机看不见人。,2020-01-07,公交地铁,,\n",
        encoding="utf-8",
    )
    result = run(path)
    assert result.code == 1
    assert {n: why[:4] for n, why in result.refused().items()} == {4: "收到时间", 5: "列数比表"}
    assert item("c1").original_problem == "站牌褪色了，\n晚上看不清。"
    assert local_date(item("c1").received_at).isoformat() == "2020-01-05"
    assert item("c1").status in ("answered", "closed", "archived")
    assert item("c4").status == "registered"


def test_a_second_run_skips_what_is_there_and_takes_what_was_mended(
    city: World, run: Command, tmp_path: Path
) -> None:
    path = jsonl(tmp_path / "old.jsonl", [GOOD[0], {**GOOD[1], "time": "不知道"}])
    assert run(path).code == 1
    events = item("g1").events.count()
    jsonl(path, [GOOD[0], GOOD[1]])
    again = run(path)
    assert again.code == 0
    assert "导入1件（其中有答复0件，已公开0件），已有1件，拒收0行" in again.words
    assert Suggestion.objects.count() == 2
    assert item("g1").events.count() == events
    third = run(path)
    assert (third.code, Suggestion.objects.count()) == (0, 2)
    assert "已有2件" in third.words


def test_the_same_number_of_another_source_is_another_message(
    city: World, run: Command, tmp_path: Path
) -> None:
    path = jsonl(tmp_path / "old.jsonl", [GOOD[1]])
    run(path, source="甲信箱")
    run(path, source="乙信箱")
    assert ImportedLine.objects.filter(external_no="g2").count() == 2


def test_the_same_number_twice_in_one_file_comes_in_once(
    city: World, run: Command, tmp_path: Path
) -> None:
    result = run(jsonl(tmp_path / "old.jsonl", [GOOD[1], {**GOOD[1], "body": "另一段话，积水。"}]))
    assert (result.code, Suggestion.objects.count()) == (0, 1)
    assert item("g2").original_problem == GOOD[1]["body"]


def test_an_interrupted_run_keeps_what_came_in_and_the_next_one_goes_on(
    city: World, run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = jsonl(tmp_path / "old.jsonl", [*GOOD])
    take = running.Importer.take

    def until_the_third(self: running.Importer, message: Any) -> str:
        if message.external_no == "g3":
            raise KeyboardInterrupt
        return take(self, message)

    with monkeypatch.context() as keyboard:
        keyboard.setattr(running.Importer, "take", until_the_third)
        stopped = run(path)
    assert stopped.code == 130
    assert "再运行一次会从没导入的接着来" in stopped.words
    assert Suggestion.objects.count() == 2
    resumed = run(path)
    assert resumed.code == 0
    assert "导入2件（其中有答复0件，已公开0件），已有2件" in resumed.words
    assert Suggestion.objects.count() == 4


def test_publishing_masked_shows_no_phone_and_the_old_answer_is_found_in_both_scripts(
    city: World, run: Command, tmp_path: Path
) -> None:
    result = run(jsonl(tmp_path / "old.jsonl", [*GOOD]), publish="masked", unanswered="dispatch")
    assert "已公开4件" in result.words
    shown = item("g1")
    assert shown.is_public
    assert "19900001234" in shown.original_problem
    assert "19900001234" not in shown.public_problem
    for text in ("遮雨棚", "改造计划", "改造計劃", "遮雨棚 改造計劃"):
        page = get_engine().search(Query(text=text, types=("suggestion",)))
        assert [hit.id for hit in page.hits] == [f"suggestion:{shown.pk}"], text
    assert get_engine().search(Query(text="19900001234")).total == 0
    assert all(drift.clean for drift in indexing.status() if drift.type == "suggestion")


def test_without_publish_nothing_is_public(city: World, run: Command, tmp_path: Path) -> None:
    run(jsonl(tmp_path / "old.jsonl", [*GOOD]), unanswered="dispatch")
    assert not any(s.is_public for s in Suggestion.objects.all())
    assert get_engine().search(Query(text="遮雨棚")).total == 0


def test_a_map_names_columns_topics_units_and_defaults(
    city: World, run: Command, tmp_path: Path
) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        '[fields]\nexternal_no = "nr"\nproblem = "what"\n'
        '[topics]\n"交通运输" = "bus"\n[units]\n"水利局" = "water"\n[defaults]\nchannel = "leader_mailbox"\n',
        encoding="utf-8",
    )
    row = {
        "nr": 17, "title": "公交站边的河堤", "what": "河堤护栏松了。", "time": "2020-01-07", "label": "交通运输",
        "department": "水利局", "reply": "您好，护栏已加固，感谢您的提醒和关心支持。", "reply_time": "2020-01-17",
    }  # fmt: skip
    result = run(jsonl(tmp_path / "old.jsonl", [row]), map=mapping)
    assert result.code == 0, result.words
    found = item("17")
    assert (found.topic, found.lead_unit, found.channel) == (
        city.topic,
        city.water,
        "leader_mailbox",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[fields\n", "不是正确的 TOML"),
        ('[field]\na = "b"\n', "不认识的一节：field"),
        ('[fields]\nphne = "tel"\n', "不认识的字段：phne"),
    ],
)
def test_a_map_that_cannot_be_used_is_explained_before_anything_is_read(
    city: World, run: Command, tmp_path: Path, text: str, message: str
) -> None:
    mapping = tmp_path / "map.toml"
    mapping.write_text(text, encoding="utf-8")
    result = run(jsonl(tmp_path / "old.jsonl", [*GOOD]), map=mapping)
    assert result.code == 2
    assert message in result.words
    assert Suggestion.objects.count() == 0


def test_a_file_that_is_not_there_or_not_utf8_is_explained(
    city: World, run: Command, tmp_path: Path
) -> None:
    missing = run(tmp_path / "nowhere.jsonl")
    assert (missing.code, "打不开" in missing.words) == (2, True)
    strange = tmp_path / "gbk.csv"
    strange.write_bytes("编号,标题\n1,公交\n".encode("gb18030"))
    result = run(strange)
    assert (result.code, "不是 UTF-8 编码" in result.words) == (2, True)


REAL = settings.BASE_DIR.parent / "shared" / "data" / "mailbox"


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason="data: the real mailbox is not on this machine")
def test_real_messages_with_replies_come_in_add_up_and_are_found_by_their_words(
    city: World, run: Command
) -> None:
    limit = 60
    result = run(
        REAL / "replies.jsonl", limit=limit, topic="bus", publish="masked", unanswered="dispatch"
    )
    refused = len(result.refused())
    came_in = Suggestion.objects.count()
    assert came_in + refused == limit
    assert result.code == (1 if refused else 0)
    assert came_in >= limit * 0.95
    # The report holds the reasons; nothing of the messages is printed here.
    assert Reply.objects.count() == came_in
    assert all(drift.clean for drift in indexing.status() if drift.type == "suggestion")
    assert list(chain.verify()) == []
    found = 0
    for suggestion in Suggestion.objects.order_by("received_at")[:5]:
        words = _rare_words(suggestion)
        for text in (words, _traditional(words)):
            page = get_engine().search(Query(text=text, types=("suggestion",), size=50))
            assert f"suggestion:{suggestion.pk}" in [hit.id for hit in page.hits], "not found"
        found += words != _traditional(words)
    assert found, "no sample was different in the other script"


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason="data: the real mailbox is not on this machine")
def test_real_labelled_messages_come_in_by_the_words_of_their_own_scheme(
    city: World, run: Command, tmp_path: Path
) -> None:
    labels = (
        "城乡建设",
        "劳动和社会保障",
        "教育文体",
        "商贸旅游",
        "环境保护",
        "卫生计生",
        "交通运输",
    )
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        "[topics]\n" + "".join(f'"{label}" = "bus"\n' for label in labels), encoding="utf-8"
    )
    limit = 60
    result = run(REAL / "labelled.jsonl", limit=limit, map=mapping)
    assert Suggestion.objects.count() + len(result.refused()) == limit
    assert Suggestion.objects.count() >= limit * 0.95
    undated = sum("没有收到日期" in row["原因"] for row in result.report)
    assert undated == Suggestion.objects.filter(received_at__year__gte=2026).count()


def _rare_words(suggestion: Suggestion) -> str:
    """Four characters in a row from the published answer's middle, all of them Chinese."""
    text = Reply.objects.get(suggestion=suggestion).public_body
    runs = [text[n : n + 4] for n in range(len(text) // 2, len(text) - 4)]
    chinese = [r for r in runs if all("\u4e00" <= c <= "\u9fff" for c in r)]
    return next((r for r in chinese if r != _traditional(r)), chinese[0])


def _traditional(text: str) -> str:
    import opencc

    converted = str(opencc.OpenCC("s2t").convert(text))
    assert normalise(converted) == normalise(text)
    return converted
