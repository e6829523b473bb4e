"""How every number came about, worked out a second time.

An explanation is made of the objects that made the number, and works the number out once
more on a way of its own where there is one: from each line's closes, dividends and files.
"""
