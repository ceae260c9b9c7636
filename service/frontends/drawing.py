"""A diagram as a picture: Mermaid text to SVG or PNG, in process."""

from collections.abc import Callable, Mapping

import mmdr

from service.errors import RequestError


def _svg(mermaid: str) -> bytes:
    return str(mmdr.render(mermaid).svg()).encode()


def _png(mermaid: str) -> bytes:
    return bytes(mmdr.render(mermaid).png())


# By file name ending, with the media type that HTTP uses.
FORMATS: Mapping[str, tuple[str, Callable[[str], bytes]]] = {
    "mmd": ("text/vnd.mermaid", str.encode),
    "svg": ("image/svg+xml", _svg),
    "png": ("image/png", _png),
}


def drawn(mermaid: str, ending: str) -> bytes:
    """The picture's bytes. Raises RequestError where there is nothing to draw or no such format."""
    if not mermaid:
        raise RequestError("there is no table to draw: paste a schema or models")
    if ending not in FORMATS:
        raise RequestError(f"{ending!r} is no format of a diagram: use {', '.join(FORMATS)}")
    return FORMATS[ending][1](mermaid)
