#include "editor/view/flow.h"

#include <string.h>

static void find_hole(struct flow *flow)
{
    const struct document *document = flow->editor->window.document;
    while ((flow->hole = fill_hole_at(flow->editor, document, flow->hole_index))) {
        const struct span *span = &flow->hole->span;
        bool empty = span->start == span->end;
        bool passed = empty ? flow->place.inside == PLACE_BEHIND : true;
        if (span->end > flow->place.offset || (span->end == flow->place.offset && !passed))
            return;
        flow->hole_index++;
    }
}

void flow_begin(struct flow *flow, const struct editor *editor, struct place place)
{
    flow->editor = editor;
    flow->text = editor_text(editor);
    flow->place = place;
    flow->hole_index = 0;
    flow->chunk_size = flow->chunk_start = 0;
    find_hole(flow);
}

bool place_is_before(struct place a, struct place b)
{
    return a.offset != b.offset ? a.offset < b.offset : a.inside < b.inside;
}

/* The bytes from an offset on that lie together in memory. */
static const char *bytes_at(struct flow *flow, size_t offset, size_t *size)
{
    if (offset < flow->chunk_start || offset >= flow->chunk_start + flow->chunk_size) {
        flow->chunk = text_chunk(flow->text, offset, &flow->chunk_size);
        flow->chunk_start = offset;
    }
    *size = flow->chunk_start + flow->chunk_size - offset;
    return flow->chunk + (offset - flow->chunk_start);
}

int flow_plain(struct flow *flow, int most, const char **bytes)
{
    size_t left, offset = flow->place.offset, limit = most > 0 ? (size_t)most : 0, count = 0;
    if (flow->place.inside || limit == 0 || (flow->hole && flow->hole->span.start <= offset))
        return 0;
    if (flow->hole && flow->hole->span.start - offset < limit)
        limit = flow->hole->span.start - offset;
    *bytes = bytes_at(flow, offset, &left);
    const unsigned char *at = (const unsigned char *)*bytes;
    while (count < limit && count + 1 < left && at[count] >= ' ' && at[count] < 0x7f && at[count + 1] < 0x80)
        count++;
    flow->place.offset += count;
    return (int)count;
}

static int tab_width(const struct flow *flow, int column)
{
    int stop = (int)flow->editor->options.tabstop;
    stop = stop > 0 ? stop : 8;
    return stop - column % stop;
}

/* The cluster at the place, but for plain letters. */
static void read_cluster(struct flow *flow, struct item *item)
{
    size_t start = flow->place.offset, end = text_cluster_next(flow->text, start);
    size_t size = end - start < sizeof flow->shown ? end - start : sizeof flow->shown;
    struct unit unit = text_unit(flow->text, start);
    unsigned spelled = unit_show(unit.code, flow->shown);
    item->span.end = end;
    item->bytes = flow->shown;
    if (spelled > 0) {
        item->size = spelled;
        item->width = (int)spelled;
        item->face = FACE_CONTROL;
        return;
    }
    item->size = text_read(flow->text, start, flow->shown, size);
    item->width = text_cluster_width(flow->text, start, end);
}

static void read_text(struct flow *flow, int column, struct item *item)
{
    size_t left, start = flow->place.offset;
    const char *bytes = bytes_at(flow, start, &left);
    item->span = (struct span){ start, start + 1 };
    item->cursor_here = true;
    if (left == 0 || *bytes == '\n') {
        item->line_end = true;
        item->span.end = left ? start + 1 : start;
    } else if (*bytes == '\t') {
        item->width = tab_width(flow, column);
    } else if (left > 1 && bytes[0] >= ' ' && bytes[0] < 0x7f && (bytes[1] & 0x80) == 0) {
        item->bytes = bytes;
        item->size = 1;
        item->width = 1;
    } else {
        read_cluster(flow, item);
    }
    flow->place = (struct place){ left ? item->span.end : start + 1, 0 };
}

/* Whoever types inside a hole sees what is there. */
static bool is_typed_in(const struct flow *flow, const struct hole *hole)
{
    bool typing = flow->editor->mode == MODE_INSERT || flow->editor->mode == MODE_REPLACE;
    size_t cursor = flow->editor->window.cursor;
    return typing && hole->span.start < hole->span.end && cursor >= hole->span.start &&
           cursor <= hole->span.end;
}

