/* verify.h - reference cases: files of inputs and of the outputs that an original implementation gave for
 * them.
 *
 * A file is JSON with a list of cases; a system knows its files by what they say and runs their cases. One
 * system is one file in system/ and one row. Values of a case are numbers, lists, strings, or {"tensor":
 * name}, an entry of the file beside it. */
#ifndef MODEL_VERIFY_VERIFY_H
#define MODEL_VERIFY_VERIFY_H

#include "model/base/error.h"
#include "model/format/checkpoint.h"
#include "model/tensor/engine.h"

#include <jansson.h>
#include <stdio.h>

struct verify_report {
    FILE *out; /* failing and skipped cases, one a line */
    size_t passed, failed, skipped;
};

/* Runs every case below `path` (a folder, or one file), in order of path. false: the folder cannot be read.
 */
bool verify_folder(const char *path, struct engine *engine, struct verify_report *report,
                   struct lacuna_error *error);

/* ---- for systems */

/* One file of cases while it is run. All is borrowed. */
struct verify_file {
    const char *path, *folder, *name; /* "…/gpt2/encode.json", "…/gpt2", "encode.json" */
    const json_t *content;
    const struct checkpoint *arrays; /* the file that content's "tensors_file" names; NULL: none */
    struct engine *engine;
    struct verify_report *report;
};

struct verify_system {
    const char *name;
    bool (*knows)(const struct verify_file *file);
    void (*run)(struct verify_file *file);
};

extern const struct verify_system *const verify_system_table[];

/* A file of that name lies beside the cases. */
bool verify_beside(const struct verify_file *file, const char *name);

/* The outcome of one case; `name` is what it is called, the rest says why, in one line. */
void verify_passed(struct verify_file *file);
void verify_failed(struct verify_file *file, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void verify_skipped(struct verify_file *file, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Passed, or failed with error's message. */
void verify_outcome(struct verify_file *file, const char *name, bool passed,
                    const struct lacuna_error *error);

/* Numbers of a case, [count] in row-major order; zero is none. */
struct verify_values {
    int rank;
    int64_t shape[TENSOR_RANK_MAX];
    size_t count;
    double *at;
};
/* false: it is no number, rectangular list of numbers or entry of the arrays. */
bool verify_values_read(struct verify_values *values, const struct verify_file *file, const json_t *value,
                        struct lacuna_error *error);
void verify_values_free(struct verify_values *values);
/* Reads outputs.`key` of a case and compares `got` with it; false: they are not as many, or differ. */
bool verify_output(const struct verify_file *file, const json_t *one, const char *key, const float *got,
                   size_t count, double absolute, double relative, struct lacuna_error *error);
/* |got - expected| ≤ absolute + relative · |expected| everywhere; false: error says where it is worst. */
bool verify_close(const float *got, const struct verify_values *expected, double absolute, double relative,
                  struct lacuna_error *error);

#endif
