/* The front of every store: arguments are checked here, once, so that implementations get only good ones. */
#include "store/store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/parallel.h"
#include "store/faulty.h"
#include "store/key.h"
#include "store/local.h"

static bool is_scheme_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
	       byte == '+' || byte == '-' || byte == '.';
}

/* The length of "scheme://" at the beginning of URL; 0 for a path. */
static size_t scheme_length(const char *url)
{
	size_t length = 0;

	while (is_scheme_byte(url[length]))
		length++;
	return length > 0 && strncmp(url + length, "://", 3) == 0 ? length + 3 : 0;
}

/* How to open what begins with SCHEME; the first is for plain paths. */
static const struct opener {
	const char *scheme;
	enum bln_status (*open)(const char *url, const struct bln_store_options *options, struct bln_store **store,
				struct bln_err *err);
} openers[] = {
	{ "", bln_local_open },
	{ "file://", bln_local_open_url },
};

enum bln_status bln_store_open(const char *url, const struct bln_store_options *options, struct bln_store **store,
			       struct bln_err *err)
{
	const struct bln_store_options given = options ? *options : (struct bln_store_options){ 0 };
	const char *faults = given.faults ? given.faults : getenv(BLN_STORE_FAULTS_VARIABLE);
	size_t length = scheme_length(url);
	struct bln_store *opened = NULL;
	enum bln_status status = BLN_UNSUPPORTED;

	if (url[0] == '\0')
		return bln_err_set(err, BLN_INVALID, "the place of the store is empty: give a directory");
	if (given.threads < 0 || given.threads > BLN_PARALLEL_THREADS_MAX)
		return bln_err_set(err, BLN_INVALID, "%d threads for a store: give 1 to %d", given.threads,
				   BLN_PARALLEL_THREADS_MAX);
	for (size_t i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
		if (strlen(openers[i].scheme) != length || strncmp(url, openers[i].scheme, length) != 0)
			continue;
		status = openers[i].open(url, &given, &opened, err);
		if (status != BLN_OK)
			return status;
	}
	if (!opened)
		return bln_err_set(err, status,
				   "'%s' is in a kind of store that this version cannot open: give a directory, as a "
				   "path or as file:///path",
				   bln_quote(url, strlen(url)).text);
	if (faults && faults[0]) {
		status = bln_faulty_open(opened, faults, &opened, err);
		if (status != BLN_OK) {
			bln_store_close(opened);
			return status;
		}
	}
	*store = opened;
	return BLN_OK;
}

void bln_store_close(struct bln_store *store)
{
	if (store)
		store->ops->close(store);
}

#define TRY_KEY(key)                                                                                                   \
	do {                                                                                                           \
		enum bln_status key_status = bln_key_check(key, strlen(key), err);                                     \
		if (key_status != BLN_OK)                                                                              \
			return key_status;                                                                             \
	} while (0)

enum bln_status bln_store_get(struct bln_store *store, const char *key, size_t size_max, struct bln_text *bytes,
			      struct bln_err *err)
{
	enum bln_status status;

	bln_text_clear(bytes);
	TRY_KEY(key);
	status = store->ops->get(store, key, size_max, bytes, err);
	if (status != BLN_OK)
		bln_text_clear(bytes);
	return status;
}

enum bln_status bln_store_get_range(struct bln_store *store, const char *key, int64_t offset, void *buffer,
				    size_t length, size_t *got, struct bln_err *err)
{
	TRY_KEY(key);
	if (offset < 0 || length > (size_t)(INT64_MAX - offset))
		return bln_err_set(err, BLN_INVALID, "%zu bytes from %" PRId64 " are no range of '%s'", length, offset,
				   bln_quote(key, strlen(key)).text);
	return store->ops->get_range(store, key, offset, buffer, length, got, err);
}

enum bln_status bln_store_head(struct bln_store *store, const char *key, struct bln_object_head *head,
			       struct bln_err *err)
{
	TRY_KEY(key);
	return store->ops->head(store, key, head, err);
}

enum bln_status bln_store_reader_open(struct bln_store *store, const char *key, struct bln_store_reader **reader,
				      struct bln_err *err)
{
	TRY_KEY(key);
	return store->ops->reader_open(store, key, reader, err);
}

enum bln_status bln_store_reader_read(struct bln_store_reader *reader, void *buffer, size_t size, size_t *got,
				      struct bln_err *err)
{
	return reader->store->ops->reader_read(reader, buffer, size, got, err);
}

void bln_store_reader_close(struct bln_store_reader *reader)
{
	if (reader)
		reader->store->ops->reader_close(reader);
}

enum bln_status bln_store_list(struct bln_store *store, const struct bln_list_options *options,
			       struct bln_listing **listing, struct bln_err *err)
{
	struct bln_list_options full = options ? *options : (struct bln_list_options){ 0 };
	enum bln_status status;

