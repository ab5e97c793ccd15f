/* The SQL of a job: read, its references replaced, looked at; and the run's properties as variables. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "job/sql/sql.h"

static enum bln_status bytes_read(int fd, const char *file, char *bytes, size_t length, struct bln_err *err)
{
	size_t done = 0;

	while (done < length) {
		ssize_t got = read(fd, bytes + done, length - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return bln_err_errno(err, errno, "cannot read %s", file);
		if (got == 0)
			return bln_err_set(err, BLN_CONFLICT, "%s changed while it was read", file);
		done += (size_t)got;
	}
	if (memchr(bytes, '\0', length))
		return bln_err_set(err, BLN_INVALID, "%s is no text", file);
	return BLN_OK;
}

enum bln_status sql_text_read(struct sql_job *sql, const char *file, struct sql_text *text, struct bln_err *err)
{
	enum bln_status status = BLN_OK;
	const char *path;
	struct stat stat;
	size_t length;
	char *bytes;
	int fd = -1;

	if (!file)
		return BLN_OK;
	text->file = file;
	path = bln_arena_printf(sql->arena, "%s/%s", sql->context->project->folder, file);
	if (!path)
		return bln_err_memory(err);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &stat) != 0) {
		status = bln_err_errno(err, errno, "cannot read %s", file);
		goto done;
	}
	if (!S_ISREG(stat.st_mode) || stat.st_size > BLN_STATEMENT_SIZE_MAX) {
		status = bln_err_set(err, BLN_INVALID, "%s is no file of at most %d bytes", file,
				     BLN_STATEMENT_SIZE_MAX);
		goto done;
	}
	length = (size_t)stat.st_size;
	bytes = bln_arena_alloc(sql->arena, length + 1);
	if (!bytes) {
		status = bln_err_memory(err);
		goto done;
	}
	BLN_TRY(bytes_read(fd, file, bytes, length, err));
	/* A statement may end with ';'; where it becomes part of another it must not. */
	while (length && strchr("; \t\r\n", bytes[length - 1]))
		length--;
	bytes[length] = '\0';
	text->written = bytes;
	BLN_TRY(bln_expand_file(sql->context->expander, bytes, file, &text->sql, err));
done:
	if (fd >= 0)
		close(fd);
	return status;
}

enum bln_status sql_text_analyse(struct sql_job *sql, struct sql_text *text, struct bln_err *err)
{
	const struct bln_statement_options options = { .may_read_files = true };
	enum bln_status status;

	if (!text->sql)
		return BLN_OK;
	status = bln_statement_analyse(sql->engine, text->sql, &options, sql->arena, &text->relations, err);
	return status == BLN_OK ? BLN_OK : bln_statement_in_file(text->file, status, err);
}

enum bln_status sql_variables_set(struct sql_job *sql, struct bln_err *err)
{
	const struct bln_properties *properties = sql->context->expander->properties;
	struct bln_text set = { 0 };
	enum bln_status status = BLN_OK;

	for (size_t i = 0; properties && i < properties->count; i++) {
		const struct bln_property *property = &properties->items[i];
		const char *value;

		if (bln_expand_property(sql->context->expander, property, &value, NULL) != BLN_OK)
			continue; /* what is not set stays NULL */
		bln_text_clear(&set);
		bln_text_add(&set, "SET VARIABLE ");
		bln_text_add_quoted(&set, '"', property->name, strlen(property->name));
		bln_text_add(&set, " = ");
		bln_text_add_quoted(&set, '\'', value, strlen(value));
		BLN_TRY(bln_text_check(&set, err));
		BLN_TRY(bln_engine_exec(sql->engine, set.at, err));
	}
done:
	bln_text_clean_up(&set);
	return status;
}
