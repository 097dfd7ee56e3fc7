"""What the bot says in its 200 to a callback of the app: a text, or a new face of the clicked card."""

import pytest

from tests.sandbox.conftest import CREDENTIALS, Play
from tests.sandbox.test_messages import card, send_card


def reply(msg_type: str, body: str, to: str = "Lin") -> str:
    head = f"<ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{CREDENTIALS.corp_id}]]></FromUserName>"
    return f"<xml>{head}<CreateTime>1791000201</CreateTime><MsgType><![CDATA[{msg_type}]]></MsgType>{body}</xml>"


def content(text: str) -> str:
    return reply("text", f"<Content><![CDATA[{text}]]></Content>")


async def said(play: Play, body: str) -> list[str]:
    """Lin writes, the bot answers with `body`; what stands on Lin's phone then."""
    play.bot.replies = [body]
    await play.act("/app/say", userid="Lin", text="名单")
    assert await play.see("/quiet?wait=5") == {"quiet": True}
    return [bubble["text"] for bubble in await play.phone("Lin")]


async def clicked(play: Play, body: str) -> None:
    """Lin and wu have one card; Lin presses its button, the bot answers with `body`."""
    await play.api("message/send", send_card(card(), "lin|wu"))
    play.bot.replies = [body]
    await play.act("/app/click", userid="Lin", task_id="pool-1", key="claim:1")
    assert await play.see("/quiet?wait=5") == {"quiet": True}


async def refusals(play: Play) -> list[str]:
    return [line["what"] for line in await play.see("/transcript") if line["kind"] == "refused"]


async def test_a_text_answers_a_message_and_an_entry(school: Play) -> None:
    assert await said(school, content("3 人缺勤")) == ["名单", "3 人缺勤"]
    school.bot.replies = [content("早上好")]
    await school.act("/app/enter", userid="Lin")
    await school.see("/quiet?wait=5")
    assert [bubble["text"] for bubble in await school.phone("Lin")][2:] == ["早上好"]


@pytest.mark.parametrize("body", ["", "success", " success\n"])
async def test_empty_and_success_say_nothing(school: Play, body: str) -> None:
    assert await said(school, body) == ["名单"]
    assert await refusals(school) == []


async def test_two_thousand_and_forty_eight_bytes(school: Play) -> None:
    assert (await said(school, content("字" * 682)))[1:] == ["字" * 682]
    assert len(await said(school, content("字" * 683))) == 3
    assert "45002" in (await refusals(school))[0]


async def test_only_the_answer_of_the_try_that_arrived_counts(school: Play) -> None:
    school.bot.statuses = [500, 500]
    assert await said(school, content("3 人缺勤")) == ["名单", "3 人缺勤"]


async def test_update_button_changes_the_card_of_the_one_who_clicked(school: Play) -> None:
    button = "<Button><ReplaceName><![CDATA[已提交]]></ReplaceName></Button>"
    await clicked(school, reply("update_button", button))
    mine, theirs = (await school.phone("Lin"))[0], (await school.phone("wu"))[0]
    assert (mine["label"], mine["buttons"]) == ("已提交", [])
    assert (theirs["label"], len(theirs["buttons"])) == ("", 2)
    await school.act("/app/click", 400, userid="Lin", task_id="pool-1", key="claim:1")


async def test_update_template_card_brings_a_whole_new_card(school: Play) -> None:
    rows = "".join(
        f"<HorizontalContentList><KeyName><![CDATA[{name}]]></KeyName><Value><![CDATA[{value}]]></Value></HorizontalContentList>"
        for name, value in (("出勤", "3/7"), ("领取", "林老师"))
    )
    body = (
        "<TemplateCard><CardType><![CDATA[text_notice]]></CardType><Source><Desc><![CDATA[营伴]]></Desc><DescColor>1</DescColor>"
        f"</Source><MainTitle><Title><![CDATA[已领取]]></Title></MainTitle>{rows}<CardAction><Type>1</Type>"
        "<Url><![CDATA[https://camp.example.cn]]></Url></CardAction></TemplateCard>"
    )
    await clicked(school, reply("update_template_card", body))
    mine, theirs = (await school.phone("Lin"))[0], (await school.phone("wu"))[0]
    assert (mine["text"], mine["buttons"], mine["card"]["source"]) == (
        "已领取\n出勤：3/7\n领取：林老师",
        [],
        {"desc": "营伴", "desc_color": 1},
    )
    assert len(theirs["buttons"]) == 2


