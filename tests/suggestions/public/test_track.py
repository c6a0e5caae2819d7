"""Number and code open an item for its author, and for nobody else."""

import re
from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.conf import LazySettings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from suggestions import numbers
from suggestions.models import Attachment, Evaluation, Suggestion, SupplementRequest
from suggestions.services import attachments, replying, triage
from tests import world as w
from tests.suggestions.public import walk
from tests.suggestions.public.test_submit_errors import bomb, photo
from tests.world import MONDAY, World


def day(n: int) -> datetime:
    return MONDAY + timedelta(days=n)


def enter(client: Client, receipt: w.Receipt) -> HttpResponse:
    return client.post(
        "/track/", {"case_no": receipt.suggestion.case_no, "query_code": receipt.query_code}
    )


def page_of(client: Client, receipt: w.Receipt) -> walk.Page:
    enter(client, receipt)
    response = client.get(f"/track/{receipt.suggestion.case_no}/")
    assert response.status_code == 200
    return walk.read(response)


def act(client: Client, receipt: w.Receipt, **data: Any) -> HttpResponse:
    return client.post(f"/track/{receipt.suggestion.case_no}/", data)


def plain(page: walk.Page) -> str:
    return re.sub(r"\s+", "", page.text)


def test_number_and_code_open_the_item_however_they_are_typed(browser: Client, city: World) -> None:
    receipt = w.submit(city)
    typed = receipt.suggestion.case_no.lower().replace("-", " — ")
    code = " ".join(receipt.query_code.lower())
    response = browser.post("/track/", {"case_no": typed, "query_code": code})
    assert response["Location"] == f"/track/{receipt.suggestion.case_no}/"
    cookie = browser.cookies["track"]
    assert (cookie["path"], cookie["httponly"], cookie["max-age"]) == ("/track/", True, 1800)
    page = walk.read(browser.get(response["Location"]))
    assert "现在轮到" in page.text
    assert city.jurisdiction.office_name in page.text


def test_a_wrong_number_and_a_wrong_code_get_the_same_answer(browser: Client, city: World) -> None:
    receipt = w.submit(city)
    missing = numbers.format_case_no(2026, 999_999)
    answers = []
    for number, code in (
        (receipt.suggestion.case_no, "AAAAAAAA"),
        (missing, receipt.query_code),
        ("JY2026-1", receipt.query_code),
        ("", ""),
        ("<script>", "😀" * 500),
    ):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = browser.post("/track/", {"case_no": number, "query_code": code})
        found = walk.read(response)
        summary = re.search(r'<div class="errs".*?</div>', found.html, re.S)
        answers.append(
            (
                response.status_code,
                summary and summary[0],
                len([q for q in queries if "case_no" in q["sql"]]),
            )
        )
        assert "track" not in browser.cookies
        assert found.fields["case_no"] == number
    assert len(set(answers)) == 1
    assert answers[0][0] == 422


def test_guessing_is_slowed_down_and_says_so(
    browser: Client, city: World, settings: LazySettings
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "track": "2/10minutes"}
    receipt = w.submit(city)
    for _ in range(2):
        browser.post("/track/", {"case_no": receipt.suggestion.case_no, "query_code": "AAAAAAAA"})
    response = enter(browser, receipt)
    assert response.status_code == 429
    assert "Retry-After" in response
    assert "查得太频繁" in walk.read(response).text


def test_the_home_pages_form_needs_no_token(city: World) -> None:
    receipt = w.submit(city)
    assert enter(Client(enforce_csrf_checks=True), receipt).status_code == 302


def test_without_the_code_an_item_and_no_item_look_alike(browser: Client, city: World) -> None:
    receipt = w.submit(city)
    for number in (receipt.suggestion.case_no, "JY2026-0999999-9", "nonsense"):
        response = browser.get(f"/track/{number}/")
        assert response.status_code == 302
        assert response["Location"].startswith("/track/?no=")


