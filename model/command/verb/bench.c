#include "model/base/json.h"
#include "model/base/memory.h"
#include "model/command/inner.h"
#include "model/command/progress.h"
#include "model/command/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct verb_option options[] = {
    { .name = "length",
      .kind = OPTION_WHOLE,
      .value = "L",
      .low = 2,
      .high = 1 << 20,
      .help = "tokens of the text, the hole's included (default: 128)" },
    { .name = "mask",
      .kind = OPTION_WHOLE,
      .value = "K",
      .low = 1,
      .high = 1 << 20,
      .help = "tokens of the hole in its middle (default: 16)" },
    { .name = "steps",
      .kind = OPTION_WHOLE,
      .value = "S",
      .low = 1,
      .high = REQUEST_STEPS_MAX,
      .help = "denoising steps (default: 8)" },
    { .name = "count",
      .kind = OPTION_WHOLE,
      .value = "N",
      .low = 1,
      .high = 100000,
      .help = "fills that are timed (default: 20)" },
    { 0 },
};

struct bench {
    int length, mask, steps, count;
    char *text; /* `length` tokens when cut by the model's tokenizer */
    size_t size;
    struct lacuna_span hole;
};

struct timing {
    double *ms; /* [count], ascending */
    double total_ms, steps, tokens;
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e3 * (double)now.tv_sec + 1e-6 * (double)now.tv_nsec;
}

static const char prose[] = "The harbour lay under fog, and nobody had lit the lamps. The old man went down "
                            "to the quay an hour before the boats came "
                            "in, as he had done every morning since the winter, and stood there with his "
                            "hands in his pockets. He could hear the water "
                            "move against the stones. A dog barked somewhere in the town, and a door was "
                            "shut. When the first mast came out of the grey "
                            "he lifted his hand, though there was no one yet who could have seen it. ";

static bool fill_ids(const struct tokenizer *tokenizer, int length, struct ids *ids,
                     struct lacuna_error *error)
{
    while (ids->count < (size_t)length) {
        size_t before = ids->count;
        if (!tokenizer_encode(tokenizer, prose, sizeof prose - 1, false, ids, error))
            return false;
        if (ids->count == before)
            return fail(error, LACUNA_MODEL, "the tokenizer makes nothing of plain text");
    }
    return true;
}

/* Cuts `length` tokens of prose into what stands before the hole, in it and after it. */
static bool prepare(struct bench *bench, const struct tokenizer *tokenizer, struct lacuna_error *error)
{
    struct ids ids = { 0 };
    int before = (bench->length - bench->mask) / 2;
    const int ends[] = { 0, before, before + bench->mask, bench->length };
    size_t offsets[4] = { 0 };
    bool done = fill_ids(tokenizer, bench->length, &ids, error);
    bench->text = memory_text("", 0);
    for (int part = 0; done && part < 3; part++) {
        size_t size;
        char *bytes = tokenizer_decode(tokenizer, ids.at + ends[part], (size_t)(ends[part + 1] - ends[part]),
                                       false, &size, error);
        done = bytes != NULL;
        if (!done)
            break;
        bench->text = memory_resize(bench->text, bench->size + size + 1, 1);
        memcpy(bench->text + bench->size, bytes, size + 1);
        bench->size += size;
        offsets[part + 1] = bench->size;
        free(bytes);
    }
    bench->hole = (struct lacuna_span){ offsets[1], offsets[2] };
    ids_free(&ids);
    return done;
}

