#include "store/faulty.h"

#include <signal.h>

#include "base/mem.h"
#include "store/fault_count.h"

struct faulty {
	struct bln_store store;
	struct bln_store *inner;
	struct bln_clock *clock;
	struct bln_fault_counter counter;
	struct bln_fault_plan plan;
};

struct faulty_reader {
	struct bln_store_reader reader;
	struct bln_store_reader *inner;
};

struct faulty_listing {
	struct bln_listing listing;
	struct bln_listing *inner;
};

/* What happens to the call at hand. */
struct fate {
	enum bln_fault_kind kind;
	enum bln_store_call call;
	struct bln_fault_count count;
};

static struct bln_store *inner_of(struct bln_store *store)
{
	return ((struct faulty *)store)->inner;
}

static enum bln_status planned(const struct fate *fate, const char *what, struct bln_err *err)
{
	return bln_err_set(err, BLN_IO, "planned fault: %s (%s %llu, call %llu)", what, bln_store_call_name(fate->call),
			   (unsigned long long)fate->count.own, (unsigned long long)fate->count.all);
}

/* What comes before the call. Not BLN_OK: it is not made, not even half. */
static enum bln_status begin(struct bln_store *store, enum bln_store_call call, struct fate *fate, struct bln_err *err)
{
	struct faulty *self = (struct faulty *)store;
	enum bln_status status;
	int64_t delay_us;

	*fate = (struct fate){ .call = call };
	status = bln_fault_count_next(&self->counter, self->plan.count_path, call, &fate->count, err);
	if (status != BLN_OK)
		return status;
	fate->kind = bln_fault_plan_at(&self->plan, call, fate->count, &delay_us);
	bln_clock_sleep_us(self->clock, delay_us);
	if (fate->kind == BLN_FAULT_KILL)
		raise(SIGKILL);
	return fate->kind == BLN_FAULT_FAIL ? planned(fate, "the store failed", err) : BLN_OK;
}

/* Reads have no half and no effect: begin() is all. */
static enum bln_status begin_read(struct bln_store *store, enum bln_store_call call, struct bln_err *err)
{
	struct fate fate;

	return begin(store, call, &fate, err);
}

static bool is_half(const struct fate *fate)
{
	return fate->kind == BLN_FAULT_TORN || fate->kind == BLN_FAULT_KILL_IN;
}

/* What comes after a write that returned STATUS. */
static enum bln_status finish(const struct fate *fate, enum bln_status status, struct bln_err *err)
{
	switch (fate->kind) {
	case BLN_FAULT_KILL_IN:
	case BLN_FAULT_KILL_AFTER:
		raise(SIGKILL);
		return status;
	case BLN_FAULT_LOSE:
		return planned(fate, "the answer of the store was lost", err);
	case BLN_FAULT_TORN:
		return planned(fate, "the store stopped in the middle", err);
	case BLN_FAULT_NOSPACE:
		return planned(fate, "No space left on device", err);
	default:
		return status;
	}
}

static enum bln_status faulty_get(struct bln_store *store, const char *key, size_t size_max, struct bln_text *bytes,
				  struct bln_err *err)
{
	enum bln_status status = begin_read(store, BLN_CALL_GET, err);

	return status == BLN_OK ? bln_store_get(inner_of(store), key, size_max, bytes, err) : status;
}

static enum bln_status faulty_get_range(struct bln_store *store, const char *key, int64_t offset, void *buffer,
					size_t length, size_t *got, struct bln_err *err)
{
	enum bln_status status = begin_read(store, BLN_CALL_GET_RANGE, err);

	return status == BLN_OK ? bln_store_get_range(inner_of(store), key, offset, buffer, length, got, err) : status;
}

static enum bln_status faulty_head(struct bln_store *store, const char *key, struct bln_object_head *head,
				   struct bln_err *err)
{
	enum bln_status status = begin_read(store, BLN_CALL_HEAD, err);

