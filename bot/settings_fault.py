"""What is wrong with a config file, in words: section, key, reason and an example; never a value, it may be a secret."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError

from camp.phrases import say_in
from camp.rules.toml_lines import syntax_fault

# pydantic's kinds of fault and our phrase for each; `{ge}` and the like come with the fault.
_KINDS = {
    "missing": "settings.missing",
    "string_type": "settings.not_text",
    "int_type": "settings.not_number",
    "int_parsing": "settings.not_number",
    "int_from_float": "settings.not_number",
    "float_type": "settings.not_number",
    "float_parsing": "settings.not_number",
    "finite_number": "settings.not_number",
    "bool_type": "settings.not_bool",
    "bool_parsing": "settings.not_bool",
    "list_type": "settings.not_list",
    "dict_type": "settings.not_table",
    "model_type": "settings.not_table",
    "model_attributes_type": "settings.not_table",
    "literal_error": "settings.not_one_of",
    "greater_than_equal": "settings.at_least",
    "greater_than": "settings.more_than",
    "less_than_equal": "settings.at_most",
    "less_than": "settings.less_than",
    "too_short": "settings.too_few",
    "too_long": "settings.too_many",
    "string_too_short": "settings.empty",
    "string_too_long": "settings.too_long",
}


@dataclass(frozen=True)
class Fault:
    """`section` as in the file (`wecom.app`), `key` within it (empty: the section itself), the reason in both languages."""

    section: str
    key: str
    reason_zh: str
    reason_en: str
    example: str = ""

    def __str__(self) -> str:
        where = " ".join(part for part in (f"[{self.section}]" if self.section else "", self.key) if part)
        example = f"\n    例如 e.g.  {self.example}" if self.example else ""
        return f"{where}\n    {self.reason_zh}\n    {self.reason_en}{example}"


class ConfigError(Exception):
    """The settings cannot be used; `faults` holds every reason at once."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def make_fault(section: str, key: str, phrase: str, example: str = "", **values: Any) -> Fault:
    return Fault(section, key, say_in("zh")(phrase, **values), say_in("en")(phrase, **values), example)


def unreadable(file: Path, error: Exception) -> Fault:
    """A file that is not there, not text, or not TOML (with its line)."""
    if isinstance(error, FileNotFoundError):
        return make_fault("", str(file), "settings.no_file", "cp config.example.toml config.toml")
    if isinstance(error, OSError):
        return make_fault("", str(file), "settings.unreadable_file", reason=error.strerror or type(error).__name__)
    if isinstance(error, UnicodeDecodeError):
        return make_fault("", str(file), "settings.not_utf8")
    reason, line = syntax_fault(str(error))
    return make_fault("", f"{file}:{line}" if line else str(file), "settings.not_toml", line=line or "?", reason=reason)


def key_fault(phrase: str, file: Path, reason: str) -> Fault:
    return make_fault("privacy", "key_file", phrase, file=str(file), reason=reason)


def wrong_variable(error: SettingsError, prefix: str) -> Fault:
    """A variable that should hold JSON and does not; the message of pydantic-settings names only the field."""
    match = re.search(r'field "(\w+)"', str(error))
    name = f"{prefix}{match[1].upper()}" if match else prefix
    return make_fault("", name, "settings.variable_json", f"{name}__KEY=value")


def unknown_variables(environment: Mapping[str, str], prefix: str, known: Iterable[str]) -> list[Fault]:
    """Variables `WECAMP_<SECTION>__<KEY>` whose section does not exist; pydantic-settings would overlook them."""
    sections = set(known)
    strays = []
    for name in sorted(environment):
        section, nested, _ = name.removeprefix(prefix).partition("__")
        if name.startswith(prefix) and nested and section.lower() not in sections:
            strays.append(make_fault("", name, "settings.unknown_section", name=section.lower()))
    return strays


def faults_of(model: type[BaseModel], error: ValidationError) -> list[Fault]:
    """All faults pydantic found, in the order of the file's sections."""
    return [_to_fault(model, details) for details in error.errors(include_url=False, include_input=False)]


def _to_fault(model: type[BaseModel], details: Any) -> Fault:
    path = list(details["loc"])
    kind, context = details["type"], details.get("ctx", {})
    whole = kind != "extra_forbidden" and _is_section(model, path)
    section, key = (_dotted(path), "") if whole else _split(path)
    if kind == "extra_forbidden":
        owner = _model_at(model, path[:-1])
        near = difflib.get_close_matches(str(path[-1]), _names(owner), 1) if owner else []
        phrase = "settings.unknown_key" if section else "settings.unknown_section"
        return make_fault(section or key, key if section else "", phrase, near[0] if near else "", name=str(path[-1]))
    if kind == "wecamp":
        return make_fault(section, key, context["phrase"], _example(model, path), **context["values"])
    phrase = _KINDS.get(kind, "settings.other")
    if phrase == "settings.missing" and whole:
        phrase = "settings.missing_section"
    values = {name: value for name, value in context.items() if isinstance(value, int | float | str)}
    return make_fault(section, key, phrase, _example(model, path), kind=kind, **values)


def _dotted(path: Sequence[Any]) -> str:
    words = ""
    for step in path:
        words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else str(step)
    return words


def _split(path: Sequence[Any]) -> tuple[str, str]:
    """Section and key; an index belongs to its list (`rules[0]` and `when[1]`)."""
    cut = len(path) - 1
    while cut > 0 and isinstance(path[cut], int):
        cut -= 1
    return _dotted(path[:cut]), _dotted(path[cut:])


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in get_args(annotation) for found in _models_in(part)]


def _names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _field_at(model: type[BaseModel], path: Sequence[Any]) -> Any:
    """The field a path ends in (or the table field it runs through), or None."""
    owner: type[BaseModel] | None = model
    found = None
    for step in path:
        if owner is None:
            return found
        inside = {field.alias or name: field for name, field in owner.model_fields.items()}.get(str(step))
        if inside is None:
            continue  # an index of a list or a name in a table
        found = inside
        owner = next(iter(_models_in(inside.annotation)), None)
    return found


def _model_at(model: type[BaseModel], path: Sequence[Any]) -> type[BaseModel] | None:
    if not path:
        return model
    field = _field_at(model, path)
    return None if field is None else next(iter(_models_in(field.annotation)), None)


def _is_section(model: type[BaseModel], path: Sequence[Any]) -> bool:
    """Whether the path ends at a table and not at a key."""
    return not path or _model_at(model, path) is not None or len(path) == 1


def _example(model: type[BaseModel], path: Sequence[Any]) -> str:
    field = _field_at(model, path)
    if field is None or _models_in(field.annotation):
        return ""
    names = [step for step in path if isinstance(step, str)]
    value = field.examples[0] if field.examples else field.get_default(call_default_factory=True)
    return f"{names[-1]} = {_to_toml(value)}" if names else ""


def _to_toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_to_toml(item) for item in value)}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
