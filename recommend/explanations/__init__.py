"""Why a product is in a list, and why another is not."""
