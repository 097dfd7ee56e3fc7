"""The parts of a message by msgtype, shared by app messages and app group chats (docs 90236, 90248).

Our choices: over-long markdown is 45002, over-long textcard and video texts are cut; more than 8 articles are 45008, more
than 10 rows of a mini-program notice 40058; a title no document limits is taken as it comes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.api.media import media_named
from sandbox.api.wire import BAD_PARAMETER, EMPTY_PARAMETER, Ask, Refusal, too_large
from sandbox.stage import Stage

Part = dict[str, Any]

TEXT_BYTES = 2048
CUT_TEXTCARD = {"title": 128, "description": 512, "btntxt": 4}  # characters; the unit of the first two is unconfirmed
CUT_VIDEO = {"title": 128, "description": 512}  # bytes
MOST_ARTICLES, TOO_MANY_ARTICLES = 8, 45008
ARTICLE_BYTES = 666 * 1024
NOTICE_ROWS = 10
MEDIA_WORDS = {"image": "图片", "voice": "语音", "video": "视频", "file": "文件"}


@dataclass
class Said:
    """What one message says: `text` for people and transcripts, `data` for whoever draws it."""

    kind: str
    text: str
    data: Part = field(default_factory=dict)


def require(part: Part, name: str, *fields: str) -> None:
    """40063 for a part without one of its required fields."""
    for wanted in fields:
        if not part.get(wanted):
            raise Refusal(EMPTY_PARAMETER, f"{name}.{wanted} is empty")


def cut_bytes(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore")


def mentions(ask: Ask, *names: str) -> Part:
    """The lists of people a text calls; only those that are there."""
    part = ask.part("text")
    found = {name: part[name] for name in names if part.get(name)}
    if not all(isinstance(people, list) and all(isinstance(who, str) for who in people) for people in found.values()):
        raise Refusal(BAD_PARAMETER, "a list of mentions must be a list of strings")
    return found


def with_names(said: Said) -> str:
    """A text as it stands on the screens: the names it calls at its end, as in the client."""
    names = said.data.get("mentions", []) if said.kind == "text" else []
    return "\n".join(filter(None, [said.text, " ".join(f"@{name}" for name in names)]))


def text_part(stage: Stage, ask: Ask) -> Said:
    return Said("text", cut_bytes(ask.content("text"), TEXT_BYTES))


def markdown_part(stage: Stage, ask: Ask) -> Said:
    content = ask.content("markdown")
    too_large(content, TEXT_BYTES)
    return Said("markdown", content)


def media_part(stage: Stage, ask: Ask, kind: str, robot: str = "") -> Said:
    """image, voice, video or file by media_id; 40007 for one that is none."""
    part = ask.part(kind)
    require(part, kind, "media_id")
    data: Part = dict(media_named(stage, part["media_id"], kind, robot).shown())
    if kind == "video":
        data |= {name: cut_bytes(str(part.get(name, "")), most) for name, most in CUT_VIDEO.items()}
    return Said(kind, f"［{MEDIA_WORDS[kind]}］{data.get('title') or data['name']}", data)


def textcard_part(stage: Stage, ask: Ask) -> Said:
    part = ask.part("textcard")
    require(part, "textcard", "title", "description", "url")
    data = {name: str(value)[: CUT_TEXTCARD.get(name)] for name, value in part.items()}
    return Said("textcard", f"{data['title']}\n{data['description']}", data)


def _articles(ask: Ask, kind: str) -> list[Part]:
    articles = ask.part(kind).get("articles")
    if not articles or not isinstance(articles, list):
        raise Refusal(EMPTY_PARAMETER, f"{kind}.articles is empty")
    if len(articles) > MOST_ARTICLES:
        raise Refusal(TOO_MANY_ARTICLES, f"more than {MOST_ARTICLES} articles")
    return articles


def _titles(articles: list[Part]) -> str:
    return "\n".join(str(article["title"]) for article in articles)


def news_part(stage: Stage, ask: Ask) -> Said:
    articles = _articles(ask, "news")
    for article in articles:
        require(article, "news.articles", "title")
        if not article.get("url") and not (article.get("appid") and article.get("pagepath")):
            raise Refusal(EMPTY_PARAMETER, "news.articles: url, or appid with pagepath")
    return Said("news", _titles(articles), {"articles": articles})


def mpnews_part(stage: Stage, ask: Ask) -> Said:
    articles = _articles(ask, "mpnews")
    shown = []
    for article in articles:
        require(article, "mpnews.articles", "title", "thumb_media_id", "content")
        too_large(str(article["content"]), ARTICLE_BYTES)
        thumb = media_named(stage, article["thumb_media_id"], "image")
        shown.append({**article, "picurl": thumb.shown()["url"]})
    return Said("mpnews", _titles(articles), {"articles": shown})


def mini_notice_part(stage: Stage, ask: Ask) -> Said:
    """Nobody gets it by @all (sheet 3.2)."""
    part = ask.part("miniprogram_notice")
    require(part, "miniprogram_notice", "appid", "title")
    if ask.optional_text("touser") == "@all":
        raise Refusal(BAD_PARAMETER, "miniprogram_notice cannot go to @all")
    rows = part.get("content_item") or []
    if len(rows) > NOTICE_ROWS:
        raise Refusal(BAD_PARAMETER, f"more than {NOTICE_ROWS} content_item")
    lines = [str(part["title"]), str(part.get("description", "")), *(f"{row['key']}：{row['value']}" for row in rows)]
    return Said("miniprogram_notice", "\n".join(filter(None, lines)), part)


def _media_reader(kind: str) -> Callable[[Stage, Ask], Said]:
    return lambda stage, ask: media_part(stage, ask, kind)


READERS: dict[str, Callable[[Stage, Ask], Said]] = {
    "text": text_part,
    **{kind: _media_reader(kind) for kind in MEDIA_WORDS},
    "textcard": textcard_part,
    "news": news_part,
    "mpnews": mpnews_part,
    "markdown": markdown_part,
    "miniprogram_notice": mini_notice_part,
}


def safe_of(ask: Ask, kind: str) -> int:
    """0 open, 1 confidential, 2 only for mpnews (sheet 3.1)."""
    return ask.number("safe", 0, 0, 2 if kind == "mpnews" else 1)
