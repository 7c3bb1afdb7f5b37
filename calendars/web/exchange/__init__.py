"""Units, reports and contacts as files: given out, and read back after a look at what a file would do."""
