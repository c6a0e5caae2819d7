"""/agent/ on a telephone: one page to enter, a receipt to hand over, and no more than a mandate allows (process.md 3.3)."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.notices.models import Delivery
from suggestions import outbox
from suggestions.codes import Overall
from suggestions.models import (
    AgentMandate,
    AgentVisit,
    Evaluation,
    IdentityAccessLog,
    SubmissionDraft,
    Suggestion,
)
from suggestions.roles import Role
from suggestions.services import mandates, replying
from tests import world as w
from tests.suggestions.agents.helpers import entered, photo, point, sent_digits
from tests.world import World

pytestmark = pytest.mark.django_db
SLOW_LINE = 20_000
"""Bytes of a page and its style sheet together."""


@pytest.fixture
def city() -> World:
    made = w.make_world()
    point(made)
    return made


@pytest.fixture(autouse=True)
def _private_files(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "attachments": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }


def agent(city: World, who: str = Role.AGENT_L1) -> Client:
    client = Client()
    client.force_login(city.users[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def said(**changes: Any) -> dict[str, Any]:
    values = {
        "key": "one-form-of-one-agent", "title": "人民路公交站加一张长椅", "problem": "等车的老人没有地方坐。",
        "proposal": "装一张长椅。", "district": "", "place": "人民路站", "name": "林小满", "phone": "19900001234",
        "publish_consent": "on", "visit": "came", "scope": "case",
        "ends_on": (timezone.localdate() + timedelta(days=60)).isoformat(), "contact_consent": "on", "told_rules": "on",
        "read_back": "on",
    }  # fmt: skip
    return {**values, **changes}


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("委托书.png", photo().read(), content_type="image/png")


def enter(client: Client, **changes: Any) -> Any:
    return client.post(reverse("agent:new"), {**said(**changes), "paper": paper()})


def test_every_page_is_small_enough_for_a_slow_line_and_needs_no_script(
    city: World, settings: Any
) -> None:
    item = entered(city, at=timezone.now()).receipt.suggestion
    for _ in range(5):
        entered(city, at=timezone.now())
    client = agent(city)
    sheet = (settings.BASE_DIR / "portal/static/css/agent.css").stat().st_size
    pages = [
        reverse("agent:home"),
        reverse("agent:new"),
        reverse("agent:take"),
        reverse("agent:item", args=[item.case_no]),
    ]
    for address in pages:
        response = client.get(address)
        assert response.status_code == 200, address
        assert len(response.content) + sheet < SLOW_LINE, (address, len(response.content))
        assert b"<script" not in response.content
        assert response["Cache-Control"] == "no-store, private"


def test_a_visitor_signs_in_at_the_plain_page_and_comes_back_to_where_they_were(
    city: World,
) -> None:
    client = Client()
    response = client.get(reverse("agent:new"))
    assert response["Location"].startswith(reverse("agent:sign_in"))
    wrong = client.post(response["Location"], {"username": "agent_l1", "password": "wrong"})
    assert wrong.status_code == 422
    assert "用户名或密码不对" in wrong.content.decode()
    right = client.post(
        response["Location"],
        {"username": "agent_l1", "password": "correct horse battery", "next": reverse("agent:new")},
    )
    assert right["Location"] == reverse("agent:new")


@pytest.mark.parametrize("who", ["intake_clerk", "triage_officer", "leader"])
def test_other_staff_are_told_that_the_page_is_for_agents(city: World, who: str) -> None:
    response = agent(city, who).get(reverse("agent:home"))
    assert response.status_code == 403
    assert "代理员" in response.content.decode()


def test_one_page_makes_the_item_the_mandate_the_visit_and_a_receipt_with_the_code(
    city: World,
) -> None:
    client = agent(city)
    response = enter(client)
    assert response.status_code == 302, response.content.decode()
    receipt = client.get(response["Location"]).content.decode()
    item = Suggestion.objects.get()
    assert item.case_no in receipt
    assert item.channel == "agent"
    assert item.entered_by == city.users[Role.AGENT_L1]
    assert AgentMandate.objects.get().proof == "paper"
    assert AgentVisit.objects.get().kind == "came"
    assert not SubmissionDraft.objects.exists()
    home = client.get(reverse("agent:home")).content.decode()
    assert item.original_title in home


def test_the_query_code_is_shown_to_the_agent_once_and_never_again(city: World) -> None:
    client = agent(city)
    address = enter(client)["Location"]
    assert Suggestion.objects.get().case_no in address, "the address is no key to the receipt"
    first = client.get(address)
    code = first.context["code"]
    assert code
    assert code in first.content.decode()
    assert "查询码只显示这一次" in first.content.decode()
    again = client.get(address)
    assert again.status_code == 200
    assert code not in again.content.decode()
    assert "只有本人有" in again.content.decode()
    assert again.context["qr"] is None, "the code of the receipt opens it too"
    assert agent(city, Role.AGENT_L2).get(address).status_code == 404


def test_a_receipt_never_opened_waits_half_an_hour_after_a_broken_line(city: World) -> None:
    client = agent(city)
    enter(client)
    assert client.get(enter(client)["Location"]).context["code"], "sent again, it is still unseen"
    other = enter(client, key="another-form-of-one-agent", title="另外一件事情要提")["Location"]
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        assert not client.get(other).context["code"]


def test_with_the_recall_of_the_mandate_the_receipt_ends(city: World) -> None:
    client = agent(city)
    address = enter(client)["Location"]
    mandate = AgentMandate.objects.get()
    mandates.revoke(
        mandate=mandate, actor=city.actor("intake_clerk"), at=timezone.now(), reason="本人来电"
    )
    assert client.get(address).status_code == 404


def test_an_agent_enters_a_child_only_with_its_guardian_and_never_by_name(city: World) -> None:
    client = agent(city)
    refused = enter(client, age_band="under_14")
    assert refused.status_code == 422
    assert "监护人" in refused.content.decode()
    enter(
        client, age_band="under_14", guardian_name="林父", guardian_phone="19900002222", guardian_consent="on"
    )  # fmt: skip
    item = Suggestion.objects.get()
    assert item.author.age_band == "under_14"
    assert item.author.guardian.name == "林父"
    assert item.name_display == "anonymous"


def test_an_agent_names_joint_authors_and_at_most_five_representatives(city: World) -> None:
    client = agent(city)
    six = "\n".join(f"联名{n} 1990000100{n} 代表" for n in range(6))
    refused = enter(client, joint=six)
    assert refused.status_code == 422
    assert "代表最多推选5人" in refused.content.decode()
    assert "联名3 19900001003 代表" in refused.content.decode(), "what was typed stays"
    enter(client, joint="甲某 19900001001 代表\n乙某\n丙某 19900001003")
    people = Suggestion.objects.get().joint_authors.order_by("pk")
    assert [p.is_representative for p in people] == [True, False, False]
    assert not any(p.confirmed_at for p in people), "nobody counts before saying yes"


def test_the_form_sent_again_after_the_line_broke_gives_the_same_receipt(city: World) -> None:
    client = agent(city)
    first, second = enter(client), enter(client)
    assert first["Location"] == second["Location"]
    assert Suggestion.objects.count() == AgentMandate.objects.count() == 1
    changed = enter(client, title="另外一件事情要提")
    assert changed.status_code == 409
    assert Suggestion.objects.get().case_no in changed.content.decode()


def test_an_error_keeps_every_word_and_the_photo_and_a_draft_waits_on_the_home_page(
    city: World,
) -> None:
    client = agent(city)
    response = client.post(reverse("agent:new"), {**said(read_back=""), "paper": paper()})
    assert response.status_code == 422
    text = response.content.decode()
    assert "等车的老人没有地方坐" in text
    assert "委托书" in text
    assert not Suggestion.objects.exists()
    again = client.get(reverse("agent:new"))
    assert "等车的老人没有地方坐" in again.content.decode()
    assert "接着写" in client.get(reverse("agent:home")).content.decode()
    # The photo need not be sent again.
    done = client.post(reverse("agent:new"), said(key=again.context["key"]))
    assert done.status_code == 302, done.content.decode()
    assert AgentMandate.objects.get().proof == "paper"


def test_bad_input_is_answered_in_words_and_never_with_an_error_of_ours(city: World) -> None:
    item = entered(city, at=timezone.now()).receipt.suggestion
    client = agent(city)
    for values in (
        {}, {"key": "x" * 500}, said(ends_on="31.02.2026"), said(title="长" * 500), said(phone="abc"),
        said(under="999"), said(scope="everything"), said(district="nowhere"), said(visit="flew"), said(title="\x00"),
    ):  # fmt: skip
        assert client.post(reverse("agent:new"), values).status_code in (302, 409, 422), values
    for act in (
        "duty",
        "visit",
        "relay",
        "words",
        "withdraw",
        "withdraw_ask",
        "lay_down",
        "photo",
        "contact",
        "supplement",
    ):
        response = client.post(
            reverse("agent:item", args=[item.case_no]), {"act": act, "code": "不是数字"}
        )
        assert response.status_code in (302, 422), act
    assert (
        client.post(reverse("agent:item", args=[item.case_no]), {"act": "rate"}).status_code == 302
    )
    assert client.get(reverse("agent:item", args=["JY2026-9999999-9"])).status_code == 404


def test_an_item_is_gone_the_day_after_the_mandate_ends_and_at_once_when_it_is_taken_back(
    city: World,
) -> None:
    now = timezone.now()
    first, second = entered(city, at=now, days=5), entered(city, at=now, days=50)
    client = agent(city)
    pages = [reverse("agent:item", args=[m.receipt.suggestion.case_no]) for m in (first, second)]
    assert [client.get(p).status_code for p in pages] == [200, 200]
    with time_machine.travel(now + timedelta(days=6)):
        late = agent(city)
        assert [late.get(p).status_code for p in pages] == [404, 200]
        assert late.post(pages[0], {"act": "duty", "duty": "chased"}).status_code == 404
    author = Client()
    item, code = second.receipt.suggestion, second.receipt.query_code
    author.post(reverse("suggestions:track"), {"case_no": item.case_no, "query_code": code})
    page = author.get(reverse("suggestions:track_item", args=[item.case_no])).content.decode()
    assert "撤回委托" in page
    author.post(reverse("suggestions:track_agent", args=[item.case_no, second.mandate.pk]))
    assert client.get(pages[1]).status_code == 404
    shown = author.get(reverse("suggestions:track_item", args=[item.case_no])).content.decode()
    assert "您撤回了对" in shown


def test_somebody_without_the_items_code_cannot_take_its_mandate_back(city: World) -> None:
    made = entered(city, at=timezone.now())
    Client().post(
        reverse("suggestions:track_agent", args=[made.receipt.suggestion.case_no, made.mandate.pk])
    )
    made.mandate.refresh_from_db()
    assert made.mandate.lives(timezone.localdate())


def test_contact_data_is_shown_once_for_a_reason_and_logged(city: World) -> None:
    now = timezone.now()
    item = entered(city, at=now).receipt.suggestion
    shut = entered(city, at=now, consent=False).receipt.suggestion
    client = agent(city)
    page = reverse("agent:item", args=[item.case_no])
    assert "19900001234" not in client.get(page).content.decode()
    shown = client.post(page, {"act": "contact", "reason": "打电话告诉进展"})
    assert "19900001234" in shown.content.decode()
    assert IdentityAccessLog.objects.get().user == city.users[Role.AGENT_L1]
    refused = client.post(
        reverse("agent:item", args=[shut.case_no]), {"act": "contact", "reason": "打电话告诉进展"}
    )
    assert "19900001234" not in refused.content.decode()


def answered_under_mandate(city: World) -> Suggestion:
    """An agent's item taken to its answer."""
    start = timezone.now() - timedelta(days=11)
    item = entered(city, at=start).receipt.suggestion
    w.accept(city, item, at=start + timedelta(days=1))
    w.dispatch(city, item, at=start + timedelta(days=1, hours=1))
    w.sign_in(city, item, at=start + timedelta(days=2))
    reply = w.signed_reply(city, item, at=start + timedelta(days=9))
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=start + timedelta(days=10))
    return Suggestion.objects.get(pk=item.pk)


