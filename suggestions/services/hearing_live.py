"""What the public gets of a hearing besides announcement and result: what is said while it is held, and papers to take home.

Process.md 6.1; AD 16, 17. A closed hearing has neither.
"""

import secrets
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction

from suggestions import content, uploads
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid
from suggestions.insight import redaction
from suggestions.models import Hearing, HearingNote, HearingPaper
from suggestions.services import hearings, records
from suggestions.services.again import again
from suggestions.services.attachments import STORAGE
from suggestions.services.wording import Words, cleaned
from suggestions.states.hearing import Hearing as State

PAPERS_MAX = 10
_OVER = (State.PUBLISHED, State.CANCELLED)


def can_note(hearing: Hearing, at: datetime) -> bool:
    """Whether it is going on: on its day, or registered as held and its record not signed yet; never behind closed doors."""
    today = hearing.status == State.CONFIRMED and hearing.on == local_date(at)
    return not hearing.is_closed and (today or hearing.status == State.HELD)


def say(*, hearing: Hearing, side: str, text: str, actor: Actor, at: datetime) -> HearingNote:
    """Put down what was just said; the public reads it on its next request.

    `side` is one of the hearing's sides, or "" for chair, organiser and experts. Raises Invalid (words missing, personal
    data), DomainError (not going on), NotAllowed (another hearing's chair).
    """
    hearings.chairs(hearing, actor)
    held = cleaned({"text": Words("要点", 300, multiline=False)}, {"text": text})
    if side and side not in {s["name"] for s in hearing.sides}:
        raise Invalid({"side": ["请选一个界别，或者不选。"]})
    sure = [s for s in redaction.find_spans(held["text"]) if s.certain]
    if sure:
        raise Invalid({"text": [f"里面有{sure[0].kind}，这里马上公开，请换个写法。"]})
    if not can_note(hearing, at):
        raise DomainError("现场要点在听证会当天记，笔录签字以后不能再记。不公开举行的不记。")

    def write() -> HearingNote:
        with transaction.atomic():
            records.note(hearing, "hearing_said", actor=actor, at=at, words="记下现场要点", data={"side": side})  # fmt: skip
            return HearingNote.objects.create(hearing=hearing, side=side, said_at=at, **held)

    note = again(hearing, write)
    content.bump_after_commit()
    return note


def strike(*, note: HearingNote, reason: str, actor: Actor, at: datetime) -> None:
    """Take back a note: its words leave the page, the line and the reason stay. Raises Invalid, DomainError (struck before)."""
    hearings.chairs(note.hearing, actor)
    held = cleaned(
        {"struck_reason": Words("划去的理由", 100, multiline=False)}, {"struck_reason": reason}
    )
    with transaction.atomic():
        changed = HearingNote.objects.filter(pk=note.pk, struck_at=None).update(struck_at=at, **held)  # fmt: skip
        if not changed:
            raise DomainError("这一条已经划去了。")
        records.note(note.hearing, "hearing_struck", actor=actor, at=at, words="划去一条现场要点", data={"note": note.pk})  # fmt: skip
        content.bump_after_commit()


def add_paper(
    *, hearing: Hearing, name: str, file: uploads.NamedFile, actor: Actor, at: datetime
) -> HearingPaper:
    """Put a paper on the hearing's page. The file is checked and cleaned as residents' files are.

    Raises Invalid (name missing or with personal data, file refused), DomainError (closed, over, too many).
    """
    held = cleaned({"name": Words("名称", 80, multiline=False)}, {"name": name})
    if hearing.is_closed or hearing.status in _OVER:
        raise DomainError("不公开举行、已经取消或者公布了结果的听证会，不再放材料。")
    if hearing.public_papers.filter(removed_at=None).count() >= PAPERS_MAX:
        raise DomainError(f"最多放{PAPERS_MAX}份材料，请合并几份再放。")
    if any(s.certain for s in redaction.find_spans(held["name"])):
        raise Invalid({"name": ["名称里有个人信息，这里马上公开，请换个写法。"]})
    try:
        clean = uploads.clean_upload(file)
    except uploads.UploadRefused as refused:
        raise Invalid({"file": [refused.message_zh]}) from refused
    stored = f"{secrets.token_hex(2)}/{secrets.token_hex(20)}.{clean.extension}"
    kept_as = storages[STORAGE].save(stored, ContentFile(clean.content))
    with transaction.atomic():
        paper = HearingPaper.objects.create(
            hearing=hearing, token=secrets.token_urlsafe(24), storage_name=kept_as, content_type=clean.content_type,
            size=len(clean.content), sha256=clean.sha256, added_at=at, **held,
        )  # fmt: skip
        records.note(
            hearing, "hearing_paper", actor=actor, at=at, words=f"公开听证材料：{held['name']}",
            data={"paper": paper.pk, "sha256": clean.sha256},
        )  # fmt: skip
        content.bump_after_commit()
    return paper


def remove_paper(*, paper: HearingPaper, reason: str, actor: Actor, at: datetime) -> None:
    """Take a paper off the page, with the reason. The file stays with the record until that goes."""
    held = cleaned({"reason": Words("撤下的理由", 200, multiline=False)}, {"reason": reason})
    with transaction.atomic():
        if not HearingPaper.objects.filter(pk=paper.pk, removed_at=None).update(removed_at=at):
            raise DomainError("这份材料已经撤下了。")
        records.note(
            paper.hearing, "hearing_paper_off", actor=actor, at=at, words=f"撤下听证材料：{paper.name}",
            reason=held["reason"], data={"paper": paper.pk},
        )  # fmt: skip
        content.bump_after_commit()
