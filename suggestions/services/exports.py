"""A list written to a file in the background: asked for, written row by row, fetched by its asker, gone after seven days.

What is in it is what the asker may read at the moment of writing, and not who made a suggestion: no name, number or
address is a column, and titles are masked, save in a list that two others gave leave for (services/named_exports). Each
step is an event of the job's own chain (PIPL 51, 54).
"""

import csv
import hashlib
import io
import re
import secrets
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import IO, Any

import structlog
from django.contrib.auth import get_user_model
from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from suggestions import access, outbox
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, local_date
from suggestions.errors import ChangedMeanwhile, DomainError
from suggestions.insight import redaction
from suggestions.models import CampaignAnswer, ExportJob, Suggestion
from suggestions.roles import UNIT_ROLES
from suggestions.selectors import queues
from suggestions.services import erasure, given_out, named_exports, records
from suggestions.services.attachments import STORAGE
from suggestions.states.export import EXPORTERS, Export

KIND = "export"
KEPT_DAYS = 7
WAITING_LIMIT = 3
_CHUNK = 500
_BLOCK = 1 << 20
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
log = structlog.get_logger(__name__)

COLUMNS: tuple[tuple[str, Callable[[Suggestion], Any]], ...] = (
    ("编号", lambda s: s.case_no),
    ("标题（已遮盖个人信息）", lambda s: _masked(s.original_title)),
    ("状态", lambda s: s.get_status_display()),
    ("类别", lambda s: s.get_category_display()),
    ("主题", lambda s: s.topic.name if s.topic else ""),
    ("区划", lambda s: s.district.name if s.district else ""),
    ("渠道", lambda s: s.get_channel_display()),
    ("紧急程度", lambda s: s.get_urgency_display()),
    ("主办单位", lambda s: s.lead_unit.short_name if s.lead_unit else ""),
    ("收到", lambda s: f"{s.received_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"),
    ("当前期限", lambda s: s.due_on.isoformat() if s.due_on else ""),
    ("公开", lambda s: s.get_publication_display()),
    ("总体评价", lambda s: s.get_overall_display() if s.overall else ""),
)
"""Heading and value of each column. Nothing that says who the author is."""
Columns = list[tuple[str, Callable[[Suggestion], Any]]]


def columns(job: ExportJob) -> Columns:
    """The columns of a job: for a list of one campaign also the answers to the campaign's own questions, masked; with
    leave, who made each suggestion.
    """
    basic: Columns = [*COLUMNS, *(named_exports.COLUMNS if job.grant_id is not None else ())]
    asked = QueryDict(job.query).get("campaign", "")
    if not asked.isdecimal() or len(asked) > 12:
        return basic
    found = CampaignAnswer.objects.filter(suggestion__campaign_id=int(asked)).exclude(label="")
    labels = found.order_by("position", "label").values_list("label", flat=True)
    return [
        *basic,
        *((safe(label), partial(_answered, label)) for label in dict.fromkeys(labels)),
    ]


def _answered(label: str, item: Suggestion) -> str:
    return _masked("；".join(a.value for a in item.campaign_answers.all() if a.label == label))


def ask(
    *, user: Any, query: str, format: str, at: datetime, grant_id: int | None = None
) -> ExportJob:
    """Have a list written. Asked twice while the first waits, it is the first one. Raises DomainError (role, too many).

    `grant_id`: write it with names, by this leave; the list is then the one the leave names. Raises NotAllowed without it.
    """
    grant, role = None, next(iter(access.scope(user).holds(EXPORTERS)), None)
    if grant_id is not None:
        grant, role = named_exports.leave(user=user, grant_id=grant_id, at=at), named_exports.role_of(user)  # fmt: skip
        query = grant.export_query
    if role is None:
        raise DomainError("您的角色不能导出列表。")
    if format not in ExportJob.Format.values:
        raise DomainError("请选一种文件格式。")
    query = QueryDict(query[:800]).urlencode()[:800]
    waiting = ExportJob.objects.filter(user=user, status=Export.QUEUED)
    same = waiting.filter(query=query, format=format, grant=grant).first()
    if same is not None:
        return same
    if waiting.count() >= WAITING_LIMIT:
        raise DomainError(f"已有{WAITING_LIMIT}个导出正在写，请等写好后再导。")
    job = ExportJob(
        jurisdiction=role.jurisdiction, user=user, query=query, format=format, asked_at=at, grant=grant
    )  # fmt: skip
    actor = Actor.staff(user, role.role, role.unit)
    with transaction.atomic():
        records.begin(
            job, "export_ask", actor=actor, at=at, reason=grant.purpose if grant else "",
            data={"format": format, "query": query, "grant": grant.pk if grant else None},
        )  # fmt: skip
        if grant is not None:
            named_exports.note_use(job, grant, actor=actor, at=at)
        outbox.enqueue(KIND, {"export": job.pk}, key=f"export:{job.pk}")
    return job


