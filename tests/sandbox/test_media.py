"""Media: what can be uploaded, for how long it lives, and how it comes back (sheet 4)."""

import base64

import pytest

from tests.sandbox.conftest import NOW, Play
from tests.sandbox.uploads import AMR, JPG, MP4, OF_KIND, PNG, SHEET, SILENCE, post_file, upload

DAY, MEGABYTE = 86400, 1024 * 1024


async def get(play: Play, media_id: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    if not play.token:
        play.token = (await play.gettoken())["access_token"]
    params = {"access_token": play.token, "media_id": media_id}
    answer = await play.client.get("/cgi-bin/media/get", params=params, headers=headers)
    return answer.status, await answer.read(), {"type": answer.content_type, **answer.headers}


@pytest.mark.parametrize("kind", OF_KIND)
async def test_upload_and_get_back(play: Play, kind: str) -> None:
    answer = await post_file(play, "media/upload", "名单.bin", OF_KIND[kind], type=kind)
    assert (answer["errcode"], answer["type"], answer["created_at"]) == (0, kind, str(int(NOW)))
    status, content, headers = await get(play, answer["media_id"])
    assert (status, content) == (200, OF_KIND[kind])
    assert headers["Content-Disposition"].startswith("attachment; filename=")
    assert "UTF-8''%E5%90%8D%E5%8D%95.bin" in headers["Content-Disposition"]


async def test_contents_types_come_from_the_bytes(play: Play) -> None:
    media_id = await upload(play, "image", JPG, "wrong.png")
    assert (await get(play, media_id))[2]["type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("kind", "head", "filled_by", "errcode"),
    [
        ("image", PNG[:5], 0, 40006),
        ("image", b"GIF89a...", 0, 40005),
        ("image", PNG, 10 * MEGABYTE, 45001),
        ("voice", AMR, 2 * MEGABYTE, 45001),
        ("voice", b"#!AMR\n", -3000, 0),
        ("voice", b"#!AMR\n", -3001, 45007),
        ("voice", MP4, 0, 40005),
        ("video", MP4, 10 * MEGABYTE, 45001),
        ("file", b"x", 20 * MEGABYTE, 45001),
        ("poster", PNG, 0, 40004),
    ],
)
async def test_files_at_and_over_their_limits(play: Play, kind: str, head: bytes, filled_by: int, errcode: int) -> None:
    """`filled_by` bytes are added; below zero, so many frames of 20 ms."""
    content = head + (bytes(filled_by) if filled_by >= 0 else SILENCE * -filled_by)
    assert (await post_file(play, "media/upload", "a.bin", content, type=kind))["errcode"] == errcode


async def test_a_file_of_exactly_twenty_megabytes_passes(play: Play) -> None:
    media_id = await upload(play, "file", bytes(20 * MEGABYTE))
    assert len((await get(play, media_id))[1]) == 20 * MEGABYTE


async def test_a_body_without_a_file(play: Play) -> None:
    assert await play.code("media/upload", {"media": "no"}, type="file") == 41005
    form = {"access_token": play.token, "type": "file"}
    answer = await play.client.post("/cgi-bin/media/upload", params=form, data={"media": "no filename"})
    assert (await answer.json())["errcode"] == 41005


async def test_three_days_then_40007(play: Play) -> None:
    media_id = await upload(play, "file")
    play.later(3 * DAY)
    play.token = ""
    assert (await get(play, media_id))[0:2] == (200, SHEET)
    play.later(1)
    status, content, headers = await get(play, media_id)
    assert (status, headers["type"]) == (200, "application/json")
    assert b"40007" in content
    assert await play.code("media/get", media_id="3Mnothing") == 40007


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-3", 206, SHEET[:4]),
        ("bytes=5-", 206, SHEET[5:]),
        ("bytes=-4", 206, SHEET[-4:]),
        ("bytes=0-999", 200, SHEET),
        ("lines=1-2", 200, SHEET),
        ("bytes=900-", 416, b""),
    ],
)
async def test_ranges(play: Play, asked: str, status: int, content: bytes) -> None:
    media_id = await upload(play, "file")
    answered, got, headers = await get(play, media_id, Range=asked)
    assert (answered, got) == (status, content)
    assert ("Content-Range" in headers) == (status != 200)


async def test_the_page_still_sees_what_has_expired(play: Play) -> None:
    media_id = await upload(play, "image")
    play.later(4 * DAY)
    answer = await play.client.get(f"/_sandbox/media/{media_id}")
    assert (answer.status, answer.content_type, await answer.read()) == (200, "image/png", PNG)
    assert (await play.client.get("/_sandbox/media/none")).status == 404


