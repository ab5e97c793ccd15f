/* What the tests of src/project share. */
#ifndef BLN_PROJECT_TEST_KIT_H
#define BLN_PROJECT_TEST_KIT_H

#include "base/base_test.h"

#include "base/mem.h"
#include "project/expand.h"
#include "project/project.h"

/* The example of the project's design, with what it refers to. */
static const char kit_example[] =
	"project: crypto\n"
	"lake: ./lake\n"
	"properties: {base: USD, symbols: all, freq: all}\n"
	"sources:\n"
	"  archive: {kind: kraken_archive, path: \"${run:archive}\"}\n"
	"  kraken:  {kind: kraken, url: https://api.kraken.com}\n"
	"  fmp:     {kind: fmp, url: https://financialmodelingprep.com, key: \"${env:FMP_KEY}\"}\n"
	"jobs:\n"
	"  ingest-historic: {kind: ingest, source: archive, into: bronze.cryptos}\n"
	"  silver-cryptos:  {kind: sql, file: jobs/silver_cryptos.sql, into: silver.cryptos, mode: upsert, key: [symbol, "
	"frequency, datetime]}\n"
	"  explore:         {kind: command, file: jobs/explore.ipynb, timeout: 30m, retries: 2, max_concurrent: 1}\n"
	"  say:             {kind: command, argv: [sh, -c, \"echo hello\"]}\n"
	"  check-silver:    {kind: check, table: silver.cryptos, timeout: 5m}\n"
	"triggers:\n"
	"  nightly:     {kind: scheduled, cron: \"0 2 * * *\", zone: Europe/Madrid, start: historical, catch_up: last}\n"
	"  new-archive: {kind: event, prefix: inbox/, on: created, batch: {size: 10, window: 5m}, start: historical}\n"
	"  retrain:     {kind: conditional, all: [{workflow: historical, state: SUCCEEDED}], start: explore}\n"
	"workflows:\n"
	"  historical:\n"
	"    properties: {stage: gold}\n"
	"    max_concurrent: 1\n"
	"    steps:\n"
	"      ingest: {job: ingest-historic}\n"
	"      silver: {job: silver-cryptos, after: [ingest]}\n"
	"      check:  {job: check-silver, after: {all: [silver]}}\n"
	"      alarm:  {job: say, after: {any: [ingest, silver]}, when: FAILED}\n";

struct kit {
	struct bln_project *project;
	struct bln_problems problems;
	struct bln_err err;
	enum bln_status status;
};

static inline struct kit *kit_parse_bytes(const char *bytes, size_t length)
{
	struct kit *kit = calloc(1, sizeof(*kit));

	assert_non_null(kit);
	kit->status = bln_project_parse("/", bytes, length, &kit->project, &kit->problems, &kit->err);
	return kit;
}

static inline struct kit *kit_parse(const char *text)
{
	return kit_parse_bytes(text, strlen(text));
}

static inline void kit_end(struct kit *kit)
{
	bln_project_close(kit->project);
	bln_problems_clean_up(&kit->problems);
	free(kit);
}

#endif
