"""Small tables of coefficients from published documents, each with its source."""
