"""From judged rows to events: a module for each thing a table can hold."""
