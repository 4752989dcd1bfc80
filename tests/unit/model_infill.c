/* What a fill promises, whatever the weights: thousands of random requests to a model of random weights. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "model/base/memory.h"
#include "model/base/random.h"
#include "model/base/utf8.h"
#include "model/infill/infill.h"

#include <pcre2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct infill *infill;
    struct denoiser_session *session;
    pcre2_code *word;
};

static int open_model(void **state)
{
    struct lacuna_error error = { 0 };
    struct lacuna_options options = { .threads = 1 };
    struct fixture *fixture = memory_new(1, sizeof *fixture);
    const char *other = getenv("LACUNA_TEST_MODEL");
    fixture->infill = infill_open(other ? other : LACUNA_TINY_MODEL, &options, &error);
    if (!fixture->infill)
        fail_msg("%s", error.message);
    fixture->session = denoiser_session_new(infill_denoiser(fixture->infill), &error);
    int number;
    PCRE2_SIZE offset;
    fixture->word = pcre2_compile((PCRE2_SPTR) "(?:(?!_)[\\p{L}\\p{N}])+(?:['’](?:(?!_)[\\p{L}\\p{N}])+)*",
                                  PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP, &number, &offset, NULL);
    *state = fixture;
    return fixture->word ? 0 : -1;
}

static int close_model(void **state)
{
    struct fixture *fixture = *state;
    pcre2_code_free(fixture->word);
    denoiser_session_free(fixture->session);
    infill_close(fixture->infill);
    free(fixture);
    return 0;
}

/* Calls back for each word; how many there are. */
static int count_words(const struct fixture *fixture, const char *text, const char *wanted, bool *found)
{
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(fixture->word, NULL);
    int words = 0;
    PCRE2_SIZE at = 0, size = strlen(text);
    while (at <= size && pcre2_match(fixture->word, (PCRE2_SPTR)text, size, at, 0, match, NULL) > 0) {
        PCRE2_SIZE *range = pcre2_get_ovector_pointer(match);
        words++;
        if (wanted && range[1] - range[0] == strlen(wanted) &&
            memcmp(text + range[0], wanted, range[1] - range[0]) == 0)
            *found = true;
        at = range[1];
    }
    pcre2_match_data_free(match);
    return words;
}

/* ---- random requests */

static const char *const scraps[] = {
    "the",      "old man", " went", " on",   " and", "moon",   " ",       "  ",
    ".",        ",",       " it",   "sea,",  "\n",   "\n\n",   "(",       ")",
    "\"",       "’s",      "café",  "Größe", "漢字", "🌙",      "e\u0301", "👩‍👩‍👧",
    "3.14",     "don't",   "-",     "…",     "x",    "<mask>", "_",       "\t",
    "\xC2\xA0",
};
enum { SCRAPS = sizeof scraps / sizeof *scraps, TEXT_MOST = 4096, SPANS_MOST = 6 };

struct question {
    struct lacuna_request request;
    struct lacuna_span spans[SPANS_MOST];
    char text[TEXT_MOST];
    const char *keep[4];
};

static void add_scraps(struct question *question, struct random *random, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const char *scrap = scraps[random_below(random, SCRAPS)];
        if (question->request.size + strlen(scrap) + 1 < TEXT_MOST) {
            strcpy(question->text + question->request.size, scrap);
            question->request.size += strlen(scrap);
        }
    }
}

static void ask_length(struct question *question, struct random *random)
{
    struct lacuna_length *length = &question->request.length;
    int low = 1 + (int)random_below(random, 6), high = low + (int)random_below(random, 4);
    switch (random_below(random, 6)) {
    case 0:
        *length = (struct lacuna_length){ LACUNA_TOKENS, low, low };
        break;
    case 1:
        *length = (struct lacuna_length){ LACUNA_TOKENS, low, high };
        break;
    case 2:
        *length = (struct lacuna_length){ LACUNA_WORDS, low, low };
        break;
    case 3:
        *length = (struct lacuna_length){ LACUNA_WORDS, low, high };
        break;
    default:
        break;
    }
}

