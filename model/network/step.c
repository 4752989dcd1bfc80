/* What a caller asks of a session, laid out as passes of the graph. */
#include "model/network/parts.h"

#include "model/tensor/floats.h"

#include <stdlib.h>
#include <string.h>

enum { POSITION_LIMIT = 1 << 17, ROW_LIMIT = 1 << 20 };

static int larger(int a, int b)
{
    return a > b ? a : b;
}

static int padded(int rows)
{
    return (rows + PANEL - 1) / PANEL * PANEL;
}

static bool check_rows(const struct denoiser_session *session, const struct rows *rows, int *last_position,
                       struct lacuna_error *error)
{
    int32_t vocabulary = session->denoiser->framing.vocabulary;
    int places = session->denoiser->graph.positions;
    if (rows->count < 0 || rows->count > ROW_LIMIT)
        return fail(error, LACUNA_TOO_LONG, "%d tokens are more than the network takes", rows->count);
    for (int i = 0; i < rows->count; i++) {
        if (rows->ids[i] < 0 || rows->ids[i] >= vocabulary)
            return fail(error, LACUNA_MODEL, "token %d is not one of the model's %d", (int)rows->ids[i],
                        (int)vocabulary);
        if (rows->positions[i] < 0 || rows->positions[i] >= POSITION_LIMIT)
            return fail(error, LACUNA_TOO_LONG, "position %d is beyond what the network takes",
                        (int)rows->positions[i]);
        if (places && rows->positions[i] >= places)
            return fail(error, LACUNA_TOO_LONG, "position %d is beyond the network's table of %d positions",
                        (int)rows->positions[i], places);
        *last_position = larger(*last_position, rows->positions[i]);
    }
    for (int i = 0; i < rows->wanted_count; i++)
        if (rows->wanted[i] < 0 || rows->wanted[i] >= rows->count)
            return fail(error, LACUNA_MODEL, "row %d of %d is wanted", rows->wanted[i], rows->count);
    return true;
}

static void context_reserve(struct denoiser_session *session, int count)
{
    struct context_cache *context = &session->context;
    const struct graph *graph = &session->denoiser->graph;
    if (count > context->id_room) {
        free(context->ids);
        free(context->positions);
        context->id_room = padded(count);
        context->ids = aligned_new((size_t)context->id_room * sizeof *context->ids);
        context->positions = aligned_new((size_t)context->id_room * sizeof *context->positions);
    }
    context->count = count;
    if (graph->sight == SIGHT_CONTEXT_APART)
        cache_reserve(graph, context, count);
}

bool denoiser_context(struct denoiser_session *session, const struct rows *rows, struct lacuna_error *error)
{
    int last_position = 0;
    session->context.count = session->context.padded = 0;
    if (!check_rows(session, rows, &last_position, error))
        return false;
    context_reserve(session, rows->count);
    if (rows->count == 0)
        return true;
    size_t size = (size_t)rows->count * sizeof *rows->ids;
    memcpy(session->context.ids, rows->ids, size);
    memcpy(session->context.positions, rows->positions, size);
    if (session->denoiser->graph.sight != SIGHT_CONTEXT_APART)
        return true;
    session_reserve(session, rows->count, 1, padded(rows->count), 0, last_position);
    memcpy(session->ids, rows->ids, size);
    memcpy(session->positions, rows->positions, size);
    session->sequences[0] =
        (struct sequence){ .rows = rows->count, .context_rows = rows->count, .keys = rows->count };
    struct pass pass = { .session = session,
                         .rows = rows->count,
                         .sequence_count = 1,
                         .padded = padded(rows->count),
                         .fill_context = true };
    if (!pass_run(&pass, NULL, error)) {
        session->context.count = session->context.padded = 0;
        return false;
    }
    return true;
}

/* Appends a branch as a sequence of its own that sees the cached context. */
static void add_branch(struct pass *pass, const struct rows *branch)
{
    struct denoiser_session *session = pass->session;
    size_t size = (size_t)branch->count * sizeof *branch->ids;
    memcpy(session->ids + pass->rows, branch->ids, size);
    memcpy(session->positions + pass->rows, branch->positions, size);
    for (int i = 0; i < branch->wanted_count; i++)
        session->wanted[pass->wanted_count++] = pass->rows + branch->wanted[i];
    session->sequences[pass->sequence_count++] = (struct sequence){ .first = pass->rows,
                                                                    .rows = branch->count,
                                                                    .keys = branch->count,
                                                                    .padded_first = pass->padded,
                                                                    .cached = &session->context };
    pass->rows += branch->count;
    pass->padded += padded(branch->count);
}

/* Appends the context and a branch as one sequence, in the order of their positions. */
static void add_merged(struct pass *pass, const struct rows *branch)
{
    struct denoiser_session *session = pass->session;
    const struct context_cache *context = &session->context;
    struct rows shared = { .ids = context->ids, .positions = context->positions, .count = context->count };
    int *place = session->order + pass->rows, row = pass->rows, count = context->count + branch->count;
    for (int i = 0, j = 0; i < context->count || j < branch->count; row++) {
        bool own = i == context->count || (j < branch->count && branch->positions[j] < context->positions[i]);
        session_take(session, row, own ? branch : &shared, own ? j : i);
        if (own)
            place[j++] = row;
        else
            i++;
    }
    bool shifted = session->denoiser->framing.shifted;
    for (int i = 0; i < branch->wanted_count; i++) {
        int wanted = place[branch->wanted[i]];
        session->wanted[pass->wanted_count++] = shifted && wanted > pass->rows ? wanted - 1 : wanted;
    }
    session->sequences[pass->sequence_count++] =
        (struct sequence){ .first = pass->rows, .rows = count, .keys = count, .padded_first = pass->padded };
    pass->rows += count;
    pass->padded += padded(count);
}

