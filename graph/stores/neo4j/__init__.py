"""The customer graph in Neo4j: the production store. Needs the extra ``patron[neo4j]``."""