def test_the_authors_own_words_are_recorded_as_brought_by_an_agent_and_the_author_is_told(
    city: World,
) -> None:
    item = answered_under_mandate(city)
    client = agent(city)
    page = reverse("agent:item", args=[item.case_no])
    assert "读给本人听" in client.get(page).content.decode()
    values = {
        "act": "words",
        "overall": Overall.BASICALLY,
        "solved": "partly",
        "words": "装了一张，另一边还没装。",
    }
    refused = client.post(page, values)
    assert refused.status_code == 422
    assert not Evaluation.objects.exists(), (
        "without the agent's word that it is the author's, nothing is recorded"
    )
    assert client.post(page, {**values, "own_words": "on"}).status_code == 302
    rating = Evaluation.objects.get()
    assert (rating.source, rating.comment) == ("agent", "装了一张，另一边还没装。")
    event = item.events.get(name="evaluate")
    assert event.role == "author"
    assert event.actor == city.users[Role.AGENT_L1]
    assert event.data["source"] == "agent"
    outbox.deliver(now=timezone.now() + timedelta(minutes=1))
    assert Delivery.objects.filter(suggestion=item, code="author.agent_rated").exists()


def test_an_agent_withdraws_only_with_the_code_from_the_authors_own_phone(city: World) -> None:
    item = entered(city, at=timezone.now()).receipt.suggestion
    client = agent(city)
    page = reverse("agent:item", args=[item.case_no])
    assert client.post(page, {"act": "withdraw", "code": "123456"}).status_code == 422
    assert client.post(page, {"act": "withdraw_ask", "reason": "已经装好了"}).status_code == 302
    item.refresh_from_db()
    assert item.status == "registered"
    right = sent_digits("withdraw")
    assert right not in client.get(page).content.decode()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    assert client.post(page, {"act": "withdraw", "code": wrong}).status_code == 422
    client.post(page, {"act": "withdraw", "code": right})
    item.refresh_from_db()
    assert item.status == "withdrawn"


