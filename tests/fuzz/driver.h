/* Feeds a fuzz target where the compiler has no fuzzer of its own (gcc): the given inputs as they
 * are, then inputs made of them for as long as CITYHALL_FUZZ_SECONDS says (0 without it). The ways
 * are chosen by a fixed seed, so that two runs begin alike and a failure is the change's, not the
 * day's; script/fuzz, with clang, is what looks for the unknown. Layer: tests. One thread.
 *
 * An input that ends the program, or that takes longer than ten seconds, is written to a file
 * beside the program, named like it with ".crash", which the same program then replays. */
#ifndef CITYHALL_TESTS_FUZZ_DRIVER_H
#define CITYHALL_TESTS_FUZZ_DRIVER_H

#include <stddef.h>
#include <stdint.h>

struct fuzz_input {
    const char *name; /* of its line of TAP; NULL: it has none */
    const uint8_t *bytes;
    size_t n;
};

/* The target, as libFuzzer calls it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Prints TAP, a line for each input with a name and one for all that were made; the result is
 * main's status. `program` is argv[0]. */
int fuzz_drive(const char *program, const struct fuzz_input *inputs, size_t n);

#endif
