"""Every type of message/send on a member's phone, and the media behind them (sheets 3.2, 3.3, 3.4)."""

from typing import Any

import pytest

from tests.sandbox.conftest import CREDENTIALS, Play
from tests.sandbox.uploads import NAMES, OF_KIND, upload

AGENT = CREDENTIALS.agent_id
DAY = 86400
URL = "https://x.example"


async def send(play: Play, kind: str, part: dict[str, Any], touser: str = "lin", **more: Any) -> dict[str, Any]:
    body = {"touser": touser, "msgtype": kind, "agentid": AGENT, kind: part, **more}
    return await play.api("message/send", body)


async def code(play: Play, kind: str, part: dict[str, Any], **more: Any) -> int:
    return int((await send(play, kind, part, **more))["errcode"])


async def newest(play: Play, who: str = "Lin") -> dict[str, Any]:
    return (await play.phone(who))[-1]


@pytest.mark.parametrize("kind", OF_KIND)
async def test_media_by_media_id(school: Play, kind: str) -> None:
    media_id = await upload(school, kind)
    assert await code(school, kind, {"media_id": media_id}) == 0
    bubble = await newest(school)
    assert (bubble["kind"], bubble["data"]["media_id"], bubble["data"]["name"]) == (kind, media_id, NAMES[kind])
    shown = await school.client.get(bubble["data"]["url"])
    assert await shown.read() == OF_KIND[kind]
    assert await code(school, kind, {}) == 40063
    assert await code(school, kind, {"media_id": "3Mnone"}) == 40007


async def test_a_media_id_of_another_kind_or_older_than_three_days(school: Play) -> None:
    media_id = await upload(school, "image")
    assert await code(school, "file", {"media_id": media_id}) == 40007
    school.later(3 * DAY + 1)
    school.token = ""
    assert await code(school, "image", {"media_id": media_id}) == 40007


async def test_titles_of_a_video_are_cut_by_bytes(school: Play) -> None:
    part = {"media_id": await upload(school, "video"), "title": "课" * 50, "description": "说" * 200}
    assert await code(school, "video", part) == 0
    data = (await newest(school))["data"]
    assert (data["title"], data["description"]) == ("课" * 42, "说" * 170)


async def test_textcard_with_everything_the_page_draws(school: Play) -> None:
    part = {"title": "题" * 129, "description": "述" * 513, "url": URL, "btntxt": "去看看吧吧"}
    assert await code(school, "textcard", part) == 0
    data = (await newest(school))["data"]
    assert (len(data["title"]), len(data["description"]), data["btntxt"], data["url"]) == (128, 512, "去看看吧", URL)


async def test_news(school: Play) -> None:
    article = {"title": "战报", "description": "今天", "url": URL, "picurl": f"{URL}/a.png"}
    mini = {"title": "小程序", "appid": "wx1", "pagepath": "p"}
    assert await code(school, "news", {"articles": [article, mini]}) == 0
    bubble = await newest(school)
    assert (bubble["text"], bubble["data"]["articles"]) == ("战报\n小程序", [article, mini])
    assert await code(school, "news", {"articles": [article] * 8}) == 0
    assert await code(school, "news", {"articles": [article] * 9}) == 45008
    assert await code(school, "news", {"articles": [{"title": "x", "appid": "wx1"}]}) == 40063
    assert await code(school, "news", {"articles": []}) == 40063


async def test_mpnews(school: Play) -> None:
    article = {"title": "长文", "thumb_media_id": await upload(school, "image"), "content": "正文", "author": "林"}
    assert await code(school, "mpnews", {"articles": [article]}, safe=2) == 0
    bubble = await newest(school)
    assert (bubble["data"]["safe"], bubble["data"]["articles"][0]["author"]) == (2, "林")
    assert bubble["data"]["articles"][0]["picurl"].startswith("/_sandbox/media/")
    assert await code(school, "mpnews", {"articles": [{**article, "content": "x" * (666 * 1024)}]}) == 0
    assert await code(school, "mpnews", {"articles": [{**article, "content": "x" * (666 * 1024 + 1)}]}) == 45002
    assert await code(school, "mpnews", {"articles": [{**article, "thumb_media_id": "3Mnone"}]}) == 40007
    assert await code(school, "mpnews", {"articles": [article] * 9}) == 45008


async def test_mini_program_notice(school: Play) -> None:
    row = {"key": "出勤", "value": "3/7"}
    part = {"appid": "wx1", "page": "p", "title": "考勤", "description": "第 3 天", "content_item": [row] * 10}
    assert await code(school, "miniprogram_notice", part) == 0
    bubble = await newest(school)
    assert (bubble["text"].split("\n")[:3], bubble["data"]["content_item"][0]) == (["考勤", "第 3 天", "出勤：3/7"], row)
    assert await code(school, "miniprogram_notice", {**part, "content_item": [row] * 11}) == 40058
    assert await code(school, "miniprogram_notice", part, touser="@all") == 40058
    assert await code(school, "miniprogram_notice", {"title": "考勤"}) == 40063


