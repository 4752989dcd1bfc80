#include "model/command/train_lines.h"

#include "model/base/file.h"
#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/infill/calibrate.h"
#include "model/train/line_trainer.h"

#include <stdlib.h>
#include <string.h>

enum { TOKENS = 4096 };
/* Lines that say how sure the model is of holes of each length, and the longest of these. */
enum { CALIBRATION_LINES = 96, CALIBRATION_LENGTHS = 24 };

bool train_wants_lines(const struct call *call, const char *process)
{
    return strcmp(process, "gaussian") == 0 || strcmp(process, "analog_bits") == 0 ||
           call_has(call, "words") || call_has(call, "controls");
}

static void read_options(const struct call *call, const struct training *names, struct line_training *t)
{
    t->out = call_text(call, "out");
    t->tokenizer = call_text(call, "tokenizer");
    t->noise = call_text(call, "noise");
    t->resume = call_has(call, "resume");
    t->seed = call->seed;
    t->threads = call->threads;
    t->optimizer.muon = names->optimizer.muon;
    t->schedule = names->schedule;
    t->type = names->type;
    t->precision = names->precision;
    t->word_least = (int)call_whole(call, "least", t->word_least);
    t->process_steps = (int)call_whole(call, "process-steps", t->process_steps);
    t->predicts_noise = call_has(call, "predict-noise");
    t->self_conditioned = call_has(call, "self-condition");
    t->length = (int)call_whole(call, "length", t->length);
    t->rows = (int)(call_whole(call, "tokens", TOKENS) / t->length);
    t->rows = t->rows > 0 ? t->rows : 1;
    t->vector_width = (int)call_whole(call, "vector-width", t->vector_width);
    t->dropout = call_real(call, "dropout", t->dropout);
    t->optimizer.decay = (float)call_real(call, "weight-decay", (double)t->optimizer.decay);
    t->optimizer.average = (float)call_real(call, "average", (double)t->optimizer.average);
    t->report = (int)call_whole(call, "report", t->report);
    t->save_minutes = call_real(call, "save", t->save_minutes);
    if (call_has(call, "preset"))
        t->shape = names->shape;
}

/* ---- lengths of holes */

struct lines {
    char **at;
    size_t count;
};

static void lines_free(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->at[i]);
    free(lines->at);
    *lines = (struct lines){ 0 };
}

/* Lines evenly from the whole file, behind their values. Pairs are none: their targets are all written. */
static bool add_lines(struct lines *lines, const char *path, bool controlled, struct lacuna_error *error)
{
    struct mapping file;
    if (!mapping_open(&file, path, error))
        return false;
    const char *text = (const char *)file.at;
    lines->at = memory_resize(lines->at, lines->count + CALIBRATION_LINES, sizeof *lines->at);
    for (size_t k = 0, begin = 0; k < CALIBRATION_LINES; k++) {
        size_t from = file.size / CALIBRATION_LINES * k;
        const char *before = from > begin ? memchr(text + from, '\n', file.size - from) : NULL;
        begin = from <= begin ? begin : before ? (size_t)(before - text) + 1 : file.size;
        if (begin >= file.size)
            break;
        const char *line = text + begin, *end = memchr(line, '\n', file.size - begin);
        size_t size = end ? (size_t)(end - line) : file.size - begin;
        const char *tab = memchr(line, '\t', size);
        size_t skip = tab ? (size_t)(tab - line) + 1 : 0;
        if (!tab != controlled)
            lines->at[lines->count++] = memory_text(line + skip, size - skip);
        begin += size + 1;
    }
    mapping_close(&file);
    return true;
}

static bool write_means(const char *folder, const double *means, struct lacuna_error *error)
{
    if (!(means[0] > 0))
        return true;
    char *path = path_join(folder, "config.json");
    json_t *config = json_from_file(path, error), *list = json_array();
    for (int n = 0; n < CALIBRATION_LENGTHS && means[n] > 0; n++)
        json_array_append_new(list, json_real(means[n]));
    json_object_set_new(config, "length_confidence", list);
    char *text = config ? json_dumps(config, JSON_INDENT(1) | JSON_REAL_PRECISION(9)) : NULL;
    bool fine = text && file_write(path, text, strlen(text), error);
    free(text);
    free(path);
    json_decref(config);
    return fine;
}

/* Measures how sure the model is of holes, and notes it in its configuration: how a length is found. */
static bool calibrate(const struct line_training *t, struct lacuna_error *error)
{
    double means[CALIBRATION_LENGTHS];
    struct lines lines = { 0 };
    struct lacuna_options options = { .threads = t->threads };
    bool fine = true;
    for (size_t i = 0; fine && i < t->file_count + t->control_count; i++)
        fine = i < t->file_count ? add_lines(&lines, t->files[i], false, error)
                                 : add_lines(&lines, t->controls[i - t->file_count], true, error);
    struct infill *infill = fine ? infill_open(t->out, &options, error) : NULL;
    struct denoiser_session *session = infill ? denoiser_session_new(infill_denoiser(infill), error) : NULL;
    fine = session &&
           calibrate_lengths(infill, session, (const char *const *)lines.at, lines.count, t->seed, means,
                             CALIBRATION_LENGTHS, error) &&
           write_means(t->out, means, error);
    denoiser_session_free(session);
    infill_close(infill);
    lines_free(&lines);
    return fine;
}

enum verb_status train_lines(const struct call *call, const char *process, const struct training *names)
{
    struct line_training t = line_training_default();
    struct lacuna_error error = { 0 };
    const char **files = call_items(call, "text", &t.file_count),
               **controls = call_items(call, "controls", &t.control_count);
    t.process = process;
    t.files = files;
    t.controls = controls;
    read_options(call, names, &t);
    bool fine = line_train(&t, &error) && calibrate(&t, &error);
    free(files);
    free(controls);
    if (fine)
        return VERB_DONE;
    return error.code == LACUNA_BAD_REQUEST ? call_misused(call, "%s", error.message)
                                            : call_failed(call, "%s", error.message);
}
