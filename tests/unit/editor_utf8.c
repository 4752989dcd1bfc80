#include "editor/text/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void every_code_point_is_encoded_and_decoded(void **unused)
{
    (void)unused;
    char bytes[4];
    for (int32_t code = 0; code <= 0x10ffff; code++) {
        unsigned size = unit_encode(code, bytes);
        int32_t expected = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
        struct unit unit = unit_decode(bytes, size), before = unit_decode_before(bytes, size);
        if (unit.code != expected || unit.size != size || before.code != expected || before.size != size)
            fail_msg("U+%04X", (unsigned)code);
    }
}

static void assert_decoded_as_a_peer_does(const unsigned char *bytes, size_t size)
{
    utf8proc_int32_t code;
    utf8proc_ssize_t length = utf8proc_iterate(bytes, (utf8proc_ssize_t)size, &code);
    struct unit unit = unit_decode((const char *)bytes, size);
    bool same = length > 0 ? unit.code == code && unit.size == (unsigned)length
                           : unit.code == -(int32_t)bytes[0] && unit.size == 1;
    if (!same)
        fail_msg("%02x %02x %02x %02x: %d", bytes[0], bytes[1], bytes[2], bytes[3], unit.code);
}

static void ill_formed_bytes_stand_for_themselves(void **unused)
{
    (void)unused;
    static const unsigned char edges[] = { 0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2,
                                           0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xf8, 0xfe, 0xff };
    enum { COUNT = sizeof edges };
    for (int first = 0; first < 256; first++)
        for (int i = 0; i < COUNT * COUNT * COUNT; i++) {
            unsigned char bytes[4] = { (unsigned char)first, edges[i % COUNT], edges[i / COUNT % COUNT],
                                       edges[i / COUNT / COUNT] };
            for (size_t size = 1; size <= 4; size++)
                assert_decoded_as_a_peer_does(bytes, size);
        }
}

/* A text whose pieces are single bytes, so that every sequence lies across pieces. */
static struct text *text_in_pieces(const char *bytes, size_t size)
{
    struct text *text = text_new("", 0);
    for (size_t i = size; i-- > 0;) {
        struct text *next = text_replace(text, (struct span){ 0, 0 }, bytes + i, 1);
        text_free(text);
        text = next;
    }
    return text;
}

/* Checks that the clusters of bytes end exactly at the given ends, forward, backward, and from any offset
 * inside. */
static void assert_clusters(const char *bytes, size_t size, const size_t *ends, size_t count)
{
    struct text *text = text_in_pieces(bytes, size);
    size_t start = 0;
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(text_cluster_next(text, start), ends[i]);
        assert_int_equal(text_cluster_before(text, ends[i]), start);
        assert_int_equal(cluster_size(bytes + start, size - start), ends[i] - start);
        assert_int_equal(cluster_size_before(bytes, ends[i]), ends[i] - start);
        for (size_t inside = start; inside < ends[i]; inside++)
            assert_int_equal(text_cluster_start(text, inside), start);
        start = ends[i];
    }
    assert_int_equal(start, size);
    text_free(text);
}

/* One line of GraphemeBreakTest.txt: code points in hexadecimal, a sign before and behind each. */
static bool check_line(char *line)
{
    static const char boundary[] = "\xc3\xb7";
    char bytes[256];
    size_t size = 0, ends[64], count = 0;
    bool any = false;
    line[strcspn(line, "#\n")] = 0;
    for (char *save, *word = strtok_r(line, " \t", &save); word; word = strtok_r(NULL, " \t", &save)) {
        if (!strcmp(word, boundary) && size)
            ends[count++] = size;
        else if ((unsigned char)word[0] < 0x80)
            size += unit_encode((int32_t)strtol(word, NULL, 16), bytes + size);
        any = true;
    }
    if (any)
        assert_clusters(bytes, size, ends, count);
    return any;
}

/* Runs the file of the Unicode Consortium where there is a copy. */
static void the_cases_of_unicode_hold_both_ways(void **unused)
{
    (void)unused;
    const char *folder = getenv("LACUNA_UNICODE_DATA");
    char path[4096], line[4096];
    snprintf(path, sizeof path, "%s/GraphemeBreakTest.txt", folder ? folder : "/usr/share/unicode/auxiliary");
    FILE *file = fopen(path, "r");
    if (!file)
        skip();
    size_t cases = 0;
    while (fgets(line, sizeof line, file))
        cases += check_line(line);
    fclose(file);
    assert_true(cases > 500);
}