async def test_uploadimg_gives_a_url_that_lasts(play: Play) -> None:
    answer = await post_file(play, "media/uploadimg", "poster.jpg", JPG, field="picture")
    play.later(90 * DAY)
    shown = await play.client.session.get(answer["url"])
    assert (shown.status, shown.content_type, await shown.read()) == (200, "image/jpeg", JPG)


async def test_uploadimg_limits(play: Play) -> None:
    assert (await post_file(play, "media/uploadimg", "a.png", PNG + bytes(2 * MEGABYTE)))["errcode"] == 45001
    assert (await post_file(play, "media/uploadimg", "a.txt", SHEET))["errcode"] == 40005
    play.stage.limits.images_day.admit("corp", play.clock.traffic(), 1000)
    assert (await post_file(play, "media/uploadimg", "a.png", PNG))["errcode"] == 45009
    play.later(DAY)
    play.token = ""
    assert (await post_file(play, "media/uploadimg", "a.png", PNG))["errcode"] == 0
    play.stage.limits.images_month.admit("corp", play.clock.traffic(), 2999)
    assert (await post_file(play, "media/uploadimg", "a.png", PNG))["errcode"] == 45009


async def test_upload_attachment(play: Play) -> None:
    path = "media/upload_attachment"
    answer = await post_file(play, path, "a.png", PNG, media_type="image", attachment_type="1")
    assert (answer["errcode"], answer["type"], answer["created_at"]) == (0, "image", int(NOW))
    assert (await post_file(play, path, "a.png", PNG, media_type="image", attachment_type="3"))["errcode"] == 40058


async def test_a_member_sends_a_picture_and_no_file(school: Play) -> None:
    picture = {"name": "黑板.jpg", "base64": base64.b64encode(JPG).decode()}
    await school.act("/app/say", userid="Lin", image=picture)
    event = await school.bot.hear()
    assert (event["MsgType"], event["FromUserName"], "Content" in event) == ("image", "Lin", False)
    assert (await get(school, event["MediaId"]))[1] == JPG
    assert event["PicUrl"].startswith("http://127.0.0.1:")
    assert event["PicUrl"].endswith(f"/_sandbox/media/{event['MediaId']}")
    bubble = (await school.phone("Lin"))[0]
    assert (bubble["kind"], bubble["data"]["name"], bubble["data"]["size"]) == ("image", "黑板.jpg", len(JPG))
    refused = await school.act("/app/say", 400, userid="Lin", file=picture)
    assert "文件" in refused["error"]


async def test_other_things_a_member_sends(school: Play) -> None:
    await school.act("/app/say", userid="Lin", voice={"base64": base64.b64encode(AMR).decode()})
    voice = await school.bot.hear()
    assert (voice["MsgType"], voice["Format"]) == ("voice", "amr")
    await school.act("/app/say", userid="Lin", video={"base64": base64.b64encode(MP4).decode()})
    assert (await school.bot.hear())["ThumbMediaId"]
    await school.act("/app/say", userid="Lin", location={"latitude": 39.9, "longitude": 116.4, "name": "教室"})
    place = await school.bot.hear()
    assert (place["Location_X"], place["Location_Y"], place["Label"], place["AppType"]) == ("39.9", "116.4", "教室", "wxwork")
    await school.act("/app/say", userid="Lin", link={"url": "https://x.example", "title": "作业"})
    assert (await school.bot.hear())["Url"] == "https://x.example"
    await school.act("/app/say", 400, userid="Lin", location={"latitude": "north"})
    await school.act("/app/say", 400, userid="Lin", image={"base64": "not base64"})


async def test_a_filename_in_the_extended_notation(play: Play) -> None:
    """As python-requests writes a name that is not ASCII."""
    head = b"Content-Disposition: form-data; name=\"media\"; filename*=utf-8''%E5%90%8D%E5%8D%95.csv\r\n"
    body = b"--cut\r\n" + head + b"Content-Type: text/csv\r\n\r\n" + SHEET + b"\r\n--cut--\r\n"
    token = (await play.gettoken())["access_token"]
    params, kind = {"access_token": token, "type": "file"}, {"Content-Type": "multipart/form-data; boundary=cut"}
    answer = await (await play.client.post("/cgi-bin/media/upload", params=params, data=body, headers=kind)).json()
    media = play.stage.media.files[answer["media_id"]]
    assert (media.name, media.content) == ("名单.csv", SHEET)
