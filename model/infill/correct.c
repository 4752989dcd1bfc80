#include "model/infill/correct.h"

#include "model/base/buffer.h"
#include "model/base/memory.h"
#include "model/infill/original.h"
#include "model/infill/parts.h"
#include "model/infill/spelling.h"
#include "model/infill/unicode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PASSES = 4, SUSPECTS_MOST = 12 };
/* A word is looked at where its pieces are less probable than this (logarithm, each). */
static const double SUSPECT = -5;
/* Names are cut into pieces that seem improbable one by one; no word counts as less probable than this. */
static const double OWN_LEAST = -12;
/* Logarithm of the odds from which on a proposal is made. */
static const double ODDS_LEAST = 3;

struct word {
    size_t start, end; /* bytes of the request's text, without the blank in front */
    double own;        /* logarithm of its probability, summed over its pieces */
    bool plain;        /* letters and apostrophes */
};

struct suspect {
    int word;
    int32_t piece; /* what would read better; -1: nothing */
    double odds;
};

struct part_work {
    struct group group;
    struct original original;
    struct word *words;                     /* [original.word_count] */
    struct suspect suspects[SUSPECTS_MOST]; /* the least probable first */
    int suspect_count;
};

struct edits {
    struct lacuna_edit *at;
    size_t count, room;
};

struct correction {
    const struct infill *infill;
    struct denoiser_session *session;
    const struct wish *wish;
    const struct infill_watch *watch;
    struct parts parts;
    struct workspace workspace;
    struct edits edits;
    struct answer *answer;
};

/* ---- words of a part */

static bool is_plain_word(const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        int32_t point;
        size_t used = utf8_read(text + at, size - at, &point);
        if (!used || !(point_is_letter(point) || (at && point_is_apostrophe(point))))
            return false;
        at += used;
    }
    return size > 0;
}

static void place_words(const struct correction *correction, struct part_work *work, size_t start)
{
    const struct original *original = &work->original;
    const struct rule *rule = &work->group.holes[0].rule;
    int word = 0;
    size_t at = start;
    work->words = memory_new((size_t)original->word_count, sizeof *work->words);
    for (int i = 0; i < (int)original->ids.count - original->fixed; i++) {
        size_t size;
        const char *text = rule_text(rule, i, original->ids.at[original->fixed + i], &size);
        if (word < original->word_count && i == original->words[word].start)
            work->words[word].start = at + (size && text[0] == ' ');
        at += size;
        if (word < original->word_count && i + 1 == original->words[word].end) {
            struct word *found = &work->words[word++];
            found->end = at;
            found->plain = is_plain_word(correction->wish->text + found->start, found->end - found->start);
        }
    }
}

static void read_own(void *user, int index, const struct view *view)
{
    struct part_work *work = user;
    const struct original *original = &work->original;
    int place = 0;
    for (int w = index; w < original->word_count; w += PASSES)
        for (int i = original->words[w].start; i < original->words[w].end; i++, place++)
            work->words[w].own += view->with[place][original->ids.at[original->fixed + i]];
}

static bool look_at(struct part_work *work, struct drafts *drafts,
                    void (*look)(void *, int, const struct view *), struct lacuna_error *error)
{
    struct denoise plain = work->group.denoise;
    plain.guidance.active = false;
    struct sequence **sequences = drafts_sequences(drafts);
    bool fine = denoise_look(&plain, sequences, (int)drafts->count, look, work, error);
    free(sequences);
    drafts_free(drafts, 1);
    return fine;
}

static bool read_probabilities(struct part_work *work, struct lacuna_error *error)
{
    struct drafts drafts = { 0 };
    for (int pass = 0; pass < PASSES; pass++) {
        struct draft *draft = original_draft(&work->group, &work->original, 0);
        for (int w = pass; w < work->original.word_count; w += PASSES)
            original_mask(&work->group, &work->original, draft, w);
        draft->sequence.t = 1.0 / PASSES;
        drafts_add(&drafts, draft);
    }
    return look_at(work, &drafts, read_own, error);
}

/* ---- what would read better */

