"""What the README says about speed, measured again: ``python -m bench.screen`` and its neighbours.

Every figure stands beside one of something else measured in the same run, because a figure
alone says more about the machine than about the program.
"""
