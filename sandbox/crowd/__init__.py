"""Scripted learners by the thousand, for game days and benchmarks: a small TOML file says who comes and what they tend to do.

`plan` reads the file, `fate` draws what each learner will do, `play` lets them do it through `sandbox.people` like everybody
else, `gathering` is the one crowd a stage may have. `example.toml` explains every key.
"""