def run(payload: dict[str, Any]) -> None:
    """Outbox handler: write the file of a job that still waits. What goes wrong is said to the asker, not retried."""
    job = ExportJob.objects.filter(pk=payload["export"], status=Export.QUEUED).first()
    if job is not None:
        write(job, at=timezone.now())


def write(job: ExportJob, *, at: datetime) -> ExportJob:
    """Write the file now, with the rights its asker has now. Memory does not grow with the rows."""
    user = get_user_model().objects.get(pk=job.user_id)
    name = ""
    try:
        if job.grant_id is not None:
            named_exports.leave(user=user, grant_id=job.grant_id, at=at)
        with tempfile.NamedTemporaryFile(suffix=f".{job.format}") as draft:
            shown = columns(job)
            headings = [heading for heading, _value in shown]
            written = _WRITERS[job.format](draft, headings, _rows(job, user, at, shown))
            draft.flush()
            digest, size = _digest(draft.name)
            with open(draft.name, "rb") as content:
                name = storages[STORAGE].save(
                    f"exports/{secrets.token_urlsafe(24)}.{job.format}", File(content)
                )
        records.move(
            job, "export_finish", actor=Actor.system(), at=at, data={"rows": written, "sha256": digest},
            fields={
                "storage_name": name, "sha256": digest, "size": size, "done": written, "total": written,
                "finished_at": at,
            },
        )  # fmt: skip
    except ChangedMeanwhile:
        # Another worker wrote it too and was first.
        storages[STORAGE].delete(name)
        job.refresh_from_db()
    except Exception as error:
        log.exception("export_failed", export=job.pk, error=type(error).__name__)
        if name:
            storages[STORAGE].delete(name)
        job.refresh_from_db()
        if job.status == Export.QUEUED:
            records.move(
                job, "export_fail", actor=Actor.system(), at=at, fields={"finished_at": at}
            )
    return job


def _rows(job: ExportJob, user: Any, at: datetime, shown: Columns) -> Iterator[list[str]]:
    """All rows by key, a chunk at a time; the job's progress is written after each."""
    if job.grant_id is not None:
        rows = named_exports.rows(user, job.query, at)
    else:
        wanted = queues.filter_from(QueryDict(job.query))
        if all(r.role in UNIT_ROLES for r in access.scope(user).roles):
            # A unit may read some items masked only: searching their full text would tell what is masked.
            wanted = replace(wanted, q="")
        rows = queues.narrow(
            access.readable(user).filter(is_secret=False),
            wanted,
            today=local_date(at),
            user_pk=user.pk,
        )
    total, done, last = rows.order_by().count(), 0, 0
    ExportJob.objects.filter(pk=job.pk).update(total=total, done=0)
    while True:
        chunk = list(
            rows.filter(pk__gt=last)
            .select_related("topic", "district", "lead_unit", "author")
            .prefetch_related("campaign_answers")
            .order_by("pk")[:_CHUNK]
        )
        if job.grant_id is not None:
            named_exports.note_reads(chunk, job, user=user, at=at)
        for item in chunk:
            yield [safe(str(value(item))) for _heading, value in shown]
        if len(chunk) < _CHUNK:
            return
        last, done = chunk[-1].pk, done + len(chunk)
        ExportJob.objects.filter(pk=job.pk).update(done=min(done, total))