static void add_suspect(struct part_work *work, int word)
{
    double own = work->words[word].own;
    int at = work->suspect_count;
    if (at == SUSPECTS_MOST && work->words[work->suspects[at - 1].word].own <= own)
        return;
    at = at < SUSPECTS_MOST ? work->suspect_count++ : at - 1;
    for (; at > 0 && work->words[work->suspects[at - 1].word].own > own; at--)
        work->suspects[at] = work->suspects[at - 1];
    work->suspects[at] = (struct suspect){ .word = word, .piece = -1 };
}

static void find_suspects(struct part_work *work)
{
    for (int w = 0; w < work->original.word_count; w++) {
        int pieces = work->original.words[w].end - work->original.words[w].start;
        if (work->words[w].plain && work->words[w].own / pieces < SUSPECT)
            add_suspect(work, w);
    }
}

/* The canvas with one open place where the word was. */
static struct draft *draft_without(struct part_work *work, int word)
{
    struct group *group = &work->group;
    const struct original *original = &work->original;
    int from = original->fixed + original->words[word].start,
        to = original->fixed + original->words[word].end;
    int length = (int)original->ids.count - (to - from) + 1;
    struct draft *draft = draft_new(group, &length, 0);
    struct canvas *canvas = &draft->sequence.canvas;
    for (int i = 0; i < length; i++)
        if (i != from)
            canvas_put(canvas, i, original->ids.at[i < from ? i : i + (to - from) - 1], 1);
    canvas->open[from] = 1;
    draft->sequence.t = 1.0 / length;
    draft_noise(group, draft);
    return draft;
}

static void propose(void *user, int index, const struct view *view)
{
    struct part_work *work = user;
    struct suspect *suspect = &work->suspects[index];
    const struct word *word = &work->words[suspect->word];
    const struct pieces *pieces = work->group.pieces;
    const char *text = work->group.wish->text + word->start;
    const float *row = view->with[0];
    size_t size = word->end - word->start, part;
    bool blank = word->start > 0 && work->group.wish->text[word->start - 1] == ' ';
    double best = -INFINITY;
    for (int32_t id = 0; id < pieces->count; id++) {
        const char *other = piece_text(pieces, id, &part);
        if (!(pieces->traits[id] & PIECE_PLAIN) || (part && other[0] == ' ') != blank || row[id] < -14)
            continue;
        other += blank;
        part -= blank;
        if (!is_plain_word(other, part) || (part == size && memcmp(other, text, size) == 0))
            continue;
        double score = row[id] - spelling_cost(text, size, other, part);
        if (score > best) {
            best = score;
            suspect->piece = id;
        }
    }
    suspect->odds = best - fmax(word->own, OWN_LEAST);
}

static bool propose_all(struct part_work *work, struct lacuna_error *error)
{
    struct drafts drafts = { 0 };
    for (int i = 0; i < work->suspect_count; i++)
        drafts_add(&drafts, draft_without(work, work->suspects[i].word));
    return look_at(work, &drafts, propose, error);
}

/* ---- edits */

static void add_edit(struct correction *correction, size_t start, size_t end, const char *text, size_t size,
                     double odds)
{
    struct edits *edits = &correction->edits;
    edits->at = memory_grow(edits->at, &edits->room, edits->count + 1, sizeof *edits->at);
    size_t at = edits->count++;
    for (; at > 0 && edits->at[at - 1].start > start; at--)
        edits->at[at] = edits->at[at - 1];
    edits->at[at] = (struct lacuna_edit){ .start = start,
                                          .end = end,
                                          .text = answer_text(correction->answer, text, size),
                                          .probability = (float)(1 / (1 + exp(-odds))) };
}

static bool is_doubled(const struct wish *wish, const struct word *before, const struct word *word)
{
    size_t size = word->end - word->start;
    return word->plain && before->end - before->start == size && before->end + 1 == word->start &&
           wish->text[before->end] == ' ' &&
           strncasecmp(wish->text + before->start, wish->text + word->start, size) == 0;
}

static void add_edits(struct correction *correction, struct part_work *work)
{
    size_t size;
    for (int w = 1; w < work->original.word_count; w++)
        if (is_doubled(correction->wish, &work->words[w - 1], &work->words[w]) &&
            work->words[w].own < SUSPECT / 2)
            add_edit(correction, work->words[w - 1].end, work->words[w].end, "", 0, -work->words[w].own);
    for (int i = 0; i < work->suspect_count; i++) {
        const struct suspect *suspect = &work->suspects[i];
        const struct word *word = &work->words[suspect->word];
        bool doubled = suspect->word > 0 && is_doubled(correction->wish, word - 1, word);
        if (suspect->piece < 0 || suspect->odds < ODDS_LEAST || doubled)
            continue;
        const char *text = piece_text(work->group.pieces, suspect->piece, &size);
        bool blank = size && text[0] == ' ';
        add_edit(correction, word->start, word->end, text + blank, size - blank, suspect->odds);
    }
}

