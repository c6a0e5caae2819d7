"""An award round from nomination to money: the first author, a drawn jury, frozen sheets, a shown list (4.8)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, IntegrityError, transaction

from suggestions import access
from suggestions.actor import Actor
from suggestions.codes import ErasureBasis
from suggestions.crypto import keyed_hash
from suggestions.errors import DomainError, Invalid, NotAllowed, WrongState
from suggestions.matrix import MATRIX
from suggestions.models import (
    Author,
    AuthorityChange,
    AwardPayment,
    AwardRound,
    Conflict,
    IdentityAccessLog,
    Invitation,
    InvitedContributor,
    JuryScore,
    Nomination,
    RecordEvent,
    StaffRole,
    Suggestion,
)
from suggestions.roles import Role
from suggestions.services import awarding, erasure, erasure_plan, judging, triage
from suggestions.states.award import AwardState
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(days=30)
RULES = "本周期内采纳的建议都可以参评，看新意、可行和受益面，由抽签产生的评委打分。"


@pytest.fixture
def city() -> World:
    return with_experts(w.make_world())


def with_experts(city: World) -> World:
    """The city with four experts who may sit on a jury."""
    for n in range(4):
        user = get_user_model().objects.create_user(
            username=f"expert-{n}", password="correct horse battery"
        )
        StaffRole.objects.create(user=user, role=Role.EXPERT, jurisdiction=city.jurisdiction)
        city.users[f"expert_{n}"] = user
    return city


@pytest.fixture
def round(city: World) -> AwardRound:
    return awarding.open_round(
        jurisdiction=city.jurisdiction, title="2026年优秀人民建议", rules_text=RULES, cycle_from=date(2025, 11, 1),
        cycle_to=date(2026, 11, 30), jury_size=3, levels=[("一等奖", 1, 3000), ("二等奖", 1, 1000)],
        actor=city.actor("triage_officer"), at=AT,
    )  # fmt: skip


def worthy(city: World, title: str, *, days: int = 0) -> Suggestion:
    return w.answered(city, title=title, at=MONDAY + timedelta(days=days))[0]


def nominated(city: World, round: AwardRound, item: Suggestion) -> Nomination:
    return awarding.nominate(
        round=round, suggestion=item, merits="花钱少，等车的老人当天就有地方坐。", actor=city.actor("triage_officer"), at=AT
    )  # fmt: skip


def screened(city: World, held: Nomination) -> Nomination:
    held.round.refresh_from_db()
    return awarding.screen_in(
        nomination=held, title=held.masked_title, text=held.masked_text, actor=city.actor("triage_officer"), at=AT
    )  # fmt: skip


def scoring(city: World, round: AwardRound, count: int = 3) -> list[Nomination]:
    """A round whose jury is drawn, with this many nominations to score."""
    items = [worthy(city, f"人民路第{n + 1}个站台加长椅", days=n) for n in range(count)]
    held = [nominated(city, round, item) for item in items]
    awarding.close_nominations(round=round, actor=city.actor("triage_officer"), at=AT)
    held = [screened(city, n) for n in held]
    round.refresh_from_db()
    awarding.start_scoring(round=round, actor=city.actor("triage_officer"), at=AT, seed="twelve")
    return list(Nomination.objects.filter(round=round).order_by("pk"))


def jurors(city: World, round: AwardRound) -> list[str]:
    names = {u.pk: key for key, u in city.users.items()}
    return [names[j.user_id] for j in round.jurors.all()]


def juror_actor(city: World, key: str) -> object:
    role = Role.EXPERT if key.startswith("expert") else Role.JURY
    return Actor.staff(city.users[key], role)


def all_score(city: World, round: AwardRound, marks: list[int]) -> list[Nomination]:
    held = list(round.nominations.order_by("pk"))
    for nomination, mark in zip(held, marks, strict=True):
        for key in jurors(city, round):
            judging.score(
                nomination=nomination, novelty=mark, feasibility=mark, benefit=mark, actor=juror_actor(city, key), at=AT  # type: ignore[arg-type]
            )  # fmt: skip
    judging.close_scoring(round=round, actor=city.actor("triage_officer"), at=AT)
    return list(round.nominations.order_by("pk"))


def shown(city: World, round: AwardRound) -> list[Nomination]:
    scoring(city, round)
    all_score(city, round, [70, 90, 80])
    office = city.actor("triage_officer")
    judging.shortlist(round=round, actor=office, at=AT)
    judging.start_publicity(round=round, actor=office, at=AT)
    return list(round.nominations.order_by("pk"))


def approved(city: World, round: AwardRound) -> list[Nomination]:
    shown(city, round)
    judging.approve(round=round, actor=city.actor("leader"), at=AT + timedelta(days=8))
    return list(round.nominations.filter(status=AwardState.APPROVED).order_by("pk"))


def test_of_one_idea_only_the_first_author_can_be_nominated(city: World, round: AwardRound) -> None:
    late = w.submit(city, title="人民路站台加长椅").suggestion
    w.accept(city, late, at=MONDAY + timedelta(hours=1))
    early = w.submit(
        city, title="人民路站台要有椅子", at=MONDAY - timedelta(days=2), phone="19900004321"
    ).suggestion
    triage.merge(
        suggestion=early, primary=late, why="同一个站台", actor=city.actor("triage_officer"), at=MONDAY + timedelta(hours=2)
    )  # fmt: skip
    Suggestion.objects.filter(pk=late.pk).update(outcome="adopted")
    late.refresh_from_db()
    early.refresh_from_db()
    with pytest.raises(Invalid) as refused:
        nominated(city, round, late)
    assert early.case_no in refused.value.errors["number"][0]
    assert nominated(city, round, early).suggestion == early


def test_when_a_person_finds_two_nominations_to_be_one_idea_the_earlier_arrival_wins(
    city: World, round: AwardRound
) -> None:
    later = nominated(city, round, worthy(city, "滨河路站台加长椅", days=3))
    earlier = nominated(city, round, worthy(city, "滨河路站台要有椅子", days=1))
    awarding.close_nominations(round=round, actor=city.actor("triage_officer"), at=AT)
    for held in (later, earlier):
        held.round.refresh_from_db()
    office = city.actor("triage_officer")
    first = awarding.settle_same_idea(nominations=[later, earlier], actor=office, at=AT)
    later.refresh_from_db()
    assert first == earlier
    assert (later.status, later.earlier) == (AwardState.NOT_SELECTED, earlier)
    said = RecordEvent.objects.get(name="screen_out").reason
    assert earlier.suggestion.case_no in said


def test_only_worthy_suggestions_of_the_cycle_are_nominated(city: World, round: AwardRound) -> None:
    item = worthy(city, "人民路站台加长椅")
    Suggestion.objects.filter(pk=item.pk).update(outcome="for_reference")
    item.refresh_from_db()
    with pytest.raises(Invalid):
        nominated(city, round, item)
    round.cycle_to = date(2026, 10, 1)
    Suggestion.objects.filter(pk=item.pk).update(outcome="adopted")
    item.refresh_from_db()
    with pytest.raises(Invalid):
        nominated(city, round, item)


def test_a_suggestion_is_nominated_once_a_round(city: World, round: AwardRound) -> None:
    item = worthy(city, "人民路站台加长椅")
    nominated(city, round, item)
    with pytest.raises(DomainError):
        nominated(city, round, Suggestion.objects.get(pk=item.pk))


def test_the_jury_reads_a_text_that_names_nobody(city: World, round: AwardRound) -> None:
    item = w.answered(
        city, title="人民路站台加长椅", published=False, problem="我家住人民路12号3单元502室，电话19912345678，等车没地方坐。"
    )[0]  # fmt: skip
    held = nominated(city, round, item)
    assert "19912345678" not in held.masked_text
    awarding.close_nominations(round=round, actor=city.actor("triage_officer"), at=AT)
    held.round.refresh_from_db()
    with pytest.raises(Invalid) as refused:
        awarding.screen_in(
            nomination=held, title=held.masked_title, text="请打19912345678问我，站台要有椅子。",
            actor=city.actor("triage_officer"), at=AT,
        )  # fmt: skip
    assert "text" in refused.value.errors


def test_the_draw_is_random_kept_and_can_be_repeated_by_anybody(
    city: World, round: AwardRound
) -> None:
    scoring(city, round)
    round.refresh_from_db()
    sat = [j.user_id for j in round.jurors.all()]
    assert sat == awarding.drawn(round.jury_pool, round.jury_seed, round.jury_size)
    assert len(set(sat)) == 3
    event = RecordEvent.objects.get(name="start_scoring")
    assert (event.data["seed"], event.data["drawn"]) == ("twelve", sat)
    draws = {tuple(awarding.drawn(round.jury_pool, f"seed {n}", 3)) for n in range(30)}
    assert len(draws) > 10


def test_who_nominates_or_serves_a_unit_is_not_in_the_pool(city: World, round: AwardRound) -> None:
    expert = city.users["expert_1"]
    StaffRole.objects.create(
        user=expert, role=Role.HANDLER, unit=city.bus, jurisdiction=city.jurisdiction
    )
    held = awarding.pool(round, at=AT)
    assert expert.pk not in held
    assert city.users["expert_2"].pk in held


def test_a_sheet_is_handed_in_once_and_the_database_lets_nobody_change_it(
    city: World, round: AwardRound
) -> None:
    held = scoring(city, round)[0]
    actor = juror_actor(city, jurors(city, round)[0])
    marks = {"novelty": 80, "feasibility": 90, "benefit": 70}
    sheet = judging.score(nomination=held, actor=actor, at=AT, **marks)  # type: ignore[arg-type]
    with pytest.raises(DomainError):
        judging.score(nomination=held, actor=actor, at=AT, **marks)  # type: ignore[arg-type]
    with pytest.raises(DatabaseError), transaction.atomic():
        JuryScore.objects.filter(pk=sheet.pk).update(novelty=100)
    with pytest.raises(DatabaseError), transaction.atomic():
        sheet.delete()
    assert JuryScore.objects.get().novelty == 80


def test_the_words_of_a_sheet_go_with_an_erased_case_and_its_marks_stay_frozen(
    city: World, round: AwardRound
) -> None:
    held = scoring(city, round)
    one, two = (juror_actor(city, key) for key in jurors(city, round)[:2])
    marks = {"novelty": 80, "feasibility": 90, "benefit": 70}
    for n, words in ((0, "他家门口的站台，我认得他"), (1, "写得清楚")):
        judging.score(nomination=held[n], actor=one, at=AT, comment=words, **marks)  # type: ignore[arg-type]
    judging.recuse(nomination=held[0], reason="他是我表弟", actor=two, at=AT)  # type: ignore[arg-type]
    item = held[0].suggestion
    w.rate(item, at=AT)
    erasure.erase(
        suggestion=item, basis=ErasureBasis.EXPIRED, actor=Actor.system(), at=AT + timedelta(days=4000)
    )  # fmt: skip
    scored, recused = JuryScore.objects.filter(nomination=held[0]).order_by("conflict")
    empty = {"", erasure_plan.GONE}
    assert {scored.comment, scored.conflict_reason, recused.comment} <= empty
    assert (recused.conflict_reason, scored.novelty) == (erasure_plan.GONE, 80)
    other = JuryScore.objects.get(nomination=held[1])
    assert other.comment == "写得清楚"
    for pk, change in (
        (scored.pk, {"novelty": 100}),
        (scored.pk, {"comment": "换一句话"}),
        (recused.pk, {"conflict": False}),
        (other.pk, {"comment": ""}),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            JuryScore.objects.filter(pk=pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        scored.delete()


def test_who_was_not_drawn_scores_nothing_and_sees_nothing(city: World, round: AwardRound) -> None:
    held = scoring(city, round)[0]
    drawn = jurors(city, round)
    out = next(k for k in ("expert_0", "expert_1", "expert_2", "expert_3", "jury") if k not in drawn)  # fmt: skip
    with pytest.raises(NotAllowed):
        judging.score(
            nomination=held, novelty=1, feasibility=1, benefit=1, actor=juror_actor(city, out), at=AT  # type: ignore[arg-type]
        )  # fmt: skip
    assert not access.records(city.users[out], Nomination, "score_award").exists()
    assert access.records(city.users[drawn[0]], Nomination, "score_award").count() == 3


def test_a_recused_juror_counts_nowhere(city: World, round: AwardRound) -> None:
    held = scoring(city, round, count=1)[0]
    keys = jurors(city, round)
    judging.recuse(nomination=held, reason="同事", actor=juror_actor(city, keys[0]), at=AT)  # type: ignore[arg-type]
    for key, mark in zip(keys[1:], (60, 90), strict=True):
        judging.score(
            nomination=held, novelty=mark, feasibility=mark, benefit=mark, actor=juror_actor(city, key), at=AT  # type: ignore[arg-type]
        )  # fmt: skip
    judging.close_scoring(round=round, actor=city.actor("triage_officer"), at=AT)
    held.refresh_from_db()
    assert held.points == Decimal("75.00")


def test_scores_are_frozen_only_when_every_sheet_is_in(city: World, round: AwardRound) -> None:
    scoring(city, round)
    with pytest.raises(WrongState) as refused:
        judging.close_scoring(round=round, actor=city.actor("triage_officer"), at=AT)
    assert "9份" in str(refused.value)


def test_places_go_by_points_and_at_equal_points_to_who_came_first(
    city: World, round: AwardRound
) -> None:
    scoring(city, round)
    held = all_score(city, round, [80, 90, 80])
    judging.shortlist(round=round, actor=city.actor("triage_officer"), at=AT)
    for n in held:
        n.refresh_from_db()
    assert [n.level.name if n.level else "" for n in held] == ["二等奖", "一等奖", ""]
    assert held[2].status == AwardState.NOT_SELECTED


def test_a_list_is_shown_for_five_working_days_at_least(city: World, round: AwardRound) -> None:
    scoring(city, round)
    all_score(city, round, [70, 90, 80])
    office = city.actor("triage_officer")
    judging.shortlist(round=round, actor=office, at=AT)
    with pytest.raises(Invalid):
        judging.start_publicity(round=round, actor=office, at=AT, until=date(2026, 12, 8))
    judging.start_publicity(round=round, actor=office, at=AT)
    assert (round.shown_from, round.shown_until) == (date(2026, 12, 2), date(2026, 12, 9))


def test_the_leader_approves_after_the_last_day_and_with_no_objection_open(
    city: World, round: AwardRound
) -> None:
    held = shown(city, round)
    leader, office = city.actor("leader"), city.actor("triage_officer")
    last = AT + timedelta(days=7)
    with pytest.raises(WrongState):
        judging.approve(round=round, actor=leader, at=last)
    objection = judging.object_to(
        nomination=held[1], text="这个想法去年别的区已经有人提过。", actor=office, at=last
    )
    after = AT + timedelta(days=8)
    with pytest.raises(WrongState):
        judging.object_to(nomination=held[1], text="公示完了才想起来要说的话。", actor=office, at=after)  # fmt: skip
    with pytest.raises(WrongState):
        judging.approve(round=round, actor=leader, at=after)
    judging.answer_objection(
        objection=objection,
        upheld=True,
        answer="核实属实，去年三月已有人提出。",
        actor=office,
        at=after,
    )
    with pytest.raises(NotAllowed):
        judging.approve(round=round, actor=office, at=after)
    judging.approve(round=round, actor=leader, at=after)
    states = dict(round.nominations.values_list("pk", "status"))
    assert states[held[1].pk] == AwardState.NOT_SELECTED
    assert list(states.values()).count(AwardState.APPROVED) == 1


def test_a_name_is_shown_only_with_a_consent_of_its_own_and_taken_back_as_easily(
    city: World, round: AwardRound
) -> None:
    held = approved(city, round)[0]
    clerk = city.actor("intake_clerk")
    with pytest.raises(WrongState):
        judging.agree_to_name(nomination=held, name="林小满", actor=clerk, at=AT)
    judging.notify(nomination=held, actor=city.actor("triage_officer"), at=AT + timedelta(days=9))
    assert held.public_name == ""
    judging.agree_to_name(nomination=held, name="林小满", actor=clerk, at=AT + timedelta(days=10))
    judging.agree_to_name(nomination=held, name="", actor=clerk, at=AT + timedelta(days=11))
    assert (held.public_name, held.name_consent_at) == ("", None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Nomination.objects.filter(pk=held.pk).update(public_name="林小满")


def test_bank_data_are_asked_for_after_approval_encrypted_read_with_reason_and_deleted(
    city: World, round: AwardRound
) -> None:
    held = approved(city, round)[0]
    office, at = city.actor("triage_officer"), AT + timedelta(days=9)
    data = {"payee": "林小满", "identity_number": "110101199003070011", "bank": "示例银行", "account": "6200000000000000"}  # fmt: skip
    with pytest.raises(WrongState):
        judging.collect_payment(nomination=held, actor=office, at=at, **data)
    judging.notify(nomination=held, actor=office, at=at)
    judging.collect_payment(nomination=held, actor=office, at=at, **data)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT payee, account FROM suggestions_awardpayment")
        assert not {"林小满", "6200000000000000"} & set(cursor.fetchone())
    with pytest.raises(Invalid):
        judging.read_payment(nomination=held, reason="", actor=office, at=at)
    shown = dict(judging.read_payment(nomination=held, reason="办理转账", actor=office, at=at))
    assert shown["账号"] == "6200000000000000"
    assert IdentityAccessLog.objects.filter(suggestion=held.suggestion, reason="办理转账").exists()
    judging.pay(nomination=held, paid_on=at.date(), actor=office, at=at)
    assert held.status == AwardState.PAID
    assert AwardPayment.objects.get().delete_on == date(2036, 12, 31)
    assert judging.forget_payments(now=at.replace(year=2036)) == 0
    assert judging.forget_payments(now=at.replace(year=2037)) == 1
    assert not AwardPayment.objects.exists()
    assert RecordEvent.objects.filter(name="payment_deleted").count() == 1


def test_a_round_ends_when_every_winner_is_paid(city: World, round: AwardRound) -> None:
    approved(city, round)
    with pytest.raises(WrongState):
        judging.finish(round=round, actor=city.actor("triage_officer"), at=AT)


def test_calling_a_round_off_needs_a_reason_and_ends_every_nomination(
    city: World, round: AwardRound
) -> None:
    shown(city, round)
    with pytest.raises(DomainError):
        judging.cancel(round=round, reason="", actor=city.actor("leader"), at=AT)
    judging.cancel(round=round, reason="规则有误，重新评选", actor=city.actor("leader"), at=AT)
    assert set(round.nominations.values_list("status", flat=True)) == {AwardState.NOT_SELECTED}


def contributor(
    city: World, name: str, *, phone: str = "", until: date = date(2027, 12, 31)
) -> Any:
    """Somebody of the register with an account and no role."""
    user = get_user_model().objects.create_user(username=name, password="correct horse battery")
    city.users[name] = user
    return InvitedContributor.objects.create(
        jurisdiction=city.jurisdiction, name=name, kind="deputy", field="城市交通", appointing_unit=city.office,
        term_from=date(2026, 1, 1), term_until=until, user=user, phone=phone,
        phone_hash=keyed_hash("phone", phone) if phone else "",
    )  # fmt: skip


def test_a_serving_invited_contributor_can_be_drawn_and_scores_like_any_juror(
    city: World, round: AwardRound
) -> None:
    held = contributor(city, "deputy")
    nomination = nominated(city, round, worthy(city, "人民路站台加长椅"))
    assert held.user_id in awarding.pool(round, at=AT)
    StaffRole.objects.filter(role__in=(Role.EXPERT, Role.JURY)).delete()
    for n in range(2):
        contributor(city, f"member-{n}")
    awarding.close_nominations(round=round, actor=city.actor("triage_officer"), at=AT)
    screened(city, nomination)
    round.refresh_from_db()
    awarding.start_scoring(round=round, actor=city.actor("triage_officer"), at=AT)
    actor = access.record_actor(city.users["deputy"], nomination, MATRIX["score_award"])
    assert actor is not None
    nomination.refresh_from_db()
    judging.recuse(nomination=nomination, reason="同一个小区", actor=actor, at=AT)
    held.refresh_from_db()
    assert held.activity_count == 1
    role = StaffRole.objects.get(user=held.user)
    assert (role.role, role.valid_until) == (Role.JURY, held.term_until)
    assert AuthorityChange.objects.filter(user=held.user, reason="抽签当选评委").exists()


def test_a_contributor_out_of_term_or_who_wrote_a_nominated_suggestion_is_not_in_the_pool(
    city: World, round: AwardRound
) -> None:
    over = contributor(city, "over", until=date(2026, 11, 30))
    author = contributor(city, "author-by-phone", phone="19900001234")
    asked = contributor(city, "author-by-invitation")
    fair = contributor(city, "fair", phone="19900009999")
    unit_man = contributor(city, "unit-man")
    StaffRole.objects.create(
        user=unit_man.user, role=Role.HANDLER, unit=city.bus, jurisdiction=city.jurisdiction
    )
    nominated(city, round, worthy(city, "人民路站台加长椅"))
    second = worthy(city, "雨天站台积水没过脚面", days=1)
    Author.objects.filter(suggestion=second).update(phone_hash="")
    nominated(city, round, second)
    Invitation.objects.create(
        jurisdiction=city.jurisdiction, contributor=asked, topic="站台", deadline_on=date(2026, 12, 1), nonce="n",
        token_hash="t", suggestion=second,
    )  # fmt: skip
    assert {over.user_id, author.user_id, asked.user_id, unit_man.user_id}.isdisjoint(
        awarding.pool(round, at=AT)
    )
    assert fair.user_id in awarding.pool(round, at=AT)


def test_who_declared_a_conflict_with_a_nominated_suggestion_is_not_in_the_pool(
    city: World, round: AwardRound
) -> None:
    item = worthy(city, "人民路站台加长椅")
    nominated(city, round, item)
    expert = city.users["expert_1"]
    assert expert.pk in awarding.pool(round, at=AT)
    Conflict.objects.create(
        suggestion=item, kind="interest", user=expert, reason="亲属", declared_by=expert, at=AT
    )
    assert expert.pk not in awarding.pool(round, at=AT)
