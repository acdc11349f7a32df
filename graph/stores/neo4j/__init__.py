"""The customer graph in Neo4j: the production store."""
