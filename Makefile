# make lab            set everything up, then open JupyterLab on the course
# make test           set everything up, then run every check (the notebooks too, as a learner runs them)
# make check          every check but notebooks and browser: five minutes, while working on ganlib
# make lint           the form of code, words, links and notebooks: seconds; part of both
# make test-oldest    what a version can break, with the oldest TensorFlow and Keras supported
# make clean          remove the environments and caches
# For maintainers: make sync, make execute NOTEBOOK=09_faces (or all), make publish REPOSITORY=owner/name
# A Python of your choice: make lab PYTHON=python3.12; options for JupyterLab: make lab LAB_ARGS=--no-browser

BIN = $(if $(filter Windows_NT,$(OS)),Scripts,bin)
VENV_PYTHON = .venv/$(BIN)/python
OLDEST_PYTHON = .venv-oldest/$(BIN)/python
START = $(firstword $(wildcard notebooks/00_start_here.ipynb notebooks/09_faces.ipynb) README.md)
LAB_ARGS =
PYTEST_ARGS =

.PHONY: lab test check lint test-oldest environment sync execute publish clean

lab: environment
	$(VENV_PYTHON) -m jupyterlab --LabApp.default_url=/lab/tree/$(START) $(LAB_ARGS)

test: environment
	$(VENV_PYTHON) data/tools/check.py test $(PYTEST_ARGS)

check: environment
	$(VENV_PYTHON) data/tools/check.py check $(PYTEST_ARGS)

lint: environment
	$(VENV_PYTHON) data/tools/check.py lint

test-oldest:
	@if python=$$(sh data/tools/find_python.sh 12 2>/dev/null); then \
	    "$$python" data/tools/environment.py --oldest && \
	    $(OLDEST_PYTHON) data/tools/check.py oldest $(PYTEST_ARGS); \
	else \
	    echo "test-oldest skipped: TensorFlow 2.19 needs Python 3.10 to 3.12, and none was found."; \
	fi

environment:
	@python=$$(sh data/tools/find_python.sh 13) && "$$python" data/tools/environment.py

sync: environment
	$(VENV_PYTHON) -m data.tools.cli sync

execute: environment
	$(VENV_PYTHON) -m data.tools.cli execute $(NOTEBOOK)

publish: environment
	$(VENV_PYTHON) -m data.tools.cli address "$(REPOSITORY)"

clean:
	rm -rf .venv .venv-oldest .pytest_cache .ruff_cache ganlib.egg-info runs/check
