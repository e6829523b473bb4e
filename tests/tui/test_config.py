"""Settings from a file and from flags."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.answer.snapshot import Question
from tui.state.config import THEMES, Config, ConfigError, load, read, with_flags
from tui.text.themes import THEMES as DRAWN

FULL = """
pair = "IJR:IVV"
window = "1y"
basis = "pr"
theme = "light"
ascii = true
refresh_on_open = true

[fetch]
rate = 2
pool = 4

[keys]
zoom = "f5,ctrl+y"
"""


def test_a_full_file() -> None:
    config = read(FULL, "config.toml")
    assert (config.small, config.large, config.window, config.basis) == ("IJR", "IVV", "1Y", "pr")
    assert (config.theme, config.ascii, config.refresh_on_open) == ("light", True, True)
    assert (config.rate, config.pool) == (2, 4)
    assert config.keys == {"zoom": "f5,ctrl+y"}
    assert "window" in config.set_by_user


def test_who_brings_prices() -> None:
    config = read(
        '[prices]\nsource = "massive"\nthen = ["yahoo", "files"]\nfolder = "/srv/closes"\n'
        "spark = true\n",
        "config.toml",
    )
    assert (config.source, config.then) == ("massive", ("yahoo", "files"))
    assert (config.folder, config.spark) == (Path("/srv/closes"), True)
    assert (Config().source, Config().then, Config().spark) == ("yahoo", (), False)


def test_no_file_is_the_defaults(tmp_path: Path) -> None:
    config = load(tmp_path / "config.toml")
    assert config == Config()
    assert config.refresh_on_open is False
    assert config.question() == Question("IWM", "SPY", "YTD", None, "tr")


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('pair = "QQQ:RSP"\n', encoding="utf-8")
    assert load(path).question() == Question("QQQ", "RSP", "YTD", None, "tr")
    path.write_bytes(b'pair = "\xff"\n')
    with pytest.raises(ConfigError, match=r"config\.toml: is not UTF-8 text, which TOML must be"):
        load(path)
    with pytest.raises(ConfigError, match="is a directory; a regular file is needed"):
        load(tmp_path)


def test_the_watch_list_and_the_hook_of_alerts() -> None:
    config = read(
        'pairs = ["ijr:ivv", "IWM:SPY", "IJR:IVV"]\n[alerts]\nhook = ["say", "{sentence}"]\n'
        "timeout = 3",
        "config.toml",
    )
    assert config.pairs == (("IJR", "IVV"), ("IWM", "SPY"))
    assert (config.hook, config.hook_timeout) == (("say", "{sentence}"), 3)
    assert Config().pairs[0] == ("IWM", "SPY")
    assert Config().hook == ()


def test_a_suffix_of_a_us_listing_goes_and_another_stays(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('pairs = ["aapl.us:BRK.B", "EXS1.DE:CSPX.L", "7203.T:SPY US"]\n')
    pairs = (("AAPL", "BRK-B"), ("EXS1.DE", "CSPX.L"), ("7203.T", "SPY"))
    assert load(path).pairs == pairs


#: A file that cannot be used, and what is said of it.
WRONG = (
    ('pair = "IWM"', 'line 1: pair = "IWM": write two funds such as "IWM:SPY"'),
    ('pair = "IWM:IWM"', "write two funds"),
    ('\nwindow = "2Q"', "line 2: window = \"2Q\": '2Q' is no window; known are 1D"),
    ('basis = "net"', 'basis = "net": write one of tr, pr'),
    ('theme = "pink"', "write one of dark, light, colour-blind, red-up, terminal"),
    ('refresh_on_open = "yes"', "write true or false"),
    ("[fetch]\nrate = 100", "line 2: .fetch. rate = 100: write a number from 0.1 to 20"),
    ("[fetch]\npool = 1.5", "write a whole number from 1 to 32"),
    (
        "[prices]\nsource = 5",
        'line 2: .prices. source = 5: write a source such as "yahoo", "massive", .* or "files"$',
    ),
    ('[prices]\nthen = "yahoo"', "write a list of sources such as"),
    ('[prices]\nfolder = "here"', "write a whole path"),
    ("[fetch]\nspeed = 1", "no such setting; known in .fetch. are rate and pool"),
    ("pairs = []", "write a list of pairs such as"),
    ('pairs = ["IWM"]', "write two funds"),
    ("[alerts]\nhook = 'ring'", 'line 2: .alerts. hook = "ring": write a command as a list'),
    ("[alerts]\ntimeout = 0", "write a number from 0.1 to 300"),
    ("[alerts]\nbell = true", "no such setting; known in .alerts. are hook and timeout"),
    ("colour = 1", "line 1: colour = 1: no such setting; known are pair"),
    ('[keys]\nzoom = "v"', ".keys. v is the key of both view and zoom"),
    ('[keys]\nzom = "v"', ".keys. no command is called 'zom'"),
    ("[keys]\nzoom = 1", 'zoom: write the keys as text, such as "x,ctrl.y"'),
    ("pair = \nbasis = 1", "line 1: this is no TOML: Invalid value"),
    ("keys = 3", "keys = 3: no such setting"),
    # nested, dotted, repeated and of another kind: the line is that of the entry
    ("\n[fetch.rate]\nx = 1", r"line 2: \[fetch\] rate = \{\.\.\.\}: write a number"),
    ("\n\nfetch.rate.x = 1", r"line 3: \[fetch\] rate = \{\.\.\.\}: write a number"),
    ("\n[[fetch]]\nrate = 1", r"line 2: fetch = \[\{\.\.\.\}\]: no such setting"),
    ("[fetch]\npool = 1\n[note.formats]\nx = 1", r"line 3: \[note\] formats = \{"),
    ('x = 1\n"window" = ["YTD"]', r"line 1: x = 1: no such setting"),
    ('[note]\n"formats" = [["csv"]]', r'line 2: \[note\] formats = \[\["csv"\]\]: '),
    ('window = ["YTD"]', r'line 1: window = \["YTD"\]: write a window such as'),
    ("window = true", "line 1: window = true: write a window such as"),
    ("# rate\n[fetch] # so\nrate = nan", r"line 3: \[fetch\] rate = nan: write a number"),
    ("\n[keys]\nhelp = 'f1'\nzoom = ['v']", r"line 4: \[keys\] zoom: write the keys"),
    ("\n[keys]\nhelp = 'f1'\nzoom = 'v'", r"line 4: \[keys\] v is the key of both"),
    ("ascii = true\nrate = " + "9" * 5000, "line 2: a value is nested too deeply or too long"),
    ("\nx = " + "[" * 100_000, "line 2: a value is nested too deeply or too long"),
    ('\n"\\u001b[31m" = "\\u202e"', r'line 1:  = "": no such setting'),
    (f'theme = "{"A" * 9999}"', 'line 1: theme = "A{58}…: write one of'),
)


def test_a_wrong_file_is_one_sentence_with_its_place() -> None:
    for text, said in WRONG:
        with pytest.raises(ConfigError, match=said) as caught:
            read(text, "config.toml")
            pytest.fail(text)
        assert str(caught.value).startswith("config.toml"), said
        assert f"{caught.value}".isprintable() and len(f"{caught.value}") < 400, said


def test_a_mark_at_the_beginning_is_no_part_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b'\xef\xbb\xbfpair = "QQQ:RSP"\r\nwindow = 2025\r\n')
    assert load(path).question() == Question("QQQ", "RSP", "2025", None, "tr")


def test_flags_stand_over_the_file_and_the_file_over_what_is_remembered() -> None:
    remembered = Question("QQQ", "RSP", "1M", None, "pr")
    config = read('window = "3M"', "config.toml")
    assert config.question(remembered) == Question("QQQ", "RSP", "3M", None, "pr")
    flagged = with_flags(config, pair="ijr:ivv", window="2025")
    assert flagged.question(remembered) == Question("IJR", "IVV", "2025", None, "pr")
    with pytest.raises(ConfigError, match="--pair IWM: write two funds"):
        with_flags(config, pair="IWM")


def test_every_theme_of_the_config_is_drawn() -> None:
    assert set(THEMES) == set(DRAWN)
    assert DRAWN["dark"].variables["small"] == "#5fafff"
    assert DRAWN["dark"].variables["large"] == "#ff8700"
    assert len({frozenset(theme.variables) & {"small", "large", "up", "down", "mark", "quiet"}
                for theme in DRAWN.values()}) == 1  # fmt: skip
