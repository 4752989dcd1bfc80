#include "editor/text/search_inside.h"
#include "editor/text/text_inside.h"
#include "editor/text/utf8.h"

/* Where the last whole unit ends: a sequence that is cut off is left out. */
static size_t trim_end(const char *bytes, size_t size)
{
    for (size_t back = 1; back <= 3 && back <= size; back++) {
        unsigned char byte = (unsigned char)bytes[size - back];
        if (byte < 0x80)
            break;
        if (byte >= 0xc0) {
            size_t length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
            return length > back ? size - back : size;
        }
    }
    return size;
}

static void window_set(struct window *window, const struct text *text, const char *bytes, size_t size)
{
    window->is_last = window->start + size >= text_size(text);
    window->bytes = bytes;
    window->end = window->start + (window->is_last ? size : trim_end(bytes, size));
}

void window_place(struct window *window, const struct text *text, size_t from, size_t wanted, size_t ahead)
{
    size_t size = text_size(text), inside = from;
    size_t start = from > window->before ? text_unit_start(text, from - window->before) : 0;
    bool held = window->bytes && window->start <= start && window->end >= from;
    if (held && (window->is_last || window->end - from >= wanted))
        return;
    ahead = ahead > wanted ? ahead : wanted;
    size_t end = size - from > ahead ? from + ahead : size;
    window->start = start;
    if (from < size) {
        const struct node *leaf = node_find(text->root, &inside);
        size_t leaf_start = from - inside, leaf_end = leaf_start + leaf->size;
        if (leaf_start <= start && end <= leaf_end) {
            buffer_prepare(leaf->buffer, leaf->bytes + (start - leaf_start), end - start);
            window_set(window, text, leaf->bytes + (start - leaf_start), end - start);
            return;
        }
    }
    bytes_clear(&window->copy);
    bytes_reserve(&window->copy, end - start);
    window->copy.size = text_read(text, start, window->copy.data, end - start);
    window_set(window, text, window->copy.data, window->copy.size);
}

void window_forget(struct window *window)
{
    window->bytes = NULL;
}

void window_free(struct window *window)
{
    bytes_free(&window->copy);
}