def test_a_forged_or_foreign_cookie_opens_nothing(browser: Client, city: World) -> None:
    mine, other = w.submit(city), w.submit(city, title="图书馆晚上多开一小时")
    enter(browser, mine)
    assert browser.get(f"/track/{other.suggestion.case_no}/").status_code == 302
    browser.cookies.clear()  # the same proof is there for each variant's /track/
    browser.cookies["track"] = "eyJKWSI6MX0:forged:signature"
    assert browser.get(f"/track/{mine.suggestion.case_no}/").status_code == 302


def test_a_proof_lasts_half_an_hour_from_the_last_look(browser: Client, city: World) -> None:
    receipt = w.submit(city)
    with time_machine.travel(day(1), tick=False) as clock:
        enter(browser, receipt)
        for _ in range(3):
            clock.shift(25 * 60)
            assert browser.get(f"/track/{receipt.suggestion.case_no}/").status_code == 200
        clock.shift(31 * 60)
        assert browser.get(f"/track/{receipt.suggestion.case_no}/").status_code == 302


def test_a_rating_written_while_the_proof_ran_out_is_not_lost(browser: Client, city: World) -> None:
    _, receipt = w.answered(city)
    with time_machine.travel(day(12), tick=False):
        typed = {
            "action": "evaluate",
            "overall": "dissatisfied",
            "solved": "no",
            "comment": "长椅还没有装。",
        }
        response = act(browser, receipt, **typed)
        page = walk.read(response)
        assert response.status_code == 403
        assert "再输一次查询码" in page.text
        sent = {k: v for k, v in page.fields.items() if k.startswith("keep-")}
        response = browser.post(
            "/track/",
            {**sent, "case_no": receipt.suggestion.case_no, "query_code": receipt.query_code},
        )
        page = walk.read(response)
        assert (page.fields["comment"], page.fields["overall"]) == (
            "长椅还没有装。",
            "dissatisfied",
        )
        assert act(browser, receipt, **typed).status_code == 302
    assert Evaluation.objects.get().comment == "长椅还没有装。"


def test_the_author_supplements_with_words_and_files(browser: Client, city: World) -> None:
    receipt = w.submit(city)
    triage.request_supplement(
        suggestion=receipt.suggestion,
        asked="请说明是哪个站台",
        actor=city.actor("triage_officer"),
        at=day(1),
    )
    with time_machine.travel(day(3), tick=False):
        page = page_of(browser, receipt)
        assert "请说明是哪个站台" in page.text
        assert "补充材料" in page.text
        response = act(
            browser, receipt, action="supplement", answer="北侧的站台", files=[photo(), bomb()]
        )
        page = walk.read(response)
        assert response.status_code == 422
        assert "像素太多" in page.text
        assert page.fields["answer"] == "北侧的站台"
        response = act(
            browser, receipt, action="supplement", answer="北侧的站台", kept=page.fields["kept"]
        )
    assert response["Location"].endswith("?done=supplement")
    assert SupplementRequest.objects.get().answer == "北侧的站台"
    file = Attachment.objects.get()
    assert (file.suggestion_id, file.origin) == (receipt.suggestion.pk, "supplement")


def test_an_empty_supplement_is_refused_in_words(browser: Client, city: World) -> None:
    receipt = w.submit(city)
    triage.request_supplement(
        suggestion=receipt.suggestion,
        asked="请说明是哪个站台",
        actor=city.actor("triage_officer"),
        at=day(1),
    )
    with time_machine.travel(day(3), tick=False):
        enter(browser, receipt)
        response = act(browser, receipt, action="supplement", answer=" \x00 ")
    assert response.status_code == 422
    assert "请写下要补充的内容" in walk.read(response).text


def test_nobody_takes_files_that_are_not_theirs_into_a_supplement(
    browser: Client, city: World
) -> None:
    other = w.submit(city, title="图书馆晚上多开一小时")

    foreign = attachments.store(file=photo(), suggestion=other.suggestion)
    receipt = w.submit(city)
    triage.request_supplement(
        suggestion=receipt.suggestion, asked="请说明", actor=city.actor("triage_officer"), at=day(1)
    )
    with time_machine.travel(day(2), tick=False):
        enter(browser, receipt)
        act(browser, receipt, action="supplement", answer="补充", kept=f"[{foreign.pk}]:forged:x")
    foreign.refresh_from_db()
    assert foreign.suggestion_id == other.suggestion.pk