	if (!full.prefix)
		full.prefix = "";
	if (!full.start_after)
		full.start_after = "";
	status = bln_key_check_prefix(full.prefix, strlen(full.prefix), err);
	if (status != BLN_OK)
		return status;
	if (strlen(full.start_after) > BLN_KEY_MAX)
		return bln_err_set(err, BLN_INVALID, "a listing cannot start after '%s': longer than any key",
				   bln_quote(full.start_after, strlen(full.start_after)).text);
	return store->ops->list(store, &full, listing, err);
}

enum bln_status bln_listing_next(struct bln_listing *listing, const struct bln_object **object, struct bln_err *err)
{
	return listing->store->ops->listing_next(listing, object, err);
}

void bln_listing_close(struct bln_listing *listing)
{
	if (listing)
		listing->store->ops->listing_close(listing);
}

enum bln_status bln_store_put(struct bln_store *store, const char *key, const void *bytes, size_t length,
			      struct bln_err *err)
{
	TRY_KEY(key);
	return store->ops->put(store, key, bytes, length, err);
}

enum bln_status bln_store_put_if_absent(struct bln_store *store, const char *key, const void *bytes, size_t length,
					struct bln_err *err)
{
	TRY_KEY(key);
	return store->ops->put_if_absent(store, key, bytes, length, err);
}

static enum bln_status batch_check(size_t count, struct bln_err *err)
{
	return count <= BLN_STORE_BATCH_MAX
		       ? BLN_OK
		       : bln_err_set(err, BLN_INVALID, "%zu objects are more than the %d of one batch", count,
				     BLN_STORE_BATCH_MAX);
}

enum bln_status bln_store_put_file(struct bln_store *store, const char *key, const char *path, struct bln_err *err)
{
	return bln_store_put_files(store, &(struct bln_staged_file){ .key = key, .path = path }, 1, err);
}

enum bln_status bln_store_put_files(struct bln_store *store, const struct bln_staged_file *files, size_t count,
				    struct bln_err *err)
{
	struct bln_map seen = { 0 };
	enum bln_status status = batch_check(count, err);
	bool is_new = true;

	for (size_t i = 0; i < count && status == BLN_OK; i++) {
		size_t length = strlen(files[i].key);

		status = bln_key_check(files[i].key, length, err);
		if (status != BLN_OK || count == 1)
			break;
		if (!bln_map_insert(&seen, files[i].key, length, &is_new))
			status = bln_err_memory(err);
		else if (!is_new)
			status = bln_err_set(err, BLN_INVALID, "'%s' stands twice in one batch of files",
					     bln_quote(files[i].key, length).text);
	}
	bln_map_clean_up(&seen);
	if (status != BLN_OK || count == 0)
		return status;
	return store->ops->put_files(store, files, count, err);
}

enum bln_status bln_store_delete(struct bln_store *store, const char *key, struct bln_err *err)
{
	return bln_store_delete_many(store, &key, 1, err);
}

enum bln_status bln_store_delete_many(struct bln_store *store, const char *const *keys, size_t count,
				      struct bln_err *err)
{
	enum bln_status status = batch_check(count, err);

	if (status != BLN_OK || count == 0)
		return status;
	for (size_t i = 0; i < count; i++)
		TRY_KEY(keys[i]);
	return store->ops->delete_many(store, keys, count, err);
}

enum bln_status bln_store_sweep(struct bln_store *store, const char *prefix, int64_t before_us, int64_t *removed,
				struct bln_err *err)
{
	int64_t count = 0;
	enum bln_status status;

	prefix = prefix ? prefix : "";
	status = bln_key_check_prefix(prefix, strlen(prefix), err);
	if (status == BLN_OK)
		status = store->ops->sweep(store, prefix, before_us, &count, err);
	if (removed)
		*removed = count;
	return status;
}

enum bln_status bln_store_check_write(struct bln_store *store, struct bln_err *err)
{
	return store->ops->check_write ? store->ops->check_write(store, err) : BLN_OK;
}

enum bln_status bln_store_local_path(struct bln_store *store, const char *key, struct bln_text *path,
				     struct bln_err *err)
{
	enum bln_status status;

	bln_text_clear(path);
	TRY_KEY(key);
	status = store->ops->local_path(store, key, path, err);
	if (status != BLN_OK)
		bln_text_clear(path);
	return status;
}

enum bln_status bln_store_url(struct bln_store *store, const char *key, struct bln_text *url, struct bln_err *err)
{
	bln_text_clear(url);
	if (key)
		TRY_KEY(key);
	store->ops->url(store, key, url);
	return bln_text_check(url, err);
}
