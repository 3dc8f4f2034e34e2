"""What one card can do in the air, as pictures: reach, shots and flights."""