def test_the_author_rates_the_answer_once(browser: Client, city: World) -> None:
    item, receipt = w.answered(city)
    with time_machine.travel(day(12), tick=False):
        page = page_of(browser, receipt)
        assert "评价这次答复" in page.text
        assert w.BODY in page.text
        assert "rate" in page.ids
        response = act(browser, receipt, action="evaluate", comment="好")
        assert response.status_code == 422
        assert 'href="#id_overall_0"' in walk.read(response).html
        sent = {
            "action": "evaluate", "overall": "satisfied", "solved": "yes", "contacted": "yes", "score_result": "5",
            "score_attitude": "4", "score_speed": "", "comment": "好",
        }  # fmt: skip
        assert act(browser, receipt, **sent).status_code == 302
        assert act(browser, receipt, **sent).status_code == 409
    rating = Evaluation.objects.get()
    assert (rating.overall, rating.contacted, rating.score_result, rating.score_speed) == (
        "satisfied",
        True,
        5,
        None,
    )
    item.refresh_from_db()
    assert item.status == "closed"
    page = page_of(browser, receipt)
    assert "您的评价" in page.text
    assert "rate" not in page.ids


def test_the_author_says_what_was_wrong_and_rates_the_office_apart(
    browser: Client, city: World
) -> None:
    w.answered(city)
    receipt = w.answered(city, title="公园长椅坏了好几张")[1]
    office = f"part_{city.office.code}"
    with time_machine.travel(day(12), tick=False):
        assert city.office.short_name in page_of(browser, receipt).text
        sent = {
            "action": "evaluate", "overall": "dissatisfied", "solved": "no", "comment": "没有写日期",
            "reasons": ["no_date", "forged"], office: "satisfied",
        }  # fmt: skip
        kept = walk.read(act(browser, receipt, **sent))
        assert "请从列出的原因里选" in kept.text
        assert "没有写日期" in kept.html
        sent["reasons"] = ["no_date", "slow"]
        assert act(browser, receipt, **sent).status_code == 302
    rating = Evaluation.objects.get()
    assert rating.reasons == ["no_date", "slow"]
    assert rating.origin_hash
    part = rating.parts.get()
    assert (part.unit_id, part.overall) == (city.office.pk, "satisfied")


def test_both_answers_stand_on_the_page_after_a_rework(browser: Client, city: World) -> None:
    item, receipt = w.answered(city)
    w.rate(item, at=day(11), overall="dissatisfied", solved="no", comment="没装")
    second = w.signed_reply(city, item, at=day(15), body=w.BODY + "现已装好。")
    replying.approve(reply=second, actor=city.actor("triage_officer"), at=day(16))
    with time_machine.travel(day(17), tick=False):
        page = page_of(browser, receipt)
    assert page.html.index("现已装好。") < page.html.index("先前的答复")
    assert {"answer-1", "answer-2", "rate"} <= page.ids


def test_withdrawing_asks_once_and_then_stops_everything(browser: Client, city: World) -> None:
    receipt = w.submit(city)
    with time_machine.travel(day(1), tick=False):
        enter(browser, receipt)
        ask = walk.read(browser.get(f"/track/{receipt.suggestion.case_no}/?act=withdraw"))
        assert "要撤回这件建议吗" in ask.heading
        response = act(browser, receipt, action="withdraw", reason="很" * 301)
        assert response.status_code == 422
        response = act(browser, receipt, action="withdraw", reason="已经解决了")
        assert response.status_code == 302
        page = walk.read(browser.get(response["Location"]))
        assert "已经撤回" in page.text
        assert act(browser, receipt, action="withdraw").status_code == 409
    assert Suggestion.objects.get().status == "withdrawn"


def test_a_redirected_author_reads_where_to_go_with_all_facts(browser: Client, city: World) -> None:
    city.target.hours, city.target.bring, city.target.limits = (
        "工作日9:00—17:00",
        "身份证原件",
        "60日内办结",
    )
    city.target.save()
    receipt = w.submit(city)
    triage.redirect(
        suggestion=receipt.suggestion, category="appeal_claim", target=city.target, words="",
        actor=city.actor("triage_officer"), at=day(1),
    )  # fmt: skip
    text = page_of(browser, receipt).text
    for fact in (
        city.target.name,
        city.target.address,
        city.target.phone,
        "工作日9:00—17:00",
        "身份证原件",
        "60日内办结",
        "第三十一条",
    ):
        assert fact in text


