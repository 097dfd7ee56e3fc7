"""Faults on demand: how often they strike, what they do to calls, seeds, tokens and the trusted IP."""

import asyncio

import aiohttp
import pytest

from sandbox.faults import Faults
from tests.sandbox.conftest import CREDENTIALS, Play


async def test_faults_have_ids_are_listed_and_taken_back(play: Play) -> None:
    added = await play.act("/faults", faults=[{"path": "/cgi-bin/user/get", "errcode": 45033, "times": 2}, {"kind": "lose"}])
    assert added["added"] == ["f1", "f2"]
    await play.act("/faults", kind="skew", skew_s=-90, chance=0.5)
    listed = await play.see("/faults")
    assert listed == {
        "seed": 0,
        "ip_trusted": True,
        "api": [{"id": "f1", "path": "user/get", "times": 2, "errcode": 45033}],
        "callbacks": [
            {"id": "f2", "kind": "lose", "times": 1},
            {"id": "f3", "kind": "skew", "chance": 0.5, "skew_s": -90},
        ],
    }
    assert await play.code("user/get", userid="lin") == 45033
    assert (await play.see("/faults"))["api"][0]["times"] == 1
    assert (await play.client.delete("/_sandbox/faults/f1")).status == 200
    assert (await play.client.delete("/_sandbox/faults/f1")).status == 400
    assert await play.code("user/get", userid="lin") == 60111
    await play.client.delete("/_sandbox/faults")
    assert (await play.see("/faults"))["callbacks"] == []


@pytest.mark.parametrize(
    "wish",
    [
        {"path": "x"},
        {"kind": "explode"},
        {"path": "x", "errcode": 1, "cut": True},
        {"path": "x", "cut": "sideways"},
        {"path": "x", "errcode": 1, "times": 0},
        {"path": "x", "errcode": 1, "chance": 1.1},
        {"path": "x", "errcode": 1, "chance": 0.5, "times": 3},
        {"kind": "delay", "delay_s": "long"},
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(play: Play, wish: dict[str, object]) -> None:
    assert (await play.act("/faults", 400, **wish))["error"]
    assert (await play.see("/faults"))["api"] == []


async def test_a_fault_of_chance_stays_and_one_seed_repeats_a_run(play: Play) -> None:
    await play.act("/seed", seed=7)
    await play.act("/faults", path="getcallbackip", errcode=-1, chance=0.5)
    runs = []
    for seed in (7, 7, 8):
        await play.act("/seed", seed=seed)
        play.later(60)
        runs.append([await play.code("getcallbackip") for _ in range(30)])
    assert runs[0] == runs[1] != runs[2]
    assert set(runs[0]) == {0, -1}
    assert (await play.see("/faults"))["seed"] == 8


def test_dice_are_thrown_per_path_so_the_mix_of_calls_does_not_matter() -> None:
    one, other = Faults(seed=3), Faults(seed=3)
    for faults in (one, other):
        faults.add({"path": "*", "errcode": -1, "chance": 0.5})
    alone = [one.take_api("user/get") is not None for _ in range(20)]
    mixed = []
    for _ in range(20):
        other.take_api("message/send")
        mixed.append(other.take_api("user/get") is not None)
    assert alone == mixed


def test_sure_and_hopeless_chances() -> None:
    faults = Faults()
    faults.add({"kind": "lose", "chance": 0})
    faults.add({"kind": "double", "chance": 1})
    taken = [faults.take_callback() for _ in range(50)]
    assert {fault.kind for fault in taken if fault is not None} == {"double"}
    assert None not in taken


async def test_errcodes_http_and_a_hang(play: Play) -> None:
    for errcode in (-1, 45009, 45033, 60020, 42001):
        await play.act("/faults", path="getcallbackip", errcode=errcode)
        assert [await play.code("getcallbackip") for _ in range(2)] == [errcode, 0]
    for status in (500, 502, 503):
        await play.act("/faults", path="getcallbackip", http_status=status)
        assert (await play.client.get("/cgi-bin/getcallbackip")).status == status
    await play.act("/faults", path="*", hang_s=30)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await play.api("getcallbackip")


async def test_junk_is_an_answer_of_200_that_is_no_json_and_nothing_was_done(school: Play) -> None:
    await school.api("getcallbackip")
    await school.act("/faults", path="message/send", junk=True)
    body = {"touser": "lin", "msgtype": "text", "agentid": CREDENTIALS.agent_id, "text": {"content": "好"}}
    answer = await school.client.post(f"/cgi-bin/message/send?access_token={school.token}", json=body)
    assert answer.status == 200
    with pytest.raises(aiohttp.ContentTypeError):
        await answer.json()
    assert await school.phone("Lin") == []
    assert await school.code("message/send", body) == 0


async def test_a_token_dropped_early(play: Play) -> None:
    assert await play.code("getcallbackip") == 0
    old = play.token
    await play.act("/tokens/drop")
    assert await play.code("getcallbackip") == 40014
    play.token = ""
    assert await play.code("getcallbackip") == 0
    assert play.token != old


async def test_an_ip_that_is_not_trusted(play: Play) -> None:
    await play.api("getcallbackip")
    await play.act("/ip", trusted=False)
    refused = await play.api("getcallbackip")
    assert refused["errcode"] == 60020
    assert "127.0.0.1" in refused["errmsg"]
    assert (await play.gettoken())["errcode"] == 0
    robot = await play.client.post("/cgi-bin/webhook/send?key=key-sales", json={"msgtype": "text", "text": {"content": "好"}})
    assert (await robot.json())["errcode"] == 0
    await play.act("/ip", trusted=True)
    assert await play.code("getcallbackip") == 0
    await play.act("/ip", 400, trusted="perhaps")


async def test_readers_of_the_page_are_told(play: Play) -> None:
    reader = play.stage.changes.open()
    await play.act("/faults", path="getcallbackip", errcode=-1)
    assert "faults" in reader.take()
    await play.api("getcallbackip")
    assert "faults" in reader.take()
    play.stage.changes.close(reader)
