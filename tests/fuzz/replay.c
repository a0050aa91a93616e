/* Runs a fuzz target over files instead of invented input: the committed corpus, or one finding.
 * Usage: TARGET FILE... ; prints TAP. Used where the compiler has no fuzzer of its own. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_BYTES ((size_t)1 << 24)

int main(int argc, char **argv)
{
    uint8_t *room = malloc(MAX_BYTES);

    if (!room)
        return 1;
    printf("1..%d\n", argc - 1);
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        size_t n = file ? fread(room, 1, MAX_BYTES, file) : 0;
        uint8_t *exact = malloc(n ? n : 1); /* so that a byte read too far is seen */

        if (file)
            fclose(file);
        if (!exact)
            return 1;
        for (size_t k = 0; k < n; k++)
            exact[k] = room[k];
        LLVMFuzzerTestOneInput(exact, n);
        free(exact);
        printf("%s %d %s\n", file ? "ok" : "not ok", i, argv[i]);
    }
    free(room);
    return 0;
}
