"""Maps: the empty shell, the colours, the coloured rasters, the small sketch."""
