/* What a connector brings: its descriptor (source.h), its methods, and the two structs that it embeds first.
 * Connectors stand in the table of source.c; nothing else knows them. */
#ifndef BLN_SOURCE_CONNECTOR_H
#define BLN_SOURCE_CONNECTOR_H

#include "source/source.h"

struct bln_source {
	const struct bln_source_ops *ops;
	struct bln_clock *clock;
	struct bln_arena arena; /* dies with the source */
};

struct bln_source_reader {
	const struct bln_source_ops *ops;
};

/* Each does what the function of its name in source.h says. */
struct bln_source_methods {
	size_t source_size; /* of the connector's struct: zeroed before `open` */
	size_t values_size; /* of the struct that the settings table fills */

	/* SOURCE's base is set and VALUES, in its arena, are checked. After a failure `close` is called. */
	enum bln_status (*open)(struct bln_source *source, const char *root, const void *values, struct bln_err *err);
	/* Gives back what is not in the arena. */
	void (*close)(struct bln_source *source);
	enum bln_status (*list)(struct bln_source *source, const struct bln_source_filter *filter,
				bln_source_tell *tell, void *context, struct bln_unit **units, size_t *count,
				struct bln_err *err);
	/* May be NULL, where nothing can be told cheaply. */
	enum bln_status (*check)(struct bln_source *source, const struct bln_source_filter *filter,
				 struct bln_err *err);
	enum bln_status (*reader_open)(struct bln_source *source, struct bln_unit *unit, bln_source_refuse *refuse,
				       bln_source_resume *resume, void *context, struct bln_source_reader **reader,
				       struct bln_err *err);
	enum bln_status (*reader_next)(struct bln_source_reader *reader, struct bln_chunk *chunk, struct bln_err *err);
	void (*reader_close)(struct bln_source_reader *reader);
	enum bln_status (*settle)(struct bln_source *source, struct bln_unit *units, size_t count, struct bln_err *err);
};

#endif
