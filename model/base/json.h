/* json.h - JSON of files that are not trusted: no duplicate keys, bounded depth, an error that names file and
 * place. */
#ifndef MODEL_BASE_JSON_H
#define MODEL_BASE_JSON_H

#include "model/base/error.h"

#include <jansson.h>

/* The caller's (json_decref); NULL: error names `path`, line, column and reason. Strings may hold 0 bytes. */
json_t *json_from_bytes(const void *bytes, size_t size, const char *path, struct lacuna_error *error);
json_t *json_from_file(const char *path, struct lacuna_error *error);

/* The member `key` where it is of that kind, else `otherwise`. `object` may be NULL or anything else. */
const char *json_text(const json_t *object, const char *key, const char *otherwise);
int64_t json_whole(const json_t *object, const char *key, int64_t otherwise);
double json_real_or(const json_t *object, const char *key, double otherwise);
bool json_flag(const json_t *object, const char *key, bool otherwise);

#endif