static bool step(struct denoiser_session *session, const struct rows *branches, int branch_count,
                 float *logits, const atomic_bool *cancel, struct lacuna_error *error)
{
    bool apart = session->denoiser->graph.sight == SIGHT_CONTEXT_APART;
    int rows = 0, spare = 0, wanted = 0, last_position = 0;
    for (int i = 0; i < session->context.count && !apart; i++)
        last_position = larger(last_position, session->context.positions[i]);
    for (int i = 0; i < branch_count; i++) {
        if (!check_rows(session, &branches[i], &last_position, error))
            return false;
        int count = branches[i].count + (apart ? 0 : session->context.count);
        if (count > ROW_LIMIT - rows)
            return fail(error, LACUNA_TOO_LONG, "more tokens than the network takes");
        rows += count;
        wanted += branches[i].wanted_count;
        spare += padded(count);
    }
    session_reserve(session, larger(rows, wanted), branch_count, spare,
                    apart ? session->context.padded : spare, last_position);
    struct pass pass = { .session = session,
                         .wanted = session->wanted,
                         .cancel = cancel,
                         .time = branch_count ? branches[0].time : 0,
                         .predicted = branch_count ? branches[0].predicted : NULL };
    for (int i = 0; i < branch_count; i++) {
        if (apart)
            add_branch(&pass, &branches[i]);
        else
            add_merged(&pass, &branches[i]);
        if (branches[i].cache && denoiser_caches(session))
            cache_enter(&pass, &branches[i]);
    }
    bool fine = pass_run(&pass, logits, error);
    for (int i = 0; i < branch_count; i++)
        if (branches[i].cache && denoiser_caches(session))
            branches[i].cache->filled = fine;
    return fine;
}

/* All branches in one pass; those of a network that is told the time one after another, as each may have its
 * own. */
bool denoiser_step(struct denoiser_session *session, const struct rows *branches, int branch_count,
                   float *logits, const atomic_bool *cancel, struct lacuna_error *error)
{
    const struct denoiser *denoiser = session->denoiser;
    if (denoiser->graph.time == TIME_NONE)
        return step(session, branches, branch_count, logits, cancel, error);
    for (int i = 0; i < branch_count; i++) {
        if (!step(session, &branches[i], 1, logits, cancel, error))
            return false;
        if (logits)
            logits += (size_t)branches[i].wanted_count * (size_t)denoiser->graph.vocabulary;
    }
    return true;
}

/* Rows in the order context, others, padding, each in the order given; returns how many are context and keys.
 */
static void order_rows(struct denoiser_session *session, const struct rows *rows, const uint8_t *kinds,
                       int *context_rows, int *keys)
{
    bool apart = session->denoiser->graph.sight == SIGHT_CONTEXT_APART;
    int at = 0;
    for (int kind = 0; kind <= 2; kind++) {
        for (int i = 0; i < rows->count; i++) {
            int own = kinds ? kinds[i] : 1;
            if (own == 0 && !apart)
                own = 1;
            if (own == kind)
                session->order[i] = at++;
        }
        if (kind == 0)
            *context_rows = at;
        if (kind == 1)
            *keys = at;
    }
}

/* `shift`: the row before predicts a row. */
static bool forward(struct denoiser_session *session, const struct rows *rows, const uint8_t *kinds,
                    bool shift, float *logits, const atomic_bool *cancel, struct lacuna_error *error)
{
    int last_position = 0;
    if (!check_rows(session, rows, &last_position, error))
        return false;
    session_reserve(session, larger(rows->count, rows->wanted_count), 1, padded(rows->count), 0,
                    last_position);
    struct sequence *sequence = &session->sequences[0];
    *sequence = (struct sequence){ .rows = rows->count };
    order_rows(session, rows, kinds, &sequence->context_rows, &sequence->keys);
    for (int i = 0; i < rows->count; i++)
        session_take(session, session->order[i], rows, i);
    for (int i = 0; i < rows->wanted_count; i++)
        session->wanted[i] = session->order[rows->wanted[i] - (shift && rows->wanted[i] > 0)];
    struct pass pass = { .session = session,
                         .rows = rows->count,
                         .sequence_count = 1,
                         .padded = padded(sequence->keys),
                         .wanted = session->wanted,
                         .wanted_count = rows->wanted_count,
                         .time = rows->time,
                         .predicted = rows->predicted,
                         .cancel = cancel };
    return pass_run(&pass, logits, error);
}

bool denoiser_forward(struct denoiser_session *session, const struct rows *rows, const uint8_t *kinds,
                      float *logits, const atomic_bool *cancel, struct lacuna_error *error)
{
    return forward(session, rows, kinds, session->denoiser->framing.shifted, logits, cancel, error);
}

bool denoiser_forward_raw(struct denoiser_session *session, const struct rows *rows, const uint8_t *kinds,
                          float *logits, const atomic_bool *cancel, struct lacuna_error *error)
{
    return forward(session, rows, kinds, false, logits, cancel, error);
}
