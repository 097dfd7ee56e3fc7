"""Opens a page in a browser, where there is a screen to show one on."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser


def has_screen() -> bool:
    """macOS and Windows always; elsewhere when a display is named."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def show(url: str) -> bool:
    """Asks the browser to open the page, without waiting for it; False where there is none that draws."""
    if not has_screen():
        return False
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    # The plain kind waits in the foreground: a text browser, which would take the terminal.
    if type(browser) is webbrowser.GenericBrowser:
        return False
    threading.Thread(target=browser.open, args=(url,), daemon=True).start()
    return True
