/* line_substitute.c - :s and what repeats it. */
#include "editor/command/line.h"
#include "editor/command/pattern.h"
#include "editor/command/search.h"
#include "editor/text/utf8.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* How the replacement is spelled: \u \l for the next character, \U \L until \E. */
struct casing {
    char next, all;
};

static void append_cased(struct bytes *out, const char *bytes, size_t size, struct casing *casing)
{
    for (size_t at = 0; at < size;) {
        struct unit unit = unit_decode(bytes + at, size - at);
        char kind = casing->next ? casing->next : casing->all, spelled[4];
        if (unit.size == 0)
            break;
        if (unit.code >= 0 && kind) {
            int32_t code = (kind | 32) == 'u' ? unit_to_upper(unit.code) : unit_to_lower(unit.code);
            bytes_append(out, spelled, unit_encode(code, spelled));
        } else {
            bytes_append(out, bytes + at, unit.size);
        }
        casing->next = 0;
        at += unit.size;
    }
}

static void append_group(const struct text *text, const struct match *match, size_t group, struct bytes *out,
                         struct casing *casing)
{
    if (group >= match->count || match->groups[group].start == (size_t)-1)
        return;
    struct span span = match->groups[group];
    char *bytes = text_copy(text, span);
    append_cased(out, bytes, span.end - span.start, casing);
    free(bytes);
}

struct expansion {
    const char *replacement;
    bool magic;
    size_t first, last; /* where the first and the last match began */
    bool began;
};

static void append_escape(char byte, const struct text *text, const struct match *match, struct bytes *out,
                          struct casing *casing)
{
    if (byte >= '0' && byte <= '9')
        append_group(text, match, (size_t)(byte - '0'), out, casing);
    else if (byte == 'r')
        bytes_append_byte(out, '\n');
    else if (byte == 'n')
        bytes_append_byte(out, 0);
    else if (byte == 't')
        bytes_append_byte(out, '\t');
    else if (byte == 'u' || byte == 'l')
        casing->next = byte;
    else if (byte == 'U' || byte == 'L')
        casing->all = byte;
    else if (byte == 'e' || byte == 'E')
        casing->all = casing->next = 0;
    else
        append_cased(out, &byte, 1, casing);
}

static bool expand(void *user, const struct text *text, const struct match *match, struct bytes *out)
{
    struct expansion *expansion = user;
    expansion->last = match->groups[0].start;
    if (!expansion->began)
        expansion->first = expansion->last;
    expansion->began = true;
    struct casing casing = { 0, 0 };
    for (const char *at = expansion->replacement; *at; at++) {
        if (*at == '\\' && at[1]) {
            at++;
            if (*at == '&' && !expansion->magic)
                append_group(text, match, 0, out, &casing);
            else
                append_escape(*at, text, match, out, &casing);
        } else if (*at == '&' && expansion->magic) {
            append_group(text, match, 0, out, &casing);
        } else if (*at == '\r') {
            bytes_append_byte(out, '\n');
        } else {
            size_t size = 1;
            while (((unsigned char)at[size] & 0xC0) == 0x80)
                size++;
            append_cased(out, at, size, &casing);
            at += size - 1;
        }
    }
    return true;
}

void replacement_expand(struct editor *editor, const char *replacement, const struct match *match,
                        struct bytes *out)
{
    struct expansion expansion = { replacement, editor->options.magic, 0, 0, false };
    expand(&expansion, editor_text(editor), match, out);
}

struct flags {
    bool confirm, all, count_only, no_error, ignore_case, exact_case, keep;
};

/* [&][flags]; *text goes behind them. */
static bool flags_read(struct editor *editor, const char **text, struct flags *flags)
{
    if (**text == '&') {
        ++*text;
        for (const char *at = editor->inside->substitution.flags; *at; at++) {
            flags->all = flags->all || *at == 'g';
            flags->no_error = flags->no_error || *at == 'e';
            flags->ignore_case = flags->ignore_case || *at == 'i';
            flags->exact_case = flags->exact_case || *at == 'I';
        }
    }
    for (; **text && strchr("gneiIcplr#&", **text); ++*text) {
        flags->all = **text == 'g' ? !flags->all : flags->all;
        flags->count_only = flags->count_only || **text == 'n';
        flags->no_error = flags->no_error || **text == 'e';
        flags->ignore_case = flags->ignore_case || **text == 'i';
        flags->exact_case = flags->exact_case || **text == 'I';
        flags->confirm = flags->confirm || **text == 'c';
    }
    return true;
}

