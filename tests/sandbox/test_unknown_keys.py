"""The control side takes no key it does not know: a misspelt one would pass for a missing one."""

import pytest

from tests.sandbox.conftest import Play


async def test_a_misspelt_key_is_named_with_the_keys_there_are_and_nothing_happens(school: Play) -> None:
    refused = await school.act("/follow", 400, external_userid="wmMing", userid="Lin", channel="dy01")
    assert refused == {"error": "没有 channel 这个键；有 external_userid、userid、state、half、welcome"}
    assert school.stage.world.follows == {}
    assert school.stage.courier.counters.sent == 0


async def test_what_the_path_says_is_not_said_again(school: Play) -> None:
    await school.act("/members/Lin/status", 400, userid="wu", status=2)
    assert (await school.act("/members/wu/leave", 400, reason="回老家")) == {"error": "没有 reason 这个键，这里什么键也不收"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/app/say", {"userid": "Lin", "image": {"name": "a.png", "base64": "AAAA", "size": 3}}),
        ("/app/say", {"userid": "Lin", "link": {"url": "https://camp.example.cn", "titel": "课表"}}),
        ("/app/say", {"userid": "Lin", "location": {"latitude": 1, "longitude": 2, "label": "校门"}}),
        ("/aibot/say", {"userid": "Lin", "voice": {"text": "名单", "seconds": 3}}),
        ("/calendar", {"marks": [{"at": 1, "kind": "lesson", "name": "第一课"}]}),
        ("/faults", {"faults": [{"kind": "lose", "time": 3}]}),
        ("/faults", {"path": "*", "errcode": 45009, "chanse": 0.1}),
    ],
)
async def test_inside_of_what_is_given_too(school: Play, path: str, body: dict[str, object]) -> None:
    assert "这个键" in (await school.act(path, 400, **body))["error"]