def test_a_refused_author_reads_the_reason_and_who_looks_again(
    browser: Client, city: World
) -> None:
    receipt = w.submit(city)
    triage.refuse(
        suggestion=receipt.suggestion,
        reason="advertising",
        words="",
        actor=city.actor("triage_officer"),
        at=day(1),
    )
    w.confirm(city, receipt.suggestion, at=day(1))
    text = page_of(browser, receipt).text
    assert "这是广告或推销" in text
    assert "重新看一遍" in text
    assert city.jurisdiction.phone in text


def test_a_merged_author_gets_the_answer_without_the_other_authors_name(
    browser: Client, city: World
) -> None:
    primary, _ = w.answered(city, published=False)
    reply = replying.current_reply(primary)
    assert reply is not None
    reply.body = f"陈晓燕女士，您好。{reply.body}联系人19900009999。"
    reply.save()
    receipt = w.submit(city, title="公交站台加长椅", at=day(11))
    triage.merge(
        suggestion=receipt.suggestion,
        primary=primary,
        why="同一件事",
        actor=city.actor("triage_officer"),
        at=day(12),
    )
    page = page_of(browser, receipt)
    assert primary.case_no in page.text
    assert "站台将加装两张长椅" in page.text
    assert "陈晓燕" not in page.text
    assert "19900009999" not in page.text
    assert "rate" in page.ids, "whoever is answered rates"


def test_overdue_is_said_in_words(browser: Client, city: World) -> None:
    receipt = w.submit(city)
    w.accept(city, receipt.suggestion, at=day(1))
    w.dispatch(city, receipt.suggestion, at=day(1))
    w.sign_in(city, receipt.suggestion, at=day(2))
    with time_machine.travel(day(60), tick=False):
        page = page_of(browser, receipt)
    assert re.search(r"已逾期\d+个工作日", plain(page))
    assert "正在催办" in page.text


def test_the_page_is_private_and_holds_no_contact_data(browser: Client, city: World) -> None:
    receipt = w.submit(city)
    enter(browser, receipt)
    response = browser.get(f"/track/{receipt.suggestion.case_no}/")
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    html = response.content.decode()
    assert "19900001234" not in html
    assert "林小满" not in html


def test_the_number_of_queries_does_not_depend_on_what_happened(
    browser: Client, city: World
) -> None:
    receipt = w.submit(city)
    item = receipt.suggestion
    w.accept(city, item, at=day(1))
    w.dispatch(city, item, at=day(1), co=True)
    w.sign_in(city, item, at=day(2))

    def cost() -> int:
        enter(browser, receipt)
        browser.get(f"/track/{item.case_no}/")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"/track/{item.case_no}/").status_code == 200
        return len(queries)

    few = cost()
    for n in range(30):
        attachment = photo(f"{n}.jpg")

        attachments.store(file=attachment, suggestion=item)
    assert cost() == few


def test_an_unknown_act_changes_nothing(browser: Client, city: World) -> None:
    receipt = w.submit(city)
    enter(browser, receipt)
    assert act(browser, receipt, action="delete").status_code == 302
    assert (
        act(browser, receipt, action="evaluate", overall="satisfied", solved="yes").status_code
        == 409
    )
    assert Suggestion.objects.get().status == "registered"


def test_a_page_left_open_too_long_keeps_the_rating(city: World) -> None:
    _, receipt = w.answered(city)
    browser = Client(enforce_csrf_checks=True)
    with time_machine.travel(day(12), tick=False):
        enter(browser, receipt)
        response = act(
            browser, receipt, action="evaluate", overall="satisfied", comment="写了很久的话"
        )
    page = walk.read(response)
    assert response.status_code == 403
    assert page.fields["comment"] == "写了很久的话"
    assert Evaluation.objects.count() == 0
