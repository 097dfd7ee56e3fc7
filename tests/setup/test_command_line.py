"""The command line as an operator uses it: plain words, exit codes, nothing half done."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result

from storage import inbox, outbox
from storage.database import Database
from storage.inbox import FactDraft
from storage.outbox import Intent
from tests.messages.conftest import NOTICE, declared
from tests.sheets.conftest import xlsx

Wecamp = Callable[..., Result]
ROOT = Path(__file__).parents[2]


def test_check_config(wecamp: Wecamp, config: Path) -> None:
    assert wecamp("check-config").exit_code == 0
    config.write_text(config.read_text().replace("port = 0", "port = -1").replace("[wecom.kf]", "[wecom.kff]"))
    result = wecamp("check-config")
    assert result.exit_code == 2
    assert result.stdout == ""
    for where in ("[server] port", "[wecom.kf]", "[wecom.kff]"):
        assert where in result.stderr or where.replace("[wecom.kff]", "[wecom] kff") in result.stderr


def test_serve_ends_before_it_opens_anything_when_the_config_is_wrong(wecamp: Wecamp, config: Path) -> None:
    config.write_text(config.read_text().replace("agent_id = 1000002", ""))
    result = wecamp("serve")
    assert result.exit_code == 2
    assert "agent_id" in result.stderr
    assert not list(config.parent.glob("wecamp.db*"))


def test_the_config_comes_from_the_environment_else_from_here(
    wecamp: Wecamp, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WECAMP_CONFIG", str(config))
    assert wecamp("check-config", settings=[]).exit_code == 0
    monkeypatch.delenv("WECAMP_CONFIG")
    monkeypatch.chdir(config.parent)
    assert wecamp("check-config", settings=[]).exit_code == 0


def test_migrate_twice(wecamp: Wecamp) -> None:
    assert "升级到" in wecamp("migrate").stdout
    assert "已是最新" in wecamp("migrate").stdout


def test_apply_twice(wecamp: Wecamp, camp_file: Path) -> None:
    first = wecamp("apply", str(camp_file))
    assert first.exit_code == 0, first.output
    assert "课：新增 2" in first.stdout
    again = wecamp("apply", str(camp_file))
    assert again.exit_code == 0
    assert "没有变化" in again.stdout


def test_apply_names_every_fault_and_changes_nothing(wecamp: Wecamp, camp_file: Path, config: Path) -> None:
    camp_file.write_text(camp_file.read_text().replace("minutes = 45", "minutes = 0").replace('"sales"', '"boss"'))
    result = wecamp("apply", str(camp_file))
    assert result.exit_code == 1
    assert "第 21 行 cohorts[0].lessons[1].minutes" in result.stderr
    assert "第 39 行 staff[1].position" in result.stderr
    assert "共 2 处问题，什么都没有改动" in result.stderr
    assert not (config.parent / "wecamp.db").exists()


def test_apply_of_no_file(wecamp: Wecamp) -> None:
    result = wecamp("apply", "nowhere.toml")
    assert result.exit_code == 1
    assert "nowhere.toml" in result.stderr


def test_a_damaged_database_is_a_sentence(wecamp: Wecamp, config: Path) -> None:
    (config.parent / "wecamp.db").write_bytes(b"this is no database, and long enough to be looked at" * 40)
    result = wecamp("migrate")
    assert result.exit_code == 1
    assert "数据库出错" in result.stderr
    assert "Traceback" not in result.output


def test_failed_facts_are_listed_shown_and_retried(wecamp: Wecamp, config: Path) -> None:
    wecamp("migrate")
    asyncio.run(_break_one(config))
    listed = wecamp("inbox", "list", "--state", "failed").stdout
    assert "ingest.enrolment.added" in listed
    assert "ValueError: boom" in listed
    shown = wecamp("inbox", "show", "1").stdout
    assert "13812345678" not in shown
    assert "hush" not in shown
    assert "小明" in shown
    assert wecamp("inbox", "retry").exit_code == 2
    assert "1 条已重新排队" in wecamp("inbox", "retry", "1").stdout
    assert wecamp("inbox", "retry", "1").exit_code == 1, "it waits already"
    assert "pending" in wecamp("inbox", "list").stdout


def test_dead_intents_are_listed_and_retried(wecamp: Wecamp, config: Path) -> None:
    wecamp("migrate")
    asyncio.run(_break_one(config))
    assert "48002" in wecamp("outbox", "list", "--state", "dead").stdout
    assert "1 条已重新排队" in wecamp("outbox", "retry", "--all").stdout
    assert wecamp("outbox", "show", "77").exit_code == 1
    assert wecamp("outbox", "list", "--state", "lost").exit_code == 2


async def _break_one(config: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{config.parent / 'wecamp.db'}")
    body = {"name": "小明", "note": "打 13812345678", "phone": "x", "subject": {"token": "hush"}}
    async with database.write(datetime(2026, 12, 1, tzinfo=UTC)) as tx:
        await inbox.add_facts(tx, [FactDraft("test", "ingest.enrolment.added", "k", "ingest", body)])
        await inbox.fail(tx, 1, "Traceback …\nValueError: boom")
        await outbox.add_intent(tx, Intent("app.message", {"to": ["lin"], "message": {"type": "text", "text": "hi"}}))
        await outbox.finish(tx, [1], outbox.State.DEAD, errcode=48002, error="no right")
    await database.close()


def test_import_names_every_bad_row_and_takes_none(wecamp: Wecamp, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("手机号,订单号,金额,课程\n13812345678,A1,1999,正价课\n,A2,1999,正价课\n13812345679,A3,一千,正价课\n", "utf-8")
    result = wecamp("import", "orders", str(file))
    assert result.exit_code == 1
    assert "2 行有问题" in result.stderr
    assert "第 3 行" in result.stderr
    assert "第 4 行" in result.stderr
    assert "1381234" not in result.output


def test_import_twice(wecamp: Wecamp, tmp_path: Path) -> None:
    file = tmp_path / "roster.csv"
    file.write_bytes("姓名,手机号,营期\n小明,13812345678,read7-01\n小红,13812345679,read7-01\n".encode("gb18030"))
    assert "读到 2 行，新增 2 条" in wecamp("import", "roster", str(file)).stdout
    assert "读到 2 行，新增 0 条" in wecamp("import", "roster", str(file)).stdout
    file.write_text("姓名,营期\n小明,read7-01\n", "utf-8")
    assert "像是名单，还缺列：手机/外部联系人id/unionid" in wecamp("import", "roster", str(file)).stderr


def test_import_takes_spreadsheets_and_refunds(wecamp: Wecamp, tmp_path: Path) -> None:
    file = tmp_path / "orders.xlsx"
    rows = [
        ("手机", "订单号", "商品", "金额(元)", "退款"),
        (13812345678, "A1", "正价课", 1999, 500),
        (13812345679, "A2", "课", 9, None),
    ]
    file.write_bytes(xlsx(rows))
    assert "读到 2 行，新增 3 条" in wecamp("import", "orders", str(file)).stdout
    assert "读到 2 行，新增 0 条" in wecamp("import", "orders", str(file)).stdout
    assert "是订单表，不是名单" in wecamp("import", "roster", str(file)).stderr


def test_export(wecamp: Wecamp, camp_file: Path, tmp_path: Path) -> None:
    wecamp("apply", str(camp_file))
    assert wecamp("export", "read7-01", "--out", str(tmp_path / "out.csv")).exit_code == 0
    assert (tmp_path / "out.csv").read_text("utf-8-sig").startswith("编号,学员,去向")
    unknown = wecamp("export", "read9")
    assert unknown.exit_code == 1
    assert "read7-01" in unknown.stderr


def test_rehearse(wecamp: Wecamp, camp_file: Path) -> None:
    wecamp("apply", str(camp_file))
    assert wecamp("rehearse", "warm", "--number", "1").exit_code == 0
    unknown = wecamp("rehearse", "hot")
    assert unknown.exit_code == 1
    assert "warm" in unknown.stderr


def test_rehearse_what_goes_to_the_class_groups(wecamp: Wecamp, tmp_path: Path) -> None:
    file = tmp_path / "week.toml"
    file.write_text(declared(NOTICE), encoding="utf-8")
    assert wecamp("apply", str(file)).exit_code == 0
    shown = wecamp("rehearse", "--messages", "read7-01")
    assert shown.exit_code == 0, shown.output
    assert "预演 阅读营一期：2 个班群" in shown.stdout
    assert "notice（第5课）" in shown.stdout
    unknown = wecamp("rehearse", "--messages", "xx")
    assert unknown.exit_code == 1
    assert "read7-01" in unknown.stderr
    assert "--messages" in wecamp("rehearse").stderr


def test_doctor_says_that_wecom_cannot_be_reached(wecamp: Wecamp) -> None:
    result = wecamp("doctor")
    assert result.exit_code == 1
    assert "✗ 应用登录" in result.stdout
    assert "api_base_url" in result.stdout
    assert "wecamp.db.key" in result.stdout


def test_python_m_bot_is_the_same_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "sandbox", "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "sandbox" in done.stdout
