/* A script of edits on a text and on a plain byte array, which must agree; units and clusters must tile the
 * result alike in both directions. */
#include "editor/text/difference.h"
#include "editor/text/utf8.h"
#include "tests/fuzz/fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PLAIN_MAX = 1 << 16 };

struct script {
    const uint8_t *at, *end;
};

static void must(bool true_here)
{
    if (!true_here)
        abort();
}

static size_t number(struct script *script)
{
    size_t value = 0;
    for (int i = 0; i < 2; i++)
        value = value << 8 | (script->at < script->end ? *script->at++ : 0);
    return value;
}

static void check_clusters(const struct text *text)
{
    size_t size = text_size(text);
    for (size_t at = 0; at < size;) {
        size_t next = text_cluster_next(text, at);
        must(next > at && next <= size);
        must(text_cluster_before(text, next) == at && text_cluster_start(text, next - 1) == at);
        must(text_cluster_width(text, at, next) >= 0);
        at = next;
    }
    for (size_t at = 0; at < size;) {
        struct unit unit = text_unit(text, at);
        char bytes[4];
        must(unit.size && unit_encode(unit.code, bytes) == unit.size);
        at += unit.size;
        must(text_unit_before(text, at).code == unit.code && text_unit_start(text, at - 1) == at - unit.size);
    }
}

static void check_same(const struct text *text, const char *plain, size_t size)
{
    must(text_check(text) && text_size(text) == size);
    char *copy = text_copy(text, (struct span){ 0, size });
    must(!memcmp(copy, plain, size));
    free(copy);
}

static void check_differences(const struct text *before, const struct text *after)
{
    size_t count, equal_from = 0;
    struct difference *differences = text_differences(before, after, &count);
    for (size_t i = 0; i < count; i++) {
        must(differences[i].removed.start >= equal_from && differences[i].removed.end <= text_size(before));
        must(differences[i].inserted.end <= text_size(after));
        equal_from = differences[i].removed.end;
    }
    free(differences);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char plain[PLAIN_MAX];
    struct script script = { data, data + size };
    size_t length = 0;
    struct text *text = text_new("", 0), *first = text_keep(text);
    while (script.at < script.end) {
        size_t start = number(&script) % (length + 1), removed = number(&script) % (length - start + 1) % 64;
        size_t inserted = number(&script) % 48, rest = (size_t)(script.end - script.at);
        inserted = inserted < rest ? inserted : rest;
        if (length + inserted > sizeof plain)
            break;
        struct span span = { start, start + removed };
        struct text *next = text_replace(text, span, (const char *)script.at, inserted);
        memmove(plain + start + inserted, plain + span.end, length - span.end);
        memcpy(plain + start, script.at, inserted);
        length = length - removed + inserted;
        script.at += inserted;
        text_free(text);
        text = next;
    }
    check_same(text, plain, length);
    check_clusters(text);
    check_differences(first, text);
    text_free(text);
    text_free(first);
    return 0;
}
