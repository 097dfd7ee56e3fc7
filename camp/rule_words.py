"""Rules in words: conditions, numbers of the camp, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from camp.phrases import Say
from camp.rules.rule import Condition, Moment, Rule, RuleBook
from storage.cohorts import Camp


def settings_of(camp: Camp) -> dict[str, int]:
    """The numbers a rule may name."""
    return {"warm_lessons": camp.warm_lessons, "sale_window_days": camp.sale_window_days}


def with_number(rules: tuple[Rule, ...], rule: Rule, number: int) -> tuple[str | None, tuple[Rule, ...]]:
    """What `试算 <rule> <number>` changes: the camp setting the rule names, else the first number in the rule itself.

    Returns the setting's name (None where there is none) and the rules to look at.
    """
    setting = next((value for _, _, value in rule.when if isinstance(value, str)), None)
    if setting is not None:
        return setting, rules
    changed = list(rule.when)
    for place, (fact, op, value) in enumerate(rule.when):
        if fact != "paid" and isinstance(value, int):
            changed[place] = Condition(fact, op, number)
            break
    return None, tuple(replace(r, when=tuple(changed)) if r.name == rule.name else r for r in rules)


def rule_in_words(say: Say, rule: Rule, settings: Mapping[str, int]) -> str:
    """`warm：到课 ≥ 4 且 未成交 → 转化公海（A 级，标签“高意向”）`."""
    conditions = [condition_in_words(say, condition, settings) for condition in rule.when]
    also = [
        words
        for words in (
            say("closing.rule_grade", grade=rule.grade) if rule.grade else "",
            say("closing.rule_tag", tag=rule.tag) if rule.tag else "",
            say("closing.rule_todo", todo=rule.todo) if rule.todo else "",
        )
        if words
    ]
    place = say(f"common.place_{rule.move}") + (say("closing.rule_also", also=say("closing.comma").join(also)) if also else "")
    when = say("closing.rule_and").join(conditions) or say("closing.rule_always")
    return say("closing.rule_line", name=rule.name, when=when, place=place)


def condition_in_words(say: Say, condition: Condition, settings: Mapping[str, int]) -> str:
    """`到课 ≥ 4（本营设置 warm_lessons）`."""
    fact, op, value = condition
    if (fact, op, value) == ("paid", "=", 0):
        return say("closing.fact_unpaid")
    if fact == "paid" and (op, value) in ((">=", 1), (">", 0)):
        return say("closing.fact_has_paid")
    number = settings[value] if isinstance(value, str) else value
    sign = {">=": "≥", "<=": "≤", "!=": "≠"}.get(op, op)
    words = f"{say(f'closing.fact_{fact}')} {sign} {number}"
    return words + (say("closing.rule_setting", name=value) if isinstance(value, str) else "")


def book_in_lines(say: Say, book: RuleBook, camps: list[Camp]) -> list[str]:
    """The whole book with each camp's numbers."""
    lines = []
    for camp in camps:
        lines.append(say("closing.rules_camp", camp=camp.name, warm=camp.warm_lessons, days=camp.sale_window_days))
        for moment in Moment:
            rules = book.of(moment)
            if rules:
                lines.append(say(f"closing.moment_{moment}", days=camp.sale_window_days))
                lines += [say("closing.rule_item", rule=rule_in_words(say, rule, settings_of(camp))) for rule in rules]
    return lines
