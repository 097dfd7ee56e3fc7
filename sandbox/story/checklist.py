"""What the story expects, each with whether it came true. The exit code is its verdict."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Claim:
    words: str
    holds: bool
    seen: str = ""  # what was found instead


@dataclass
class Checklist:
    """`excuse` is asked before a failure is noted, and may raise."""

    claims: list[Claim] = field(default_factory=list)
    excuse: Callable[[], None] = lambda: None

    def check(self, words: str, holds: bool, seen: object = "") -> None:
        """Notes one expectation; `seen` is shown when it did not hold."""
        if not holds:
            self.excuse()
        self.claims.append(Claim(words, holds, "" if holds else str(seen)))

    def equal(self, words: str, found: object, wanted: object) -> None:
        self.check(words, found == wanted, f"是 {found}，应为 {wanted}")

    def names(self, words: str, text: str, inside: Iterable[str], outside: Iterable[str] = ()) -> None:
        """All names `inside` are in the text, none of those `outside`."""
        missing = [name for name in inside if name not in text]
        extra = [name for name in outside if name in text]
        seen = "；".join(filter(None, [f"缺 {'、'.join(missing)}" if missing else "", f"多 {'、'.join(extra)}" if extra else ""]))
        self.check(words, not missing and not extra, seen)

    @property
    def failed(self) -> list[Claim]:
        return [claim for claim in self.claims if not claim.holds]
