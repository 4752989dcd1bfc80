#include "editor/command/place.h"

#include "editor/text/utf8.h"

static uint32_t unit_place_code(struct unit unit)
{
    return unit.size == 0  ? PLACE_END
           : unit.code < 0 ? PLACE_INVALID + (uint32_t)-unit.code
                           : (uint32_t)unit.code;
}

uint32_t place_decode(const struct text *text, size_t offset, size_t *size)
{
    struct unit unit = text_unit(text, offset);
    *size = unit.size;
    return unit_place_code(unit);
}

uint32_t place_code(const struct text *text, size_t offset)
{
    size_t size;
    return place_decode(text, offset, &size);
}

size_t place_next(const struct text *text, size_t offset)
{
    int byte = text_byte(text, offset);
    if (byte < 0)
        return offset;
    if (byte < 0x80 && (byte < ' ' || text_byte(text, offset + 1) < 0x80))
        return offset + 1;
    return text_cluster_next(text, offset);
}

size_t place_previous(const struct text *text, size_t offset)
{
    if (offset == 0)
        return 0;
    int last = text_byte(text, offset - 1);
    if (last < 0x80 && (last < ' ' || last == 127 || offset < 2 || text_byte(text, offset - 2) < 0x80))
        return offset - 1;
    return text_cluster_before(text, offset);
}

size_t place_snap(const struct text *text, size_t offset)
{
    size_t size = text_size(text);
    if (offset >= size)
        return size;
    return text_byte(text, offset) < 0x80 ? offset : text_cluster_start(text, offset);
}

size_t place_begin(const struct text *text, size_t offset)
{
    return text_line_begin(text, offset);
}

size_t place_end(const struct text *text, size_t offset)
{
    return text_line_end(text, offset);
}

size_t place_last(const struct text *text, size_t offset)
{
    size_t begin = place_begin(text, offset), end = place_end(text, offset);
    return end > begin ? place_previous(text, end) : begin;
}

bool place_is_empty_line(const struct text *text, size_t offset)
{
    return place_begin(text, offset) == place_end(text, offset);
}

size_t place_nonblank(const struct text *text, size_t offset)
{
    offset = place_begin(text, offset);
    int byte;
    while ((byte = text_byte(text, offset)) == ' ' || byte == '\t')
        offset++;
    return offset;
}

size_t place_lines(const struct text *text)
{
    size_t size = text_size(text), feeds = text_line_feeds(text);
    return size > 0 && text_byte(text, size - 1) == '\n' ? feeds : feeds + 1;
}

size_t place_line(const struct text *text, size_t offset)
{
    size_t line = text_line_of(text, offset), size = text_size(text);
    return line && offset >= size && text_byte(text, size - 1) == '\n' ? line - 1 : line;
}

size_t place_line_begin(const struct text *text, size_t line)
{
    size_t start = text_line_start(text, line), size = text_size(text);
    return line && start >= size ? text_line_begin(text, size ? size - 1 : 0) : start;
}

bool place_next_line(const struct text *text, size_t *offset)
{
    size_t end = place_end(text, *offset);
    if (end + 1 >= text_size(text))
        return false;
    *offset = end + 1;
    return true;
}

bool place_previous_line(const struct text *text, size_t *offset)
{
    size_t begin = place_begin(text, *offset);
    if (begin == 0)
        return false;
    *offset = place_begin(text, begin - 1);
    return true;
}

int place_step(const struct text *text, size_t *offset)
{
    int byte = text_byte(text, *offset);
    if (byte < 0)
        return -1;
    if (byte == '\n') {
        if (*offset + 1 >= text_size(text))
            return -1;
        ++*offset;
        return 1;
    }
    *offset = place_next(text, *offset);
    byte = text_byte(text, *offset);
    return byte == '\n' || byte < 0 ? 2 : 0;
}

int place_step_back(const struct text *text, size_t *offset)
{
    if (*offset == 0)
        return -1;
    bool crosses = text_byte(text, *offset - 1) == '\n';
    *offset = crosses ? *offset - 1 : place_previous(text, *offset);
    return crosses;
}

int place_step_over(const struct text *text, size_t *offset)
{
    int moved = place_step(text, offset);
    return moved == 2 ? place_step(text, offset) : moved;
}

int place_step_back_over(const struct text *text, size_t *offset)
{
    int moved = place_step_back(text, offset);
    if (moved == 1 && *offset != place_begin(text, *offset))
        moved = place_step_back(text, offset);
    return moved;
}

size_t place_width(const struct text *text, size_t offset, size_t column, size_t tabstop)
{
    int byte = text_byte(text, offset);
    if (byte == '\t')
        return tabstop - column % tabstop;
    if (byte == '\n' || byte < 0 || (byte >= ' ' && byte < 127 && text_byte(text, offset + 1) < 0x80))
        return 1;
    int width = text_cluster_width(text, offset, place_next(text, offset));
    return width > 0 ? (size_t)width : 1;
}

/* How many bytes from an offset on, up to a limit, are ASCII characters of one cell whatever follows them. */
static size_t plain_run(const struct text *text, size_t offset, size_t limit)
{
    size_t size = 0, run = 0;
    const char *bytes = text_chunk(text, offset, &size);
    if (size > limit)
        size = limit;
    while (run + 1 < size && bytes[run] >= ' ' && bytes[run] < 127 && (unsigned char)bytes[run + 1] < 0x80)
        run++;
    return run;
}

size_t place_column(const struct text *text, size_t offset, size_t tabstop)
{
    size_t column = 0, at = place_begin(text, offset);
    while (at < offset) {
        size_t run = plain_run(text, at, offset - at);
        column += run;
        at += run;
        int byte = text_byte(text, at);
        if (byte < 0 || byte == '\n')
            break;
        column += place_width(text, at, column, tabstop);
        at = place_next(text, at);
    }
    return column;
}

size_t place_at_column(const struct text *text, size_t begin, size_t column, size_t tabstop, bool past,
                       size_t *begins)
{
    size_t at = begin, start = 0, previous = begin, previous_start = 0;
    for (;;) {
        size_t run = plain_run(text, at, column > start ? column - start : 0);
        if (run) {
            previous = at + run - 1;
            previous_start = start + run - 1;
            start += run;
            at += run;
        }
        int byte = text_byte(text, at);
        if (byte < 0 || byte == '\n')
            break;
        size_t width = place_width(text, at, start, tabstop);
        if (column < start + width) {
            if (begins)
                *begins = start;
            return at;
        }
        previous = at;
        previous_start = start;
        start += width;
        at = place_next(text, at);
    }
    if (begins)
        *begins = past ? start : previous_start;
    return past ? at : previous;
}

static int32_t code_unit(uint32_t code)
{
    return code >= PLACE_INVALID ? -(int32_t)(code - PLACE_INVALID) : (int32_t)code;
}

bool code_is_blank(uint32_t code)
{
    return code == ' ' || code == '\t' || code == '\n' || code == PLACE_END;
}

bool code_is_word(uint32_t code)
{
    if (code < 0x80)
        return (code >= '0' && code <= '9') || ((code | 32) >= 'a' && (code | 32) <= 'z') || code == '_';
    return code < PLACE_INVALID && unit_kind(code_unit(code)) >= KIND_WORD;
}

int code_class(uint32_t code, bool big)
{
    if (code_is_blank(code))
        return 0;
    if (big || code == PLACE_END)
        return 1;
    if (code < 0x80)
        return code_is_word(code) ? KIND_WORD : KIND_PUNCTUATION;
    return (int)unit_kind(code_unit(code));
}