static void flags_remember(struct editor *editor, const struct flags *flags)
{
    char *at = editor->inside->substitution.flags;
    if (flags->all)
        *at++ = 'g';
    if (flags->no_error)
        *at++ = 'e';
    if (flags->ignore_case)
        *at++ = 'i';
    if (flags->exact_case)
        *at++ = 'I';
    *at = 0;
}

/* What is left behind the flags: a count, then the end or a bar. */
static bool tail_read(struct editor *editor, const char *text, struct call *call)
{
    text = skip_blanks(text);
    if (isdigit((unsigned char)*text)) {
        char number[24];
        size_t size = strspn(text, "0123456789");
        if (size >= sizeof number)
            return editor_error(editor, "%s is no count of lines", text);
        memcpy(number, text, size);
        number[size] = 0;
        if (!line_count_read(editor, number, call))
            return false;
        text = skip_blanks(text + size);
    }
    if (*text == '|')
        editor->inside->line_rest = text + 1;
    else if (*text && *text != '"')
        return editor_error(editor, "%s is too much behind :s", text);
    return true;
}

/* Puts the last replacement in place of ~. */
static char *replacement_new(const struct editor *editor, const char *text, size_t size)
{
    const char *old = editor->inside->substitution.replacement;
    struct bytes out = { 0 };
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '\\' && i + 1 < size) {
            if (text[i + 1] != '~')
                bytes_append_byte(&out, text[i]);
            bytes_append_byte(&out, text[++i]);
        } else if (text[i] == '~' && editor->options.magic) {
            bytes_append_text(&out, old ? old : "");
        } else {
            bytes_append_byte(&out, text[i]);
        }
    }
    return bytes_take(&out);
}

static size_t replacement_end(const char *text, char delimiter)
{
    size_t at = 0;
    while (text[at] && text[at] != delimiter)
        at += text[at] == '\\' && text[at + 1] ? 2 : 1;
    return at;
}

/* The pattern with the case that the flags ask for; the caller's. */
static char *pattern_with_case(struct editor *editor, const char *text, const struct flags *flags)
{
    struct bytes spelled = { 0 };
    if (flags->ignore_case || flags->exact_case)
        bytes_append_text(&spelled, flags->exact_case ? "\\C" : "\\c");
    bytes_append_text(&spelled, *text || !spelled.size   ? text
                                : editor->search.pattern ? editor->search.pattern
                                                         : "");
    return bytes_take(&spelled);
}

static bool report(struct editor *editor, const char *pattern, const struct flags *flags)
{
    if (flags->no_error || editor->inside->global_depth > 0)
        return true;
    return editor_error(editor, "not found: %s", pattern);
}

/* Replaces in the lines of the call. */
static bool substitute(struct editor *editor, const struct call *call, const struct flags *flags)
{
    struct substitution *last = &editor->inside->substitution;
    char *spelled = pattern_with_case(editor, last->pattern, flags);
    struct pattern *pattern = pattern_use(editor, spelled);
    bool every = flags->all != editor->options.gdefault,
         asks = pattern && flags->confirm && !flags->count_only;
    bool began = asks && confirm_begin(editor, spelled, last->replacement,
                                       line_span(editor, call->first, call->last), every, false);
    free(spelled);
    if (!pattern || asks)
        return began;
    struct document *document = editor_document(editor);
    struct span span = line_span(editor, call->first, call->last);
    size_t to =
        span.end > span.start && text_byte(document->text, span.end - 1) == '\n' ? span.end - 1 : span.end;
    struct expansion expansion = { last->replacement, editor->options.magic, span.start, span.start, false };
    struct text *changed = 0;
    struct error error = { "" };
    size_t count = 0, before = text_size(document->text);
    enum search_result result = search_replace(pattern->search, document->text, span.start, to, !every,
                                               expand, &expansion, &changed, &count, &error);
    if (result == SEARCH_STOPPED)
        return editor_error(editor, "%s", error.text);
    if (result != SEARCH_FOUND)
        return report(editor, last->pattern, flags);
    if (flags->count_only) {
        text_free(changed);
        return editor_message(editor, "%zu matches", count);
    }
    size_t after = text_size(changed), behind = before - span.end;
    jump_remember(editor);
    size_t line = place_line(document->text, expansion.last) - place_lines(document->text);
    document_begin_at(document, place_begin(document->text, expansion.first));
    document_splice(document, span, changed, (struct span){ span.start, after - behind });
    text_free(changed);
    line += place_lines(document->text);
    editor_set_cursor(editor, place_nonblank(document->text, place_line_begin(document->text, line)));
    mark_changed(editor, place_line_begin(document->text, call->first),
                 place_line_begin(document->text, line));
    return editor_message(editor, "%zu replaced", count);
}

