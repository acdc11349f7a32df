"""Profiles in a Valkey or Redis that the servers of a deployment share."""
