"""From suggestion to measure: who must be asked, what a yes needs, and what is said when nothing is heard (4.8)."""

from datetime import date, timedelta

import pytest
from django.http import Http404

from suggestions import access
from suggestions.errors import DomainError, Invalid, NotAllowed, WrongState
from suggestions.models import Adoption, CaseEvent, Clock, Milestone, Study, Suggestion
from suggestions.services import adopting, chain, lapses
from suggestions.states import Adoption as State
from suggestions.statistics import adoption as statistics
from suggestions.statistics.figures import Period
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
LATER = MONDAY + timedelta(days=20)


@pytest.fixture
def city() -> World:
    return w.make_world()


@pytest.fixture
def item(city: World) -> Suggestion:
    return w.answered(city)[0]


def candidate(city: World, item: Suggestion) -> Adoption:
    return adopting.nominate(
        suggestion=item,
        unit=city.bus,
        measure="人民路站有了长椅",
        actor=city.actor("triage_officer"),
        at=LATER,
    )


def studied(city: World, adoption: Adoption, **changes: object) -> Study:
    facts: dict[str, object] = {
        "method": "seminar", "held_on": date(2026, 11, 24), "invited": [city.bus],
        "actor": city.actor("triage_officer"), "at": LATER,
    }  # fmt: skip
    return adopting.open_study(adoption=adoption, **{**facts, **changes})  # type: ignore[arg-type]


def decided(city: World, adoption: Adoption, **changes: object) -> Adoption:
    facts: dict[str, object] = {
        "decision": "adopt", "basis": "局务会第12次会议纪要", "conversion_type": "livelihood", "due_on": date(2027, 3, 1),
        "actor": city.actor("unit_head:bus"), "at": LATER,
    }  # fmt: skip
    return adopting.decide(adoption=adoption, **{**facts, **changes})  # type: ignore[arg-type]


def implementing(city: World, item: Suggestion) -> Adoption:
    adoption = decided(city, candidate(city, item))
    steps = [("选好位置", date(2026, 12, 20)), ("装好长椅", date(2027, 2, 20))]
    return adopting.start(
        adoption=adoption, milestones=steps, actor=city.actor("handler:bus"), at=LATER
    )


def test_with_two_competent_bodies_a_study_must_invite_all_of_them(
    city: World, item: Suggestion
) -> None:
    adoption = candidate(city, item)
    with pytest.raises(Invalid) as refused:
        studied(city, adoption, competent=[city.water], invited=[city.bus])
    assert "市水务局" in refused.value.errors["invited"][0]
    assert not adoption.studies.exists()
    adoption.refresh_from_db()
    assert adoption.status == State.CANDIDATE
    study = studied(city, adoption, competent=[city.water], invited=[city.bus, city.water])
    assert {u.pk for u in study.competent_units.all()} == {city.bus.pk, city.water.pk}


def test_a_co_unit_of_the_case_is_competent_without_being_named(city: World) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY + timedelta(hours=1))
    w.dispatch(city, item, at=MONDAY + timedelta(hours=2), co=True)
    adoption = candidate(city, item)
    with pytest.raises(Invalid):
        studied(city, adoption, invited=[city.bus])


def test_a_body_found_competent_later_must_be_asked_before_the_study_ends(
    city: World, item: Suggestion
) -> None:
    adoption = candidate(city, item)
    study = studied(city, adoption)
    study.competent_units.add(city.water)
    with pytest.raises(Invalid) as refused:
        adopting.conclude(
            adoption=adoption, recommended=True, summary="论证认为可行，建议在三个站先装。",
            actor=city.actor("unit_head:bus"), at=LATER,
        )  # fmt: skip
    assert "市水务局" in refused.value.errors["recommended"][0]


def test_a_study_that_the_answer_waits_for_replaces_the_simple_limit_by_sixty_days(
    city: World,
) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY + timedelta(hours=1))
    w.dispatch(city, item, at=MONDAY + timedelta(hours=2))
    w.sign_in(city, item, at=MONDAY + timedelta(hours=3))
    studied(city, candidate(city, item), at=MONDAY + timedelta(days=1))
    running = set(
        Clock.objects.filter(suggestion=item, stopped_at=None).values_list("kind", flat=True)
    )
    assert "K7b" in running
    assert "K7a" not in running
    item.refresh_from_db()
    assert item.due_kind == "K7b"
    assert item.due_on == date(2027, 1, 2)


