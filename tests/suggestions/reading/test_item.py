"""/suggestions/<case_no>/: one item as everybody sees it."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from suggestions.models import Assignment, Evaluation, Reply, Suggestion
from suggestions.services import publishing
from tests import world as life
from tests.suggestions.reading.conftest import copies, text
from tests.world import MONDAY, World


def address(item: Suggestion) -> str:
    return f"/suggestions/{item.case_no}/"


def test_an_answered_item_shows_question_decision_reasons_and_contact(client: Client, world: World):
    item, _ = life.answered(world)
    page = text(client.get(address(item)))
    for words in ("人民路", "早上等车的老人很多", "两头各装一张长椅", "测试市交通运输局的答复", "站台将加装两张长椅",
                  "市公交站台设置导则", "公交科 0380-555 0131", "用了7个工作日", "匿名", "2026年11月2日提出"):  # fmt: skip
        assert words in page, words
    assert 'class="tag tag--yes tag--big"' in page


def test_a_late_answer_says_by_how_much(client: Client, world: World):
    receipt = life.submit(world)
    item = receipt.suggestion
    life.accept(world, item, at=MONDAY + timedelta(days=1))
    life.dispatch(world, item, at=MONDAY + timedelta(days=1, hours=1))
    life.sign_in(world, item, at=MONDAY + timedelta(days=2))
    reply = life.signed_reply(world, item, at=MONDAY + timedelta(days=40))
    life.replying.approve(
        reply=reply, actor=world.actor("triage_officer"), at=MONDAY + timedelta(days=42)
    )
    life.publish(world, item, at=MONDAY + timedelta(days=43))
    assert "比期限晚了" in text(client.get(address(item)))


def test_masks_are_shown_as_masks(client: Client, world: World):
    item, _ = life.answered(world)
    Suggestion.objects.filter(pk=item.pk).update(
        public_problem="一起等车的【已遮盖：姓名】也这么说。"
    )
    page = text(client.get(address(item)))
    assert '<span class="mask"><span class="vh">已遮盖：</span>姓名</span>' in page
    assert "【已遮盖" not in page


def test_markup_in_a_suggestion_stays_text(client: Client, world: World):
    item, _ = life.answered(world)
    Suggestion.objects.filter(pk=item.pk).update(
        public_title="<script>alert(1)</script>加椅子",
        public_problem="<img src=x onerror=alert(1)>",
    )
    page = text(client.get(address(item)))
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_a_promise_of_the_reply_is_shown_with_its_date(client: Client, world: World):
    item, _ = life.answered(world)
    day = timezone.localdate() + timedelta(days=40)
    Reply.objects.filter(suggestion=item).update(
        committed_by=day, public_commitment="两张长椅全部装好"
    )
    page = text(client.get(address(item)))
    assert (
        page.count("两张长椅全部装好") == 2
    )  # in the reply, and in the timeline as what is to come
    assert 'class="todo"' in page


def test_an_unanswered_item_says_whose_turn_it_is_and_until_when(client: Client, world: World):
    item = life.submit(world).suggestion
    life.accept(world, item, at=MONDAY + timedelta(days=1))
    life.dispatch(world, item, at=MONDAY + timedelta(days=1, hours=1), co=True)
    life.publish(world, item, at=MONDAY + timedelta(days=2))
    page = text(client.get(address(item)))
    assert "现在轮到" in page
    assert "签收并开始办理" in page
    assert "11月24日" in page  # fifteen working days after 3 November
    assert "测试市水务局" in page  # the co-unit
    assert "答复您" not in page


def test_the_rating_is_shown_with_its_words_masked(client: Client, world: World):
    item, _ = life.answered(world)
    life.rate(item, at=MONDAY + timedelta(days=12), overall="basically", solved="partly", contacted=True,
              score_result=4, score_attitude=5, comment="还没装好，请打我手机19900001234，我叫林小满。")  # fmt: skip
    page = text(client.get(address(item)))
    for words in (
        "基本满意",
        "解决一部分",
        "解决程度4分，办理态度5分",
        "承办单位联系过建议人",
        "还没装好",
    ):
        assert words in page, words
    assert "19900001234" not in page
    assert 'class="mask"' in page


def test_a_released_comment_is_shown_as_it_was_released(client: Client, world: World):
    item, _ = life.answered(world)
    life.rate(item, at=MONDAY + timedelta(days=12), comment="原话不公开")
    Evaluation.objects.filter(suggestion=item).update(public_comment="审核后公开的话")
    page = text(client.get(address(item)))
    assert "审核后公开的话" in page
    assert "原话不公开" not in page


def test_silence_is_not_called_satisfaction(client: Client, world: World):
    item, _ = life.answered(world)
    Suggestion.objects.filter(pk=item.pk).update(evaluation_state="expired")
    assert "没有评价不当作满意" in text(client.get(address(item)))


def test_a_reply_that_is_not_released_is_not_shown(client: Client, world: World):
    item, _ = life.answered(world)
    Reply.objects.filter(suggestion=item).update(is_public=False)
    page = text(client.get(address(item)))
    assert "站台将加装两张长椅" not in page
    assert "的答复</h2>" not in page


def test_a_personal_number_in_a_units_contact_line_is_masked(client: Client, world: World):
    item, _ = life.answered(world)
    Reply.objects.filter(suggestion=item).update(
        contact="老王 19900005678", basis="电话记录 19900005678"
    )
    page = text(client.get(address(item)))
    assert "19900005678" not in page


def test_the_public_timeline_leaves_out_what_is_the_authors_or_the_staffs(
    client: Client, world: World
):
    item, _ = life.answered(world)
    page = text(client.get(address(item)))
    assert "收到，登记" in page
    assert "市交通局答复" in page
    for private in ("脱敏", "退回", "请您评价", "查看理由"):
        assert private not in page


def test_merged_items_are_counted_not_shown(client: Client, world: World):
    item, _ = life.answered(world)
    other = life.submit(world, title="同一个站台也要椅子的建议").suggestion
    Suggestion.objects.filter(pk=other.pk).update(status="merged", primary=item)
    page = text(client.get(address(item)))
    assert "另有1人提了同一件事" in page
    assert other.case_no not in page


def test_the_page_says_how_to_report_personal_data(client: Client, world: World):
    item, _ = life.answered(world)
    page = text(client.get(address(item)))
    assert "这里露出了个人信息" in page
    assert "tel:03805550100" in page


def test_like_items_are_found_but_not_the_item_itself(client: Client, world: World, index):
    item, _ = life.answered(world)
    other, _ = life.answered(
        world, title="人民路公交站再加一张长椅", problem="站台上没有地方坐，老人坐在路沿上。"
    )
    life.answered(
        world,
        title="供水管道夜里有异响",
        problem="阀门坏了。",
        proposal="换阀门。",
        topic=world.other_topic,
    )
    index()
    page = text(client.get(address(item)))
    related = page.partition("相近的建议</h2>")[2].partition("</section>")[0]
    assert other.case_no in related
    assert item.case_no not in related


def test_a_page_that_was_taken_down_is_gone_from_the_like_ones(client: Client, world: World, index):
    item, _ = life.answered(world)
    other, _ = life.answered(world, title="人民路公交站再加一张长椅")
    index()
    publishing.take_down(
        suggestion=other,
        reason="takedown",
        actor=world.actor("publisher"),
        at=MONDAY + timedelta(days=20),
    )
    assert other.case_no not in text(client.get(address(item)))


def test_a_number_in_another_spelling_leads_to_the_right_address(client: Client, world: World):
    item, _ = life.answered(world)
    loose = item.case_no.lower().replace("-", "")
    response = client.get(f"/suggestions/{loose}/")
    assert response.status_code == 301
    assert response["Location"] == address(item)


def test_an_unknown_number_and_a_private_item_get_the_same_answer(client: Client, world: World):
    private = life.submit(world).suggestion
    answers = [
        client.get(f"/suggestions/{number}/")
        for number in (
            private.case_no,
            "JY2026-0009999-8",
            "%00",
            "x" * 500,
            "..",
            "JY2026-0001234-0",
        )
    ]
    assert {r.status_code for r in answers} == {404}
    assert "没有这件公开的建议" in text(answers[0])
    bodies = {text(r).replace(private.case_no, "") for r in answers[:2]}
    assert all("查进度" in body for body in bodies)


def test_the_queries_do_not_grow_with_the_story(world: World, queries):
    short, _ = life.answered(world)
    first, *others = copies(short, 10)
    Suggestion.objects.filter(pk=first.pk).update(
        status="merged", primary=short, publication="private"
    )
    short.tags.add("公交")
    co = {"unit": world.water, "part": "co", "status": "working", "assigned_at": MONDAY}
    Assignment.objects.create(suggestion=short, **co)
    few = queries(address(short))
    long, _ = life.answered(world, title="这一件有很多协办单位和合并")
    for other in others:
        Suggestion.objects.filter(pk=other.pk).update(
            status="merged", primary=long, publication="private"
        )
    Assignment.objects.create(suggestion=long, **co)
    long.tags.add("公交", "长椅", "老人")
    for number in range(2, 6):
        Reply.objects.create(
            suggestion=long, unit=world.bus, number=number, state="approved", outcome="adopted", body="再答复",
            public_body="再答复", is_public=True, signed_at=MONDAY, delivered_at=MONDAY + timedelta(days=20 + number),
        )  # fmt: skip
    assert queries(address(long)) == few


def test_one_item_may_be_kept_by_proxies_until_content_changes(
    client: Client, world: World, django_capture_on_commit_callbacks
):
    item, _ = life.answered(world)
    first = client.get(address(item))
    assert client.get(address(item), HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    with django_capture_on_commit_callbacks(execute=True):
        publishing.suspend(
            suggestion=item,
            reason="有人说露出了住址",
            actor=world.actor("publisher"),
            at=MONDAY + timedelta(days=20),
        )
    assert client.get(address(item), HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 404
