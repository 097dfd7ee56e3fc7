"""Welcome templates of customer groups: made by the app, chosen by the owner, said to whoever joins."""

from typing import Any

from tests.sandbox.conftest import Play

PATH = "externalcontact/group_welcome_template/"
TEXT = {"text": {"content": "欢迎 %NICKNAME% 进班"}}
LINK = {"link": {"title": "课表", "url": "https://camp.example.cn"}}


async def add(play: Play, **more: Any) -> str:
    return str((await play.api(f"{PATH}add", {**TEXT, **more}))["template_id"])


async def test_make_read_change_and_remove(school: Play) -> None:
    template_id = await add(school, **LINK)
    read = await school.api(f"{PATH}get", {"template_id": template_id})
    assert {name: read[name] for name in ("text", "link")} == {**TEXT, **LINK}
    assert await school.code(f"{PATH}edit", {"template_id": template_id, "text": {"content": "你好"}}) == 0
    read = await school.api(f"{PATH}get", {"template_id": template_id})
    assert (read["text"], "link" in read) == ({"content": "你好"}, False)
    assert [await school.code(f"{PATH}del", {"template_id": template_id}) for _ in range(2)] == [0, 40058]


async def test_limits(school: Play) -> None:
    assert await school.code(f"{PATH}add", {"text": {"content": "字" * 1000}}) == 0
    assert await school.code(f"{PATH}add", {"text": {"content": "字" * 1001}}) == 45002
    assert await school.code(f"{PATH}add", {**TEXT, **LINK, "image": {"pic_url": "https://camp.example.cn/1.png"}}) == 41064
    assert await school.code(f"{PATH}add", {"file": {"media_id": "none"}}) == 40007
    assert await school.code(f"{PATH}add", {}) == 40063
    assert await school.code(f"{PATH}get", {}) == 40063
    school.stage.world.welcome_templates |= {f"t{number}": {} for number in range(98)}
    assert [await school.code(f"{PATH}add", TEXT) for _ in range(2)] == [0, 41055]


async def test_only_the_app_that_made_it_changes_it(school: Play) -> None:
    template_id = await add(school)
    school.stage.world.welcome_templates[template_id]["agent_id"] = 1000099
    assert await school.code(f"{PATH}edit", {"template_id": template_id, **TEXT}) == 41058
    assert await school.code(f"{PATH}del", {"template_id": template_id}) == 41058


async def test_learners_who_join_are_welcomed_by_name(school: Play) -> None:
    template_id = await add(school, **LINK)
    await school.act("/groups", chat_id="wrA", name="A班", owner="Lin")
    await school.act("/groups/wrA/welcome", 400, template_id="none")
    await school.act("/groups/wrA/welcome", template_id=template_id)
    await school.act("/groups/wrA/join", userid="wu", join_scene=0)
    await school.act("/groups/wrA/invite", people=["wmMing", "wmHong"])
    chat = next(chat for chat in (await school.see("/phone/wmMing"))["chats"] if chat["chat"] == "group:wrA")
    said = [(bubble["from"], bubble["kind"], bubble["text"]) for bubble in chat["messages"] if bubble["kind"] != "system"]
    assert said == [("Lin", "text", "欢迎 小明、小红 进班"), ("Lin", "link", "课表")]
