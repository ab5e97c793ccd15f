/* Gives a fuzzer what is in a corpus, once: so that the fuzzers are built and what they once found stays found, in every test
 * run and without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SEED_BYTES_MAX = 16 << 20 };

static int replay(const char *folder, const char *name)
{
	/* Of its size to the byte, so that reading beyond it is seen. */
	uint8_t *bytes = NULL;
	char path[4096];
	long size = -1;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	if (file && fseek(file, 0, SEEK_END) == 0)
		size = ftell(file);
	if (size >= 0 && size <= SEED_BYTES_MAX)
		bytes = malloc(size > 0 ? (size_t)size : 1);
	if (!bytes || fseek(file, 0, SEEK_SET) != 0 || fread(bytes, 1, (size_t)size, file) != (size_t)size) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(2);
	}
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, (size_t)size);
	free(bytes);
	return 1;
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	int count = 0;

	if (!folder) {
		fprintf(stderr, "no corpus '%s': each X_fuzz.c has one, tests/corpus/X\n", argc == 2 ? argv[1] : "");
		return 2;
	}
	for (const struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
		if (entry->d_name[0] != '.')
			count += replay(argv[1], entry->d_name);
	closedir(folder);
	printf("%d files of %s\n", count, argv[1]);
	return count > 0 ? 0 : 2;
}
