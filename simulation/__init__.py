"""A city at work (演示与仿真): people with habits drive real services on a clock of their own."""
