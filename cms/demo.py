"""The pages of the demo city, from suggestions/demo/pages.toml. Called by `manage.py seed_demo`."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from cms import demo_pictures, starters
from cms.models import CampaignPage, KnowledgePage, NewsPage, StandardPage
from cms.setup import EDITORS, WRITERS, Pages, add_page, ensure_groups, ensure_pages
from cms.starters import body, rich
from suggestions.clock import SHANGHAI
from suggestions.demo.load import City
from suggestions.demo.seed import WRITER
from suggestions.models import Jurisdiction, Topic, Unit
from suggestions.roles import Role


def build_pages(
    *, jurisdiction: Jurisdiction, campaigns: list[dict[str, Any]], now: datetime
) -> dict[str, CampaignPage]:
    """Home, standard pages, campaigns and news of the demo; returns the campaigns by the key of campaigns.toml.

    Units must be there already. A page that exists is left as it is, so a second call changes nothing.
    """
    ensure_groups()
    city = City(now.astimezone(SHANGHAI).date())
    words = city.read("pages.toml")
    pages = ensure_pages(title=f"{jurisdiction.city_name}人民建议征集")
    for page, texts in (
        (pages.campaigns, words["campaigns"]), (pages.news, words["news"]),
        (pages.knowledge, words["knowledge"]),
    ):  # fmt: skip
        if not page.summary:
            page.summary, page.summary_en = texts["summary"], texts["summary_en"]
            page.save_revision().publish()
    facts = {
        "city": jurisdiction.city_name, "office": jurisdiction.office_name, "phone": jurisdiction.phone,
        "address": jurisdiction.address, "hours": jurisdiction.hours, **words["facts"],
    }  # fmt: skip
    for page in starters.standing_pages(facts):
        if not StandardPage.objects.child_of(pages.home).filter(slug=page.slug).exists():
            add_page(pages.home, page)
    _articles(pages, words["article"], city)
    _answers(pages, words["answer"], city)
    _editors_join_their_group()
    texts = {row["key"]: row for row in words["campaign"]}
    return {
        row["key"]: _campaign(pages, {**row, **texts.get(row["key"], {})}, city)
        for row in campaigns
    }


def _campaign(pages: Pages, row: dict[str, Any], city: City) -> CampaignPage:
    found = CampaignPage.objects.child_of(pages.campaigns).filter(slug=row["slug"]).first()
    if found is not None:
        return found
    page = CampaignPage(
        title=row["title"], slug=row["slug"], mode=row["mode"], kind=row["kind"],
        summary=row.get("summary", ""), host_unit=Unit.objects.get(code=row["host"]),
        contact=row.get("contact", ""), decides=row["decides"], who_may=row.get("who_may", ""),
        opens_at=_moment(city, row["opens"], 9),
        closes_at=_moment(city, row["closes"] + 1, 0),  # until 24:00 of the day
        is_major_decision=row.get("major", False),
        short_reason=row.get("short_reason", ""),
        picture=_picture(row),
        background=rich(city.moved(row["background"])),
        questions=[("question", text) for text in row["questions"]],
        stages=[
            ("stage", {"name": name, "starts_on": _day(city, a), "ends_on": _day(city, b)})
            for name, a, b in row.get("stages", [])
        ],
        faq=[
            ("question", {"question": q, "answer": rich(a)}) for q, a in row.get("faq", [])
        ],
        form_fields=[("field", _field(f)) for f in row.get("form", [])],
        polls=[_poll(city, p) for p in row.get("poll", [])],
        meetings=[("meeting", _meeting(city, m)) for m in row.get("meetings", [])],
        report_due_on=_day(city, row["report_due"]) if "report_due" in row else None,
        report=rich(city.moved(row.get("report", "")), heading="h3"),
        report_published_at=_moment(city, row["reported"], 10) if "reported" in row else None,
    )  # fmt: skip
    add_page(pages.campaigns, page)
    return page


def _field(row: list[Any]) -> dict[str, Any]:
    label, kind, words, required, options = row
    return {
        "label": label, "kind": kind, "help": words, "required": required, "options": "\n".join(options),
        "least": None, "most": None,
    }  # fmt: skip


def _poll(city: City, row: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    held: dict[str, Any] = {
        "title": row["title"], "intro": row["intro"],
        "opens_on": _day(city, row["opens"]) if "opens" in row else None,
        "closes_on": _day(city, row["closes"]) if "closes" in row else None,
    }  # fmt: skip
    if row["kind"] == "survey":
        return "survey", held | {
            "questions": [
                {"text": text, "kind": kind, "options": "\n".join(options), "required": required}
                for text, kind, options, required in row["questions"]
            ]
        }
    chosen = row.get("chosen", [])
    return "vote", held | {
        "most": row["most"], "outcome": row.get("outcome", ""),
        "options": [{"name": n, "about": a, "chosen": n in chosen} for n, a in row["options"]],
    }  # fmt: skip


def _meeting(city: City, row: list[Any]) -> dict[str, Any]:
    title, days, hour, place, how, record = row
    return {
        "title": title, "starts_at": _moment(city, days, hour), "place": place, "how": how,
        "record": rich(record) if record else "",
    }  # fmt: skip


def _articles(pages: Pages, rows: list[dict[str, Any]], city: City) -> None:
    for row in rows:
        if NewsPage.objects.child_of(pages.news).filter(slug=row["slug"]).exists():
            continue
        title, more = row["title"], {}
        if row["kind"] == NewsPage.Kind.BULLETIN:
            last = _day(city, -row["days_ago"]).replace(day=1) - timedelta(days=1)
            issue = f"{last.year}年第{last.month}期"
            title = title.format(issue=issue)
            more = {"issue": issue, "period_from": last.replace(day=1), "period_to": last}
        page = NewsPage(
            **more, title=title, slug=row["slug"], kind=row["kind"], summary=row["summary"],
            source=row["source"], date=_day(city, -row["days_ago"]),
            body=_picture(row) + body(city.moved(row["body"])),
        )  # fmt: skip
        add_page(pages.news, page)


def _picture(row: dict[str, Any]) -> list[tuple[str, Any]]:
    """The drawing that a row of the TOML files names, as the block that editors put in."""
    if "picture" not in row:
        return []
    held: Any = demo_pictures.picture(row["picture"])
    held.contextual_alt_text, held.decorative = held.description, False
    return [("picture", {"image": held, "caption": ""})]


def _answers(pages: Pages, rows: list[dict[str, Any]], city: City) -> None:
    for row in rows:
        if KnowledgePage.objects.child_of(pages.knowledge).filter(slug=row["slug"]).exists():
            continue
        page = KnowledgePage(
            title=row["title"], slug=row["slug"], kind=row["kind"], summary=row["summary"], basis=row["basis"],
            topic=Topic.objects.get(code=row["topic"]), unit=Unit.objects.get(code=row["unit"]),
            review_on=_day(city, row["review_in"]), body=body(city.moved(row["body"])),
        )  # fmt: skip
        add_page(pages.knowledge, page)
        looked_at = _moment(city, -row["days_ago"], 10)
        KnowledgePage.objects.filter(pk=page.pk).update(
            first_published_at=looked_at, last_published_at=looked_at
        )


def _editors_join_their_group() -> None:
    """Whoever holds the role of editor publishes pages; the writer drafts them."""
    people = get_user_model().objects
    editors = people.filter(staff_roles__role=Role.EDITOR).distinct()
    Group.objects.get(name=EDITORS).user_set.add(*editors)
    Group.objects.get(name=WRITERS).user_set.add(*people.filter(username=WRITER[0]))


def _day(city: City, days: int) -> date:
    return city.base + timedelta(days=days)


def _moment(city: City, days: int, hour: int) -> datetime:
    return datetime.combine(_day(city, days), time(hour), tzinfo=SHANGHAI)