/* :s/pattern/replacement/flags count, :s flags count */
static bool line_substitute(struct editor *editor, const struct call *call)
{
    struct substitution *last = &editor->inside->substitution;
    struct call own = *call;
    struct flags flags = { 0 };
    const char *text = call->argument;
    char delimiter = *text;
    bool is_new = delimiter && ispunct((unsigned char)delimiter) && !strchr("&\"|\\", delimiter);
    if (is_new) {
        size_t length = pattern_end(text + 1, strlen(text + 1), delimiter, editor->options.magic);
        char *pattern = memory_copy(text + 1, length);
        text += 1 + length + (text[1 + length] == delimiter);
        size_t size = replacement_end(text, delimiter);
        char *replacement = replacement_new(editor, text, size);
        text += size + (text[size] == delimiter);
        if (*pattern)
            search_remember(editor, pattern, editor->search.backward, 0);
        free(last->pattern);
        free(last->replacement);
        last->pattern = *pattern || !editor->search.pattern
                            ? pattern
                            : memory_copy(editor->search.pattern, strlen(editor->search.pattern));
        if (last->pattern != pattern)
            free(pattern);
        last->replacement = replacement;
    } else if (!last->pattern) {
        return editor_error(editor, "there is nothing to replace yet");
    }
    if (!flags_read(editor, &text, &flags) || !tail_read(editor, text, &own))
        return false;
    flags_remember(editor, &flags);
    return substitute(editor, &own, &flags);
}

static bool substitute_again(struct editor *editor, const struct call *call, bool keep_flags,
                             bool last_search)
{
    struct substitution *last = &editor->inside->substitution;
    struct flags flags = { 0 };
    struct call own = *call;
    const char *text = call->argument;
    if (!last->pattern)
        return editor_error(editor, "there is nothing to replace yet");
    if (last_search && editor->search.pattern) {
        free(last->pattern);
        last->pattern = memory_copy(editor->search.pattern, strlen(editor->search.pattern));
    }
    const char *ampersand = "&";
    if (keep_flags)
        flags_read(editor, &ampersand, &flags);
    if (!flags_read(editor, &text, &flags) || !tail_read(editor, text, &own))
        return false;
    flags_remember(editor, &flags);
    return substitute(editor, &own, &flags);
}

static bool again(struct editor *editor, const struct call *call)
{
    return substitute_again(editor, call, false, false);
}

static bool again_with_flags(struct editor *editor, const struct call *call)
{
    return substitute_again(editor, call, true, false);
}

static bool again_with_search(struct editor *editor, const struct call *call)
{
    return substitute_again(editor, call, false, true);
}

/* & */
static bool again_here(struct editor *editor, const struct call *call)
{
    struct call own = *call;
    own.argument = "";
    own.first = own.last = place_line(editor_text(editor), editor->window.cursor);
    return substitute_again(editor, &own, false, false);
}

/* g& */
static bool again_everywhere(struct editor *editor, const struct call *call)
{
    struct call own = *call;
    own.argument = "";
    own.first = 0;
    own.last = place_lines(editor_text(editor)) - 1;
    return substitute_again(editor, &own, true, true);
}

enum { LINE_CHANGES = MODIFIES | LINE_TAKES_BAR };

const struct command commands_line_substitute[] = {
    { "substitute",
      "replaces: /PATTERN/TEXT/[flags] [count]",
      COMMAND_LINE,
      LINE_CHANGES,
      { .act = line_substitute },
      1 },
    { "&", "the last replacement again", COMMAND_LINE, LINE_CHANGES, { .act = again }, 1 },
    { "&&",
      "the last replacement again with its flags",
      COMMAND_LINE,
      LINE_CHANGES,
      { .act = again_with_flags },
      2 },
    { "~",
      "the last replacement for the last search",
      COMMAND_LINE,
      LINE_CHANGES,
      { .act = again_with_search },
      1 },
    { "substitute-again",
      "the last replacement on this line",
      COMMAND_ACTION,
      MODIFIES,
      { .act = again_here },
      0 },
    { "substitute-everywhere",
      "the last replacement for the last search on every line",
      COMMAND_ACTION,
      MODIFIES,
      { .act = again_everywhere },
      0 },
    { 0 },
};
