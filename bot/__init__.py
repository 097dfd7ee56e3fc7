"""bot: the process. Config, wiring, HTTP, worker, lanes, clock, command line; `bot/wecom/` is all that knows WeCom's wire.

Nobody imports bot. Facts enter by `bot/web.py` and `bot/clock.py` through `bot/inbox_writer.py`, are applied by
`bot/worker.py`, and what they decide leaves by `bot/lanes.py`.
"""
