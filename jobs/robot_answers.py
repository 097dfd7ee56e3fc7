"""At each beat: the robot's answers that WeCom did not come for in time go by their response_url."""

from __future__ import annotations

from camp.robot import answer_left_behind
from jobs.core.job import BEAT, Job

JOB = Job("robot_answers", answer_left_behind, every=BEAT)
