"""The network: who tells whom of which track, over which way, how soon; and who falls back on whom.

Nodes are sensors, command posts and batteries; links join them. The rules stand where they are kept: how soon a message gets where
(ways); what posts learn (reports, losses, knowledge; with states: engine.telling) and order (orders); what goes out of order (outages),
and who falls back on whom (backups) with what for the fight (consequences).
"""
