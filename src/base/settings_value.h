/* What each type of setting reads and says of itself. For settings.c; others use settings.h. */
#ifndef BLN_BASE_SETTINGS_VALUE_H
#define BLN_BASE_SETTINGS_VALUE_H

#include "base/settings.h"

/* Reads TEXT into FIELD. BLN_INVALID (for the caller to explain) or BLN_NO_MEMORY leave FIELD as it was. */
BLN_MUST_CHECK enum bln_status bln_setting_read(const struct bln_setting *setting, struct bln_slice text, void *field,
						struct bln_arena *arena);

/* Reads ITEMS into FIELD, which is a list's. */
BLN_MUST_CHECK enum bln_status bln_setting_read_list(const struct bln_setting *setting, const struct bln_slice *items,
						     size_t count, void *field, struct bln_arena *arena);

/* Appends what the setting takes: "a size as in 64MiB, from 1KiB to 1GiB". */
void bln_setting_describe(const struct bln_setting *setting, struct bln_text *text);

#endif
