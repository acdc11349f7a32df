"""The event log in a Kafka topic, and its replica in each server's own file."""