static bool correct_part(struct correction *correction, size_t number, struct lacuna_error *error)
{
    static const struct infill_watch nobody = { 0 };
    const struct wish *wish = correction->wish;
    struct lacuna_span span = correction->parts.at[number].span;
    struct text_part texts[2] = { { wish->text, span.start },
                                  { wish->text + span.end, wish->size - span.end } };
    struct text_part text = { wish->text + span.start, span.end - span.start };
    struct part_work work = { .group = { .infill = correction->infill,
                                         .wish = wish,
                                         .session = correction->session,
                                         .watch = correction->watch ? correction->watch : &nobody,
                                         .workspace = &correction->workspace,
                                         .hole_count = 1 } };
    bool fine = original_read(&work.original, &work.group, texts, text, error);
    if (fine) {
        place_words(correction, &work, span.start);
        fine = read_probabilities(&work, error);
    }
    if (fine) {
        find_suspects(&work);
        fine = propose_all(&work, error);
    }
    if (fine)
        add_edits(correction, &work);
    free(work.words);
    original_free(&work.original);
    group_free(&work.group);
    return fine;
}

/* ---- the answer: the text with all edits made */

/* Edits of one span put into its text. */
static void apply(const struct correction *correction, struct lacuna_span span, struct buffer *out)
{
    const char *text = correction->wish->text;
    size_t at = span.start;
    for (size_t i = 0; i < correction->edits.count; i++) {
        const struct lacuna_edit *edit = &correction->edits.at[i];
        if (edit->start < at || edit->end > span.end)
            continue;
        buffer_add(out, text + at, edit->start - at);
        buffer_add_text(out, edit->text);
        at = edit->end;
    }
    buffer_add(out, text + at, span.end - at);
}

static void make_answer(struct correction *correction)
{
    const struct wish *wish = correction->wish;
    struct lacuna_alternative *alternative = answer_add(correction->answer);
    struct lacuna_fill *fills = (struct lacuna_fill *)alternative->fills;
    struct assembly *assembly = assembly_new();
    size_t at = 0;
    for (size_t i = 0; i < wish->span_count; i++) {
        struct buffer fill = { 0 };
        apply(correction, wish->spans[i], &fill);
        assembly_text(assembly, wish->text + at, wish->spans[i].start - at);
        assembly_text(assembly, fill.at ? fill.at : "", fill.size);
        fills[i] =
            (struct lacuna_fill){ .text = answer_text(correction->answer, fill.at ? fill.at : "", fill.size),
                                  .size = fill.size };
        at = wish->spans[i].end;
        buffer_free(&fill);
    }
    assembly_text(assembly, wish->text + at, wish->size - at);
    assembly_end(assembly, correction->answer, alternative);
    struct lacuna_edit *edits = answer_room(correction->answer, correction->edits.count, sizeof *edits);
    for (size_t i = 0; i < correction->edits.count; i++)
        edits[i] = correction->edits.at[i];
    alternative->edits = edits;
    alternative->edit_count = correction->edits.count;
    if (wish->count > 1)
        answer_public(correction->answer)->note = "a correction has one alternative";
}

struct answer *correct_run(const struct infill *infill, struct denoiser_session *session,
                           const struct wish *wish, const struct infill_watch *watch,
                           struct lacuna_error *error)
{
    struct correction correction = { .infill = infill,
                                     .session = session,
                                     .wish = wish,
                                     .watch = watch,
                                     .answer = answer_new(wish->span_count) };
    bool fine = parts_new(&correction.parts, infill, wish, error);
    for (size_t i = 0; i < correction.parts.count && fine; i++)
        fine = correct_part(&correction, i, error);
    if (fine)
        make_answer(&correction);
    parts_free(&correction.parts);
    workspace_free(&correction.workspace);
    free(correction.edits.at);
    if (fine)
        return correction.answer;
    infill_answer_free(answer_public(correction.answer));
    return NULL;
}
