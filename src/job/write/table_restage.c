/* What was staged is read back where it meets the table's files, or those of another call for the same commit: seen as a
 * version of the table that lies in the work folder. */
#include <string.h>
#include <unistd.h>

#include "engine/scan.h"
#include "job/work.h"
#include "job/write/table_write_private.h"

/* The add action of a staged file, with its path below the work folder. */
static enum bln_status add_localise(struct bln_table_writer *writer, const struct bln_write_file *file,
				    struct bln_add *add, struct bln_err *err)
{
	size_t folder = strlen(writer->context->work->path);

	if (strncmp(file->path, writer->context->work->path, folder) != 0 || file->path[folder] != '/')
		return bln_err_set(err, BLN_BUG, "the staged file %s is not in the job's folder", file->path);
	*add = file->add;
	add->path = bln_slice_of(file->path + folder + 1);
	return BLN_OK;
}

enum bln_status bln_table_staged_view(struct bln_table_writer *writer, const char *name, size_t first, size_t end,
				      bool is_all, struct bln_err *err)
{
	struct bln_snapshot staged = *writer->snapshot;
	const struct bln_scan scan = { .snapshot = &staged, .is_all = true };
	struct bln_add *adds = bln_arena_calloc(&writer->arena, end - first + 1, sizeof(*adds));
	enum bln_status status;

	if (!adds)
		return bln_err_memory(err);
	staged.files = adds;
	staged.file_count = 0;
	for (size_t i = first; i < end; i++)
		if (is_all || writer->files[i].is_replaced)
			BLN_TRY(add_localise(writer, &writer->files[i], &adds[staged.file_count++], err));
	if (!writer->work_store)
		BLN_TRY(bln_store_open(writer->context->work->path, &(struct bln_store_options){ .faults = "" },
				       &writer->work_store, err));
	staged.table = (struct bln_table){ .store = writer->work_store, .prefix = "" };
	staged.schema = *writer->schema;
	status = bln_scan_view(writer->context->engine, BLN_WRITE_VIEWS, name, &scan, err);
done:
	return status;
}

void bln_table_restaged(struct bln_table_writer *writer)
{
	size_t kept = 0;

	for (size_t i = 0; i < writer->file_count; i++) {
		const struct bln_write_file file = writer->files[i];

		if (!file.is_replaced) {
			writer->files[kept++] = file;
			continue;
		}
		(void)unlink(file.path); /* else it goes with the folder */
		writer->rows -= file.rows;
		writer->bytes -= file.add.size_bytes;
	}
	writer->file_count = kept;
}