def test_duties_visits_and_photos_are_recorded_and_the_author_reads_the_duties(city: World) -> None:
    made = entered(city, at=timezone.now())
    item = made.receipt.suggestion
    client = agent(city)
    page = reverse("agent:item", args=[item.case_no])
    client.post(page, {"act": "duty", "duty": "found_unit", "note": "归交通局管"})
    today = timezone.localdate().isoformat()
    for _ in range(2):
        client.post(page, {"act": "visit", "kind": "went", "on": today, "note": "送回执"})
    picture = SimpleUploadedFile("现场.png", photo().read(), content_type="image/png")
    assert client.post(page, {"act": "photo", "photos": picture}).status_code == 302
    assert AgentVisit.objects.filter(kind="went").count() == 1
    assert item.events.filter(visibility="author", words__contains="归交通局管").exists()
    assert item.attachments.count() == 2


def test_what_the_author_filed_alone_is_taken_over_with_number_and_code_only(city: World) -> None:
    receipt = w.submit(city, at=timezone.now())
    client = agent(city)
    values = {
        "case_no": receipt.suggestion.case_no, "query_code": "AAAA3333", "told_rules": "on",
        "ends_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
    }  # fmt: skip
    assert client.post(reverse("agent:take"), values).status_code == 422
    done = client.post(reverse("agent:take"), {**values, "query_code": receipt.query_code})
    assert done.status_code == 302
    assert client.get(done["Location"]).status_code == 200
    assert AgentMandate.objects.get().proof == "query_code"


