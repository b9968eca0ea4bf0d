"""Every write of forecasts and contracts."""
