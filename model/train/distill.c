#include "model/train/distill.h"

#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/format/checkpoint.h"
#include "model/train/line_loss.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct distillation distillation_default(void)
{
    struct distillation distillation = {
        .from = 16, .to = 4, .tokens = 4096, .training = line_training_default()
    };
    distillation.training.shape = (struct shape){ 0 };
    distillation.training.schedule.rate = 5e-4;
    return distillation;
}

/* What the teacher's config.json says; names are borrowed from it. */
static bool read_teacher(struct line_training *t, const struct checkpoint *teacher,
                         struct lacuna_error *error)
{
    const json_t *config = checkpoint_config(teacher);
    struct shape shape = { 0 };
    if (!shape_read(&shape, teacher, error))
        return false;
    t->process = json_string_value(json_object_get(config, "process"));
    t->noise = json_string_value(json_object_get(config, "noise_schedule"));
    if (!(shape.vector_width || json_is_true(json_object_get(config, "lines"))) || !t->process ||
        !distill_find(t->process))
        return fail(error, LACUNA_BAD_REQUEST,
                    "%s: a teacher is a model of lines of the process absorbing or gaussian, as "
                    "lacuna-model train --words leaves it",
                    checkpoint_path(teacher));
    if (!t->shape.width)
        t->shape = shape;
    t->length = (int)json_whole(config, "max_position_embeddings", 0);
    t->process_steps = (int)json_whole(config, "diffusion_steps", 1);
    t->vector_width = shape.vector_width;
    t->time_features = shape.time_features;
    t->predicts_noise = json_is_false(json_object_get(config, "predict_xstart"));
    t->self_conditioned = json_is_true(json_object_get(config, "self_conditioning"));
    return t->length > 2 || fail(error, LACUNA_MODEL, "%s: no length of rows", checkpoint_path(teacher));
}

static bool run_round(const struct distillation *d, const char *teacher, const char *out, int steps,
                      struct lacuna_error *error)
{
    struct line_training t = d->training;
    struct checkpoint *checkpoint = checkpoint_open(teacher, error);
    if (!checkpoint)
        return false;
    char *tokenizer = path_join(teacher, "tokenizer.json");
    bool fine = read_teacher(&t, checkpoint, error);
    t.teacher = teacher;
    t.tokenizer = tokenizer;
    t.out = out;
    t.teacher_steps = steps;
    t.student_steps = steps > d->to ? steps / 2 : steps;
    t.rows = fine && d->tokens > t.length ? d->tokens / t.length : 1;
    if (t.student_steps > d->to)
        t.type = DTYPE_F32;
    fine = fine && line_train(&t, error);
    free(tokenizer);
    checkpoint_close(checkpoint);
    return fine;
}

static char *folder_of(const struct distillation *d, int steps)
{
    char name[32];
    snprintf(name, sizeof name, "steps-%d", steps);
    return steps > d->to ? path_join(d->training.out, name)
                         : memory_text(d->training.out, strlen(d->training.out));
}

static bool check(const struct distillation *d, struct lacuna_error *error)
{
    int steps = d->to > 0 ? d->to : 1;
    while (steps < d->from)
        steps *= 2;
    return (d->to > 0 && steps == d->from) ||
           fail(error, LACUNA_BAD_REQUEST,
                "the teacher's %d steps do not become %d by halving: take 2, 4, 8 … times as many", d->from,
                d->to);
}

bool distill(const struct distillation *distillation, struct lacuna_error *error)
{
    const struct distillation *d = distillation;
    struct distillation own = *d;
    bool finished = true, fine = check(d, error) && folder_make(d->training.out, error);
    int steps = d->from;
    char *teacher = memory_text(d->teacher, strlen(d->teacher));
    own.training.finished = &finished;
    while (fine && finished) {
        int next = steps > d->to ? steps / 2 : steps;
        char *out = folder_of(d, next);
        fine = run_round(&own, teacher, out, steps, error);
        free(teacher);
        teacher = out;
        if (next == d->to)
            break;
        steps = next;
    }
    free(teacher);
    return fine;
}
