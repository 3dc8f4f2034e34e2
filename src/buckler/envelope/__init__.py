"""What one card can do in the air, as pictures: an interceptor's reach and a ballistic missile's flight."""
