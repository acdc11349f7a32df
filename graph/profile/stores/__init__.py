"""Where profiles and catalogue are kept with the position in the log they include: a file of one machine, or a Valkey
that many share."""