static void ask_anything(struct question *question, struct random *random)
{
    static const char *const words[] = { "moon", "sea", "Café", "don't", "x" };
    static const char *const samplers[] = {
        NULL,           "analytic",  "ancestral",    "confidence",     "confidence_threshold",
        "dual_cache",   "entropy",   "euler",        "low_confidence", "margin",
        "maskgit_plus", "origin",    "prefix_cache", "random",         "sample_confidence",
        "sample_topk",  "threshold", "topk_margin"
    };
    enum { SAMPLERS = sizeof samplers / sizeof *samplers };
    static const char *const attributes[] = { NULL,          NULL,           "formal",
                                              "past, plain", "first person", "past with: sea" };
    *question = (struct question){ 0 };
    struct lacuna_request *request = &question->request;
    uint32_t spans = 1 + random_below(random, 3), scale = random_below(random, 8) == 0 ? 120 : 12;
    add_scraps(question, random, random_below(random, scale));
    for (uint32_t i = 0; i < spans; i++) {
        question->spans[i].start = request->size;
        add_scraps(question, random, random_below(random, 4));
        question->spans[i].end = request->size;
        add_scraps(question, random, random_below(random, scale));
    }
    request->text = question->text;
    request->spans = question->spans;
    request->span_count = spans;
    request->seed = random_u32(random);
    request->steps = 1 + (int)random_below(random, 5);
    request->count = 1 + (int)random_below(random, 4);
    request->temperature = random_below(random, 3) ? 0 : 1;
    request->sampler = samplers[random_below(random, SAMPLERS)];
    request->block_length = (int)random_below(random, 5);
    request->threshold = random_below(random, 3) * 0.4;
    request->top_k = (int)random_below(random, 3) * 4;
    request->attribute = attributes[random_below(random, 6)];
    request->newlines = random_below(random, 4) == 0;
    ask_length(question, random);
    for (uint32_t k = random_below(random, 5); k > 2; k--)
        question->keep[request->keep_count++] = words[random_below(random, 5)];
    request->keep = question->keep;
}

/* ---- what must hold */

static void check_text(const struct question *question, const struct lacuna_alternative *alternative)
{
    const struct lacuna_request *request = &question->request;
    size_t at = 0, from = 0;
    for (size_t i = 0; i <= request->span_count; i++) {
        size_t to = i < request->span_count ? request->spans[i].start : request->size;
        assert_true(at + (to - from) <= alternative->size);
        assert_memory_equal(alternative->text + at, request->text + from, to - from);
        at += to - from;
        if (i == request->span_count)
            break;
        const struct lacuna_fill *fill = &alternative->fills[i];
        assert_int_equal(strlen(fill->text), fill->size);
        assert_memory_equal(alternative->text + at, fill->text, fill->size);
        at += fill->size;
        from = request->spans[i].end;
    }
    assert_int_equal(at, alternative->size);
}

static void check_characters(const struct question *question, const char *fill)
{
    size_t size = strlen(fill);
    assert_int_equal(utf8_valid(fill, size), size);
    for (size_t at = 0; at < size;) {
        uint32_t code;
        at += utf8_decode(fill + at, size - at, &code);
        bool control = code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029;
        assert_true(!control || (code == '\n' && question->request.newlines));
    }
    assert_null(strstr(fill, "<mask>"));
    assert_null(strstr(fill, "<null>"));
    assert_null(strstr(fill, "<tense=past>"));
}

/* No blank is doubled where a fill meets its sides. */
static void check_blanks(const struct question *question, size_t span, const char *fill)
{
    const struct lacuna_request *request = &question->request;
    size_t start = request->spans[span].start, end = request->spans[span].end, size = strlen(fill);
    bool left = span == 0 || request->spans[span - 1].end < start;
    bool right = span + 1 == request->span_count || request->spans[span + 1].start > end;
    if (left && start > 0 && request->text[start - 1] == ' ')
        assert_int_not_equal(fill[0], ' ');
    if (right && end < request->size && request->text[end] == ' ')
        assert_int_not_equal(fill[size - 1], ' ');
}

static void check_confidence(const struct lacuna_alternative *alternative)
{
    size_t at = 0;
    for (size_t i = 0; i < alternative->confidence_count; i++) {
        const struct lacuna_confidence *range = &alternative->confidence[i];
        assert_true(range->start >= at && range->end > range->start && range->end <= alternative->size);
        assert_true(range->probability >= 0 && range->probability <= 1.0001f);
        at = range->end;
    }
}

static void check_lengths(const struct fixture *fixture, const struct question *question,
                          const struct lacuna_fill *fill)
{
    const struct lacuna_length *length = &question->request.length;
    int words = count_words(fixture, fill->text, NULL, NULL);
    if (length->unit == LACUNA_TOKENS)
        assert_in_range(fill->tokens, length->low, length->high);
    if (length->unit == LACUNA_WORDS)
        assert_in_range(words, length->low, length->high);
    assert_true(fill->size > 0);
}

