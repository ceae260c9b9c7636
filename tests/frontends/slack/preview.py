"""Messages as a page, near enough to Slack to see what reads badly: `python -m tests.frontends.slack.preview ID… > page.html`."""

import base64
import re
import sys
from collections.abc import Iterator, Mapping
from html import escape, unescape
from typing import Any

from evals.case import Interaction
from evals.case_files import load_cases
from service.frontends.slack.answers import Shown, answered
from service.frontends.slack.blocks import Message
from service.frontends.slack.drawings import pictures
from service.frontends.slack.posting import Picture
from service.question.request import AskRequest
from service.settings import read_settings
from service.wiring import build_advisor

URL = "https://db.example.org"
STYLE = """body{font:15px/1.46 Lato,'Liberation Sans',sans-serif;color:#1d1c1d;max-width:620px;margin:16px}
.header{font-weight:900;font-size:18px;margin:8px 0}.context{color:#616061;font-size:13px}.section,.context,.actions{margin:8px 0}
.fields{display:grid;grid-template-columns:1fr 1fr;gap:4px 16px}code{color:#e01e5a;background:#f6f6f6;border:1px solid #ddd;border-radius:3px;font-size:12px;padding:1px 3px}
pre{background:#f6f6f6;border:1px solid #ddd;border-radius:4px;padding:8px;font-size:12px;white-space:pre-wrap}
button{border:1px solid #bbb;border-radius:4px;background:#fff;padding:4px 10px;font-weight:700;margin:2px 6px 2px 0}a{color:#1264a3;text-decoration:none}img{max-width:360px;border:1px solid #ddd}"""
_LINK = re.compile(r"&lt;(\S+?)\|(.*?)&gt;")
_MARKS = ((re.compile(r"(?<![\w*])\*([^*\n]+)\*(?!\w)"), "b"), (re.compile(r"(?<!\w)_([^_\n]+)_(?!\w)"), "i"))


def shown(message: Message, drawn: tuple[Picture, ...] = ()) -> Iterator[str]:
    """The message as HTML."""
    for block in message.blocks:
        yield f'<div class="{block["type"]}">{_block(block)}</div>'
    for picture in drawn:
        data = base64.b64encode(picture.content).decode()
        yield f'<p><img src="data:image/png;base64,{data}" alt="{escape(picture.alt or "")}"></p>'


def _block(block: Mapping[str, Any]) -> str:
    if block["type"] == "header":
        return escape(block["text"]["text"])
    if block["type"] == "rich_text":
        return "".join(f"<pre>{escape(e['elements'][0]['text'])}</pre>" for e in block["elements"])
    if block["type"] == "actions":
        return "".join(f"<button>{escape(e['text']['text'])}</button>" for e in block["elements"])
    if block["type"] == "context":
        return "<br>".join(_mrkdwn(element["text"]) for element in block["elements"])
    if block["type"] == "divider":
        return "<hr>"
    fields = "".join(f"<span>{_mrkdwn(field['text'])}</span>" for field in block.get("fields", ()))
    return f"{_mrkdwn(block['text']['text'])}<div class=fields>{fields}</div>"


def _mrkdwn(text: str) -> str:
    """Code spans first, since nothing in them is a mark."""
    parts = []
    for number, part in enumerate(text.split("`")):
        if number % 2:
            parts.append(f"<code>{escape(unescape(part))}</code>")
            continue
        html = _LINK.sub(r'<a href="\1">\2</a>', escape(unescape(part.replace("&lt;", "&amp;lt;").replace("&gt;", "&amp;gt;"))).replace("&amp;lt;", "‹").replace("&amp;gt;", "›"))  # fmt: skip
        for mark, tag in _MARKS:
            html = mark.sub(rf"<{tag}>\1</{tag}>", html)
        parts.append(html.replace("\n", "<br>"))
    return "".join(parts)


def main(ids: list[str]) -> None:
    """Write a page of the interactions of these ids, or of all."""
    advisor = build_advisor(read_settings({"DBARCH_PUBLIC_URL": URL}))
    bodies = []
    for case in load_cases()["interactions"]:
        if isinstance(case, Interaction) and (not ids or case.id in ids):
            advice = advisor.advise(AskRequest(question=case.question))
            bodies += [*shown(answered(advice, Shown(URL)), tuple(pictures(advice)))]
    sys.stdout.write(f"<!doctype html><meta charset=utf-8><style>{STYLE}</style>{''.join(bodies)}")


if __name__ == "__main__":
    main(sys.argv[1:])
