#include "model/infill/parts.h"

#include "model/base/memory.h"

#include <stdlib.h>

enum { BYTES_A_PIECE = 12 };

struct text_part parts_between(const struct parts *parts, const struct wish *wish, size_t part)
{
    size_t from = part ? parts->at[part - 1].span.end : 0;
    size_t to = part < parts->count ? parts->at[part].span.start : wish->size;
    return (struct text_part){ wish->text + from, to - from };
}

static void add_part(struct parts *parts, size_t start, size_t end, size_t owner)
{
    parts->at = memory_grow(parts->at, &parts->room, parts->count + 1, sizeof *parts->at);
    parts->at[parts->count++] = (struct part){ .span = { start, end }, .owner = owner };
}

/* The end of a part that begins at `start`: in front of the last blank within `most` pieces. */
static size_t cut_at(const struct infill *infill, const struct wish *wish, size_t start, size_t limit,
                     size_t most, struct lacuna_error *error)
{
    const char *text = wish->text;
    size_t end = start, blank = start, pieces = 0, size, reach = limit - start;
    reach = reach < most * BYTES_A_PIECE ? reach : most * BYTES_A_PIECE;
    struct ids ids = { 0 };
    if (!tokenizer_encode(infill_tokenizer(infill), text + start, reach, false, &ids, error)) {
        ids_free(&ids);
        return SIZE_MAX;
    }
    for (; pieces < ids.count && pieces < most; pieces++) {
        piece_text(infill_pieces(infill), ids.at[pieces], &size);
        if (end > start && end < limit && size && (text[end] == ' ' || text[end] == '\n'))
            blank = end;
        end += size;
    }
    end = pieces == ids.count && reach == limit - start ? limit : blank > start ? blank : end;
    ids_free(&ids);
    while (end < limit && ((unsigned char)text[end] & 0xC0) == 0x80)
        end++;
    return end > start && end < limit ? end : limit;
}

static bool cut_span(struct parts *parts, const struct infill *infill, const struct wish *wish, size_t owner,
                     struct lacuna_error *error)
{
    struct lacuna_span span = wish->spans[owner];
    size_t most = (size_t)infill_framing(infill)->context_length / 3, start = span.start;
    do {
        size_t end = cut_at(infill, wish, start, span.end, most, error);
        if (end == SIZE_MAX)
            return false;
        add_part(parts, start, end, owner);
        start = end;
    } while (start < span.end);
    return true;
}

bool parts_new(struct parts *parts, const struct infill *infill, const struct wish *wish,
               struct lacuna_error *error)
{
    bool fine = true;
    for (size_t i = 0; i < wish->span_count && fine; i++) {
        if (wish->task == LACUNA_INFILL)
            add_part(parts, wish->spans[i].start, wish->spans[i].end, i);
        else
            fine = cut_span(parts, infill, wish, i, error);
    }
    return fine;
}

void parts_free(struct parts *parts)
{
    free(parts->at);
    *parts = (struct parts){ 0 };
}
