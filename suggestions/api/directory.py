"""GET: units, campaigns, and the codes that submissions and filters are made of."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from suggestions.api import shapes
from suggestions.api.listing import absolute, item_facts, named
from suggestions.api.shapes import ItemOut, local
from suggestions.campaign_form import FieldSpec
from suggestions.codes import Mode
from suggestions.models import District, Suggestion, Topic, Unit
from suggestions.selectors import campaigns as campaign_reads
from suggestions.selectors import units as unit_reads
from suggestions.selectors.campaigns import CampaignCounts
from suggestions.selectors.units import Workload
from suggestions.statistics.figures import Figure
from suggestions.statistics.units import unit_figures


def units() -> shapes.UnitsOut:
    """All units in use with what lies with them. Two queries."""
    loads = unit_reads.workloads(at=timezone.now())
    return shapes.UnitsOut(
        items=[
            shapes.UnitOut(**_unit_facts(u, loads.get(u.pk, Workload())))
            for u in unit_reads.active()
        ]
    )


def _unit_facts(unit: Unit, load: Workload) -> dict[str, Any]:
    return {
        **{n: getattr(unit, n) for n in ("code", "name", "short_name", "is_collection_office")},
        **{n: getattr(unit, n) for n in ("duties", "not_ours", "phone", "address", "hours")},
        "workload": shapes.LoadOut(
            open=load.open, soon=load.soon, late=load.late, answered=load.answered
        ),
        "url": absolute(reverse("suggestions:unit", args=[unit.code])),
    }


def unit(code: str) -> shapes.UnitDetailOut:
    """One unit with its figures and its last answers, or Http404."""
    now = timezone.now()
    found = unit_reads.load(code)
    figures = unit_figures(found, at=now)
    promises = unit_reads.promises(found, at=now)
    answers, answered = unit_reads.recent_answers(found)
    return shapes.UnitDetailOut(
        **_unit_facts(found, unit_reads.workloads(at=now).get(found.pk, Workload())),
        period_from=figures.period.first,
        period_to=figures.period.last,
        on_time=_figure(figures.on_time),
        satisfaction=_figure(figures.satisfaction) if figures.satisfaction else None,
        rated=figures.rated,
        invited=figures.invited,
        promises=shapes.PromisesOut(
            total=promises.total, kept=promises.kept, coming=promises.coming, late=promises.late
        ),
        answered_total=answered,
        recent_answers=[ItemOut(**item_facts(item)) for item in answers],
    )


def _figure(figure: Figure) -> shapes.FigureOut:
    share = round(100 * figure.numerator / figure.denominator, 1) if figure.denominator else None
    return shapes.FigureOut(
        numerator=figure.numerator, denominator=figure.denominator, percent=share
    )


def campaigns() -> shapes.CampaignsOut:
    """All published campaigns, newest first. Known by the reverse relation: the pages belong to the editors (cms)."""
    now = timezone.now()
    model: Any = Suggestion._meta.get_field("campaign").related_model
    pages = list(model._default_manager.live().public().for_lists().order_by("-opens_at", "-pk"))
    counts = campaign_reads.counts([p.pk for p in pages])
    return shapes.CampaignsOut(items=[_campaign(p, counts[p.pk], now) for p in pages])


def _campaign(page: Any, counts: CampaignCounts, now: datetime) -> shapes.CampaignOut:
    phase = page.phase_at(now)
    reported = page.report_published_at
    host = named(page.host_unit)
    assert host is not None
    return shapes.CampaignOut(
        id=page.pk, title=page.title, summary=page.summary, mode=page.mode,
        mode_label=str(Mode(page.mode).label), phase=phase.value, phase_label=phase.label,
        takes_submissions=page.is_open_at(now) and page.mode != Mode.INVITED,
        opens_at=local(page.opens_at), closes_at=local(page.closes_at),
        report_due_on=page.report_due,
        report_published_at=local(reported) if reported and reported <= now else None,
        host_unit=host, questions=[_question(spec) for spec in page.form_specs()], received=counts.received, published=counts.published,
        answered=counts.answered, adopted=counts.adopted, url=absolute(page.get_url() or ""),
    )  # fmt: skip


def _question(spec: FieldSpec) -> shapes.CampaignQuestionOut:
    return shapes.CampaignQuestionOut(
        question=spec.label, kind=str(spec.kind), required=spec.required, help=spec.help, options=list(spec.options),
        least=None if spec.least is None else float(spec.least), most=None if spec.most is None else float(spec.most),
    )  # fmt: skip


def topics() -> shapes.TopicsOut:
    """The topic tree as a list, parents before children. One query."""
    rows = list(Topic.objects.filter(is_active=True).order_by("path"))
    return shapes.TopicsOut(items=_tree(rows, Topic.steplen))


def districts() -> shapes.DistrictsOut:
    """Districts as a list, parents before children. One query."""
    rows = list(District.objects.filter(is_active=True).order_by("path"))
    return shapes.DistrictsOut(items=_tree(rows, District.steplen))


def _tree(rows: list[Any], step: int) -> list[shapes.TopicOut]:
    codes = {row.path: row.code for row in rows}
    return [
        shapes.TopicOut(code=r.code, name=r.name, parent=codes.get(r.path[:-step])) for r in rows
    ]
