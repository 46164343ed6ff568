"""Servers that follow a spec with one keyword changed: the second source of faults, a mechanical one."""
