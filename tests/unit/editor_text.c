#include "editor/text/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* The plain byte array that the text is compared with. */
struct plain {
    char *bytes;
    size_t size;
};

static struct plain plain_replace(struct plain plain, struct span span, const char *bytes, size_t size)
{
    struct plain next = { malloc(plain.size + size + 1), plain.size - (span.end - span.start) + size };
    memcpy(next.bytes, plain.bytes, span.start);
    memcpy(next.bytes + span.start, bytes, size);
    memcpy(next.bytes + span.start + size, plain.bytes + span.end, plain.size - span.end);
    return next;
}

static uint64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static size_t below(uint64_t *state, size_t limit)
{
    return limit ? draw(state) % limit : 0;
}

static size_t feeds_in(const char *bytes, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += bytes[i] == '\n';
    return count;
}

static void assert_same_bytes(const struct text *text, const struct plain *plain)
{
    assert_int_equal(text_size(text), plain->size);
    char *copy = text_copy(text, (struct span){ 0, plain->size });
    assert_memory_equal(copy, plain->bytes, plain->size);
    free(copy);
}

static void assert_same_lines(const struct text *text, const struct plain *plain, size_t offset)
{
    const char *bytes = plain->bytes;
    size_t line = feeds_in(bytes, offset), begin = offset, end = offset;
    while (begin > 0 && bytes[begin - 1] != '\n')
        begin--;
    while (end < plain->size && bytes[end] != '\n')
        end++;
    assert_int_equal(text_line_of(text, offset), line);
    assert_int_equal(text_line_start(text, line), begin);
    assert_int_equal(text_line_begin(text, offset), begin);
    assert_int_equal(text_line_end(text, offset), end);
    assert_int_equal(text_find_byte(text, offset, '\n'), end);
    assert_int_equal(text_find_byte_before(text, offset, '\n'), begin ? begin - 1 : (size_t)-1);
    assert_int_equal(text_byte(text, offset), offset < plain->size ? (unsigned char)bytes[offset] : -1);
    assert_int_equal(text_line_feeds(text), feeds_in(bytes, plain->size));
    assert_int_equal(text_line_start(text, text_line_feeds(text) + 1), plain->size);
}

static size_t random_bytes(uint64_t *state, char *out, size_t limit)
{
    static const char letters[] = "abc \n\xc3\xa9\x80\n0";
    size_t size = below(state, limit);
    for (size_t i = 0; i < size; i++)
        out[i] = letters[below(state, sizeof letters)];
    return size;
}

/* Typing at one place, replacing, deleting, pasting: the size stays within bounds by more deletion in long
 * texts. */
static struct span random_span(uint64_t *state, size_t size, size_t *last)
{
    struct span span;
    span.start = below(state, 3) ? *last : below(state, size + 1);
    if (span.start > size)
        span.start = size;
    size_t length = below(state, 4) ? 0 : below(state, size > 200000 ? 5000 : 40);
    span.end = span.start + length > size ? size : span.start + length;
    return span;
}

static void random_edits_give_what_a_byte_array_gives(void **unused)
{
    (void)unused;
    enum { EDITS = 6000, EVERY = 100 };
    static char bytes[70000];
    uint64_t state = 0x9e3779b97f4a7c15;
    struct text *text = text_new("", 0), *kept[EDITS / EVERY] = { 0 };
    struct plain plain = { calloc(1, 1), 0 }, kept_plain[EDITS / EVERY] = { 0 };
    size_t last = 0;
    for (int i = 0; i < EDITS; i++) {
        struct span span = random_span(&state, plain.size, &last);
        size_t size = random_bytes(&state, bytes, below(&state, 200) ? 12 : sizeof bytes);
        struct text *next = text_replace(text, span, bytes, size);
        struct plain next_plain = plain_replace(plain, span, bytes, size);
        last = span.start + size;
        assert_int_equal(text_size(next), next_plain.size);
        if (i % EVERY == 0) {
            kept[i / EVERY] = text;
            kept_plain[i / EVERY] = plain;
        } else {
            text_free(text);
            free(plain.bytes);
        }
        text = next;
        plain = next_plain;
        if (i % 20 == 0) {
            assert_true(text_check(text));
            assert_same_bytes(text, &plain);
            assert_same_lines(text, &plain, below(&state, plain.size + 1));
        }
    }
    for (int i = 0; i < EDITS / EVERY; i++) {
        assert_true(text_check(kept[i]));
        assert_same_bytes(kept[i], &kept_plain[i]);
        text_free(kept[i]);
        free(kept_plain[i].bytes);
    }
    text_free(text);
    free(plain.bytes);
}

