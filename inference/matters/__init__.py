"""The parts of the favor state machine: who addresses whom, which favor is meant, what an answer does to it."""
