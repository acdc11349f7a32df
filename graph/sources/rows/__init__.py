"""From the files of a table to judged rows: read in batches, judged by column, the faulty set aside with their reason."""
