"""Base map, palette and figure style: what every picture of the project shares.

`palette` names colours by what they mean, `style` makes and saves figures, `basemap` reads coast and borders, `maps`
draws them with scale bar and graticule, `labels` puts names where they hide nothing.
"""
