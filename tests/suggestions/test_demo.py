"""The demo city's files say what they promise, and a seed of a few items is the same every time."""

import itertools
import re
from collections import Counter
from datetime import date, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.functional import cached_property
from rapidfuzz import fuzz

from suggestions import codes, rules
from suggestions.clock import DEFAULT_RULES
from suggestions.demo.extra import clocks as demo_clocks
from suggestions.demo.load import HERE, WRITTEN_ON, City, Item
from suggestions.demo.seed import Seeder
from suggestions.insight import redaction
from suggestions.management.commands.load_workdays import packaged_days
from suggestions.models import CaseEvent, Outbox, StaffRole, Suggestion, TimeChange
from suggestions.roles import Role
from suggestions.services import chain, replying
from suggestions.states import Case
from suggestions.states.time_change import TimeChange as TimeChangeState


class Files:
    """All files of the demo, read once."""

    city = City(WRITTEN_ON)

    @cached_property
    def items(self) -> list[Item]:
        return self.city.items()

    @cached_property
    def by_key(self) -> dict[str, Item]:
        return {item.key: item for item in self.items}

    @cached_property
    def facts(self) -> dict[str, Any]:
        return self.city.read("city.toml")

    @cached_property
    def directory(self) -> dict[str, Any]:
        return self.city.read("directory.toml")

    def codes(self, table: str) -> set[str]:
        return {row["code"] for row in self.facts[table]}


files = Files()
ANSWERED = {"reply_review", "answered", "closed"}
HANDLED = ANSWERED | {"handling"}


def wrong(check: Any) -> list[str]:
    """Keys of the items that fail a check: a test that names them is quicker to mend."""
    return [item.key for item in files.items if not check(item)]


def test_there_are_four_hundred_items_and_their_keys_are_unique() -> None:
    assert len(files.items) == 400
    assert len(files.by_key) == 400


def test_there_are_about_fifteen_departments_and_five_campaigns() -> None:
    assert len(files.codes("unit")) >= 15
    assert len(files.city.read("campaigns.toml")["campaign"]) == 5
    assert len(files.codes("district")) >= 3


