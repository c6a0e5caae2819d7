"""What is said of personal data: requests, approvals, relayed words, complaints, breaches (process.md section 9)."""

from suggestions.codes import GrantKind, RightsKind, RightsRelation
from suggestions.models import (
    Breach,
    IdentityGrant,
    RelayMessage,
    RightsRequest,
    Suggestion,
    Takedown,
)
from suggestions.services import breaches, identity, relaying, rights, takedowns
from suggestions.states import ON_PAGE, WITH_UNITS, Case
from tests.walks.acts.base import Nothing, Walk, act, errand, first


@act(1, Case.WITHDRAWN, Case.REDIRECTED, Case.NOT_ACCEPTED)
def ask_deletion(walk: Walk, item: Suggestion) -> object:
    return rights.receive(
        suggestion=item, kind=RightsKind.DELETE, actor=walk.who("author"), at=walk.at
    )


@errand(5)
def rights_request(walk: Walk) -> object:
    officer = walk.who("privacy_officer")
    rows = RightsRequest.objects.filter(status__in=("received", "identity_check", "verified"))
    if rows.count() < 3:
        other = walk.chance(0.6)
        kind = walk.dice.choice(RightsKind.values)
        return rights.receive(
            suggestion=walk.item(), kind=kind, words="手机号写错了", relation=RightsRelation.RELATIVE if other else RightsRelation.SELF,
            requester="家人 19900030099" if other else "", correction={"email": "pu@example.cn"} if kind == "correct" else None,
            actor=walk.who("author"), at=walk.at,
        )  # fmt: skip
    held: RightsRequest = walk.one(rows.select_related("suggestion__jurisdiction", "suggestion__author"))  # fmt: skip
    roll = walk.dice.random()
    if roll < 0.1:
        return rights.take_back(request=held, at=walk.at)
    if roll < 0.3:
        return rights.refuse(
            request=held, reason="查不到您和建议人的关系，请补证明。", actor=officer, at=walk.at
        )
    if held.status == "received" and roll < 0.6:
        return rights.ask_identity(request=held, actor=officer, at=walk.at)
    if held.status in ("received", "identity_check"):
        return rights.verify(request=held, method="看了户口本", actor=officer, at=walk.at)
    return rights.fulfil(
        request=held, answer="已经按您说的办好，请查看。", actor=officer, at=walk.at
    )


@errand(4)
def approval(walk: Walk) -> object:
    rows = IdentityGrant.objects.filter(status__in=("asked", "first"))
    if rows.count() < 2:
        return identity.ask(
            kind=walk.dice.choice((GrantKind.BREAK_GLASS, GrantKind.MINOR)), reason="联系监护人，孩子走失", suggestion=walk.item(),
            hours=8, actor=walk.who("triage_officer", "supervisor", "intake_clerk"), at=walk.at,
        )  # fmt: skip
    held: IdentityGrant = walk.one(rows.select_related("suggestion"))
    who = walk.who("privacy_officer", "leader", "supervisor")
    if walk.chance(0.2):
        return identity.refuse(grant=held, reason="办理不需要。", actor=who, at=walk.at)
    return identity.approve(grant=held, actor=who, at=walk.at)


@errand(1)
def read_contact(walk: Walk) -> object:
    return identity.read_contact(
        suggestion=walk.item(), reason="约建议人看现场", actor=walk.who("triage_officer", "handler:bus"), at=walk.at
    )  # fmt: skip


@errand(4)
def message(walk: Walk) -> object:
    rows = RelayMessage.objects.filter(status="checking")
    if not rows.exists() or walk.chance(0.3):
        item = walk.item(*WITH_UNITS)
        unit = item.lead_unit or walk.city.bus
        asked = first(RelayMessage.objects.filter(suggestion=item)) if walk.chance(0.3) else None
        who = walk.who("author") if asked else walk.who(f"handler:{unit.code}")
        return relaying.write(
            suggestion=item,
            unit=unit,
            words="是哪一个路口？",
            actor=who,
            at=walk.at,
            answers=asked,
        )
    held: RelayMessage = walk.one(rows.select_related("suggestion", "unit"))
    office = walk.who("triage_officer", "intake_clerk")
    if walk.chance(0.3):
        return relaying.hold(message=held, reason="办理不需要姓名。", actor=office, at=walk.at)
    return relaying.pass_on(message=held, words=held.words, actor=office, at=walk.at)


@errand(3)
def complaint(walk: Walk) -> object:
    if walk.chance(0.4):
        pages = Suggestion.objects.filter(publication__in=ON_PAGE).select_related("jurisdiction")
        return takedowns.complain(
            suggestion=walk.one(pages), words="写出了我常坐的车次", contact="", at=walk.at
        )
    held: Takedown = walk.one(Takedown.objects.filter(status="open").select_related("suggestion"))
    who = walk.who("publisher", "privacy_officer")
    if walk.chance(0.3):
        return takedowns.uphold(complaint=held, reason="楼号能认出人。", actor=who, at=walk.at)
    return takedowns.dismiss(complaint=held, reason="没有照片。", actor=who, at=walk.at)


@errand(3)
def breach(walk: Walk) -> object:
    officer = walk.who("privacy_officer")
    held = Breach.objects.exclude(status__in=("persons_told", "closed")).order_by("-pk").first()
    if held is None:
        return breaches.detect(
            jurisdiction=walk.city.jurisdiction, kind="leak", summary="一封邮件写错了抄送", persons=1, data_kinds="手机号",
            suggestions=[walk.item()], actor=officer, at=walk.at,
        )  # fmt: skip
    if held.status == "detected":
        return breaches.contain(
            breach=held, measures="已收回，并换了做法", actor=officer, at=walk.at
        )
    if held.status == "contained":
        return breaches.tell_authority(breach=held, authority="市网信办", actor=officer, at=walk.at)
    if held.status != "authority_told":
        raise Nothing("nothing to do")
    if walk.chance(0.5):
        return breaches.close(breach=held, reason="已加密并找回。", actor=officer, at=walk.at)
    return breaches.tell_persons(
        breach=held, words="您的手机号被几位收件人看到，请留意陌生来电。", actor=officer, at=walk.at
    )