static void a_splice_shares_what_another_text_holds(void **unused)
{
    (void)unused;
    struct text *source = text_new("the old harbour", 15), *text = text_new("[]", 2);
    struct text *joined = text_splice(text, (struct span){ 1, 1 }, source, (struct span){ 4, 7 });
    struct text *itself = text_splice(joined, (struct span){ 2, 4 }, joined, (struct span){ 0, 99 });
    text_free(source);
    text_free(text);
    char *copy = text_copy(itself, (struct span){ 0, (size_t)-1 });
    assert_string_equal(copy, "[o[old]]");
    assert_true(text_check(itself));
    free(copy);
    text_free(joined);
    text_free(itself);
}

static void spans_outside_the_text_are_clipped(void **unused)
{
    (void)unused;
    struct text *text = text_new("abc", 3);
    struct text *longer = text_replace(text, (struct span){ 90, 100 }, "d", 1);
    struct text *shorter = text_replace(longer, (struct span){ 2, 100 }, NULL, 0);
    assert_int_equal(text_size(longer), 4);
    assert_int_equal(text_size(shorter), 2);
    assert_int_equal(text_byte(shorter, 2), -1);
    assert_int_equal(text_line_of(shorter, 99), 0);
    assert_int_equal(text_line_begin(shorter, 99), 0);
    text_free(text);
    text_free(longer);
    text_free(shorter);
}

static void chunks_lead_through_the_text_both_ways(void **unused)
{
    (void)unused;
    struct text *text = text_new("0123456789", 10),
                *edited = text_replace(text, (struct span){ 3, 6 }, "xyz", 3);
    char forward[11] = { 0 }, backward[11] = { 0 };
    size_t size;
    for (size_t at = 0; at < 10; at += size) {
        const char *bytes = text_chunk(edited, at, &size);
        memcpy(forward + at, bytes, size);
    }
    for (size_t at = 10; at > 0; at -= size) {
        const char *bytes = text_chunk_before(edited, at, &size);
        memcpy(backward + at - size, bytes, size);
    }
    assert_string_equal(forward, "012xyz6789");
    assert_string_equal(backward, "012xyz6789");
    text_chunk(edited, 10, &size);
    assert_int_equal(size, 0);
    text_chunk_before(edited, 0, &size);
    assert_int_equal(size, 0);
    text_free(text);
    text_free(edited);
}

static void a_line_of_ten_megabytes_has_its_ends(void **unused)
{
    (void)unused;
    size_t size = 10000000;
    char *bytes = malloc(size);
    memset(bytes, 'a', size);
    bytes[0] = bytes[size - 1] = '\n';
    struct text *text = text_new(bytes, size),
                *cut = text_replace(text, (struct span){ 5000000, 5000001 }, "b", 1);
    for (size_t at = 1; at < size; at += 999983) {
        assert_int_equal(text_line_begin(cut, at), 1);
        assert_int_equal(text_line_end(cut, at), size - 1);
        assert_int_equal(text_line_of(cut, at), 1);
    }
    assert_int_equal(text_line_start(cut, 2), size);
    assert_int_equal(text_line_feeds(cut), 2);
    assert_true(text_check(cut));
    text_free(text);
    text_free(cut);
    free(bytes);
}

static void *edit_and_count(void *argument)
{
    struct text *text = text_keep(argument);
    for (size_t i = 0; i < 2000; i++) {
        size_t at = i * 7919 % text_size(text);
        struct text *next = text_replace(text, (struct span){ at, at }, "\nx", 2);
        text_free(text);
        text = next;
    }
    size_t count = text_line_feeds(text);
    bool sound = text_check(text);
    text_free(text);
    return sound ? (void *)count : NULL;
}

static void threads_edit_one_snapshot_each_for_itself(void **unused)
{
    (void)unused;
    size_t size = 300000;
    char *bytes = malloc(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = i % 60 ? 'a' : '\n';
    struct text *plain = text_new(bytes, size),
                *text = text_replace(plain, (struct span){ 7, 7 }, "typed", 5);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, edit_and_count, text), 0);
    for (int i = 0; i < 4; i++) {
        void *count = NULL;
        pthread_join(threads[i], &count);
        assert_int_equal((size_t)count, 5000 + 2000);
    }
    text_free(plain);
    text_free(text);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_edits_give_what_a_byte_array_gives),
        cmocka_unit_test(a_splice_shares_what_another_text_holds),
        cmocka_unit_test(spans_outside_the_text_are_clipped),
        cmocka_unit_test(chunks_lead_through_the_text_both_ways),
        cmocka_unit_test(a_line_of_ten_megabytes_has_its_ends),
        cmocka_unit_test(threads_edit_one_snapshot_each_for_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
