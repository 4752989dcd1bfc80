/* TemplateProcessing: "single" lists special tokens around the one sequence; "special_tokens" gives their
 * ids. */
#include "model/base/json.h"
#include "model/tokenizer/part.h"

#include <string.h>

static bool special_add(struct ids *ids, const json_t *token, const json_t *specials,
                        const struct vocabulary *vocabulary, struct lacuna_error *error)
{
    const char *name = json_text(token, "id", "");
    const json_t *list = json_object_get(json_object_get(specials, name), "ids"), *id;
    if (!json_array_size(list))
        return fail(error, LACUNA_MODEL, "special token \"%.60s\" has no ids", name);
    size_t k, size;
    json_array_foreach(list, k, id)
    {
        json_int_t value = json_is_integer(id) ? json_integer_value(id) : -1;
        if (value < 0 || value > INT32_MAX || !vocabulary_spelling(vocabulary, (int32_t)value, &size))
            return fail(error, LACUNA_MODEL,
                        "special token \"%.60s\" has an id that is not in the vocabulary", name);
        ids_push(ids, (int32_t)value);
    }
    return true;
}

static bool template_read(struct frame *frame, const json_t *options, const struct vocabulary *vocabulary,
                          struct lacuna_error *error)
{
    const json_t *single = json_object_get(options, "single"), *item;
    const json_t *specials = json_object_get(options, "special_tokens");
    int sequences = 0;
    size_t k;
    json_array_foreach(single, k, item)
    {
        const json_t *token = json_object_get(item, "SpecialToken");
        if (json_object_get(item, "Sequence"))
            sequences++;
        else if (!token)
            return fail(error, LACUNA_MODEL, "item %zu of single is neither Sequence nor SpecialToken", k);
        else if (!special_add(sequences ? &frame->after : &frame->before, token, specials, vocabulary, error))
            return false;
    }
    return sequences == 1 ||
           fail(error, LACUNA_MODEL, "single holds %d sequences, 1 is supported", sequences);
}

const struct processor processor_template = { .type = "TemplateProcessing", .read = template_read };
