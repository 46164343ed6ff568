"""Typed clients generated from the effective specs; one package a provider. They send nothing."""
