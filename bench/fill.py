"""A city with as many suggestions as asked for, written in bulk: states, events, clocks and answers fit together.

Not through the services, which would take hours; `tests/bench` holds the rows to what the services
promise (the chain of events verifies, pages show them). Consents and masking rounds are left out: no page
that is measured reads them.
"""

import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import cache
from importlib import import_module
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models
from django.db.models import Max
from django.utils.crypto import get_random_string

from bench.rows import Rows, may_leave_keys_unchecked
from bench.texts import Words
from suggestions import clock as counting
from suggestions import content, numbers, states
from suggestions.clock import SHANGHAI, local_date
from suggestions.codes import Mode, Outcome, Overall, Solved
from suggestions.demo.seed import Seeder
from suggestions.models import (
    Assignment,
    Author,
    CalendarDay,
    CaseNumber,
    Clock,
    ClockRule,
    Evaluation,
    Reply,
    Suggestion,
    Topic,
    Unit,
)
from suggestions.models.event import event_hash, seal
from suggestions.roles import Role
from suggestions.services import clocks
from suggestions.states import Publication

BATCH = 1000
YEARS = 3
NAME, PHONE = "林小满", "19900001234"
CONSENT, ANSWERED, IN_CAMPAIGN = 0.85, 0.93, 0.05
OUTCOMES = {
    Outcome.ADOPTED: 26,
    Outcome.PARTLY_ADOPTED: 24,
    Outcome.ALREADY_IN_PLACE: 15,
    Outcome.FOR_REFERENCE: 15,
    Outcome.NOT_ADOPTED: 10,
    Outcome.UNDER_STUDY: 5,
    Outcome.PLANNED: 5,
}
RATINGS = {Overall.SATISFIED: 40, Overall.BASICALLY: 25, "": 35}
"""An empty one is silence, which is not satisfaction."""


@cache
def _words(name: str) -> str:
    return str(states.BY_NAME[name].words)


