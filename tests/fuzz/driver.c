/* A fuzzer for compilers without libFuzzer: runs every seed, then mutations of the seeds until the time is
 * over, always the same ones in the same order. The input in work lies in fuzz_TARGET.input (in the working
 * folder), so that it is there after a crash.
 *
 *     fuzz_TARGET SEEDS SECONDS
 *     fuzz_TARGET SEEDS COUNTx       COUNT mutations, however long they take
 *     fuzz_TARGET FILE               one input alone */
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

/* LARGE_SEED: seeds over so many bytes are drawn LARGE_RARE times less often. HANG_SECONDS: by the clock. */
enum {
    SEEDS_MAX = 256,
    INPUT_MAX = 8 << 20,
    SLOW_SECONDS = 2,
    LARGE_SEED = 128 << 10,
    LARGE_RARE = 50,
    HANG_SECONDS = 60
};

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
    double slowest; /* seconds */
};

static uint64_t draw(struct fuzzer *fuzzer, uint64_t bound)
{
    fuzzer->state ^= fuzzer->state << 13;
    fuzzer->state ^= fuzzer->state >> 7;
    fuzzer->state ^= fuzzer->state << 17;
    return fuzzer->state % bound;
}

static double now(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
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
    input.at = realloc(input.at, input.size ? input.size : 1);
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
    alarm(HANG_SECONDS);
    double start = now(CLOCK_PROCESS_CPUTIME_ID);
    LLVMFuzzerTestOneInput(copy, size);
    double spent = now(CLOCK_PROCESS_CPUTIME_ID) - start;
    alarm(0);
    if (spent > SLOW_SECONDS) {
        fprintf(stderr, "an input of %zu bytes took over %d s; it is in fuzz_*.input\n", size, SLOW_SECONDS);
        exit(1);
    }
    fuzzer->slowest = spent > fuzzer->slowest ? spent : fuzzer->slowest;
    free(copy);
    fuzzer->runs++;
}

/* Half of all places are near the beginning, where the lengths, counts and types of a file stand. */
static size_t draw_place(struct fuzzer *fuzzer, size_t size)
{
    size_t place = draw(fuzzer, size + 1);
    return draw(fuzzer, 2) ? place : draw(fuzzer, (place < 4096 ? place : 4096) + 1);
}

/* What a length, count or offset `old` in a file of `size` bytes might be mistaken for. */
static uint64_t draw_length(struct fuzzer *fuzzer, uint64_t old, size_t size)
{
    const uint64_t lengths[] = { 0,       1,        old + 1,   old - 1,    2 * old,   old << 16,  old << 32,
                                 size,    size - 1, size + 1,  2 * size,   INT32_MAX, UINT32_MAX, 1u << 31,
                                 1 << 24, 65536,    INT64_MAX, UINT64_MAX, ~old,      old >> 1,   old ^ 256 };
    return lengths[draw(fuzzer, sizeof lengths / sizeof *lengths)];
}

static size_t replace_number(struct fuzzer *fuzzer, uint8_t *at, size_t size)
{
    size_t width = (size_t)1 << draw(fuzzer, 4), place = draw_place(fuzzer, size);
    uint64_t number = 0;
    if (place + width > size)
        return size;
    memcpy(&number, at + place, width);
    number = draw_length(fuzzer, number, size);
    memcpy(at + place, &number, width);
    return size;
}

/* The first decimal number after a place. */
static size_t replace_digits(struct fuzzer *fuzzer, uint8_t *at, size_t size)
{
    size_t place = draw_place(fuzzer, size), end;
    while (place < size && (at[place] < '0' || at[place] > '9'))
        place++;
    for (end = place; end < size && at[end] >= '0' && at[end] <= '9'; end++)
        ;
    char old[20] = "", text[24];
    memcpy(old, at + place, end - place < sizeof old - 1 ? end - place : sizeof old - 1);
    size_t length = (size_t)snprintf(text, sizeof text, "%lld",
                                     (long long)draw_length(fuzzer, strtoull(old, NULL, 10), size));
    if (place == end || size - (end - place) + length > INPUT_MAX)
        return size;
    memmove(at + place + length, at + end, size - end);
    memcpy(at + place, text, length);
    return size - (end - place) + length;
}

/* Something that opens again and again. */
static size_t insert_nest(struct fuzzer *fuzzer, uint8_t *at, size_t size)
{
    static const char *const words[] = { "[", "{\"a\":", "((", "(.", "{\"normalizers\":[" };
    const char *word = words[draw(fuzzer, sizeof words / sizeof *words)];
    size_t place = draw(fuzzer, size + 1), times = (size_t)1 << draw(fuzzer, 14), length = strlen(word);
    if (draw(fuzzer, 8) || size + times * length > INPUT_MAX)
        return size;
    memmove(at + place + times * length, at + place, size - place);
    for (size_t k = 0; k < times; k++)
        memcpy(at + place + k * length, word, length);
    return size + times * length;
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
    size_t length = strlen(word), place = draw_place(fuzzer, size);
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
    size_t place = draw_place(fuzzer, size);
    switch (draw(fuzzer, 9)) {
    case 0:
        if (place < size)
            at[place] ^= (uint8_t)(1u << draw(fuzzer, 8));
        return size;
    case 1:
        if (place < size)
            at[place] = (uint8_t)draw(fuzzer, 256);
        return size;
    case 2:
        return draw(fuzzer, size + 1);
    case 3:
        return replace_bytes(fuzzer, at, size);
    case 4:
        return copy_part(fuzzer, at, size);
    case 5:
        return replace_number(fuzzer, at, size);
    case 6:
        return replace_digits(fuzzer, at, size);
    case 7:
        return insert_nest(fuzzer, at, size);
    default:
        return remove_part(fuzzer, at, size);
    }
}

static const struct input *draw_seed(struct fuzzer *fuzzer)
{
    for (;;) {
        const struct input *seed = &fuzzer->seeds[draw(fuzzer, fuzzer->count)];
        if (seed->size <= LARGE_SEED || !draw(fuzzer, LARGE_RARE))
            return seed;
    }
}

static void run_mutations(struct fuzzer *fuzzer, double seconds, size_t count)
{
    uint8_t *work = malloc(INPUT_MAX);
    double end = now(CLOCK_MONOTONIC) + seconds;
    for (size_t run = 0; work && fuzzer->count && (count ? run < count : now(CLOCK_MONOTONIC) < end); run++) {
        const struct input *seed = draw_seed(fuzzer);
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
    char *end;
    double amount = strtod(arguments[2], &end);
    run_mutations(&fuzzer, amount, *end == 'x' ? (size_t)amount : 0);
    printf("%zu inputs from %zu seeds, none over %.2f s\n", fuzzer.runs, fuzzer.count, fuzzer.slowest);
    for (size_t i = 0; i < fuzzer.count; i++)
        free(fuzzer.seeds[i].at);
    return fuzzer.count ? 0 : 2;
}
