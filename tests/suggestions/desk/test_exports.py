"""A list as a file: within what its asker may read, without a trace of who wrote, safe to open, gone after a week."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from suggestions import outbox
from suggestions.errors import DomainError
from suggestions.models import ExportJob, RecordEvent, StaffRole
from suggestions.services import exports
from suggestions.states.export import Export
from tests import world as w
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=900)


def asked(city: World, who: str, format: str = "csv", query: str = "state=all") -> ExportJob:
    job = exports.ask(user=city.users[who], query=query, format=format, at=MONDAY)
    exports.write(job, at=MONDAY)
    job.refresh_from_db()
    return job


def rows_of(job: ExportJob) -> list[list[str]]:
    assert job.status == Export.READY
    with storages["attachments"].open(job.storage_name) as file:
        if job.format == "csv":
            return list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"))))
        sheet = load_workbook(io.BytesIO(file.read())).active
        return [[str(c or "") for c in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_file_names_no_author_and_holds_no_formula(city: World, format: str) -> None:
    w.submit(city, title="=HYPERLINK(1)请加一张长椅")
    w.submit(city, title="请打13900001234联系我加长椅", name="林小满")
    job = asked(city, "triage_officer", format)
    rows = rows_of(job)
    text = str(rows)
    assert len(rows) == 3
    for hidden in ("林小满", "19900001234", "13900001234"):
        assert hidden not in text
    assert rows[1][1].startswith("'=")
    assert (job.total, job.done, job.percent) == (2, 2, 100)


def test_a_units_file_holds_its_own_items_only_and_the_offices_all(city: World) -> None:
    mine = w.accept(city, w.submit(city, title="公交站加一张长椅").suggestion, at=MONDAY)
    w.dispatch(city, mine, at=MONDAY)
    w.submit(city, title="不归这个单位的一件")
    assert len(rows_of(asked(city, "triage_officer"))) == 3
    assert [r[0] for r in rows_of(asked(city, "handler:bus"))[1:]] == [mine.case_no]
    assert len(rows_of(asked(city, "handler:water"))) == 1
    with pytest.raises(DomainError):
        exports.ask(user=city.users["editor"], query="", format="csv", at=MONDAY)


def test_who_lost_the_role_before_it_was_written_gets_nothing_of_it(city: World) -> None:
    w.submit(city)
    job = exports.ask(user=city.users["triage_officer"], query="state=all", format="csv", at=MONDAY)
    StaffRole.objects.filter(user=city.users["triage_officer"]).delete()
    exports.write(job, at=MONDAY)
    job.refresh_from_db()
    assert len(rows_of(job)) == 1


def test_asking_twice_is_one_file_and_a_fourth_waits(city: World) -> None:
    user = city.users["triage_officer"]
    first = exports.ask(user=user, query="state=all", format="csv", at=MONDAY)
    assert exports.ask(user=user, query="state=all", format="csv", at=MONDAY).pk == first.pk
    exports.ask(user=user, query="state=open", format="csv", at=MONDAY)
    exports.ask(user=user, query="state=done", format="csv", at=MONDAY)
    with pytest.raises(DomainError, match="请等写好"):
        exports.ask(user=user, query="state=ended", format="csv", at=MONDAY)


def test_asked_on_the_page_written_in_the_background_fetched_and_each_step_is_an_event(
    city: World,
) -> None:
    w.submit(city)
    client = sign_in(city, "triage_officer")
    answer = client.post(reverse("desk:exports"), {"queue": "state=triage", "format": "csv"})
    job = ExportJob.objects.get()
    page = client.get(answer["Location"])
    assert page["Refresh"]
    assert parsed(page).find("progress")
    outbox.deliver(now=LATER)
    done = client.get(answer["Location"])
    assert "写好了，共1件" in main_text(done)
    assert "Refresh" not in done
    address = reverse("desk:export_file", args=[job.pk])
    assert client.get(address).status_code == 302
    fetched = client.post(address)
    assert "attachment" in fetched["Content-Disposition"]
    assert b"".join(fetched.streaming_content).startswith(b"\xef\xbb\xbf")
    names = list(RecordEvent.objects.filter(machine="export").values_list("name", flat=True))
    assert names == ["export_ask", "export_finish", "export_fetched"]
    for who in ("triage_officer_2", "supervisor", "handler:bus"):
        other = sign_in(city, who)
        assert other.get(answer["Location"]).status_code == 404
        assert other.post(address).status_code == 404


def test_after_seven_days_the_file_is_gone_and_the_page_says_so(city: World) -> None:
    w.submit(city)
    job = asked(city, "triage_officer")
    name = job.storage_name
    assert exports.forget(now=MONDAY + timedelta(days=6, hours=23)) == 0
    assert exports.forget(now=MONDAY + timedelta(days=9)) == 1
    assert exports.forget(now=MONDAY + timedelta(days=9)) == 0
    assert not storages["attachments"].exists(name)
    expired = RecordEvent.objects.get(name="export_expire")
    assert expired.at == MONDAY + timedelta(days=7)
    client = sign_in(city, "triage_officer")
    answer = client.post(reverse("desk:export_file", args=[job.pk]))
    assert answer.status_code == 410
    assert "再导一次" in main_text(answer)


def test_a_file_costs_the_same_queries_for_one_item_as_for_many(city: World) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            asked(city, "triage_officer")
        return len(queries)

    w.submit(city)
    cost()
    few = cost()
    for n in range(12):
        w.submit(city, title=f"公交站加一张长椅{n}")
    assert cost() == few
