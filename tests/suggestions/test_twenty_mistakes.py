"""The twenty mistakes that portals of this kind are known to make (process.md section 13), one test each.

Each test is the rule that the mistake breaks, shown on an item that lives through the services. Other tests look at
each rule from more sides; these stand in one place so that none of the twenty is forgotten.
"""

from collections.abc import Iterator
from dataclasses import fields as dataclass_fields
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.utils import timezone

from cms.models import CampaignPage
from cms.setup import add_page, ensure_groups, ensure_pages
from search import engine as engines
from search import indexing
from search.engine import Query
from suggestions import access, clock, outbox, rules, states
from suggestions.clock import SHANGHAI, local_date
from suggestions.codes import NOT_ACCEPTED_WORDS, Channel
from suggestions.errors import DomainError, Invalid, NotAllowed, WrongState
from suggestions.insight.replies import reply_check
from suggestions.models import (
    Adoption,
    AgentMandate,
    Attachment,
    Author,
    CaseEvent,
    Clock,
    Consent,
    Evaluation,
    IdentityAccessLog,
    Outbox,
    PendingDecision,
    RedirectTarget,
    Reply,
    Suggestion,
    SupervisionOrder,
)
from suggestions.roles import Role
from suggestions.services import (
    adopting,
    agents,
    assignment,
    calendars,
    clocks,
    deciding,
    delivering,
    disputes,
    evaluating,
    extending,
    identity,
    intake,
    lapses,
    merging,
    publishing,
    replying,
    supervision_rules,
    triage,
)
from suggestions.statistics.figures import Period, adoption_rate, on_time_completion, satisfaction
from suggestions.statistics.units import FEWEST_RATINGS, unit_figures
from tests import world as w
from tests.suggestions.agents.helpers import entered, sent_digits
from tests.suggestions.desk.cast import item_url, sign_in
from tests.suggestions.privacy.test_everywhere import MARK, walk
from tests.suggestions.privacy.test_track_data import opened
from tests.suggestions.reading.conftest import text
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
PHONE, NEVER = "19955501234", timedelta(days=400)
NEW_BODY = "您说得对，上次只装了一张。第二张长椅11月20日已经装好，我们科每周去看一次，松了当天修。"


@pytest.fixture
def city(db: None) -> World:
    return w.make_world()


@pytest.fixture
def _notices() -> Iterator[None]:
    """The State Council's notices as shipped: every year to 2026, none for 2027."""
    call_command("load_workdays", verbosity=0)
    clocks.forget_calendar()
    yield
    clocks.forget_calendar()


@pytest.fixture(autouse=True)
def _own_files(own_index: None, tmp_path: Any, settings: Any) -> None:
    """A file store that no other test sees."""
    settings.STORAGES = {
        **settings.STORAGES,
        "attachments": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files"), "base_url": None},
        },
    }


def day(number: int) -> datetime:
    return MONDAY + timedelta(days=number)


def on(year: int, month: int, number: int) -> datetime:
    return datetime(year, month, number, 9, 0, tzinfo=SHANGHAI)


def handled(city: World, *, at: datetime = MONDAY, **changes: Any) -> Suggestion:
    """An item that its department has signed in, given out on the day it came."""
    item = w.submit(city, at=at, **changes).suggestion
    w.accept(city, item, at=at)
    w.dispatch(city, item, at=at)
    return w.sign_in(city, item, at=at)


def running(item: Suggestion, kind: str) -> Clock:
    return Clock.objects.get(suggestion=item, kind=kind, stopped_at=None)


def told(item: Suggestion) -> set[str]:
    rows = Outbox.objects.filter(kind="author_notice", payload__suggestion=item.pk)
    return {row.payload["code"] for row in rows}


def discipline() -> RedirectTarget:
    return RedirectTarget.objects.create(
        code="jiwei", name="测试市纪委监委", categories=["report_misconduct"], legal_basis="《信访工作条例》第三十条"
    )  # fmt: skip


