/* Hidden names: BLN_KEY_TEMP_PREFIX PID-START-NUMBER-SPACE, the members of struct bln_process with the '/' of its space as
 * '_'. O_EXCL makes them unique; the rest tells a sweep whose they are. */
#include "store/local_internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "base/text.h"

/* Several stores of one process count by themselves and may meet. */
enum { CREATE_TRIES_MAX = 10000 };

int bln_local_temp_create(struct bln_local *local, int dir, char name[static BLN_LOCAL_TEMP_SIZE])
{
	struct bln_process self = local->self;
	int fd = -1;

	if (self.pid != getpid() &&
	    bln_process_of(getpid(), &self, NULL) != BLN_OK) /* forked since the store was opened */
		self = (struct bln_process){ .pid = getpid() };
	for (char *at = self.space; *at; at++)
		if (*at == '/')
			*at = '_';
	for (int i = 0; i < CREATE_TRIES_MAX && fd < 0; i++) {
		snprintf(name, BLN_LOCAL_TEMP_SIZE, BLN_KEY_TEMP_PREFIX "%" PRId64 "-%" PRId64 "-%" PRIuFAST64 "-%s",
			 self.pid, self.start_ticks, atomic_fetch_add(&local->temps, 1), self.space);
		fd = bln_disk_create(&local->disk, dir, name);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd;
}

bool bln_local_temp_is(const char *name)
{
	return strncmp(name, BLN_KEY_TEMP_PREFIX, sizeof(BLN_KEY_TEMP_PREFIX) - 1) == 0;
}

static bool name_parse(const char *name, struct bln_process *writer)
{
	struct bln_slice rest = bln_slice_of(name + sizeof(BLN_KEY_TEMP_PREFIX) - 1);
	struct bln_slice pid = bln_slice_cut(&rest, '-');
	struct bln_slice start = bln_slice_cut(&rest, '-');

	bln_slice_cut(&rest, '-');
	if (rest.length == 0 || rest.length >= sizeof(writer->space) ||
	    !bln_int64_parse(pid.at, pid.length, &writer->pid) ||
	    !bln_int64_parse(start.at, start.length, &writer->start_ticks))
		return false;
	memcpy(writer->space, rest.at, rest.length);
	writer->space[rest.length] = '\0';
	for (char *at = writer->space; *at; at++)
		if (*at == '_')
			*at = '/';
	return true;
}

/* Only of a process of our own boot and namespace do we know that it is dead: another boot's id may be another machine's,
 * alive and writing through a network file system. */
bool bln_local_temp_is_left(const struct bln_local *local, const char *name, int64_t modified_us, int64_t before_us)
{
	struct bln_process writer = { 0 };
	bool is_known = name_parse(name, &writer) && strcmp(writer.space, local->self.space) == 0;

	return is_known ? bln_process_life(&writer) == BLN_PROCESS_DEAD : modified_us < before_us;
}
