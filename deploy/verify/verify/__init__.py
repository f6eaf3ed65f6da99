"""Checks of the deployment with the real programs; `../run` brings them."""
