"""Rows of the table of measures that are of the whole window: returns and how they spread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from core.answer.scalar import BREADTH, CHANGES, Scalar, ScalarUnit
from core.measures.concentration import TOPS
from core.measures.end_weights import HEAVIEST

if TYPE_CHECKING:
    from core.answer.views import IndexView
    from core.measures.breadth import Breadth
    from core.measures.concentration import Concentration
    from core.measures.daily import Daily

_LADDER: Final = (BREADTH, "ladder")
_FEW: Final = (CHANGES, "concentration")
_WEIGHTS: Final = (CHANGES, "weights")
Pick = Callable[["IndexView"], float | None]


def _counted(view: IndexView, daily: Daily | None) -> float:
    return view.breadth.n


def _measured(view: IndexView, daily: Daily | None) -> float:
    return len(view.contributors)


def _window(pick: Pick) -> Callable[[IndexView, Daily | None], float | None]:
    return lambda view, daily: pick(view)


def _of_breadth(
    key: str,
    title: str,
    help: str,
    unit: ScalarUnit,
    decimals: int,
    pick: Callable[[Breadth], float | None],
    **more: Any,
) -> Scalar:
    """A row of the returns that breadth counts; see `Scalar`."""
    value = _window(lambda view: pick(view.breadth))
    return Scalar(key, title, help, unit, decimals, value, _LADDER, of=_counted, **more)


def _of_weights(
    key: str,
    title: str,
    help: str,
    unit: ScalarUnit,
    decimals: int,
    pick: Callable[[Concentration], float | None],
    shown_in: tuple[int, str] = _WEIGHTS,
    **more: Any,
) -> Scalar:
    """A row of how concentrated weights and gains are; see `Scalar`."""
    value = _window(lambda view: pick(view.concentration))
    return Scalar(
        key, title, help, unit, decimals, value, shown_in, "leaders", of=_measured, **more
    )  # fmt: skip


def _top_share(k: int) -> Callable[[Concentration], float | None]:
    return lambda c: next((top.share_of_gross_gain for top in c.top if top.k == k), None)


def _weight_of(k: int, *, end: bool) -> Scalar:
    """A row of the k heaviest lines together, at the window's start or end."""
    when, names = "end" if end else "start", f"top {k}"
    of = _window(lambda v: (v.weights.end if end else v.weights.start).n)
    return Scalar(
        f"top{k}_weight" if end else f"top{k}_weight_start", f"{names} weight at the {when}",
        f"the {k} heaviest lines together, of the fund" if k > 1 else "the heaviest line",
        "share", 2,
        _window(lambda v: (v.weights.end if end else v.weights.start).of_top(k)), _WEIGHTS,
        "leaders", of=of,
        before=_window(lambda v: v.weights.before.of_top(k)) if end else None,
        short=f"{names} {when}",
    )  # fmt: skip


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


