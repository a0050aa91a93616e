/* TARGET FILE...: a fuzz target over samples, one input a file, and over what is made of them
 * (driver.h). Prints TAP. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver.h"

#define MAX_FILES 200
#define MAX_BYTES ((size_t)1 << 24)

/* A file's bytes, which go with the program. */
static struct fuzz_input read_file(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct fuzz_input input = {slash ? slash + 1 : path, NULL, 0};
    uint8_t *room = malloc(MAX_BYTES);
    FILE *file = fopen(path, "rb");

    if (!room || !file) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(EXIT_FAILURE);
    }
    input.n = fread(room, 1, MAX_BYTES, file);
    input.bytes = realloc(room, input.n ? input.n : 1);
    fclose(file);
    return input;
}

int main(int argc, char **argv)
{
    static struct fuzz_input inputs[MAX_FILES];
    size_t n = 0;

    for (; n < MAX_FILES && n + 1 < (size_t)argc; n++)
        inputs[n] = read_file(argv[n + 1]);
    return fuzz_drive(argv[0], inputs, n);
}
