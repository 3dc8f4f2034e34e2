"""Earth, atmosphere, gravity, terrain, propagation, detection, ballistics and flight: the equations, each with its source."""
