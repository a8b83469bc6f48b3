# Aliases: the pipeline itself is dvc.yaml.

UV := $(or $(shell command -v uv),.uv/bin/uv)
EXPORT := $(UV) export --quiet --no-hashes --no-annotate --no-header
EVERYTHING := $(EXPORT) --no-emit-project --no-group dev
SERVING := $(EXPORT) --no-default-groups --group app

.PHONY: run test app audit bench bench-train deployment fuzz kills lint load lock page screenshots seeds situations

run: $(UV) ## make the environment and run the pipeline
	$(UV) run --locked dvc repro

test: $(UV) lint ## make the environment and run the tests
	$(EVERYTHING) --locked | diff requirements.txt - # `make lock` brings all up to date
	$(SERVING) --locked | diff app/requirements.txt -
	$(UV) run --locked mypy
	$(UV) run --locked pytest

lint: $(UV) ## check style and spelling
	$(UV) run --locked ruff check
	$(UV) run --locked ruff format --check
	$(UV) run --locked codespell

app: $(UV) ## serve the web page
	$(UV) run --locked streamlit run app/streamlit_app.py

load: $(UV) ## draw a thousand digits in twenty browsers' stead
	$(UV) run --locked python -m benchmarks.load

page: $(UV) ## measure how soon the page is there
	$(UV) run --locked python -m benchmarks.page

screenshots: $(UV) ## take the pictures in the README anew
	DIGITS_SCREENSHOTS=docs $(UV) run --locked pytest tests/browser -k seen

seeds: $(UV) ## train with five seeds, for mean and standard deviation
	$(UV) run --locked python -m benchmarks.seeds

bench: $(UV) ## measure speed and memory
	$(UV) run --locked python -m benchmarks.bench

bench-train: $(UV) ## train the usual networks, ours and our sprint side by side
	$(UV) run --locked python -m benchmarks.train

kills: $(UV) ## kill the pipeline at twenty random moments
	$(UV) run --locked python -m benchmarks.kills

deployment: $(UV) ## measure what a deployed page takes
	$(UV) run --locked python -m benchmarks.deployment

fuzz: $(UV) ## read 100,000 damaged pictures
	$(UV) run --locked python -m benchmarks.fuzz

audit: $(UV) ## look for known weaknesses of the packages
	$(UV) tool run pip-audit --strict --disable-pip --no-deps --requirement requirements.txt

situations: $(UV) ## measure accuracy in each situation
	$(UV) run --locked python -m benchmarks.situations

lock: $(UV) ## lock the newest versions that pyproject.toml allows
	$(UV) lock --upgrade
	$(EVERYTHING) --output-file requirements.txt
	$(SERVING) --output-file app/requirements.txt

.uv/bin/uv:
	python3 -m venv .uv
	.uv/bin/pip install --quiet uv
