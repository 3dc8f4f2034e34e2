"""World to rasters: what is seen, from what height, how surely."""
