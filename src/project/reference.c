#include "project/parse.h"

static void table_add(struct bln_text *text, const struct bln_parse_table *table)
{
	bln_settings_markdown(table->rows, table->count, text);
}

void bln_project_reference(struct bln_text *text)
{
	bln_text_add(
		text,
		"# bullion.yaml\n\n"
		"What may stand in a project's file. Made by `bullion help config`; values may hold `${env:NAME}`,\n"
		"`${run:PROPERTY}`, `${project:name}` and `${project:folder}`, which are looked up when they are "
		"needed.\n"
		"What is given with `-p` is taken as it is.\n\n"
		"A variable whose name ends in `KEY`, `TOKEN`, `SECRET` or `PASSWORD` is a secret, and so is what a source takes\n"
		"for one: it is shown nowhere, and what would be recorded with it is refused. In the logs of jobs the values of\n"
		"all other variables that the file names are masked as well, unless they are plainly no secrets: up to 3 bytes,\n"
		"up to 7 letters or 7 digits, paths (`/data/x`), addresses of a host alone (`https://example.com`), and what is\n"
		"only named by `lake` or `foreign_roots`.\n\n"
		"`project`, `lake`, `properties` stand at the top; names are letters, digits, `-` and `_`.\n\n"
		"## settings\n\n");
	table_add(text, &bln_parse_project_settings);
	bln_text_add(
		text,
		"\n## tables\n\nBy name, as in `silver.cryptos`; besides `properties`, a map of Delta's table properties, and "
		"`columns`:\n\n");
	table_add(text, &bln_parse_table_settings);
	bln_text_add(
		text,
		"\n`columns` is a map of names and types, as in `{symbol: string, day: date, price: double}`: what a table of "
		"your own has\n"
		"from its first row on, and before, for then it reads as empty (`existing('my.table')` in a job's first run). A\n"
		"query that gives others is refused, but for those that the table has already. Types are called as in Delta or in SQL: `string` (`varchar`, `text`),\n"
		"`bigint` (`long`), `int` (`integer`), `smallint` (`short`), `tinyint` (`byte`), `double`, `float` (`real`),\n"
		"`\"decimal(10,2)\"` (`numeric`; in `{…}` it takes quotes, for its comma), `boolean` (`bool`), `date`,\n"
		"`timestamp` (an instant, UTC; `timestamptz`),\n"
		"`timestamp_ntz` (what a clock shows, without a zone), `binary` (`blob`).\n");
	bln_text_add(
		text,
		"\n## foreign_roots\n\nA path or a list of them: places outside of the lake that absolute paths in the logs "
		"of other people's tables may lead to.\n");
	bln_text_add(text, "\n## jobs\n\nEvery job has a `kind` and may have `description`, `properties` and\n\n");
	table_add(text, &bln_parse_job_common);
	for (int i = 0; i < BLN_JOB_KINDS; i++) {
		const struct bln_parse_table *table = bln_parse_job_table((enum bln_job_kind)i);

		if (!table->rows)
			continue;
		bln_text_add_format(text, "\n### kind: %s\n\n", table->title);
		table_add(text, table);
		if (i == BLN_JOB_SQL)
			bln_text_add(
				text,
				"\nBesides, where several jobs write into one table, `owns`: a map of columns and values, as in "
				"`{type: crypto}`,\n"
				"that says which of its rows are this job's (`~` is null). It makes no others, and puts none in "
				"the place of\nothers'; with `--full`, or in mode overwrite, all of these give way to what it "
				"makes.\n");
	}
	bln_text_add(text, "\nThe kinds");
	for (int i = 0; i < BLN_JOB_KINDS; i++)
		if (!bln_parse_job_table((enum bln_job_kind)i)->rows)
			bln_text_add_format(text, " `%s`", bln_job_kind_name((enum bln_job_kind)i));
	bln_text_add(text, " are kept as written; this version does not run them.\n\n## workflows\n\n"
			   "Besides `description`, `properties` and `steps`:\n\n");
	table_add(text, &bln_parse_workflow_settings);
	bln_text_add(
		text,
		"\nA step has a `job` and may have `after` (a list of steps, `{all: […]}` or `{any: […]}`), `when` (what\n"
		"those must have come to: SUCCEEDED, FAILED, TIMEOUT, STOPPED or ERROR; FAILED takes TIMEOUT and ERROR "
		"too),\n`properties` and `description`.\n");
}
