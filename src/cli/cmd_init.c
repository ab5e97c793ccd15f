#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/templates.h"

#define DEFAULT_TEMPLATE "crypto"

/* The files of the template NAME one after the other; *NEXT starts as 0. *PATH is the file's in the project. */
static const struct bln_template *file_next(const char *name, size_t *next, const char **path)
{
	const size_t length = strlen(name);

	while (*next < bln_template_count) {
		const struct bln_template *file = &bln_templates[(*next)++];

		if (strncmp(file->path, name, length) == 0 && file->path[length] == '/') {
			*path = file->path + length + 1;
			return file;
		}
	}
	return NULL;
}

/* Makes the folders on the way to PATH, which is changed and put right again on the way. */
static enum bln_status make_folders(char *path, struct bln_err *err)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		int made;

		*slash = '\0';
		made = mkdir(path, 0777);
		if (made != 0 && errno != EEXIST)
			return bln_err_errno(err, errno, "cannot make the folder %s", path);
		*slash = '/';
	}
	return BLN_OK;
}

static enum bln_status file_write(char *path, const struct bln_template *file, struct bln_err *err)
{
	enum bln_status status = make_folders(path, err);
	size_t written = 0;
	int fd;

	if (status != BLN_OK)
		return status;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return bln_err_errno(err, errno, "cannot make %s", path);
	while (status == BLN_OK && written < file->length) {
		const ssize_t wrote = write(fd, file->bytes + written, file->length - written);

		if (wrote > 0)
			written += (size_t)wrote;
		else if (wrote == 0 || errno != EINTR)
			status = bln_err_errno(err, wrote == 0 ? ENOSPC : errno, "cannot write %s", path);
	}
	if (close(fd) != 0 && status == BLN_OK)
		status = bln_err_errno(err, errno, "cannot write %s", path);
	return status;
}

/* All are looked for before the first is written. */
static enum bln_status check_free(struct bln_cli *cli, const char *folder, struct bln_err *err)
{
	const char *path;
	size_t next = 0;

	while (file_next(DEFAULT_TEMPLATE, &next, &path)) {
		const char *target = bln_arena_printf(&cli->arena, "%s/%s", folder, path);
		struct stat there;

		if (!target)
			return bln_err_memory(err);
		if (lstat(target, &there) == 0)
			return bln_err_set(err, BLN_EXISTS,
					   "%s is there already, and nothing is overwritten: choose another folder",
					   target);
		if (errno != ENOENT && errno != ENOTDIR)
			return bln_err_errno(err, errno, "cannot look at %s", target);
	}
	return BLN_OK;
}

/* WORD as a shell takes it for one word: in single quotes, unless it is plain. */
static void add_for_shell(struct bln_text *text, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-";

	if (word[0] && word[strspn(word, plain)] == '\0') {
		bln_text_add(text, word);
		return;
	}
	bln_text_add(text, "'");
	for (; *word; word++)
		bln_text_add_bytes(text, *word == '\'' ? "'\\''" : word, *word == '\'' ? 4 : 1);
	bln_text_add(text, "'");
}

/* Lines to be copied into a shell. */
static enum bln_exit say_next(struct bln_cli *cli, const char *folder)
{
	struct bln_text quoted = { 0 };
	struct bln_err err = { 0 };

	add_for_shell(&quoted, folder);
	if (bln_text_check(&quoted, &err) != BLN_OK) {
		bln_text_clean_up(&quoted);
		return bln_cli_fail(cli, &err);
	}
	bln_cli_say(cli, "made a project in %s. What next:", folder);
	bln_cli_say(cli, "  bullion -C %s validate", quoted.at);
	bln_cli_say(
		cli,
		"  bullion -C %s run historical -p archive=PATH   (Kraken's archive: a ZIP, CSV files, or a folder)",
		quoted.at);
	bln_cli_say(cli, "  bullion -C %s sql \"FROM gold.info\"", quoted.at);
	bln_text_clean_up(&quoted);
	return BLN_EXIT_DONE;
}

static enum bln_exit run(struct bln_cli *cli)
{
	const char *word = bln_args_word(&cli->args, 0);
	const char *folder = word ? word : cli->folder;
	const bool is_dry = bln_args_count(&cli->args, "dry-run") > 0;
	static const struct bln_column columns[] = { { .name = "path" } };
	struct bln_grid written = { .columns = columns, .column_count = 1 };
	const struct bln_template *file;
	struct bln_err err = { 0 };
	enum bln_status status;
	const char *path;
	size_t next = 0;

	if (word && !word[0])
		return bln_cli_fail_with(cli, BLN_INVALID, "DIR is empty: name a folder, or . for this one");
	if (word && strcmp(cli->folder, ".") != 0 && word[0] != '/')
		folder = bln_arena_printf(&cli->arena, "%s/%s", cli->folder, word);
	status = folder ? check_free(cli, folder, &err) : bln_err_memory(&err);
	while (status == BLN_OK && (file = file_next(DEFAULT_TEMPLATE, &next, &path))) {
		char *target = bln_arena_printf(&cli->arena, "%s/%s", folder, path);

		if (!target)
			status = bln_err_memory(&err);
		else if (!is_dry)
			status = file_write(target, file, &err);
		if (status == BLN_OK && cli->is_json)
			bln_grid_add(&written, target);
		else if (status == BLN_OK && (is_dry || bln_args_count(&cli->args, "verbose") > 0))
			bln_cli_say(cli, "%s %s", is_dry ? "would write" : "wrote", target);
	}
	if (status != BLN_OK) {
		bln_grid_clean_up(&written);
		return bln_cli_fail(cli, &err);
	}
	if (cli->is_json)
		return bln_cli_print_grid(cli, &written, NULL);
	return is_dry ? BLN_EXIT_DONE : say_next(cli, folder);
}

static const struct bln_argument arguments[] = {
	{ .name = "DIR",
	  .help = "the folder, made where it is not there; the current one otherwise",
	  .is_optional = true },
};
static const struct bln_option options[] = {
	{ .name = "dry-run", .help = "only say which files would be written" },
};

const struct bln_command bln_command_init = {
	.name = "init",
	.summary = "make a project",
	.description = "Writes a project that takes candles of cryptocurrencies, indices, currencies and\n"
		       "commodities through bronze and silver to gold: bullion.yaml and the SQL of its jobs.\n"
		       "It is yours to change. Nothing that is there is overwritten.",
	.json = "[{path}]: the files written, or with --dry-run those that would be",
	.examples = "bullion init demo\nin the folder demo\nbullion init\nin this folder",
	BLN_OPTIONS(options),
	BLN_ARGUMENTS(arguments),
	.run = run,
};