	return status == BLN_OK ? bln_store_head(inner_of(store), key, head, err) : status;
}

static enum bln_status faulty_reader_open(struct bln_store *store, const char *key, struct bln_store_reader **reader,
					  struct bln_err *err)
{
	enum bln_status status = begin_read(store, BLN_CALL_READER_OPEN, err);
	struct faulty_reader *self;

	if (status != BLN_OK)
		return status;
	self = bln_mem_alloc(sizeof(*self));
	if (!self)
		return bln_err_memory(err);
	self->reader.store = store;
	status = bln_store_reader_open(inner_of(store), key, &self->inner, err);
	if (status != BLN_OK)
		bln_mem_free(self);
	else
		*reader = &self->reader;
	return status;
}

static enum bln_status faulty_reader_read(struct bln_store_reader *reader, void *buffer, size_t size, size_t *got,
					  struct bln_err *err)
{
	struct faulty_reader *self = (struct faulty_reader *)reader;
	enum bln_status status = begin_read(reader->store, BLN_CALL_READER_READ, err);

	return status == BLN_OK ? bln_store_reader_read(self->inner, buffer, size, got, err) : status;
}

static void faulty_reader_close(struct bln_store_reader *reader)
{
	struct faulty_reader *self = (struct faulty_reader *)reader;

	bln_store_reader_close(self->inner);
	bln_mem_free(self);
}

static enum bln_status faulty_list(struct bln_store *store, const struct bln_list_options *options,
				   struct bln_listing **listing, struct bln_err *err)
{
	enum bln_status status = begin_read(store, BLN_CALL_LIST, err);
	struct faulty_listing *self;

	if (status != BLN_OK)
		return status;
	self = bln_mem_alloc(sizeof(*self));
	if (!self)
		return bln_err_memory(err);
	self->listing.store = store;
	status = bln_store_list(inner_of(store), options, &self->inner, err);
	if (status != BLN_OK)
		bln_mem_free(self);
	else
		*listing = &self->listing;
	return status;
}

static enum bln_status faulty_listing_next(struct bln_listing *listing, const struct bln_object **object,
					   struct bln_err *err)
{
	struct faulty_listing *self = (struct faulty_listing *)listing;
	enum bln_status status = begin_read(listing->store, BLN_CALL_LISTING_NEXT, err);

	return status == BLN_OK ? bln_listing_next(self->inner, object, err) : status;
}

static void faulty_listing_close(struct bln_listing *listing)
{
	struct faulty_listing *self = (struct faulty_listing *)listing;

	bln_listing_close(self->inner);
	bln_mem_free(self);
}

static enum bln_status faulty_put_torn(struct bln_store *store, const char *key, const void *bytes, size_t length,
				       struct bln_err *err)
{
	return inner_of(store)->ops->put_torn(inner_of(store), key, bytes, length, err);
}

typedef enum bln_status put_call(struct bln_store *store, const char *key, const void *bytes, size_t length,
				 struct bln_err *err);

static enum bln_status put_with(struct bln_store *store, enum bln_store_call call, put_call *put, const char *key,
				const void *bytes, size_t length, struct bln_err *err)
{
	struct fate fate;
	enum bln_status status = begin(store, call, &fate, err);

	if (status != BLN_OK)
		return status;
	if (is_half(&fate))
		status = faulty_put_torn(store, key, bytes, length, err);
	else if (fate.kind != BLN_FAULT_NOSPACE)
		status = put(inner_of(store), key, bytes, length, err);
	return finish(&fate, status, err);
}

static enum bln_status faulty_put(struct bln_store *store, const char *key, const void *bytes, size_t length,
				  struct bln_err *err)
{
	return put_with(store, BLN_CALL_PUT, bln_store_put, key, bytes, length, err);
}

