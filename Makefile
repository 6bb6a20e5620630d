# The commands of this repository. Each is a short script in scripts/, bench/ or e2e/.

.DEFAULT_GOAL := help
.PHONY: help run test check fmt bench sbom

help:
	@echo 'make run    build Tacit and start it on embedded SQLite at http://127.0.0.1:8080'
	@echo '            (make run ARGS="--listen 127.0.0.1:9000" passes options to the server)'
	@echo 'make test   everything: lints, tests on SQLite and PostgreSQL, the real client libraries'
	@echo 'make check  the fast part of that: formatting, lints, rules about the source'
	@echo 'make fmt    format the source'
	@echo 'make bench  measure speed and memory'
	@echo 'make sbom   write what a release is made of into target/sbom.json'

run:
	@scripts/run.sh $(ARGS)

test:
	@scripts/test.sh

check:
	@scripts/check.sh

fmt:
	@cargo fmt --all

bench:
	@bench/run $(ARGS)

sbom:
	@mkdir -p target
	@scripts/sbom > target/sbom.json
