"""A campaign's closing report covers every item, or the campaign stays open; it is published as a page and mailed once."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from cms.models import CampaignPage
from portal.notices.models import Delivery
from suggestions import outbox
from suggestions.errors import DomainError, Invalid
from suggestions.models import (
    CaseEvent,
    Clock,
    Commitment,
    ReportEntry,
    ReportGroup,
    Suggestion,
)
from suggestions.services import campaign_reports, deciding, lapses
from tests import world as w
from tests.cms.conftest import Make, words
from tests.suggestions.desk.cast import main_text, sign_in
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(campaign: Make) -> CampaignPage:
    found: CampaignPage = campaign(opens=-40, closes=10, report="<p>三处先修。</p>")
    return found


def close(page: CampaignPage) -> None:
    CampaignPage.objects.filter(pk=page.pk).update(closes_at=timezone.now() - timedelta(days=1))
    page.refresh_from_db()


@pytest.fixture
def items(city: World, page: CampaignPage) -> list[Suggestion]:
    """Two open ones, one answered on its own."""
    at = timezone.now() - timedelta(days=35)
    answered, _ = w.answered(city, campaign=page, at=at, title="路口积水先修这里的井盖")
    rest = [
        w.submit(city, campaign=page, at=at, title=f"第{n}处积水的地方请改一改").suggestion
        for n in (1, 2)
    ]
    close(page)
    return [answered, *rest]


def group(city: World, page: CampaignPage, heading: str = "先修老街") -> ReportGroup:
    return campaign_reports.save_group(
        campaign=page, heading=heading, answer="明年5月底前修好，先修最深的三处。",
        actor=city.actor("triage_officer"), at=timezone.now(),
    )  # fmt: skip


def publish(page: CampaignPage) -> None:
    page.report_published_at = timezone.now() - timedelta(seconds=1)
    page.save_revision().publish()
    page.refresh_from_db()


def test_a_campaign_cannot_be_closed_while_an_item_lacks_its_answer(
    page: CampaignPage, items: list[Suggestion]
) -> None:
    with pytest.raises(ValidationError) as refused:
        publish(page)
    assert "还有2件建议没有答复（共3件）" in str(refused.value)
    assert not CampaignPage.objects.get(pk=page.pk).report_is_out(timezone.now())


def test_it_closes_when_every_item_is_in_a_group_or_answered_on_its_own(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    campaign_reports.put(group=group(city, page), items=items[1:], at=timezone.now())
    held = campaign_reports.coverage(page.pk)
    assert (held.total, held.grouped, held.own, held.lacking) == (3, 2, 1, 0)
    publish(page)
    assert page.report_is_out(timezone.now())


def test_the_editors_form_says_how_many_items_lack_an_answer(
    editor: Client, page: CampaignPage, items: list[Suggestion]
) -> None:
    text = words(editor.get(f"/admin/pages/{page.pk}/edit/"))
    assert "还有2件没有答复" in text
    assert f"/admin/desk/campaigns/{page.pk}/report/" in text


def test_what_ended_otherwise_needs_no_answer_in_the_report(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    from suggestions.actor import Actor
    from suggestions.services import withdrawing

    withdrawing.withdraw(
        suggestion=items[1], actor=Actor.author(), at=timezone.now(), reason="不提了"
    )
    assert campaign_reports.coverage(page.pk).total == 2


def test_an_item_stands_in_one_group_at_most(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    one, two = group(city, page), group(city, page, "施工时怎么走")
    campaign_reports.put(group=one, items=items[1:], at=timezone.now())
    campaign_reports.put(group=two, items=items[1:2], at=timezone.now())
    assert list(
        ReportEntry.objects.filter(suggestion=items[1]).values_list("group", flat=True)
    ) == [two.pk]
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportEntry.objects.create(suggestion=items[1], group=one)


def test_items_of_another_campaign_do_not_go_into_a_group(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    stranger = w.submit(city, at=timezone.now()).suggestion
    with pytest.raises(DomainError):
        campaign_reports.put(group=group(city, page), items=[stranger], at=timezone.now())


@pytest.mark.parametrize("answer", ["", "请打张三13912345678", "长" * 2001])
def test_a_group_without_answer_or_with_a_phone_is_refused(
    city: World, page: CampaignPage, answer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        campaign_reports.save_group(
            campaign=page, heading="先修老街", answer=answer, actor=city.actor("editor"), at=timezone.now()
        )  # fmt: skip
    assert refused.value.errors["answer"]


def test_a_published_report_is_not_regrouped(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    made = group(city, page)
    campaign_reports.put(group=made, items=items[1:], at=timezone.now())
    publish(page)
    made.refresh_from_db()
    with pytest.raises(DomainError, match="结果已经公布"):
        campaign_reports.take_out(group=made, items=items[1:], at=timezone.now())
    with pytest.raises(DomainError):
        group(city, page, "又一组")


def test_the_report_is_a_page_with_its_groups_and_how_much_it_covers(
    client: Client, city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    made = group(city, page)
    campaign_reports.put(group=made, items=items[1:], at=timezone.now())
    assert client.get(f"{page.get_url()}report/").status_code == 404
    publish(page)
    response = client.get(f"{page.get_url()}report/?out")
    text = words(response)
    for shown in (
        "三处先修",
        "先修老街",
        "归到这里的2件",
        "明年5月底前修好",
        "应答复的3件，件件有答复",
    ):
        assert shown in text, shown
    assert "第1处积水" not in text
    assert response["Cache-Control"].startswith("public") or "public" in response["Cache-Control"]
    assert "看完整的结果报告" in words(client.get(page.get_url()))


def test_every_author_is_told_once_and_the_items_timeline_says_so(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    campaign_reports.put(group=group(city, page), items=items[1:], at=timezone.now())
    publish(page)
    while outbox.deliver(now=timezone.now() + timedelta(days=1)):
        pass
    mail.outbox.clear()
    Delivery.objects.all().delete()
    for _ in range(2):
        lapses.run(now=timezone.now())
        while outbox.deliver(now=timezone.now() + timedelta(days=1)):
            pass
    told = Delivery.objects.values_list("code", "suggestion")
    assert sorted(told) == sorted(
        [
            ("author.campaign_report", items[0].pk),
            *(("author.answered", i.pk) for i in items[1:]),
        ]
    )
    assert CaseEvent.objects.filter(name="campaign_reported").count() == 3


def test_an_item_in_a_group_is_answered_when_the_result_is_out(
    client: Client, city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    untouched, at_work = items[1:]
    at = timezone.now() - timedelta(days=20)
    w.accept(city, at_work, at=at)
    w.dispatch(city, at_work, at=at, co=True)
    w.sign_in(city, at_work, at=at)
    made = group(city, page)
    campaign_reports.put(group=made, items=items[1:], at=timezone.now())
    publish(page)
    assert campaign_reports.tell_authors(now=timezone.now()) == 3
    assert campaign_reports.tell_authors(now=timezone.now()) == 0
    running = Clock.objects.filter(stopped_at=None)
    for item, unit in ((untouched, page.host_unit), (at_work, city.bus)):
        item.refresh_from_db()
        assert (item.status, item.outcome, item.lead_unit) == ("answered", "for_reference", unit)
        assert item.evaluation_state == "invited"
        reply = item.replies.get()
        assert (reply.state, reply.unit) == ("approved", unit)
        assert made.answer in reply.public_body
        assert not running.filter(suggestion=item).exclude(kind__in=("K12", "K13")).exists()
        assert item.accepted_at is not None
        # The masking of the item itself goes on; the answer's words are out already.
        assert item.publication == "queued"
        assert item.publication_reviews.get().reply is None
    assert [a.status for a in at_work.assignments.order_by("pk")] == ["accepted_by_office", "recalled"]  # fmt: skip
    items[0].refresh_from_db()
    assert items[0].replies.count() == 1
    assert items[0].outcome == "adopted"
    w.publish(city, at_work, at=timezone.now())
    text = words(client.get(f"/suggestions/{at_work.case_no}/"))
    assert "明年5月底前修好" in text
    w.publish(city, untouched, at=timezone.now())
    assert "明年5月底前修好" in words(client.get(f"/suggestions/{untouched.case_no}/"))


def test_who_is_not_content_with_a_grouped_answer_gets_another_from_the_unit_that_leads(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    campaign_reports.put(group=group(city, page), items=items[1:], at=timezone.now())
    publish(page)
    campaign_reports.tell_authors(now=timezone.now())
    item = items[1]
    item.refresh_from_db()
    w.rate(item, at=timezone.now(), overall="dissatisfied")
    item.refresh_from_db()
    assert item.status == "rectifying"
    assert item.assignments.get().unit == page.host_unit
    content = items[2]
    content.refresh_from_db()
    w.rate(content, at=timezone.now())
    content.refresh_from_db()
    assert content.status == "closed"


def test_an_answer_of_its_own_that_is_under_way_is_not_overtaken_by_the_report(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    item, at = items[1], timezone.now() - timedelta(days=20)
    w.accept(city, item, at=at)
    w.dispatch(city, item, at=at)
    w.sign_in(city, item, at=at)
    w.signed_reply(city, item, at=at)
    campaign_reports.put(group=group(city, page), items=items[1:], at=timezone.now())
    publish(page)
    campaign_reports.tell_authors(now=timezone.now())
    item.refresh_from_db()
    assert item.status == "reply_review"
    assert CaseEvent.objects.filter(suggestion=item, name="campaign_reported").count() == 1


def test_an_item_shut_as_secret_waits_for_the_second_look_and_holds_up_nobody_else(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    shut, other = items[1:]
    officer, second = city.actor("triage_officer"), city.actor("triage_officer_2")
    campaign_reports.put(group=group(city, page), items=[shut, other], at=timezone.now())
    decision = deciding.refuse(
        suggestion=shut, reason="state_secret", words="", actor=officer, at=timezone.now()
    )
    assert decision is not None
    publish(page)
    campaign_reports.tell_authors(now=timezone.now())
    shut.refresh_from_db()
    other.refresh_from_db()
    assert (shut.status, other.status) == ("registered", "answered")
    assert not shut.events.filter(name=campaign_reports.NOTED).exists()
    deciding.send_back(
        decision=decision, reason="没有涉密的内容。", actor=second, at=timezone.now()
    )
    campaign_reports.tell_authors(now=timezone.now())
    shut.refresh_from_db()
    assert shut.status == "answered"


def test_a_group_with_a_promise_names_its_day_and_each_item_gets_the_promise(
    client: Client, city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    def save(**said: Any) -> ReportGroup:
        return campaign_reports.save_group(
            campaign=page, heading="先修老街", answer="先修最深的三处。", actor=city.actor("editor"),
            at=timezone.now(), **said,
        )  # fmt: skip

    for wrong in ({"outcome": "planned"}, {"outcome": "nonsense"}):
        with pytest.raises(Invalid):
            save(**wrong)
    day = timezone.localdate() + timedelta(days=60)
    made = save(outcome="planned", promised_on=day)
    campaign_reports.put(group=made, items=items[1:], at=timezone.now())
    publish(page)
    campaign_reports.tell_authors(now=timezone.now())
    assert set(Commitment.objects.values_list("suggestion", "promised_on")) == {
        (i.pk, day) for i in items[1:]
    }
    assert "列入计划" in words(client.get(f"{page.get_url()}report/"))


def test_nobody_is_told_before_the_result_is_out_or_of_a_result_of_long_ago(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    assert campaign_reports.tell_authors(now=timezone.now()) == 0
    long_ago = timezone.now() - campaign_reports.TOLD_WITHIN - timedelta(days=1)
    CampaignPage.objects.filter(pk=page.pk).update(report_published_at=long_ago)
    assert campaign_reports.tell_authors(now=timezone.now()) == 0


def test_the_notice_names_the_number_and_the_reports_address(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    from portal.notices.texts import for_author

    event = CaseEvent.objects.filter(suggestion=items[0]).first()
    assert event is not None
    said = for_author("author.campaign_report", Suggestion.objects.get(pk=items[0].pk), event)
    assert said is not None
    assert items[0].case_no in said.sms
    assert f"{page.get_url()}report/" in said.sms


# At the desk


def test_an_editor_reads_no_item_that_is_not_public_nor_finds_it_by_its_words(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    url = f"/admin/desk/campaigns/{page.pk}/report/"
    editor, officer = sign_in(city, "editor"), sign_in(city, "triage_officer")
    assert "第1处积水的地方" in main_text(officer.get(url))
    text = main_text(editor.get(url))
    assert "第1处积水的地方" not in text
    assert items[1].case_no in text
    assert items[1].case_no in main_text(officer.get(url, {"q": "第1处"}))
    assert items[1].case_no not in main_text(editor.get(url, {"q": "第1处"}))
    made = group(city, page)
    campaign_reports.put(group=made, items=items[1:], at=timezone.now())
    inside = main_text(editor.get(f"/admin/desk/campaigns/{page.pk}/groups/{made.pk}/"))
    assert "第1处积水的地方" not in inside
    assert items[1].case_no in inside


def test_items_to_group_are_found_in_either_script_at_any_width_and_by_several_words(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    url = f"/admin/desk/campaigns/{page.pk}/report/"
    officer = sign_in(city, "triage_officer")
    first, second = items[1].case_no, items[2].case_no
    for typed in ("積水的地方 第1處", "第１处", f"改一改 {first.lower()}"):
        found = main_text(officer.get(url, {"q": typed}))
        assert (first in found, second in found) == (True, False), typed
    assert first not in main_text(officer.get(url, {"q": "積水 路灯"}))


def test_an_editor_groups_the_items_and_reads_no_personal_data(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    Suggestion.objects.filter(pk=items[1].pk).update(original_title="请打13912345678说积水")
    browser, url = sign_in(city, "editor"), f"/admin/desk/campaigns/{page.pk}/report/"
    assert "先新写一组" not in main_text(browser.get(url))
    made = browser.post(
        f"/admin/desk/campaigns/{page.pk}/groups/new/", {"act": "save", "heading": "先修老街", "answer": "明年5月底前修好。", "outcome": "adopted"}
    )  # fmt: skip
    assert made.status_code == 302
    found = ReportGroup.objects.get()
    text = main_text(browser.get(url))
    assert "13912345678" not in text
    assert "还有2件没有答复" in text
    browser.post(url, {"group": str(found.pk), "item": [str(i.pk) for i in items[1:]]})
    assert "件件有答复" in main_text(browser.get(url))
    out = browser.post(
        f"/admin/desk/campaigns/{page.pk}/groups/{found.pk}/", {"act": "out", "item": [str(items[1].pk)]}
    )  # fmt: skip
    assert out.status_code == 302
    assert campaign_reports.coverage(page.pk).lacking == 1
    browser.post(f"/admin/desk/campaigns/{page.pk}/groups/{found.pk}/", {"act": "remove"})
    assert campaign_reports.coverage(page.pk).lacking == 2


@pytest.mark.parametrize(
    "data", [{}, {"group": "abc"}, {"group": "9" * 30, "item": ["1"]}, {"item": ["x", "-1"]}]
)
def test_a_form_without_group_or_items_changes_nothing_and_says_why(
    city: World, page: CampaignPage, items: list[Suggestion], data: dict[str, Any]
) -> None:
    browser, url = sign_in(city, "editor"), f"/admin/desk/campaigns/{page.pk}/report/"
    group(city, page)
    assert "什么都没有改" in browser.post(url, data, follow=True).content.decode()
    assert ReportEntry.objects.count() == 0


@pytest.mark.parametrize("who", ["handler:bus", "publisher", "analyst"])
def test_who_has_no_part_in_campaigns_is_kept_out(
    city: World, page: CampaignPage, items: list[Suggestion], who: str
) -> None:
    browser = sign_in(city, who)
    for url in ("/admin/desk/campaigns/", f"/admin/desk/campaigns/{page.pk}/report/"):
        assert browser.get(url).status_code == 403


def test_a_leader_reads_the_report_at_work_and_changes_nothing(
    city: World, page: CampaignPage, items: list[Suggestion]
) -> None:
    browser, url = sign_in(city, "leader"), f"/admin/desk/campaigns/{page.pk}/report/"
    made = group(city, page)
    assert browser.get(url).status_code == 200
    assert browser.post(url, {"group": made.pk, "item": [items[1].pk]}).status_code == 403
    assert ReportEntry.objects.count() == 0


def test_the_list_of_campaigns_costs_the_same_however_many_there_are(
    city: World, campaign: Make, django_assert_max_num_queries: Any
) -> None:
    browser = sign_in(city, "supervisor")
    campaign()
    browser.get("/admin/desk/campaigns/")
    for n in range(6):
        campaign(title=f"第{n}次征集")
    with django_assert_max_num_queries(22):
        assert "第5次征集" in main_text(browser.get("/admin/desk/campaigns/"))
