#include "model/command/answer.h"

#include "model/command/clean.h"

#include <jansson.h>

enum { DIGITS = 6 };

static json_t *span_of(size_t start, size_t end)
{
    json_t *span = json_array();
    json_array_append_new(span, json_integer((json_int_t)start));
    json_array_append_new(span, json_integer((json_int_t)end));
    return span;
}

static json_t *confidence_of(const struct lacuna_alternative *alternative)
{
    json_t *list = json_array();
    for (size_t i = 0; i < alternative->confidence_count; i++) {
        const struct lacuna_confidence *range = &alternative->confidence[i];
        json_t *row = span_of(range->start, range->end);
        json_array_append_new(row, json_real((double)range->probability));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *edits_of(const struct lacuna_alternative *alternative)
{
    json_t *list = json_array();
    for (size_t i = 0; i < alternative->edit_count; i++) {
        const struct lacuna_edit *edit = &alternative->edits[i];
        json_t *row = span_of(edit->start, edit->end);
        json_array_append_new(row, clean_string(edit->text, strlen(edit->text)));
        json_array_append_new(row, json_real((double)edit->probability));
        json_array_append_new(list, row);
    }
    return list;
}

static json_t *alternative_of(const struct lacuna_alternative *alternative, size_t span_count,
                              enum lacuna_task task)
{
    json_t *object = json_object();
    json_t *fills = json_array(), *lengths = json_array();
    for (size_t i = 0; i < span_count; i++) {
        json_array_append_new(fills, clean_string(alternative->fills[i].text, alternative->fills[i].size));
        json_array_append_new(lengths, json_integer(alternative->fills[i].tokens));
    }
    json_object_set_new(object, "text", clean_string(alternative->text, alternative->size));
    json_object_set_new(object, "fills", fills);
    json_object_set_new(object, "lengths", lengths);
    json_object_set_new(object, "logprob", json_real(alternative->logprob));
    json_object_set_new(object, "confidence", confidence_of(alternative));
    if (task == LACUNA_CORRECT)
        json_object_set_new(object, "edits", edits_of(alternative));
    return object;
}

/* {"id":ID, and then what `object` holds; takes the object. */
static void write_line(FILE *out, const char *id, json_t *object)
{
    char *rest = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    json_decref(object);
    fprintf(out, "{\"id\":%s,%s\n", id ? id : "null",
            rest ? rest + 1 : "\"error\":{\"code\":\"model\",\"message\":\"out of memory\"}}");
    free(rest);
}

void answer_write(FILE *out, const char *id, const struct lacuna_answer *answer, enum lacuna_task task)
{
    json_t *object = json_object();
    json_t *alternatives = json_array();
    for (size_t i = 0; i < answer->alternative_count; i++)
        json_array_append_new(alternatives,
                              alternative_of(&answer->alternatives[i], answer->span_count, task));
    json_object_set_new(object, "alternatives", alternatives);
    json_object_set_new(object, "steps", json_integer(answer->steps));
    json_object_set_new(object, "tokens", json_integer(answer->tokens));
    json_object_set_new(object, "ms", json_real(answer->ms));
    if (answer->note)
        json_object_set_new(object, "note", clean_string(answer->note, strlen(answer->note)));
    write_line(out, id, object);
}

void answer_write_error(FILE *out, const char *id, const struct lacuna_error *error)
{
    json_t *object = json_object(), *inner = json_object();
    json_object_set_new(inner, "code", json_string(lacuna_code_name(error->code)));
    json_object_set_new(inner, "message", clean_string(error->message, strlen(error->message)));
    json_object_set_new(object, "error", inner);
    write_line(out, id, object);
}
