"""Every table from which keys lead to a case: after erasure no word of the author is left in any of them."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, models, transaction
from django.test import Client
from django.utils import timezone

from search import indexing
from search.engine import Query, get_engine
from suggestions import outbox
from suggestions.codes import ErasureBasis
from suggestions.crypto import EncryptedTextField
from suggestions.models import (
    ArchivePackage,
    AwardPayment,
    CaseEvent,
    ExportJob,
    Nomination,
    Suggestion,
)
from suggestions.services import archiving, chain, erasure, erasure_plan, exports, records
from suggestions.services.attachments import STORAGE
from tests import world as w
from tests.suggestions.privacy.test_erasure import holds_mark
from tests.world import MONDAY, World

MARK = "梧桐雨巷七号"
END = MONDAY + timedelta(days=3800)
OURS = ("suggestions", "notices")


def reachable() -> list[type[models.Model]]:
    """Tables with a foreign key to the case, or to a table that has one, in the order of their distance. Asked of the
    case's side, so that it finds what the code's own look from the other side might miss.
    """
    found: list[type[models.Model]] = []
    edge: list[type[models.Model]] = [Suggestion]
    while edge:
        following = []
        for model in edge:
            for relation in model._meta.related_objects:
                other = relation.related_model
                if relation.many_to_many or other is Suggestion or other in found:
                    continue
                if other._meta.app_label in OURS and model not in erasure_plan._NOT_THROUGH:
                    found.append(other)
                    following.append(other)
        edge = following
    return found


def test_every_table_that_belongs_to_a_case_is_emptied_or_kept_for_a_reason_that_is_written_down() -> (
    None
):
    named = {m._meta.model_name for m in erasure_plan.tables()} | set(erasure_plan.KEPT_TABLES)
    missed = {m._meta.model_name for m in reachable()} - named
    assert not missed
    assert all(erasure_plan.KEPT_TABLES.values())


def test_every_column_that_takes_words_is_emptied() -> None:
    for model in erasure_plan.tables():
        emptied = set(erasure_plan.changes(model))
        for field in model._meta.fields:
            wordy = isinstance(field, models.TextField) or (
                isinstance(field, models.CharField)
                and not (field.choices or field.unique or field.name in erasure_plan.CODES)
            )
            if wordy and (model._meta.model_name, field.name) not in LEFT:
                assert field.name in emptied, f"{model.__name__}.{field.name}"


LEFT = {("rightsrequest", "answer"), ("identityaccesslog", "fields")}
"""What we answered to the request for erasure is read by its author afterwards; which fields were read is a list of names."""


class Filler:
    """Makes a row of any table that belongs to one case, and writes the mark into every column that takes words."""

    def __init__(self, city: World, item: Suggestion) -> None:
        self.city, self.item = city, item
        self.made: dict[type[models.Model], models.Model] = {Suggestion: item}

    def row(self, model: type[models.Model]) -> models.Model:
        if model in self.made:
            return self.made[model]
        found = model._default_manager.order_by("pk").first()
        if found is None:
            found = model(**{f.attname: v for f, v in self.values(model)})
            with transaction.atomic():
                models.Model.save_base(found, raw=True, force_insert=True)
        self.made[model] = found
        return found

    def values(self, model: type[models.Model]) -> Iterator[tuple[Any, Any]]:
        over = SPECIAL.get(model._meta.model_name or "", {})
        for field in model._meta.fields:
            if field.name in over:
                given = over[field.name]
                yield field, self.city.users["supervisor"].pk if given == "user" else given
            elif field.is_relation:
                target = field.related_model
                ours = target is Suggestion or target in reachable()
                if target is not model and (not field.null or (ours and field.name != "draft")):
                    yield field, self.row(target).pk
            elif not field.has_default() and not field.null and not field.primary_key:
                yield field, self.value(field)

    def value(self, field: Any) -> Any:
        if isinstance(field, models.BooleanField):
            return False
        if isinstance(field, models.JSONField):
            return []
        if isinstance(field, models.CharField):
            if field.blank:
                return ""
            if field.choices:
                return field.flatchoices[0][0]
            return uuid.uuid4().hex[: field.max_length]
        if isinstance(field, models.TextField):
            return "别的话"
        if isinstance(field, models.DateTimeField):
            return MONDAY
        if isinstance(field, models.DateField):
            return date(2026, 11, 3)
        if isinstance(field, models.TimeField):
            return MONDAY.time()
        if isinstance(field, models.DecimalField):
            return Decimal(1)
        return 1

    def mark(self, model: type[models.Model]) -> None:
        """Write the mark into each column that takes words, as far as the table lets us."""
        row = self.row(model)
        for field in model._meta.fields:
            if (model._meta.model_name, field.name) in LEFT:
                continue
            free = isinstance(field, models.CharField) and erasure_plan.is_free(field)
            if isinstance(field, models.JSONField):
                value: Any = (
                    [MARK] if isinstance(getattr(row, field.attname), list) else {"x": MARK}
                )
            elif isinstance(field, EncryptedTextField | models.TextField) or free:
                value = MARK[: field.max_length]
            else:
                continue
            try:
                with transaction.atomic():
                    model._default_manager.filter(pk=row.pk).update(**{field.name: value})
            except IntegrityError:
                continue


SPECIAL: dict[str, dict[str, Any]] = {
    "nomination": {"name_consent_at": MONDAY},
    "agentrelay": {"from_level": 1, "to_level": 2},
    "extension": {"new_due_on": date(2026, 12, 3)},
    "studyopinion": {"is_expert": True},
    "juryscore": {"novelty": 1, "feasibility": 1, "benefit": 1, "comment": MARK},
    "pendingdecision": {"kind": "refuse", "reason": "advertising"},
    "supervisionstep": {"answered_at": MONDAY, "answered_by": "user"},
}
"""What a table's own constraints want of a row."""
UNMARKED = set(erasure_plan.KEPT_TABLES) - {
    "suggestion",
    "attachment",
    "submissiondraft",
    "triagehint",
    "awardpayment",
}