def safe(cell: str) -> str:
    """A cell no office program takes for a formula, without control characters."""
    cell = _CONTROL.sub("", cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def _masked(title: str) -> str:
    return redaction.mask(title, redaction.find_spans(title))


def _write_csv(file: IO[bytes], headings: list[str], rows: Iterator[list[str]]) -> int:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer, count = csv.writer(text), 0
    writer.writerow(headings)
    for row in rows:
        writer.writerow(row)
        count += 1
    text.flush()
    text.detach()
    return count


def _write_xlsx(file: IO[bytes], headings: list[str], rows: Iterator[list[str]]) -> int:
    from openpyxl import Workbook  # type: ignore[import-untyped]

    book = Workbook(write_only=True)
    sheet = book.create_sheet("建议列表")
    sheet.append(headings)
    count = 0
    for row in rows:
        sheet.append(row)
        count += 1
    book.save(file)
    return count


_WRITERS: dict[str, Callable[[IO[bytes], list[str], Iterator[list[str]]], int]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
}


def _digest(path: str) -> tuple[str, int]:
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return digest, file.tell()


def fetch(*, job: ExportJob, actor: Actor, at: datetime) -> IO[bytes]:
    """The file, for its asker; each fetching is an event, and one that names authors stands in the register of data given
    out. Raises DomainError when there is none (any more), NotAllowed when
    it names authors and the leave is over.
    """
    if job.grant_id is not None:
        named_exports.leave(user=actor.user, grant_id=job.grant_id, at=at)
    if job.status != Export.READY:
        raise DomainError("文件还没有写好，或者已经到期删除。需要的话请再导一次。")
    try:
        file: IO[bytes] = storages[STORAGE].open(job.storage_name)
    except FileNotFoundError as error:
        raise DomainError("文件找不到了，请再导一次。") from error
    with transaction.atomic():
        records.note(job, "export_fetched", actor=actor, at=at, words="下载了文件")
        if job.grant_id is not None:
            named = [heading for heading, _value in named_exports.COLUMNS]
            given_out.from_export(job=job, headings=named, actor=actor, at=at)
    return file


def forget(*, now: datetime) -> int:
    """Sweep: files go after seven days, those with names when their leave ends, stamped with that moment; jobs nobody
    wrote within a day have failed.
    """
    done = 0
    term = timedelta(days=KEPT_DAYS)
    ready = ExportJob.objects.filter(status=Export.READY)
    for job in ready.filter(grant__valid_until__lte=now).select_related("grant")[:500]:
        _drop(job, "export_leave_over", job.grant.valid_until or now if job.grant else now)
        done += 1
    for job in ready.filter(finished_at__lte=now - term)[:500]:
        _drop(job, "export_expire", (job.finished_at or now) + term)
        done += 1
    for job in ExportJob.objects.filter(
        status=Export.QUEUED, asked_at__lte=now - timedelta(days=1)
    ):
        records.move(job, "export_fail", actor=Actor.system(), at=now, fields={"finished_at": now})
        done += 1
    return done


def _drop(job: ExportJob, row: str, at: datetime) -> None:
    name = job.storage_name
    records.move(job, row, actor=Actor.system(), at=at, fields={"storage_name": ""})
    storages[STORAGE].delete(name)


def forget_case(suggestion: Suggestion) -> int:
    """Delete every finished file that lists a case which is being erased; returns how many. Its asker exports anew.

    Only files written since the case came in are read, and those live seven days. Two queries, and a pass over each file.
    """
    done = 0
    held = ExportJob.objects.filter(status=Export.READY, finished_at__gte=suggestion.received_at)
    for job in held:
        name = job.storage_name
        if not _lists(name, suggestion.case_no):
            continue
        records.move(
            job, "export_withdraw", actor=Actor.system(), at=timezone.now(), fields={"storage_name": ""}
        )  # fmt: skip
        transaction.on_commit(partial(storages[STORAGE].delete, name))
        done += 1
    return done


def _lists(name: str, case_no: str) -> bool:
    """Whether the file names the case. A file that cannot be read is taken to: it is of no use to anybody."""
    wanted = case_no.encode()
    try:
        with storages[STORAGE].open(name) as file:
            if not name.endswith(".xlsx"):
                return _holds(file, wanted)
            with zipfile.ZipFile(file) as book:
                for part in book.namelist():
                    with book.open(part) as member:
                        if _holds(member, wanted):
                            return True
                return False
    except (OSError, zipfile.BadZipFile):
        return True


def _holds(file: IO[bytes], wanted: bytes) -> bool:
    """Whether the bytes occur, read in blocks that overlap by what could be cut in two."""
    tail = b""
    while block := file.read(_BLOCK):
        if wanted in tail + block:
            return True
        tail = block[-len(wanted) :]
    return False


def register() -> None:
    """Let the outbox's rows and erasures reach this module (called once at start)."""
    outbox.register(KIND, run)
    erasure.register("exports", forget_case)
