"""The procedure (流程) as pure Python: steps, moves, requirements and the one machine that fires them."""
