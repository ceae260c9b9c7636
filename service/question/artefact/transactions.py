"""Transactions in code that reach too far: over a call to another system, over a wait, over every row of a table."""

import ast
import re
from collections.abc import Iterator

from service.question.artefact.lines import Line
from service.question.artefact.model import Trait
from service.question.artefact.python_source import Source, dotted

_OPENS = re.compile(r"\batomic\b|\.begin(?:_nested)?\(|\.begin$|\.transaction\(|\bdb_session\b|^transactional$")
_CLIENTS = frozenset({"requests", "httpx", "urllib", "urllib3", "aiohttp", "boto3", "stripe", "smtplib", "grpc", "paypalrestsdk", "sendgrid", "twilio"})  # fmt: skip
_SENDING = frozenset({"urlopen", "send_mail", "send_email", "send_mass_mail", "sendmail", "send_sms"})
_OWNERS = re.compile(r"(?:https?|gateway|psp|mailer|webhook|(?:http|api|rest|payment)_?client)$", re.IGNORECASE)
_VERBS = frozenset({"get", "post", "put", "patch", "delete", "request", "send", "charge", "capture", "refund", "publish", "notify", "call"})  # fmt: skip
_WAITS = frozenset({"time.sleep", "asyncio.sleep", "input", "sleep"})
_SESSION = re.compile(r"(?:^|[._])(?:session|conn|connection|cur|cursor|db)$", re.IGNORECASE)
_USES = frozenset({"execute", "executemany", "query", "get", "scalar", "scalars", "add", "add_all", "flush", "begin"})
_EVERY = re.compile(r"\.objects\.(?:all|iterator)\(\)|\.objects\.(?:order_by|select_for_update)\([^()]*\)\.(?:all|iterator)\(\)|\bquery\(\w+\)\.(?:all|yield_per)\(|\bselect\(\w+\)\)|\.yield_per\(")  # fmt: skip
_WRITES = frozenset({"save", "delete", "update", "execute", "add", "create"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def transaction_traits(source: Source) -> Iterator[Trait]:
    """Of every transaction in a module: blocks, decorated functions, and functions that commit after a call."""
    for node in source.nodes:
        if isinstance(node, ast.With | ast.AsyncWith) and any(_opens(item.context_expr) for item in node.items):
            yield from _inside(source, node.body)
        elif isinstance(node, _Function):
            if any(_opens(each) for each in node.decorator_list):
                yield from _inside(source, node.body)
            else:
                yield from _before_commit(source, node)


def _opens(node: ast.expr) -> bool:
    return _OPENS.search(ast.unparse(node)) is not None


def _inside(source: Source, body: list[ast.stmt]) -> Iterator[Trait]:
    for node in (each for statement in body for each in _walked(statement)):
        if isinstance(node, ast.Call) and (word := _remote(node)):
            yield Trait("remote_in_transaction", word, source.place(node), word)
        elif isinstance(node, ast.For | ast.AsyncFor) and _EVERY.search(ast.unparse(node.iter)):
            calls = [c for c in ast.walk(node) if isinstance(c, ast.Call) and dotted(c.func) in _WRITES]
            if calls:
                yield Trait("batch_transaction", ast.unparse(node.iter)[:60], source.place(node))


def _walked(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below, without functions that are only defined here: those run after the commit or elsewhere."""
    if isinstance(node, ast.Lambda | _Function):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _walked(child)


def _remote(call: ast.Call) -> str:
    """The call as it is written, where it goes to another system or waits."""
    written = ast.unparse(call.func)[:60]
    first, name = written.split(".")[0], dotted(call.func)
    owner = dotted(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    sends = first in _CLIENTS and (name in _VERBS or first in ("stripe", "boto3", "smtplib") or name == "create")
    told = sends or name in _SENDING or written in _WAITS or (name in _VERBS and _OWNERS.search(owner) is not None)
    return written if told else ""


def _before_commit(source: Source, function: _Function) -> Iterator[Trait]:
    """The session has been used, another system is called, and then comes the commit: the transaction was open all the time."""
    used = False
    found: list[tuple[str, ast.Call]] = []
    calls = [n for statement in function.body for n in _walked(statement) if isinstance(n, ast.Call)]
    for call in sorted(calls, key=lambda c: (c.lineno, c.col_offset)):
        owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
        of_session = _SESSION.search(owner) is not None
        if of_session and dotted(call.func) in ("commit", "rollback", "close"):
            if dotted(call.func) == "commit":
                yield from (Trait("remote_in_transaction", word, source.place(each), word) for word, each in found)
            used, found = False, []
        elif of_session and dotted(call.func) in _USES:
            used = True
        elif used and (word := _remote(call)):
            found.append((word, call))


_BEGINS = re.compile(r"\$transaction\(\s*async|\.transaction\(\s*(?:['\"]\w+['\"],\s*)?(?:async|\()|BeginTransaction(?:Async)?\(|\bstartTransaction\(|new TransactionScope\(|\bbeginTransaction\(")  # fmt: skip
_ENDS = re.compile(r"\bCommit(?:Async)?\(|\bcommitTransaction\(|\.Complete\(\)|\.commit\(")
_CALLS = re.compile(
    r"\bfetch\(|\baxios\b|\bgot(?:\.\w+)?\(|\bstripe\.\w|\b\w*(?:http|gateway|mailer|Mailer|Http)\w*\.(?:post|get|put|patch|request|send|charge|Post\w*|Get\w*|Put\w*|Send\w*)\(|\.(?:PostAsync|GetAsync|PutAsync|PostAsJsonAsync|GetFromJsonAsync|GetStringAsync|SendMailAsync|sendMail)\(|\bThread\.Sleep\(|\bTask\.Delay\(|\bsetTimeout\("
)


def clike_transactions(lines: list[Line]) -> Iterator[Trait]:
    """Of one method: calls between the line that opens a transaction and the one that commits, or that closes its callback."""
    open_, depth = False, 0
    callback = False
    for line in lines:
        if not open_ and (match := _BEGINS.search(line.text)):
            open_, depth = True, 0
            callback = "ransaction(" in match.group() and re.search(r"async|\($", match.group()) is not None
        if not open_:
            continue
        if match := _CALLS.search(line.text):
            word = match.group().strip("(.")
            yield Trait("remote_in_transaction", word, line.place, word)
        depth += line.text.count("{") - line.text.count("}")
        if _ENDS.search(line.text) or (callback and depth <= 0):
            open_ = False
