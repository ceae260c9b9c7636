"""Replay: prompts written to files named by their hash, replies read from the files beside them; a model path without a model."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.errors import ModelError
from service.model.calls import Prompt, Usage


@dataclass(frozen=True)
class Replay:
    """Replies are `<hash>.reply.txt`; what was asked stands in `<hash>.prompt.md`."""

    directory: Path

    @property
    def name(self) -> str:
        return "replay"

    @property
    def schemas(self) -> bool:
        """Replies are written by hand, and lines are what hands write."""
        return False

    def stream(self, prompt: Prompt, usage: Usage) -> Iterator[str]:
        """The reply of the same hash. Raises ModelError that names the file where there is none."""
        reply = self.directory / f"{prompt.digest}.reply.txt"
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            asked = self.directory / f"{prompt.digest}.prompt.md"
            asked.write_text(f"{prompt.system}\n\n{prompt.data}", encoding="utf-8")
            text = reply.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise ModelError(f"there is no reply to replay: write {str(reply)!r}") from None
        except OSError as error:
            raise ModelError(f"{str(self.directory)!r} cannot be used for replay: {error.strerror}") from error
        usage.tokens_in, usage.tokens_out = (len(prompt.system) + len(prompt.data)) // 4, len(text) // 4
        yield text
