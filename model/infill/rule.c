#include "model/infill/rule.h"

#include "model/base/memory.h"
#include "model/infill/unicode.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool plans_new(struct plans *plans, const struct pieces *pieces, const struct seam *seam,
               struct lacuna_error *error)
{
    struct ids ids = { 0 };
    *plans = (struct plans){ 0 };
    if (seam->touch && !tokenizer_encode(pieces->tokenizer, seam->left + seam->left_size - seam->touch,
                                         seam->touch, false, &ids, error)) {
        ids_free(&ids);
        return false;
    }
    plans->ids = ids.at;
    plans->count = (int)ids.count;
    return true;
}

void plans_free(struct plans *plans)
{
    free(plans->ids);
    *plans = (struct plans){ 0 };
}

bool piece_is_guarded(const struct pieces *pieces, int32_t id)
{
    return !(pieces->traits[id] & (PIECE_WORD_FRONT | PIECE_APOSTROPHE));
}

const char *rule_text(const struct rule *rule, int place, int32_t id, size_t *size)
{
    const char *text = piece_text(rule->pieces, id, size);
    if (place > 0)
        return text;
    size_t skip = *size < rule->rest_size ? *size : rule->rest_size;
    *size -= skip;
    return text + skip;
}

/* Nothing, or a blank: in front of a body, outside of words, it makes no difference. */
static bool is_plain_rest(const struct rule *rule)
{
    return rule->rest_size == 0 || (rule->rest_size == 1 && rule->rest[0] == ' ');
}

struct effect rule_effect(const struct rule *rule, int place, int32_t id)
{
    if (place > 0 || is_plain_rest(rule))
        return rule->pieces->effects[rule->pieces->effect_of[id]];
    size_t size;
    const char *text = rule_text(rule, place, id, &size);
    return effect_of_text(text, size);
}

bool rule_allows(const struct rule *rule, int place, int size, bool guarded, int32_t id)
{
    bool allowed = place > 0 && place < size - 1 ? rule->inner[id]
                   : size == 1                   ? rule->first[id] && rule->last[id]
                   : place == 0 ? rule->first[id] && !(rule->pieces->traits[id] & PIECE_BLANK_BACK)
                                : rule->last[id];
    return allowed && (!guarded || piece_is_guarded(rule->pieces, id));
}

/* The word that ends (or begins) a side, when a blank or the hole's edge sets it off. */
static size_t seam_word(const struct seam *seam, bool left, const char **word)
{
    const char *side = left ? seam->left : seam->right;
    size_t size = left ? seam->left_size : seam->right_size, from = 0, to = size < 80 ? size : 80;
    if (left) {
        from = size > 80 ? size - 80 : 0;
        to = size;
    }
    size_t at = from, start = 0, end = 0, last_start = 0, last_end = 0;
    while (text_next_word(side, to, &at, &start, &end)) {
        last_start = start;
        last_end = end;
        if (!left)
            break;
    }
    bool near = left ? last_end + 1 == size && side[last_end] == ' ' : last_start == 1 && side[0] == ' ';
    *word = side + last_start;
    return last_end > last_start && near ? last_end - last_start : 0;
}

static bool is_word_piece(const struct pieces *pieces, int32_t id, const char *word, size_t word_size)
{
    size_t size;
    const char *text = piece_text(pieces, id, &size);
    if (size && text[0] == ' ') {
        text++;
        size--;
    }
    return word_size && size == word_size && strncasecmp(text, word, size) == 0;
}

/* Asking a seam about a character costs more than looking its answer up; most characters are ASCII. */
struct answers {
    bool (*ask)(const struct seam *seam, int32_t point, bool strict);
    uint8_t known[128]; /* 0: not asked yet, else 1 + answer */
};

static bool ask(struct answers *answers, const struct seam *seam, int32_t point, bool strict)
{
    if (point < 0 || point > 127)
        return answers->ask(seam, point, strict);
    if (!answers->known[point])
        answers->known[point] = (uint8_t)(1 + answers->ask(seam, point, strict));
    return answers->known[point] == 2;
}

/* What a piece would leave of the fill's beginning; false: it does not begin with `rest`, or leaves nothing
 * or nothing plain. */
static bool begins_body(const struct rule *rule, int32_t id, bool plain, int32_t *front)
{
    *front = rule->pieces->front[id];
    if (!rule->rest_size)
        return plain;
    size_t whole, size;
    const char *all = piece_text(rule->pieces, id, &whole);
    if (whole <= rule->rest_size || memcmp(all, rule->rest, rule->rest_size) != 0 ||
        tokenizer_is_special(rule->pieces->tokenizer, id))
        return false;
    const char *text = rule_text(rule, 0, id, &size);
    *front = utf8_first(text, size);
    return plain || text_is_plain(text, size, rule->newlines);
}