@pytest.mark.usefixtures("_notices")
def test_01_a_suggestion_has_no_sixty_or_ninety_day_limit_and_no_review_or_recheck(
    city: World,
) -> None:
    item = handled(city, at=on(2026, 3, 2))
    held = running(item, "K7a")
    assert (held.as_rule().length, held.as_rule().unit) == (15, "wd")
    assert held.due_on == date(2026, 3, 23)
    assert not {row.name for row in states.TRANSITIONS} & {
        "review", "recheck", "request_review", "request_recheck"
    }  # fmt: skip
    # XF 34 to 36 stand in no rule as the law of suggestions: where they served as a model, the rule says so.
    for rule in clock.DEFAULT_RULES:
        if rule.kind.startswith("K7") or rule.kind in ("K8", "K11", "K13", "K15"):
            assert not rule.law
            assert "XF 34" not in rule.source.replace("analogy XF 34", "")
    # The longest an office may take is the limit and one extension, never ninety days on top of sixty.
    part = replying.lead_assignment(item)
    with pytest.raises(Invalid):
        extending.request(
            assignment=part, reason="材料还没有收齐，要再等设计单位的意见。", new_due=held.due_on + timedelta(days=31),
            actor=city.actor("unit_head:bus"), at=on(2026, 3, 10),
        )  # fmt: skip


@pytest.mark.usefixtures("_notices")
def test_02_days_of_the_regulation_are_calendar_days_and_its_five_working_days_are_not(
    city: World,
) -> None:
    arrived = w.submit(city, at=on(2026, 9, 16)).suggestion
    assert running(arrived, "K2").due_on == date(2026, 10, 1)
    assert running(arrived, "K3").due_on == date(2026, 10, 1)
    item = handled_only_given(city, at=on(2026, 9, 29))
    assert running(item, "K5").due_on == date(2026, 10, 12)
    units = {r.kind: r.unit for r in clock.DEFAULT_RULES}
    assert (units["K2"], units["K3"], units["K5"]) == ("day", "day", "wd")


def handled_only_given(city: World, *, at: datetime, **changes: Any) -> Suggestion:
    """Given out and not signed in."""
    item = w.submit(city, at=at, **changes).suggestion
    w.accept(city, item, at=at)
    return w.dispatch(city, item, at=at)


@pytest.mark.usefixtures("_notices")
def test_03_a_make_up_saturday_counts_and_a_year_without_a_notice_is_said_to_be_unsure(
    city: World,
) -> None:
    # 14 February 2026 is a Saturday on which offices work; the nine days after it are off.
    item = handled_only_given(city, at=on(2026, 2, 13))
    assert running(item, "K4").due_on == date(2026, 2, 14)
    late = handled_only_given(city, at=on(2026, 12, 21), title="年底提的一件长椅建议")
    held = running(late, "K7a")
    assert held.due_on.year == 2027
    assert held.provisional
    assert not running(item, "K4").provisional
    assert calendars.alarm(now=on(2026, 11, 22)) > 0, "administrators hear that 2027 is missing"


def test_04_an_item_that_nobody_signed_in_or_that_is_disputed_ages_like_any_other(
    city: World,
) -> None:
    letter = w.submit(
        city, at=day(2), channel=Channel.LETTER, received_at=MONDAY, title="信里写的长椅建议"
    ).suggestion
    assert local_date(running(letter, "K2").started_at) == local_date(MONDAY)
    unsigned = handled_only_given(city, at=MONDAY)
    promised = unsigned.due_on
    bounced = handled_only_given(city, at=MONDAY, title="西站路公交站加一张长椅")
    held = disputes.object_to(
        assignment=replying.lead_assignment(bounced), reasons="站台座椅由道路管养单位统一设置，不在我单位职责之内，应由园林部门办理。",
        legal_basis="市政府“三定”规定第六条", actor=city.actor("liaison:bus"), at=day(1),
    )  # fmt: skip
    assert (running(bounced, "K7a").paused_on, running(bounced, "K7a").due_on) == (None, promised)
    disputes.uphold(
        objection=held, decision="确实不归它。", actor=city.actor("triage_officer"), at=day(8)
    )
    assignment.dispatch(
        suggestion=bounced, lead=city.water, actor=city.actor("triage_officer"), at=day(9)
    )
    assert bounced.due_on == promised
    after = promised + timedelta(days=1)  # type: ignore[operator]
    assert set(Suggestion.objects.overdue(after)) >= {unsigned, bounced}


def test_05_handling_publication_rating_and_adoption_move_apart_from_one_another(
    city: World,
) -> None:
    item, _ = w.answered(city)

    def four() -> tuple[str, str, str]:
        item.refresh_from_db()
        return item.status, item.publication, item.evaluation_state

    assert four() == ("answered", "published", "invited")
    publishing.suspend(
        suggestion=item, reason="takedown", actor=city.actor("publisher"), at=day(12)
    )
    assert four() == ("answered", "suspended", "invited")
    adoption = adopting.nominate(
        suggestion=item, unit=city.bus, measure="长椅", actor=city.actor("triage_officer"), at=day(13)
    )  # fmt: skip
    assert four() == ("answered", "suspended", "invited")
    w.rate(item, at=day(13))
    assert four() == ("closed", "suspended", "evaluated")
    adoption.refresh_from_db()
    assert adoption.status == "candidate"
    machines = {row.machine for row in states.TRANSITIONS}
    assert {"case", "publication", "evaluation", "assignment", "adoption"} <= machines


