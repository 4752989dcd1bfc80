#include "editor/text/builder.h"
#include "editor/text/search_inside.h"
#include "editor/text/utf8.h"

/* Goes through matches that do not overlap. An empty match right behind another is none, nor one at the end
 * of a line that had a match, as in vi. */
struct walk {
    size_t from, to, behind; /* behind: the end of the last match; (size_t)-1 before the first */
    size_t last;             /* where it began */
};

static bool ends_matched_line(const struct text *text, const struct walk *walk, size_t at)
{
    if (walk->behind == (size_t)-1 || (at < text_size(text) && text_byte(text, at) != '\n'))
        return false;
    size_t feed = text_find_byte_before(text, at, '\n');
    return feed == (size_t)-1 || walk->last > feed;
}

static enum search_result walk_next(struct search *search, const struct text *text, struct walk *walk,
                                    struct match *match, struct error *error)
{
    while (walk->from <= walk->to) {
        enum search_result result = search_next(search, text, walk->from, walk->to, match, error);
        if (result != SEARCH_FOUND)
            return result;
        struct span whole = match->groups[0];
        walk->from = whole.end;
        if (whole.start == whole.end) {
            struct unit unit = text_unit(text, whole.end);
            walk->from += unit.size ? unit.size : 1;
            if (whole.start == walk->behind || ends_matched_line(text, walk, whole.start))
                continue;
        }
        walk->last = whole.start;
        walk->behind = whole.end;
        return SEARCH_FOUND;
    }
    return SEARCH_NONE;
}

static struct walk walk_begin(struct search *search, const struct text *text, size_t from, size_t to)
{
    size_t size = text_size(text);
    search_begin(search);
    return (struct walk){ from, to < size ? to : size, (size_t)-1, 0 };
}

enum search_result search_count(struct search *search, const struct text *text, size_t from, size_t to,
                                size_t *count, struct error *error)
{
    struct walk walk = walk_begin(search, text, from, to);
    struct match match;
    enum search_result result;
    *count = 0;
    while ((result = walk_next(search, text, &walk, &match, error)) == SEARCH_FOUND)
        ++*count;
    return result == SEARCH_NONE && *count ? SEARCH_FOUND : result;
}

enum search_result search_replace(struct search *search, const struct text *text, size_t from, size_t to,
                                  bool once_per_line, search_expand *expand, void *user,
                                  struct text **changed, size_t *count, struct error *error)
{
    struct walk walk = walk_begin(search, text, from, to);
    struct span replaced = { 0, 0 }; /* from the first replacement to the last */
    struct text_builder *builder = text_builder_new();
    struct bytes out = { 0 };
    struct match match;
    enum search_result result;
    *changed = NULL;
    *count = 0;
    while ((result = walk_next(search, text, &walk, &match, error)) == SEARCH_FOUND) {
        struct span whole = match.groups[0];
        bytes_clear(&out);
        if (expand(user, text, &match, &out)) {
            if (!*count)
                replaced = (struct span){ whole.start, whole.start };
            text_builder_span(builder, text, (struct span){ replaced.end, whole.start });
            text_builder_bytes(builder, out.data, out.size);
            replaced.end = whole.end;
            ++*count;
        }
        if (once_per_line)
            walk.from = text_line_end(text, whole.end) + 1;
    }
    struct text *middle = text_builder_finish(builder);
    if (*count && result == SEARCH_NONE) {
        *changed = text_splice(text, replaced, middle, (struct span){ 0, text_size(middle) });
        result = SEARCH_FOUND;
    }
    text_free(middle);
    bytes_free(&out);
    return result;
}
