"""Requests about one's own data: received, identity checked, answered with reasons within K24 (PIPL 44 to 50).

Whoever proved to hold number and query code asks in their own name; a guardian or a relative of a deceased author is
checked by the privacy officer first, and K24 waits for them meanwhile.
"""

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from django.core.files.storage import storages
from django.db import transaction
from django.utils.translation import gettext as _

from suggestions import outbox, rules
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI
from suggestions.codes import ErasureBasis, RightsKind, RightsRelation, RightsResult, recorded
from suggestions.crypto import keyed_hash
from suggestions.errors import DomainError, Invalid
from suggestions.models import Author, CaseEvent, Erasure, RightsRequest, Suggestion
from suggestions.services import attachments, consent, erasure, records, tell, transitions
from suggestions.states import Rights, Visibility

WORDS_MAX, ANSWER_MIN, ANSWER_MAX = 1000, 6, 1000
CORRECTABLE = ("name", "phone", "email", "address")
BY_CODE = "编号和查询码"
FORMAT = "jianyan.personal-data/1"


def receive(
    *,
    suggestion: Suggestion,
    kind: str,
    actor: Actor,
    at: datetime,
    words: str = "",
    relation: str = RightsRelation.SELF,
    requester: str = "",
    correction: dict[str, str] | None = None,
    method: str = BY_CODE,
) -> RightsRequest:
    """Take a request in and start K24. Asked by the author with the query code, the identity is proved already, or by
    what `method` names.

    `requester` (name and telephone) is asked of guardians and relatives. Raises Invalid by field.
    """
    words, requester = rules.clean_text(words), rules.clean_text(requester, multiline=False)
    wanted = _correction(correction or {})
    _check(kind, relation, words, requester, wanted)
    if suggestion.rights_requests.filter(
        kind=kind, status__in=(Rights.RECEIVED, Rights.IDENTITY_CHECK, Rights.VERIFIED)
    ).exists():
        raise DomainError(_("同样的请求我们已经收到，正在办。办好了会告诉您。"))
    request = RightsRequest(
        suggestion=suggestion, jurisdiction=suggestion.jurisdiction, kind=kind, relation=relation, words=words,
        requester=requester, correction={},
    )  # fmt: skip
    if wanted:
        # Encrypted with the words: a corrected telephone is as personal as the first one.
        request.words = json.dumps({"words": words, "correction": wanted}, ensure_ascii=False)
    label = recorded(RightsKind(kind))
    with transaction.atomic():
        records.begin(
            request,
            "rights_receive",
            actor=actor,
            at=at,
            data={"kind": label},
            suggestion=suggestion,
        )
        _tell_case(suggestion, "rights_received", f"收到您的个人信息请求：{label}", actor, at)
        if relation == RightsRelation.SELF and actor.role == Actor.author().role:
            _verified(request, method, Actor.system(), at)
    return request


def _check(
    kind: str, relation: str, words: str, requester: str, correction: dict[str, str]
) -> None:
    errors: dict[str, list[str]] = {}
    if kind not in RightsKind.values:
        errors["kind"] = [_("请选要做什么。")]
    if relation not in RightsRelation.values:
        errors["relation"] = [_("请选您是谁。")]
    if len(words) > WORDS_MAX:
        errors["words"] = [rules.too_long(_("说明"), words, WORDS_MAX)]
    if relation != RightsRelation.SELF and not requester:
        errors["requester"] = [_("请写您的姓名和电话，我们要核实您的身份。")]
    if kind == RightsKind.CORRECT and not (correction or words):
        errors["words"] = [_("请写哪里不对，应当改成什么。")]
    if errors:
        raise Invalid(errors)


def _correction(asked: dict[str, str]) -> dict[str, str]:
    clean = {k: rules.clean_text(v, multiline=False) for k, v in asked.items() if k in CORRECTABLE}
    return {k: v for k, v in clean.items() if v}


def asked_words(request: RightsRequest) -> tuple[str, dict[str, str]]:
    """What the person wrote, and the contact data they want corrected."""
    try:
        held = json.loads(request.words)
    except ValueError:
        return request.words, {}
    if not isinstance(held, dict) or "correction" not in held:
        return request.words, {}
    return str(held.get("words", "")), dict(held["correction"])


def ask_identity(*, request: RightsRequest, actor: Actor, at: datetime) -> RightsRequest:
    """Ask the person to show who they are; K24 waits."""
    item = request.suggestion
    with transaction.atomic():
        records.move(request, "rights_ask_identity", actor=actor, at=at, suggestion=item)
        _tell_case(item, "rights_identity", "请请求人核实身份", actor, at)
    return request


def verify(*, request: RightsRequest, method: str, actor: Actor, at: datetime) -> RightsRequest:
    """The identity is checked, by `method` (what was looked at, not its number)."""
    method = rules.clean_text(method, multiline=False)[:40]
    if len(method) < 2:
        raise Invalid({"method": ["请写怎样核实的，例如“当面看过身份证和关系证明”。"]})
    with transaction.atomic():
        _verified(request, method, actor, at)
        _tell_case(request.suggestion, "rights_verified", "请求人的身份已经核实", actor, at)
    return request


