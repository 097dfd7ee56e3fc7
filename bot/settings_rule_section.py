"""The section [[rules]] of config.toml: a closing rule as its words."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from bot.settings_rules import MOVES, RuleFault, to_condition
from bot.settings_sections import Section
from bot.settings_shapes import shaped, wrong
from camp.rules.place import Place
from camp.rules.rule import Moment, Rule


def _condition(words: str) -> str:
    try:
        to_condition(words)
    except RuleFault as fault:
        raise wrong(fault.phrase, **fault.values) from None
    return words


def _move(name: str) -> str:
    if name not in {place.value for place in MOVES}:
        raise wrong("settings.rule_move", name=name[:40], known="、".join(MOVES))
    return name


def _moment(name: str) -> str:
    if name not in {moment.value for moment in Moment}:
        raise wrong("settings.rule_moment", name=name[:40], known="、".join(Moment))
    return name


class RuleSection(Section):
    name: Annotated[str, shaped(r"[0-9A-Za-z_-]{1,64}", "settings.rule_name")] = Field(examples=["warm"])
    title: str = Field(default="", max_length=80)
    moment: Annotated[str, AfterValidator(_moment)] = Field(examples=["cohort_closed"])
    when: list[Annotated[str, AfterValidator(_condition)]] = Field(
        min_length=1, max_length=10, examples=[["attended >= warm_lessons", "paid = 0"]]
    )
    move: Annotated[str, AfterValidator(_move)] = Field(examples=["conversion"])
    grade: str | None = Field(default=None, max_length=8, examples=["A"])
    tag: str | None = Field(default=None, min_length=1, max_length=30, examples=["高意向"])
    todo: str | None = Field(default=None, min_length=1, max_length=200, examples=["联系一下"])

    def to_rule(self) -> Rule:
        return Rule(
            name=self.name,
            title=self.title or self.name,
            moment=Moment(self.moment),
            when=tuple(to_condition(words) for words in self.when),
            move=Place(self.move),
            grade=self.grade,
            tag=self.tag,
            todo=self.todo,
        )
