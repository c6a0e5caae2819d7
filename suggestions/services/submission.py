"""What somebody hands in, from whichever channel, and what must be right about it (process.md 3.4; SH 10)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from suggestions import rules, secrecy
from suggestions.campaign_form import LINES_MAX, MOST_FIELDS, Answer
from suggestions.codes import ONLINE_CHANNELS, Channel, Mode, NameDisplay
from suggestions.crypto import normalise_phone
from suggestions.models import Attachment, Author, Clock, District, Suggestion, Topic
from suggestions.services import inviting, joint, minors

POLICY_VERSION = "2026-11"
"""Version of the processing notice that residents are shown; changes with its text."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody submits, from whichever channel. Texts are cleaned by `cleaned()`."""

    title: str
    problem: str
    proposal: str
    topic: Topic | None = None
    district: District | None = None
    place: str = ""
    campaign: Any = None
    addressed_to: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    kind: str = Author.Kind.PERSON
    contact_channel: str = ""
    publish_consent: bool = False
    name_display: str = NameDisplay.ANONYMOUS
    hide_identity_from_unit: bool = False
    channel: str = Channel.WEB
    received_at: datetime | None = None
    external_no: str = ""
    policy_version: str = POLICY_VERSION
    """Version of the notice shown; "" when none was (an old message of another system)."""
    tags: tuple[str, ...] = ()
    attachments: Sequence[Attachment] = field(default=())
    invitation: Any = None
    """The models.Invitation it answers (services/inviting)."""
    arrival: Mapping[str, Any] = field(default_factory=dict)
    """How an offline item came in: fields of models.Arrival (suggestions/channels.py says which)."""
    read_back: bool = False
    age_band: str = ""
    guardian: minors.GuardianFacts | None = None
    joint: "Sequence[joint.Other]" = ()
    answers: Sequence[Answer] = ()
    """To the campaign's own questions (suggestions/campaign_form.py)."""

    def cleaned(self) -> "Submission":
        """The same with every text cleaned (rules.clean_text) and the phone as digits."""
        line: dict[str, Any] = {
            n: rules.clean_text(getattr(self, n), multiline=False)
            for n in ("title", "place", "addressed_to", "name", "email", "address", "external_no")
        }
        if self.age_band:
            # Never named in public, whatever was chosen (process.md 9.5; MC 31).
            line["name_display"] = NameDisplay.ANONYMOUS
        return replace(
            self, problem=rules.clean_text(self.problem), proposal=rules.clean_text(self.proposal),
            phone=normalise_phone(self.phone) if self.phone.strip() else "", **line,
        )  # fmt: skip

    def digest(self) -> str:
        """SHA-256 of what was said, to tell a retry from a forged reuse of the key."""
        said = [
            self.title, self.problem, self.proposal, self.topic.code if self.topic else "",
            self.district.code if self.district else "", self.place, self.campaign.pk if self.campaign else None,
            self.addressed_to, self.name, self.phone, self.email, self.publish_consent, str(self.name_display),
            str(self.channel), [a.sha256 for a in self.attachments],
        ]  # fmt: skip
        if self.answers:
            # Appended only where there are some: what was sent before campaigns asked keeps its digest.
            said.append([[a.label, a.value] for a in self.answers])
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the author takes home. `token` and `query_code` are not stored; only their hashes are."""

    suggestion: Suggestion
    token: str
    query_code: str
    created: bool
    clocks: Sequence[Clock] = ()
    """Those it began with, of an item created just now."""


def validate(
    submission: Submission, limits: rules.Limits = rules.RESIDENT, *, at: datetime
) -> dict[str, list[str]]:
    """Sentences by field for a cleaned submission; empty when all is well (SH 10; process.md 3.4)."""
    found = {
        "title": rules.check_title(submission.title, limits),
        "problem": rules.check_problem(submission.problem, limits),
        "proposal": rules.check_proposal(submission.proposal, limits),
        "phone": rules.check_phone(submission.phone),
        "email": rules.check_email(submission.email),
        "place": _over(_("地点"), submission.place, rules.PLACE_MAX),
        "name": _over(_("称呼"), submission.name, rules.NAME_MAX),
        "addressed_to": _over(_("写给谁"), submission.addressed_to, 60),
    }
    if submission.channel in ONLINE_CHANNELS and not submission.phone and not submission.email:
        # Posting that becomes public content needs somebody behind it (CSL 2025 art 26): "real-name behind".
        found["phone"] = [_("请留手机号或邮箱，至少一个：用来发编号、进展和答复，不会公开。")]
    if submission.name_display in (NameDisplay.SURNAME, NameDisplay.FULL) and not submission.name:
        found["name"] = [_("您选了公开时署名，请填写姓名；不想署名就选“不显示名字”。")]
    if submission.campaign is not None and not submission.campaign.is_open_at(at):
        found["campaign"] = [
            _("这个征集已经截止，或者还没有开始。您写的内容都在，可以改为平时建议提交。")
        ]
    elif (
        submission.campaign is not None
        and submission.campaign.mode == Mode.INVITED
        and submission.invitation is None
        and submission.channel in ONLINE_CHANNELS
    ):
        found["campaign"] = [
            _("这个征集只请受邀的人提意见。您写的内容都在，可以改为平时建议提交。")
        ]
    if submission.invitation is not None and (
        closed := inviting.closed_because(submission.invitation, at=at)
    ):
        found["campaign"] = [closed]
    if submission.received_at is not None and submission.received_at > at:
        found["received_at"] = [_("收到日期不能晚于今天。")]
    if submission.answers:
        found["answers"] = _wrong_answers(submission)
    found |= minors.problems(submission.age_band, submission.guardian)
    if submission.joint:
        found["joint"] = joint.check(submission.joint, phone=submission.phone)
    return {name: messages for name, messages in found.items() if messages}


def _wrong_answers(submission: Submission) -> list[str]:
    """Answers belong to a campaign and fit their table."""
    if any(secrecy.is_marked(a.value) for a in submission.answers):
        return [secrecy.refusal()]
    if submission.campaign is None:
        return [_("这件没有写给哪个征集，请去掉征集的问题的回答。")]
    wrong = [w for a in submission.answers for w in _over(a.label[:80], a.value, LINES_MAX)]
    return wrong if len(submission.answers) <= MOST_FIELDS else [_("征集的问题的回答太多了。")]


def _over(what: str, text: str, limit: int) -> list[str]:
    return [rules.too_long(what, text, limit)] if len(text) > limit else []