static void clusters_that_people_type_are_whole(void **unused)
{
    (void)unused;
    char lines[][128] = {
        "\xc3\xb7 0065 \xc3\x97 0301 \xc3\xb7 0078 \xc3\xb7",
        "\xc3\xb7 1F468 \xc3\x97 200D \xc3\x97 1F469 \xc3\x97 200D \xc3\x97 1F467 \xc3\xb7 0061 \xc3\xb7",
        "\xc3\xb7 1F1E9 \xc3\x97 1F1EA \xc3\xb7 1F1EB \xc3\x97 1F1F7 \xc3\xb7 1F1EB \xc3\xb7",
        "\xc3\xb7 1F44D \xc3\x97 1F3FD \xc3\xb7 0023 \xc3\x97 FE0F \xc3\x97 20E3 \xc3\xb7",
        "\xc3\xb7 0061 \xc3\xb7 000D \xc3\x97 000A \xc3\xb7 0301 \xc3\xb7",
        "\xc3\xb7 1112 \xc3\x97 1161 \xc3\x97 11AB \xc3\xb7 AC00 \xc3\x97 11A8 \xc3\xb7",
        "\xc3\xb7 1F3F4 \xc3\x97 E0067 \xc3\x97 E0062 \xc3\x97 E007F \xc3\xb7 0061 \xc3\xb7",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_true(check_line(lines[i]));
    assert_clusters("a\x80\xff\xe2\x82z", 6, (size_t[]){ 1, 2, 3, 4, 5, 6 }, 6);
}

static void endless_clusters_are_cut(void **unused)
{
    (void)unused;
    enum { MARKS = 100000 };
    char *bytes = malloc(MARKS * 2);
    for (int i = 0; i < MARKS; i++)
        memcpy(bytes + 2 * i, "\xcc\x81", 2);
    struct text *text = text_new(bytes, MARKS * 2);
    size_t steps = 0, at = 0;
    for (; at < MARKS * 2; steps++)
        at = text_cluster_next(text, at);
    assert_true(steps < 200);
    for (steps = 0; at > 0; steps++)
        at = text_cluster_before(text, at);
    assert_true(steps < 200);
    text_free(text);
    free(bytes);
}

static void cells_are_those_of_a_terminal(void **unused)
{
    (void)unused;
    static const struct {
        const char *bytes;
        int width;
    } rows[] = {
        { "a", 1 },
        { "\xc3\xa9", 1 },
        { "e\xcc\x81", 1 },
        { "\xe6\xbc\xa2", 2 },
        { "\xed\x95\x9c", 2 },
        { "\xef\xbd\xb1", 1 },
        { "\xf0\x9f\x98\x80", 2 },
        { "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9", 2 },
        { "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa", 2 },
        { "\xe2\x9d\xa4\xef\xb8\x8f", 2 },
        { "\xe2\x9d\xa4", 1 },
        { "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 2 },
        { "\x01", 2 },
        { "\x7f", 2 },
        { "\x80", 4 },
        { "\xc2\x85", 4 },
        { "\xe2\x80\x8b", 6 },
        { "\xcc\x81", 1 },
        { "\t", 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (cluster_width(rows[i].bytes, strlen(rows[i].bytes)) != rows[i].width)
            fail_msg("row %zu: %d cells", i, cluster_width(rows[i].bytes, strlen(rows[i].bytes)));
    assert_int_equal(unit_width(0x301), 0);
}

static void what_a_screen_would_swallow_is_spelled(void **unused)
{
    (void)unused;
    char out[UNIT_SHOWN_SIZE];
    static const struct {
        int32_t code;
        const char *shown;
    } rows[] = { { 1, "^A" },          { 127, "^?" },        { -128, "\\x80" }, { 0x85, "<85>" },
                 { 0x200b, "<200b>" }, { 0x202e, "<202e>" }, { 'a', "" },       { 0xe9, "" } };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memset(out, 0, sizeof out);
        assert_int_equal(unit_show(rows[i].code, out), strlen(rows[i].shown));
        assert_string_equal(out, rows[i].shown);
    }
}

static void words_are_runs_of_one_kind(void **unused)
{
    (void)unused;
    assert_int_equal(unit_kind('a'), KIND_WORD);
    assert_int_equal(unit_kind('_'), KIND_WORD);
    assert_int_equal(unit_kind(0xe9), KIND_WORD);
    assert_int_equal(unit_kind(0x301), KIND_WORD);
    assert_int_equal(unit_kind('-'), KIND_PUNCTUATION);
    assert_int_equal(unit_kind(0x201c), KIND_PUNCTUATION);
    assert_int_equal(unit_kind(0x3000), KIND_BLANK);
    assert_int_equal(unit_kind(0x6f22), KIND_HAN);
    assert_int_equal(unit_kind(0x3042), KIND_HIRAGANA);
    assert_int_equal(unit_kind(0x1f600), KIND_EMOJI);
    assert_true(unit_is_upper(0xc9) && unit_is_lower(0xe9) && unit_to_upper(0xe9) == 0xc9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_encoded_and_decoded),
        cmocka_unit_test(ill_formed_bytes_stand_for_themselves),
        cmocka_unit_test(the_cases_of_unicode_hold_both_ways),
        cmocka_unit_test(clusters_that_people_type_are_whole),
        cmocka_unit_test(endless_clusters_are_cut),
        cmocka_unit_test(cells_are_those_of_a_terminal),
        cmocka_unit_test(what_a_screen_would_swallow_is_spelled),
        cmocka_unit_test(words_are_runs_of_one_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
