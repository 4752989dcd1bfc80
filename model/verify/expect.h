/* expect.h - inputs, parameters and expected outputs of one case by their names. */
#ifndef MODEL_VERIFY_EXPECT_H
#define MODEL_VERIFY_EXPECT_H

#include "model/verify/verify.h"

/* inputs.NAME as float32 [count]; NULL: it is not there, is no numbers, or has not `count` of them (0: any
 * number). The caller's. */
float *verify_input(const struct verify_file *file, const json_t *one, const char *name, size_t *count,
                    struct lacuna_error *error);
/* The same in float64. */
double *verify_input_double(const struct verify_file *file, const json_t *one, const char *name,
                            size_t *count, struct lacuna_error *error);
/* The same as whole numbers. */
int32_t *verify_input_whole(const struct verify_file *file, const json_t *one, const char *name,
                            size_t *count, struct lacuna_error *error);
bool verify_has_input(const json_t *one, const char *name);

/* got [count] against outputs.NAME, which must have as many numbers. */
bool verify_expect(const struct verify_file *file, const json_t *one, const char *name, const float *got,
                   size_t count, double absolute, double relative, struct lacuna_error *error);
/* The same in float64. */
bool verify_expect_double(const struct verify_file *file, const json_t *one, const char *name,
                          const double *got, size_t count, double absolute, struct lacuna_error *error);
/* The same number for number. */
bool verify_expect_whole(const struct verify_file *file, const json_t *one, const char *name,
                         const int32_t *got, size_t count, struct lacuna_error *error);

#endif
