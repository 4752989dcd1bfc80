#include "model/tokenizer/chain.h"

#include "model/base/json.h"
#include "model/base/memory.h"

#include <stdlib.h>
#include <string.h>

/* How many times longer all stages together may make a text, and what is always allowed. */
enum { GROWTH_MAX = 64, GROWTH_FREE = 1 << 12 };

static bool link_open(struct chain *chain, const json_t *spec, const struct stage *const *table,
                      const char *kind, struct lacuna_error *error)
{
    const char *type = json_text(spec, "type", "?");
    while (*table && strcmp((*table)->type, type))
        table++;
    if (!*table)
        return fail(error, LACUNA_MODEL, "%s %.60s is not supported", kind, type);
    struct link link = { .row = *table };
    if (link.row->open && !link.row->open(&link.state, spec, error))
        return fail_in(error, "%s %s", kind, type);
    chain->at = memory_grow(chain->at, &chain->room, chain->count + 1, sizeof *chain->at);
    chain->at[chain->count++] = link;
    return true;
}

bool chain_open(struct chain *chain, const json_t *spec, const struct stage *const *table, const char *kind,
                const char *members, struct lacuna_error *error)
{
    if (!spec || json_is_null(spec))
        return true;
    if (strcmp(json_text(spec, "type", "?"), "Sequence"))
        return link_open(chain, spec, table, kind, error);
    const json_t *list = json_object_get(spec, members), *member;
    if (!json_is_array(list))
        return fail(error, LACUNA_MODEL, "%s Sequence needs a list of %s", kind, members);
    size_t k;
    json_array_foreach(list, k, member)
    {
        if (!chain_open(chain, member, table, kind, members, error))
            return false;
    }
    return true;
}

void chain_close(struct chain *chain)
{
    for (size_t k = 0; k < chain->count; k++)
        if (chain->at[k].row->close)
            chain->at[k].row->close(chain->at[k].state);
    free(chain->at);
    *chain = (struct chain){ 0 };
}

static bool link_run(const struct link *link, const struct pieces *in, struct pieces *out,
                     struct lacuna_error *error)
{
    if (link->row->run_all)
        return link->row->run_all(link->state, in, out, error);
    for (size_t k = 0; k < in->count; k++)
        if (!link->row->run(link->state, piece_bytes(in, k), in->at[k].size, in->at[k].begins, out, error))
            return false;
    return true;
}

bool chain_run(const struct chain *chain, struct pieces *pieces, struct lacuna_error *error)
{
    struct pieces next = { 0 };
    bool fine = true;
    size_t most = GROWTH_MAX * pieces->text.size + GROWTH_FREE;
    for (size_t k = 0; fine && k < chain->count; k++) {
        fine = link_run(&chain->at[k], pieces, &next, error);
        if (fine && next.text.size > most)
            fine = fail(error, LACUNA_MODEL, "the tokenizer's %s makes a text over %d times longer",
                        chain->at[k].row->type, GROWTH_MAX);
        struct pieces done = *pieces;
        *pieces = next;
        next = done;
        pieces_clear(&next);
    }
    pieces_free(&next);
    return fine;
}
