"""Keys of the first screen, on an empty store: ways to get data."""

from __future__ import annotations

from tui.screen.four_panes import FourPanes


class Starting(FourPanes):
    """One key to each way to a first answer."""

    def action_bring(self) -> None:
        """Type, or drag into the terminal, the path of a file to import."""
        self.prompt.open(":", "import ")

    def action_demo(self) -> None:
        """The simulated market, where no real one is stored that it would hide."""
        host = self.host
        if host.desk.simulated:
            host.tell("this is the simulated market")
        elif host.desk.read_only:
            host.tell(host.desk.read_only, error=True)
        elif host.scene is not None:
            host.tell("there is a real market here; `internals --demo` opens the simulated one")
        else:
            host.to_demo()
