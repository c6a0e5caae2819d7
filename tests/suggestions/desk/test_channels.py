"""Ways in at the desk: each asks for what it needs, the true arrival day counts, one paper may hold two matters."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from suggestions import channels
from suggestions.clock import local_date
from suggestions.desk.entry_forms import CHANNELS
from suggestions.errors import Invalid
from suggestions.models import (
    Arrival,
    CaseEvent,
    CaseLink,
    Clock,
    Guardian,
    JointAuthor,
    Suggestion,
)
from suggestions.services import arrivals, chain, clocks, joint, voices
from tests import world as w
from tests.suggestions.desk.cast import item_url, main_text, parsed, sign_in
from tests.suggestions.desk.test_entry import ENTRY, form
from tests.world import MONDAY, World

TOMORROW = MONDAY + timedelta(days=1)


def letter(city: World, **changes: Any) -> Suggestion:
    """A letter that arrived on the Monday and was entered the day after."""
    import uuid

    from suggestions import rules
    from suggestions.actor import Actor
    from suggestions.services import intake

    clerk = city.users["intake_clerk"]
    said = w.submission(city, channel="letter", received_at=MONDAY, **changes)
    return intake.submit(
        submission=said, jurisdiction=city.jurisdiction, idempotency_key=uuid.uuid4().hex,
        actor=Actor.staff(clerk, "intake_clerk"), at=TOMORROW, limits=rules.ON_RECORD, entered_by=clerk,
    ).suggestion  # fmt: skip


def test_every_way_a_clerk_writes_down_has_a_row_in_the_table() -> None:
    assert {str(c) for c in CHANNELS} == {str(c) for c in channels.WAYS}


@pytest.mark.parametrize(
    ("channel", "lacks", "given"),
    [
        (
            "mailbox_point",
            "请写是哪个意见箱",
            {"point": "东河路意见箱", "collected_on": "2026-11-02"},
        ),
        ("leader_mailbox", "请写是写给谁的", {"addressed_to": "市长"}),
        ("referral_higher", "请写是哪个机关转来的", {"referred_by": "省征集办"}),
        ("meeting", "请写是哪次会议", {"occasion": "公交线路座谈会", "read_back": "on"}),
    ],
)
def test_a_channel_asks_for_what_it_needs_and_keeps_it(
    city: World, channel: str, lacks: str, given: dict[str, str]
) -> None:
    client = sign_in(city, "intake_clerk")
    sent = form(client, channel=channel, addressed_to="", external_no="")
    response = client.post(ENTRY, {**sent, "read_back": given.get("read_back", "")})
    assert response.status_code == 422
    assert lacks in main_text(response)
    assert parsed(response).select_one(f"[name={next(iter(given))}]") is not None
    assert client.post(ENTRY, {**sent, **given}).status_code == 302
    item = Suggestion.objects.get()
    for name, value in given.items():
        held = item.addressed_to if name == "addressed_to" else None
        if name in channels.ARRIVAL_FIELDS:
            held = getattr(Arrival.objects.get(suggestion=item), name)
        assert held is None or str(held) == value


def test_the_day_by_which_a_higher_organ_wants_its_report_is_a_clock_on_the_items_screen(
    city: World,
) -> None:
    clerk, wanted = sign_in(city, "intake_clerk"), local_date(timezone.now()) + timedelta(days=9)
    sent = form(clerk, channel="referral_higher", addressed_to="", external_no="")
    named = {"referred_by": "省委巡视组", "referral_due_on": wanted.isoformat()}
    assert clerk.post(ENTRY, {**sent, **named}).status_code == 302
    item = Suggestion.objects.get()
    assert Clock.objects.get(suggestion=item, kind="KH", stopped_at=None).due_on == wanted
    assert "转来机关要求的报结" in main_text(sign_in(city, "triage_officer").get(item_url(item)))


def test_a_letter_counts_from_the_day_it_was_signed_for_not_from_its_entry(city: World) -> None:
    item = letter(city)
    started = set(
        Clock.objects.filter(suggestion=item, kind__in=("K2", "K3")).values_list(
            "started_at", flat=True
        )
    )
    assert {local_date(s) for s in started} == {local_date(MONDAY)}


def test_before_triage_the_arrival_day_may_be_corrected_and_the_clocks_count_anew(
    city: World,
) -> None:
    item = letter(city)
    before = item.due_on
    earlier = local_date(MONDAY) - timedelta(days=3)
    arrivals.change_received(
        suggestion=item, day=earlier, reason="", actor=city.actor("intake_clerk"), at=TOMORROW
    )
    item.refresh_from_db()
    assert local_date(item.received_at) == earlier
    assert before is not None
    assert item.due_on == before - timedelta(days=3)
    k2 = Clock.objects.get(suggestion=item, kind="K2")
    assert clocks.explain(k2).on == k2.due_on == item.due_on
    assert "由2026-11-02改为2026-10-30" in CaseEvent.objects.get(name="arrival_changed").words
    assert list(chain.verify()) == []


def test_after_triage_a_new_arrival_day_needs_a_reason(city: World) -> None:
    item = letter(city)
    w.accept(city, item, at=TOMORROW + timedelta(hours=1))
    day, actor = local_date(MONDAY) - timedelta(days=1), city.actor("triage_officer")
    at = TOMORROW + timedelta(days=1)
    with pytest.raises(Invalid) as refused:
        arrivals.change_received(suggestion=item, day=day, reason=" ", actor=actor, at=at)
    assert "reason" in refused.value.errors
    arrivals.change_received(suggestion=item, day=day, reason="邮戳看错了", actor=actor, at=at)
    assert CaseEvent.objects.get(name="arrival_changed").reason == "邮戳看错了"


def test_nothing_arrives_after_it_was_entered(city: World) -> None:
    item = letter(city)
    with pytest.raises(Invalid):
        arrivals.change_received(
            suggestion=item, day=local_date(TOMORROW) + timedelta(days=1), reason="错了",
            actor=city.actor("intake_clerk"), at=TOMORROW + timedelta(days=5),
        )  # fmt: skip


def test_an_anonymous_letter_is_handled_but_owes_nobody_a_notice(city: World) -> None:
    item = letter(city, name="", phone="", publish_consent=False)
    assert Clock.objects.get(suggestion=item, kind="K3").stop_reason == "no_address"
    assert Clock.objects.get(suggestion=item, kind="K2").stopped_at is None
    assert item.author.contact_channel == "none"
    assert item.status == "registered"


def test_two_matters_in_one_letter_become_two_linked_items_of_one_author(city: World) -> None:
    item = letter(city)
    client = sign_in(city, "triage_officer")
    address = f"{item_url(item)}split/"
    assert address.endswith("/split/")
    key = parsed(client.get(address)).select_one("[name=key]")["value"]
    sent = {
        "key": key,
        "title": "河边路灯坏了",
        "problem": "三盏灯不亮。",
        "reason": "信里说了两件事",
    }
    assert client.post(address, {**sent, "reason": ""}).status_code == 422
    assert client.post(address, sent).status_code == 302
    client.post(address, sent)
    link = CaseLink.objects.get()
    part = link.part
    assert (link.origin, part.received_at, part.channel) == (item, item.received_at, "letter")
    assert (part.author.name, part.author.phone) == (item.author.name, item.author.phone)
    text = main_text(client.get(item_url(item)))
    assert part.case_no in text
    assert list(chain.verify()) == []


def test_who_neither_triages_nor_enters_may_not_split_or_move_the_day(city: World) -> None:
    item = letter(city)
    client = sign_in(city, "supervisor")
    for act in ("split", "arrival"):
        assert client.get(f"{item_url(item)}{act}/").status_code == 403


def test_a_child_needs_a_guardian_and_is_never_named(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    sent = form(client, age_band="under_14", publish_consent="on", name_display="full")
    response = client.post(ENTRY, sent)
    assert response.status_code == 422
    assert "监护人" in main_text(response)
    assert not Suggestion.objects.exists()
    guardian = {
        "guardian_name": "周建国",
        "guardian_phone": "19900005678",
        "guardian_consent": "on",
    }
    assert client.post(ENTRY, {**sent, **guardian}).status_code == 302
    item = Suggestion.objects.get()
    assert item.author.is_minor
    assert item.name_display == "anonymous"
    assert Guardian.objects.get().author == item.author
    assert "要先经负责人同意" in main_text(client.get(item_url(item)))


def test_a_joint_letter_names_others_who_count_only_after_their_own_yes(city: World) -> None:
    client = sign_in(city, "intake_clerk")
    response = client.post(ENTRY, form(client, joint="王一 19900003001\n李二"))
    assert response.status_code == 302, main_text(response)
    item = Suggestion.objects.get()
    assert joint.counts(item) == joint.Counts(named=2, confirmed=0)
    one = JointAuthor.objects.get(suggestion=item, phone_hash__gt="")
    joint.confirm(joint=one, at=timezone.now())
    joint.confirm(joint=one, at=timezone.now())
    assert joint.counts(item) == joint.Counts(named=2, confirmed=1)
    joint.leave(joint=one, at=timezone.now())
    assert joint.counts(item) == joint.Counts(named=1, confirmed=0)
    one.refresh_from_db()
    assert one.name == one.phone == ""
    assert list(chain.verify()) == []


def test_a_joint_author_reads_and_confirms_with_a_code_of_their_own(
    city: World, client: Any
) -> None:
    item = letter(city)
    made = joint.add(
        suggestion=item, others=joint.parse("王一 19900003001"), actor=city.actor("intake_clerk"), at=TOMORROW
    )  # fmt: skip
    given = made[0]
    response = client.post("/joined/", {"case_no": item.case_no, "query_code": given.query_code})
    page = client.get(response["Location"])
    assert item.original_problem in page.content.decode()
    client.post(response["Location"], {"action": "confirm"})
    assert joint.counts(item).confirmed == 1
    assert voices.by_code(item.case_no, "AAAAAAAA") is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("王一 123", "第1行"),
        ("王一 19900003001\n李二 19900003001", "同一个手机号"),
        ("\n".join(f"人{n}" for n in range(51)), "最多写50位"),
    ],
)
def test_a_list_of_joint_authors_that_cannot_be_is_refused_in_words(
    city: World, text: str, words: str
) -> None:
    client = sign_in(city, "intake_clerk")
    response = client.post(ENTRY, form(client, joint=text))
    assert response.status_code == 422
    assert words in main_text(response)
    assert not JointAuthor.objects.exists()
