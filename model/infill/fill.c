#include "model/infill/fill.h"

#include "model/infill/parts.h"

#include "model/base/buffer.h"
#include "model/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Room that a hole of unknown length is counted with when holes are grouped. */
enum { ROOM_GUESS = 32, LEFT_MOST = 1 << 16 };

struct fill {
    const struct infill *infill;
    struct denoiser_session *session;
    const struct wish *wish;
    const struct infill_watch *watch;
    struct board *board;
    struct workspace workspace;
    struct parts parts;   /* what is filled as one hole each */
    struct group *groups; /* [count] */
    char **lefts;         /* [count] left side of each group, owned */
    size_t count;
    char **keep; /* words not yet placed; borrowed from the wish */
    size_t keep_count;
};

/* ---- which holes go together */

static int room_guess(const struct wish *wish)
{
    if (wish->length.unit == LACUNA_AUTO)
        return ROOM_GUESS;
    double pieces = wish->length.unit == LACUNA_TOKENS ? wish->length.low + 2 : 1.5 * wish->length.low + 6;
    return pieces < 4096 ? (int)pieces : 4096;
}

static struct text_part between(const struct fill *fill, size_t part)
{
    return parts_between(&fill->parts, fill->wish, part);
}

/* Pieces of the text in front of a part; -1 where it is far more than a context. */
static int count_pieces(const struct fill *fill, size_t number)
{
    struct text_part part = between(fill, number);
    if (part.size > (size_t)infill_framing(fill->infill)->context_length * 12)
        return -1;
    struct ids ids = { 0 };
    bool fine = tokenizer_encode(infill_tokenizer(fill->infill), part.at, part.size, false, &ids, NULL);
    int count = fine && ids.count < (1 << 20) ? (int)ids.count : -1;
    ids_free(&ids);
    return count;
}

/* One past the last span that shares the context with `first`. Spans without text between them do not: each
 * reads the other's fill. */
static size_t group_end(const struct fill *fill, size_t first)
{
    double most = 0.7 * (infill_framing(fill->infill)->context_length - infill_slots(fill->infill));
    double used = room_guess(fill->wish);
    size_t end = first + 1;
    for (; end < fill->parts.count && fill->wish->task == LACUNA_INFILL; end++) {
        int pieces = between(fill, end).size ? count_pieces(fill, end) : -1;
        used += pieces + room_guess(fill->wish);
        if (pieces < 0 || used >= most)
            break;
    }
    return end;
}

/* ---- the text on the left, fills included */

static void add_group_text(struct buffer *done, const struct group *group, const struct fill *fill)
{
    for (int h = 0; h < group->hole_count; h++) {
        struct text_part part = between(fill, group->first + (size_t)h);
        buffer_add(done, part.at, part.size);
        buffer_add_text(done, group->drafts.at[0]->fills[h]);
    }
}

static char *copy_left(const struct buffer *done, struct text_part part, size_t *size)
{
    struct buffer left = { 0 };
    size_t skip = done->size > LEFT_MOST ? done->size - LEFT_MOST : 0;
    while (skip < done->size && ((unsigned char)done->at[skip] & 0xC0) == 0x80)
        skip++;
    buffer_add(&left, done->at ? done->at + skip : "", done->size - skip);
    buffer_add(&left, part.at, part.size);
    *size = left.size;
    return buffer_take(&left);
}

/* ---- one group */

/* Words that this group placed are done with. */
static void drop_kept(struct fill *fill, const struct group *group)
{
    size_t left = 0;
    for (size_t k = 0; k < fill->keep_count; k++) {
        bool placed = false;
        for (size_t g = 0; g < group->keep_count; g++)
            placed = placed || group->keep[g] == fill->keep[k];
        if (!placed)
            fill->keep[left++] = fill->keep[k];
    }
    fill->keep_count = left;
}

static bool group_run(struct fill *fill, struct group *group, const struct text_part *texts,
                      struct lacuna_error *error)
{
    *group = (struct group){ .infill = fill->infill,
                             .wish = fill->wish,
                             .session = fill->session,
                             .watch = fill->watch,
                             .workspace = &fill->workspace,
                             .board = fill->board,
                             .first = group->first,
                             .owners = group->owners,
                             .hole_count = group->hole_count,
                             .keep = group->keep,
                             .keep_count = group->keep_count,
                             .stream = (uint64_t)group->first << 32 };
    if (fill->wish->task != LACUNA_REWRITE)
        return group_fill(group, texts, error);
    struct lacuna_span span = fill->parts.at[group->first].span;
    struct text_part original = { fill->wish->text + span.start, span.end - span.start };
    return group_rewrite(group, texts, original, error);
}