def test_the_home_page_costs_the_same_number_of_queries_however_many_people_there_are(
    city: World, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = agent(city)
    entered(city, at=timezone.now())
    entered(city, at=timezone.now(), signed=False)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(reverse("agent:home")).status_code == 200
        return len(queries)

    few = count()
    for _ in range(4):
        entered(city, at=timezone.now())
        entered(city, at=timezone.now(), signed=False)
    assert count() == few


def test_the_desk_shows_the_mandate_and_a_clerk_takes_it_back_by_telephone(city: World) -> None:
    made = entered(city, at=timezone.now())
    item = made.receipt.suggestion
    clerk = agent(city, "intake_clerk")
    page = clerk.get(reverse("desk:item", args=[item.case_no])).content.decode()
    assert "本人来电撤回委托" in page
    address = reverse("desk:mandate_revoke", args=[item.case_no, made.mandate.pk])
    assert clerk.post(address, {"reason": ""}).status_code == 422
    assert clerk.post(address, {"reason": "本人来电，核对了查询码"}).status_code == 302
    made.mandate.refresh_from_db()
    assert made.mandate.status == "revoked"
    publisher = agent(city, "publisher")
    assert publisher.post(address, {"reason": "试试"}).status_code in (403, 404)


def test_the_supervisor_sees_the_network_with_its_figures(city: World) -> None:
    entered(city, at=timezone.now())
    page = agent(city, "supervisor").get(reverse("desk:agents"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "最多访一次" in text
    assert "东城社区群众工作之家" in text
    assert agent(city, "publisher").get(reverse("desk:agents")).status_code == 403


def test_a_mandate_code_reaches_the_authors_phone_and_no_page(city: World) -> None:
    made = entered(city, at=timezone.now(), signed=False)
    client = agent(city)
    page = reverse("agent:confirm", args=[made.mandate.pk])
    right = sent_digits("mandate")
    assert right not in client.get(page).content.decode()
    assert client.post(page, {"act": "send"}).status_code == 422, "one a minute"
    assert agent(city, Role.AGENT_L2).get(page).status_code == 404
    assert client.post(page, {"act": "code", "code": right}).status_code == 302
    outbox.deliver(now=timezone.now() + timedelta(minutes=1))
    assert Delivery.objects.filter(code="author.mandate").exists()
    assert mandates.living(
        made.receipt.suggestion, city.users[Role.AGENT_L1].pk, timezone.localdate()
    )
