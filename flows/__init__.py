"""Reactions in Prefect (联动流程): the only place that imports Prefect."""