static enum bln_status faulty_put_if_absent(struct bln_store *store, const char *key, const void *bytes, size_t length,
					    struct bln_err *err)
{
	return put_with(store, BLN_CALL_PUT_IF_ABSENT, bln_store_put_if_absent, key, bytes, length, err);
}

static enum bln_status faulty_put_files(struct bln_store *store, const struct bln_staged_file *files, size_t count,
					struct bln_err *err)
{
	struct fate fate;
	enum bln_status status = begin(store, BLN_CALL_PUT_FILES, &fate, err);

	if (status != BLN_OK)
		return status;
	if (is_half(&fate) || fate.kind == BLN_FAULT_NOSPACE)
		count /= 2;
	return finish(&fate, bln_store_put_files(inner_of(store), files, count, err), err);
}

static enum bln_status faulty_delete_many(struct bln_store *store, const char *const *keys, size_t count,
					  struct bln_err *err)
{
	struct fate fate;
	enum bln_status status = begin(store, BLN_CALL_DELETE_MANY, &fate, err);

	if (status != BLN_OK)
		return status;
	if (is_half(&fate))
		count /= 2;
	return finish(&fate, bln_store_delete_many(inner_of(store), keys, count, err), err);
}

static enum bln_status faulty_sweep(struct bln_store *store, const char *prefix, int64_t before_us, int64_t *removed,
				    struct bln_err *err)
{
	struct fate fate;
	enum bln_status status = begin(store, BLN_CALL_SWEEP, &fate, err);

	if (status != BLN_OK)
		return status;
	if (!is_half(&fate))
		status = bln_store_sweep(inner_of(store), prefix, before_us, removed, err);
	return finish(&fate, status, err);
}

static enum bln_status faulty_local_path(struct bln_store *store, const char *key, struct bln_text *path,
					 struct bln_err *err)
{
	enum bln_status status = begin_read(store, BLN_CALL_LOCAL_PATH, err);

	return status == BLN_OK ? bln_store_local_path(inner_of(store), key, path, err) : status;
}

static enum bln_status faulty_check_write(struct bln_store *store, struct bln_err *err)
{
	return bln_store_check_write(inner_of(store), err);
}

static void faulty_url(struct bln_store *store, const char *key, struct bln_text *url)
{
	inner_of(store)->ops->url(inner_of(store), key, url);
}

static void faulty_close(struct bln_store *store)
{
	bln_store_close(inner_of(store));
	bln_mem_free(store);
}

static const struct bln_store_ops faulty_ops = {
	.name = "faulty",
	.close = faulty_close,
	.get = faulty_get,
	.get_range = faulty_get_range,
	.head = faulty_head,
	.reader_open = faulty_reader_open,
	.reader_read = faulty_reader_read,
	.reader_close = faulty_reader_close,
	.list = faulty_list,
	.listing_next = faulty_listing_next,
	.listing_close = faulty_listing_close,
	.put = faulty_put,
	.put_if_absent = faulty_put_if_absent,
	.put_files = faulty_put_files,
	.delete_many = faulty_delete_many,
	.sweep = faulty_sweep,
	.local_path = faulty_local_path,
	.check_write = faulty_check_write,
	.url = faulty_url,
	.put_torn = faulty_put_torn,
};

enum bln_status bln_faulty_open(struct bln_store *inner, const char *plan, struct bln_store **faulty,
				struct bln_err *err)
{
	struct faulty *self = bln_mem_calloc(1, sizeof(*self));
	enum bln_status status;

	if (!self)
		return bln_err_memory(err);
	status = bln_fault_plan_parse(plan, &self->plan, err);
	if (status != BLN_OK) {
		bln_mem_free(self);
		return status;
	}
	self->store.ops = &faulty_ops;
	self->inner = inner;
	self->clock = bln_clock_system();
	*faulty = &self->store;
	return BLN_OK;
}

void bln_faulty_set_clock(struct bln_store *faulty, struct bln_clock *clock)
{
	((struct faulty *)faulty)->clock = clock;
}
