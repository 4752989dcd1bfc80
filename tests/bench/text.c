/* What the text core costs: random edits of texts of 1 MB and 100 MB, in time and memory an edit, growing
 * with the number of pieces; then search, replacing, opening and counting lines.
 *
 *     bench_text [EDITS]      1000000 by default */
#include "editor/text/file.h"
#include "editor/text/search.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Processor time, so that other programs do not count. */
static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static uint64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Prose: lines of some eighty bytes, "needle" in each. */
static char *make_prose(size_t size)
{
    static const char line[] =
        "The harbour lay under fog, and nobody had lit the lamps; a needle in the hay.\n";
    char *bytes = malloc(size);
    for (size_t at = 0; at < size; at++)
        bytes[at] = line[at % (sizeof line - 1)];
    return bytes;
}

/* Half insertions of a word, half deletions of one. With `keep`, every tenth text stays, as undo keeps them.
 */
static void bench_edits(const char *bytes, size_t size, size_t edits, bool keep)
{
    uint64_t state = 88172645463325252u;
    struct text *text = text_new(bytes, size);
    struct text **kept = calloc(edits / 10 + 1, sizeof *kept);
    printf("%zu MB, %s\n  edits      ns an edit   bytes an edit\n", size / 1000000,
           keep ? "every tenth text kept" : "only the last text kept");
    size_t memory = mallinfo2().uordblks, done = 0;
    double begun = now_ms();
    for (size_t goal = 1000; goal <= edits; goal *= 10) {
        double from = now_ms();
        size_t first = done;
        for (; done < goal; done++) {
            size_t at = draw(&state) % (text_size(text) - 16);
            struct span span = { at, done % 2 ? at + 6 : at };
            struct text *next = text_replace(text, span, "word, ", done % 2 ? 0 : 6);
            if (keep && done % 10 == 0)
                kept[done / 10] = text;
            else
                text_free(text);
            text = next;
        }
        printf("  %-10zu %10.0f %15.0f\n", done, (now_ms() - from) * 1e6 / (double)(done - first),
               (double)(mallinfo2().uordblks - memory) / (double)done);
    }
    double lines = now_ms();
    size_t count = text_line_feeds(text);
    printf("  all in %.0f ms; %zu lines counted in %.1f ms\n", lines - begun, count, now_ms() - lines);
    for (size_t i = 0; i < edits / 10 + 1; i++)
        text_free(kept[i]);
    free(kept);
    text_free(text);
}

static void bench_typing(const char *bytes, size_t size)
{
    struct text *text = text_new(bytes, size);
    double begun = now_ms();
    enum { KEYS = 1000000 };
    for (size_t i = 0; i < KEYS; i++) {
        struct text *next = text_replace(text, (struct span){ size / 2 + i, size / 2 + i }, "k", 1);
        text_free(text);
        text = next;
    }
    printf("typing in the middle of %zu MB: %.0f ns a key\n", size / 1000000,
           (now_ms() - begun) * 1e6 / KEYS);
    text_free(text);
}

static bool expand(void *user, const struct text *text, const struct match *match, struct bytes *out)
{
    (void)text;
    (void)match;
    bytes_append_text(out, user);
    return true;
}

static void bench_search(const struct text *text, const char *pattern, unsigned options)
{
    struct search *search = search_new(pattern, strlen(pattern), options, NULL);
    struct match match;
    struct error error = { "" };
    double begun = now_ms();
    enum search_result result = search_forward(search, text, 0, text_size(text), &match, &error);
    printf("search for %-24s %6.1f ms%s%s\n", pattern, now_ms() - begun, result == SEARCH_STOPPED ? ": " : "",
           error.text);
    search_free(search);
}

static void bench_file(char *bytes, size_t size)
{
    static const char path[] = "/tmp/bench_text.tmp";
    struct file file;
    struct error error = { "" };
    size_t count;
    struct text *text = text_new(bytes, size), *changed;
    struct file_form form = { 0 };
    double begun = now_ms();
    if (!file_write(path, text, (struct span){ 0, size }, &form, &(struct file_write){ 0 }, NULL, &error))
        printf("%s\n", error.text);
    printf("write 100 MB: %.0f ms\n", now_ms() - begun);
    text_free(text);
    begun = now_ms();
    if (!file_read(path, NULL, &file, &error)) {
        printf("%s\n", error.text);
        return;
    }
    printf("open 100 MB: %.2f ms\n", now_ms() - begun);
    begun = now_ms();
    count = text_line_start(file.text, 1000);
    printf("line 1000 of 100 MB: %.2f ms\n", now_ms() - begun);
    bench_search(file.text, "not in there", SEARCH_LITERAL);
    bench_search(file.text, "not in there", SEARCH_LITERAL | SEARCH_IGNORE_CASE);
    bench_search(file.text, "\\bn[aeiou]t\\w+ in", 0);
    bench_search(file.text, "^needle$", 0);
    begun = now_ms();
    count = text_line_feeds(file.text);
    printf("count %zu lines: %.1f ms\n", count, now_ms() - begun);
    struct search *search = search_new("needle", 6, SEARCH_LITERAL, NULL);
    begun = now_ms();
    search_replace(search, file.text, 0, size, false, expand, "pin", &changed, &count, &error);
    printf("replace %zu hits: %.0f ms\n", count, now_ms() - begun);
    search_free(search);
    text_free(changed);
    text_free(file.text);
    unlink(path);
}

int main(int count, char **arguments)
{
    size_t edits = count > 1 ? strtoul(arguments[1], NULL, 10) : 1000000, size = 100000000;
    char *bytes = make_prose(size);
    bench_edits(bytes, 1000000, edits, false);
    bench_edits(bytes, size, edits, false);
    bench_edits(bytes, size, edits, true);
    bench_typing(bytes, size);
    bench_file(bytes, size);
    memset(bytes, 'a', size / 10);
    struct text *line = text_new(bytes, size / 10);
    printf("in a line of 10 MB:\n");
    bench_search(line, "(\\w+)x", 0);
    bench_search(line, "a.*b", 0);
    text_free(line);
    free(bytes);
    return 0;
}
