"""A sheet through everything that is real: the encrypted file, the wire, the lanes, the worker, the card, the tap."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.loopback import LONG
from tests.robot.conftest import Play, open_play
from tests.sheets.conftest import csv, xlsx

HEAD = ("姓名", "手机", "期", "班", "渠道")
ROWS, BAD = 2_000, 30
_FAULTS = [("138", "read-01"), ("1.38E+10", "read-01"), (None, "read-01"), ("13900000000", "没有的期"), ("13900000001", None)]


def roster(rows: int = ROWS, bad: int = BAD) -> list[tuple[Any, ...]]:
    """A roster of so many rows, of which the last but the very last `bad` ones are no good."""
    good = [(f"学员{n}", 13_800_000_000 + n, "read-01", "A", "dy01") for n in range(rows - bad)]
    faulty = [(f"坏{n}", *_FAULTS[n % len(_FAULTS)], "A", None) for n in range(bad)]
    return [HEAD, *good[:-1], *faulty, good[-1]]


async def send(play: Play, userid: str, name: str, data: bytes) -> None:
    file = {"name": name, "base64": base64.b64encode(data).decode()}
    await play.camp.corp.act("/aibot/say", userid=userid, text="", file=file)


async def card(play: Play, userid: str, within: float = LONG) -> tuple[dict[str, Any], str]:
    """The newest card with the import button, in the robot's chat or the app's, and where it is."""
    found: list[tuple[dict[str, Any], str]] = []

    async def shown() -> bool:
        for chat in ("aibot", "app"):
            bubbles = await play.camp.corp.chat(userid, chat)
            found.extend((b, chat) for b in bubbles if any("确认导入" in button["text"] for button in b.get("buttons") or []))
        return bool(found)

    await play.camp.until(shown, "the preview's card", within)
    return found[-1]


async def tap(play: Play, userid: str, bubble: dict[str, Any], chat: str) -> None:
    key = next(button["key"] for button in bubble["buttons"] if "确认导入" in button["text"])
    if chat == "aibot":
        await play.clicks(userid, bubble["task_id"], key)
    else:
        await play.camp.corp.act("/app/click", userid=userid, task_id=bubble["task_id"], key=key)


async def sees(play: Play, userid: str, words: str, within: float = LONG) -> str:
    """The newest bubble with these words, in the robot's chat or the app's."""
    found: list[str] = []

    async def shown() -> bool:
        for chat in ("aibot", "app"):
            found.extend(text for text in await play.seen(userid, chat) if words in text)
        return bool(found)

    await play.camp.until(shown, f"{userid} sees {words}", within)
    return found[-1]


@pytest.mark.parametrize("mode", ["socket", "url"])
async def test_two_thousand_rows_of_which_thirty_are_bad(tmp_path: Path, mode: str) -> None:
    async with open_play(tmp_path, mode) as play:
        rows = roster()
        await send(play, "chen", "名单.xlsx", xlsx(rows))
        preview = await sees(play, "chen", "行：新增", 60)
        assert f"是名单，{ROWS} 行：新增 {ROWS - BAD} · 变更 0 · 已有 0 · 有误 {BAD}" in preview
        found = re.search(r"第 1/(\d+) 页", preview)
        pages = int(found[1]) if found else 1
        for page in range(2, pages + 1):
            await play.says("chen", "更多")
            await sees(play, "chen", f"第 {page}/{pages} 页" if page < pages else "改好后整张表再发一次")
        named = await everything(play, "chen")
        assert all(f"第 {n} 行 " in named for n in range(ROWS - BAD + 1, ROWS + 1))
        bubble, chat = await card(play, "chen")
        await tap(play, "chen", bubble, chat)
        done = await sees(play, "chen", "导入完成", 120)
        assert f"导入完成：{ROWS - BAD} 行" in done
        assert f"{BAD} 行有误没有导入" in done
        assert await play.camp.count("SELECT count(*) FROM enrolments") == ROWS - BAD
        for quarter in range(1, 4):
            assert await sees(play, "chen", f"导入中：{-(-(ROWS - BAD) * quarter // 4)}/{ROWS - BAD}")
        await nothing_in_plain(play)
        await send(play, "lin", "名单 (1).xlsx", (await stored(play))[0])
        assert "陈主管 在" in await sees(play, "lin", "已经导入过（《名单.xlsx》）")
        assert await play.camp.count("SELECT count(*) FROM enrolments") == ROWS - BAD


SMALL = [HEAD, ("周小雨", "13800000001", "read-01", "A", None)]
SORTS = {
    "合影.xlsx": (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01", "这不是表格"),
    "打包.xlsx": (b"PK\x03\x04 no zip at all", "文件打不开，可能坏了"),
    "加密.xlsx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le"), "文件加了密码"),
    "导出.xls": (b"<html><table><tr><td>1</td></tr></table></html>", "旧格式"),
    "空.csv": (b"\r\n", "里面什么都没有"),
    "列名.xlsx": (xlsx([HEAD]), "只有列名，没有数据行"),
    "通讯录.csv": ("姓名,手机\n甲,1\n".encode("gbk"), "还缺列：期/训练营"),
    "太长.csv": (csv([HEAD, *[("甲", "13800000001", "read-01", "A", None)] * 10_001]).encode(), "超过 10000 行"),
    "名单.csv": (csv(SMALL, mark=";").encode("gbk"), "是名单，1 行：新增 1"),
}


async def test_files_of_all_sorts(tmp_path: Path) -> None:
    """Each is answered with the reason and what to do; the one that is a roster is imported by whoever sent it."""
    async with open_play(tmp_path, "socket") as play:
        for name, (data, words) in SORTS.items():
            await send(play, "chen", name, data)
            assert words in await sees(play, "chen", f"《{name}》")
        assert await play.camp.count("SELECT count(*) FROM enrolments") == 0
        bubble, chat = await card(play, "chen")
        await tap(play, "chen", bubble, chat)
        await sees(play, "chen", "《名单.csv》导入完成：1 行")
        await send(play, "lin", "又一份.csv", SORTS["名单.csv"][0])
        assert "已经导入过（《名单.csv》）" in await sees(play, "lin", "《又一份.csv》")


async def everything(play: Play, userid: str) -> str:
    return "\n".join([text for chat in ("aibot", "app") for text in await play.seen(userid, chat)])


async def stored(play: Play) -> list[bytes]:
    """The files people have sent, as the look-alike keeps them."""
    return [media.content for media in play.camp.stage.media.files.values()]


async def nothing_in_plain(play: Play) -> None:
    """No phone number of the sheet stands in the database as it is."""
    async with play.camp.house.database.read() as tx:
        names = [str(row[0]) for row in await tx.conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))]
        for name in names:
            for row in await tx.conn.execute(text(f'SELECT * FROM "{name}"')):
                assert "1380000" not in str(tuple(row)), f"{name} holds a phone number"


async def test_a_file_whose_link_has_died(tmp_path: Path) -> None:
    async with open_play(tmp_path, "socket") as play:
        play.robot.files._parcels.clear()
        offer = play.robot.files.offer

        def gone(*args: Any) -> dict[str, str]:
            offered = offer(*args)
            play.robot.files._parcels.clear()
            return offered

        play.robot.files.offer = gone  # type: ignore[method-assign]
        await send(play, "lin", "名单.csv", csv([HEAD]).encode())
        assert "《未命名的表格》没有导入：企业微信的下载链接只有 5 分钟有效，已经过期。请再发一次。" in await sees(
            play, "lin", "没有导入"
        )
