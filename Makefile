# Aliases: the pipeline itself is dvc.yaml.

UV := $(or $(shell command -v uv),.uv/bin/uv)

.PHONY: run test check format

run: $(UV) ## make the environment and run the pipeline
	$(UV) run --locked dvc repro

test: $(UV) ## make the environment and run the tests
	$(UV) run --locked ruff check
	$(UV) run --locked ruff format --check
	$(UV) run --locked mypy
	$(UV) run --locked pytest

.uv/bin/uv:
	python3 -m venv .uv
	.uv/bin/pip install --quiet uv
