"""Ratings of office and units apart, the author's own words, and what a person should look at (process.md 7.1)."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from suggestions.actor import Actor
from suggestions.errors import Invalid, WrongState
from suggestions.models import AuthorContact, Evaluation, RatingFlag, Suggestion
from suggestions.services import evaluating, flags, identity
from suggestions.statistics import visits as statistics
from suggestions.statistics.figures import Period
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
RATED = MONDAY + timedelta(days=12)
AUTUMN = Period(date(2026, 10, 1), date(2026, 12, 31))


@pytest.fixture
def city() -> World:
    return w.make_world()


@pytest.fixture
def item(city: World) -> Suggestion:
    return w.answered(city, published=False)[0]


def test_the_office_is_rated_apart_from_the_unit(city: World, item: Suggestion) -> None:
    rating = w.rate(item, at=RATED, parts={"office": "dissatisfied"})
    assert [(p.subject, p.overall) for p in rating.parts.all()] == [("office", "dissatisfied")]
    assert rating.overall == "satisfied"
    office = statistics.part_satisfaction(AUTUMN, city.office)
    assert (office.numerator, office.denominator) == (0, 1)


def test_silence_about_the_office_is_no_rating_of_it(city: World, item: Suggestion) -> None:
    rating = w.rate(item, at=RATED, parts={"office": ""})
    assert not rating.parts.exists()


def test_a_unit_that_had_no_part_cannot_be_rated(city: World, item: Suggestion) -> None:
    with pytest.raises(Invalid):
        w.rate(item, at=RATED, parts={"water": "satisfied"})
    assert not Evaluation.objects.exists()


def test_a_rating_written_down_by_phone_names_the_clerk_and_keeps_the_authors_words(
    city: World, item: Suggestion
) -> None:
    clerk = city.actor("intake_clerk")
    with pytest.raises(Invalid) as refused:
        evaluating.evaluate(suggestion=item, actor=clerk, at=RATED, overall="satisfied")
    assert "comment" in refused.value.errors
    rating = evaluating.evaluate(
        suggestion=item, actor=clerk, at=RATED, overall="satisfied", comment="椅子装得挺好。"
    )
    assert (rating.source, rating.entered_by) == ("phone", city.users["intake_clerk"])


def test_nobody_says_a_rating_was_by_phone_without_a_member_of_staff(
    city: World, item: Suggestion
) -> None:
    with pytest.raises(Invalid):
        evaluating.evaluate(
            suggestion=item, actor=Actor.author(), at=RATED, overall="satisfied", source="agent", comment="挺好"
        )  # fmt: skip


def test_the_database_refuses_an_automatic_rating(city: World, item: Suggestion) -> None:
    rating = w.rate(item, at=RATED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Evaluation.objects.filter(pk=rating.pk).update(is_auto=True)


def test_reasons_come_from_the_list(city: World, item: Suggestion) -> None:
    with pytest.raises(Invalid):
        w.rate(item, at=RATED, overall="dissatisfied", reasons=["ugly"])
    rating = w.rate(item, at=RATED, overall="dissatisfied", reasons=["no_date", "slow"])
    assert rating.reasons == ["no_date", "slow"]


def test_five_cases_on_one_phone_are_laid_before_a_person_and_counted_as_before(
    city: World,
) -> None:
    for n in range(5):
        held = w.answered(city, title=f"人民路第{n + 1}个站台加长椅", published=False)[0]
        w.rate(held, at=RATED + timedelta(minutes=n))
    flag = RatingFlag.objects.get()
    assert flag.kind == "same_phone"
    assert "5件" in flag.words
    assert "199" not in flag.words
    assert Evaluation.objects.count() == 5


def test_ratings_from_many_phones_raise_nothing(city: World) -> None:
    for n in range(5):
        held = w.answered(
            city, title=f"人民路第{n + 1}个站台加长椅", phone=f"1990000123{n}", published=False
        )[0]
        w.rate(held, at=RATED + timedelta(minutes=n))
    assert not RatingFlag.objects.exists()


def test_the_address_is_kept_as_a_hash_for_thirty_days_and_flagged_when_many(city: World) -> None:
    for n in range(5):
        held = w.answered(
            city, title=f"人民路第{n + 1}个站台加长椅", phone=f"1990000123{n}", published=False
        )[0]
        w.rate(held, at=RATED + timedelta(minutes=n), origin="203.0.113.9")
    assert RatingFlag.objects.get().kind == "same_device"
    assert not Evaluation.objects.filter(origin_hash__contains="203").exists()
    flags.forget(now=RATED + timedelta(days=31))
    assert set(Evaluation.objects.values_list("origin_hash", flat=True)) == {""}


def test_a_flag_lapses_when_nobody_needs_it_any_more(city: World, item: Suggestion) -> None:
    rating = w.rate(item, at=RATED)
    RatingFlag.objects.create(
        kind="same_phone", evaluation=rating, unit=city.bus, words="看一看", created_at=RATED,
        expires_on=(RATED + timedelta(days=90)).date(),
    )  # fmt: skip
    assert flags.forget(now=RATED + timedelta(days=90)) == 0
    assert flags.forget(now=RATED + timedelta(days=92)) == 1


@pytest.mark.parametrize("logged", [True, False])
def test_a_contact_before_the_rating_must_be_written_down(
    city: World, item: Suggestion, logged: bool
) -> None:
    when, handler = MONDAY + timedelta(days=11), city.actor("handler:bus")
    identity.read_contact(suggestion=item, reason="约时间看现场", actor=handler, at=when)
    if logged:
        AuthorContact.objects.create(
            suggestion=item, way="phone", reached=True, words="问了椅子高度", unit=city.bus, by=city.users["handler:bus"],
            at=when,
        )  # fmt: skip
    rating = w.rate(item, at=RATED)
    assert [f.kind for f in rating.flags.all()] == ([] if logged else ["unlogged"])
    touched = statistics.logged_contact(AUTUMN)
    assert (touched.numerator, touched.denominator) == (int(logged), 1)


def test_a_sudden_change_of_a_unit_is_flagged_once_with_its_numbers(
    city: World, item: Suggestion
) -> None:
    reply = item.replies.get()
    rows = [("dissatisfied", 100 + n) for n in range(10)] + [("satisfied", n) for n in range(10)]
    Evaluation.objects.bulk_create(
        Evaluation(
            suggestion=item, reply=reply, unit=city.bus, round=i, overall=overall, at=RATED - timedelta(days=days)
        )
        for i, (overall, days) in enumerate(rows, 1)
    )  # fmt: skip
    assert flags.sudden_changes(now=RATED) == 1
    assert flags.sudden_changes(now=RATED + timedelta(days=1)) == 0
    flag = RatingFlag.objects.get()
    assert flag.unit == city.bus
    assert flag.evaluation is None
    assert "10次（100%）" in flag.words
    assert "0次（0%）" in flag.words


def test_a_look_says_what_was_found_and_how_and_only_once(city: World, item: Suggestion) -> None:
    flag = RatingFlag.objects.create(
        kind="sudden", unit=city.bus, words="看一看", created_at=RATED, expires_on=date(2027, 2, 1)
    )
    by = city.actor("supervisor")
    with pytest.raises(Invalid):
        flags.settle(flag=flag, finding="fine", note="", actor=by, at=RATED)
    flags.settle(flag=flag, finding="fine", note="电话问了三位建议人", actor=by, at=RATED)
    with pytest.raises(WrongState):
        flags.settle(flag=flag, finding="pressed", note="另一个说法", actor=by, at=RATED)
