/* request.h - one line of JSON, or the options of a command line, as a struct lacuna_request.
 *
 *     {"id":7, "text":"He lit the lamp.", "spans":[[7,15]], "attribute":"past", "length":"words:2"}
 *
 * Here the form is checked (JSON, types, whole numbers); what a model can tell (spans, attributes, lengths,
 * ranges) is checked by the engine. A field that is null counts as absent and unknown fields are ignored. */
#ifndef MODEL_COMMAND_REQUEST_H
#define MODEL_COMMAND_REQUEST_H

#include "model/command/verb.h"

#include <jansson.h>

enum { REQUEST_STEPS_MAX = 4096, REQUEST_COUNT_MAX = 256, REQUEST_TOKENS_MAX = 1 << 20 };

struct request {
    struct lacuna_request body; /* borrows from the parts below, and from argv or the text given */
    char *id;                   /* the value of "id" as it was written (JSON), NULL: none */
    struct lacuna_span *spans;
    const char **keep;
    json_t *json; /* owns the strings */
};

/* False: bad_json or bad_request, and the message names the field; `id` is set all the same where it could be
 * read. `seed` holds where the line gives none. request_release is due in both cases. */
bool request_parse(struct request *request, const char *line, size_t size, uint64_t seed,
                   struct lacuna_error *error);
void request_release(struct request *request);

/* "auto", "12", "4:9", "words:3", "words:2:5". */
bool request_parse_length(const char *text, struct lacuna_length *out, struct lacuna_error *error);

/* The options that say what to fill and how: the `shared` rows of the verbs that fill. */
extern const struct verb_option request_options[];
/* How places are revealed and pieces drawn, and what such options of a call say. */
extern const struct verb_option request_sampling[];
void request_take_sampling(struct lacuna_request *request, const struct call *call);
/* The samplers, for the end of a verb's --help. */
void request_samplers(FILE *out);

/* Reads those options. VERB_USAGE after saying what is wrong. Task and text are left to the verb;
 * request_release is due. */
enum verb_status request_from_call(struct request *request, const struct call *call);

#endif
