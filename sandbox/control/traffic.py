"""Control: how full the windows were."""

from aiohttp import web

from sandbox.clock import MINUTE
from sandbox.control.form import Route, reply
from sandbox.stage import STAGE
from sandbox.traffic import fullest, window_by_window


async def traffic(request: web.Request) -> web.StreamResponse:
    """`?path=kf/send_msg`, `&window=` seconds (60) → {arrivals: [traffic seconds], refused: {code: n}, fullest: n, windows: [n]}.

    `fullest` is the most in any stretch of `window` seconds, `windows` the number in each whole one since the first call.
    """
    asked, seen = request.query, request.app[STAGE].traffic
    try:
        window = float(asked.get("window", MINUTE))
    except ValueError:
        return reply({"error": "window 要是数字"}, 400)
    if not window > 0:
        return reply({"error": "window 要大于 0"}, 400)
    path = asked.get("path", "")
    arrivals = seen.arrivals(path)
    return reply(
        {
            "arrivals": arrivals,
            "refused": {str(code): times for code, times in seen.refusals(path).items()},
            "fullest": fullest(arrivals, window),
            "windows": window_by_window(arrivals, window),
        }
    )


ROUTES: list[Route] = [("GET", "/traffic", traffic)]