def test_a_study_after_the_answer_starts_no_clock(city: World, item: Suggestion) -> None:
    studied(city, candidate(city, item))
    assert not Clock.objects.filter(suggestion=item, kind="K7b").exists()


def test_only_invited_units_and_experts_give_an_opinion(city: World, item: Suggestion) -> None:
    study = studied(city, candidate(city, item), experts=[city.users["expert"]])
    for who in ("handler:bus", "expert"):
        adopting.give_opinion(
            study=study, stance="support", text="客流够，位置也够，赞成先装两处。", actor=city.actor(who), at=LATER
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        adopting.give_opinion(
            study=study, stance="oppose", text="我们没有被请，也想说两句。", actor=city.actor("handler:water"), at=LATER
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        adopting.give_opinion(
            study=study, stance="oppose", text="评委没有被请来论证这件事。", actor=city.actor("jury"), at=LATER
        )  # fmt: skip
    assert [o.is_expert for o in study.opinions.all()] == [False, True]


def test_opinions_are_internal_and_never_stand_in_the_public_timeline(
    city: World, item: Suggestion
) -> None:
    study = studied(city, candidate(city, item))
    adopting.give_opinion(
        study=study, stance="oppose", text="站台太窄，装了椅子影响上下车。", actor=city.actor("handler:bus"), at=LATER
    )  # fmt: skip
    assert not item.events.filter(words__contains="站台太窄").exists()


@pytest.mark.parametrize(
    ("missing", "field"),
    [({"due_on": None}, "due_on"), ({"due_on": date(2026, 11, 1)}, "due_on"), ({"basis": ""}, "basis"),
     ({"conversion_type": ""}, "conversion_type"), ({"decision": "partial"}, "reason"), ({"decision": "maybe"}, "decision")],
)  # fmt: skip
def test_nothing_is_adopted_without_date_basis_way_and_reason(
    city: World, item: Suggestion, missing: dict[str, object], field: str
) -> None:
    adoption = candidate(city, item)
    with pytest.raises(Invalid) as refused:
        decided(city, adoption, **missing)
    assert set(refused.value.errors) == {field}


def test_only_the_head_of_the_unit_that_carries_it_out_decides(
    city: World, item: Suggestion
) -> None:
    adoption = candidate(city, item)
    with pytest.raises(NotAllowed):
        decided(city, adoption, actor=city.actor("unit_head:water"))
    with pytest.raises(NotAllowed):
        decided(city, adoption, actor=city.actor("handler:bus"))
    assert decided(city, adoption).status == State.DECIDED_ADOPT


def test_a_rejection_needs_its_reason_and_the_public_reads_it(
    city: World, item: Suggestion
) -> None:
    adoption = candidate(city, item)
    studied(city, adoption)
    head = city.actor("unit_head:bus")
    adopting.conclude(
        adoption=adoption, recommended=False, summary="站台宽度不够，装了影响上下车。", actor=head, at=LATER
    )  # fmt: skip
    decided(city, adoption, decision="reject", reason="站台宽度不够两米")
    assert adoption.status == State.DECIDED_REJECT
    assert item.events.get(name="decide_reject").reason == "站台宽度不够两米"


def test_carrying_out_begins_with_dated_steps_within_the_promise(
    city: World, item: Suggestion
) -> None:
    adoption = decided(city, candidate(city, item))
    head = city.actor("unit_head:bus")
    for steps in ([], [("装好", date(2027, 3, 2))], [("装好", date(2027, 2, 1)), ("装好", date(2027, 2, 2))]):  # fmt: skip
        with pytest.raises(Invalid):
            adopting.start(adoption=adoption, milestones=steps, actor=head, at=LATER)
    assert not Milestone.objects.exists()


def test_each_progress_note_gives_ninety_days_until_the_next(city: World, item: Suggestion) -> None:
    adoption = implementing(city, item)
    first = Clock.objects.get(suggestion=item, kind="K19", stopped_at=None)
    assert first.due_on == LATER.date() + timedelta(days=90)
    assert first.holder_unit == city.bus
    at = LATER + timedelta(days=25)
    step = adoption.milestones.first()
    assert step is not None
    adopting.report_progress(
        adoption=adoption, text="位置选好了，三处都量过尺寸。", reached=[step], actor=city.actor("handler:bus"), at=at
    )  # fmt: skip
    second = Clock.objects.get(suggestion=item, kind="K19", stopped_at=None)
    assert second.due_on == at.date() + timedelta(days=90)
    step.refresh_from_db()
    assert step.done_on == at.date()
    assert not step.is_late(at.date())


def test_silence_for_ninety_days_is_said_in_public_once_at_the_legal_moment(
    city: World, item: Suggestion
) -> None:
    implementing(city, item)
    late = LATER + timedelta(days=95)
    assert adopting.missed_progress(now=LATER + timedelta(days=90)) == 0
    assert adopting.missed_progress(now=late) == 1
    assert adopting.missed_progress(now=late + timedelta(days=1)) == 0
    event = CaseEvent.objects.get(suggestion=item, name="progress_missed")
    clock = Clock.objects.get(suggestion=item, kind="K19", stopped_at=None)
    assert event.at == lapses.legal_moment(clock)
    assert (event.words, event.visibility) == ("没有按时报告进展", "public")


def test_done_needs_a_result_with_before_and_after(city: World, item: Suggestion) -> None:
    adoption = implementing(city, item)
    actor, at = city.actor("unit_head:bus"), LATER + timedelta(days=60)
    with pytest.raises(Invalid) as refused:
        adopting.complete(adoption=adoption, done_on=at.date(), actor=actor, at=at)
    assert "成果" in refused.value.errors["done_on"][0]
    with pytest.raises(Invalid):
        adopting.add_result(
            adoption=adoption, kind="project", title="站台长椅", starts_on=at.date(), before="", after="有两张椅子",
            actor=actor, at=at,
        )  # fmt: skip
    adopting.add_result(
        adoption=adoption, kind="project", title="站台长椅", starts_on=at.date(), before="没有地方坐", after="有两张椅子",
        actor=actor, at=at,
    )  # fmt: skip
    adopting.complete(adoption=adoption, done_on=at.date(), actor=actor, at=at)
    assert adoption.status == State.IMPLEMENTED
    assert not Clock.objects.filter(suggestion=item, kind="K19", stopped_at=None).exists()
    assert list(chain.verify()) == []


def test_giving_up_says_why(city: World, item: Suggestion) -> None:
    adoption = implementing(city, item)
    with pytest.raises(Invalid):
        adopting.abandon(adoption=adoption, reason="", actor=city.actor("unit_head:bus"), at=LATER)
    adopting.abandon(
        adoption=adoption, reason="道路改造把站台移走了，另行选址。", actor=city.actor("unit_head:bus"), at=LATER
    )  # fmt: skip
    assert adoption.status == State.ABANDONED
    with pytest.raises(DomainError):
        adopting.report_progress(
            adoption=adoption, text="其实还在做，进展不错的。", actor=city.actor("handler:bus"), at=LATER
        )  # fmt: skip


def test_a_suggestion_is_listed_for_adoption_once(city: World, item: Suggestion) -> None:
    candidate(city, item)
    with pytest.raises(WrongState):
        candidate(city, item)


def test_units_reach_their_own_and_what_they_were_invited_to_and_experts_only_that(
    city: World, item: Suggestion
) -> None:
    adoption = candidate(city, item)
    seen = {
        who
        for who, user in city.users.items()
        if access.adoptions(user, "see_adoptions").filter(pk=adoption.pk).exists()
    }
    office = {"triage_officer", "triage_officer_2", "supervisor", "leader"}
    assert seen == office | {"liaison:bus", "handler:bus", "unit_head:bus"}
    studied(
        city, adoption, competent=[city.water], invited=[city.bus, city.water], experts=[city.users["expert"]]
    )  # fmt: skip
    for who in ("expert", "handler:water"):
        assert access.load_adoption(city.users[who], "give_study_opinion", adoption.pk) == adoption
    with pytest.raises(Http404):
        access.load_adoption(city.users["jury"], "see_adoptions", adoption.pk)


def test_the_funnel_counts_everyone_who_ever_took_a_step(city: World, item: Suggestion) -> None:
    w.submit(city, title="河边步道加路灯照明")
    other = w.answered(city, title="菜场门口加一排座椅", published=False)[0]
    studied(city, candidate(city, other))
    implementing(city, item)
    counts = {s.code: s.count for s in statistics.funnel(YEAR)}
    assert counts == {
        "received": 3, "answered": 2, "candidate": 2, "studied": 1, "recommended": 0, "decided": 1, "implementing": 1,
        "implemented": 0,
    }  # fmt: skip
    rate = statistics.conversion_rate(YEAR)
    assert (rate.numerator, rate.denominator) == (0, 1)
