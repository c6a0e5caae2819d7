"""Accept, ask, point elsewhere, refuse, merge and dispatch over the desk: each with its event, errors in place."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from suggestions.models import CaseEvent, Suggestion, TriageHint
from suggestions.services import hinting, triage
from tests import world as w
from tests.suggestions.desk.cast import (
    act_url,
    directory,
    item_url,
    main_text,
    parsed,
    sign_in,
)
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(city: World) -> Suggestion:
    return w.submit(city).suggestion


def last_event(item: Suggestion) -> CaseEvent:
    return CaseEvent.objects.filter(suggestion=item, machine="case").latest("seq")


def errors(response: Any) -> str:
    box = parsed(response).select_one(".desk-errors")
    return box.get_text(" ", strip=True) if box else ""


def test_accepting_sets_topic_urgency_district_and_tags_and_leaves_an_event(
    city: World, item: Suggestion
) -> None:
    response = sign_in(city, "triage_officer").post(
        act_url(item, "accept"),
        {"topic": "water", "urgency": "urgent", "district": "990101", "tags": "排涝，公交站 排涝"},
        follow=True,
    )
    item.refresh_from_db()
    assert (item.status, item.topic, item.urgency) == ("accepted", city.other_topic, "urgent")
    assert {t.name for t in item.tags.all()} == {"排涝", "公交站"}
    event = last_event(item)
    assert (event.name, event.actor) == ("accept", city.users["triage_officer"])
    assert "已受理，下一步是交办" in main_text(response)


def test_accepting_without_a_topic_says_so_beside_the_field_and_keeps_the_rest(
    city: World, item: Suggestion
) -> None:
    response = sign_in(city, "triage_officer").post(
        act_url(item, "accept"), {"topic": "", "urgency": "critical", "tags": "长椅"}
    )
    assert response.status_code == 422
    assert "请选主题" in errors(response)
    page = parsed(response)
    assert page.select_one("#act-tags")["value"] == "长椅"  # type: ignore[index]
    assert page.select_one("#act-urgency option[selected]")["value"] == "critical"  # type: ignore[index]
    item.refresh_from_db()
    assert item.status == "registered"


def test_the_topic_is_filled_in_from_what_the_author_chose_or_else_from_the_hint(
    city: World,
) -> None:
    city.topic.keywords = "公交 站台"
    city.topic.save()
    client = sign_in(city, "triage_officer")
    chosen = w.submit(city, topic=city.other_topic).suggestion
    hinted = w.submit(city, topic=None).suggestion
    for item, code in ((chosen, "water"), (hinted, "bus")):
        page = parsed(client.get(act_url(item, "accept")))
        assert page.select_one("#act-topic option[selected]")["value"] == code  # type: ignore[index]


def test_a_supplement_is_asked_for_once_and_then_no_longer_offered(
    city: World, item: Suggestion
) -> None:
    client = sign_in(city, "triage_officer")
    assert "请写清楚" in errors(client.post(act_url(item, "request_supplement"), {"asked": " "}))
    client.post(act_url(item, "request_supplement"), {"asked": "请写明是哪个站台"})
    item.refresh_from_db()
    assert item.status == "supplement_requested"
    assert "请写明是哪个站台" in last_event(item).words
    sign_in(city, "intake_clerk").post(act_url(item, "supplement"), {"answer": "北站台"})
    item.refresh_from_db()
    assert item.status == "registered"
    page = main_text(client.get(item_url(item)))
    assert "北站台" in page
    again = client.post(act_url(item, "request_supplement"), {"asked": "再补一次"})
    assert "补充只能请一次" in errors(again)


def test_pointing_elsewhere_offers_only_channels_of_the_category(
    city: World, item: Suggestion
) -> None:
    client = sign_in(city, "triage_officer")
    wrong = client.post(
        act_url(item, "redirect"), {"category": "litigation_related", "target": city.target.pk}
    )
    assert wrong.status_code == 422
    options = parsed(wrong).select("#act-target option")
    assert [o["value"] for o in options] == [""]
    client.post(
        act_url(item, "redirect"),
        {"category": "appeal_claim", "target": city.target.pk, "words": "请带身份证"},
    )
    item.refresh_from_db()
    assert (item.status, item.redirect_target) == ("redirected", city.target)
    assert last_event(item).reason == "请带身份证"


def test_the_words_of_a_refusal_are_shown_before_they_are_sent(
    city: World, item: Suggestion
) -> None:
    client = sign_in(city, "triage_officer")
    body = {"reason": "outside_territory", "words": "请向邻市反映。"}
    preview = client.post(act_url(item, "refuse"), {**body, "preview": "1"})
    shown = parsed(preview).select_one("#preview")
    assert shown is not None
    assert "不在本地政府的职权范围内" in shown.get_text()
    assert "请向邻市反映。" in shown.get_text()
    assert "由另一位工作人员重新看一遍" in shown.get_text()
    item.refresh_from_db()
    assert item.status == "registered"
    sent = client.post(act_url(item, "refuse"), body, follow=True)
    assert "已提请另一位分办员复核" in main_text(sent)
    item.refresh_from_db()
    w.confirm(city, item, at=MONDAY + timedelta(hours=1))
    assert (item.status, item.not_accepted_reason) == ("not_accepted", "outside_territory")
    assert last_event(item).reason in " ".join(shown.get_text(" ").split())


def test_a_refusal_needs_a_coded_reason(city: World, item: Suggestion) -> None:
    client = sign_in(city, "triage_officer")
    for reason in ("", "because"):
        response = client.post(act_url(item, "refuse"), {"reason": reason, "words": "不办"})
        assert response.status_code == 422
    item.refresh_from_db()
    assert item.status == "registered"


def test_merging_takes_a_ticked_look_alike_or_a_typed_number(city: World, item: Suggestion) -> None:
    primary = w.submit(city, title="人民路公交站请加一张长椅").suggestion
    w.accept(city, primary, at=MONDAY)
    client = sign_in(city, "triage_officer")
    page = parsed(client.get(act_url(item, "merge")))
    ticks = [i["value"] for i in page.select("input[name=similar]")]
    assert primary.case_no in ticks
    client.post(act_url(item, "merge"), {"similar": primary.case_no, "why": "同一个站台"})
    item.refresh_from_db()
    assert (item.status, item.primary) == ("merged", primary)
    other = w.submit(city, title="车站座位不够").suggestion
    client.post(act_url(other, "merge"), {"number": primary.case_no.lower(), "why": "同一个站台"})
    other.refresh_from_db()
    assert other.primary == primary
    assert last_event(other).reason == "同一个站台"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("", "请在上面选一件"),
        ("JY2026-0000001-1", "这个编号不对"),
        ("甲乙丙", "这个编号不对"),
        ("self", "不能并到自己"),
        ("waiting", "不能并入"),
    ],
)
def test_a_merge_that_cannot_be_is_refused_in_words(
    city: World, item: Suggestion, number: str, said: str
) -> None:
    waiting = w.submit(city, title="还没有受理的另一件").suggestion
    typed = {"self": item.case_no, "waiting": waiting.case_no}.get(number, number)
    response = sign_in(city, "triage_officer").post(
        act_url(item, "merge"), {"number": typed, "why": "同一件事"}
    )
    assert response.status_code == 422
    assert said in errors(response)
    assert "同一件事" in parsed(response).select_one("#act-why").get_text()  # type: ignore[union-attr]


def test_dispatch_proposes_the_unit_of_the_directory_and_takes_co_units(
    city: World, item: Suggestion
) -> None:
    directory(city)
    w.accept(city, item, at=MONDAY)
    client = sign_in(city, "triage_officer")
    page = parsed(client.get(act_url(item, "dispatch")))
    assert page.select_one("#act-lead option[selected]")["value"] == "bus"  # type: ignore[index]
    assert page.select_one("#act-basis")["value"] == "派单目录第12项"  # type: ignore[index]
    offered = {o["value"] for o in page.select("#act-lead option")}
    assert "office" not in offered
    client.post(
        act_url(item, "dispatch"),
        {"lead": "bus", "co_units": ["water"], "basis": "派单目录第12项", "note": "请实地看看"},
    )
    item.refresh_from_db()
    assert (item.status, item.lead_unit) == ("dispatched", city.bus)
    parts = {(a.unit.code, a.part, a.basis) for a in item.assignments.all()}
    assert parts == {("bus", "lead", "派单目录第12项"), ("water", "co", "派单目录第12项")}
    assert last_event(item).reason == "请实地看看"


def test_an_act_on_an_item_that_somebody_else_just_changed_is_refused_and_keeps_the_words(
    city: World, item: Suggestion
) -> None:
    client = sign_in(city, "triage_officer")
    page = parsed(client.get(act_url(item, "refuse")))
    seen = page.select_one("input[name=version]")["value"]  # type: ignore[index]
    triage.request_supplement(
        suggestion=item, asked="哪个站台", actor=city.actor("triage_officer"), at=MONDAY
    )
    sign_in(city, "intake_clerk").post(act_url(item, "supplement"), {"answer": "北站台"})
    body = {"reason": "advertising", "words": "这是广告", "version": seen}
    response = client.post(act_url(item, "refuse"), body)
    assert "刚才有人处理了这件建议" in errors(response)
    assert "这是广告" in parsed(response).select_one("#act-words").get_text()  # type: ignore[union-attr]
    fresh = parsed(response).select_one("input[name=version]")["value"]  # type: ignore[index]
    client.post(act_url(item, "refuse"), {**body, "version": fresh})
    item.refresh_from_db()
    w.confirm(city, item, at=MONDAY + timedelta(hours=1))
    assert item.status == "not_accepted"


@pytest.mark.parametrize("act", ["accept", "request_supplement", "redirect", "refuse", "merge"])
def test_hostile_input_is_answered_in_words(city: World, item: Suggestion, act: str) -> None:
    client = sign_in(city, "triage_officer")
    nasty = "<script>alert(1)</script>\x00" + "长" * 9000
    body = dict.fromkeys(
        ("topic", "urgency", "district", "tags", "asked", "category", "target", "words", "reason", "similar", "number", "why"),
        nasty,
    )  # fmt: skip
    response = client.post(act_url(item, act), body)
    assert response.status_code == 422
    assert errors(response)
    assert b"<script>alert(1)" not in response.content
    item.refresh_from_db()
    assert item.status == "registered"


def test_several_items_are_accepted_together_and_those_that_cannot_be_say_why(city: World) -> None:
    good = [w.submit(city, title=f"第{n}个公交站加长椅").suggestion for n in range(3)]
    done = w.submit(city, title="已经受理过的那件").suggestion
    w.accept(city, done, at=MONDAY)
    lost = w.submit(
        city, title="什么也说不清的一件事", problem="说不清", proposal="不知道", topic=None
    ).suggestion
    client = sign_in(city, "triage_officer")
    numbers = [i.case_no for i in (*good, done, lost)] + ["JY2026-9999999-9"]
    check = client.post(reverse("desk:bulk"), {"act": "accept", "case_no": numbers})
    assert len(parsed(check).select("input[name=case_no]")) == 5
    assert CaseEvent.objects.filter(name="accept").count() == 1
    response = client.post(
        reverse("desk:bulk"), {"act": "accept", "case_no": numbers, "confirm": "1", "topic": ""}
    )
    text = main_text(response)
    assert "3件已办。3件没有办" in text
    assert "现在的状态不能做这一步" in text
    assert "没有主题，也没有提示" in text
    assert "没有这件建议" in text
    assert CaseEvent.objects.filter(name="accept", suggestion__in=good).count() == 3
    lost.refresh_from_db()
    assert lost.status == "registered"


def test_several_items_are_dispatched_to_the_unit_the_directory_names(city: World) -> None:
    directory(city)
    bus, water = (w.submit(city, topic=t).suggestion for t in (city.topic, city.other_topic))
    for item, topic in ((bus, city.topic), (water, city.other_topic)):
        triage.accept(suggestion=item, topic=topic, actor=city.actor("triage_officer"), at=MONDAY)
    response = sign_in(city, "triage_officer").post(
        reverse("desk:bulk"),
        {"act": "dispatch", "case_no": [bus.case_no, water.case_no], "confirm": "1", "note": ""},
    )
    bus.refresh_from_db()
    water.refresh_from_db()
    assert (bus.status, bus.lead_unit) == ("dispatched", city.bus)
    assert water.status == "accepted"
    assert "派单目录里没有这类事项" in main_text(response)


def test_several_items_are_refused_with_one_reason(city: World) -> None:
    items = [w.submit(city, title=f"便宜家具大促销第{n}期").suggestion for n in range(2)]
    numbers = [i.case_no for i in items]
    client = sign_in(city, "triage_officer")
    without = client.post(
        reverse("desk:bulk"), {"act": "refuse", "case_no": numbers, "confirm": "1"}
    )
    assert "请选一个不予受理的理由" in errors(without)
    client.post(
        reverse("desk:bulk"),
        {"act": "refuse", "case_no": numbers, "confirm": "1", "reason": "advertising", "words": ""},
    )
    for item in items:
        item.refresh_from_db()
        w.confirm(city, item, at=MONDAY + timedelta(hours=1))
    reasons = Suggestion.objects.filter(case_no__in=numbers).values_list("not_accepted_reason")
    assert list(reasons) == [("advertising",)] * 2


@pytest.mark.parametrize("body", [{}, {"act": "accept"}, {"act": "pass_reply", "case_no": "x"}])
def test_a_bulk_act_without_items_or_of_an_unknown_kind_says_what_to_do(
    city: World, body: dict[str, str]
) -> None:
    response = sign_in(city, "triage_officer").post(reverse("desk:bulk"), body)
    assert response.status_code == 422
    assert "没有勾选建议" in main_text(response)


def test_bulk_acts_belong_to_triage_alone(city: World, item: Suggestion) -> None:
    for who in ("supervisor", "leader", "intake_clerk", "publisher", "liaison:bus"):
        response = sign_in(city, who).post(
            reverse("desk:bulk"), {"act": "accept", "case_no": item.case_no, "confirm": "1"}
        )
        assert response.status_code == 403
    item.refresh_from_db()
    assert item.status == "registered"


def test_hints_are_made_once_with_grounds_and_remember_whether_they_were_followed(
    city: World,
) -> None:
    city.topic.keywords = "公交 站台"
    city.topic.save()
    directory(city)
    item = w.submit(city, topic=None).suggestion
    hints = hinting.ensure(suggestion=item, at=MONDAY)
    again = hinting.ensure(suggestion=item, at=MONDAY + timedelta(days=1))
    assert [h.pk for h in hints] == [h.pk for h in again]
    topic = next(h for h in hints if h.kind == TriageHint.Kind.TOPIC)
    assert topic.value == "bus"
    assert "公交" in topic.reasons[0]
    assert next(h for h in hints if h.kind == TriageHint.Kind.UNIT).value == "bus"
    assert Suggestion.objects.get(pk=item.pk).topic is None, "a hint decides nothing"
    sign_in(city, "triage_officer").post(
        act_url(item, "accept"), {"topic": "bus", "urgency": "normal"}
    )
    topic.refresh_from_db()
    assert topic.followed is True


def test_a_submission_asks_for_its_hints_through_the_outbox(city: World) -> None:
    from suggestions import outbox

    city.topic.keywords = "公交 站台"
    city.topic.save()
    item = w.submit(city).suggestion
    assert not item.hints.exists()
    outbox.deliver(now=MONDAY + timedelta(days=300))
    assert item.hints.filter(kind="topic", value="bus").exists()


def test_look_alikes_are_found_by_title_and_never_a_report_of_misconduct(city: World) -> None:
    city.target.categories = ["report_misconduct"]
    city.target.save()
    near = w.submit(city, title="人民路公交站请加两张长椅").suggestion
    w.submit(city, title="小区门口的路灯坏了很久", problem="晚上很黑。")
    report = w.submit(city, title="人民路公交站加一张长椅有人收好处").suggestion
    triage.redirect(
        suggestion=report, category="report_misconduct", target=city.target, words="",
        actor=city.actor("triage_officer"), at=MONDAY,
    )  # fmt: skip
    item = w.submit(city).suggestion
    found = [other for other, _share, _why in hinting.similar(item)]
    assert near in found
    assert report not in found
    assert len(found) == 1
