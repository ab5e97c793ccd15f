/* Any bytes as a project file. Corpus: tests/corpus/project. */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "project/project.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bln_problems *problems = bln_mem_calloc(1, sizeof(*problems));
	struct bln_project *project = NULL;
	struct bln_err err = { 0 };
	enum bln_status status;

	if (!problems)
		return 0;
	status = bln_project_parse("/", (const char *)data, size, &project, problems, &err);
	if ((status == BLN_OK) != (problems->count == 0) || (status == BLN_OK) != (project != NULL))
		abort();
	bln_project_close(project);
	bln_problems_clean_up(problems);
	bln_mem_free(problems);
	return 0;
}
