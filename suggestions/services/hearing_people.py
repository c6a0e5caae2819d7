"""Who takes part in a hearing, what they said, and the record they sign (process.md 6.1; AD 16, 17)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from suggestions import numbers
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.crypto import keyed_hash, possible_hashes
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.insight import redaction
from suggestions.models import Hearing, HearingOpinion, Participant
from suggestions.services import hearings, meeting_notices, reach, records
from suggestions.services.again import again
from suggestions.services.wording import Words, cleaned
from suggestions.states.hearing import Hearing as State

_CODE = "hearing code"


def enrol(
    *,
    hearing: Hearing,
    side: str,
    name: str,
    phone: str,
    public_label: str,
    stand: str,
    source: str,
    actor: Actor,
    at: datetime,
    email: str = "",
    key: str = "",
) -> tuple[Participant, str]:
    """Somebody asks for a seat, on the web, by telephone or at a service point; returns the seat and its code.

    `public_label` is what the published list will show, e.g. "居民代表 王女士". The same form sent twice (`key`) gives the
    same seat. Either `phone` or `email` must be there. Raises Invalid, DomainError (closed).
    """
    code = numbers.place_code_for(f"hearing:{hearing.pk}:{key}" if key else "")
    if key and (before := find(hearing, code)) is not None:
        return before, code
    held = cleaned(
        {
            "name": Words(_("姓名"), 40, multiline=False),
            "public_label": Words(_("名单上的写法"), 40, multiline=False),
            "stand": Words(_("主要想说什么"), 500, required=False),
        },
        {"name": name, "public_label": public_label, "stand": stand},
    )
    contact, errors = reach.read(phone, email)
    if side not in {s["name"] for s in hearing.sides}:
        errors["side"] = [_("请选一个界别。")]
    if errors:
        raise Invalid(errors)
    invited = source == Participant.Source.INVITED
    if hearing.status != State.ENROLMENT or (
        not invited and not hearing.enrol_from <= local_date(at) <= hearing.enrol_until
    ):
        raise DomainError(_("现在不在报名时间里。"))

    def write() -> Participant:
        match contact.taken(hearing.participants.filter(withdrawn_at=None)):
            case "phone":
                raise Invalid({"phone": [_("这个手机号已经报过名。")]})
            case "email":
                raise Invalid({"email": [_("这个邮箱已经报过名。")]})
        with transaction.atomic():
            records.note(hearing, "hearing_enrolled", actor=actor, at=at, words=f"一人报名（{side}）", data={"source": source})  # fmt: skip
            person = Participant.objects.create(
                hearing=hearing, side=side, source=source, entered_by=actor.user,  # type: ignore[misc]
                code_hash=keyed_hash(_CODE, f"{hearing.pk}:{code}"), enrolled_at=at, **contact.fields(), **held,
            )  # fmt: skip
            meeting_notices.tell(person, "enrolled")
            return person

    return again(hearing, write), code


def find(hearing: Hearing, code: str) -> Participant | None:
    """The enrolment this code belongs to, or None."""
    plain = numbers.normalise_query_code(code)
    return hearing.participants.filter(code_hash__in=possible_hashes(_CODE, f"{hearing.pk}:{plain}")).first()  # fmt: skip


def withdraw(*, person: Participant, actor: Actor, at: datetime) -> None:
    """Somebody withdraws before the day (local rule: allowed and logged); the next in the draw moves up."""
    hearing = person.hearing
    if local_date(at) >= hearing.on:
        raise DomainError(_("听证会当天起不能再退出报名，请直接告诉工作人员不能到场。"))
    with transaction.atomic():
        changed = Participant.objects.filter(pk=person.pk, withdrawn_at=None).update(
            withdrawn_at=at, is_chosen=False
        )
        if not changed:
            raise DomainError(_("已经退出了。"))
        moved: Participant | None = None
        if person.is_chosen:
            moved = (
                hearing.participants.filter(side=person.side, withdrawn_at=None, is_chosen=False, draw_rank__isnull=False)
                .order_by("draw_rank")
                .first()
            )  # fmt: skip
            if moved:
                Participant.objects.filter(pk=moved.pk).update(is_chosen=True)
        records.note(
            hearing, "hearing_withdrew", actor=actor, at=at, words=f"一人退出（{person.side}）",
            data={"next": moved.pk if moved else None},
        )  # fmt: skip
        if moved:
            moved.hearing = hearing
            meeting_notices.tell(moved, "chosen")


def read_contact(
    *, person: Participant, reason: str, actor: Actor, at: datetime
) -> tuple[str, str, str]:
    """(name, phone, e-mail) for a reason that is written into the hearing's chain: to tell the result, to send the papers."""
    held = cleaned({"reason": Words("查看理由", 200, multiline=False)}, {"reason": reason})
    if actor.user is None:
        raise NotAllowed
    records.note(
        person.hearing, "seat_contact_read", actor=actor, at=at, words="查看了报名人的联系方式", reason=held["reason"],
        data={"participant": person.pk},
    )  # fmt: skip
    return person.name, person.phone, person.email


