/* BertProcessing: {"cls": ["[CLS]", 101], "sep": ["[SEP]", 102]}, one before and one after. */
#include "model/tokenizer/part.h"

static bool mark_read(struct ids *ids, const json_t *options, const char *key,
                      const struct vocabulary *vocabulary, struct lacuna_error *error)
{
    const json_t *id = json_array_get(json_object_get(options, key), 1);
    size_t size;
    if (!json_is_integer(id) || json_integer_value(id) < 0 || json_integer_value(id) > INT32_MAX ||
        !vocabulary_spelling(vocabulary, (int32_t)json_integer_value(id), &size))
        return fail(error, LACUNA_MODEL, "%s needs a token and its id", key);
    ids_push(ids, (int32_t)json_integer_value(id));
    return true;
}

static bool bert_read(struct frame *frame, const json_t *options, const struct vocabulary *vocabulary,
                      struct lacuna_error *error)
{
    return mark_read(&frame->before, options, "cls", vocabulary, error) &&
           mark_read(&frame->after, options, "sep", vocabulary, error);
}

const struct processor processor_bert = { .type = "BertProcessing", .read = bert_read };
