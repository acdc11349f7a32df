"""From the files of a table to judged rows: read in batches, judged by column, faulty rows set aside with a reason."""