/* The last group has to place all words that are left; an earlier one as many as it can, from the first word
 * on. */
static bool group_run_keeping(struct fill *fill, struct group *group, const struct text_part *texts,
                              bool last, struct lacuna_error *error)
{
    struct lacuna_error reason = { 0 };
    group->keep = memory_new(fill->keep_count, sizeof *group->keep);
    for (size_t k = 0; k < fill->keep_count; k++)
        group->keep[k] = fill->keep[k];
    group->keep_count = fill->keep_count;
    for (;;) {
        if (group_run(fill, group, texts, &reason)) {
            drop_kept(fill, group);
            return true;
        }
        bool retry = reason.code == LACUNA_KEEP && !last && group->keep_count > 0;
        if (!retry) {
            if (error)
                *error = reason;
            return false;
        }
        group_free(group);
        group->keep_count--;
    }
}

/* Holes first … end - 1 as one group, behind the text that is done. */
static bool run_holes(struct fill *fill, const struct buffer *done, size_t first, size_t end,
                      struct lacuna_error *error)
{
    size_t count = end - first, size;
    struct text_part *texts = memory_new(count + 1, sizeof *texts);
    fill->groups = memory_resize(fill->groups, fill->count + 1, sizeof *fill->groups);
    fill->lefts = memory_resize(fill->lefts, fill->count + 1, sizeof *fill->lefts);
    struct group *group = &fill->groups[fill->count];
    *group = (struct group){ .first = first, .hole_count = (int)count };
    fill->lefts[fill->count] = copy_left(done, between(fill, first), &size);
    texts[0] = (struct text_part){ fill->lefts[fill->count], size };
    for (size_t i = 1; i <= count; i++)
        texts[i] = between(fill, first + i);
    group->owners = memory_new(count, sizeof *group->owners);
    for (size_t i = 0; i < count; i++)
        group->owners[i] = fill->parts.at[first + i].owner;
    fill->count++;
    bool fine = group_run_keeping(fill, group, texts, end == fill->parts.count, error);
    free(texts);
    return fine;
}

static void drop_last_group(struct fill *fill)
{
    fill->count--;
    group_free(&fill->groups[fill->count]);
    free(fill->groups[fill->count].keep);
    free(fill->groups[fill->count].owners);
    free(fill->lefts[fill->count]);
}

/* The parts of one span are shown one behind the other. */
static void settle_group(struct fill *fill, const struct group *group)
{
    for (int h = 0; fill->board && h < group->hole_count; h++) {
        const struct draft *draft = group->drafts.at[0];
        size_t owner = group->owners[h];
        board_set(fill->board, owner, group->pieces, &draft->sequence.canvas, draft->starts[h],
                  draft->starts[h + 1], group->holes[h].rule.strip);
        board_settle(fill->board, owner);
    }
}

static bool run_groups(struct fill *fill, struct lacuna_error *error)
{
    struct buffer done = { 0 };
    bool fine = true, halted = false;
    for (size_t first = 0; first < fill->parts.count && fine && !halted;) {
        size_t end = group_end(fill, first);
        struct lacuna_error reason = { 0 };
        while (!(fine = run_holes(fill, &done, first, end, &reason)) && reason.code == LACUNA_TOO_LONG &&
               end - first > 1) {
            drop_last_group(fill);
            end--;
        }
        if (fine)
            settle_group(fill, &fill->groups[fill->count - 1]);
        if (fine)
            add_group_text(&done, &fill->groups[fill->count - 1], fill);
        else if (error)
            *error = reason;
        halted = fine && fill->groups[fill->count - 1].stopped;
        first = end;
    }
    buffer_free(&done);
    return fine;
}

/* ---- the answer */

void fill_assemble(const struct group *group, const struct draft *draft, int hole, struct assembly *assembly,
                   double *logs, int *pieces)
{
    const struct canvas *canvas = &draft->sequence.canvas;
    const char *fill = draft->fills[hole];
    size_t left = strlen(fill), skip = 0;
    int start = draft->starts[hole], end = draft->starts[hole + 1], body = start + draft_fixed(group, hole);
    bool whole = body < end && !canvas->open[body];
    if (whole)
        skip = group->holes[hole].rule.strip;
    for (int i = whole ? start : body; i < end; i++) {
        size_t size, cut;
        if (canvas->open[i])
            continue;
        piece_text(group->pieces, canvas->ids[i], &size);
        cut = skip < size ? skip : size;
        skip -= cut;
        size = size - cut < left ? size - cut : left;
        assembly_piece(assembly, fill, size, canvas->probability[i]);
        fill += size;
        left -= size;
        if (i >= body) {
            *logs += log(fmax(canvas->probability[i], 1e-12));
            ++*pieces;
        }
    }
    assembly_text(assembly, fill, left);
}