RETURNS: Final = (
    Scalar(
        "fund_return", "fund return", "return of the fund's own closes", "return", 2,
        _window(lambda view: view.fund_return), _LADDER, "closes", signed=True, also=("return",),
    ),
    Scalar(
        "basket_return", "basket return", "return of the measured lines by their weights",
        "return", 2, _window(lambda view: view.basket_return), _LADDER, "leaders",
        of=_measured, signed=True,
    ),
    _of_breadth(
        "share_up", "share of lines up", "lines that rose, of the lines counted", "share", 1,
        lambda b: b.share_up, also=("breadth",),
    ),
    _of_breadth("lines_up", "lines up", "lines that rose", "count", 0, lambda b: b.or_absent(b.up)),
    _of_breadth(
        "lines_down", "lines down", "lines that fell", "count", 0, lambda b: b.or_absent(b.down)
    ),
    _of_breadth(
        "lines_unchanged", "lines unchanged", "lines that stand where they stood", "count", 0,
        lambda b: b.or_absent(b.unchanged),
    ),
    _of_breadth(
        "equal_weight", "equal-weight return", "mean return of the lines", "return", 2,
        lambda b: b.equal_weight, signed=True, also=("equal",),
    ),
    _of_breadth(
        "median", "median return", "the return in the middle", "return", 2,
        lambda b: b.median, signed=True,
    ),
    _of_breadth(
        "mean_less_median", "mean less median", "equal-weight return less median return", "pp", 2,
        lambda b: _less(b.equal_weight, b.median), signed=True, also=("mean-median",),
    ),
    Scalar(
        "equal_less_cap", "equal less cap weight", "equal-weight return less the basket's", "pp", 2,
        _window(lambda view: _less(view.breadth.equal_weight, view.basket_return)),
        _LADDER, "leaders", of=_counted, signed=True, also=("equal-cap",),
    ),
    _of_breadth(
        "share_outperforming", "share outperforming the basket",
        "lines above the basket's return, of the lines counted", "share", 1,
        lambda b: b.share_outperforming, claim="leaders", also=("outperforming",),
    ),
    _of_breadth(
        "weight_outperforming", "weight outperforming the basket",
        "weight of the lines above the basket's return, of the lines counted", "share", 1,
        lambda b: b.weight_outperforming, claim="leaders",
    ),
    _of_breadth(
        "dispersion", "dispersion", "standard deviation of the lines' returns", "return", 2,
        lambda b: b.dispersion,
    ),
    _of_breadth(
        "dispersion_cap_weighted", "cap-weight dispersion",
        "the same by weight, around the basket's return", "return", 2,
        lambda b: b.dispersion_cap, claim="leaders", also=("dispersion-cap",),
    ),
    _of_breadth(
        "skew", "skew", "skewness of the lines' returns", "ratio", 2, lambda b: b.skew, signed=True
    ),
)  # fmt: skip
CONCENTRATION: Final = (
    _of_weights(
        "names_for_half", "names for half of all gains",
        "the fewest names that brought half of all gains", "count", 0,
        lambda c: c.half_of_gain, _FEW, also=("half",),
    ),
    _of_weights(
        "effective_n", "effective N by weight", "1 / sum of squared weights at the start",
        "ratio", 1, lambda c: c.effective_n, _FEW,
    ),
    Scalar(
        "effective_n_end", "effective N at the end", "1 / sum of squared weights at the end",
        "ratio", 1, _window(lambda view: view.weights.end.effective_n), _WEIGHTS, "leaders",
        of=lambda view, daily: view.weights.end.n,
        before=_window(lambda view: view.weights.before.effective_n), short="eff. N end",
    ),
    _of_weights(
        "effective_n_gains", "effective N by gain", "the same of the gains", "ratio", 1,
        lambda c: c.effective_n_gains, _FEW,
    ),
    _of_weights(
        "effective_n_abs", "effective N by size", "the same of contributions without their sign",
        "ratio", 1, lambda c: c.effective_n_abs, short="eff. N size",
    ),
    _of_weights(
        "gini", "Gini of the weights", "0 where all weights are equal, near 1 for a few", "ratio",
        3, lambda c: c.gini, short="Gini weights",
    ),
    _of_weights(
        "gini_gains", "Gini of the gains", "the same of the gains", "ratio", 3,
        lambda c: c.gini_gains, short="Gini gains",
    ),
    _of_weights(
        "gross_gain", "gross gain", "all gains together", "bp", 0, lambda c: c.gross_gain,
        signed=True,
    ),
    _of_weights(
        "gross_loss", "gross loss", "all losses together", "bp", 0, lambda c: c.gross_loss,
        signed=True,
    ),
    Scalar(
        "average_correlation", "average correlation",
        "average pairwise correlation of the lines' daily returns", "ratio", 2,
        _window(lambda view: view.correlation), _WEIGHTS, "leaders", of=_measured,
        also=("correlation",), short="correlation",
    ),
    *(
        _of_weights(
            f"top{k}_share", f"top {k}'s share of all gains",
            "what the largest contributors brought, of all gains", "share", 1,
            _top_share(k), also=(f"top{k} share",), short=f"top {k} gains",
        )
        for k in TOPS
    ),
    *(_weight_of(k, end=False) for k in HEAVIEST),
    *(_weight_of(k, end=True) for k in HEAVIEST),
)  # fmt: skip
