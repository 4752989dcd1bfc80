/* check_answers REQUESTS ANSWERS - holds each line of answers against its request: what an engine promises
 * whatever its weights.
 *
 * A request's field "expect" (which the engine ignores) names the error code that it must get; without it, it
 * must be filled. Each breach is a line on standard output; exit 1 where there was any. */
#include <jansson.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

struct checker {
    size_t line;
    size_t breaches;
    const json_t *request;
};

__attribute__((format(printf, 2, 3))) static void breach(struct checker *checker, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("line %zu: ", checker->line);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
    checker->breaches++;
}

static size_t offset_of(const json_t *pair, size_t index)
{
    return (size_t)json_integer_value(json_array_get(pair, index));
}

/* The text with `fills` in the place of the spans equals `whole`, byte for byte. */
static bool is_joined(const json_t *request, const json_t *fills, const json_t *whole)
{
    const json_t *text = json_object_get(request, "text"), *spans = json_object_get(request, "spans");
    const char *from = json_string_value(text), *to = json_string_value(whole);
    size_t size = json_string_length(whole), at = 0, out = 0;
    for (size_t i = 0; i <= json_array_size(spans); i++) {
        bool last = i == json_array_size(spans);
        size_t end = last ? json_string_length(text) : offset_of(json_array_get(spans, i), 0);
        const json_t *fill = json_array_get(fills, i);
        size_t fill_size = last ? 0 : json_string_length(fill);
        if (out + (end - at) + fill_size > size || memcmp(from + at, to + out, end - at) != 0)
            return false;
        out += end - at;
        if (!last && memcmp(to + out, json_string_value(fill), fill_size) != 0)
            return false;
        out += fill_size;
        at = last ? end : offset_of(json_array_get(spans, i), 1);
    }
    return out == size;
}

static void check_fill(struct checker *checker, const char *fill, size_t size)
{
    bool newlines = json_is_true(json_object_get(checker->request, "newlines"));
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)fill[i];
        bool allowed = byte == '\t' || (newlines && byte == '\n');
        if ((byte < 0x20 || byte == 0x7f) && !allowed)
            breach(checker, "a fill holds the control character %02x", byte);
        if (byte == 0xc2 && i + 1 < size && (unsigned char)fill[i + 1] < 0xa0)
            breach(checker, "a fill holds a control character of the second block");
    }
    static const char *const specials[] = { "<mask>", "<pad>", "<null>", "<none>", "<bos>", "<eos>" };
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (strstr(fill, specials[i]))
            breach(checker, "a fill holds the text %s", specials[i]);
}

static bool is_word_character(utf8proc_int32_t code)
{
    utf8proc_category_t category = utf8proc_category(code);
    return category <= UTF8PROC_CATEGORY_LO ||
           (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO) ||
           category == UTF8PROC_CATEGORY_MN;
}

/* `word` stands in `text` with no letter or digit next to it. */
static bool holds_word(const char *text, const char *word)
{
    size_t size = strlen(word);
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
        utf8proc_int32_t before = ' ', after = ' ';
        const char *previous = at;
        while (previous > text && ((unsigned char)*--previous & 0xc0) == 0x80)
            continue;
        if (at > text)
            utf8proc_iterate((const utf8proc_uint8_t *)previous, -1, &before);
        if (at[size])
            utf8proc_iterate((const utf8proc_uint8_t *)at + size, -1, &after);
        if (!is_word_character(before) && !is_word_character(after))
            return true;
    }
    return false;
}

static void check_keep(struct checker *checker, const json_t *fills)
{
    size_t index, hole;
    const json_t *word, *fill;
    json_array_foreach(json_object_get(checker->request, "keep"), index, word)
    {
        bool found = false;
        json_array_foreach(fills, hole, fill) found =
            found || holds_word(json_string_value(fill), json_string_value(word));
        if (!found)
            breach(checker, "the word '%s' is not kept", json_string_value(word));
    }
}

/* A number of tokens or [low, high]. */
static void check_tokens(struct checker *checker, const json_t *lengths)
{
    const json_t *wanted = json_object_get(checker->request, "length");
    if (!json_is_integer(wanted) && !json_is_array(wanted))
        return;
    json_int_t low = json_integer_value(json_is_array(wanted) ? json_array_get(wanted, 0) : wanted);
    json_int_t high = json_integer_value(json_is_array(wanted) ? json_array_get(wanted, 1) : wanted);
    size_t index;
    const json_t *length;
    json_array_foreach(lengths, index, length)
    {
        json_int_t tokens = json_integer_value(length);
        if (tokens < low || tokens > high)
            breach(checker, "hole %zu has %lld tokens, not %lld to %lld", index, (long long)tokens,
                   (long long)low, (long long)high);
    }
}

static int count_words(const char *text)
{
    int words = 0;
    bool inside = false;
    for (const char *at = text; *at;) {
        utf8proc_int32_t code;
        at += utf8proc_iterate((const utf8proc_uint8_t *)at, -1, &code);
        bool word = is_word_character(code) || (inside && (code == '\'' || code == 0x2019));
        words += word && !inside;
        inside = word;
    }
    return words;
}

static void check_words(struct checker *checker, const json_t *fills)
{
    const char *wanted = json_string_value(json_object_get(checker->request, "length"));
    int low, high;
    if (!wanted || sscanf(wanted, "words:%d", &low) != 1)
        return;
    if (sscanf(wanted, "words:%*d:%d", &high) != 1)
        high = low;
    size_t index;
    const json_t *fill;
    json_array_foreach(fills, index, fill)
    {
        int words = count_words(json_string_value(fill));
        if (words < low || words > high)
            breach(checker, "hole %zu has %d words, not %d to %d: '%s'", index, words, low, high,
                   json_string_value(fill));
    }
}