def test_items_lie_in_all_states_and_all_over_the_past_year() -> None:
    states = Counter(item.state for item in files.items)
    wanted = {
        "registered", "supplement_requested", "accepted", "dispatched", "handling", "reply_review",
        "answered", "closed", "redirected", "not_accepted", "merged", "withdrawn",
    }  # fmt: skip
    assert set(states) == wanted
    assert min(states.values()) >= 3, states
    months = Counter(item.days_ago // 31 for item in files.items)
    assert all(months[n] >= 10 for n in range(11)), months
    assert wrong(lambda i: 0 <= i.days_ago <= 365) == []


def test_some_items_are_late_sent_back_rated_badly_and_answered_anew() -> None:
    count = {
        "late": sum(i.state in ANSWERED and i.handle_days > 15 for i in files.items),
        "sent back": sum(bool(i.sent_back) for i in files.items),
        "bad": sum(i.overall == "dissatisfied" for i in files.items),
        "good": sum(i.overall == "satisfied" for i in files.items),
        "silent": sum(i.state == "closed" and not i.overall for i in files.items),
        "not adopted": sum(i.outcome == "not_adopted" for i in files.items),
        "not public": sum(not i.publish for i in files.items),
    }
    assert min(count.values()) >= 5, count


def test_every_code_of_an_item_exists() -> None:
    topics = {code for row in files.facts["topic"] for code, _ in row["children"]}
    units, districts = files.codes("unit"), files.codes("district")
    campaigns = {c["key"] for c in files.city.read("campaigns.toml")["campaign"]}
    targets = {t["code"] for t in files.directory["target"]}
    assert wrong(lambda i: i.topic in topics) == []
    assert wrong(lambda i: i.district in districts | {""}) == []
    assert wrong(lambda i: {i.lead, *i.co} <= units | {""}) == []
    assert wrong(lambda i: i.lead not in i.co and len(set(i.co)) == len(i.co)) == []
    assert wrong(lambda i: i.campaign in campaigns | {""}) == []
    assert wrong(lambda i: i.redirect in targets | {""}) == []
    assert wrong(lambda i: i.channel in codes.Channel.values) == []
    assert wrong(lambda i: i.state in Case.values) == []
    assert wrong(lambda i: i.category in codes.Category.values) == []
    assert wrong(lambda i: i.outcome in [*codes.Outcome.values, ""]) == []
    assert wrong(lambda i: i.refuse in [*codes.NotAcceptedReason.values, ""]) == []
    assert wrong(lambda i: i.overall in [*codes.Overall.values, ""]) == []
    assert wrong(lambda i: i.solved in [*codes.Solved.values, ""]) == []
    assert wrong(lambda i: i.name_display in codes.NameDisplay.values) == []
    assert set(files.directory["topics"]) == topics
    assert set(files.directory["topics"].values()) <= units


def test_every_state_has_what_it_needs() -> None:
    assert wrong(lambda i: i.lead or i.state not in HANDLED | {"dispatched"}) == []
    assert wrong(lambda i: (i.outcome and i.reply) or i.state not in ANSWERED) == []
    assert wrong(lambda i: bool(i.redirect) == (i.state == "redirected")) == []
    assert wrong(lambda i: bool(i.refuse) == (i.state == "not_accepted")) == []
    assert wrong(lambda i: i.state != "supplement_requested" or (i.supplement and not i.supplement_answer)) == []  # fmt: skip
    assert wrong(lambda i: i.category == "suggestion" or i.state == "redirected") == []
    assert wrong(lambda i: len(i.scores) in (0, 3) and all(1 <= s <= 5 for s in i.scores)) == []
    assert wrong(lambda i: not i.overall or i.state in ("answered", "closed")) == []


def test_a_merged_item_names_an_older_one_that_can_carry_it() -> None:
    merged = [i for i in files.items if i.state == "merged"]
    for item in merged:
        primary = files.by_key[item.merged_into]
        assert primary.days_ago >= item.days_ago, item.key
        assert primary.state not in ("merged", "withdrawn", "redirected", "not_accepted"), item.key
    assert wrong(lambda i: bool(i.merged_into) == (i.state == "merged")) == []


def test_every_text_keeps_the_rules_a_resident_has_to_keep() -> None:
    assert wrong(lambda i: not rules.check_title(i.title)) == []
    assert wrong(lambda i: not rules.check_problem(i.problem)) == []
    assert wrong(lambda i: not rules.check_proposal(i.proposal)) == []
    assert wrong(lambda i: rules.clean_text(i.problem) == i.problem.strip()) == []
    assert wrong(lambda i: not i.reply or len(i.reply) >= replying.BODY_MIN) == []
    assert wrong(lambda i: len(i.place) <= rules.PLACE_MAX) == []
    assert wrong(lambda i: len(i.tags) <= 3) == []


def test_what_a_careful_person_masks_stands_in_the_text() -> None:
    def stands(item: Item) -> bool:
        text = f"{item.title}\n{item.problem}\n{item.proposal}\n{item.place}\n{item.reply}"
        return all(part in text for part in item.private)

    assert wrong(stands) == []


def test_nobody_in_the_demo_has_a_number_or_address_that_somebody_could_have() -> None:
    assert wrong(lambda i: not i.phone or re.fullmatch(r"1990000\d{4}", i.phone)) == []
    assert wrong(lambda i: not i.email or i.email.endswith("@example.cn")) == []
    for path in [*HERE.glob("*.toml"), *(HERE / "items").glob("*.toml")]:
        text = path.read_text(encoding="utf-8")
        for span in redaction.find_spans(text):
            found = text[span.start : span.end]
            if span.kind == "手机号":
                assert found.replace(" ", "").startswith("1990000"), path.name


def test_no_two_items_are_alike() -> None:
    alike = [
        (one.key, other.key)
        for one, other in itertools.combinations(files.items, 2)
        if fuzz.ratio(one.problem, other.problem, score_cutoff=80)
    ]
    assert alike == []
    assert len({i.title for i in files.items}) == len(files.items)
    replies = [i.reply for i in files.items if i.reply]
    assert len(set(replies)) == len(replies)


@pytest.mark.parametrize("today", ["2026-11-25", "2027-03-01", "2026-06-01"])
def test_dates_in_the_texts_move_with_the_day_of_seeding_and_keep_their_week_day(
    today: str,
) -> None:
    city = City(date.fromisoformat(today))
    assert 0 <= (city.today - city.base).days < 7
    moved = date(2026, 5, 19) + city.weeks
    assert city.moved("5月19日早上") == f"{moved.month}月{moved.day}日早上"
    assert city.moved("2026年5月19日") == f"{moved.year}年{moved.month}月{moved.day}日"
    assert moved.weekday() == date(2026, 5, 19).weekday()
    assert len(city.items()) == 400


def test_reworked_answers_belong_to_items_that_were_rated_badly() -> None:
    for key in files.city.read("rework.toml")["items"]:
        assert files.by_key[key].overall == "dissatisfied" or files.by_key[key].solved == "no", key


NOW = "2026-11-25T18:00+08:00"
FEW = 12


def picture() -> list[tuple[Any, ...]]:
    """What a seed made, without anything that is secret or random by design (receipts, codes, keys)."""
    items = Suggestion.objects.order_by("case_no")
    return [
        (
            s.case_no, s.status, s.publication, s.evaluation_state, s.received_at, s.due_on, s.lead_unit_id and s.lead_unit.code,
            s.public_title, s.public_problem, s.overall,
            [(e.seq, e.name, e.at, e.role, e.words) for e in s.events.order_by("seq")],
            [(r.number, r.state, r.outcome, r.body, r.signed_at) for r in s.replies.order_by("number")],
        )
        for s in items
    ]  # fmt: skip


def seed() -> str:
    out = StringIO()
    call_command("seed_demo", "--now", NOW, "--limit", str(FEW), verbosity=0, stdout=out)
    return out.getvalue()


@pytest.mark.slow
@pytest.mark.django_db
def test_a_seed_of_twelve_is_whole_and_the_same_each_time(own_index: None) -> None:
    from django.db import transaction

    class Undo(Exception):
        pass

    pictures = []
    for _ in range(2):
        try:
            with transaction.atomic():
                assert f"{FEW}件建议" in seed()
                pictures.append(picture())
                assert Suggestion.objects.count() == FEW
                assert list(chain.verify()) == []
                assert set(StaffRole.objects.values_list("role", flat=True)) == set(Role.values)
                assert not Outbox.objects.filter(done_at=None).exists()
                assert CaseEvent.objects.filter(at__gt=NOW).count() == 0
                with pytest.raises(CommandError, match="已经有数据"):
                    seed()
                raise Undo
        except Undo:
            pass
    assert pictures[0] == pictures[1]


@pytest.mark.django_db
def test_the_demo_stays_out_of_a_real_deployment(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="不是演示环境"):
        seed()
    assert Suggestion.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(("now", "said"), [("gestern", "请写成"), ("2026-11-25T18:00", "要带时区")])
def test_a_time_that_cannot_be_read_is_answered_in_words(now: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("seed_demo", "--now", now, verbosity=0)


def test_late_items_are_late_by_the_rule_in_force() -> None:
    rule = next(r for r in DEFAULT_RULES if r.kind == "K7a")
    assert rule.length == 15, "FORMAT.md tells writers that more than 15 working days is late"
    assert packaged_days(2026), "and the year of the texts has its notice"


@pytest.mark.django_db
@pytest.mark.parametrize("hour", ["00:30", "21:30"])
def test_the_citys_changes_of_rules_can_be_made_at_any_hour_of_the_day(hour: str) -> None:
    city = Seeder(now=datetime.fromisoformat(f"2026-11-25T{hour}+08:00"))
    city.city_facts()
    demo_clocks.seed(city)
    states = Counter(TimeChange.objects.values_list("status", flat=True))
    assert set(states) == set(TimeChangeState.values)
