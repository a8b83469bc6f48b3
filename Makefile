# Aliases: the pipeline itself is dvc.yaml.

# By its name alone, since a target's path can hold no space.
UV := $(if $(shell command -v uv),uv,.uv/bin/uv)
EXPORT := $(UV) export --quiet --no-hashes --no-annotate --no-header
EVERYTHING := $(EXPORT) --no-emit-project --no-group dev
SERVING := $(EXPORT) --no-default-groups --group app

# Two processes; what shares a server or a pipeline is in one file, and runs in one of them.
PARALLEL := --numprocesses 2 --dist loadfile --no-loadscope-reorder --durations 10

# Where Python may keep no bytecode, each process compiles TensorFlow again: nine seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: uv run test test-all app audit batch bench bench-train deployment fuzz kills lint load load-api lock numbers own page rivals screenshots seeds corruptions

run: $(UV) ## make the environment and run the pipeline
	$(UV) run --locked dvc repro
	@$(UV) run --locked python -m stages

test: $(UV) lint ## make the environment and run the quick tests
	$(UV) run --locked pytest $(PARALLEL)

test-all: test ## and then all that takes long, by three processes: half the time they wait
	$(UV) run --locked pytest $(PARALLEL) --numprocesses 3 -m slow

lint: $(UV) ## check style, spelling and lock files
	$(EVERYTHING) --locked | diff requirements.txt - # `make lock` brings all up to date
	$(SERVING) --locked | diff app/requirements.txt -
	$(UV) run --locked ruff check
	$(UV) run --locked ruff format --check
	$(UV) run --locked codespell

app: $(UV) ## serve the web page
	$(UV) run --locked streamlit run app/streamlit_app.py

load: $(UV) ## draw a thousand digits in twenty browsers' stead
	$(UV) run --locked python -m benchmarks.load

load-api: $(UV) ## have twenty programs ask for ten thousand pictures
	$(UV) run --locked python -m benchmarks.load_api

numbers: $(UV) ## measure numbers by kind, of other people's digits, too
	$(UV) run --locked python -m benchmarks.numbers

own: $(UV) ## teach one hand, quickly and in full
	$(UV) run --locked python -m benchmarks.own

page: $(UV) ## measure how soon the page is there
	$(UV) run --locked python -m benchmarks.page

screenshots: $(UV) ## take the pictures in README and docs anew
	DIGITS_SCREENSHOTS=docs $(UV) run --locked pytest tests/browser -m '' -k seen

seeds: $(UV) ## train with ten seeds, for mean and standard deviation
	$(UV) run --locked python -m benchmarks.seeds

bench: $(UV) ## measure speed and memory
	$(UV) run --locked python -m benchmarks.bench

rivals: $(UV) ## read the same pictures with other readers, side by side
	$(UV) run --locked python -m benchmarks.rivals

batch: $(UV) ## read 100,000 pictures from a bucket, on a cluster
	$(UV) run --locked python -m benchmarks.batch

bench-train: $(UV) ## train the usual networks, ours and one epoch of it side by side
	$(UV) run --locked python -m benchmarks.train

kills: $(UV) ## kill the pipeline at twenty random moments
	$(UV) run --locked python -m benchmarks.kills

deployment: $(UV) ## measure what a deployed page takes
	$(UV) run --locked python -m benchmarks.deployment

fuzz: $(UV) ## read 100,000 damaged pictures
	$(UV) run --locked python -m benchmarks.fuzz

audit: $(UV) ## look for known weaknesses of the packages
	$(UV) tool run pip-audit --strict --disable-pip --no-deps --requirement requirements.txt

corruptions: $(UV) ## measure accuracy under each corruption
	$(UV) run --locked python -m benchmarks.corruptions

lock: $(UV) ## lock the newest versions that pyproject.toml allows
	$(UV) lock --upgrade
	$(EVERYTHING) --output-file requirements.txt
	$(SERVING) --output-file app/requirements.txt

uv: # it is there

.uv/bin/uv:
	python3 -m venv .uv
	.uv/bin/python -m pip install --quiet uv
