"""The image dashboard, the callback that feeds it, and steps that the browser asks for."""
