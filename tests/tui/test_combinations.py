"""Options that do nothing together are refused in a sentence, of every command."""

from __future__ import annotations

from argparse import Namespace

from tests.home import Cli
from tui.cli.arguments import whole_parser
from tui.cli.combinations import RULES, without_effect

WHOLE = whole_parser()


#: A line -> what is said of the option in it that does nothing.
REFUSED = {
    "note --part ladder": "--part picks a table: it goes with --format csv",
    "note --picture gap": "--picture goes with --format svg or png",
    "note --dark": "--dark goes with --format svg or png",
    "note --length short --format json": "--length goes with --format text or md",
    "note --length short --since x.json": "--length goes with --format text or md",
    "note --format svg --picture board --pair A:B": "--pair is of one pair",
    "note --format svg --picture board --theme software": "--theme is of one pair",
    "note --format svg --picture ratio --window 1M": "--window has no part in the picture",
    "note --format png --since x.json": "--since goes with text, md, html",
    "note --format csv --since x.json": "--since goes with text, md, html",
    "note --format csv --without MSFT": "--without goes with --part without",
    "note --format line --without MSFT": "--without goes with --part without",
    "note --format svg --theme software": "--theme goes with --part without",
    "note --force": "--force goes with --output FILE",
    "board --force": "--force goes with --output FILE",
    "history --force": "--force goes with --output FILE",
    "history --keep-only --output f --force": "--output has no part in --keep-only",
    "history --keep-only --series pmi": "--series has no part in --keep-only",
    "history --keep-only --format json": "--format has no part in --keep-only",
    "board --pair IWM:SPY": "--pair is of one pair; the board shows all its pairs",
    "--index IWM board": "--index is of one pair",
    "board --format line --window 1M": "--window is of the breadth",
    "board --dark": "--dark goes with --format svg or png",
    "explain IWM --without MSFT": "--without goes with --measure without",
    "explain IWM BE --breadth-list end": "--breadth-list goes with --measure of breadth",
    "export --history --window 1M d": "--window has no part in --history",
    "export --history --theme software d": "--theme has no part in --history",
    "refresh --history 2020 --fund IWM --board": "--board has no part in --history",
    "refresh --history 2020 --fund IWM --format json": "--format has no part in --history",
    "refresh --history 2020 --fund IWM --index IWM": "--index has no part in --history",
    "refresh --history 2020 --compare yahoo": "--compare has no part in --history",
    "refresh --history 2020 --pair IWM:SPY": "--pair has no part in --history",
    "refresh --history 2020 --full": "--full has no part in --history",
    "refresh --history 2020 --retry": "--retry has no part in --history",
    "refresh --history 2020 --accept": "--accept has no part in --history",
    "refresh --fund IWM": "--fund goes with --history YEAR",
    "refresh --daily": "--daily goes with --history YEAR",
    "refresh --board --pair IWM:SPY": "--pair is of one pair; --board fetches",
    "refresh --board --index IWM": "--index is of one pair; --board fetches",
    "refresh --board --accept": "--accept is of one pair; --board fetches",
    "refresh --board --compare yahoo": "--board has no part in --compare",
    "refresh --compare yahoo --full": "--full has no part in --compare",
    "refresh --compare yahoo --progress json": "--progress has no part in --compare",
    "refresh --format json": "--format goes with --compare SOURCE",
    "refresh --quiet --progress json": "--progress and --quiet exclude each other",
    "refresh --as-of 2026-01-02": "--as-of has no part here",
    "refresh --basis pr": "--basis has no part here",
    "quotes --as-of 2026-01-02": "--as-of has no part here",
    "quotes --window 1M": "--window has no part in quotes",
    "status --imports --pair IWM:SPY": "--pair has no part in --imports",
    "--window 1M status": "--window has no part in this command",
    "--pair IWM:SPY import prices x.csv": "--pair has no part in this command",
    "--basis pr forget prices A": "--basis has no part in this command",
    "--pair IWM:SPY funds": "--pair has no part in this command",
    "--index IWM doctor": "--index has no part in this command",
    "funds --format json add IWC --index x": "--format is of the list",
    "--index IWM serve": "--index has no part in this command",
    "--watch note": "--watch is of the screen alone",
    "--watch status": "--watch is of the screen alone",
}
#: Lines of which each option has an effect.
GOOD = (
    "note", "note --format csv --part without --without MSFT", "note --since x.json",
    "note --format svg --picture gap --dark --without MSFT", "note --output f --force",
    "--index IWM note", "note --format json --since x.json --theme software",
    "board --window 1M --group size", "board --format png --dark", "--as-of 2026-01-02 board",
    "history --index IWM --every month", "history --keep-only --fund IWM --every session",
    "export d --theme software --force",
    "export --history d", "explain IWM --measure without:BE --without BE",
    "explain IWM --measure share_up --breadth-list end", "refresh --board --full --quiet",
    "refresh --history 2020 --fund IWM --daily --quiet", "refresh --compare yahoo --index IWM",
    "refresh --compare yahoo --format json --quiet", "refresh --progress json --no-alerts",
    "quotes --index IWM", "status --pair IWM:SPY", "status --imports", "funds --format json",
    "funds add IWC --index x", "--demo --pair IWM:SPY serve", "--home d completion bash",
    "--demo doctor",
    "--read-only note", "--watch", "--index IWM",
)  # fmt: skip


def test_an_option_without_effect_is_refused() -> None:
    said = {line: without_effect(WHOLE.parse_args(line.split())) for line in REFUSED}
    assert {line: said[line][: len(words)] for line, words in REFUSED.items()} == REFUSED


def test_what_has_an_effect_is_not() -> None:
    assert {line: without_effect(WHOLE.parse_args(line.split())) for line in GOOD} == (
        dict.fromkeys(GOOD, "")
    )


def test_a_zero_that_was_given_counts_as_given() -> None:
    """A zero equals False, and no option of today's rules is a number: hence by hand."""
    assert without_effect(Namespace(command="serve", index=0)).startswith("--index has no part")
    assert without_effect(Namespace(command="serve", index=False)) == ""


def test_rules_are_of_commands_and_options_that_there_are() -> None:
    (commands,) = (a.choices for a in WHOLE._actions if isinstance(a.choices, dict))
    shared = {action.dest for action in WHOLE._actions}
    for rule in RULES:
        for command in rule.commands.split():
            options = shared | {action.dest for action in commands[command]._actions}
            assert set(rule.options) <= options, (command, rule.options)


def test_an_index_before_the_command_is_answered(filled: Cli) -> None:
    assert filled("--index", "IWM", "note", "--format", "line")[1].startswith("IWM YTD ")
    code, out, err = filled("note", "--format", "line", "--without", "MSFT")
    assert (code, out) == (2, "") and err.startswith("internals: --without goes with")
