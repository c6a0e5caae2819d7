"""Two people at once on what is watched and told: warnings, published figures, bulletins, reports, tables (process.md 7.2, 8).

One wins, the other reads why not; a record has one decision, one event of it and one clock, and no number is given twice.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from suggestions.clock import SHANGHAI
from suggestions.errors import DomainError
from suggestions.models import (
    Bulletin,
    BulletinUnit,
    DispatchRule,
    District,
    EarlyWarning,
    LeagueAppeal,
    LeagueTable,
    Outbox,
    Signal,
    SpecialReport,
    StatSnapshot,
    Suggestion,
    Unit,
    WarningStep,
)
from suggestions.services import (
    bulletins,
    chain,
    early_warnings,
    leagues,
    snapshots,
    special_reports,
    warning_watch,
)
from suggestions.services.warning_signals import Found
from suggestions.states.statistics import SnapshotState
from suggestions.statistics import league
from tests import world as w
from tests.concurrency.racing import DAY, HOUR, RACE, ROUNDS, acts, again, at_once, one_wins, whole
from tests.world import MONDAY, World

pytestmark = RACE
AFTER = datetime(2026, 12, 1, 0, 10, tzinfo=SHANGHAI)
LATER = AFTER + timedelta(days=14)
TEXTS = {
    "title": "办理情况通报",
    "scope": "全市各承办单位",
    "words": "总体平稳，个别单位答复不及时。",
}


def told_once(record: Any) -> None:
    """No notice about this record was queued twice."""
    rows = Outbox.objects.filter(payload__machine=str(record.machine), payload__record=record.pk).exclude(key="")  # fmt: skip
    keys = list(rows.values_list("key", flat=True))
    assert len(keys) == len(set(keys))


# Early warnings (8.4)


def raised(city: World, n: int) -> EarlyWarning:
    DispatchRule.objects.get_or_create(
        jurisdiction=city.jurisdiction, topic=city.topic, unit=city.bus, defaults={"basis": "派单目录"}
    )  # fmt: skip
    place = District.add_root(code=f"99{n:04d}", name=f"第{n}街", jurisdiction=city.jurisdiction)
    found = _found(city, place)
    warning = warning_watch.raise_one(Signal.RISE, found, at=MONDAY)
    assert warning is not None
    # Some units answer for the matter, others for the place.
    EarlyWarning.objects.filter(pk=warning.pk).update(place_unit=city.water)
    return warning


def _found(city: World, place: District) -> Found:
    return Found(
        (city.jurisdiction.pk, city.topic.pk, place.pk), 6, Decimal(0), date(2026, 10, 26), date(2026, 11, 1),
        Suggestion.objects.none(),
    )  # fmt: skip


def test_two_workers_that_see_one_rise_raise_one_warning(city: World) -> None:
    found = _found(city, city.district)
    results = at_once(
        *[lambda: warning_watch.raise_one(Signal.RISE, found, at=MONDAY) for _ in range(3)]
    )
    assert all(r is None or isinstance(r, EarlyWarning) for r in results), results
    whole(EarlyWarning.objects.get())


def test_of_the_units_of_the_matter_and_of_the_place_one_signs_for_a_warning(city: World) -> None:
    for n in range(ROUNDS):
        held = raised(city, n)
        one_wins(
            at_once(
                *[
                    lambda who=who, held=held: early_warnings.acknowledge(
                        warning=again(held), actor=city.actor(who), at=MONDAY + HOUR
                    )
                    for who in ("liaison:bus", "liaison:water")
                ]
            )
        )
        assert acts(held, "warning_acknowledge") == 1
        whole(held)
        told_once(held)


def test_a_warning_is_signed_for_or_handed_on_and_its_clock_runs_once_at_the_most(
    city: World,
) -> None:
    other = Unit.add_root(code="parks", name="测试市园林局", short_name="市园林局", jurisdiction=city.jurisdiction)  # fmt: skip
    for n in range(ROUNDS):
        held = raised(city, n)
        one_wins(
            at_once(
                lambda held=held: early_warnings.acknowledge(
                    warning=again(held), actor=city.actor("liaison:bus"), at=MONDAY + HOUR
                ),
                lambda held=held: early_warnings.hand_on(
                    warning=again(held), unit=other, reason="职责在这里", actor=city.actor("supervisor"), at=MONDAY + HOUR
                ),
            )
        )  # fmt: skip
        now = again(held)
        assert (now.status, now.unit) in (("acknowledged", city.bus), ("raised", other))
        whole(held)
        told_once(held)


def test_a_warning_is_closed_or_dismissed_and_never_both(city: World) -> None:
    for n in range(ROUNDS):
        held = raised(city, n)
        liaison = city.actor("liaison:bus")
        early_warnings.acknowledge(warning=again(held), actor=liaison, at=MONDAY + HOUR)
        early_warnings.take_measure(
            warning=again(held), words="先改走得最多的几处。", actor=liaison, at=MONDAY + DAY
        )
        one_wins(
            at_once(
                lambda held=held: early_warnings.close(
                    warning=again(held), result="都已改好。", actor=city.actor("supervisor"), at=MONDAY + 2 * DAY
                ),
                lambda held=held: early_warnings.dismiss(
                    warning=again(held), reason="不是苗头。", actor=city.actor("leader"), at=MONDAY + 2 * DAY
                ),
            )
        )  # fmt: skip
        assert acts(held, "warning_close", "warning_dismiss") == 1
        whole(held)


def test_a_measure_pressed_twice_is_written_once(city: World) -> None:
    held = raised(city, 1)
    liaison = city.actor("liaison:bus")
    early_warnings.acknowledge(warning=again(held), actor=liaison, at=MONDAY + HOUR)
    one_wins(
        at_once(
            *[
                lambda: early_warnings.take_measure(
                    warning=again(held), words="加装座椅。", actor=liaison, at=MONDAY + DAY
                )
                for _ in range(2)
            ]
        )
    )
    assert WarningStep.objects.filter(warning=held).count() == acts(held, "warning_act") == 1
    told_once(held)


# Published figures (7.2, 7.3)


def taken(city: World, month: str = "2026-11", **changes: Any) -> StatSnapshot:
    kind, period = snapshots.period_of(month)
    return snapshots.take(
        place=city.jurisdiction, kind=kind, period=period, at=AFTER,
        **{"actor": city.actor("analyst"), **changes},
    )  # fmt: skip


def test_figures_of_a_month_taken_twice_at_once_are_one_version(city: World) -> None:
    w.answered(city)
    one_wins(at_once(*[lambda: taken(city) for _ in range(3)]))
    held = StatSnapshot.objects.get()
    assert snapshots.is_whole(held)
    whole(held)


def test_two_workers_that_sweep_at_once_take_each_period_once(city: World) -> None:
    w.answered(city)
    results = at_once(*[lambda: snapshots.sweep(now=AFTER) for _ in range(2)])
    assert all(isinstance(r, int) for r in results), results
    assert sum(results) == StatSnapshot.objects.count()
    assert list(chain.verify()) == []


def test_figures_are_published_once_and_by_one(city: World) -> None:
    for n, month in enumerate(("2026-08", "2026-09", "2026-10", "2026-11")):
        held = taken(city, month)
        note = f"第{n}份说明"
        one_wins(
            at_once(
                *[
                    lambda who=who, held=held, note=note: snapshots.publish(
                        snapshot=again(held), actor=city.actor(who), at=AFTER + DAY, note=f"{note}（{who}）"
                    )
                    for who in ("supervisor", "leader")
                ]
            )
        )  # fmt: skip
        now = again(held)
        assert acts(held, "stat_publish") == 1
        assert now.published_by is not None
        assert now.note == f"{note}（{now.published_by.username}）"
        whole(held)


def test_figures_are_published_or_not_used_and_never_both(city: World) -> None:
    for month in ("2026-08", "2026-09", "2026-10", "2026-11"):
        held = taken(city, month)
        one_wins(
            at_once(
                lambda held=held: snapshots.publish(
                    snapshot=again(held), actor=city.actor("supervisor"), at=AFTER + DAY
                ),
                lambda held=held: snapshots.drop(
                    snapshot=again(held), reason="还要核对。", actor=city.actor("analyst"), at=AFTER + DAY
                ),
            )
        )  # fmt: skip
        assert acts(held, "stat_publish", "stat_drop") == 1
        whole(held)


def test_a_correction_begun_twice_waits_once_and_replaces_only_when_it_is_published(
    city: World,
) -> None:
    held = taken(city)
    snapshots.publish(snapshot=held, actor=city.actor("supervisor"), at=AFTER + DAY)

    def correct(who: str) -> StatSnapshot:
        return snapshots.correct(
            snapshot=again(held), reason="补录了十件。", actor=city.actor(who), at=AFTER + 2 * DAY
        )

    one_wins(at_once(lambda: correct("analyst"), lambda: correct("supervisor")))
    second = StatSnapshot.objects.get(status=SnapshotState.TAKEN)
    one_wins(
        at_once(
            lambda: snapshots.publish(
                snapshot=again(second), actor=city.actor("leader"), at=AFTER + 3 * DAY
            ),
            lambda: snapshots.drop(
                snapshot=again(second), reason="不用了。", actor=city.actor("analyst"), at=AFTER + 3 * DAY
            ),
        )
    )  # fmt: skip
    standing = StatSnapshot.objects.get(status=SnapshotState.PUBLISHED)
    assert standing.pk == (held.pk if again(second).status == SnapshotState.DROPPED else second.pk)
    assert acts(held, "stat_replace") == int(standing.pk == second.pk)
    whole(held)
    whole(second)


# Bulletins (8.2)


def drafted(city: World, n: int, month: str) -> Bulletin:
    """A bulletin with one criticised unit: an answer of its own that the ladder carried here."""
    item = w.submit(city, title=f"第{n}个路口加一张长椅", phone=f"1990000{n:04d}").suggestion
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY)
    w.sign_in(city, item, at=MONDAY)
    held = taken(city, month)
    snapshots.publish(snapshot=held, actor=city.actor("supervisor"), at=AFTER)
    item.clocks.filter(kind="K7a").update(bulletin_on=held.last)
    return bulletins.draft(
        jurisdiction=city.jurisdiction, snapshot=held, actor=city.actor("supervisor"), at=AFTER + DAY, **TEXTS
    )  # fmt: skip


def months() -> list[str]:
    return ["2026-08", "2026-09", "2026-10", "2026-11"][:ROUNDS]


def test_a_bulletin_is_issued_once_and_asks_each_unit_once(city: World) -> None:
    for n, month in enumerate(months()):
        held = drafted(city, n, month)
        one_wins(
            at_once(
                *[
                    lambda who=who, held=held: bulletins.issue(
                        bulletin=again(held), actor=city.actor(who), at=AFTER + 2 * DAY
                    )
                    for who in ("leader", "leader")
                ]
            )
        )
        assert acts(held, "bulletin_issue") == 1
        assert again(held).number == n + 1
        line = held.lines.get()
        assert acts(line, "bulletin_rectify") == 1
        for record in (held, line):
            whole(record)
            told_once(record)


def test_two_bulletins_signed_at_once_get_two_numbers(city: World) -> None:
    both = [drafted(city, n, month) for n, month in enumerate(months()[:2])]
    results = at_once(
        *[
            lambda held=held: bulletins.issue(
                bulletin=again(held), actor=city.actor("leader"), at=AFTER + 2 * DAY
            )
            for held in both
        ]
    )
    assert results == [None, None]
    assert {again(held).number for held in both} == {1, 2}


def test_a_bulletin_is_issued_or_not_and_its_units_go_with_it(city: World) -> None:
    for n, month in enumerate(months()):
        held = drafted(city, n, month)
        one_wins(
            at_once(
                lambda held=held: bulletins.issue(
                    bulletin=again(held), actor=city.actor("leader"), at=AFTER + 2 * DAY
                ),
                lambda held=held: bulletins.drop(
                    bulletin=again(held), reason="和季度的合并。", actor=city.actor("supervisor"), at=AFTER + 2 * DAY
                ),
            )
        )  # fmt: skip
        pair = (again(held).status, held.lines.get().status)
        assert pair in (("issued", "rectifying"), ("dropped", "struck"))
        whole(held.lines.get())


def test_what_a_unit_put_right_is_accepted_or_sent_back_and_never_both(city: World) -> None:
    for n, month in enumerate(months()):
        held = drafted(city, n, month)
        bulletins.issue(bulletin=held, actor=city.actor("leader"), at=AFTER + 2 * DAY)
        line: BulletinUnit = held.lines.get()
        one_wins(
            at_once(
                *[
                    lambda words=words, line=line: bulletins.answer(
                        line=again(line), text=words, actor=city.actor("unit_head:bus"), at=AFTER + 3 * DAY
                    )
                    for words in ("交接漏件的改为双人核对。", "逐件查了原因，本周补齐。")
                ]
            )
        )  # fmt: skip
        assert acts(line, "rectify_answer") == 1
        one_wins(
            at_once(
                lambda line=line: bulletins.accept(
                    line=again(line), actor=city.actor("supervisor"), at=AFTER + 4 * DAY
                ),
                lambda line=line: bulletins.send_back(
                    line=again(line), reason="请写清哪天补齐。", actor=city.actor("leader"), at=AFTER + 4 * DAY
                ),
            )
        )  # fmt: skip
        assert acts(line, "rectify_accept", "rectify_send_back") == 1
        whole(line)
        told_once(line)


# Special reports and league tables (8.2, 8.3)


def test_a_special_report_signed_twice_at_once_has_one_number(city: World) -> None:
    item = w.submit(city).suggestion
    for n in range(ROUNDS):
        held = special_reports.draft(
            jurisdiction=city.jurisdiction, kind=SpecialReport.Kind.DIGEST, title="站台座椅", facts="几处站台没有座椅。", causes="",
            proposals="请交通部门研究。", addressee="分管副市长", cases=[item], actor=city.actor("triage_officer"), at=MONDAY + HOUR,
        )  # fmt: skip
        special_reports.hand_in(report=held, actor=city.actor("triage_officer"), at=MONDAY + HOUR)
        one_wins(
            at_once(
                *[
                    lambda who=who, held=held: special_reports.submit(
                        report=again(held), actor=city.actor(who), at=MONDAY + DAY
                    )
                    for who in ("supervisor", "leader")
                ]
            )
        )
        assert again(held).number == n + 1
        assert acts(held, "special_submit") == 1
        assert item.events.filter(name="special_report").count() == n + 1
        whole(held)
        told_once(held)


def shown(city: World, n: int) -> LeagueTable:
    third = Unit.objects.filter(code="parks").first() or Unit.add_root(
        code="parks", name="测试市园林局", short_name="市园林局", jurisdiction=city.jurisdiction
    )
    judge, before = city.actor("supervisor"), MONDAY - timedelta(days=20)
    group = leagues.set_group(
        jurisdiction=city.jurisdiction, name=f"第{n}组", kind="department", units=[city.bus, city.water, third],
        weights=league.DEFAULT_WEIGHTS, counts_from=date(2026, 11, 1), actor=judge, at=before,
    )  # fmt: skip
    leagues.announce(group=group, actor=judge, at=before)
    table = leagues.draw(group=group, month=date(2026, 11, 1), actor=judge, at=AFTER + HOUR)
    leagues.show(table=table, actor=judge, at=AFTER + DAY)
    return table


def test_a_unit_that_presses_appeal_twice_appeals_once(city: World) -> None:
    for n in range(ROUNDS):
        table = shown(city, n)
        one_wins(
            at_once(
                *[
                    lambda table=table: leagues.appeal(
                        table=again(table), text="有一件没有及时送到。", actor=city.actor("unit_head:bus"), at=AFTER + 2 * DAY
                    )
                    for _ in range(2)
                ]
            )
        )  # fmt: skip
        assert LeagueAppeal.objects.filter(table=table).count() == 1
        whole(LeagueAppeal.objects.get(table=table))


def test_no_appeal_stays_open_on_a_table_that_is_dropped_at_the_same_instant(city: World) -> None:
    for n in range(ROUNDS):
        table = shown(city, n)
        results = at_once(
            lambda table=table: leagues.appeal(
                table=again(table), text="有一件没有及时送到。", actor=city.actor("unit_head:bus"), at=AFTER + 2 * DAY
            ),
            lambda table=table: leagues.drop(
                table=again(table), reason="数据没有传到。", actor=city.actor("leader"), at=AFTER + 2 * DAY
            ),
        )  # fmt: skip
        assert all(isinstance(r, DomainError) for r in results if isinstance(r, Exception)), results
        if again(table).status == "dropped":
            assert not LeagueAppeal.objects.filter(table=table, status="open").exists()
        assert list(chain.verify()) == []


def test_a_table_is_published_once(city: World) -> None:
    for n in range(ROUNDS):
        table = shown(city, n)
        one_wins(
            at_once(
                lambda table=table: leagues.publish(
                    table=again(table), actor=city.actor("leader"), at=LATER
                ),
                lambda table=table: leagues.publish(
                    table=again(table), actor=city.actor("supervisor"), at=LATER
                ),
            )
        )
        assert acts(table, "league_publish") == 1
        whole(table)
