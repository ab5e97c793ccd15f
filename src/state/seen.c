#include "state/seen.h"

#include <string.h>

#include "state/db.h"

#define NS_PER_S INT64_C(1000000000)
#define STEP_FINE_NS (NS_PER_S / 10)
#define STEP_COARSE_NS (2 * NS_PER_S)

/* Inodes are unsigned, SQLite's integers are not: the same 64 bits. */
static int64_t inode_bits(uint64_t inode)
{
	int64_t bits;

	memcpy(&bits, &inode, sizeof(bits));
	return bits;
}

static bool is_racy(int64_t mtime_ns, int64_t seen_at_ns)
{
	int64_t age_ns;

	if (__builtin_sub_overflow(seen_at_ns, mtime_ns, &age_ns))
		return true;
	return age_ns < (mtime_ns % NS_PER_S == 0 ? STEP_COARSE_NS : STEP_FINE_NS);
}

static void key_bind(sqlite3_stmt *statement, const struct bln_seen *file)
{
	bln_db_bind_text(statement, ":source", file->source);
	bln_db_bind_text(statement, ":path", file->path);
	bln_db_bind_text(statement, ":entry", file->entry);
	bln_db_bind_int(statement, ":size_bytes", file->size_bytes);
	bln_db_bind_int(statement, ":mtime_ns", file->mtime_ns);
	bln_db_bind_int(statement, ":inode", inode_bits(file->inode));
}

static enum bln_status seen_look(const struct bln_state *state, sqlite3_stmt *statement, struct bln_seen *file,
				 struct bln_err *err)
{
	bool has_row = false;
	enum bln_status status;

	file->is_known = false;
	key_bind(statement, file);
	status = bln_db_row(state, statement, "read", &has_row, err);
	if (status == BLN_OK && has_row && sqlite3_column_bytes(statement, 0) == BLN_SEEN_HASH_SIZE &&
	    !is_racy(file->mtime_ns, sqlite3_column_int64(statement, 1))) {
		memcpy(file->hash, sqlite3_column_blob(statement, 0), BLN_SEEN_HASH_SIZE);
		file->is_known = true;
	}
	(void)sqlite3_reset(statement); /* its code is the step's, told already */
	return status;
}

enum bln_status bln_seen_get(struct bln_state *state, struct bln_seen *files, size_t count, struct bln_err *err)
{
	sqlite3_stmt *statement = NULL;
	enum bln_status status = bln_db_begin_reading(state, err);

	if (status != BLN_OK)
		return status;
	BLN_TRY(bln_db_prepare(
		state,
		"SELECT hash, seen_at_ns FROM seen_files WHERE source = :source AND path = :path AND"
		" entry = :entry AND size_bytes = :size_bytes AND mtime_ns = :mtime_ns AND inode = :inode",
		&statement, err));
	for (size_t i = 0; i < count; i++)
		BLN_TRY(seen_look(state, statement, &files[i], err));
done:
	sqlite3_finalize(statement);
	return bln_db_end(state, status, "read", err);
}

static enum bln_status oldest_forget(const struct bln_state *state, struct bln_err *err)
{
	sqlite3_stmt *statement = NULL;
	enum bln_status status;

	BLN_TRY(bln_db_prepare(
		state,
		"DELETE FROM seen_files WHERE seq IN (SELECT seq FROM seen_files ORDER BY seen_at_ns, seq"
		" LIMIT max(0, (SELECT count(*) FROM seen_files) - :seen_max))",
		&statement, err));
	bln_db_bind_int(statement, ":seen_max", BLN_SEEN_MAX);
	BLN_TRY(bln_db_run(state, statement, "forget files in", err));
done:
	sqlite3_finalize(statement);
	return status;
}

enum bln_status bln_seen_put(struct bln_state *state, const struct bln_seen *files, size_t count, int64_t read_at_ns,
			     struct bln_err *err)
{
	static const char doing[] = "remember files in";
	sqlite3_stmt *statement = NULL;
	enum bln_status status;

	if (count == 0)
		return BLN_OK;
	status = bln_db_begin(state, doing, err);
	if (status != BLN_OK)
		return status;
	BLN_TRY(bln_db_prepare(
		state,
		"INSERT INTO seen_files (source, path, entry, size_bytes, mtime_ns, inode, hash, seen_at_ns)"
		" VALUES (:source, :path, :entry, :size_bytes, :mtime_ns, :inode, :hash, :seen_at_ns)"
		" ON CONFLICT (source, path, entry) DO UPDATE SET size_bytes = excluded.size_bytes,"
		" mtime_ns = excluded.mtime_ns, inode = excluded.inode, hash = excluded.hash,"
		" seen_at_ns = excluded.seen_at_ns",
		&statement, err));
	for (size_t i = 0; i < count; i++) {
		key_bind(statement, &files[i]);
		bln_db_bind_blob(statement, ":hash", files[i].hash, BLN_SEEN_HASH_SIZE);
		bln_db_bind_int(statement, ":seen_at_ns", read_at_ns);
		BLN_TRY(bln_db_run(state, statement, doing, err));
	}
	BLN_TRY(oldest_forget(state, err));
done:
	sqlite3_finalize(statement);
	return bln_db_end(state, status, doing, err);
}
