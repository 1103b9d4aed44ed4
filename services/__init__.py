"""The use cases (业务): one function is one thing a person or the clock does. Never commits, never reads the clock."""
