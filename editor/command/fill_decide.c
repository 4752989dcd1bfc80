#include "editor/command/fill_inside.h"

#include "editor/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { DECIDABLE = 1u << HOLE_PROPOSED, RUNNING = 1u << HOLE_WAITING | 1u << HOLE_FILLING };

/* The hole that a decision is about: the list's, else the one under the cursor or next to it. */
static struct hole *decided(struct editor *editor, unsigned states)
{
    struct fill *fill = fill_of(editor);
    if (fill->listed && states & 1u << fill->listed->state)
        return fill->listed;
    return hole_target(fill, states);
}

static bool nothing_proposed(struct editor *editor)
{
    if (hole_target(fill_of(editor), RUNNING))
        return editor_error(editor, "the fill is still running: Esc cancels it, :stop keeps what is done");
    return editor_error(editor, "nothing is proposed here: :fill asks for it");
}

static bool is_readonly(struct editor *editor)
{
    return editor_document(editor)->readonly && !editor_error(editor, "the text is read-only");
}

/* The whole proposal: one edit, one undo step. The hole goes first, since its text does. */
static void accept_whole(struct editor *editor, struct hole *hole)
{
    struct fill *fill = fill_of(editor);
    struct proposal chosen = proposal_copy(&hole->alternatives[hole->chosen]);
    struct span span = hole->span;
    struct ask ask = hole->ask ? *hole->ask : (struct ask){ 0 };
    hole_remove(fill, hole);
    editor_set_cursor(editor, span.start);
    editor_close_step(editor);
    editor_replace(editor, span, chosen.text, chosen.size);
    fill_note_accepted(fill, editor_document(editor), span, &ask);
    editor_set_cursor(editor, chosen.size ? span.start + chosen.size - 1 : span.start);
    editor_close_step(editor);
    proposal_free(&chosen);
}

/* The first `size` bytes of the proposal become text before the hole; alternatives that begin otherwise go.
 */
static void accept_start(struct editor *editor, struct hole *hole, size_t size)
{
    struct proposal *chosen = &hole->alternatives[hole->chosen];
    char *start = memory_copy(chosen->text, size);
    size_t place = hole->span.start, kept = 0;
    for (size_t i = 0; i < hole->alternative_count; i++) {
        struct proposal *other = &hole->alternatives[i];
        if (other->size <= size || memcmp(other->text, start, size) != 0) {
            proposal_free(other);
            continue;
        }
        proposal_behead(other, size);
        if (i == hole->chosen)
            hole->chosen = kept;
        hole->alternatives[kept++] = *other;
    }
    hole->alternative_count = kept;
    hole->word = 0;
    editor_close_step(editor);
    editor_replace(editor, (struct span){ place, place }, start, size);
    editor_set_cursor(editor, hole->span.start);
    editor_close_step(editor);
    free(start);
}

/* How much of the proposal the words up to `number` take, blanks behind them too; all of it where they are
 * all. */
static size_t size_of_words(const struct proposal *proposal, size_t number)
{
    struct span word, next;
    if (!proposal_word_at(proposal, number, &word) || !proposal_word(proposal, word.end, &next))
        return proposal->size;
    return next.start;
}

bool decide_accept(struct editor *editor, const struct call *call)
{
    struct hole *hole = decided(editor, DECIDABLE);
    if (is_readonly(editor))
        return false;
    if (!hole)
        return nothing_proposed(editor);
    const struct proposal *chosen = &hole->alternatives[hole->chosen];
    size_t size = chosen->size;
    if (strcmp(call->argument, "word") == 0)
        size = size_of_words(chosen, call->counted ? call->count - 1 : 0);
    else if (strcmp(call->argument, "here") == 0)
        size = size_of_words(chosen, hole->word);
    else if (*call->argument)
        return editor_error(editor, "accept takes nothing, word or here");
    if (size == chosen->size)
        accept_whole(editor, hole);
    else
        accept_start(editor, hole, size);
    return true;
}

bool decide_reject(struct editor *editor, const struct call *call)
{
    (void)call;
    struct hole *hole = decided(editor, DECIDABLE | RUNNING);
    if (!hole)
        return editor_error(editor, "nothing is proposed here");
    hole_reset(fill_of(editor), hole);
    return true;
}