class City:
    """The demo city's units, places, topics, staff and pages, and the means to fill it."""

    def __init__(
        self, *, now: datetime, seed: int = 1, answered: float = ANSWERED, quiet: timedelta = timedelta(0)
    ) -> None:  # fmt: skip
        """`answered`: share of what is old enough; `quiet`: nothing came in for so long before `now`."""
        self.now, self.answered, self.quiet = now, answered, quiet
        self.dice = random.Random(seed)
        if not CalendarDay.objects.exists():
            call_command("load_workdays", verbosity=0, stdout=StringIO())
        self.facts = Seeder(now=now)
        self.facts.city_facts()
        pages = import_module(settings.DEMO_PAGES).build_pages(
            jurisdiction=self.facts.jurisdiction,
            campaigns=self.facts.city.read("campaigns.toml")["campaign"],
            now=now,
        )
        self.campaigns = list(pages.values())
        self.words = Words(self.dice, now.astimezone(SHANGHAI).date())
        self.topics: list[Topic] = [
            t for code, t in sorted(self.facts.topics.items()) if code in self.words.pools
        ]
        directory = self.facts.city.read("directory.toml")["topics"]
        self.lead = {t.code: self.facts.units[directory[t.code]] for t in self.topics}
        self.districts = sorted(self.facts.districts.values(), key=lambda d: d.code)
        self.due_dates: dict[tuple[str, date], date] = {}
        self.rules: dict[str, ClockRule] = {}
        self.mark = get_random_string(12)
        self.serials: dict[int, int] = {}

    def fill(self, size: int, progress: Callable[[int], None] = lambda n: None) -> int:
        """Write `size` suggestions in batches; returns how many of them the public may read."""
        first = (Suggestion.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
        parts: tuple[type[models.Model], ...] = (Assignment, Reply)
        self.next = {
            part: (part._default_manager.aggregate(n=Max("pk"))["n"] or 0) + 1 for part in parts
        }
        for row in CaseNumber.objects.all():
            self.serials[row.year] = row.last
        public, unchecked = 0, may_leave_keys_unchecked()
        for rows in self._batches(first, size):
            rows.write(self.now, unchecked=unchecked)
            public += sum(s.is_public for s in rows.suggestions)
            progress(len(rows.suggestions))
        for year, last in self.serials.items():
            CaseNumber.objects.update_or_create(year=year, defaults={"last": last})
        with connection.cursor() as cursor:
            for sql in connection.ops.sequence_reset_sql(no_style(), [Suggestion, *parts]):
                cursor.execute(sql)
            if connection.vendor == "postgresql" and not connection.in_atomic_block:
                # What autovacuum does on a site that grew by and by.
                cursor.execute("VACUUM ANALYZE")
        content.bump()
        return public

    def _batches(self, first: int, size: int) -> Iterator[Rows]:
        span = timedelta(days=365 * YEARS)
        for start in range(0, size, BATCH):
            rows = Rows()
            for n in range(start, min(start + BATCH, size)):
                # Oldest first, as a site grows; a little unevenly.
                share = (n + self.dice.random()) / size
                received = self.now - self.quiet - span * (1 - share)
                _Life(self, first + n, received, rows).write()
            yield rows

    def key_of(self, model: type[models.Model]) -> int:
        self.next[model] += 1
        return self.next[model] - 1

    def serial(self, year: int) -> int:
        self.serials[year] = self.serials.get(year, 0) + 1
        return self.serials[year]

    def rule(self, kind: str) -> ClockRule:
        """Asked of the services once: each time they look into the cache whether it is still the rule."""
        if kind not in self.rules:
            self.rules[kind] = clocks.current_rule(kind)
        return self.rules[kind]

    def due(self, kind: str, moment: datetime) -> date:
        """The due date of a clock started then, worked out once a day."""
        key = (kind, local_date(moment))
        if key not in self.due_dates:
            rule = self.rule(kind).as_rule()
            self.due_dates[key] = counting.due(rule, key[1], clocks.workdays()).on
        return self.due_dates[key]


class _Life:
    """One suggestion from its arrival to where its age has brought it."""

    def __init__(self, city: City, pk: int, received: datetime, rows: Rows) -> None:
        self.city, self.dice, self.rows = city, city.dice, rows
        self.at = received
        self.topic = self.dice.choice(city.topics)
        self.text = city.words.text(self.topic.code)
        self.unit: Unit = city.lead[self.topic.code]
        campaign = self.dice.choice(city.campaigns) if self.dice.random() < IN_CAMPAIGN else None
        year = received.astimezone(SHANGHAI).year
        text = self.text
        self.item = Suggestion(
            pk=pk,
            case_no=numbers.format_case_no(year, city.serial(year)),
            jurisdiction=city.facts.jurisdiction,
            receipt_hash=f"{pk:064x}",
            query_code_hash=f"{pk:064x}",
            idempotency_key=f"bench:{city.mark}:{pk}",
            idempotency_digest=f"{pk:064x}",
            mode=campaign.mode if campaign else Mode.STANDING,
            campaign_id=campaign.pk if campaign else None,
            original_title=text.title,
            original_problem=text.problem,
            original_proposal=text.proposal,
            original_place=text.place,
            topic=self.topic,
            district=self.dice.choice(city.districts),
            publish_consent=self.dice.random() < CONSENT,
            received_at=received,
        )

    def write(self) -> None:
        item = self.item
        self.case("submit", "author")
        self.case("register", "system")
        item.registered_at = self.at
        self.live()
        item.public_group = states.public_group(item.status)
        item.version = item.event_seq
        self.rows.suggestions.append(item)
        # A phone of its own for each, so that looking for the same phone again finds as few as in life.
        self.rows.authors.append(
            Author(suggestion=item, name=NAME, phone=PHONE, phone_hash=f"{item.pk:064x}")
        )

    def live(self) -> None:
        """Go on until the next step would lie in the future."""
        item, dice = self.item, self.dice
        arrived = self.at
        if not self.later(hours=dice.uniform(4, 40)):
            self.running("K2", arrived)
            return
        self.case("accept", Role.TRIAGE_OFFICER, office=self.city.facts.jurisdiction.office_name)
        item.accepted_at = self.at
        if not self.later(hours=dice.uniform(0.5, 20)):
            self.running("K2", arrived)
            return
        part = self.dispatch()
        if not self.later(hours=dice.uniform(2, 30)):
            self.running("K7a", part.assigned_at, self.unit)
            return
        self.case("sign_in", Role.LIAISON, self.unit, unit=self.unit.short_name)
        part.status, part.signed_at = states.Assignment.WORKING, self.at
        published = item.publish_consent and self.later(hours=dice.uniform(2, 60))
        if published:
            self.publish()
        answers = dice.random() < self.city.answered
        if not answers or not self.later(hours=dice.uniform(48, 400)):
            self.running("K7a", part.assigned_at, self.unit)
            return
        self.answer(part)
        if published and self.later(hours=dice.uniform(2, 50)):
            self.release_reply()
        if self.later(days=dice.uniform(1, 15)):
            self.close()

    def later(self, **span: float) -> bool:
        """Move the clock, if there is time left before now."""
        moment = self.at + timedelta(**span)
        if moment >= self.city.now:
            return False
        self.at = moment
        return True

    def dispatch(self) -> Assignment:
        item = self.item
        item.lead_unit, item.dispatched_at = self.unit, self.at
        self.case("dispatch", Role.TRIAGE_OFFICER, lead=self.unit.short_name, with_co="")
        part = Assignment(
            pk=self.city.key_of(Assignment), suggestion=item, unit=self.unit, part="lead",
            assigned_at=self.at, basis=f"派单目录“{self.topic.name}”",
        )  # fmt: skip
        self.rows.assignments.append(part)
        return part

    def publish(self) -> None:
        item, text = self.item, self.text
        item.public_title, item.public_problem = text.title, text.problem
        item.public_proposal, item.public_place = text.proposal, text.place
        item.published_at = self.at
        self.move("publish", Publication.SECOND_CHECK, Role.PUBLISHER)
        item.publication = Publication.PUBLISHED

    def answer(self, part: Assignment) -> None:
        item, city = self.item, self.city
        item.outcome = self.dice.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
        self.case("submit_reply", Role.UNIT_HEAD, self.unit, unit=self.unit.short_name)
        self.case("pass_reply", Role.TRIAGE_OFFICER, unit=self.unit.short_name)
        item.answered_at, item.due_on, item.due_kind = self.at, None, ""
        item.evaluation_state = states.Evaluation.INVITED
        part.status, part.submitted_at = states.Assignment.ACCEPTED_BY_OFFICE, self.at
        promised = local_date(self.at) + timedelta(days=90)
        self.reply = Reply(
            pk=city.key_of(Reply), suggestion=item, unit=self.unit, state=Reply.State.APPROVED,
            outcome=item.outcome, body=self.text.reply, signed_at=self.at, delivered_at=self.at,
            contact=f"办公室 {self.unit.phone}",
            committed_by=promised if item.outcome == Outcome.PLANNED else None,
            next_report_on=promised if item.outcome == Outcome.UNDER_STUDY else None,
            reason="理由见答复。" if item.outcome == Outcome.NOT_ADOPTED else "",
        )  # fmt: skip
        self.rows.replies.append(self.reply)
        self.clock("K7a", part.assigned_at, self.unit, stopped=self.at)

    def release_reply(self) -> None:
        self.reply.public_body, self.reply.is_public = self.text.reply, True
        self.move("publish_update", self.item.publication, Role.PUBLISHER)
        self.item.publication = Publication.UPDATED

    def close(self) -> None:
        item = self.item
        item.overall = self.dice.choices(list(RATINGS), list(RATINGS.values()))[0]
        if item.overall:
            item.evaluation_state = states.Evaluation.EVALUATED
            self.rows.evaluations.append(
                Evaluation(
                    suggestion=item, reply=self.reply, unit=self.unit, overall=item.overall,
                    contacted=self.dice.random() < 0.7, solved=self.dice.choice(list(Solved)),
                    score_result=self.dice.randint(3, 5), at=self.at,
                )
            )  # fmt: skip
        else:
            item.evaluation_state = states.Evaluation.EXPIRED
        self.case("close", "system")
        item.closed_at = self.at

    def running(self, kind: str, started: datetime, holder: Unit | None = None) -> None:
        self.item.due_on, self.item.due_kind = self.clock(kind, started, holder), kind

    def clock(
        self, kind: str, started: datetime, holder: Unit | None, stopped: datetime | None = None
    ) -> date:
        due = self.city.due(kind, started)
        self.rows.clocks.append(
            Clock(
                suggestion=self.item, kind=kind, rule=self.city.rule(kind), holder_unit=holder,
                started_at=started, due_on=due, first_due_on=due, stopped_at=stopped,
                stop_reason="pass_reply" if stopped else "",
            )
        )  # fmt: skip
        return due

    def case(self, name: str, role: str, by: Unit | None = None, **data: Any) -> None:
        """An act on the case's own state."""
        self.move(name, self.item.status, role, by, **data)
        self.item.status = states.BY_NAME[name].to

    def move(self, name: str, current: str, role: str, by: Unit | None = None, **data: Any) -> None:
        """The event of one row of states/, hashed onto the ones before."""
        row, item = states.BY_NAME[name], self.item
        if current not in row.from_:
            raise ValueError(f"{name} does not leave {current}")
        facts: dict[str, Any] = {
            "suggestion_id": item.pk,
            "seq": item.event_seq + 1,
            "machine": str(row.machine),
            "name": name,
            "from_state": str(current),
            "to_state": str(row.to),
            "actor_id": None,
            "role": str(role),
            "unit_id": by.pk if by else None,
            "words": _words(name).format(**data),
            "reason": "",
            "data": data,
            "visibility": str(row.visibility),
            "prev_hash": item.event_head,
        }
        sealed = seal(facts)
        item.event_head = event_hash(at=self.at, text_digest=sealed["text_digest"], **facts)
        item.event_seq += 1
        self.rows.events.append({**facts, **sealed, "at": self.at, "hash": item.event_head})
