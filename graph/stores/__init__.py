"""The stores a customer graph lives in."""