static void check_kept(const struct fixture *fixture, const struct question *question,
                       const struct lacuna_alternative *alternative)
{
    const struct lacuna_request *request = &question->request;
    bool with = request->attribute && strstr(request->attribute, "with:");
    for (size_t k = 0; k < request->keep_count + with; k++) {
        bool found = false;
        for (size_t i = 0; i < request->span_count; i++)
            count_words(fixture, alternative->fills[i].text,
                        k < request->keep_count ? request->keep[k] : "sea", &found);
        assert_true(found);
    }
}

static void check_answer(const struct fixture *fixture, const struct question *question,
                         const struct lacuna_answer *answer)
{
    assert_in_range(answer->alternative_count, 1, question->request.count);
    assert_true(answer->alternative_count == (size_t)question->request.count || answer->note);
    for (size_t a = 0; a < answer->alternative_count; a++) {
        const struct lacuna_alternative *alternative = &answer->alternatives[a];
        check_text(question, alternative);
        check_confidence(alternative);
        check_kept(fixture, question, alternative);
        for (size_t i = 0; i < question->request.span_count; i++) {
            check_characters(question, alternative->fills[i].text);
            check_blanks(question, i, alternative->fills[i].text);
            check_lengths(fixture, question, &alternative->fills[i]);
        }
        for (size_t b = 0; b < a; b++)
            assert_string_not_equal(alternative->text, answer->alternatives[b].text);
    }
}

static void describe_question(const struct question *question)
{
    const struct lacuna_request *r = &question->request;
    print_error("text '%s' unit %d %d:%d count %d steps %d seed %llu sampler %s attribute %s newlines %d "
                "temperature %g\n",
                question->text, (int)r->length.unit, r->length.low, r->length.high, r->count, r->steps,
                (unsigned long long)r->seed, r->sampler ? r->sampler : "-", r->attribute ? r->attribute : "-",
                r->newlines, r->temperature);
    for (size_t i = 0; i < r->span_count; i++)
        print_error("  span %zu:%zu\n", r->spans[i].start, r->spans[i].end);
    for (size_t i = 0; i < r->keep_count; i++)
        print_error("  keep %s\n", r->keep[i]);
}

static void every_promise_holds_for_random_requests(void **state)
{
    struct fixture *fixture = *state;
    const char *rounds = getenv("LACUNA_TEST_ROUNDS");
    uint64_t count = rounds ? strtoull(rounds, NULL, 10) : 400;
    size_t answered = 0;
    for (uint64_t i = 0; i < count; i++) {
        struct random random = random_new(i, 11);
        struct question question;
        ask_anything(&question, &random);
        struct lacuna_error error = { 0 };
        struct lacuna_answer *answer =
            infill_run(fixture->infill, fixture->session, &question.request, NULL, &error);
        if (getenv("LACUNA_TEST_TALK"))
            describe_question(&question);
        if (answer) {
            answered++;
            check_answer(fixture, &question, answer);
        } else if (error.code != LACUNA_KEEP && error.code != LACUNA_LENGTH) {
            describe_question(&question);
            fail_msg("%s: %s", lacuna_code_name(error.code), error.message);
        }
        infill_answer_free(answer);
    }
    assert_true(answered > count * 8 / 10);
}

static void guidance_of_nothing_ignores_the_attribute(void **state)
{
    struct fixture *fixture = *state;
    struct lacuna_span span = { 29, 32 };
    static const char text[] = "The old man went down to the ___ an hour before the boats came in.";
    struct lacuna_request request = {
        .task = LACUNA_INFILL, .text = text, .size = sizeof text - 1, .spans = &span, .span_count = 1
    };
    struct lacuna_error error = { 0 };
    struct lacuna_answer *plain = infill_run(fixture->infill, fixture->session, &request, NULL, &error);
    request.attribute = "formal past";
    request.guidance_set = true;
    struct lacuna_answer *ignoring = infill_run(fixture->infill, fixture->session, &request, NULL, &error);
    assert_non_null(plain);
    assert_non_null(ignoring);
    assert_string_equal(ignoring->alternatives[0].text, plain->alternatives[0].text);
    infill_answer_free(plain);
    infill_answer_free(ignoring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_promise_holds_for_random_requests),
        cmocka_unit_test(guidance_of_nothing_ignores_the_attribute),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}
