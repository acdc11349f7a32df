"""What servers of one's own share, for development and tests: Java, jars, and processes that end with ours."""