def test_06_an_item_that_was_only_passed_on_is_not_answered(city: World) -> None:
    item = handled_only_given(city, at=MONDAY)
    assert (item.answered_at, item.public_group) == (None, "awaiting")
    w.sign_in(city, item, at=day(1))
    assert (item.answered_at, item.public_group) == (None, "in_progress")
    assert "author.answered" not in told(item)
    reply = w.signed_reply(city, item, at=day(3))
    assert item.answered_at is None, "signed is not delivered"
    with pytest.raises(WrongState):
        w.rate(item, at=day(3))
    passed_on = "您好，您反映的问题已转交相关部门处理，感谢您对我们工作的关心和支持，请继续监督。"
    bounced = handled(city, title="西站路公交站加一张长椅")
    with pytest.raises(Invalid) as refused:
        w.signed_reply(city, bounced, at=day(3), body=passed_on)
    assert set(refused.value.errors) == {"body"}
    found = reply_check(item.original_problem, passed_on, "adopted")
    assert "forwarded_only" in {warning.code for warning in found}
    assert "forwarded_only" not in {x.code for x in reply_check(item.original_problem, reply.full_text, "adopted")}  # fmt: skip


def test_07_silence_is_no_satisfaction_and_every_rate_is_over_its_own_base(city: World) -> None:
    pleased, _ = w.answered(city, title="评价满意的一件长椅建议")
    w.rate(pleased, at=day(11))
    silent, _ = w.answered(city, title="没有评价的一件长椅建议")
    lapses.run(now=day(40))
    silent.refresh_from_db()
    assert (silent.status, silent.evaluation_state, silent.overall) == ("closed", "expired", "")
    month = Period(date(2026, 11, 1), date(2026, 12, 31))
    rated = satisfaction(month)
    assert (rated.numerator, rated.denominator) == (1, 1)
    # Redirected, merged and unfinished items: none of them makes a rate better.
    elsewhere = w.submit(city, title="应当去信访局的一件").suggestion
    triage.redirect(
        suggestion=elsewhere, target=city.target, category="appeal_claim", words="这是个人诉求。",
        actor=city.actor("triage_officer"), at=MONDAY,
    )  # fmt: skip
    joined = w.submit(city, title="同一件事又有人提").suggestion
    merging.merge(
        suggestion=joined, primary=pleased, why="同一站台", actor=city.actor("triage_officer"), at=day(12)
    )  # fmt: skip
    handled(city, title="十五个工作日过了没有办完的建议")
    on_time, adopted = on_time_completion(NOVEMBER), adoption_rate(NOVEMBER)
    assert (on_time.numerator, on_time.denominator) == (2, 3)
    assert (adopted.numerator, adopted.denominator) == (2, 2)
    assert "不是除以收到的件数" in adopted.method


def test_08_every_author_of_a_merged_item_hears_the_answer_and_rates_it(city: World) -> None:
    from portal.notices.models import Delivery

    primary = handled(city)
    others = [
        w.submit(city, title=f"同一个站台的第{n}件建议", phone=f"1990000777{n}").suggestion
        for n in range(2)
    ]
    for other in others:
        merging.merge(
            suggestion=other, primary=primary, why="同一站台", actor=city.actor("triage_officer"), at=day(2)
        )  # fmt: skip
    reply = w.signed_reply(city, primary, at=day(3))
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=day(4))
    assert {primary, *others} <= {a.item for a in delivering.addressees(primary)}
    outbox.deliver(now=timezone.now() + NEVER)
    heard = Delivery.objects.filter(code="author.answered").values_list("suggestion", flat=True)
    assert set(heard) == {primary.pk, *(o.pk for o in others)}
    for other in others:
        other.refresh_from_db()
        assert other.evaluation_state == "invited"