async def test_confidential_messages(school: Play) -> None:
    assert await code(school, "text", {"content": "成绩"}, safe=1) == 0
    assert (await newest(school))["data"] == {"safe": 1}


def question(**more: Any) -> dict[str, Any]:
    return {"question_key": "q", "option_list": [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}], **more}


def card(kind: str, **more: Any) -> dict[str, Any]:
    return {"card_type": kind, "main_title": {"title": "标题"}, **more}


ACTION = {"card_action": {"type": 1, "url": URL}}
SUBMIT = {"submit_button": {"text": "提交", "key": "go"}}
FIVE = {
    "text_notice": card("text_notice", sub_title_text="今日", emphasis_content={"title": "41/60", "desc": "出勤"}, **ACTION),
    "news_notice": card("news_notice", card_image={"url": f"{URL}/a.png", "aspect_ratio": 1.6}, **ACTION),
    "button_interaction": card("button_interaction", task_id="t1", button_list=[{"text": "认领", "key": "k"}]),
    "vote_interaction": card("vote_interaction", task_id="t2", checkbox=question(mode=1), **SUBMIT),
    "multiple_interaction": card("multiple_interaction", task_id="t3", select_list=[question(title="选")], **SUBMIT),
}


@pytest.mark.parametrize("kind", FIVE)
async def test_the_five_kinds_of_cards(school: Play, kind: str) -> None:
    answer = await send(school, "template_card", FIVE[kind])
    assert (answer["errcode"], "response_code" in answer) == (0, kind.endswith("interaction"))
    bubble = await newest(school)
    assert (bubble["kind"], bubble["card"], bubble["label"]) == ("card", FIVE[kind], "")
    assert len(bubble["buttons"]) == (1 if kind.endswith("interaction") else 0)


@pytest.mark.parametrize(
    ("more", "errcode"),
    [
        ({"main_title": {"title": "标" * 40, "desc": "述" * 50}}, 0),
        ({"source": {"desc": "来源" * 20, "desc_color": 3}}, 0),
        ({"emphasis_content": {"title": "9" * 30, "desc": "述" * 30}}, 0),
        ({"sub_title_text": "字" * 160}, 0),
        ({"sub_title_text": "字" * 161}, 45002),
        ({"quote_area": {"type": 1, "quote_text": "x"}}, 42028),
        ({"quote_area": {"type": 2, "quote_text": "x"}}, 42030),
        ({"jump_list": [{"type": 1, "title": "看"}]}, 42028),
        ({"jump_list": [{"type": 2, "title": "看"}]}, 42030),
        ({"jump_list": [{"type": 3, "title": "问", "question": "问"}]}, 42042),
        ({"horizontal_content_list": [{"keyname": "文件", "type": 2, "media_id": "3Mnone"}]}, 40007),
        ({"card_action": {"type": 2}}, 42030),
    ],
)
async def test_soft_and_hard_limits_of_a_card(school: Play, more: dict[str, Any], errcode: int) -> None:
    assert await code(school, "template_card", {**FIVE["text_notice"], **more}) == errcode


@pytest.mark.parametrize(
    ("more", "errcode"),
    [
        ({"card_image": {"url": URL, "aspect_ratio": 1.2}}, 42044),
        ({"card_image": {"url": URL, "aspect_ratio": 2.25}}, 0),
        ({"card_image": {}, "image_text_area": {"type": 1, "image_url": URL}}, 42028),
        ({"card_image": {}, "image_text_area": {"title": "图"}}, 42044),
        ({"card_image": {}, "image_text_area": {"type": 0, "image_url": URL}}, 0),
    ],
)
async def test_pictures_of_a_news_card(school: Play, more: dict[str, Any], errcode: int) -> None:
    assert await code(school, "template_card", {**FIVE["news_notice"], **more}) == errcode


def options(count: int, **more: str) -> list[dict[str, str]]:
    return [{"id": str(n), "text": "项", **more} for n in range(count)]


def selects(count: int, **more: Any) -> dict[str, Any]:
    return {"select_list": [question(title="选", **more) for _ in range(count)]}


def vote(**more: Any) -> dict[str, Any]:
    return {"checkbox": question(**more)}


LINES = [{"title": f"第 {n} 行"} for n in range(5)]
MENU_ITEMS = [{"text": f"第 {n} 项", "key": str(n)} for n in range(4)]