def write_record(*, hearing: Hearing, record: str, actor: Actor, at: datetime) -> None:
    """Keep the record of what was said; the participants then confirm and sign it (AD 17)."""
    hearings.chairs(hearing, actor)
    held = cleaned({"record": Words("笔录", 20000)}, {"record": record})
    if hearing.status != State.HELD:
        raise DomainError("听证会举行以后、签字以前才能写笔录。")
    if hearing.participants.exclude(signed="").exists():
        raise DomainError("已经有人签字，笔录不能再改。要补正，请写在签字的说明里。")
    records.note(hearing, "hearing_record", actor=actor, at=at, words="保存笔录", fields=held)


def sign(*, person: Participant, signed: str, note: str, actor: Actor, at: datetime) -> None:
    """One participant's signature, correction, refusal (with its reason) or absence."""
    held = cleaned(
        {"sign_note": Words("说明", 300, required=signed == "refused")}, {"sign_note": note}
    )
    if signed not in (Participant.Signed.SIGNED, Participant.Signed.REFUSED, Participant.Signed.ABSENT):  # fmt: skip
        raise Invalid({"signed": ["请选签字、拒签还是未到场。"]})
    hearing = person.hearing
    if hearing.status != State.HELD or not hearing.record or not person.is_chosen:
        raise DomainError("笔录写好以后，由到场的参加人签字。")
    with transaction.atomic():
        Participant.objects.filter(pk=person.pk).update(signed=signed, **held)
        records.note(
            hearing, "hearing_signed", actor=actor, at=at, data={"participant": person.pk, "signed": signed},
            words=f"{person.public_label}：{Participant.Signed(signed).label}",
        )  # fmt: skip


def close_record(*, hearing: Hearing, actor: Actor, at: datetime) -> None:
    """All who came confirmed the record; the cases' clocks run again. Raises DomainError while a signature is missing."""
    hearings.chairs(hearing, actor)
    people = hearing.participants.filter(is_chosen=True)
    if not hearing.record:
        raise DomainError("还没有写笔录。")
    missing = people.filter(signed="").count()
    if missing:
        raise DomainError(f"还有{missing}位参加人没有登记签字、拒签或未到场。")
    if not people.filter(signed__in=("signed", "refused")).exists():
        raise DomainError("没有一位参加人到场，请改为延期或取消。")
    with transaction.atomic():
        records.move(hearing, "hearing_sign", actor=actor, at=at)
        hearings.resume(hearing, actor, at)


def add_opinion(*, hearing: Hearing, side: str, text: str, actor: Actor, at: datetime) -> HearingOpinion:  # fmt: skip
    """One opinion that was put forward; its public words are proposed by the rules of redaction and checked by a person."""
    held = cleaned({"text": Words("意见", 1000)}, {"text": text})
    if side not in {s["name"] for s in hearing.sides}:
        raise Invalid({"side": ["请选一个界别。"]})
    if hearing.status not in (State.HELD, State.RECORD_SIGNED):
        raise DomainError("听证会举行以后才能登记意见。")
    public = redaction.mask(held["text"], redaction.find_spans(held["text"]))
    opinion = HearingOpinion.objects.create(hearing=hearing, side=side, public_text=public, **held)
    records.note(hearing, "hearing_opinion", actor=actor, at=at, words=f"登记意见（{side}）", data={"opinion": opinion.pk})  # fmt: skip
    return opinion


def treat(
    *,
    opinion: HearingOpinion,
    treatment: str,
    why: str,
    public_text: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Say how an opinion was treated and why (process.md 6.1; AD 18)."""
    held = cleaned(
        {"why": Words("理由", 500), "public_text": Words("公开的意见", 1200)},
        {"why": why, "public_text": public_text},
    )
    if treatment not in HearingOpinion.Treatment.values:
        raise Invalid({"treatment": ["请选怎样处理。"]})
    if opinion.hearing.status not in (State.HELD, State.RECORD_SIGNED):
        raise DomainError("结果公布以后不能再改。")
    with transaction.atomic():
        HearingOpinion.objects.filter(pk=opinion.pk).update(treatment=treatment, **held)
        records.note(
            opinion.hearing, "hearing_treated", actor=actor, at=at, data={"opinion": opinion.pk, "treatment": treatment},
            words="写明意见怎样处理",
        )  # fmt: skip


def publish(
    *, hearing: Hearing, conclusion: str, public_record: str, actor: Actor, at: datetime
) -> None:
    """Publish conclusion, the redacted record and how each opinion was treated.

    Raises DomainError while an opinion has no treatment, or the public record still holds what redaction is sure of.
    """
    held: dict[str, Any] = cleaned(
        {
            "conclusion": Words("结论", 3000),
            "public_record": Words("公开的笔录", 20000, required=not hearing.is_closed),
        },
        {"conclusion": conclusion, "public_record": public_record},
    )
    open_ones = hearing.opinions.filter(treatment="").count()
    if open_ones:
        raise DomainError(f"还有{open_ones}条意见没有写怎样处理。")
    for name in ("public_record", "conclusion"):
        sure = [s for s in redaction.find_spans(held[name]) if s.certain]
        if sure:
            raise Invalid({name: [f"里面还有{sure[0].kind}，公开前请遮盖。"]})
    records.move(hearing, "hearing_publish", actor=actor, at=at, fields=held)