def test_09_a_second_answer_stands_beside_the_first_and_changes_nothing_of_it(city: World) -> None:
    item, _ = w.answered(city)
    first = Reply.objects.get(suggestion=item)
    w.rate(item, at=day(11), overall="dissatisfied", comment="只装了一张")
    second = w.signed_reply(city, item, at=day(15), body=NEW_BODY)
    replying.approve(reply=second, actor=city.actor("triage_officer"), at=day(16))
    w.publish(city, item, at=day(17))
    kept = Reply.objects.get(pk=first.pk)
    assert (kept.body, kept.public_body, kept.delivered_at) == (
        first.body, first.public_body, first.delivered_at,
    )  # fmt: skip
    page = text(Client().get(f"/suggestions/{item.case_no}/"))
    assert "站台将加装两张长椅" in page
    assert "第二张长椅11月20日已经装好" in page


def test_10_a_number_masked_in_the_question_is_masked_wherever_the_item_is_shown(
    city: World,
) -> None:
    item = handled(city, problem=f"早上等车的老人没有地方坐，请打我的电话{PHONE}商量装在哪里。")
    Attachment.objects.create(
        token="k" * 32, suggestion=item, storage_name="aa/none.txt", original_name=f"{PHONE}.txt",
        content_type="text/plain", size=1, sha256="0" * 64, is_public=True,
    )  # fmt: skip
    reply = w.signed_reply(
        city, item, at=day(9), body=f"{w.BODY}我们11月6日打{PHONE}问过您装在哪里合适。"
    )
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=day(10))
    w.publish(city, item, at=day(11))
    indexing.rebuild()
    cache.clear()
    no, client = item.case_no, Client()
    for address in (
        f"/suggestions/{no}/", "/suggestions/", "/suggestions/?format=csv", "/search/?q=长椅",
        "/submit/similar/?title=人民路公交站加长椅&problem=等车的老人没有地方坐", f"/api/v1/suggestions/{no}", "/api/v1/suggestions",
        "/api/v1/search?q=长椅", "/units/bus/", "/", "/feeds/suggestions.atom", "/feeds/answers.atom", "/open311/v2/requests.json",
        "/search/complete/?q=等车", f"/search/complete/?q={PHONE[:7]}", f"/en/suggestions/{no}/", f"/zh-hant/suggestions/{no}/",
    ):  # fmt: skip
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content
        assert PHONE not in body.decode(), address
    assert no in text(client.get("/suggestions/"))
    engine = engines.get_engine()
    assert engine.search(Query("长椅")).total == 1
    assert engine.search(Query(PHONE)).total == 0
    # Nor in the history that is public, whatever version of the text it speaks of.
    told_all = CaseEvent.objects.filter(suggestion=item, visibility="public")
    assert not any(PHONE in f"{e.words}{e.reason}{e.data}" for e in told_all)


def test_11_handling_asks_for_no_consent_publishing_for_its_own_and_no_name_is_shown_unasked(
    city: World,
) -> None:
    plain = {f.name: f.default for f in dataclass_fields(intake.Submission)}
    assert plain["publish_consent"] is False
    assert plain["name_display"] == "anonymous"
    item, _ = w.answered(city, publish_consent=False)
    assert (item.status, item.publication) == ("answered", "private")
    given = Consent.objects.filter(suggestion=item, withdrawn_at=None)
    assert "publish" not in set(given.values_list("kind", flat=True))
    shown, _ = w.answered(city, title="同意公开但没有要署名的一件")
    shown.refresh_from_db()
    assert (shown.is_public, shown.public_name) == (True, "")
    assert "林小满" not in text(Client().get(f"/suggestions/{shown.case_no}/"))


def test_12_a_report_of_misconduct_never_reaches_the_unit_it_names_nor_its_search(
    city: World,
) -> None:
    report = w.submit(
        city, title=f"{MARK}的灯", problem=f"{MARK}门口值班的市交通局人员收了商户的钱。"
    ).suggestion
    deciding.redirect(
        suggestion=report, category="report_misconduct", target=discipline(), words="",
        actor=city.actor("triage_officer"), at=MONDAY,
    )  # fmt: skip
    w.confirm(city, report, at=day(1))
    report.refresh_from_db()
    assert report.status == "redirected"
    assert report.assignments.count() == 0
    outbox.deliver(now=timezone.now() + NEVER)
    for who in ("liaison:bus", "handler:bus", "unit_head:bus"):
        with pytest.raises(Http404):
            access.load(city.users[who], report.case_no)
        client = sign_in(city, who)
        assert walk(client, report) == {}
        assert report.case_no not in client.get(f"/admin/desk/inbox/?q={MARK}").content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Suggestion.objects.filter(pk=report.pk).update(lead_unit=city.bus)


