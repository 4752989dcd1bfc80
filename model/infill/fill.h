/* fill.h - the job infill: groups in order of the text, each reading the fills of those before it; their
 * drafts joined to whole alternatives. */
#ifndef MODEL_INFILL_FILL_H
#define MODEL_INFILL_FILL_H

#include "model/infill/answer.h"
#include "model/infill/group.h"

struct answer *fill_run(const struct infill *infill, struct denoiser_session *session,
                        const struct wish *wish, const struct infill_watch *watch,
                        struct lacuna_error *error);

/* The fill of one hole as pieces with their confidence, added to an alternative under assembly; sums
 * logarithms and pieces. */
void fill_assemble(const struct group *group, const struct draft *draft, int hole, struct assembly *assembly,
                   double *logs, int *pieces);

#endif