static const struct draft *draft_for(const struct group *group, size_t alternative)
{
    size_t last = group->drafts.count - 1;
    return group->drafts.at[alternative < last ? alternative : last];
}

/* Adds to a span's fill what one of its parts became. */
static void extend_fill(struct answer *answer, struct lacuna_fill *fill, const char *text, int tokens)
{
    struct buffer joined = { 0 };
    buffer_add_text(&joined, fill->text ? fill->text : "");
    buffer_add_text(&joined, text);
    *fill = (struct lacuna_fill){ .text = answer_text(answer, joined.at ? joined.at : "", joined.size),
                                  .size = joined.size,
                                  .tokens = fill->tokens + tokens };
    buffer_free(&joined);
}

static void add_alternative(const struct fill *fill, struct answer *answer, size_t number)
{
    struct lacuna_alternative *alternative = answer_add(answer);
    struct lacuna_fill *fills = (struct lacuna_fill *)alternative->fills;
    struct assembly *assembly = assembly_new();
    double logs = 0;
    int pieces = 0;
    size_t part = 0;
    for (size_t g = 0; g < fill->count; g++)
        for (int h = 0; h < fill->groups[g].hole_count; h++, part++) {
            const struct draft *draft = draft_for(&fill->groups[g], number);
            struct text_part text = between(fill, part);
            assembly_text(assembly, text.at, text.size);
            fill_assemble(&fill->groups[g], draft, h, assembly, &logs, &pieces);
            extend_fill(answer, &fills[fill->parts.at[part].owner], draft->fills[h], draft->tokens[h]);
        }
    for (; part <= fill->parts.count; part++) {
        struct text_part text = between(fill, part);
        assembly_text(assembly, text.at, text.size);
        if (part < fill->parts.count)
            extend_fill(answer, &fills[fill->parts.at[part].owner], "", 0);
    }
    assembly_end(assembly, answer, alternative);
    alternative->logprob = pieces ? logs / pieces : 0;
}

static struct answer *make_answer(const struct fill *fill)
{
    struct answer *answer = answer_new(fill->wish->span_count);
    struct lacuna_answer *shown = answer_public(answer);
    size_t most = 1, wanted = (size_t)fill->wish->count;
    bool halted = false;
    for (size_t g = 0; g < fill->count; g++) {
        most = fill->groups[g].drafts.count > most ? fill->groups[g].drafts.count : most;
        shown->steps += fill->groups[g].steps;
        halted = halted || fill->groups[g].stopped;
    }
    most = halted ? 1 : most < wanted ? most : wanted;
    for (size_t i = 0; i < most; i++)
        add_alternative(fill, answer, i);
    for (size_t i = 0; i < shown->span_count; i++)
        shown->tokens += shown->alternatives[0].fills[i].tokens;
    if (halted)
        shown->note = "stopped before all pieces were decided";
    else if (infill_slots(fill->infill) > 0 &&
             fill->wish->attributes.count > (size_t)infill_slots(fill->infill))
        shown->note = "the model reads fewer attributes than were asked for; the last ones were left out";
    else if (most < wanted)
        shown->note = "there are no more different fills";
    return answer;
}

static void fill_free(struct fill *fill)
{
    while (fill->count)
        drop_last_group(fill);
    free(fill->groups);
    free(fill->lefts);
    free(fill->keep);
    parts_free(&fill->parts);
    workspace_free(&fill->workspace);
    board_free(fill->board);
}

struct answer *fill_run(const struct infill *infill, struct denoiser_session *session,
                        const struct wish *wish, const struct infill_watch *watch, struct lacuna_error *error)
{
    struct fill fill = { .infill = infill, .session = session, .wish = wish, .watch = watch };
    fill.keep = memory_new(wish->keep_count, sizeof *fill.keep);
    for (size_t k = 0; k < wish->keep_count; k++)
        fill.keep[k] = wish->keep[k];
    fill.keep_count = wish->keep_count;
    if (watch->observe)
        fill.board = board_new(watch, wish->span_count);
    struct answer *answer =
        parts_new(&fill.parts, infill, wish, error) && run_groups(&fill, error) ? make_answer(&fill) : NULL;
    fill_free(&fill);
    return answer;
}
