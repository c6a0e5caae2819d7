"""After the answer, at the desk: each act for exactly those who may, in plain pages that keep what was typed."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from suggestions.models import (
    AuthorContact,
    Commitment,
    DeliveryProof,
    IdentityAccessLog,
    ReplyTemplate,
    Suggestion,
)
from suggestions.services import archiving, replying
from suggestions.services.attachments import STORAGE
from tests import world as w
from tests.suggestions.desk.cast import item_url, main_text, offered, parsed, sign_in
from tests.world import BODY, World

START = timezone.now() - timedelta(days=20)
SOON = (timezone.now() + timedelta(days=40)).date()


def after_url(item: Suggestion, act: str) -> str:
    return reverse("desk:after", args=[item.case_no, act])


@pytest.fixture
def promised(city: World) -> Suggestion:
    """Answered with a promise."""
    item = w.submit(city, at=START).suggestion
    w.accept(city, item, at=START)
    w.dispatch(city, item, at=START)
    w.sign_in(city, item, at=START)
    reply = w.signed_reply(
        city, item, at=START + timedelta(days=5), outcome="planned", commitment="装好长椅", committed_by=SOON
    )  # fmt: skip
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=START + timedelta(days=6))
    return item


AFTER = {"reopen", "rectify", "contact", "delivered", "keep", "renew"}


@pytest.mark.parametrize(
    ("who", "acts"),
    [
        ("handler:bus", {"contact", "delivered", "keep"}),
        ("unit_head:bus", {"contact", "keep", "renew"}),
        ("triage_officer", {"contact", "delivered"}),
        ("supervisor", {"reopen", "rectify"}),
        ("leader", {"reopen"}),
        ("intake_clerk", {"delivered"}),
        ("publisher", set()),
    ],
)
def test_an_answered_item_offers_each_role_what_it_may_do_and_no_more(
    city: World, promised: Suggestion, who: str, acts: set[str]
) -> None:
    client = sign_in(city, who)
    page = client.get(item_url(promised))
    assert offered(page) & AFTER == acts
    for act in AFTER - acts:
        assert client.get(after_url(promised, act)).status_code in (403, 404), act


def test_a_department_without_the_item_finds_nothing(city: World, promised: Suggestion) -> None:
    client = sign_in(city, "handler:water")
    assert client.get(after_url(promised, "keep")).status_code == 404


def test_a_kept_promise_is_entered_by_the_unit_and_shown_on_the_item(
    city: World, promised: Suggestion
) -> None:
    client = sign_in(city, "handler:bus")
    promise = Commitment.objects.get()
    sent = {
        "commitment": promise.pk,
        "kept_on": "2026-13-40",
        "proof": "两张长椅在站台两头装好了。",
    }
    refused = client.post(after_url(promised, "keep"), sent)
    assert refused.status_code == 422
    assert "请按“2026-12-20”这样填日期" in main_text(refused)
    assert "两张长椅在站台两头装好了。" in refused.content.decode()
    sent["kept_on"] = timezone.localdate().isoformat()
    assert client.post(after_url(promised, "keep"), sent).status_code == 302
    promise.refresh_from_db()
    assert promise.status == "kept"
    assert "做到了" in main_text(client.get(item_url(promised)))


def test_talks_and_deliveries_are_noted_and_listed(city: World, promised: Suggestion) -> None:
    client = sign_in(city, "handler:bus")
    assert "还没有送达的凭据" in main_text(client.get(item_url(promised)))
    client.post(
        after_url(promised, "contact"), {"way": "phone", "reached": "1", "words": "约好周五看现场"}
    )
    moment = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    client.post(
        after_url(promised, "delivered"),
        {"channel": "letter", "on": moment, "words": "挂号 XA0001"},
    )
    assert AuthorContact.objects.get().words == "约好周五看现场"
    assert DeliveryProof.objects.get().words == "挂号 XA0001"
    text = main_text(client.get(item_url(promised)))
    assert "约好周五看现场" in text
    assert "挂号 XA0001" in text
    assert "还没有送达的凭据" not in text


def test_a_reopened_item_is_taken_up_by_its_lead(city: World, promised: Suggestion) -> None:
    boss = sign_in(city, "supervisor")
    empty = boss.post(after_url(promised, "reopen"), {"ground": "", "reason": ""})
    assert empty.status_code == 422
    assert "请选重新办理的理由" in main_text(empty)
    boss.post(after_url(promised, "reopen"), {"ground": "new_facts", "reason": "设施又坏了"})
    promised.refresh_from_db()
    assert promised.status == "reopened"
    unit = sign_in(city, "liaison:bus")
    assert "take-up" in offered(unit.get(item_url(promised)))
    unit.post(after_url(promised, "take-up"))
    promised.refresh_from_db()
    assert promised.status == "handling"
    assert "reply" in offered(unit.get(item_url(promised)))


def test_an_unknown_act_is_not_found_and_a_stale_form_changes_nothing(
    city: World, promised: Suggestion
) -> None:
    client = sign_in(city, "supervisor")
    assert client.get(after_url(promised, "burn")).status_code == 404
    sent = {"ground": "new_facts", "reason": "又坏了", "version": str(promised.version - 1)}
    assert client.post(after_url(promised, "reopen"), sent).status_code == 422
    promised.refresh_from_db()
    assert promised.status == "answered"


def test_the_room_lists_promises_and_answers_not_delivered_with_the_same_queries_for_many(
    city: World, promised: Suggestion, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(city, "triage_officer")
    room = reverse("desk:answers")
    assert promised.original_title in main_text(client.get(f"{room}?show=open"))
    assert promised.original_title in main_text(client.get(f"{room}?show=unreached"))
    with django_assert_max_num_queries(200) as one:
        client.get(f"{room}?show=unreached")
    for _ in range(3):
        w.answered(city, at=START, published=False)
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(f"{room}?show=unreached")
    assert sign_in(city, "analyst").get(room).status_code in (302, 403)


def test_the_reply_page_takes_points_a_template_and_a_co_units_opinion_without_scripts(
    city: World,
) -> None:
    from suggestions.services import assignment

    item = w.submit(city, at=START).suggestion
    w.accept(city, item, at=START)
    w.dispatch(city, item, at=START, co=True)
    w.sign_in(city, item, at=START)
    part = item.assignments.get(unit=city.water)
    part.suggestion = item
    assignment.sign_in(assignment=part, actor=city.actor("liaison:water"), at=START)
    assignment.give_opinion(
        assignment=part, opinion="雨水口已清掏。", actor=city.actor("liaison:water"), at=START
    )
    unit = sign_in(city, "handler:bus")
    made = unit.post(
        reverse("desk:reply_template_new"),
        {"owner": f"u{city.bus.pk}", "name": "站台类", "outcome": "", "body": "您提的“{标题}”我们到现场看过了，请写怎么改。"},
    )  # fmt: skip
    assert made.status_code == 302
    template = ReplyTemplate.objects.get()
    page = unit.get(reverse("desk:reply", args=[item.case_no]), {"template": template.pk})
    body = parsed(page).select_one("[name=body]")
    assert body is not None
    assert item.original_title in body.get_text()
    fields = {
        str(f["name"]): str(f.get("value") or "")
        for f in parsed(page).select("input[name^=part], [name=seen]")
    }
    fields |= {
        "body": BODY, "outcome": "adopted", "contact": "公交科 0380-555 0131", "part-0-point": "加长椅",
        "part-0-answer": "同意加装。", "act": f"adopt-{part.pk}",
    }  # fmt: skip
    assert unit.post(reverse("desk:reply", args=[item.case_no]), fields).status_code == 302
    reply = replying.current_reply(item)
    assert reply is not None
    assert [(p["point"], p["unit"]) for p in reply.parts] == [
        ("加长椅", ""), ("市水务局负责的部分", "water"),
    ]  # fmt: skip
    assert "（市水务局）" in main_text(unit.get(reverse("desk:reply", args=[item.case_no])))


def test_a_template_of_another_unit_is_not_found(city: World) -> None:
    unit = sign_in(city, "handler:bus")
    unit.post(
        reverse("desk:reply_template_new"),
        {"owner": f"u{city.bus.pk}", "name": "站台类", "outcome": "", "body": "您提的事我们到现场看过了，请写怎么改，谢谢。"},
    )  # fmt: skip
    template = ReplyTemplate.objects.get()
    other = sign_in(city, "handler:water")
    assert other.get(reverse("desk:reply_template", args=[template.pk])).status_code == 404
    unit.post(reverse("desk:reply_template", args=[template.pk]), {"act": "retire"})
    template.refresh_from_db()
    assert not template.is_current


def test_the_reviewer_sees_what_changed_since_the_version_sent_back(city: World) -> None:
    item = w.submit(city, at=START).suggestion
    w.accept(city, item, at=START)
    w.dispatch(city, item, at=START)
    w.sign_in(city, item, at=START)
    reply = w.signed_reply(city, item, at=START)
    replying.send_back(reply=reply, reason="没写科室", actor=city.actor("triage_officer"), at=START)
    w.signed_reply(city, item, at=START, body=BODY + "由公交科负责安装。")
    page = sign_in(city, "triage_officer").get(reverse("desk:review", args=[item.case_no]))
    assert [i.get_text() for i in parsed(page).select("ins")] == ["由公交科负责安装。"]


def test_only_its_keepers_download_an_archive_package(
    city: World, settings: Any, tmp_path: Any
) -> None:
    kept = {**settings.STORAGES[STORAGE], "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, STORAGE: kept}
    storages._storages.clear()
    item, _ = w.answered(city, at=START)
    w.rate(item, at=START + timedelta(days=11))
    package = archiving.archive(suggestion=item, at=timezone.now())
    address = reverse("desk:archive_package", args=[item.case_no])
    for who, status in (("supervisor", 200), ("privacy_officer", 200), ("triage_officer", 404), ("handler:bus", 404)):  # fmt: skip
        client = sign_in(city, who)
        assert client.get(address).status_code == status, who
        response = client.post(address, {"reason": "档案馆来查"})
        assert response.status_code == status, who
        if status == 200:
            assert len(response.content) == package.size
            assert "请写查看理由" in main_text(client.post(address, {"reason": ""}))
    assert IdentityAccessLog.objects.filter(suggestion=item, reason="档案馆来查").count() == 2
    assert item.events.filter(name="archive_opened", reason="档案馆来查").count() == 2
    assert "已归档" in main_text(sign_in(city, "supervisor").get(item_url(item)))