@pytest.mark.parametrize("who", ["triage_officer", "intake_clerk", "supervisor", "liaison:bus"])
def test_13_nobody_of_the_staff_reads_a_telephone_without_a_reason_and_each_reading_is_kept(
    city: World, who: str
) -> None:
    item = handled(city, phone=PHONE)
    page = sign_in(city, who).get(item_url(item))
    assert page.status_code == 200
    assert PHONE not in page.content.decode()
    actor = city.actor(who)
    for reason in ("", "  ", "看"):
        with pytest.raises(Invalid):
            identity.read_contact(suggestion=item, reason=reason, actor=actor, at=day(1))
    assert not IdentityAccessLog.objects.exists()
    read = dict(
        identity.read_contact(suggestion=item, reason="核对站台的具体位置", actor=actor, at=day(1))
    )
    assert PHONE in read.values()
    kept = IdentityAccessLog.objects.get()
    assert (kept.user, kept.reason) == (city.users[who], "核对站台的具体位置")
    assert item.events.filter(name="contact_read", reason="核对站台的具体位置").exists()


def test_14_a_letter_entered_on_thursday_counts_from_the_monday_it_was_signed_for(
    city: World,
) -> None:
    clerk = city.actor("intake_clerk")
    item = intake.submit(
        submission=w.submission(city, channel=Channel.LETTER, received_at=MONDAY),
        jurisdiction=city.jurisdiction, idempotency_key="letter", actor=clerk, at=day(3), limits=rules.ON_RECORD,
        entered_by=clerk.user,
    ).suggestion  # fmt: skip
    assert item.received_at == MONDAY
    assert running(item, "K2").due_on == local_date(day(15))
    assert local_date(item.registered_at or MONDAY) == local_date(day(3))


def test_15_an_agent_neither_rates_nor_withdraws_in_the_authors_name(city: World) -> None:
    rows = {row.name: row for row in states.TRANSITIONS}
    own = {Role.AGENT_L1, Role.AGENT_L2, Role.AGENT_L3, Role.AGENT_L4}
    assert not own & set(rows["evaluate"].roles)
    item = entered(city).receipt.suggestion
    agent = city.actor("agent_l1")
    with pytest.raises(DomainError):
        agents.withdraw_with_code(suggestion=item, code="000000", actor=agent, at=day(1))
    agents.ask_withdrawal(suggestion=item, reason="已经装好了", actor=agent, at=day(1))
    right = sent_digits("withdraw")
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    with pytest.raises(DomainError):
        agents.withdraw_with_code(suggestion=item, code=wrong, actor=agent, at=day(1))
    item.refresh_from_db()
    assert item.status == "registered"
    w.accept(city, item, at=day(1))
    w.dispatch(city, item, at=day(1))
    w.sign_in(city, item, at=day(2))
    reply = w.signed_reply(city, item, at=day(9))
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=day(10))
    with pytest.raises(Invalid):
        agents.record_evaluation(
            suggestion=item, overall="satisfied", words=" ", actor=agent, at=day(11)
        )
    with pytest.raises(NotAllowed):
        evaluating.evaluate(
            suggestion=item, actor=agent, at=day(11), overall="satisfied", comment="代理员替他评"
        )  # fmt: skip
    rating = agents.record_evaluation(
        suggestion=item, overall="basically", words="装了一张，另一边还没装。", actor=agent, at=day(11)
    )  # fmt: skip
    assert Evaluation.objects.get() == rating
    assert rating.source == Evaluation.Source.AGENT
    assert "author.agent_rated" in told(item)
    assert AgentMandate.objects.get().status == "active"


def test_16_three_ratings_make_no_rate_that_could_be_ranked(city: World) -> None:
    now = on(2026, 12, 20)
    for n in range(3):
        item, _ = w.answered(
            city, title=f"第{n}件长椅的建议", phone=f"1990000800{n}", published=False
        )
        w.rate(item, at=day(11))
    few = unit_figures(city.bus, at=now)
    assert (few.rated, few.satisfaction) == (3, None)
    with time_machine.travel(now, tick=False):
        page = text(Client().get("/units/bus/"))
    assert "只有3人评价，不到10人不算比例" in page
    assert "100.0<small>%" not in page.partition("满意或基本满意")[2][:200]
    assert FEWEST_RATINGS >= 10


