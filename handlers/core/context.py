"""What a handler is given: the transaction, the fact, the policy, a voice, and who speaks. One object, nothing hidden."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from camp.phrases import Say
from camp.policy import Policy
from camp.talk import Talk
from storage.database import Tx
from storage.inbox import Fact
from storage.learners import Learner
from storage.members import Member


@dataclass(frozen=True)
class Ctx:
    """`say` speaks the language of the command's alias, else the policy's."""

    tx: Tx
    fact: Fact
    policy: Policy
    say: Say

    @property
    def now(self) -> datetime:
        return self.tx.now


@dataclass(frozen=True)
class LearnerCtx(Ctx):
    learner: Learner


@dataclass(frozen=True)
class StaffCtx(Ctx):
    """`member` is active staff holding one of the command's positions: rights are checked before arguments. `talk`: where they
    speak, and what that group is bound to."""

    member: Member
    talk: Talk
