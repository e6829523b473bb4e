"""A screen that is laid out and painted once after a change, without waiting for a frame.

Textual lays out when messages about it have gone round, then tells each widget its new size,
which draws itself again, and paints with the next tick of a timer that is up to two frames away.
Here a size that is known beforehand is laid out at once, what is drawn is drawn for the room it
gets, and it is painted as soon as every widget has said what it changed. ``wire = "plain"`` goes
without.
"""

from __future__ import annotations

from typing import Any

from textual import _time, events, messages
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from tui.terminal import fitting
from tui.terminal.release import tested


def settle(widget: Widget) -> None:
    """Lay out the screen a widget is on, where it is one of ours."""
    if widget.is_mounted and isinstance(screen := widget.screen, Stage):
        screen.settle()


def reveal(
    widget: Widget, visible: bool, *, before: Widget | None = None, after: Widget | None = None
) -> None:
    """Show or hide a widget, which is mounted beside another one when it is first shown.

    Each widget takes some 2 % of a start, seen or not.
    """
    beside = before or after
    if visible and widget.parent is None and beside is not None:
        assert isinstance(beside.parent, Widget)
        beside.parent.mount(widget, before=before, after=after)
        beside.parent.refresh(layout=True)
    widget.display = visible


class SizedScreen(Screen[None], inherit_bindings=False):
    """A screen that is laid out for the size the terminal has, and for none that it had.

    Textual 8.2 tells a screen its new size after laying it out for one: two sizes that are on
    their way at once then call for each other for ever. This goes when `Screen._on_resize` and
    `App._on_resize` no longer answer each other.
    """

    def took(self, event: events.Event) -> bool:
        """Whether a key or a paste was taken as typed text: no binding then acts on it."""
        return False

    @property
    def waits(self) -> bool:
        """Whether a key waits for what it acts on, so that later keys queue behind it."""
        return False

    def status_changed(self) -> None:
        """The app's message in the status line has changed."""

    def answered(self) -> None:
        """The app has another answer."""

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Skip styling: what was just composed has its styles, and the app restyles all screens."""
        event.refresh_styles = False

    def action_redraw(self) -> None:
        """Draw everything again."""
        fitting.redraw(self.app)

    def action_suspend(self) -> None:
        """Stop, until the shell goes on with it."""
        self.app.action_suspend_process()

    async def action_quit(self) -> None:
        """Leave."""
        await self.app.action_quit()

    def _screen_resized(self, size: Size, *more: Any) -> None:
        # Textual says each size up to three times: what is laid out for it stands
        if not tested() or (size == self.app.size and size != self._compositor.size):
            super()._screen_resized(size, *more)


class Stage(SizedScreen, inherit_bindings=False):
    """A screen of our own widgets.

    Args:
        custom: whether it is painted our way, or Textual's.
    """

    def __init__(self, *, custom: bool) -> None:
        super().__init__()
        self._custom = custom
        self._silent = False
        #: When the last layout began.
        self._laid_out = 0.0
        if custom:
            from tui.widgets.painting import PaintingCompositor

            self._compositor = PaintingCompositor()

    @property
    def settles(self) -> bool:
        """Whether what is to take another room has it at once."""
        return self._custom and self.is_attached

    def settle(self) -> None:
        """Lay out what takes another room than before; nothing is painted yet."""
        if not self.settles:
            return
        moved = [node for node in self.walk_children(Widget) if node._layout_required]
        if not moved:
            return
        for node in moved:
            node._layout_required = False
            for above in node.ancestors:
                if isinstance(above, Widget):
                    above._clear_arrangement_cache()
                    above._layout_updates += 1
        self._silent = True
        try:
            self._refresh_layout()
        finally:
            self._silent = False

    def _refresh_layout(
        self, size: Size | None = None, scroll: bool = False, *args: Any, **kwargs: Any
    ) -> None:
        """As Textual's, but that no widget asks for another layout since it got its room.

        A copy of 8.2's `Screen._refresh_layout`, but that only a screen asks for a layout, where
        its widgets do not fit it, and that none is made for what was asked before. Not used with
        ``wire = "plain"``, nor in a release of Textual that was not tested
        (`tui.terminal.release`); it goes when Textual itself tells only what changed its size.
        """
        if not self._custom or scroll or self.app.is_inline:
            super()._refresh_layout(size, scroll, *args, **kwargs)
            return
        size = self.outer_size if size is None else size
        if not size:
            return
        self._compositor.update_widgets(self._dirty_widgets)
        self._update_timer.pause()
        self._laid_out, self._layout_required = _time.get_time(), False
        hidden, visible, resized = self._compositor.reflow(self, size)
        self._layout_widgets.clear()
        for widget in hidden:
            widget.post_message(events.Hide())
        for widget, (region, _, _, virtual, container, _, _) in self._compositor.layers:
            overflows = widget is self and virtual != region.size
            widget._size_updated(region.size, virtual, container, layout=overflows)
            if widget in visible or widget in resized:
                widget.post_message(events.Resize(region.size, virtual, container))
        for widget in visible:
            widget.post_message(events.Show())
        if self.is_current and not self._silent:
            if self.app._batch_count:
                self.call_later(self._compositor_refresh)
            else:
                self._compositor_refresh()
        if self.app._dom_ready:
            self.screen_layout_refresh_signal.publish(self)
        else:
            self.app.post_message(events.Ready())
            self.app._dom_ready = True

    async def _on_layout(self, message: messages.Layout) -> None:
        # what was asked for before the last layout is in it
        if self._custom and message.time < self._laid_out:
            message.stop()
            message.prevent_default()
        else:
            await super()._on_layout(message)

    def on_idle(self, event: events.Idle) -> None:
        """Paint: every widget has handled its messages."""
        if self._custom and not self.app._batch_count and self.is_current:
            self._on_timer_update()