static void read_masked(struct flow *flow, int column, struct item *item)
{
    const struct hole *hole = flow->hole;
    if (hole->span.start == hole->span.end) {
        *item = (struct item){
            .bytes = "·", .size = 2, .width = 1, .face = FACE_HOLE, .cursor_here = true, .span = hole->span
        };
        flow->place.inside = 2;
        return;
    }
    read_text(flow, column, item);
    item->face = FACE_HOLE;
    if (!item->line_end && !is_typed_in(flow, hole)) {
        item->bytes = item->width == 2 ? "··" : "·";
        item->size = item->width == 2 ? 4 : 2;
    }
}

static enum face confidence_face(const struct flow *flow, const struct shade *shade)
{
    if (shade->pinned)
        return FACE_PINNED;
    if (!fill_shows_confidence(flow->editor))
        return FACE_HOLE;
    if (shade->probability <= 0)
        return FACE_HOLE;
    return shade->probability < 0.25f  ? FACE_CONFIDENCE_LOW
           : shade->probability < 0.5f ? FACE_CONFIDENCE_FAIR
           : shade->probability < 0.8f ? FACE_CONFIDENCE_GOOD
                                       : FACE_CONFIDENCE_HIGH;
}

static void read_proposed(struct flow *flow, const struct proposal *shown, struct item *item)
{
    const struct hole *hole = flow->hole;
    size_t at = flow->place.inside - 1;
    struct span word;
    size_t size = cluster_size(shown->text + at, shown->size - at);
    *item = (struct item){ .bytes = shown->text + at, .size = size, .face = FACE_HOLE };
    item->width = cluster_width(item->bytes, size);
    for (size_t i = 0; i < shown->shade_count; i++)
        if (shown->shades[i].start <= at && shown->shades[i].end > at)
            item->face = confidence_face(flow, &shown->shades[i]);
    unsigned spelled = unit_show(unit_decode(item->bytes, size).code, flow->shown);
    if (spelled > 0) {
        item->bytes = flow->shown;
        item->size = spelled;
        item->width = (int)spelled;
    }
    if (fill_list_hole(flow->editor) == hole && hole_word(hole, &word) && at >= word.start && at < word.end)
        item->attributes = ATTRIBUTE_UNDERLINE;
    item->cursor_here = at == 0;
    item->span = at == 0 ? hole->span : (struct span){ hole->span.start, hole->span.start };
    flow->place.inside += size;
}

static void read_bracket(struct flow *flow, const char *bracket, struct item *item)
{
    *item = (struct item){ .bytes = bracket,
                           .size = 1,
                           .width = 1,
                           .face = FACE_BRACKET,
                           .span = { flow->place.offset, flow->place.offset } };
}

/* What stands between and including the brackets of a hole. */
static void read_hole(struct flow *flow, int column, struct item *item)
{
    const struct hole *hole = flow->hole;
    const struct proposal *shown = hole_shown(hole);
    bool whole = flow->place.offset == hole->span.start &&
                 (flow->place.inside == 0 || flow->place.inside == PLACE_BEHIND);
    bool empty = hole->span.start == hole->span.end;
    if (whole) {
        read_bracket(flow, "[", item);
        flow->place.inside = 1;
    } else if (shown && flow->place.inside - 1 < shown->size) {
        read_proposed(flow, shown, item);
    } else if (!shown && (empty ? flow->place.inside == 1 : flow->place.offset < hole->span.end)) {
        read_masked(flow, column, item);
    } else {
        read_bracket(flow, "]", item);
        if (shown && shown->size == 0) {
            item->cursor_here = true;
            item->span = hole->span;
        }
        flow->place = (struct place){ hole->span.end, empty ? PLACE_BEHIND : 0 };
        flow->hole_index++;
        find_hole(flow);
    }
}

bool flow_next(struct flow *flow, int column, struct item *item)
{
    size_t size = text_size(flow->text);
    *item = (struct item){ 0 };
    if (flow->hole && flow->place.offset >= flow->hole->span.start) {
        read_hole(flow, column, item);
        return true;
    }
    if (flow->place.offset > size || (flow->place.offset == size && size > 0))
        return false;
    read_text(flow, column, item);
    return true;
}