@pytest.fixture
def closed(city: World) -> Suggestion:
    found, _ = w.answered(
        city, title=f"{MARK}的灯", problem=f"{MARK}门口的路灯坏了，晚上看不见路。", name=MARK
    )
    w.rate(found, at=MONDAY + timedelta(days=11))
    return Suggestion.objects.select_related("jurisdiction", "author").get(pk=found.pk)


def erase(item: Suggestion, at: Any = END) -> None:
    erasure.erase(suggestion=item, basis=ErasureBasis.EXPIRED, actor=erasure.Actor.system(), at=at)


@pytest.mark.django_db
def test_after_erasure_no_table_that_belongs_to_the_case_holds_a_word_of_the_author(
    city: World, closed: Suggestion, django_capture_on_commit_callbacks: Any
) -> None:
    filler = Filler(city, closed)
    marked = [
        m for m in reachable() if m._meta.model_name not in UNMARKED and erasure_plan.changes(m)
    ]
    failed = []
    for model in marked:
        try:
            filler.mark(model)
        except IntegrityError as error:
            failed.append(f"{model.__name__}: {error}")
    assert not failed
    assert len(holds_mark()) >= len(marked) - 8
    closed.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        erase(closed)
    assert holds_mark() == []
    assert list(chain.verify()) == []


@pytest.mark.django_db
def test_rows_that_must_say_something_and_rows_that_may_be_empty_are_erased_together(
    city: World, closed: Suggestion
) -> None:
    filler = Filler(city, closed)
    step: Any = filler.row(next(m for m in reachable() if m.__name__ == "SupervisionStep"))
    step.answer = MARK
    step.save()
    step.pk, step.number, step.answer, step.answered_at, step.answered_by = None, 99, "", None, None
    step._state.adding = True
    step.save()
    closed.refresh_from_db()
    erase(closed)
    answers = type(step)._default_manager.order_by("number").values_list("answer", flat=True)
    assert list(answers) == [erasure_plan.GONE, ""]


