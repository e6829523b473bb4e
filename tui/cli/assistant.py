"""``internals mcp``: answers for an assistant, over the Model Context Protocol on stdin and stdout.

The official SDK speaks the protocol; the answers are those of the command line. Nothing is
fetched, written or set, and no socket is opened.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import anyio
import anyio.to_thread
import jsonschema
import mcp_types as protocol
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from cache.facts.clean import clean
from cache.facts.errors import CacheError, why
from core.data.errors import CoreError
from tui import VERSION
from tui.cli.assistant_tools import TOOLS, BadCallError, answered
from tui.report.quoting import foreign
from tui.state.config import ConfigError

if TYPE_CHECKING:
    from tui.service.service import Desk

#: The longest answer, in characters of JSON: an assistant pays for each.
LONGEST: Final = 120_000
#: When to use which tool, for an assistant.
SKILL: Final = Path(__file__).with_name("SKILL.md")


def serve(desk: Desk) -> None:
    """Answer calls until stdin ends."""
    anyio.run(_serve, server(desk))


async def _serve(answering: Any) -> None:
    async with stdio_server() as (requests, answers):
        await answering.run(requests, answers, answering.create_initialization_options())


def server(desk: Desk) -> Any:
    """The SDK's server, whose tools read one desk."""
    # the measures take one question at a time
    one = anyio.CapacityLimiter(1)

    async def list_tools(_context: Any, _params: Any) -> Any:
        return protocol.ListToolsResult(tools=[_tool(name) for name in TOOLS])

    async def call_tool(_context: Any, params: Any) -> Any:
        work = partial(result, desk, params.name, params.arguments or {})
        return await anyio.to_thread.run_sync(work, limiter=one)

    return Server(
        "internals",
        version=VERSION,
        title="internals",
        instructions=SKILL.read_text(encoding="utf-8").partition("---\n\n")[2],
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _tool(name: str) -> Any:
    tool = TOOLS[name]
    return protocol.Tool(
        name=name,
        title=tool.title,
        description=tool.words,
        input_schema=tool.schema,
        annotations=protocol.ToolAnnotations(
            title=tool.title,
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


def result(desk: Desk, name: str, arguments: dict[str, Any]) -> Any:
    """The answer of one call, or one sentence on why there is none."""
    if name not in TOOLS:
        return _refusal(f"there is no tool {foreign(name)}; there are {', '.join(TOOLS)}")
    try:
        jsonschema.validate(arguments, TOOLS[name].schema)
        answer = answered(desk, name, arguments)
    except jsonschema.ValidationError as error:
        where = ".".join(map(str, error.absolute_path)) or "the arguments"
        return _refusal(f"{where}: {error.message}")
    except (BadCallError, CacheError, ConfigError, CoreError, OSError) as error:
        return _refusal(why(error))
    except Exception as error:
        if os.environ.get("INTERNALS_TRACEBACK"):
            raise
        from tui.terminal import crash

        sentence = crash.sentence(error, None, datetime.now(UTC))
        return _refusal(f"a fault in the program: {sentence}")
    text = json.dumps(answer, ensure_ascii=False, allow_nan=False)
    if len(text) > LONGEST:
        return _refusal(
            f"the answer has {len(text):,} characters, more than {LONGEST:,}: ask for fewer `rows`"
            " or a narrower path"
        )
    return protocol.CallToolResult(
        content=[protocol.TextContent(text=text)], structured_content=answer
    )


def _refusal(sentence: str) -> Any:
    text = clean(sentence, 1000)
    return protocol.CallToolResult(content=[protocol.TextContent(text=text)], is_error=True)