def test_17_a_campaign_that_ends_without_a_published_result_says_so_until_there_is_one(
    city: World,
) -> None:
    ensure_groups()
    site = ensure_pages(title="测试市人民建议征集")
    now = timezone.now()
    page = add_page(
        site.campaigns,
        CampaignPage(
            title="老街雨天积水点怎么改", host_unit=city.water, decides="市水务局", background="<p>今年汛期积水七次。</p>",
            opens_at=now - timedelta(days=40), closes_at=now - timedelta(days=10),
            report_due_on=local_date(now) - timedelta(days=3),
        ),
    )  # fmt: skip
    assert page.report_is_late(now)
    assert "已逾期3天" in text(Client().get(page.get_url()))
    page.report = "<p>三处先修，其余列入明年计划。</p>"
    page.report_published_at = now - timedelta(minutes=1)
    page.save_revision().publish()
    page = CampaignPage.objects.get(pk=page.pk)
    assert not page.report_is_late(timezone.now())
    # Pages are kept until a commit changes their content; a test commits nothing.
    cache.clear()
    assert "三处先修" in text(Client().get(page.get_url()))


def test_18_an_adoption_names_its_date_and_its_unit_and_is_asked_about_again(city: World) -> None:
    item, _ = w.answered(city)
    adoption = adopting.nominate(
        suggestion=item, unit=city.bus, measure="人民路站有了长椅", actor=city.actor("triage_officer"), at=day(20)
    )  # fmt: skip
    head = city.actor("unit_head:bus")
    said: dict[str, Any] = {
        "decision": "adopt", "basis": "局务会第12次会议纪要", "conversion_type": "livelihood", "actor": head, "at": day(21),
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        adopting.decide(adoption=adoption, due_on=None, **said)
    assert set(refused.value.errors) == {"due_on"}
    adopting.decide(adoption=adoption, due_on=date(2027, 3, 1), **said)
    adopting.start(
        adoption=adoption, milestones=[("装好", date(2027, 2, 1))], actor=head, at=day(22)
    )
    assert Adoption.objects.get().unit == city.bus
    check = running(item, "K19")
    assert (check.holder_unit, check.due_on) == (city.bus, local_date(day(22 + 90)))
    lapses.run(now=day(22 + 95))
    assert item.events.get(name="progress_missed").visibility == "public"


def test_19_a_warning_speaks_of_a_topic_and_a_place_and_never_of_a_person(city: World) -> None:
    for n in range(6):
        w.submit(city, title=f"同一个人写的第{n}件长椅建议")
    supervision_rules.propose_all(now=day(1))
    assert not SupervisionOrder.objects.filter(rule="concentrated").exists()
    for n in range(5):
        w.submit(city, phone=f"1990000{n:04d}", title=f"人民路公交站加长椅之{n}号")
    supervision_rules.propose_all(now=day(1))
    order = SupervisionOrder.objects.get(rule="concentrated")
    assert (order.suggestion, order.topic, order.district) == (None, city.topic, city.district)
    assert "林小满" not in f"{order.evidence}{order.dedupe_key}"
    related = {f.related_model for f in SupervisionOrder._meta.get_fields() if f.is_relation}
    assert Author not in related
    assert "Author" not in str(SupervisionOrder.Rule.names)


def test_20_a_refusal_has_a_reason_a_second_officer_and_tells_the_author_what_is_left_to_do(
    city: World,
) -> None:
    receipt = w.submit(city)
    item, officer = receipt.suggestion, city.actor("triage_officer")
    for reason in ("", "no such reason"):
        with pytest.raises(Invalid):
            deciding.refuse(suggestion=item, reason=reason, words="", actor=officer, at=MONDAY)
    deciding.refuse(suggestion=item, reason="advertising", words="", actor=officer, at=MONDAY)
    item.refresh_from_db()
    assert (item.status, PendingDecision.objects.get().status) == ("registered", "proposed")
    assert "author.refused" not in told(item)
    with pytest.raises(NotAllowed):
        deciding.confirm(decision=PendingDecision.objects.get(), actor=officer, at=day(1))
    w.confirm(city, item, at=day(1))
    item.refresh_from_db()
    assert (item.status, item.not_accepted_reason) == ("not_accepted", "advertising")
    assert "author.refused" in told(item)
    page = text(opened(receipt).get(f"/track/{item.case_no}/"))
    assert str(NOT_ACCEPTED_WORDS["advertising"]) in page
    assert "另一位工作人员" in page
    assert city.jurisdiction.phone in page
    with pytest.raises(IntegrityError), transaction.atomic():
        Suggestion.objects.filter(pk=item.pk).update(not_accepted_reason="")
