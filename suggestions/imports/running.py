"""One message after another through the services; a line that fails leaves nothing behind and stops nobody."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Channel, Outcome
from suggestions.errors import DomainError, Invalid
from suggestions.imports.reading import BadLine, Message
from suggestions.insight import hints
from suggestions.models import (
    Assignment,
    DispatchRule,
    District,
    ImportedLine,
    Jurisdiction,
    Reply,
    Suggestion,
    Topic,
    Unit,
)
from suggestions.roles import Role
from suggestions.services import assignment, intake, publishing, replying, transitions, triage
from suggestions.states import Assignment as Part
from suggestions.states import Case

IN, ALREADY, REFUSED = "in", "already", "refused"


@dataclass
class Counts:
    """What happened to the lines: read = came in + already there + refused."""

    read: int = 0
    came_in: int = 0
    already: int = 0
    refused: int = 0
    answered: int = 0
    published: int = 0


@dataclass
class Importer:
    """One run. `publish`: mask by rule and release. `unanswered`: how far messages without a reply go."""

    jurisdiction: Jurisdiction
    source: str
    at: datetime
    publish: bool = False
    unanswered: str = "dispatch"
    fallback_topic: str = ""
    counts: Counts = field(default_factory=Counts)
    new_ids: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.topics: dict[str, Topic] = {t.code: t for t in Topic.objects.all()}
        self.topics_by_name: dict[str, Topic] = {t.name: t for t in self.topics.values()}
        self.units: dict[str, Unit] = {
            u.code: u for u in Unit.objects.filter(jurisdiction=self.jurisdiction)
        }
        self.units_by_name: dict[str, Unit] = {
            n: u for u in self.units.values() for n in (u.name, u.short_name)
        }
        self.districts = {
            d.code: d for d in District.objects.filter(jurisdiction=self.jurisdiction)
        }
        self.office = next((u for u in self.units.values() if u.is_collection_office), None)
        self.directory = list(
            DispatchRule.objects.filter(jurisdiction=self.jurisdiction).select_related(
                "topic", "unit", "district"
            )
        )
        self.facts = [
            hints.TopicFacts(t.code, t.name, tuple(t.keywords.split()))
            for t in self.topics.values()
        ]
        self.done = set(
            ImportedLine.objects.filter(source=self.source).values_list("external_no", flat=True)
        )

    def take(self, message: Message) -> str:
        """Bring one message in; returns IN or ALREADY. Raises BadLine, having left nothing behind."""
        if message.external_no in self.done:
            return ALREADY
        try:
            with transaction.atomic():
                suggestion = self._life(message)
                ImportedLine.objects.create(
                    source=self.source, external_no=message.external_no, suggestion=suggestion
                )
        except Invalid as error:
            raise BadLine("；".join(m for ms in error.errors.values() for m in ms)) from error
        except DomainError as error:
            raise BadLine(str(error)) from error
        self.done.add(message.external_no)
        self.new_ids.append(suggestion.pk)
        self.counts.answered += bool(message.reply)
        self.counts.published += suggestion.is_public
        return IN

    def _life(self, message: Message) -> Suggestion:
        received = message.received_at or self.at
        if received > self.at:
            raise BadLine("收到时间在今天以后")
        if message.reply and message.answered_at and message.answered_at < received:
            raise BadLine("答复时间早于收到时间")
        suggestion = self._submit(message, received)
        self.clock = received
        topic, unit = self._topic(message), None
        if message.reply or self.unanswered in ("accept", "dispatch"):
            suggestion = triage.accept(
                suggestion=suggestion,
                topic=topic,
                actor=Actor(Role.TRIAGE_OFFICER),
                at=self._later(received),
            )
            unit = self._unit(message, topic)
        if message.reply or self.unanswered == "dispatch":
            if unit is None:
                raise BadLine(f"派单目录里没有“{topic.name}”的承办单位，也没有征集办公室可承办")
            assignment.dispatch(
                suggestion=suggestion, lead=unit, actor=Actor(Role.TRIAGE_OFFICER), at=self._later(self.clock),
                basis=f"派单目录“{topic.name}”",
            )  # fmt: skip
        if message.reply:
            assert unit is not None
            self._reply(suggestion, message, unit, message.answered_at or self.at)
        if self.publish and suggestion.status not in (Case.REGISTERED,):
            publishing.release_masked(suggestion=suggestion, at=max(self.clock, received))
        return suggestion

    def _submit(self, message: Message, received: datetime) -> Suggestion:
        channel = message.channel or Channel.REFERRAL_DEPARTMENT
        if channel not in Channel.values:
            raise BadLine(f"渠道“{message.channel}”不认识")
        if message.district and message.district not in self.districts:
            raise BadLine(f"区划“{message.district}”不认识")
        submission = intake.Submission(
            title=message.title, problem=message.problem, proposal=message.proposal, place=message.place,
            name=message.name, phone=message.phone, topic=None, district=self.districts.get(message.district),
            publish_consent=self.publish, channel=channel, received_at=received, external_no=f"{self.source}:{message.external_no}",
            contact_channel="none", policy_version="",
        )  # fmt: skip
        receipt = intake.submit(
            submission=submission, jurisdiction=self.jurisdiction, actor=Actor.system(), at=received,
            idempotency_key=f"import:{self.source}:{message.external_no}", limits=rules.ON_RECORD,
        )  # fmt: skip
        transitions.note(
            receipt.suggestion, "imported", actor=Actor.system(), at=received, words=f"由“{self.source}”导入，外部编号{message.external_no}",
            data={"source": self.source, "external_no": message.external_no, "dated": message.received_at is not None},
        )  # fmt: skip
        return receipt.suggestion

    def _topic(self, message: Message) -> Topic:
        if message.topic:
            found = self.topics.get(message.topic) or self.topics_by_name.get(message.topic)
            if found:
                return found
            if not self.fallback_topic:
                raise BadLine(
                    f"主题“{message.topic}”不认识，请在对照表 [topics] 里写明对应哪个主题代码"
                )
        guesses = hints.topic_hints(message.problem, self.facts, limit=1, title=message.title)
        code = guesses[0].value if guesses else self.fallback_topic
        if code not in self.topics:
            raise BadLine("看不出主题，请用 --topic 指定一个默认主题")
        return self.topics[code]

    def _unit(self, message: Message, topic: Topic) -> Unit | None:
        if message.unit:
            named = self.units.get(message.unit) or self.units_by_name.get(message.unit)
            if named is None:
                raise BadLine(
                    f"承办单位“{message.unit}”不认识，请在对照表 [units] 里写明对应哪个单位代码"
                )
            return named
        exact = [r for r in self.directory if r.topic.pk == topic.pk]
        near = [
            r
            for r in self.directory
            if r.topic.path.startswith(topic.path) or topic.path.startswith(r.topic.path)
        ]
        for rows in (exact, near):
            if rows:
                return rows[0].unit
        return self.office

    def _reply(
        self, suggestion: Suggestion, message: Message, unit: Unit, answered: datetime
    ) -> None:
        """The official reply as a signed, approved version. Who signed is not known, so no name is claimed."""
        outcome = message.outcome or Outcome.FOR_REFERENCE
        if outcome not in Outcome.values or outcome in ("planned", "under_study"):
            raise BadLine(f"办理结果“{message.outcome}”不能用于没有日期的旧答复")
        body = rules.clean_text(message.reply)
        if not body:
            raise BadLine("答复是空的")
        lead = replying.lead_assignment(suggestion)
        actor = Actor(Role.LIAISON, None, unit)
        assignment.sign_in(
            assignment=lead, actor=actor, at=self._later(self.clock, before=answered)
        )
        suggestion = lead.suggestion
        reply = Reply.objects.create(
            suggestion=suggestion,
            unit=unit,
            state=Reply.State.SIGNED,
            outcome=outcome,
            body=body,
            signed_at=answered,
        )
        head = Actor(Role.UNIT_HEAD, None, unit)
        data = {"unit": unit.short_name, "reply": 1}
        transitions.apply(
            lead,
            "submit_work",
            actor=head,
            at=answered,
            data=data,
            fields={"submitted_at": answered},
        )
        transitions.apply(suggestion, "submit_reply", actor=head, at=answered, data=data)
        replying.approve(reply=reply, actor=Actor(Role.TRIAGE_OFFICER), at=answered)
        self.clock = answered
        assert suggestion.assignments.filter(
            part=Assignment.Part.LEAD, status=Part.ACCEPTED_BY_OFFICE
        ).exists()

    def _later(self, moment: datetime, *, before: datetime | None = None) -> datetime:
        """A little after `moment`; the old system's own steps between arrival and answer are not known."""
        self.clock = moment + timedelta(minutes=1)
        if before is not None:
            self.clock = min(self.clock, before)
        return self.clock


def report_date(at: datetime) -> str:
    return local_date(at).isoformat()


def as_row(number: int, external_no: Any, result: str, why: str) -> list[str]:
    return [str(number), str(external_no or ""), result, why]
