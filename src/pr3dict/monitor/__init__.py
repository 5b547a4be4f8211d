"""The terminal monitor: a pure view model, and a thin Textual program that paints it."""
