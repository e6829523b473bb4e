"""Commands of the line that take words: a view, a name, what is marked, a group of names."""

from __future__ import annotations

from functools import partial

from cache.facts.errors import CacheError, why
from core.data.frames import Theme
from tui.command.commands import CONTRIBUTORS, CommandError
from tui.panes import frame
from tui.panes.wording import names_text
from tui.screen.four_panes import FourPanes

#: Names offered where none is called as typed.
_NEAR = 6
#: Commands that look names up in what is shown.
_OF_THE_ANSWER = ("go", "mark", "theme")


class Wording(FourPanes, inherit_bindings=False):
    """What the main screen does with words typed after a command."""

    def obey(self, command: str, words: str) -> None:
        """Do what a command of the line asks for."""
        action = {
            "view": self.show_view,
            "go": self.go_to,
            "mark": self.mark,
            "help": self.help_on,
            "colours": self.set_colours,
            "movers": self.show_movers,
            "group": self.keep_group,
            "set": self.set_setting,
            "picture": self.draw_picture,
            "theme": self.show_theme,
            "sort": self.sort_by,
            "fund": self.add_fund,
            "import": self.host.bring,
        }[command]
        if command in _OF_THE_ANSWER:
            self.deferred.do(partial(action, words))
        else:
            action(words)

    def show_view(self, name: str) -> None:
        """Show a view by its name or the beginning of it, in the pane that has it."""
        view_name = name.casefold()
        all_views = [(number, view) for number, views in frame.VIEWS.items() for view in views]
        begun = [one for one in all_views if one[1].startswith(view_name)]
        match = [one for one in all_views if one[1] == view_name] or begun
        if not view_name or not match:
            views = ", ".join(dict.fromkeys(view for _, view in all_views))
            self.host.tell(f"no view is called {name!r}; there are {views}", error=True)
            return
        place = next((one for one in match if one[0] == self.active), match[0])
        self.activate(place[0])
        self.pane_here.set_view(place[1])

    def go_to(self, words: str) -> None:
        """Put the cursor on a name, by its symbol or a part of its name."""
        app = self.host
        if app.scene is None:
            return
        listed = {
            symbol: name
            for _, view in app.scene.views()
            for symbol, name in zip(view.contributors.symbols, view.contributors.names, strict=True)
        }
        text = words.strip().casefold()
        line = app.scene.market_then.line(words.strip().upper())
        exact = [symbol for symbol in listed if symbol.casefold() == text or symbol == line]
        near = [s for s, name in listed.items() if text and text in f"{s} {name}".casefold()]
        if not exact and len(near) != 1:
            nearest = f"; near it are {' '.join(near[:_NEAR])}" if near else ""
            error = f"{words!r} is no measured name of either index{nearest}"
            app.tell(error if text else "go where? write :go NVDA", error=True)
            return
        symbol = (exact or near)[0]
        self.activate(CONTRIBUTORS)
        if not self.names.go(app.scene, symbol):
            # one table has room here: the other index's
            app.first = "large" if app.first == "small" else "small"
            self.show()
            self.names.go(app.scene, symbol)
        app.tell(f"{symbol}  {listed[symbol]}")

    def mark(self, words: str) -> None:
        """Mark what the filter keeps, some names, or none."""
        app = self.host
        if app.scene is None:
            return
        names_typed = words.casefold().split()
        listed = {s for _, view in app.scene.views() for s in view.contributors.symbols}
        lacking: list[str] = []
        if names_typed == ["none"]:
            app.marked.clear()
        elif names_typed == ["matches"]:
            matches = self.names.matching(app.scene)
            if not matches:
                app.tell("no name matches a filter: / sets one", error=True)
                return
            app.marked.update(dict.fromkeys(matches))
        elif names_typed:
            market = app.scene.market_then
            names = [market.line(word) for word in words.upper().replace(",", " ").split() if word]
            app.marked.update(dict.fromkeys(name for name in names if name in listed))
            lacking = [name for name in names if name not in listed]
        else:
            app.tell("mark what? :mark matches, :mark MSFT META, or :mark none", error=True)
            return
        scene = app.scene
        self.names.show(scene)
        self.changes.show(scene)
        count = f"{len(app.marked):,} marked" if app.marked else "no name is marked"
        marked_names = f": {names_text(tuple(app.marked))}" if app.marked else ""
        nowhere = f"; in neither index: {names_text(lacking)}" if lacking else ""
        app.tell(f"{count}{marked_names}{nowhere}", error=bool(lacking))

    def show_movers(self, words: str) -> None:
        """Show which lines gained and lost bp and places since a date."""
        from tui.command.line import iso_date

        try:
            since = iso_date(words.split(), "movers 2026-06-19, or movers alone for a week back")
        except CommandError as error:
            self.host.tell(f"{error}", error=True)
            return
        self.activate(CONTRIBUTORS)
        self.names.show_movers(since)

    def keep_group(self, words: str) -> None:
        """Save a group of names and show it, remove one, or show a saved one."""
        from cache.facts.own_groups import group_of

        app = self.host
        if words and "=" not in words and not words.casefold().startswith("remove "):
            self.show_theme(words)
            return
        try:
            name, symbols = group_of(words)
            message = app.desk.keep_group(name, symbols)
        except (CacheError, OSError) as error:
            app.tell(why(error), error=True)
            return
        # themes are read with the next answer
        app.again()
        if symbols and app.market is not None:
            theme = Theme(name, tuple(dict.fromkeys(map(app.market.symbol, symbols))))
            message = f"{self.show_names(theme)}; {message}"
        app.tell(f"{name}: {message}")

    def draw_picture(self, words: str) -> None:
        """Write a picture of what is shown to a file."""
        from tui.workers.note_writer import write_picture

        self.host.background(partial(write_picture, self.host, words), "picture", thread=False)
