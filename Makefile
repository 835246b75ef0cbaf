help:
	@echo "make bench: the cost of a start, beside its peers (ONLY=\"start growth\", QUICK=1)"

bench:
	benches/run $(ONLY)

.PHONY: help bench
