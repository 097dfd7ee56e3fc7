"""`import` and `export`: sheets in as facts, a cohort's report out as CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.roster_file import RowFault, to_facts
from bot.cli.terminal import ConfigOption, clock_of, fail, open_database, run, settings_from, voice_of
from bot.settings import Settings
from camp.harmless import one_line
from camp.identity import conceal
from camp.phrases import Say
from camp.rules.sheet_columns import Kind
from camp.sheet_reading import read_sheet
from camp.sheet_words import file_fault
from storage import cohorts, exports, inbox
from storage.exports import ReportLine
from storage.inbox import FactDraft

# Rows of one transaction: short enough that a running process can store its callbacks in between.
_CHUNK = 500
# A spreadsheet would run a cell that starts like this as a formula, on Chinese systems the wide forms too.
_FORMULA = tuple("=+-@＝＋－＠")
_CELL_LENGTH = 200


class FileKind(StrEnum):
    """The files that can be imported: camp.rules.sheet_columns.Kind."""

    ROSTER = "roster"
    ATTENDANCE = "attendance"
    ORDERS = "orders"


def register(app: typer.Typer) -> None:
    app.command("import", help="导入表格：roster 名单、attendance 到课、orders 订单。Import a sheet (xlsx, csv).")(import_file)
    app.command("export", help="导出一期的学员报表（CSV）。Write a cohort's report.")(export_cohort)


def import_file(
    kind: Annotated[FileKind, typer.Argument(help="roster | attendance | orders", show_default=False)],
    file: Annotated[Path, typer.Argument(help="xlsx 或 csv", show_default=False)],
    config: ConfigOption = None,
) -> None:
    settings = settings_from(config)
    say = voice_of(settings)
    try:
        data = file.read_bytes()
    except OSError as error:
        fail(say("cli.cannot_read", file=str(file), reason=error.strerror or str(error)))
    read = read_sheet(data)
    if "problem" in read:
        fail(say("cli.import_refused", file=str(file), reason=file_fault(say, read)))
    if read["kind"] != kind.value:
        told = {"file": str(file), "kind": say(f"sheet.kind_{read['kind']}"), "wanted": say(f"sheet.kind_{kind.value}")}
        fail(say("cli.import_other", **told))
    drafts, faults = to_facts(Kind(kind.value), read["rows"], settings.zone, run(_now(settings), say))
    if faults:
        words = [say("cli.import_faults", file=str(file), count=len({fault.line for fault in faults}))]
        words += [say("sheet.bad_row", n=fault.line, reason=_reason(say, fault)) for fault in faults]
        fail("\n".join(words))
    if not drafts:
        fail(say("cli.import_empty", file=str(file)))
    typer.echo(say("cli.imported", rows=len(read["rows"]), new=run(_store(settings, drafts), say)))


def _reason(say: Say, fault: RowFault) -> str:
    reason = say(fault.phrase, **fault.values)
    return say("sheet.bad_cell", column=fault.column, reason=reason) if fault.column else reason


async def _now(settings: Settings) -> datetime:
    return (await clock_of(settings))()


async def _store(settings: Settings, drafts: Sequence[FactDraft]) -> int:
    new = 0
    policy = settings.policy()
    # Phone numbers lie sealed in the inbox too.
    drafts = [replace(draft, body=conceal(policy, draft.body)) for draft in drafts]
    async with open_database(settings) as database:
        for start in range(0, len(drafts), _CHUNK):
            async with database.write() as tx:
                new += await inbox.add_facts(tx, drafts[start : start + _CHUNK])
    return new


def export_cohort(
    cohort: Annotated[str, typer.Argument(help="营期代码或名称", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", help="写到哪个文件。", show_default=False)] = None,
    config: ConfigOption = None,
) -> None:
    settings = settings_from(config)
    say = voice_of(settings)
    code, lines, known = run(_report(settings, cohort), say)
    if code is None:
        fail(say("cli.no_cohort", name=cohort, known="、".join(known)))
    target = out or Path(f"{code}.csv")
    try:
        # The mark at the front tells Excel that the file is UTF-8.
        with target.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            columns = ("number", "name", "place", "attended", "completed", "paid", "channel", "teacher", "group")
            writer.writerow([say(f"cli.report_{name}") for name in columns])
            writer.writerows(_cells(say, line) for line in lines)
    except OSError as error:
        fail(say("cli.cannot_read", file=str(target), reason=error.strerror or str(error)))
    typer.echo(say("cli.exported", count=len(lines), file=str(target)))


async def _report(settings: Settings, name: str) -> tuple[str | None, list[ReportLine], list[str]]:
    async with open_database(settings) as database, database.read() as tx:
        cohort = await cohorts.find_cohort(tx, name)
        if cohort is None:
            return None, [], [each.code for each in await cohorts.cohorts_of(tx)]
        return cohort.code, await exports.report_of(tx, cohort.id), []


def _cells(say: Say, line: ReportLine) -> list[str]:
    cells = [
        f"#{line.learner_id}",
        line.name or "",
        say(f"common.place_{line.place}"),
        str(line.attended),
        str(line.completed),
        f"{line.paid_fen // 100}.{line.paid_fen % 100:02d}",
        line.channel or "",
        line.class_teacher or "",
        line.class_group or "",
    ]
    lines = [one_line(cell, _CELL_LENGTH) for cell in cells]
    return [f"'{line}" if line.startswith(_FORMULA) else line for line in lines]
