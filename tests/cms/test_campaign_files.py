"""What people said to a campaign, as CSV: masked, safe in a spreadsheet, for who runs it, and written down when fetched."""

import csv
import io
from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import PageLogEntry

from cms.models import CampaignPage
from suggestions.campaign_form import Answer
from suggestions.services import polling
from tests import world as w
from tests.cms.conftest import Make
from tests.cms.test_polls import SURVEY
from tests.suggestions.desk.cast import main_text, sign_in
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(city: World, campaign: Make) -> CampaignPage:
    """Hosted by the water bureau: one voice with words, one item with answers, one report of misconduct with some."""
    made = CampaignPage.objects.get(pk=campaign(polls=[("survey", SURVEY)]).pk)
    for n, words in enumerate(("=1+1，请打13912345678", "桌子低一点")):
        polling.give(
            campaign=made, poll=made.poll_specs()[0], phone=f"1990000300{n}", idempotency_key=f"{n}", at=timezone.now(),
            answers={"一周去几回？": ["一两回"], "哪里该改？": [words]},
        )  # fmt: skip
    for label, category in (("=您住几楼", "suggestion"), ("举报谁", "report_misconduct")):
        item = w.submit(
            city, campaign=made, at=timezone.now(), answers=(Answer(label, "line", "@3楼，电话13912345678"),)
        ).suggestion  # fmt: skip
        type(item).objects.filter(pk=item.pk).update(category=category)
    return made


def rows(response: Any) -> list[list[str]]:
    body = b"".join(response.streaming_content).decode()
    assert body.startswith("\ufeff")
    return list(csv.reader(io.StringIO(body[1:])))


@pytest.mark.parametrize("who", ["editor", "triage_officer", "supervisor", "handler:water"])
def test_who_runs_a_campaign_fetches_what_was_said_masked_and_safe_and_it_is_written_down(
    city: World, page: CampaignPage, who: str
) -> None:
    ours, base = sign_in(city, who), f"/admin/desk/campaigns/{page.pk}/files"
    words = rows(ours.post(f"{base}/words/"))
    assert [r[1] for r in words[1:]] == ["哪里该改？"] * 2
    assert {r[2] for r in words[1:]} == {"'=1+1，请打【已遮盖：手机号】", "桌子低一点"}
    answers = rows(ours.post(f"{base}/answers/"))
    assert answers[0][2] == "'=您住几楼"
    assert len(answers) == 2
    assert answers[1][2].startswith("'@3楼")
    assert "13912345678" not in str([*words, *answers])
    logged = PageLogEntry.objects.filter(page=page.pk, action="jianyan.campaign_export")
    assert [e.user for e in logged] == [city.users[who]] * 2
    assert "征集问题的回答" in str(logged.first().formatter.format_message(logged.first()))


@pytest.mark.parametrize("who", ["handler:bus", "publisher", "leader", "analyst"])
def test_nobody_else_fetches_them_and_no_link_leads_there_by_itself(
    city: World, page: CampaignPage, who: str
) -> None:
    base = f"/admin/desk/campaigns/{page.pk}/files"
    assert sign_in(city, who).post(f"{base}/words/").status_code in (403, 404)
    ours = sign_in(city, "editor")
    assert ours.get(f"{base}/words/").status_code == 302
    assert ours.post(f"{base}/nonsense/").status_code == 404
    assert not PageLogEntry.objects.filter(action="jianyan.campaign_export").exists()


def test_the_report_at_work_offers_the_files_that_have_lines(
    city: World, page: CampaignPage, campaign: Make
) -> None:
    browser = sign_in(city, "editor")
    assert "问卷里写的话（2行，CSV）" in main_text(browser.get(f"/admin/desk/campaigns/{page.pk}/report/"))  # fmt: skip
    empty = campaign(title="另一次征集")
    assert "CSV" not in main_text(browser.get(f"/admin/desk/campaigns/{empty.pk}/report/"))
