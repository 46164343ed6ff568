#!/bin/sh
# Write requirements/: names, versions and hashes, for every system and Python, without the address of an index.
set -eu
lock() {
    file=requirements/$1.txt
    shift
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --output-file "$file" "$@"
}
lock dev --all-extras --group dev pyproject.toml contract_tests/pyproject.toml "$@"
lock contract --constraint requirements/dev.txt contract_tests/pyproject.toml "$@"
lock demo --constraint requirements/dev.txt --group demo pyproject.toml "$@"
for group in browser types docs release fuzz; do
    lock "$group" --constraint requirements/dev.txt --group "$group" "$@"
done
