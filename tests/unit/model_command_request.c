/* A request as a line of JSON: what is read, what is refused and with which code, and the id that comes back.
 */
#include "model/command/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define REST "\"text\":\"a moon\",\"spans\":[[2,6]]"

static struct request parsed(const char *line)
{
    struct request request;
    struct lacuna_error error = { 0 };
    if (!request_parse(&request, line, strlen(line), 5, &error))
        fail_msg("%s: %s", line, error.message);
    return request;
}

static void only_text_and_spans_are_needed(void **state)
{
    (void)state;
    struct request request = parsed("{" REST "}");
    assert_string_equal(request.body.text, "a moon");
    assert_int_equal(request.body.size, 6);
    assert_int_equal(request.body.span_count, 1);
    assert_int_equal(request.body.spans[0].start, 2);
    assert_int_equal(request.body.spans[0].end, 6);
    assert_int_equal(request.body.task, LACUNA_INFILL);
    assert_int_equal(request.body.seed, 5);
    assert_int_equal(request.body.length.unit, LACUNA_AUTO);
    assert_false(request.body.guidance_set || request.body.strength_set || request.body.newlines);
    assert_null(request.body.attribute);
    assert_null(request.id);
    request_release(&request);
}

static void every_field_is_read(void **state)
{
    (void)state;
    struct request request = parsed("{\"id\":1,\"job\":\"rewrite\"," REST
                                    ",\"attribute\":\"formal past\",\"guidance\":0,\"strength\":0.25,"
                                    "\"steps\":12,\"seed\":9007199254740993,\"length\":\"words:2:4\","
                                    "\"keep\":[\"moon\",\"sea\"],\"count\":3,"
                                    "\"temperature\":0.5,\"sampler\":\"entropy\",\"newlines\":true}");
    const struct lacuna_request *body = &request.body;
    assert_int_equal(body->task, LACUNA_REWRITE);
    assert_string_equal(body->attribute, "formal past");
    assert_true(body->guidance_set && body->guidance == 0 && body->strength_set && body->strength == 0.25);
    assert_int_equal(body->steps, 12);
    assert_true(body->seed == 9007199254740993u);
    assert_int_equal(body->length.unit, LACUNA_WORDS);
    assert_int_equal(body->length.low, 2);
    assert_int_equal(body->length.high, 4);
    assert_int_equal(body->keep_count, 2);
    assert_string_equal(body->keep[1], "sea");
    assert_int_equal(body->count, 3);
    assert_true(body->temperature == 0.5 && body->newlines);
    assert_string_equal(body->sampler, "entropy");
    request_release(&request);
}

static void null_is_absent_and_unknown_fields_are_ignored(void **state)
{
    (void)state;
    struct request request = parsed("{" REST ",\"attribute\":null,\"steps\":null,\"colour\":{\"of\":[1]}}");
    assert_null(request.body.attribute);
    assert_int_equal(request.body.steps, 0);
    request_release(&request);
}

static void lengths_have_five_forms(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        struct lacuna_length length;
    } cases[] = {
        { "\"auto\"", { LACUNA_AUTO, 0, 0 } },     { "7", { LACUNA_TOKENS, 7, 7 } },
        { "7.0", { LACUNA_TOKENS, 7, 7 } },        { "[2,9]", { LACUNA_TOKENS, 2, 9 } },
        { "\"words:3\"", { LACUNA_WORDS, 3, 3 } }, { "\"words:1:5\"", { LACUNA_WORDS, 1, 5 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[128];
        snprintf(line, sizeof line, "{" REST ",\"length\":%s}", cases[i].json);
        struct request request = parsed(line);
        assert_memory_equal(&request.body.length, &cases[i].length, sizeof(struct lacuna_length));
        request_release(&request);
    }
}

static void the_id_comes_back_to_the_letter(void **state)
{
    (void)state;
    static const char *const ids[] = {
        "1",    "-0.10", "123456789012345678901234567890", "\"\\u00e9 \\\" id\"", "true",
        "null", "1e3",   "[1,[2,{\"id\":3}],\"]\"]",       "{\"id\":\"}\"}",      "\"\""
    };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        char line[256];
        snprintf(line, sizeof line, " {\"x\" : {\"id\":0} , \"id\" : %s , " REST "}\r", ids[i]);
        struct request request = parsed(line);
        assert_string_equal(request.id, ids[i]);
        request_release(&request);
    }
}

static void a_zero_character_in_the_text_is_kept(void **state)
{
    (void)state;
    struct request request = parsed("{\"text\":\"a\\u0000b\",\"spans\":[]}");
    assert_int_equal(request.body.size, 3);
    assert_memory_equal(request.body.text, "a\0b", 4);
    request_release(&request);
}

