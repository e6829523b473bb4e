"""The first answer, made while the screen is being loaded."""
