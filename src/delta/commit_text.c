#include "delta/commit_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"

static void member_add(struct bln_text *text, const char *key, const char *value)
{
	bln_text_add_format(text, ",\"%s\":", key);
	bln_json_add_string(text, value, strlen(value));
}

/* Whether the commit adds rows without having looked at any. */
static bool is_blind_append(const struct bln_commit *commit)
{
	bool has_added = false;

	if (commit->kind != BLN_WRITE_APPEND ||
	    (commit->read && (commit->read->is_whole_table || commit->read->range_count)))
		return false;
	for (size_t i = 0; i < commit->action_count; i++)
		has_added = has_added || commit->actions[i].kind == BLN_ACTION_ADD;
	return has_added;
}

static void commit_info_add(const struct bln_commit *commit, const struct bln_commit_stamp *stamp,
			    struct bln_text *text)
{
	bln_text_add(text, "{\"commitInfo\":{");
	if (stamp->has_in_commit_time)
		bln_text_add_format(text, "\"inCommitTimestamp\":%" PRId64 ",", stamp->time_ms);
	bln_text_add_format(text, "\"timestamp\":%" PRId64, stamp->time_ms);
	member_add(text, "operation", commit->operation);
	bln_text_add(text, ",\"operationParameters\":");
	bln_pairs_format(commit->parameters, text);
	if (stamp->read_version >= 0)
		bln_text_add_format(text, ",\"readVersion\":%" PRId64, stamp->read_version);
	bln_text_add_format(text, ",\"isBlindAppend\":%s", is_blind_append(commit) ? "true" : "false");
	bln_text_add(text, ",\"operationMetrics\":");
	bln_pairs_format(commit->metrics, text);
	member_add(text, "engineInfo", "bullion/" BLN_VERSION);
	member_add(text, "txnId", stamp->id);
	if (commit->bullion.length) {
		bln_text_add(text, ",\"bullion\":");
		bln_text_add_bytes(text, commit->bullion.at, commit->bullion.length);
	}
	bln_text_add(text, "}}\n");
}

static bool is_utf8(struct bln_slice text)
{
	return bln_utf8_is_valid(text.at, text.length);
}

static bool pairs_are_utf8(struct bln_pairs pairs)
{
	for (size_t i = 0; i < pairs.count; i++)
		if (!is_utf8(pairs.items[i].key) || !is_utf8(pairs.items[i].value))
			return false;
	return true;
}

/* JSON would have U+FFFD in place of what is not UTF-8: another path, another value, another application's id. */
static bool action_is_utf8(const struct bln_action *action)
{
	switch (action->kind) {
	case BLN_ACTION_ADD:
		return is_utf8(action->add.path) && pairs_are_utf8(action->add.partition) && is_utf8(action->add.stats);
	case BLN_ACTION_REMOVE:
		return is_utf8(action->remove.path) && pairs_are_utf8(action->remove.partition);
	case BLN_ACTION_METADATA:
		return is_utf8(action->metadata.schema) && pairs_are_utf8(action->metadata.configuration);
	case BLN_ACTION_TXN:
		return is_utf8(action->txn.app_id);
	case BLN_ACTION_DOMAIN:
		return is_utf8(action->domain.name) && is_utf8(action->domain.configuration);
	default:
		return true;
	}
}

enum bln_status bln_commit_text(const struct bln_commit *commit, const struct bln_commit_stamp *stamp,
				struct bln_text *text, struct bln_err *err)
{
	enum bln_status status;

	bln_text_clear(text);
	commit_info_add(commit, stamp, text);
	for (size_t i = 0; i < commit->action_count; i++) {
		if (!action_is_utf8(&commit->actions[i]))
			return bln_err_set(err, BLN_INVALID, "the commit holds text that is not UTF-8");
		bln_action_format(&commit->actions[i], text);
	}
	BLN_TRY(bln_text_check(text, err));
	if (text->length > BLN_COMMIT_BYTES_MAX)
		return bln_err_set(err, BLN_INVALID, "the commit is longer than %d bytes", BLN_COMMIT_BYTES_MAX);
	if (!is_utf8(commit->bullion)) /* which stands there as it is */
		return bln_err_set(err, BLN_INVALID, "the commit holds text that is not UTF-8");
done:
	return status;
}