static bool fill_once(const struct bench *bench, const struct inner *inner, uint64_t seed,
                      struct timing *timing, int index, struct lacuna_error *error)
{
    struct lacuna_request request = {
        .text = bench->text,
        .size = bench->size,
        .spans = &bench->hole,
        .span_count = 1,
        .steps = bench->steps,
        .seed = seed,
        .length = { LACUNA_TOKENS, bench->mask, bench->mask },
    };
    struct infill_watch watch = { .cancel = NULL };
    double start = now_ms();
    struct lacuna_answer *answer = infill_run(inner->infill, inner->session, &request, &watch, error);
    double spent = now_ms() - start;
    if (!answer)
        return false;
    if (index >= 0) {
        timing->ms[index] = spent;
        timing->total_ms += spent;
        timing->steps += answer->steps;
        timing->tokens += answer->tokens;
    }
    infill_answer_free(answer);
    return true;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double quantile(const struct timing *timing, int count, double share)
{
    int index = (int)(share * (double)(count - 1) + 0.5);
    return timing->ms[index];
}

/* Floating-point operations of the weights' matrix products in one fill: two for each weight and row, of the
 * output layer for the hole's rows alone; the context once where the family keeps it apart, else at every
 * step. */
static double operations(const struct bench *bench, const struct infill *infill, double steps)
{
    const struct framing *framing = infill_framing(infill);
    const json_t *config = checkpoint_config(infill_checkpoint(infill));
    double hidden = (double)json_whole(config, "hidden_size", json_whole(config, "d_model", 0));
    double table = hidden * framing->vocabulary;
    bool tied = json_flag(config, "tie_word_embeddings", json_flag(config, "weight_tying", false));
    double body = (double)framing->parameters - (tied ? 1 : 2) * table;
    double context = bench->length - bench->mask, hole = bench->mask;
    double rows = framing->context_apart ? context + hole * steps : (context + hole) * steps;
    return 2 * body * rows + 2 * table * hole * steps;
}

static double resident_mb(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long total = 0, resident = 0;
    if (file && fscanf(file, "%ld %ld", &total, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1e6;
}

static void print_result(const struct bench *bench, const struct inner *inner, struct timing *timing)
{
    qsort(timing->ms, (size_t)bench->count, sizeof *timing->ms, compare);
    double steps = timing->steps / bench->count;
    double gflops = operations(bench, inner->infill, steps) * bench->count / timing->total_ms / 1e6;
    json_t *object = json_object(), *infill = json_object();
    json_object_set_new(infill, "p50", json_real(quantile(timing, bench->count, 0.5)));
    json_object_set_new(infill, "p95", json_real(quantile(timing, bench->count, 0.95)));
    json_object_set_new(object, "ms_per_step", json_real(timing->total_ms / timing->steps));
    json_object_set_new(object, "ms_per_infill", infill);
    json_object_set_new(object, "tokens_per_second", json_real(1e3 * timing->tokens / timing->total_ms));
    json_object_set_new(object, "gflops", json_real(gflops));
    json_object_set_new(object, "resident_mb", json_real(resident_mb()));
    json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(5));
    putchar('\n');
    json_decref(object);
}

static enum verb_status bench_run(const struct call *call)
{
    struct bench bench = {
        .length = (int)call_whole(call, "length", 128),
        .mask = (int)call_whole(call, "mask", 16),
        .steps = (int)call_whole(call, "steps", 8),
        .count = (int)call_whole(call, "count", 20),
    };
    if (bench.mask >= bench.length)
        return call_misused(call, "--mask %d must be smaller than --length %d", bench.mask, bench.length);
    struct inner inner;
    if (!inner_open(&inner, call))
        return VERB_FAILED;
    struct lacuna_error error;
    struct timing timing = { .ms = memory_new((size_t)bench.count, sizeof *timing.ms) };
    struct progress progress = progress_start("bench");
    bool done = prepare(&bench, infill_tokenizer(inner.infill), &error);
    for (int i = -1; done && i < bench.count; i++) {
        done = fill_once(&bench, &inner, call->seed + (uint64_t)(i + 1), &timing, i, &error);
        progress_show(&progress, (uint64_t)(i + 1), (uint64_t)bench.count, NULL);
    }
    progress_end(&progress);
    if (done)
        print_result(&bench, &inner, &timing);
    free(timing.ms);
    free(bench.text);
    inner_close(&inner);
    return done ? VERB_DONE : call_failed(call, "%s", error.message);
}

const struct verb verb_bench = {
    .name = "bench",
    .summary = "time fills of one hole in a text",
    .usage = "",
    .about = "Prints one line of JSON: milliseconds a step and a fill (median, 95th percentile), tokens a "
             "second, GFLOP/s of\n"
             "the weights' products, and resident memory. One fill before the timed ones warms up.",
    .options = options,
    .run = bench_run,
};