static void refused(const char *line, size_t size, enum lacuna_code code, const char *id, const char *names)
{
    struct request request;
    struct lacuna_error error = { 0 };
    if (request_parse(&request, line, size, 0, &error))
        fail_msg("accepted: %s", line);
    if (error.code != code || !strstr(error.message, names))
        fail_msg("%s: code %d, %s", line, (int)error.code, error.message);
    if (id)
        assert_string_equal(request.id, id);
    else
        assert_null(request.id);
    request_release(&request);
}

static void what_is_no_json_is_bad_json(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "  \r",
        "{",
        "{\"id\":7,}",
        "{\"id\":7} x",
        "{'id':7}",
        "{\"id\":07}",
        "{\"id\":NaN}",
        "\xef\xbb\xbf{}",
        "{\"id\":7,\"text\":\"\xff\"}",
        "{\"id\":7,\"text\":\"\xed\xa0\x80\"}",
        "{\"id\":7,\"text\":\"\\ud800\"}",
        "{\"id\":7,\"text\":\"a\tb\"}",
        "{\"id\":1e999}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        refused(lines[i], strlen(lines[i]), LACUNA_BAD_JSON, NULL, "");
    refused("{\"id\":7}\0", 9, LACUNA_BAD_JSON, NULL, "");
    refused("{\"id\":[7\0]}", 11, LACUNA_BAD_JSON, NULL, "");
}

static void deep_nesting_is_refused(void **state)
{
    (void)state;
    size_t size = 1 << 20;
    char *line = malloc(size + 1);
    memset(line, '[', size);
    line[size] = 0;
    refused(line, size, LACUNA_BAD_JSON, NULL, "depth");
    free(line);
}

static void a_wrong_field_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *fields, *names;
    } cases[] = {
        { "\"text\":5,\"spans\":[]", "text" },
        { "\"text\":null,\"spans\":[]", "text" },
        { "\"spans\":[]", "text" },
        { "\"text\":\"a\"", "spans" },
        { "\"text\":\"a\",\"spans\":{}", "spans" },
        { "\"text\":\"a\",\"spans\":[0,1]", "spans" },
        { "\"text\":\"a\",\"spans\":[[0]]", "spans" },
        { "\"text\":\"a\",\"spans\":[[0,0.5]]", "spans" },
        { "\"text\":\"a\",\"spans\":[[0,\"1\"]]", "spans" },
        { REST ",\"job\":\"translate\"", "job" },
        { REST ",\"job\":1", "job" },
        { REST ",\"attribute\":[]", "attribute" },
        { REST ",\"attribute\":\"a\\u0000b\"", "attribute" },
        { REST ",\"guidance\":\"2\"", "guidance" },
        { REST ",\"strength\":1.5", "strength" },
        { REST ",\"steps\":0", "steps" },
        { REST ",\"steps\":2.5", "steps" },
        { REST ",\"steps\":true", "steps" },
        { REST ",\"seed\":-1", "seed" },
        { REST ",\"length\":\"words:\"", "length" },
        { REST ",\"length\":\"words:3:1\"", "length" },
        { REST ",\"length\":\"long\"", "length" },
        { REST ",\"length\":[1]", "length" },
        { REST ",\"length\":[4,2]", "length" },
        { REST ",\"length\":-1", "length" },
        { REST ",\"keep\":\"moon\"", "keep" },
        { REST ",\"keep\":[1]", "keep" },
        { REST ",\"count\":0", "count" },
        { REST ",\"temperature\":-1", "temperature" },
        { REST ",\"sampler\":1", "sampler" },
        { REST ",\"newlines\":1", "newlines" },
        { REST ",\"a\":1,\"a\":2", "twice" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[256];
        int size = snprintf(line, sizeof line, "{\"id\":[7],%s}", cases[i].fields);
        refused(line, (size_t)size, LACUNA_BAD_REQUEST, "[7]", cases[i].names);
    }
}

static void a_value_that_is_no_object_is_a_bad_request(void **state)
{
    (void)state;
    static const char *const lines[] = { "[]", "5", "null", "\"text\"", "[{\"id\":1}]" };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        refused(lines[i], strlen(lines[i]), LACUNA_BAD_REQUEST, NULL, "object");
}

static void a_negative_offset_is_a_bad_span(void **state)
{
    (void)state;
    const char *line = "{\"id\":7,\"text\":\"a\",\"spans\":[[-1,1]]}";
    refused(line, strlen(line), LACUNA_BAD_SPAN, "7", "span 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_text_and_spans_are_needed),
        cmocka_unit_test(every_field_is_read),
        cmocka_unit_test(null_is_absent_and_unknown_fields_are_ignored),
        cmocka_unit_test(lengths_have_five_forms),
        cmocka_unit_test(the_id_comes_back_to_the_letter),
        cmocka_unit_test(a_zero_character_in_the_text_is_kept),
        cmocka_unit_test(what_is_no_json_is_bad_json),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(a_wrong_field_is_named),
        cmocka_unit_test(a_value_that_is_no_object_is_a_bad_request),
        cmocka_unit_test(a_negative_offset_is_a_bad_span),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
