"""What is measured of the customer graph: its stores, its analyses and its explorer."""
