"""Every write of forecasts, subscriptions and contracts."""
