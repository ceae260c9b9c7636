"""A small Slack on a real socket: its Web API, files, response addresses and Socket Mode, as strict as the real one."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.frontends.slack.block_kit import message_fault, mrkdwn_faults, view_fault

BOT_TOKEN, APP_TOKEN, BOT_USER, BOT_ID, TEAM = "xoxb-fake-1", "xapp-fake-1", "U0BOT", "B0BOT", "T0TEAM"

# The scopes that each method needs, any one of each tuple; none where it needs none.
SCOPES: Mapping[str, tuple[str, ...]] = {
    "auth.test": (), "apps.connections.open": (), "views.open": (), "views.publish": (),
    "chat.postMessage": ("chat:write",), "chat.update": ("chat:write",), "chat.postEphemeral": ("chat:write",),
    "conversations.replies": ("channels:history", "groups:history", "im:history", "mpim:history"),
    "files.getUploadURLExternal": ("files:write",), "files.completeUploadExternal": ("files:write",), "files.info": ("files:read",),
    "assistant.threads.setStatus": ("assistant:write",), "assistant.threads.setSuggestedPrompts": ("assistant:write",),
}  # fmt: skip


@dataclass
class Posted:
    """A message in a channel, as it stands after updates."""

    channel: str
    ts: str
    thread_ts: str | None
    content: dict[str, Any]
    seen_by: str | None = None

    @property
    def words(self) -> str:
        """Everything that is read on it."""
        return json.dumps(self.content.get("blocks") or self.content.get("text"), ensure_ascii=False)

    @property
    def buttons(self) -> dict[str, dict[str, Any]]:
        blocks = self.content.get("blocks") or []
        return {e["action_id"]: e for b in blocks if b["type"] == "actions" for e in b["elements"]}


@dataclass
class Uploaded:
    filename: str
    length: int
    alt: str | None
    content: bytes = b""
    channel: str = ""
    thread_ts: str | None = None
    title: str = ""


@dataclass
class FakeSlack:
    """What it holds, and what it was asked; `scopes` are those of the bot's token, `outside` the channels that it is not in."""

    url: str = ""
    messages: dict[str, Posted] = field(default_factory=dict)
    whispers: list[Posted] = field(default_factory=list)
    responses: list[dict[str, Any]] = field(default_factory=list)
    uploads: dict[str, Uploaded] = field(default_factory=dict)
    views: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    prompts: list[Any] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    # Faults that a test provokes.
    expected: list[str] = field(default_factory=list)
    # Errors to give, by method, one a call: a name of Slack's, "500", or "429" with Retry-After.
    errors: dict[str, list[str]] = field(default_factory=dict)
    threads: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    scopes: set[str] = field(default_factory=lambda: {scope for some in SCOPES.values() for scope in some})
    outside: set[str] = field(default_factory=set)
    delay: float = 0.0
    # Methods that answer only when told to.
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    most_at_once: int = 0
    acknowledged: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    _at_once: int = 0
    _number: int = 0

    @property
    def api(self) -> str:
        return f"{self.url}/api/"

    def number(self) -> int:
        self._number += 1
        return self._number

    def in_thread(self, ts: str) -> list[Posted]:
        return [m for m in self.messages.values() if m.thread_ts == ts]

    async def until(self, done: Any, seconds: float = 30) -> None:
        """Wait until `done()`; a test that waits in vain says for what it has."""
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, (self.calls, self.faults, [m.words[:200] for m in self.messages.values()])
            await asyncio.sleep(0.01)

    # ---- the Web API

    async def method(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        self.calls[name] += 1
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(self.delay)
            if gate := self.gates.get(name):
                await gate.wait()
            return await self._answered(name, request)
        finally:
            self._at_once -= 1

    async def _answered(self, name: str, request: web.Request) -> web.Response:
        if pending := self.errors.get(name):
            error = pending.pop(0)
            if error == "429":
                return web.json_response(
                    {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "0"}
                )
            if error == "500":
                return web.json_response({"ok": False, "error": "internal_error"}, status=500)
            return web.json_response({"ok": False, "error": error})
        if name not in SCOPES:
            return self._fault(name, "unknown_method")
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != (APP_TOKEN if name == "apps.connections.open" else BOT_TOKEN):
            return web.json_response({"ok": False, "error": "invalid_auth"})
        if SCOPES[name] and not self.scopes & set(SCOPES[name]):
            return web.json_response({"ok": False, "error": "missing_scope", "needed": SCOPES[name][0]})
        given = await _given(request)
        if given.get("channel") in self.outside or given.get("channel_id") in self.outside:
            return web.json_response({"ok": False, "error": "not_in_channel"})
        answer = getattr(self, f"_{name.replace('.', '_').lower()}")(given)
        return answer if isinstance(answer, web.Response) else web.json_response({"ok": True, **answer})

    def _fault(self, name: str, error: str) -> web.Response:
        """What no test may see unless it asks for it: we sent something that Slack does not take."""
        self.faults.append(f"{name}: {error}")
        return web.json_response({"ok": False, "error": error.partition(":")[0]})

    def _auth_test(self, given: Any) -> Any:
        return {"user_id": BOT_USER, "user": "architect", "bot_id": BOT_ID, "team_id": TEAM, "url": self.url}

    def _apps_connections_open(self, given: Any) -> Any:
        return {"url": f"{self.url.replace('http', 'ws', 1)}/socket"}

    def _message(self, name: str, given: dict[str, Any], **more: Any) -> Any:
        fault = message_fault(given) or next(mrkdwn_faults(given.get("text") or ""), None)
        if not given.get("channel"):
            fault = "invalid_arguments: no channel"
        if fault:
            return self._fault(name, fault)
        ts = f"{1_800_000_000 + self.number()}.000100"
        return Posted(given["channel"], ts, given.get("thread_ts"), given, **more)

    def _chat_postmessage(self, given: dict[str, Any]) -> Any:
        made = self._message("chat.postMessage", given)
        if not isinstance(made, Posted):
            return made
        self.messages[made.ts] = made
        return {"ts": made.ts, "channel": made.channel, "message": {"ts": made.ts}}

    def _chat_postephemeral(self, given: dict[str, Any]) -> Any:
        made = self._message("chat.postEphemeral", given, seen_by=given.get("user"))
        if not isinstance(made, Posted):
            return made
        self.whispers.append(made)
        return {"message_ts": made.ts}

    def _chat_update(self, given: dict[str, Any]) -> Any:
        held = self.messages.get(given.get("ts", ""))
        if held is None or held.channel != given.get("channel"):
            return self._fault("chat.update", "message_not_found")
        made = self._message("chat.update", given)
        if not isinstance(made, Posted):
            return made
        held.content = given
        return {"ts": held.ts, "channel": held.channel}

    def _conversations_replies(self, given: dict[str, Any]) -> Any:
        if int(given.get("limit", 1000)) > 15:
            return self._fault("conversations.replies", "invalid_limit")
        return {"messages": self.threads.get(given["ts"], [])}

    def _files_getuploadurlexternal(self, given: dict[str, Any]) -> Any:
        if not given.get("filename") or int(given.get("length", 0)) < 1 or len(given.get("alt_txt") or "") > 1_000:
            return self._fault("files.getUploadURLExternal", "invalid_arguments")
        name = f"F{self.number()}"
        self.uploads[name] = Uploaded(given["filename"], int(given["length"]), given.get("alt_txt"))
        return {"file_id": name, "upload_url": f"{self.url}/upload/{name}"}

    def _files_completeuploadexternal(self, given: dict[str, Any]) -> Any:
        for file in json.loads(given["files"]) if isinstance(given["files"], str) else given["files"]:
            upload = self.uploads.get(file["id"])
            if upload is None or len(upload.content) != upload.length:
                return self._fault("files.completeUploadExternal", "file_not_found")
            upload.channel, upload.thread_ts = given.get("channel_id") or given["channels"], given.get("thread_ts")
            upload.title = file.get("title", "")
        return {"files": [{"id": "F"}]}

    def _files_info(self, given: dict[str, Any]) -> Any:
        kind, content = self.files[given["file"]]
        return {"file": self.file(given["file"], "shared.sql", kind, len(content))}

    def _assistant_threads_setstatus(self, given: dict[str, Any]) -> Any:
        if not (given.get("channel_id") and given.get("thread_ts")):
            return self._fault("assistant.threads.setStatus", "invalid_arguments")
        self.statuses.append(given["status"])
        return {}

    def _assistant_threads_setsuggestedprompts(self, given: dict[str, Any]) -> Any:
        prompts = given["prompts"] if isinstance(given["prompts"], list) else json.loads(given["prompts"])
        if not 1 <= len(prompts) <= 4:
            return self._fault("assistant.threads.setSuggestedPrompts", "invalid_arguments")
        self.prompts.append(prompts)
        return {}

    def _view(self, name: str, given: dict[str, Any]) -> Any:
        view = given["view"] if isinstance(given["view"], dict) else json.loads(given["view"])
        if fault := view_fault(view):
            return self._fault(name, fault)
        self.views.append(view)
        return {"view": {"id": f"V{self.number()}"}}

    def _views_open(self, given: dict[str, Any]) -> Any:
        return self._view("views.open", given)

    def _views_publish(self, given: dict[str, Any]) -> Any:
        return self._view("views.publish", given)

    # ---- files, response addresses, Socket Mode

    def file(self, name: str, filename: str, kind: str, size: int) -> dict[str, Any]:
        address = f"{self.url}/files/{name}"
        return {"id": name, "name": filename, "mimetype": kind, "size": size, "url_private_download": address}

    def hold(self, filename: str, content: bytes, kind: str = "text/plain") -> dict[str, Any]:
        """A file that somebody has attached."""
        name = f"F{self.number()}"
        self.files[name] = (kind, content)
        return self.file(name, filename, kind, len(content))

    async def fetched(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}" or "files:read" not in self.scopes:
            return web.Response(text="<html>Sign in</html>", content_type="text/html")
        kind, content = self.files[request.match_info["name"]]
        return web.Response(body=content, content_type=kind)

    async def uploaded(self, request: web.Request) -> web.Response:
        upload = self.uploads[request.match_info["name"]]
        upload.content = await request.read()
        return web.Response(text=f"OK - {len(upload.content)}")

    async def respond(self, request: web.Request) -> web.Response:
        given = await request.json()
        fault = None if given.get("delete_original") else message_fault(given)
        if fault:
            self.faults.append(f"response_url: {fault}")
            return web.Response(status=400, text=fault)
        self.responses.append(given)
        return web.Response(text="ok")

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self.sockets.append(socket)
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                answer = json.loads(message.data)
                if waiting := self.acknowledged.get(answer.get("envelope_id", "")):
                    waiting.set_result(answer)
        self.sockets.remove(socket)
        return socket

    async def send(self, kind: str, payload: Any) -> Any:
        """Send an envelope over Socket Mode; what it is acknowledged with."""
        await self.until(lambda: self.sockets)
        envelope = f"E{self.number()}"
        waiting = self.acknowledged[envelope] = asyncio.get_running_loop().create_future()
        await self.sockets[-1].send_json(
            {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": True}
        )
        return await asyncio.wait_for(waiting, 30)


async def _given(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    given = {**request.query, **{k: v for k, v in (await request.post()).items() if isinstance(v, str)}}
    return {k: json.loads(v) if k == "blocks" else v for k, v in given.items()}


@asynccontextmanager
async def running_slack() -> AsyncIterator[FakeSlack]:
    """The fake on a port of this machine."""
    slack = FakeSlack()
    app = web.Application(client_max_size=32 * 1024 * 1024)
    app.router.add_route("*", "/api/{method}", slack.method)
    app.router.add_get("/files/{name}", slack.fetched)
    app.router.add_post("/upload/{name}", slack.uploaded)
    app.router.add_post("/respond/{name}", slack.respond)
    app.router.add_get("/socket", slack.socket)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    slack.url = f"http://{host}:{port}"
    try:
        yield slack
    finally:
        await runner.cleanup()
