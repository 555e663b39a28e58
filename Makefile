# Two commands: `make demo` shows a report, `make test` checks everything. Both make their own .venv.
.PHONY: demo test checked older-duckdb docs docs-links languages told lock clean hostile trust sbom audit

# A test starts the program hundreds of times: what is compiled is kept, also where the environment asks for the contrary.
unexport PYTHONDONTWRITEBYTECODE

# What reads and writes the store, and the commands that do; `make hostile` takes along what asks it (ASKED).
STORED = tests/influence/store tests/influence/network/test_responses.py tests/influence/people/linkage/test_run.py tests/influence/corrections/test_people.py tests/influence/reach/test_random_logs.py::test_the_engine_and_the_plain_reading_agree $(addprefix tests/house/test_command_line.py::,$(BY_COMMAND))
BY_COMMAND = test_a_log_becomes_a_report_in_three_formats test_a_long_import_that_fails_or_is_killed_leaves_nothing
ASKED = tests/influence/corrections tests/influence/network tests/influence/people tests/influence/reach/test_random_logs.py tests/influence/text tests/house/test_live_sources.py
# Whose file it is, and what Spark is asked, are no matter of the store.
NO_STORE = tests/influence/store/test_recognising.py tests/influence/store/test_mixed_folders.py tests/influence/store/test_spark_sql.py
# One worker more than there are processors: many tests wait for a service.
WORKERS = $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
SERVERS = SYNAPSE_HOMESERVER=$(CURDIR)/build/synapse/bin/synapse_homeserver INFLUENCE_PDS=$(CURDIR)/build/pds

demo:
	@tools/environment requirements.lock
	@rm -rf demo
	@.venv/bin/influence demo

test:
	@tools/environment requirements-dev.lock
	@tools/servers & .venv/bin/python -m influence.kernels & $(MAKE) --no-print-directory checked && wait
	$(SERVERS) .venv/bin/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
	@$(MAKE) --no-print-directory older-duckdb

# What needs no test to run; meanwhile servers are installed and loops compiled, or each worker would do it for itself.
checked:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

# The store must work on both majors of DuckDB: 2 is locked, 1.5 is tried beside it.
older-duckdb:
	@test -d build/duckdb-1.5 || .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --target build/duckdb-1.5 "duckdb==1.5.*"
	PYTHONPATH=build/duckdb-1.5 .venv/bin/pytest -q -n $(WORKERS) $(STORED) $(addprefix --ignore=,$(NO_STORE))

# The documents as a site in build/docs, with pictures of the demo; every link within it is checked.
docs:
	@tools/environment requirements-dev.lock
	@.venv/bin/python tools/screenshots.py
	.venv/bin/sphinx-build --quiet --fail-on-warning --keep-going --jobs auto -c docs -d build/doctrees . build/docs
	.venv/bin/python tools/links.py build/docs build/links-to-others.txt

# Links to other sites are asked for only here, since it needs the network.
docs-links: docs
	.venv/bin/sphinx-build --quiet --jobs auto -c docs -b linkcheck -d build/doctrees . build/links

# Every message into each language's file; LANGUAGE=nl begins a new one. `told` writes what a report then says.
languages:
	@tools/environment requirements-dev.lock
	@.venv/bin/python -m tools.languages $(LANGUAGE)

told:
	@tools/environment requirements-dev.lock
	@.venv/bin/python -m tools.languages --told

# Newer versions of everything, with hashes and without addresses (needs uv).
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade --extra calendar --extra campaign --extra dashboard --extra live --extra pdf --extra slides --extra tables -o requirements.lock pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --upgrade --extra dev --extra docs -o requirements-dev.lock pyproject.toml

clean:
	rm -rf .venv demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# What is drawn at random, many times over: answers of services in which one value is another (SEED=2 tries others), logs.
hostile:
	@tools/environment requirements-dev.lock
	INFLUENCE_MUTATIONS=500 INFLUENCE_SEED=$(or $(SEED),1) .venv/bin/pytest -q tests/connectors/test_changed_pulls.py $(shell grep -rl --include='*.py' 'tests.kit.draws import' tests)
	@$(MAKE) --no-print-directory older-duckdb STORED='$(STORED) $(ASKED)'

# What may go wrong, tried in full: hours. SEED=2 tries other moments and files, COLLECTIONS=folder what broke others (see
# tests/faults/test_collections.py); what it measured goes to docs/reliability.md.
MEASURED = $(CURDIR)/build/reliability.jsonl
trust:
	@tools/environment requirements-dev.lock
	@mkdir -p build && rm -f $(MEASURED)
	INFLUENCE_FIGURES=$(MEASURED) INFLUENCE_SEED=$(or $(SEED),1) INFLUENCE_KILLS=500 INFLUENCE_STOPS=100 INFLUENCE_FAULTS=all INFLUENCE_FUZZ=10000 INFLUENCE_ATTACKS=all INFLUENCE_MUTATIONS=500 INFLUENCE_LONG=1 INFLUENCE_COLLECTIONS=$(COLLECTIONS) .venv/bin/pytest -q -n $(WORKERS) --dist loadscope tests/faults tests/house/test_killed.py tests/house/test_regular_expressions.py tests/influence/rights tests/influence/test_daylight_saving.py
	.venv/bin/python tools/reliability.py $(MEASURED)

# All that is installed, as a bill of materials (CycloneDX).
sbom:
	@tools/environment requirements-dev.lock
	.venv/bin/python tools/sbom.py build/sbom.json

# Known holes in what is installed. It asks the network; a package that cannot be looked up is no pass.
audit:
	@test -x build/audit/bin/pip-audit || (python3 -m venv build/audit && build/audit/bin/pip install --quiet pip-audit)
	build/audit/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock
