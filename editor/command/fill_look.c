#include "editor/command/fill_inside.h"

#include "editor/base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_line(struct bytes *out, const char *label, const char *bytes, size_t size)
{
    bytes_append_text(out, label);
    for (size_t i = 0; i < size; i++)
        bytes_append_byte(out, bytes[i] == '\n' ? ' ' : bytes[i]);
    bytes_append_byte(out, '\n');
}

bool look_compare(struct editor *editor, const struct call *call)
{
    struct hole *hole = hole_target(fill_of(editor), 1u << HOLE_PROPOSED);
    (void)call;
    if (!hole)
        return editor_error(editor, "nothing is proposed here: :fill asks for it");
    struct bytes *out = &editor->listing;
    char *original = text_copy(hole->document->text, hole->span);
    bytes_clear(out);
    add_line(out, "original    ", original, strlen(original));
    for (size_t i = 0; i < hole->alternative_count; i++) {
        char label[32];
        snprintf(label, sizeof label, "%s%2zu  %6.2f  ", i == hole->chosen ? "▸" : " ", i + 1,
                 hole->alternatives[i].logprob);
        add_line(out, label, hole->alternatives[i].text, hole->alternatives[i].size);
    }
    free(original);
    return true;
}

/* Words of the proposal with how sure the model is of each; and tints on or off. */
bool look_heatmap(struct editor *editor, const struct call *call)
{
    struct fill *fill = fill_of(editor);
    struct hole *hole = hole_target(fill, 1u << HOLE_PROPOSED);
    struct span word;
    if (strcmp(call->argument, "on") == 0 || strcmp(call->argument, "off") == 0) {
        fill->hides_confidence = strcmp(call->argument, "off") == 0;
        return true;
    }
    if (!hole)
        return editor_error(editor, "nothing is proposed here: :fill asks for it");
    const struct proposal *chosen = &hole->alternatives[hole->chosen];
    bytes_clear(&editor->listing);
    for (size_t from = 0; proposal_word(chosen, from, &word); from = word.end) {
        float probability = proposal_confidence(chosen, word);
        bytes_format(&editor->listing, "%5.2f  ", (double)probability);
        for (int i = 0; i < 20; i++)
            bytes_append_text(&editor->listing, (float)i < probability * 20 ? "━" : "─");
        bytes_append_text(&editor->listing, proposal_is_pinned(chosen, word) ? " * " : "   ");
        add_line(&editor->listing, "", chosen->text + word.start, word.end - word.start);
    }
    return true;
}

void trace_begin(struct fill *fill)
{
    for (size_t i = 0; i < fill->trace_count; i++)
        proposal_free(&fill->trace[i].shown);
    fill->trace_count = 0;
}

void trace_add(struct fill *fill, int step, int steps, const struct proposal *shown)
{
    if (fill->trace_count == fill->trace_room) {
        fill->trace_room = fill->trace_room * 2 + 16;
        fill->trace = memory_resize(fill->trace, fill->trace_room * sizeof *fill->trace);
    }
    fill->trace[fill->trace_count++] = (struct moment){ step, steps, proposal_copy(shown) };
}

static void write_escaped(FILE *file, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        switch (bytes[i]) {
        case '<':
            fputs("&lt;", file);
            break;
        case '&':
            fputs("&amp;", file);
            break;
        case '>':
            fputs("&gt;", file);
            break;
        default:
            fputc(bytes[i], file);
        }
    }
}

static void write_moment(FILE *file, const struct moment *moment)
{
    const struct proposal *shown = &moment->shown;
    size_t at = 0;
    fprintf(file, "<li><b>%d/%d</b> ", moment->step, moment->steps);
    for (size_t i = 0; i < shown->shade_count; i++) {
        const struct shade *shade = &shown->shades[i];
        if (shade->start < at || shade->end > shown->size)
            continue;
        write_escaped(file, shown->text + at, shade->start - at);
        fprintf(file, "<span style=\"background:rgba(0,130,90,%.2f)\" title=\"%.3f\">",
                (double)shade->probability * 0.6, (double)shade->probability);
        write_escaped(file, shown->text + shade->start, shade->end - shade->start);
        fputs("</span>", file);
        at = shade->end;
    }
    write_escaped(file, shown->text + at, shown->size - at);
    fputs("</li>\n", file);
}

/* A page on its own that plays the last fill: one step after the other appears. */
bool look_trace(struct editor *editor, const struct call *call)
{
    struct fill *fill = fill_of(editor);
    if (!*call->argument)
        return editor_error(editor, "trace needs the name of an HTML file");
    if (!fill->trace_count)
        return editor_error(editor, "there is no fill to trace yet");
    FILE *file = fopen(call->argument, "w");
    if (!file)
        return editor_error(editor, "%s: %s", call->argument, strerror(errno));
    fputs("<!doctype html><meta charset=\"utf-8\"><title>A fill, step by step</title>\n"
          "<style>body{font:16px/1.7 serif;margin:3em auto;max-width:44em}ol{list-style:none;padding:0}"
          "li{opacity:0;transition:opacity .3s}li.on{opacity:1}b{font:12px "
          "monospace;color:#888;margin-right:1em}"
          "</style>\n<ol>\n",
          file);
    for (size_t i = 0; i < fill->trace_count; i++)
        write_moment(file, &fill->trace[i]);
    fputs("</"
          "ol>\n<script>document.querySelectorAll('li').forEach((e,i)=>setTimeout(()=>e.classList.add('on'),"
          "i*400))"
          "</script>\n",
          file);
    if (fclose(file) != 0)
        return editor_error(editor, "%s: %s", call->argument, strerror(errno));
    return editor_message(editor, "%zu steps written to %s", fill->trace_count, call->argument);
}
