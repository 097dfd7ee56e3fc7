"""upload_by_url: WeCom fetches the file from the bot's own server and tells when it is done."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox import media_jobs
from sandbox.clock import DAY
from tests.sandbox.conftest import Play

MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(64)
BEGIN, RESULT = "media/upload_by_url", "media/get_upload_by_url_result"


@pytest.fixture
async def film(school: Play) -> AsyncIterator[str]:
    async def give(request: web.Request) -> web.Response:
        return web.Response(body=MP4)

    app = web.Application()
    app.router.add_get("/film.mp4", give)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("/film.mp4"))
    await server.close()


def order(url: str, **more: Any) -> dict[str, Any]:
    md5 = hashlib.md5(MP4, usedforsecurity=False).hexdigest()
    return {"scene": 1, "type": "video", "filename": "第一课.mp4", "url": url, "md5": md5, **more}


async def done(play: Play, body: dict[str, Any]) -> dict[str, Any]:
    """The result of a job once its event has come."""
    jobid = (await play.api(BEGIN, body))["jobid"]
    event = await play.bot.hear()
    assert (event["Event"], event["JobId"], event["FromUserName"]) == ("upload_media_job_finish", jobid, "sys")
    return await play.api(RESULT, {"jobid": jobid})


async def test_a_film_for_a_welcome(school: Play, film: str) -> None:
    result = await done(school, order(film))
    assert (result["status"], result["detail"]["errcode"]) == (2, 0)
    media_id = result["detail"]["media_id"]
    await school.act("/follow", external_userid="wmMing", userid="Lin")
    code = (await school.bot.hear())["WelcomeCode"]
    body = {"welcome_code": code, "attachments": [{"msgtype": "video", "video": {"media_id": media_id}}]}
    assert await school.code("externalcontact/send_welcome_msg", body) == 0
    assert (await school.phone("wmMing"))[0]["data"]["name"] == "第一课.mp4"
    school.later(3 * DAY + 1)
    school.token = ""
    assert await school.code("media/get", media_id=media_id) == 40007


async def test_a_job_that_still_runs(school: Play, film: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(job: object, shelf: object) -> None:
        await school.bot.released.wait()

    monkeypatch.setattr("sandbox.api.media_jobs.carry_out", never)
    jobid = (await school.api(BEGIN, order(film)))["jobid"]
    answer = await school.api(RESULT, {"jobid": jobid})
    assert (answer["status"], "detail" in answer) == (1, False)


@pytest.mark.parametrize(
    ("more", "errcode"),
    [
        ({"url": "ftp://camp.example.cn/film.mp4"}, 830001),
        ({"url": "http://127.0.0.1:9/film.mp4"}, 830003),
        ({"md5": "0" * 32}, 301019),
        ({"type": "file"}, 0),
    ],
)
async def test_how_jobs_end(school: Play, film: str, more: dict[str, str], errcode: int) -> None:
    result = await done(school, {**order(film), **more})
    assert (result["status"], result["detail"]["errcode"]) == (3 if errcode else 2, errcode)


async def test_too_large_and_of_another_kind(school: Play, film: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert media_jobs.MOST_BYTES == 200 * 1024 * 1024
    monkeypatch.setattr("sandbox.media_jobs.MOST_BYTES", len(MP4) - 1)
    assert (await done(school, order(film)))["detail"]["errcode"] == 45001
    monkeypatch.undo()
    monkeypatch.setattr("sandbox.media_jobs.is_of_kind", lambda kind, content: False)
    assert (await done(school, order(film)))["detail"]["errcode"] == 40005


async def test_refused_orders(school: Play, film: str) -> None:
    assert await school.code(BEGIN, order(film, scene=2)) == 40058
    assert await school.code(BEGIN, order(film, type="image")) == 40058
    for name in ("url", "md5", "filename", "type"):
        assert await school.code(BEGIN, {**order(film), name: ""}) == 40063
    assert await school.code(RESULT, {"jobid": "none"}) == 40058
