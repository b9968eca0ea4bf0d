"""Reads of forecasts and contracts."""
