"""Consents: one for each purpose, each with the version of the words shown, taken back as easily as given (PIPL 14–16, 25).

What the rest of the system asks (`publish_consent`, `name_display`) follows from these rows and is written with them.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from suggestions import content
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import NameDisplay
from suggestions.errors import DomainError, Invalid
from suggestions.models import Consent, Nomination, PolicyVersion, Suggestion
from suggestions.services import publishing, records, transitions
from suggestions.states import ON_PAGE, Case, Visibility
from suggestions.states import Publication as Page

Kind = Consent.Kind
REVOCABLE = (Kind.PUBLISH, Kind.NAME, Kind.AWARD_NAME, Kind.AGENT)
"""The notice of handling is a notice, no consent: handling a suggestion is a duty by law (PIPL 13(3), 34)."""

DEFAULT_POLICIES: dict[str, str] = {
    Kind.NOTICE: "我们为办理您的建议处理您写的内容和联系方式，依据是《个人信息保护法》第十三条、第三十四条。只给办理这件建议的人看，每次查看联系方式都有记录。",
    Kind.PUBLISH: "我同意公开这件建议的内容。公开前由两个人先后去掉个人信息。随时可以在查进度页面收回，收回后马上撤下。",
    Kind.NAME: "我同意公开时写上我选的署名。随时可以收回，收回后改为匿名。",
    Kind.AWARD_NAME: "如果获奖，我同意公布姓名。随时可以收回。",
    Kind.AGENT: "我同意代理员为这件建议联系我。随时可以收回。",
}


def policy(kind: str, *, at: datetime) -> PolicyVersion:
    """The words in force for one purpose; the shipped ones are stored on first use."""
    found = (
        PolicyVersion.objects.filter(kind=kind, effective_on__lte=local_date(at))
        .order_by("-effective_on", "-id")
        .first()
    )
    if found is not None:
        return found
    made, _new = PolicyVersion.objects.get_or_create(
        kind=kind,
        version="2026-11",
        defaults={
            "words": DEFAULT_POLICIES[Kind(kind)],
            "effective_on": min(local_date(at), datetime(2026, 1, 1).date()),  # noqa: DTZ001 (a date)
        },
    )
    return made


def live(suggestion: Suggestion) -> dict[str, Consent]:
    """The consents in force, by purpose. One query."""
    rows = Consent.objects.filter(suggestion=suggestion, withdrawn_at=None).order_by("id")
    return {c.kind: c for c in rows}


def withdraw(*, suggestion: Suggestion, kind: str, actor: Actor, at: datetime) -> Suggestion:
    """Take one consent back; what rests on it stops in the same transaction (PIPL 15; process.md 9.4).

    Publication: the page goes, also from a suspended one or the queue; index, feeds and caches follow through the
    outbox and the content version. Name: the page stays, without a name. Raises Invalid, DomainError when none is live.
    """
    if kind not in REVOCABLE:
        raise Invalid(
            {"kind": [_("这一项不是同意，是告知，不用收回。要停止处理，请提出删除请求。")]}
        )
    given = live(suggestion)
    if kind not in given and not (kind == Kind.PUBLISH and suggestion.publish_consent):
        raise DomainError(_("这一项现在没有同意，不用收回。"))
    kinds = [Kind.PUBLISH, Kind.NAME] if kind == Kind.PUBLISH else [Kind(kind)]
    fields: dict[str, object] = {}
    if Kind.PUBLISH in kinds:
        fields |= {"publish_consent": False}
    if Kind.NAME in kinds:
        fields |= {"name_display": NameDisplay.ANONYMOUS, "public_name": ""}
    with transaction.atomic():
        Consent.objects.filter(suggestion=suggestion, kind__in=kinds, withdrawn_at=None).update(
            withdrawn_at=at
        )
        transitions.note(
            suggestion, "consent_withdrawn", actor=actor, at=at, visibility=Visibility.AUTHOR,
            words=f"您收回了：{Kind(kind).label}", data={"kind": str(kind)}, fields=fields,
        )  # fmt: skip
        if Kind.AWARD_NAME in kinds:
            _take_names_off(suggestion, actor, at)
        if Kind.PUBLISH in kinds:
            publishing.take_down(
                suggestion=suggestion, reason="no_consent", actor=Actor.system(), at=at
            )
    return suggestion


def _take_names_off(suggestion: Suggestion, actor: Actor, at: datetime) -> None:
    """The winner's name goes from every announced list at once."""
    named = Nomination.objects.filter(suggestion=suggestion).exclude(public_name="")
    for nomination in named:
        records.note(
            nomination, "award_name", actor=actor, at=at, words="获奖人收回了公开姓名的同意",
            fields={"public_name": "", "name_consent_at": None}, suggestion=suggestion,
        )  # fmt: skip
    content.bump_after_commit()


def give(
    *, suggestion: Suggestion, kind: str, actor: Actor, at: datetime, name_display: str = ""
) -> Suggestion:
    """Give one consent, under the words now in force. A page that was removed is masked and checked anew.

    Raises Invalid for a purpose that has no consent, DomainError where the case can have no page.
    """
    if kind not in REVOCABLE:
        raise Invalid({"kind": [_("请选一项同意。")]})
    if kind in live(suggestion):
        return suggestion
    fields: dict[str, object] = {}
    if kind == Kind.PUBLISH:
        if suggestion.status in (Case.REDIRECTED, Case.NOT_ACCEPTED, Case.WITHDRAWN, Case.MERGED):
            raise DomainError(_("这件建议现在的状态不公开，所以不用同意公开。"))
        fields["publish_consent"] = True
    if kind == Kind.NAME:
        if suggestion.author.is_minor:
            raise DomainError(_("未成年人的姓名不公开，这是对您的保护。"))
        if Kind.PUBLISH not in live(suggestion):
            raise DomainError(_("请先同意公开内容，再选署名。"))
        fields["name_display"] = name_display or NameDisplay.SURNAME
    with transaction.atomic():
        Consent.objects.create(
            suggestion=suggestion, kind=kind, policy_version=policy(kind, at=at).version, given_at=at
        )  # fmt: skip
        transitions.note(
            suggestion, "consent_given", actor=actor, at=at, visibility=Visibility.AUTHOR,
            words=f"您同意了：{Kind(kind).label}", data={"kind": str(kind)}, fields=fields,
        )  # fmt: skip
        if kind == Kind.PUBLISH and suggestion.status not in (Case.SUBMITTED, Case.REGISTERED):
            publishing.queue(suggestion=suggestion, at=at)
        if kind == Kind.NAME and suggestion.publication in ON_PAGE:
            transitions.note(
                suggestion, "name_shown", actor=Actor.system(), at=at, words="公开页写上署名",
                fields={"public_name": publishing.public_name(suggestion)},
            )  # fmt: skip
    return suggestion


def states_of(suggestion: Suggestion) -> list[tuple[str, str, Consent | None]]:
    """(purpose, its name, the consent in force or None) for every revocable purpose: what /track/ lists. One query."""
    held = live(suggestion)
    return [(str(k), str(k.label), held.get(k)) for k in REVOCABLE]


def is_off_page(suggestion: Suggestion) -> bool:
    """Whether nothing of the item is public any more."""
    return suggestion.publication in (Page.PRIVATE, Page.REMOVED)
