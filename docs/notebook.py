# %% [markdown]
# # The gap of two indices in a notebook
#
# Jupyter, VS Code and Spyder open this file as a notebook (`jupytext --to ipynb` makes one of it).
# It asks the simulated market; leave `demo=True` out, and it asks what is held. Nothing is fetched.

# %%
from tui.notebook import ask, to_pandas

answer = ask("IWM:SPY", window="YTD", demo=True)

# %% [markdown]
# What is said of an answer: as of when, in which state, and whether it is whole.

# %%
answer.as_of, answer.state_words, answer.complete, answer.missing

# %% [markdown]
# Every table of the note is a frame. Fractions are fractions, `_pp` percentage points, `_bp` basis
# points.

# %%
tables = to_pandas(answer)
gap_pp = tables["spread"].loc[0, "gap_pp"]
leaders = tables["contributors"].query("fund == 'IWM'").nlargest(10, "contribution_bp")

# %% [markdown]
# Was it a handful? What the ten brought, of all that the lines brought, in basis points.

# %%
leaders["contribution_bp"].sum(), tables["contributors"].groupby("fund")["contribution_bp"].sum()

# %% [markdown]
# `to_polars(answer)`, from the same module, gives polars frames (`pip install 'internals[polars]'`).