static bool choose(struct hole *hole, const char *argument, size_t count, size_t *chosen)
{
    size_t all = hole->alternative_count, step = count % all;
    char *end;
    if (strcmp(argument, "next") == 0 || !*argument) {
        *chosen = (hole->chosen + step) % all;
        return true;
    }
    if (strcmp(argument, "previous") == 0) {
        *chosen = (hole->chosen + all - step) % all;
        return true;
    }
    unsigned long number = strtoul(argument, &end, 10);
    *chosen = number - 1;
    return !*end && number >= 1 && number <= all;
}

bool decide_alternative(struct editor *editor, const struct call *call)
{
    struct hole *hole = decided(editor, DECIDABLE);
    if (!hole)
        return nothing_proposed(editor);
    size_t chosen;
    if (!choose(hole, call->argument, call->count, &chosen))
        return editor_error(editor, "alternative takes next, previous or a number from 1 to %zu",
                            hole->alternative_count);
    hole->chosen = chosen;
    hole->word = 0;
    return true;
}

/* Moves the word cursor of the list. */
bool decide_word(struct editor *editor, const struct call *call)
{
    struct hole *hole = decided(editor, DECIDABLE);
    struct span word;
    if (!hole)
        return nothing_proposed(editor);
    if (strcmp(call->argument, "previous") == 0) {
        hole->word -= hole->word < call->count ? hole->word : call->count;
        return true;
    }
    for (size_t i = 0;
         i < call->count && proposal_word_at(&hole->alternatives[hole->chosen], hole->word + 1, &word); i++)
        hole->word++;
    return true;
}

/* Calls for each word that the argument names, or for the one under the word cursor. */
static bool pin_words(struct hole *hole, const char *argument, bool pinned)
{
    struct proposal *chosen = &hole->alternatives[hole->chosen];
    struct span word;
    bool any = false;
    size_t number = 0;
    for (size_t from = 0; proposal_word(chosen, from, &word); from = word.end, number++) {
        size_t size = word.end - word.start;
        bool named = *argument
                         ? strlen(argument) == size && memcmp(argument, chosen->text + word.start, size) == 0
                         : number == hole->word;
        if (named)
            proposal_pin(chosen, word, pinned);
        any = any || named;
    }
    return any;
}

bool decide_pin(struct editor *editor, const struct call *call)
{
    struct hole *hole = decided(editor, DECIDABLE);
    if (!hole)
        return nothing_proposed(editor);
    return pin_words(hole, call->argument, true) ||
           editor_error(editor, "the proposal has no word %s", call->argument);
}

bool decide_unpin(struct editor *editor, const struct call *call)
{
    struct hole *hole = decided(editor, DECIDABLE);
    if (!hole)
        return nothing_proposed(editor);
    struct proposal *chosen = &hole->alternatives[hole->chosen];
    if (*call->argument)
        return pin_words(hole, call->argument, false) ||
               editor_error(editor, "the proposal has no word %s", call->argument);
    for (size_t i = 0; i < chosen->shade_count; i++)
        chosen->shades[i].pinned = false;
    return true;
}

bool decide_stop(struct editor *editor, const struct call *call)
{
    (void)call;
    struct hole *hole = decided(editor, RUNNING);
    if (!hole)
        return editor_error(editor, "no fill is running");
    job_stop(job_of(fill_of(editor), hole));
    return true;
}

/* Every fill of the shown document that is running: what Escape does meanwhile. */
bool decide_cancel(struct editor *editor, const struct call *call)
{
    struct fill *fill = fill_of(editor);
    size_t cancelled = 0;
    (void)call;
    for (size_t i = 0; i < fill->hole_count; i++) {
        struct hole *hole = fill->holes[i];
        if (hole->document != editor->window.document || !(RUNNING & 1u << hole->state))
            continue;
        hole_reset(fill, hole);
        cancelled++;
    }
    return cancelled ? editor_message(editor, "fill cancelled") : editor_error(editor, "no fill is running");
}

bool decide_list(struct editor *editor, const struct call *call)
{
    (void)call;
    struct hole *hole = decided(editor, DECIDABLE);
    if (!hole)
        return nothing_proposed(editor);
    fill_open_list(fill_of(editor), hole);
    return true;
}

bool decide_leave(struct editor *editor, const struct call *call)
{
    (void)call;
    fill_close_list(fill_of(editor));
    return true;
}
