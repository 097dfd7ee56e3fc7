"""Words about checking in: one answer for every outcome."""

PHRASES = {
    "checkin.done": ("{lesson} 签到成功 ✓\n到课 {attended}/{lessons}", "Checked in: {lesson} ✓\nAttended {attended}/{lessons}"),
    "checkin.already": (
        "{lesson} 你在 {at} 已经签到过了。\n到课 {attended}/{lessons}",
        "You checked in to {lesson} at {at} already.\nAttended {attended}/{lessons}",
    ),
    "checkin.too_early": (
        "{lesson} 还没开放签到：{opens} 开放，{starts} 上课。",
        "Check-in for {lesson} is not open yet: it opens at {opens}, the lesson starts at {starts}.",
    ),
    "checkin.too_late": (
        "{lesson} 的签到已在 {closed} 关闭。看过回放请回复“完课{seq}”，仍可记完课；确实到课请联系班主任补签。",
        "Check-in for {lesson} closed at {closed}. After the replay reply “finish {seq}”: it still counts as completion. "
        "If you were there, ask your class teacher.",
    ),
    "checkin.passphrase_missing": (
        "{lesson} 签到要口令，老师上课时会说。请回复“签到{seq} 口令”。",
        "{lesson} asks for the passphrase your teacher says in class. Reply “checkin {seq} passphrase”.",
    ),
    "checkin.passphrase_wrong": (
        "口令不对，{lesson} 还没签到。请听老师说的口令，再回复“签到{seq} 口令”（大小写、空格不影响）。",
        "That is not the passphrase; you are not checked in to {lesson}. Listen for it and reply “checkin {seq} passphrase”.",
    ),
    "checkin.several": (
        "现在有 {number} 节课可以签到，点一下你上的那节：",
        "Check-in is open for {number} lessons. Tap yours:",
    ),
    "checkin.nothing_open": ("现在没有开放签到的课。", "No check-in is open now."),
    "checkin.missed": (
        "{lesson} 的签到已在 {closed} 关闭，看过回放可回复“完课{seq}”。",
        "Check-in for {lesson} closed at {closed}; after the replay reply “finish {seq}”.",
    ),
    "checkin.following": (
        "下一次：{lesson}，{opens} 开放签到，{starts} 上课。",
        "Next: {lesson}, check-in opens at {opens}, the lesson starts at {starts}.",
    ),
    "checkin.no_more_lessons": ("后面没有课了。", "There are no more lessons."),
}