def _verified(request: RightsRequest, method: str, actor: Actor, at: datetime) -> RightsRequest:
    records.move(
        request, "rights_verify", actor=actor, at=at, data={"method": method},
        fields={"identity_method": method}, suggestion=request.suggestion,
    )  # fmt: skip
    return request


def fulfil(
    *, request: RightsRequest, actor: Actor, at: datetime, answer: str = ""
) -> RightsRequest:
    """Do what was asked. A deletion against which an archive term stands becomes a seal, and the answer says why.

    Raises DomainError while the case to be deleted is open, WrongState before the identity is checked.
    """
    answer = rules.clean_text(answer)[:ANSWER_MAX]
    item = Suggestion.objects.select_related("jurisdiction", "author").get(pk=request.suggestion_id)
    with transaction.atomic():
        result, said = _carry_out(request, item, actor, at)
        _answered(
            request, "rights_fulfil", actor, at, result=result, answer=answer or said,
            data={"result": recorded(RightsResult(result))}, suggestion=item,
        )  # fmt: skip
    return request


def _carry_out(
    request: RightsRequest, item: Suggestion, actor: Actor, at: datetime
) -> tuple[str, str]:
    if request.status != Rights.VERIFIED:
        raise DomainError("要先核实请求人的身份。")
    relative = request.relation == RightsRelation.RELATIVE
    match request.kind:
        case RightsKind.CORRECT:
            _correct(request, item, actor, at)
            return RightsResult.CORRECTED, "已经按您写的更正。"
        case RightsKind.DELETE:
            duty = erasure.archive_duty(item, at=at)
            if duty:
                erasure.seal(
                    suggestion=item, basis=ErasureBasis.ARCHIVE_DUTY, words=duty, actor=actor, at=at,
                    request=request,
                )  # fmt: skip
                return RightsResult.RESTRICTED, duty
            basis = ErasureBasis.RELATIVE if relative else ErasureBasis.REQUEST
            erasure.erase(suggestion=item, basis=basis, actor=actor, at=at, request=request)
            return RightsResult.ERASED, erasure.why_gone(basis)
        case RightsKind.RESTRICT:
            words = "按您的要求停止使用，只依法保存。"
            erasure.seal(
                suggestion=item, basis=ErasureBasis.REQUEST, words=words, actor=actor, at=at, request=request
            )  # fmt: skip
            return RightsResult.RESTRICTED, words
        case RightsKind.EXPLAIN:
            return RightsResult.GIVEN, consent.policy("notice", at=at).words
    return RightsResult.GIVEN, "请在查进度页面查看和下载。"


def _correct(request: RightsRequest, item: Suggestion, actor: Actor, at: datetime) -> None:
    """Contact data are changed in place; the old ones are not kept (PIPL 46). The case's text is never rewritten."""
    _words, wanted = asked_words(request)
    if not wanted:
        return
    fields: dict[str, Any] = dict(wanted)
    if "phone" in wanted:
        problem = rules.phone_error(wanted["phone"]) if hasattr(rules, "phone_error") else ""
        if problem:
            raise Invalid({"phone": [problem]})
        fields["phone_hash"] = keyed_hash("phone", wanted["phone"])
    author = Author.objects.get(suggestion=item)
    for name, value in fields.items():
        setattr(author, name, value)
    author.save(update_fields=list(fields))
    transitions.note(
        item, "contact_corrected", actor=actor, at=at, words="更正了联系方式", data={"fields": sorted(wanted)},
        visibility=Visibility.AUTHOR,
    )  # fmt: skip


def refuse(*, request: RightsRequest, reason: str, actor: Actor, at: datetime) -> RightsRequest:
    """No, with reasons and where to complain (PIPL 50): the answer is for the person, the event says only that it was given."""
    reason = rules.clean_text(reason)
    if len(reason) < ANSWER_MIN:
        raise Invalid({"reason": [f"请写明理由，至少{ANSWER_MIN}个字，请求人会看到。"]})
    item = request.suggestion
    with transaction.atomic():
        _answered(
            request, "rights_refuse", actor, at, result=RightsResult.REFUSED, answer=reason[:ANSWER_MAX],
            data={}, suggestion=item, reason="理由写在答复里",
        )  # fmt: skip
    return request


def _answered(
    request: RightsRequest, name: str, actor: Actor, at: datetime, *, result: str, answer: str,
    data: dict[str, Any], suggestion: Suggestion, reason: str = "",
) -> None:  # fmt: skip
    records.move(
        request, name, actor=actor, at=at, data=data, reason=reason, suggestion=suggestion,
        fields={"result": str(result), "answer": answer, "answered_at": at},
    )  # fmt: skip
    event = _tell_case(
        suggestion, "rights_answered",
        f"您的个人信息请求有了结果：{recorded(RightsResult(result))}", actor, at,
    )  # fmt: skip
    if result != RightsResult.ERASED:
        tell.author(suggestion, "author.rights", event)


