#include "model/infill/attribute.h"

#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/base/nearest.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAME_WORDS_MOST = 6, NAME_MOST = 96 };

size_t attributes_add(struct attributes *attributes, const char *slot, const char *value, int32_t token)
{
    attributes->at = memory_resize(attributes->at, attributes->count + 1, sizeof *attributes->at);
    attributes->at[attributes->count] = (struct attribute){ .slot = memory_text(slot, strlen(slot)),
                                                            .value = memory_text(value, strlen(value)),
                                                            .token = token };
    return attributes->count++;
}

void attributes_also(struct attributes *attributes, const char *name, size_t index)
{
    attributes->also = memory_resize(attributes->also, attributes->also_count + 1, sizeof *attributes->also);
    attributes->also[attributes->also_count].name = memory_text(name, strlen(name));
    attributes->also[attributes->also_count++].index = index;
}

size_t attributes_find(const struct attributes *attributes, const char *slot, const char *value)
{
    for (size_t i = 0; i < attributes->count; i++)
        if (strcasecmp(attributes->at[i].slot, slot) == 0 && strcasecmp(attributes->at[i].value, value) == 0)
            return i;
    return SIZE_MAX;
}

void attributes_free(struct attributes *attributes)
{
    for (size_t i = 0; i < attributes->count; i++) {
        free(attributes->at[i].slot);
        free(attributes->at[i].value);
    }
    for (size_t i = 0; i < attributes->also_count; i++)
        free(attributes->also[i].name);
    free(attributes->at);
    free(attributes->also);
    *attributes = (struct attributes){ 0 };
}

bool attributes_open(struct attributes *attributes, const json_t *config, int32_t vocabulary,
                     const char *names_path, struct lacuna_error *error)
{
    *attributes = (struct attributes){ 0 };
    const json_t *list = json_object_get(config, "attributes"), *row;
    size_t index;
    json_array_foreach(list, index, row)
    {
        const char *slot = json_text(row, "slot", NULL), *value = json_text(row, "value", NULL);
        int64_t token = json_whole(row, "token", -1);
        if (!slot || !value || !*value || strlen(value) >= NAME_MOST || token < 0 || token >= vocabulary) {
            attributes_free(attributes);
            return fail(error, LACUNA_MODEL,
                        "config.json: attribute %zu needs a slot, a value and a token of the vocabulary",
                        index);
        }
        attributes_add(attributes, slot, value, (int32_t)token);
    }
    if (names_path && file_exists(names_path) &&
        !attributes_read_names(attributes, names_path, attributes->count == 0, error)) {
        attributes_free(attributes);
        return false;
    }
    return true;
}

/* "slot=value" names the value of that slot. */
static bool is_named(const struct attribute *attribute, const char *name)
{
    size_t slot = strlen(attribute->slot);
    bool whole = strncasecmp(name, attribute->slot, slot) == 0 && name[slot] == '=';
    return strcasecmp(attribute->value, whole ? name + slot + 1 : name) == 0;
}

/* The attribute of that name; SIZE_MAX where there is none. */
static size_t look_up(const struct attributes *attributes, const char *name)
{
    for (size_t i = 0; i < attributes->count; i++)
        if (is_named(&attributes->at[i], name))
            return i;
    for (size_t i = 0; i < attributes->also_count; i++)
        if (strcasecmp(attributes->also[i].name, name) == 0)
            return attributes->also[i].index;
    return SIZE_MAX;
}

static const char *nearest(const struct attributes *attributes, const char *name)
{
    const char *best = NULL;
    int least = 0;
    for (size_t i = 0; i < attributes->count + attributes->also_count; i++) {
        const char *other =
            i < attributes->count ? attributes->at[i].value : attributes->also[i - attributes->count].name;
        int far = name_distance(name, other);
        if (!best || far < least) {
            best = other;
            least = far;
        }
    }
    return best;
}

static bool separates(char c)
{
    return c == ' ' || c == ',' || c == '\t' || c == '\n' || c == '\r';
}

/* The next word at *at, cut to fit; false at the end. */
static bool next_word(const char **at, const char *end, char word[NAME_MOST])
{
    while (*at < end && separates(**at))
        (*at)++;
    size_t size = 0;
    for (; *at < end && !separates(**at); (*at)++)
        if (size + 1 < NAME_MOST)
            word[size++] = **at;
    word[size] = 0;
    return size > 0;
}

/* The longest name of up to three words that begins at *at; moves behind it. */
static size_t longest_name(const struct attributes *attributes, const char **at, const char *end,
                           char first[NAME_MOST])
{
    char name[NAME_MOST * NAME_WORDS_MOST + NAME_WORDS_MOST] = "", word[NAME_MOST];
    const char *place = *at;
    size_t found = SIZE_MAX;
    for (int words = 1; words <= NAME_WORDS_MOST && next_word(&place, end, word); words++) {
        if (words == 1) {
            memcpy(first, word, NAME_MOST);
            *at = place;
        } else {
            strcat(name, " ");
        }
        strcat(name, word);
        size_t index = look_up(attributes, name);
        if (index != SIZE_MAX) {
            found = index;
            *at = place;
        }
    }
    return found;
}

static void add_index(struct wanted_attributes *wanted, size_t index)
{
    for (size_t i = 0; i < wanted->count; i++)
        if (wanted->indexes[i] == index)
            return;
    wanted->indexes = memory_resize(wanted->indexes, wanted->count + 1, sizeof *wanted->indexes);
    wanted->indexes[wanted->count++] = index;
}

static void add_words(struct wanted_attributes *wanted, const char *at)
{
    while (*at) {
        at += strspn(at, " ,\t\r\n");
        size_t size = strcspn(at, " ,\t\r\n");
        if (!size)
            break;
        wanted->words = memory_resize(wanted->words, wanted->word_count + 1, sizeof *wanted->words);
        wanted->words[wanted->word_count++] = memory_text(at, size);
        at += size;
    }
}

bool attributes_parse(const struct attributes *attributes, const char *text, struct wanted_attributes *out,
                      struct lacuna_error *error)
{
    *out = (struct wanted_attributes){ 0 };
    if (!text)
        return true;
    const char *with = strcasestr(text, "with:"), *end = with ? with : text + strlen(text);
    char first[NAME_MOST];
    for (const char *at = text;;) {
        first[0] = 0;
        size_t index = longest_name(attributes, &at, end, first);
        if (!first[0])
            break;
        if (index != SIZE_MAX) {
            add_index(out, index);
            continue;
        }
        wanted_attributes_free(out);
        const char *near = nearest(attributes, first);
        if (!near)
            return fail(error, LACUNA_ATTRIBUTE, "unknown attribute '%s': this model has no attributes",
                        first);
        return fail(error, LACUNA_ATTRIBUTE, "unknown attribute '%s'; the nearest is '%s'", first, near);
    }
    if (with)
        add_words(out, with + strlen("with:"));
    return true;
}

void wanted_attributes_free(struct wanted_attributes *wanted)
{
    for (size_t i = 0; i < wanted->word_count; i++)
        free(wanted->words[i]);
    free(wanted->words);
    free(wanted->indexes);
    *wanted = (struct wanted_attributes){ 0 };
}
