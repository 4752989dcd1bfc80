#include "editor/command/fill_inside.h"

#include "editor/base/memory.h"

#include <stdlib.h>
#include <string.h>

void proposal_free(struct proposal *proposal)
{
    free(proposal->text);
    free(proposal->shades);
    *proposal = (struct proposal){ 0 };
}

struct proposal proposal_of(const char *text, size_t size)
{
    return (struct proposal){ .text = memory_copy(text, size), .size = size };
}

struct proposal proposal_copy(const struct proposal *from)
{
    struct proposal copy = *from;
    copy.text = from->text ? memory_copy(from->text, from->size) : NULL;
    copy.shades = NULL;
    if (from->shade_count) {
        copy.shades = memory_new(from->shade_count * sizeof *copy.shades);
        memcpy(copy.shades, from->shades, from->shade_count * sizeof *copy.shades);
    }
    return copy;
}

static void add_shade(struct proposal *to, struct shade shade)
{
    to->shades = memory_resize(to->shades, (to->shade_count + 1) * sizeof *to->shades);
    to->shades[to->shade_count++] = shade;
}

/* Shades of `from` that lie within `within`, moved to where that stretch begins in `to`. */
static void carry_shades(struct proposal *to, size_t place, const struct proposal *from, struct span within)
{
    for (size_t i = 0; i < from->shade_count; i++) {
        struct shade shade = from->shades[i];
        size_t start = shade.start > within.start ? shade.start : within.start;
        size_t end = shade.end < within.end ? shade.end : within.end;
        if (start >= end)
            continue;
        shade.start = start - within.start + place;
        shade.end = end - within.start + place;
        add_shade(to, shade);
    }
}

static void add_stretch(struct bytes *text, struct proposal *to, const struct proposal *from,
                        struct span stretch)
{
    carry_shades(to, text->size, from, stretch);
    bytes_append(text, from->text + stretch.start, stretch.end - stretch.start);
}

struct proposal proposal_compose(const struct proposal *base, const struct span *cuts, size_t count,
                                 const struct proposal *fills)
{
    struct proposal whole = { 0 };
    struct bytes text = { 0 };
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        add_stretch(&text, &whole, base, (struct span){ at, cuts[i].start });
        add_stretch(&text, &whole, &fills[i], (struct span){ 0, fills[i].size });
        at = cuts[i].end;
    }
    add_stretch(&text, &whole, base, (struct span){ at, base->size });
    whole.size = text.size;
    whole.text = bytes_take(&text);
    return whole;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n';
}

bool proposal_word(const struct proposal *proposal, size_t from, struct span *word)
{
    size_t at = from;
    while (at < proposal->size && is_blank(proposal->text[at]))
        at++;
    if (at == proposal->size)
        return false;
    word->start = at;
    while (at < proposal->size && !is_blank(proposal->text[at]))
        at++;
    word->end = at;
    return true;
}

bool proposal_word_at(const struct proposal *proposal, size_t number, struct span *word)
{
    size_t from = 0;
    for (size_t i = 0; i <= number; i++) {
        if (!proposal_word(proposal, from, word))
            return false;
        from = word->end;
    }
    return true;
}

float proposal_confidence(const struct proposal *proposal, struct span span)
{
    float least = 1.0f;
    for (size_t i = 0; i < proposal->shade_count; i++) {
        const struct shade *shade = &proposal->shades[i];
        if (shade->start < span.end && shade->end > span.start && shade->probability < least)
            least = shade->probability;
    }
    return least;
}

bool proposal_is_pinned(const struct proposal *proposal, struct span span)
{
    for (size_t i = 0; i < proposal->shade_count; i++) {
        const struct shade *shade = &proposal->shades[i];
        if (shade->pinned && shade->start <= span.start && shade->end >= span.end)
            return true;
    }
    return false;
}

/* Shades are cut at the edges of the span, and a pinned span becomes one shade, so that a pin is a word and
 * no less. */
void proposal_pin(struct proposal *proposal, struct span span, bool pinned)
{
    struct proposal old = *proposal;
    float probability = proposal_confidence(&old, span);
    proposal->shades = NULL;
    proposal->shade_count = 0;
    carry_shades(proposal, 0, &old, (struct span){ 0, span.start });
    add_shade(proposal, (struct shade){ span.start, span.end, probability, pinned });
    carry_shades(proposal, span.end, &old, (struct span){ span.end, old.size });
    free(old.shades);
}

void proposal_behead(struct proposal *proposal, size_t size)
{
    struct proposal rest = { .logprob = proposal->logprob };
    carry_shades(&rest, 0, proposal, (struct span){ size, proposal->size });
    rest.size = proposal->size - size;
    rest.text = memory_copy(proposal->text + size, rest.size);
    proposal_free(proposal);
    *proposal = rest;
}
