#include "model/base/json.h"

#include "model/base/file.h"

json_t *json_from_bytes(const void *bytes, size_t size, const char *path, struct lacuna_error *error)
{
    json_error_t problem;
    json_t *value = json_loadb(bytes ? bytes : "", size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &problem);
    if (!value)
        fail(error, LACUNA_MODEL, "%.200s: line %d, column %d of its JSON: %s", path, problem.line,
             problem.column, problem.text);
    return value;
}

json_t *json_from_file(const char *path, struct lacuna_error *error)
{
    struct mapping file;
    if (!mapping_open(&file, path, error))
        return NULL;
    json_t *value = json_from_bytes(file.at, file.size, path, error);
    mapping_close(&file);
    return value;
}

const char *json_text(const json_t *object, const char *key, const char *otherwise)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : otherwise;
}

int64_t json_whole(const json_t *object, const char *key, int64_t otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : otherwise;
}

double json_real_or(const json_t *object, const char *key, double otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

bool json_flag(const json_t *object, const char *key, bool otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_boolean(value) ? json_is_true(value) : otherwise;
}
