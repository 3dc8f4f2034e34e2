"""What the log means: estimates with intervals, kill chain, warning time, theory to compare with."""
