"""Forms of the board by which officials act on one unit's stages."""