static void mask_places(struct rule *rule, bool strict)
{
    const struct pieces *pieces = rule->pieces;
    const char *before, *after;
    size_t before_size = seam_word(&rule->seam, true, &before),
           after_size = seam_word(&rule->seam, false, &after);
    struct seam seam = rule->seam;
    if (*rule->end) {
        seam.right = rule->end;
        seam.right_size = strlen(rule->end);
    }
    struct answers begin = { .ask = seam_may_begin }, end = { .ask = seam_may_end };
    for (int32_t id = 0; id < pieces->count; id++) {
        uint8_t traits = pieces->traits[id];
        bool plain = (traits & PIECE_PLAIN) && (rule->newlines || !(traits & PIECE_BREAK));
        int32_t front;
        rule->inner[id] = plain && !(traits & PIECE_BLANK_BACK);
        rule->last[id] = plain && ask(&end, &seam, pieces->back[id], strict) &&
                         !(strict && is_word_piece(pieces, id, after, after_size));
        rule->first[id] = begins_body(rule, id, plain, &front) && ask(&begin, &rule->seam, front, strict) &&
                          !(strict && is_word_piece(pieces, id, before, before_size));
    }
}

static bool any(const uint8_t *mask, int32_t count)
{
    return memchr(mask, 1, (size_t)count) != NULL;
}

static void add_effect(struct effect_list *list, size_t *room, struct effect effect)
{
    for (int i = 0; i < list->count; i++)
        if (memcmp(&list->at[i], &effect, sizeof effect) == 0)
            return;
    list->at = memory_grow(list->at, room, (size_t)list->count + 1, sizeof effect);
    list->at[list->count++] = effect;
}

static struct effect_list list_effects(const struct rule *rule, int place, int size, bool guarded)
{
    struct effect_list list = { 0 };
    size_t room = 0;
    uint8_t *seen = memory_new((size_t)rule->pieces->effect_count, 1);
    bool direct = place > 0 || is_plain_rest(rule);
    for (int32_t id = 0; id < rule->pieces->count; id++) {
        if (!rule_allows(rule, place, size, guarded, id) || (direct && seen[rule->pieces->effect_of[id]]))
            continue;
        seen[rule->pieces->effect_of[id]] = 1;
        add_effect(&list, &room, rule_effect(rule, place, id));
    }
    free(seen);
    return list;
}

/* `spelt`: bytes of the fixed pieces. */
static void set_rest(struct rule *rule, const struct plans *plans, size_t spelt)
{
    const struct seam *seam = &rule->seam;
    size_t touched = spelt < seam->touch ? spelt : seam->touch;
    bool implied = rule->pieces->blank_implied;
    rule->end = implied && seam_needs_blank(seam) ? " " : "";
    rule->rest_size = rule->fixed_count < plans->count ? seam->touch - touched : 0;
    rule->rest = seam->left + seam->left_size - rule->rest_size;
    if (implied && plans->count == 0 && !seam_may_begin(seam, ' ', true)) {
        rule->rest = " ";
        rule->rest_size = 1;
    }
    rule->strip = spelt + rule->rest_size;
}

bool rule_new(struct rule *rule, const struct pieces *pieces, const struct seam *seam,
              const struct plans *plans, int plan, bool newlines)
{
    size_t count = (size_t)pieces->count, spelt = 0, part;
    *rule = (struct rule){
        .pieces = pieces, .seam = *seam, .newlines = newlines, .words_low = 1, .words_high = -1
    };
    rule->fixed = memory_new((size_t)plan, sizeof *rule->fixed);
    rule->fixed_count = plan;
    for (int k = 0; k < plan; k++) {
        rule->fixed[k] = plans->ids[k];
        piece_text(pieces, plans->ids[k], &part);
        spelt += part;
    }
    set_rest(rule, plans, spelt);
    rule->first = memory_new(count, 1);
    rule->inner = memory_new(count, 1);
    rule->last = memory_new(count, 1);
    mask_places(rule, true);
    if (!any(rule->first, pieces->count) || !any(rule->last, pieces->count))
        mask_places(rule, false);
    rule->first_effects = list_effects(rule, 0, 2, false);
    rule->inner_effects = list_effects(rule, 1, 3, false);
    rule->last_effects = list_effects(rule, 1, 2, false);
    rule->only_effects = list_effects(rule, 0, 1, false);
    rule->inner_guarded = list_effects(rule, 1, 3, true);
    rule->last_guarded = list_effects(rule, 1, 2, true);
    return rule->first_effects.count > 0 || rule->only_effects.count > 0;
}

void rule_free(struct rule *rule)
{
    free(rule->fixed);
    free(rule->first);
    free(rule->inner);
    free(rule->last);
    free(rule->first_effects.at);
    free(rule->inner_effects.at);
    free(rule->last_effects.at);
    free(rule->only_effects.at);
    free(rule->inner_guarded.at);
    free(rule->last_guarded.at);
    *rule = (struct rule){ 0 };
}

void rule_words(struct rule *rule, int low, int high)
{
    rule->words_low = low;
    rule->words_high = high;
}