def take_back(*, request: RightsRequest, at: datetime) -> RightsRequest:
    """The person takes the request back."""
    author, item = Actor.author(), request.suggestion
    with transaction.atomic():
        records.move(request, "rights_withdraw", actor=author, at=at, suggestion=item)
        _tell_case(item, "rights_withdrawn", "您撤回了个人信息请求", author, at)
    return request


def _tell_case(
    suggestion: Suggestion, name: str, words: str, actor: Actor, at: datetime
) -> CaseEvent:
    fresh = Suggestion.objects.only("version", "event_seq", "event_head").get(pk=suggestion.pk)
    suggestion.version, suggestion.event_seq = fresh.version, fresh.event_seq
    suggestion.event_head = fresh.event_head
    return transitions.note(
        suggestion, name, actor=actor, at=at, words=words, visibility=Visibility.AUTHOR
    )


# Access and copy (PIPL 45)


def copy_of(suggestion: Suggestion) -> dict[str, Any]:
    """The author's own data in machine-readable form: everything they gave us, and what happened that they may see.

    Of other people there is nothing in it: staff appear as their office, co-signers as a number.
    """
    author = suggestion.author
    seen = (Visibility.PUBLIC, Visibility.AUTHOR)
    events = suggestion.events.filter(visibility__in=seen).order_by("seq").select_related("unit")
    supplement = getattr(suggestion, "supplement", None)
    gone = Erasure.objects.filter(suggestion=suggestion).first()
    return {
        "format": FORMAT,
        "case_no": suggestion.case_no,
        "received_at": suggestion.received_at.astimezone(SHANGHAI).isoformat(),
        "status": suggestion.status,
        "erased": gone is not None and gone.kind == Erasure.Kind.ERASED,
        "author": {n: getattr(author, n) for n in ("kind", *CORRECTABLE, "contact_channel")},
        "choices": {
            "publish_consent": suggestion.publish_consent,
            "name_display": suggestion.name_display,
            "hide_identity_from_unit": suggestion.hide_identity_from_unit,
        },
        "consents": [
            {
                "purpose": c.kind, "policy_version": c.policy_version, "given_at": c.given_at.isoformat(),
                "withdrawn_at": c.withdrawn_at.isoformat() if c.withdrawn_at else None,
            }
            for c in suggestion.consents.order_by("id")
        ],
        "text": {
            n: getattr(suggestion, f"original_{n}") for n in ("title", "problem", "proposal", "place")
        },
        "supplement": {"asked": supplement.asked, "answer": supplement.answer} if supplement else None,
        "attachments": [
            {"name": a.original_name, "type": a.content_type, "size": a.size, "sha256": a.sha256}
            for a in suggestion.attachments.exclude(origin="reply")
        ],
        "replies": [
            {"unit": r.unit.name, "outcome": r.outcome, "text": r.full_text, "at": r.signed_at.isoformat() if r.signed_at else None}
            for r in suggestion.replies.filter(state="approved").select_related("unit")
        ],
        "ratings": [
            {"round": e.round, "overall": e.overall, "comment": e.comment, "at": e.at.isoformat()}
            for e in suggestion.evaluations.order_by("round")
        ],
        "timeline": [{"at": e.at.isoformat(), "words": e.words, "unit": e.unit.name if e.unit else ""} for e in events],
        "identity_reads": suggestion.identity_reads.count(),
    }  # fmt: skip


def copy_as_zip(suggestion: Suggestion) -> bytes:
    """The same with the author's files, under the names they were sent with."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        text = json.dumps(copy_of(suggestion), ensure_ascii=False, indent=2)
        packed.writestr("data.json", text)
        for n, file in enumerate(suggestion.attachments.exclude(origin="reply"), 1):
            with storages[attachments.STORAGE].open(file.storage_name) as stored:
                packed.writestr(f"files/{n:02d}-{file.original_name}", stored.read())
    return held.getvalue()


def record_copy(*, suggestion: Suggestion, at: datetime) -> RightsRequest:
    """A copy was taken with the query code: a request received, checked and done in one step, so that the register is whole."""
    request = RightsRequest(
        suggestion=suggestion, jurisdiction=suggestion.jurisdiction, kind=RightsKind.EXPORT
    )
    with transaction.atomic(), outbox.bulk():
        records.begin(
            request, "rights_receive", actor=Actor.author(), at=at, suggestion=suggestion,
            data={"kind": recorded(RightsKind.EXPORT)},
        )  # fmt: skip
        _verified(request, BY_CODE, Actor.system(), at)
        records.move(
            request, "rights_fulfil", actor=Actor.system(), at=at, suggestion=suggestion,
            data={"result": recorded(RightsResult.GIVEN)},
            fields={"result": RightsResult.GIVEN, "answered_at": at},
        )  # fmt: skip
    return request