@pytest.mark.parametrize(
    ("kind", "most", "too_much", "errcode"),
    [
        (
            "vote_interaction",
            {"checkbox": question(option_list=options(20))},
            {"checkbox": question(option_list=options(21))},
            42037,
        ),
        (
            "vote_interaction",
            vote(option_list=options(1, text="字" * 11)),
            vote(option_list=options(1, text="字" * 12)),
            42041,
        ),
        (
            "vote_interaction",
            vote(option_list=options(1, id="x" * 128)),
            vote(option_list=options(1, id="x" * 129)),
            42040,
        ),
        ("vote_interaction", vote(mode=1), vote(mode=2), 42043),
        ("multiple_interaction", selects(3), selects(4), 42047),
        ("multiple_interaction", selects(1, option_list=options(10)), selects(1, option_list=options(11)), 42037),
        (
            "multiple_interaction",
            {"select_list": [question(title="字" * 13)]},
            {"select_list": [question(title="字" * 14)]},
            42033,
        ),
        (
            "button_interaction",
            {"button_selection": question(option_list=options(10))},
            {"button_selection": question(option_list=options(11))},
            42037,
        ),
        (
            "button_interaction",
            {"action_menu": {"action_list": MENU_ITEMS[:3]}},
            {"action_menu": {"action_list": MENU_ITEMS}},
            42037,
        ),
        (
            "news_notice",
            {"card_image": {"url": URL, "aspect_ratio": 1.3}},
            {"card_image": {"url": URL, "aspect_ratio": 2.26}},
            42044,
        ),
        (
            "news_notice",
            {"vertical_content_list": [{"title": "行"}] * 4},
            {"vertical_content_list": [{"title": "行"}] * 5},
            42036,
        ),
    ],
)
async def test_how_much_a_card_takes(
    school: Play, kind: str, most: dict[str, Any], too_much: dict[str, Any], errcode: int
) -> None:
    assert await code(school, "template_card", {**FIVE[kind], **too_much}) == errcode
    assert await code(school, "template_card", {**FIVE[kind], **most}) == 0


async def test_one_choice_many_choices_and_a_closed_question(school: Play) -> None:
    async def click(key: str, chosen: list[str], status: int = 200) -> None:
        await school.act("/app/click", status, userid="Lin", task_id=key, key="go", selected={"q": chosen})

    await send(school, "template_card", FIVE["multiple_interaction"])
    await click("t3", ["a", "b"], 400)
    vote = await send(school, "template_card", FIVE["vote_interaction"])
    await click("t2", ["a", "b"])
    closed = {**FIVE["vote_interaction"], "checkbox": question(mode=1, disable=True)}
    update = {"userids": ["Lin"], "agentid": AGENT, "response_code": vote["response_code"], "template_card": closed}
    assert await school.code("message/update_template_card", update) == 0
    await click("t2", ["a"], 400)


async def test_update_by_party_and_tag_with_replace_text(school: Play) -> None:
    await school.act("/departments", id=2, name="销售")
    await school.act("/members", userid="he", name="何经理", department_ids=[2])
    await school.act("/member-tags", tag_id=7, add_userids=["wu"])
    sent = await send(school, "template_card", FIVE["vote_interaction"], touser="lin|wu|he")
    face = {**FIVE["vote_interaction"], "replace_text": "已投票"}
    body = {"partyids": [2], "tagids": [7], "agentid": AGENT, "template_card": face}
    assert await school.code("message/update_template_card", {**body, "response_code": sent["response_code"]}) == 0
    labels = {who: (await newest(school, who))["label"] for who in ("Lin", "wu", "he")}
    assert labels == {"Lin": "", "wu": "已投票", "he": "已投票"}
    assert await school.code("message/update_template_card", {**body, "response_code": sent["response_code"]}) == 60140
    assert await school.code("message/update_template_card", {**body, "partyids": [1] * 101, "response_code": "x"}) == 60140


async def test_replace_text_belongs_to_interactive_cards(school: Play) -> None:
    sent = await send(school, "template_card", FIVE["button_interaction"])
    face = {**FIVE["text_notice"], "replace_text": "没用"}
    body = {"atall": 1, "agentid": AGENT, "response_code": sent["response_code"], "template_card": face}
    assert await school.code("message/update_template_card", body) == 0
    assert ((await newest(school))["label"], (await newest(school))["buttons"]) == ("", [])


async def test_person_messages_of_a_day(school: Play) -> None:
    school.stage.limits.app_day.admit(str(AGENT), school.clock.traffic(), school.stage.limits.app_day.limit - 2)
    assert await code(school, "text", {"content": "好"}, touser="lin|wu") == 0
    assert await code(school, "text", {"content": "再来"}) == 45009
    school.later(DAY)
    school.token = ""
    assert await code(school, "text", {"content": "再来"}) == 0