@pytest.mark.django_db
def test_payment_data_go_with_the_case_unless_the_accounting_term_keeps_them_apart(
    city: World, closed: Suggestion
) -> None:
    payment: Any = Filler(city, closed).row(AwardPayment)
    closed.refresh_from_db()
    AwardPayment.objects.filter(pk=payment.pk).update(
        paid_on=END.date(), delete_on=date(2047, 12, 31)
    )
    duty = erasure.archive_duty(closed, at=END)
    assert "付款凭证" in duty
    assert "2047年12月31日" in duty
    erase(closed)
    assert AwardPayment.objects.filter(pk=payment.pk).exists()
    AwardPayment.objects.filter(pk=payment.pk).update(delete_on=END.date() - timedelta(days=1))
    erasure.Erasure.objects.filter(suggestion=closed).update(kind="restricted")
    erase(Suggestion.objects.get(pk=closed.pk))
    assert not AwardPayment.objects.exists()


@pytest.mark.django_db
def test_an_act_on_a_nomination_belongs_to_its_case_so_that_its_words_can_be_erased(
    city: World, closed: Suggestion
) -> None:
    held: Any = Filler(city, closed).row(Nomination)
    records.note(
        held, "award_remark", actor=city.actor("triage_officer"), at=MONDAY, words="问过本人", reason=MARK
    )  # fmt: skip
    closed.refresh_from_db()
    erase(closed)
    assert holds_mark() == []
    assert list(chain.verify()) == []


@pytest.fixture
def files(settings: Any, tmp_path: Any) -> None:
    kept = {**settings.STORAGES[STORAGE], "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, STORAGE: kept}
    storages._storages.clear()


def all_bytes(root: Any) -> bytes:
    return b"".join(p.read_bytes() for p in root.rglob("*") if p.is_file())


@pytest.mark.django_db
@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_an_export_that_lists_an_erased_case_is_deleted_and_others_stay(
    city: World,
    closed: Suggestion,
    files: None,
    format: str,
    django_capture_on_commit_callbacks: Any,
) -> None:
    other, _ = w.answered(city, title="人民路公交站加一张长椅", published=False)
    officer = city.users["triage_officer"]
    jobs = [
        exports.ask(
            user=officer, query=f"state=all&q={no}", format=format, at=MONDAY + timedelta(days=20)
        )
        for no in (closed.case_no, other.case_no)
    ]
    for job in jobs:
        exports.write(job, at=MONDAY + timedelta(days=20))
        job.refresh_from_db()
        assert (job.status, job.total) == ("ready", 1)
    gone, stays = (job.storage_name for job in jobs)
    with django_capture_on_commit_callbacks(execute=True):
        erase(closed)
    assert not storages[STORAGE].exists(gone)
    assert storages[STORAGE].exists(stays)
    states = dict(ExportJob.objects.values_list("pk", "status"))
    assert [states[job.pk] for job in jobs] == ["expired", "ready"]
    assert list(chain.verify()) == []


@pytest.mark.django_db
def test_after_erasure_index_files_caches_feeds_and_package_hold_nothing(
    city: World, closed: Suggestion, files: None, own_index: None, tmp_path: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    archiving.archive(suggestion=closed, at=MONDAY + timedelta(days=120))
    indexing.rebuild()
    client, addresses = Client(), (
        f"/suggestions/{closed.case_no}/", "/suggestions/", "/feeds/suggestions.atom", "/feeds/answers.atom",
        f"/search/?q={MARK}", "/suggestions/?format=csv", "/api/v1/suggestions",
    )  # fmt: skip
    closed.refresh_from_db()
    assert MARK in client.get(addresses[0]).content.decode().replace("<wbr>", "")
    for address in addresses:
        client.get(address)
    package = ArchivePackage.objects.get(suggestion=closed)
    with django_capture_on_commit_callbacks(execute=True):
        erase(closed)
        outbox.deliver(now=timezone.now() + timedelta(days=5000))
    outbox.deliver(now=timezone.now() + timedelta(days=5000))
    assert not storages[STORAGE].exists(package.storage_name)
    assert MARK.encode() not in all_bytes(tmp_path)
    assert get_engine().search(Query(text=MARK)).total == 0
    for address in addresses:
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
        said = body.decode().replace("<wbr>", "").replace(f'value="{MARK}"', "")
        assert f"{MARK}的灯" not in said, address
        assert f"{MARK}门口" not in said, address
    assert not CaseEvent.objects.filter(suggestion=closed, words__contains=MARK).exists()