async def test_a_new_card_may_have_a_task_id_of_its_own_but_not_that_of_another(school: Play) -> None:
    def fresh(task_id: str) -> str:
        button = "<ButtonList><Text>再认领</Text><Key>again</Key></ButtonList>"
        head = "<CardType>button_interaction</CardType><MainTitle><Title>新一轮</Title></MainTitle>"
        return reply("update_template_card", f"<TemplateCard>{head}{button}<TaskId>{task_id}</TaskId></TemplateCard>")

    await school.api("message/send", send_card(card(task_id="pool-9")))
    await clicked(school, fresh("pool-9"))
    assert "42014" in (await refusals(school))[0]
    school.bot.replies = [fresh("pool-2")]
    await school.act("/app/click", userid="Lin", task_id="pool-1", key="claim:1")
    await school.see("/quiet?wait=5")
    await school.act("/app/click", userid="Lin", task_id="pool-2", key="again")


async def test_a_new_card_with_lists_numbers_and_a_dead_button(school: Play) -> None:
    options = "".join(f"<OptionList><Id>{n}</Id><Text>第 {n} 项</Text></OptionList>" for n in (1, 2))
    body = (
        "<TemplateCard><CardType>multiple_interaction</CardType><MainTitle><Title>为什么</Title></MainTitle>"
        f"<SelectList><QuestionKey>why</QuestionKey><Title>原因</Title>{options}</SelectList>"
        "<SubmitButton><Text>提交</Text><Key>send</Key></SubmitButton><ReplaceText>已提交</ReplaceText></TemplateCard>"
    )
    await clicked(school, reply("update_template_card", body))
    mine = (await school.phone("Lin"))[0]
    assert (mine["label"], [option["id"] for option in mine["card"]["select_list"][0]["option_list"]]) == ("已提交", ["1", "2"])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (reply("update_button", "<Button/>"), "40063"),
        (reply("update_button", "<Button><ReplaceName>好</ReplaceName></Button>", to="wu"), "40003"),
        (reply("update_template_card", "<TemplateCard><CardType>poster</CardType></TemplateCard>"), "42031"),
        (content("好的"), "40008"),
        ("<xml><MsgType>", "格式不对"),
        ("已提交", "回复不是 XML"),
        ("<r><Encrypt>a</Encrypt></r>", "没有 MsgSignature、TimeStamp、Nonce"),
        (
            "<r><Encrypt>a</Encrypt><MsgSignature>b</MsgSignature><TimeStamp>1</TimeStamp><Nonce>n</Nonce></r>",
            "MsgSignature 不对",
        ),
    ],
)
async def test_what_wecom_would_not_take(school: Play, body: str, reason: str) -> None:
    await clicked(school, body)
    (why,) = await refusals(school)
    assert reason in why
    assert len((await school.phone("Lin"))[0]["buttons"]) == 2
    assert school.bot.tries == 1


async def test_customer_events_take_no_reply(school: Play) -> None:
    school.bot.replies = [reply("text", "<Content>你好</Content>", to="sys")]
    await school.act("/follow", userid="Lin", external_userid="wmMing")
    await school.see("/quiet?wait=5")
    assert "change_external_contact takes no text" in (await refusals(school))[0]


async def test_the_wire_log_shows_the_reply_in_clear(school: Play) -> None:
    await said(school, content("3 人缺勤"))
    (entry,) = [entry for entry in (await school.see("/wire"))["entries"] if entry["direction"] == "callback"]
    assert "<Content><![CDATA[3 人缺勤]]></Content>" in entry["answer"]
