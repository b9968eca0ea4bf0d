"""What people type: searches of forecasts, subscriptions, notices."""
