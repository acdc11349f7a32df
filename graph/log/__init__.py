"""The durable record: events in order, what was answered, what was refused."""