static void check_confidence(struct checker *checker, const json_t *one)
{
    size_t size = json_string_length(json_object_get(one, "text")), index, last = 0;
    const json_t *range;
    json_array_foreach(json_object_get(one, "confidence"), index, range)
    {
        size_t start = offset_of(range, 0), end = offset_of(range, 1);
        double probability = json_number_value(json_array_get(range, 2));
        if (start < last || end < start || end > size || !(probability >= 0 && probability <= 1.000001))
            breach(checker, "confidence range %zu [%zu, %zu, %g] is out of order", index, start, end,
                   probability);
        last = end;
    }
}

/* What holds where all of a hole is new; rewrite and correct keep parts of what was there. */
static void check_fills(struct checker *checker, const json_t *fills, const json_t *lengths)
{
    size_t index;
    const json_t *fill;
    json_array_foreach(fills, index, fill)
        check_fill(checker, json_string_value(fill), json_string_length(fill));
    check_keep(checker, fills);
    check_tokens(checker, lengths);
    check_words(checker, fills);
}

static void check_alternative(struct checker *checker, const json_t *one)
{
    const json_t *fills = json_object_get(one, "fills"), *lengths = json_object_get(one, "lengths");
    size_t spans = json_array_size(json_object_get(checker->request, "spans"));
    if (json_array_size(fills) != spans || json_array_size(lengths) != spans) {
        breach(checker, "%zu fills and %zu lengths for %zu spans", json_array_size(fills),
               json_array_size(lengths), spans);
        return;
    }
    if (!is_joined(checker->request, fills, json_object_get(one, "text")))
        breach(checker, "the text differs outside the spans");
    if (!json_is_number(json_object_get(one, "logprob")) ||
        json_number_value(json_object_get(one, "logprob")) > 1e-6)
        breach(checker, "logprob is no logarithm of a probability");
    check_confidence(checker, one);
    const json_t *job = json_object_get(checker->request, "job");
    if (!job || strcmp(json_string_value(job), "infill") == 0)
        check_fills(checker, fills, lengths);
}

static void check_alternatives(struct checker *checker, const json_t *answer)
{
    const json_t *alternatives = json_object_get(answer, "alternatives"),
                 *count = json_object_get(checker->request, "count");
    size_t wanted = count ? (size_t)json_integer_value(count) : 1, found = json_array_size(alternatives);
    if (found < 1 || found > wanted)
        breach(checker, "%zu alternatives of %zu", found, wanted);
    if (found < wanted && !json_object_get(answer, "note"))
        breach(checker, "fewer alternatives than asked, and no note");
    for (size_t i = 0; i < found; i++) {
        check_alternative(checker, json_array_get(alternatives, i));
        for (size_t k = 0; k < i; k++)
            if (json_equal(json_object_get(json_array_get(alternatives, i), "text"),
                           json_object_get(json_array_get(alternatives, k), "text")))
                breach(checker, "alternatives %zu and %zu are the same", k, i);
    }
}

static void check_answer(struct checker *checker, const json_t *answer)
{
    const char *expected = json_string_value(json_object_get(checker->request, "expect"));
    const json_t *error = json_object_get(answer, "error");
    const char *code = json_string_value(json_object_get(error, "code"));
    const char *message = json_string_value(json_object_get(error, "message"));
    const json_t *id = json_object_get(checker->request, "id");
    if (!(id ? json_equal(id, json_object_get(answer, "id")) : json_is_null(json_object_get(answer, "id"))))
        breach(checker, "the id did not come back");
    if (expected && (!code || strcmp(code, expected) != 0))
        breach(checker, "expected error %s, got %s (%s)", expected, code ? code : "an answer",
               message ? message : "");
    if (!expected && code)
        breach(checker, "error %s: %s", code, message);
    if (code && (!message || !*message))
        breach(checker, "an error without a message");
    if (!expected && !code)
        check_alternatives(checker, answer);
}

static json_t *next(FILE *file, char **line, size_t *room)
{
    ssize_t size = getline(line, room, file);
    return size < 0 ? NULL : json_loadb(*line, (size_t)size, JSON_ALLOW_NUL, NULL);
}

int main(int count, char **arguments)
{
    FILE *requests = count == 3 ? fopen(arguments[1], "r") : NULL,
         *answers = requests ? fopen(arguments[2], "r") : NULL;
    if (!answers) {
        fputs("usage: check_answers REQUESTS ANSWERS\n", stderr);
        return 2;
    }
    struct checker checker = { .line = 0 };
    char *line = NULL;
    size_t room = 0;
    json_t *request;
    while ((request = next(requests, &line, &room))) {
        checker.line++;
        checker.request = request;
        json_t *answer = next(answers, &line, &room);
        if (answer)
            check_answer(&checker, answer);
        else
            breach(&checker, "there is no answer");
        json_decref(answer);
        json_decref(request);
    }
    if (getline(&line, &room, answers) >= 0)
        breach(&checker, "more answers than requests");
    free(line);
    fclose(requests);
    fclose(answers);
    printf("%zu requests, %zu breaches\n", checker.line, checker.breaches);
    return checker.breaches ? 1 : 0;
}
