/* A fuzzer for compilers without libFuzzer: runs every seed, then mutations of the seeds until the time is
 * over, always the same ones in the same order. The input in work lies in fuzz_TARGET.input (in the working
 * folder), so that it is there after a crash.
 *
 *     fuzz_TARGET SEEDS SECONDS      fuzz_TARGET FILE      the second form runs one input alone */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SEEDS_MAX = 256, INPUT_MAX = 1 << 20, SLOW_SECONDS = 2 };

struct input {
    uint8_t *at;
    size_t size;
};

struct fuzzer {
    struct input seeds[SEEDS_MAX];
    size_t count;
    uint64_t state;  /* of the random numbers */
    uint8_t *shared; /* INPUT_MAX bytes of fuzz_TARGET.input */
    int file;
    size_t runs;
};

static uint64_t draw(struct fuzzer *fuzzer, uint64_t bound)
{
    fuzzer->state ^= fuzzer->state << 13;
    fuzzer->state ^= fuzzer->state >> 7;
    fuzzer->state ^= fuzzer->state << 17;
    return fuzzer->state % bound;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static struct input read_input(const char *path)
{
    struct input input = { malloc(INPUT_MAX), 0 };
    FILE *file = fopen(path, "rb");
    if (!file || !input.at) {
        perror(path);
        exit(2);
    }
    input.size = fread(input.at, 1, INPUT_MAX, file);
    fclose(file);
    return input;
}

static void read_seeds(struct fuzzer *fuzzer, const char *folder)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.' && fuzzer->count < SEEDS_MAX)
            fuzzer->seeds[fuzzer->count++] = read_input(path);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

/* The target gets a copy of exactly the right size, so that a sanitizer sees a read past its end. */
static void run_input(struct fuzzer *fuzzer, const uint8_t *at, size_t size)
{
    if (fuzzer->shared && ftruncate(fuzzer->file, (off_t)size) == 0 && size)
        memcpy(fuzzer->shared, at, size);
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        exit(2);
    memcpy(copy, at, size);
    double start = now();
    LLVMFuzzerTestOneInput(copy, size);
    if (now() - start > SLOW_SECONDS) {
        fprintf(stderr, "an input of %zu bytes took over %d s; it is in fuzz_*.input\n", size, SLOW_SECONDS);
        exit(1);
    }
    free(copy);
    fuzzer->runs++;
}

static size_t replace_bytes(struct fuzzer *fuzzer, uint8_t *at, size_t size)
{
    static const char *const words[] = { "\xff\xff\xff\xff\xff\xff\xff\xff",
                                         "\x80",
                                         "18446744073709551615",
                                         "-1",
                                         "1e999",
                                         "\"",
                                         "{",
                                         "}",
                                         "[",
                                         "]",
                                         ":",
                                         ",",
                                         "\\u0000",
                                         "\xef\xbf\xbf",
                                         "\xf4\x90\x80\x80",
                                         "%s" };
    const char *word = words[draw(fuzzer, sizeof words / sizeof *words)];
    size_t length = strlen(word), place = draw(fuzzer, size + 1);
    if (place + length > INPUT_MAX)
        return size;
    memcpy(at + place, word, length);
    return place + length > size ? place + length : size;
}

static size_t copy_part(struct fuzzer *fuzzer, uint8_t *at, size_t size)
{
    const struct input *other = &fuzzer->seeds[draw(fuzzer, fuzzer->count)];
    size_t from = draw(fuzzer, other->size + 1), place = draw(fuzzer, size + 1);
    size_t length = draw(fuzzer, other->size - from + 1);
    if (size + length > INPUT_MAX)
        return size;
    memmove(at + place + length, at + place, size - place);
    memcpy(at + place, other->at + from, length);
    return size + length;
}

static size_t remove_part(struct fuzzer *fuzzer, uint8_t *at, size_t size)
{
    size_t place = draw(fuzzer, size + 1), length = draw(fuzzer, size - place + 1);
    memmove(at + place, at + place + length, size - place - length);
    return size - length;
}

static size_t mutate(struct fuzzer *fuzzer, uint8_t *at, size_t size)
{
    switch (draw(fuzzer, 6)) {
    case 0:
        if (size)
            at[draw(fuzzer, size)] ^= (uint8_t)(1u << draw(fuzzer, 8));
        return size;
    case 1:
        if (size)
            at[draw(fuzzer, size)] = (uint8_t)draw(fuzzer, 256);
        return size;
    case 2:
        return draw(fuzzer, size + 1);
    case 3:
        return replace_bytes(fuzzer, at, size);
    case 4:
        return copy_part(fuzzer, at, size);
    default:
        return remove_part(fuzzer, at, size);
    }
}

static void run_mutations(struct fuzzer *fuzzer, double seconds)
{
    uint8_t *work = malloc(INPUT_MAX);
    double end = now() + seconds;
    while (work && fuzzer->count && now() < end) {
        const struct input *seed = &fuzzer->seeds[draw(fuzzer, fuzzer->count)];
        size_t size = seed->size;
        memcpy(work, seed->at, size);
        for (uint64_t left = 1 + draw(fuzzer, 6); left > 0; left--)
            size = mutate(fuzzer, work, size);
        run_input(fuzzer, work, size);
    }
    free(work);
}

int main(int count, char **arguments)
{
    struct fuzzer fuzzer = { .state = 0x9e3779b97f4a7c15u };
    if (count == 2) {
        struct input input = read_input(arguments[1]);
        run_input(&fuzzer, input.at, input.size);
        free(input.at);
        return 0;
    }
    if (count != 3)
        return 2;
    char name[256];
    snprintf(name, sizeof name, "%.240s.input",
             strrchr(arguments[0], '/') ? strrchr(arguments[0], '/') + 1 : arguments[0]);
    fuzzer.file = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fuzzer.file >= 0 && ftruncate(fuzzer.file, INPUT_MAX) == 0) {
        void *shared = mmap(NULL, INPUT_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, fuzzer.file, 0);
        fuzzer.shared = shared == MAP_FAILED ? NULL : shared;
    }
    read_seeds(&fuzzer, arguments[1]);
    for (size_t i = 0; i < fuzzer.count; i++)
        run_input(&fuzzer, fuzzer.seeds[i].at, fuzzer.seeds[i].size);
    run_mutations(&fuzzer, atof(arguments[2]));
    printf("%zu inputs from %zu seeds\n", fuzzer.runs, fuzzer.count);
    for (size_t i = 0; i < fuzzer.count; i++)
        free(fuzzer.seeds[i].at);
    return fuzzer.count ? 0 : 2;
}
