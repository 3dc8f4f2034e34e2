"""One replication, and many: World and seed in, log out."""
