#include "editor/text/utf8.h"

#include <utf8proc.h>

/* A place to read units from in both directions: a text, or plain memory. */
struct source {
    const struct text *text; /* NULL: bytes */
    const char *bytes;
    size_t size;
};

static struct unit unit_at(const struct source *source, size_t offset)
{
    if (source->text)
        return text_unit(source->text, offset);
    return unit_decode(source->bytes + offset, source->size - offset);
}

static struct unit unit_ending_at(const struct source *source, size_t offset)
{
    if (source->text)
        return text_unit_before(source->text, offset);
    return unit_decode_before(source->bytes, offset);
}

/* Whether there is a boundary between two units, given the state of the cluster so far. */
static bool breaks(int32_t before, int32_t after, int32_t *state)
{
    return before < 0 || after < 0 || utf8proc_grapheme_break_stateful(before, after, state);
}

/* Whether there is a boundary whatever stands before the two units: no flag and no emoji can run across. */
static bool always_breaks(int32_t before, int32_t after)
{
    if (before < 0 || after < 0)
        return true;
    int first = utf8proc_get_property(before)->boundclass, second = utf8proc_get_property(after)->boundclass;
    if (first == UTF8PROC_BOUNDCLASS_ZWJ && second == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC)
        return false;
    return utf8proc_grapheme_break(before, after);
}

static size_t next_boundary(const struct source *source, size_t offset)
{
    struct unit unit = unit_at(source, offset);
    int32_t state = 0;
    for (unsigned units = 0; units < CLUSTER_LIMIT; units++) {
        offset += unit.size;
        struct unit next = unit_at(source, offset);
        if (!next.size || breaks(unit.code, next.code, &state))
            break;
        unit = next;
    }
    return offset;
}

/* A boundary at or before the unit that ends at an offset, found without knowing what stands before. */
static size_t sure_boundary(const struct source *source, size_t offset)
{
    struct unit unit = unit_ending_at(source, offset);
    for (unsigned units = 0; units < CLUSTER_LIMIT; units++) {
        offset -= unit.size;
        struct unit before = unit_ending_at(source, offset);
        if (!before.size || always_breaks(before.code, unit.code))
            break;
        unit = before;
    }
    return offset;
}

static size_t boundary_before(const struct source *source, size_t offset)
{
    struct unit unit = unit_ending_at(source, offset), before = unit_ending_at(source, offset - unit.size);
    bool plain = unit.code >= 0x20 && unit.code < 0x7f && before.code >= 0x20 && before.code < 0x7f;
    if (plain || !before.size)
        return offset - unit.size;
    size_t start = sure_boundary(source, offset), next;
    while ((next = next_boundary(source, start)) < offset)
        start = next;
    return start;
}

/* Two printing ASCII characters in a row are clusters each: the usual case. */
static bool is_plain(const char *bytes, size_t size)
{
    return size >= 2 && bytes[0] >= 0x20 && bytes[0] < 0x7f && bytes[1] >= 0x20 && bytes[1] < 0x7f;
}

size_t text_cluster_next(const struct text *text, size_t offset)
{
    size_t size;
    const char *bytes = text_chunk(text, offset, &size);
    if (!size)
        return text_size(text);
    if (is_plain(bytes, size))
        return offset + 1;
    return next_boundary(&(struct source){ .text = text }, offset);
}

size_t text_cluster_before(const struct text *text, size_t offset)
{
    if (offset > text_size(text))
        offset = text_size(text);
    return offset ? boundary_before(&(struct source){ .text = text }, offset) : 0;
}

size_t text_cluster_start(const struct text *text, size_t offset)
{
    struct source source = { .text = text };
    if (offset >= text_size(text))
        return text_size(text);
    offset = text_unit_start(text, offset);
    size_t start = sure_boundary(&source, offset + text_unit(text, offset).size), next;
    while ((next = next_boundary(&source, start)) <= offset)
        start = next;
    return start;
}

size_t cluster_size(const char *bytes, size_t size)
{
    if (!size || is_plain(bytes, size))
        return size ? 1 : 0;
    return next_boundary(&(struct source){ .bytes = bytes, .size = size }, 0);
}

size_t cluster_size_before(const char *bytes, size_t size)
{
    return size ? size - boundary_before(&(struct source){ .bytes = bytes, .size = size }, size) : 0;
}

/* Whether U+FE0F behind this unit asks for an emoji of two cells. */
static bool has_emoji_form(int32_t code)
{
    if (code < 0x80)
        return (code >= '0' && code <= '9') || code == '#' || code == '*';
    return utf8proc_get_property(code)->boundclass == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC;
}

static bool is_regional(int32_t code)
{
    return code >= 0x1f1e6 && code <= 0x1f1ff;
}

/* The widest unit counts; a pair of regional indicators and an emoji form take two cells. */
static int width_of(const struct source *source, size_t start, size_t end)
{
    struct unit first = unit_at(source, start), unit = first;
    if (first.code == '\t' || first.code == '\n')
        return 0;
    int width = 0;
    for (size_t at = start; at < end && unit.size; unit = unit_at(source, at)) {
        int own = unit.code == '\n' ? 0 : unit_width(unit.code);
        bool emoji = unit.code == 0xfe0f && has_emoji_form(first.code);
        bool flag = at > start && is_regional(unit.code) && is_regional(first.code);
        if (own < 2 && (emoji || flag))
            own = 2;
        width = own > width ? own : width;
        at += unit.size;
    }
    return width ? width : 1;
}

int text_cluster_width(const struct text *text, size_t start, size_t end)
{
    size_t size;
    const char *bytes = text_chunk(text, start, &size);
    if (size && end == start + 1 && bytes[0] >= 0x20 && bytes[0] < 0x7f)
        return 1;
    return width_of(&(struct source){ .text = text }, start, end);
}

int cluster_width(const char *bytes, size_t size)
{
    return width_of(&(struct source){ .bytes = bytes, .size = size }, 0, size);
}
