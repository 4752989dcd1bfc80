/* Answers and errors as lines of JSON. */
#include "model/command/answer.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct lacuna_fill fills[] = { { "quay \"and\" ☾", 14, 3 }, { "", 0, 0 } };
static const struct lacuna_confidence confidence[] = { { 3, 7, 0.123456789f }, { 7, 8, 1.0f } };
static const struct lacuna_edit edits[] = { { 2, 5, "the", 0.75f } };
static const struct lacuna_alternative alternative = {
    .text = "to\0quay",
    .size = 7,
    .fills = fills,
    .logprob = -1.0 / 3,
    .confidence = confidence,
    .confidence_count = 2,
    .edits = edits,
    .edit_count = 1,
};
static const struct lacuna_answer answer = {
    .alternatives = &alternative,
    .alternative_count = 1,
    .span_count = 2,
    .steps = 8,
    .tokens = 3,
    .ms = 12.5,
};

/* The line that was written, parsed; it must be one line. */
static json_t *written(char *line, size_t size)
{
    assert_true(size > 0 && line[size - 1] == '\n');
    assert_null(memchr(line, '\n', size - 1));
    json_t *json = json_loadb(line, size, JSON_ALLOW_NUL, NULL);
    assert_non_null(json);
    free(line);
    return json;
}

static json_t *write_answer(const char *id, const struct lacuna_answer *from, enum lacuna_task task)
{
    char *line = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&line, &size);
    answer_write(out, id, from, task);
    fclose(out);
    return written(line, size);
}

static json_t *write_error(const char *id, const struct lacuna_error *error)
{
    char *line = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&line, &size);
    answer_write_error(out, id, error);
    fclose(out);
    return written(line, size);
}

static void an_answer_has_all_its_fields(void **state)
{
    (void)state;
    json_t *json = write_answer("[1,\"a\"]", &answer, LACUNA_INFILL);
    json_t *expected = json_loads("[1,\"a\"]", 0, NULL);
    assert_true(json_equal(json_object_get(json, "id"), expected));
    const json_t *one = json_array_get(json_object_get(json, "alternatives"), 0);
    assert_int_equal(json_string_length(json_object_get(one, "text")), 7);
    assert_string_equal(json_string_value(json_array_get(json_object_get(one, "fills"), 0)),
                        "quay \"and\" ☾");
    assert_int_equal(json_integer_value(json_array_get(json_object_get(one, "lengths"), 0)), 3);
    double logprob = json_real_value(json_object_get(one, "logprob"));
    assert_true(logprob > -0.33334 && logprob < -0.33333);
    const json_t *range = json_array_get(json_object_get(one, "confidence"), 0);
    assert_int_equal(json_integer_value(json_array_get(range, 1)), 7);
    assert_true(json_real_value(json_array_get(range, 2)) == 0.123457);
    assert_int_equal(json_integer_value(json_object_get(json, "steps")), 8);
    assert_int_equal(json_integer_value(json_object_get(json, "tokens")), 3);
    assert_true(json_real_value(json_object_get(json, "ms")) == 12.5);
    assert_null(json_object_get(one, "edits"));
    assert_null(json_object_get(json, "note"));
    json_decref(expected);
    json_decref(json);
}

static void edits_are_shown_where_something_was_corrected(void **state)
{
    (void)state;
    json_t *json = write_answer(NULL, &answer, LACUNA_CORRECT);
    const json_t *one = json_array_get(json_object_get(json, "alternatives"), 0);
    json_t *expected = json_loads("[[2,5,\"the\",0.75]]", 0, NULL);
    assert_true(json_equal(json_object_get(one, "edits"), expected));
    assert_true(json_is_null(json_object_get(json, "id")));
    json_decref(expected);
    json_decref(json);
}

static void a_note_is_passed_on(void **state)
{
    (void)state;
    struct lacuna_answer noted = answer;
    noted.note = "only one fill exists";
    json_t *json = write_answer("7", &noted, LACUNA_INFILL);
    assert_string_equal(json_string_value(json_object_get(json, "note")), noted.note);
    json_decref(json);
}

static void an_error_names_its_code(void **state)
{
    (void)state;
    struct lacuna_error error = { LACUNA_BAD_SPAN, "span 1 \"ends\"\nlate" };
    json_t *json = write_error("\"x\"", &error);
    const json_t *inner = json_object_get(json, "error");
    assert_string_equal(json_string_value(json_object_get(inner, "code")), "bad_span");
    assert_string_equal(json_string_value(json_object_get(inner, "message")), error.message);
    assert_string_equal(json_string_value(json_object_get(json, "id")), "x");
    json_decref(json);
}

static void a_message_cut_inside_a_character_is_still_text(void **state)
{
    (void)state;
    struct lacuna_error error = { LACUNA_ATTRIBUTE, "caf\xc3" };
    json_t *json = write_error(NULL, &error);
    const json_t *message = json_object_get(json_object_get(json, "error"), "message");
    assert_string_equal(json_string_value(message), "caf\xef\xbf\xbd");
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_has_all_its_fields),
        cmocka_unit_test(edits_are_shown_where_something_was_corrected),
        cmocka_unit_test(a_note_is_passed_on),
        cmocka_unit_test(an_error_names_its_code),
        cmocka_unit_test(a_message_cut_inside_a_character_is_still_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
